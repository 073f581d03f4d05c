from __future__ import annotations

from dataclasses import replace

from checks.finding import Severity, Status
from collector.records.identity import SshAccess
from tests.checks.made import ASKED, finding, gap, reasons, seen

STRONG = SshAccess(
    host="app1",
    public_key=True,
    password=True,
    keyboard_interactive=False,
    use_pam=True,
    authentication_methods=("publickey,password",),
    **ASKED,
)
WEAK = SshAccess(
    host="db1",
    public_key=True,
    password=True,
    keyboard_interactive=False,
    use_pam=True,
    authentication_methods=("any",),
    **ASKED,
)
UNREAD = SshAccess(host="web1")


def test_each_way_in_is_judged_by_name() -> None:
    found = finding("mfa-remote-access", seen(SshAccess, STRONG, WEAK, UNREAD))
    assert reasons(found) == {"db1": "!single-factor", "web1": "?factors-unknown"}
    assert found.exceptions[0].severity is Severity.HIGH


def test_all_strong_is_satisfied() -> None:
    assert finding("mfa-remote-access", seen(SshAccess, STRONG)).status is Status.SATISFIED


def test_match_lines_that_may_let_others_in_from_outside_are_not_passed_over() -> None:
    for line in ("Group suppliers", "User sftp*", "LocalPort 2222", "Address !10.0.0.0/8,* Group suppliers"):
        assert reasons(finding("mfa-remote-access", seen(SshAccess, replace(STRONG, matches=(line,))))) == {
            "app1": "?other-rules"
        }
    for line in ("User styrk Address 10.77.0.1", "Address 10.0.0.0/8", "all"):
        own = replace(STRONG, matches=(line,), address="203.0.113.10")
        assert finding("mfa-remote-access", seen(SshAccess, own)).status is Status.SATISFIED
    unread = replace(STRONG, matches=None)
    assert reasons(finding("mfa-remote-access", seen(SshAccess, unread))) == {"app1": "?matches-unread"}


def test_a_host_that_was_not_reached_keeps_the_others_from_passing() -> None:
    found = finding("mfa-remote-access", seen(SshAccess, STRONG, missing=[gap(SshAccess, subject="web1")]))
    assert (found.status, found.gaps[0].subject) == (Status.NOT_DETERMINED, "web1")
