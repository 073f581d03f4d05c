from __future__ import annotations

from checks.finding import Severity, Status
from collector.records.identity import SshAccess
from tests.checks.made import finding, gap, reasons, seen

STRONG = SshAccess(
    host="app1",
    public_key=True,
    password=True,
    keyboard_interactive=False,
    use_pam=True,
    authentication_methods=("publickey,password",),
)
WEAK = SshAccess(
    host="db1",
    public_key=True,
    password=True,
    keyboard_interactive=False,
    use_pam=True,
    authentication_methods=("any",),
)
UNREAD = SshAccess(host="web1")


def test_each_way_in_is_judged_by_name() -> None:
    found = finding("mfa-remote-access", seen(SshAccess, STRONG, WEAK, UNREAD))
    assert reasons(found) == {"db1": "!single-factor", "web1": "?factors-unknown"}
    assert found.exceptions[0].severity is Severity.HIGH


def test_all_strong_is_satisfied() -> None:
    assert finding("mfa-remote-access", seen(SshAccess, STRONG)).status is Status.SATISFIED


def test_a_host_that_was_not_reached_keeps_the_others_from_passing() -> None:
    found = finding("mfa-remote-access", seen(SshAccess, STRONG, missing=[gap(SshAccess, subject="web1")]))
    assert (found.status, found.gaps[0].subject) == (Status.NOT_DETERMINED, "web1")
