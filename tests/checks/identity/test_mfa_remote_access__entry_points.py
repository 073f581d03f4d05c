from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Severity, Status
from collector.evidence import Obtained
from collector.records.factors import EntryPoint, EntryPointRule, FactorPolicy
from collector.records.identity import SshAccess
from tests.checks.made import ASKED, finding, gap, reasons, seen

CHECK = "mfa-remote-access--entry-points"
STRONG: dict[str, Any] = {"public_key": True, "password": True, "keyboard_interactive": False, "use_pam": True, **ASKED}
PIN = FactorPolicy(name="pin", active=True, actions=("otppin=userstore",), limited=False)
NO_TOKEN = FactorPolicy(name="x", active=True, actions=("passOnNoToken",), realms=("STAFF",))
THROUGH = FactorPolicy(name="through", active=True, actions=("passthru=userstore",))


def entry(name: str = "vpn", **said: Any) -> EntryPoint:
    return EntryPoint(name=name, **{"external": True, "category": "vpn", "factors": "two", **said})


def rule(name: str = "all", **said: Any) -> EntryPointRule:
    return EntryPointRule(entry_point="VPN", rule=name, **said)


def way(host: str, *methods: str, **said: Any) -> SshAccess:
    return SshAccess(host=host, authentication_methods=methods, **(STRONG | said))


def word(*entries: EntryPoint, rules: tuple[EntryPointRule, ...] = (), policies: Any = None, ways: Any = None) -> Any:
    parts: list[Any] = [seen(EntryPoint, *entries, source="ways", obtained=Obtained.PROVIDED)]
    if rules:
        parts.append(seen(EntryPointRule, *rules, source="nps", obtained=Obtained.PROVIDED))
    if policies is not None:
        parts.append(seen(FactorPolicy, *policies, source="mfa"))
    if ways is not None:
        parts.append(seen(SshAccess, *ways))
    return reasons(finding(CHECK, *parts)).get(entries[0].name, "conforms")


def test_what_the_register_says_can_condemn_and_never_acquit() -> None:
    assert word(entry(factors="one")) == "!stated-single-factor"
    assert word(entry(factors="two", factor="engångskod")) == "?only-stated"
    assert word(entry(factors=None)) == "?factors-unknown"
    assert word(entry(external=None)) == "?exposure-unknown"


def test_an_entry_point_that_is_not_reached_from_outside_is_out_of_scope() -> None:
    found = finding(CHECK, seen(EntryPoint, entry(external=False, factors="one")))
    assert (found.status, dict(found.out_of_scope)) == (Status.NOT_APPLICABLE, {"internal": 1})


def test_every_enabled_rule_of_the_exported_settings_counts() -> None:
    assert word(entry(), rules=(rule(factors="two"),)) == "conforms"
    assert word(entry(), rules=(rule("a", factors="two"), rule("b", factors="one"))) == "!rule-single-factor"
    assert word(entry(), rules=(rule("a", factors="two"), rule("b", factors="one", enabled=False))) == "conforms"
    assert word(entry(), rules=(rule("a", factors="two"), rule("b"))) == "?rules-unknown"
    assert word(entry(factors="one"), rules=(rule(factors="two"),)) == "!stated-single-factor"


def test_rules_that_were_not_all_read_acquit_nobody() -> None:
    parts = (
        seen(EntryPoint, entry()),
        seen(EntryPointRule, rule(factors="two"), source="nps", missing=[gap(EntryPointRule, subject="row 3")]),
    )
    assert reasons(finding(CHECK, *parts)) == {"vpn": "?rules-incomplete"}


def test_a_provider_proves_nothing_before_the_settings_show_that_it_is_asked() -> None:
    assert word(entry(provider="mfa"), policies=[PIN]) == "?provider-not-linked"
    assert word(entry(provider="mfa"), rules=(rule(provider="mfa"),), policies=[PIN]) == "conforms"
    assert word(entry(), rules=(rule(provider="other"),), policies=[PIN]) == "?rules-unknown"


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ([], "?rules-unknown"),
        ([PIN, THROUGH], "!provider-lets-through"),
        (
            [FactorPolicy(name="x", active=True, actions=("passOnNoToken",), realms=("STAFF",))],
            "!provider-lets-through",
        ),
        ([FactorPolicy(name="x", active=True, actions=("passthru",), realms=("other",)), PIN], "conforms"),
        ([FactorPolicy(name="x", active=False, actions=("passthru",)), PIN], "conforms"),
        ([FactorPolicy(name="x", active=True, actions=("passOnNoUser",), limited=True), PIN], "!provider-lets-through"),
        ([FactorPolicy(name="x", active=True, actions=("otppin=none",)), PIN], "?rules-unknown"),
        ([FactorPolicy(name="x", active=True, actions=("otppin=userstore",), limited=True)], "?rules-unknown"),
        ([FactorPolicy(name="x", active=True, actions=("otppin=userstore",))], "conforms"),
        ([FactorPolicy(name="x", active=True, actions=("otppin=userstore",), realms=("other",))], "?rules-unknown"),
    ],
)
def test_policies_of_the_provider(policies: list[FactorPolicy], expected: str) -> None:
    assert word(entry(provider="mfa", realm="Staff"), rules=(rule(),), policies=policies) == expected


def test_without_a_realm_a_policy_for_one_realm_covers_nobody_but_lets_somebody_through() -> None:
    only = FactorPolicy(name="x", active=True, actions=("otppin=userstore",), realms=("staff",))
    assert word(entry(provider="mfa"), rules=(rule(),), policies=[only]) == "?rules-unknown"
    hole = FactorPolicy(name="x", active=True, actions=("passthru",), realms=("staff",))
    assert word(entry(provider="mfa"), rules=(rule(),), policies=[PIN, hole]) == "!provider-lets-through"


def test_ssh_is_judged_by_what_sshd_demands() -> None:
    jump = entry("jump", category="ssh", hosts=("jump1", "jump2"))
    strong, weak = way("jump1", "publickey,password"), way("jump2", "any")
    assert word(jump, ways=[strong, way("jump2", "publickey,password")]) == "conforms"
    assert word(jump, ways=[strong, weak]) == "!ssh-single-factor"
    assert word(jump, ways=[strong]) == "?ssh-unknown"
    assert word(jump, ways=[way("other", "any")]) == "?only-stated"
    assert word(entry("jump", category="ssh", factors=None), ways=[way("jump", "any")]) == "!ssh-single-factor"


def test_a_host_that_was_not_read_whole_acquits_nobody() -> None:
    parts = (
        seen(EntryPoint, entry("jump", category="ssh"), source="ways"),
        seen(SshAccess, way("jump", "publickey,password"), missing=[gap(SshAccess, subject="jump")]),
    )
    assert reasons(finding(CHECK, *parts)) == {"jump": "?ssh-unknown"}


def test_the_finding_says_that_its_evidence_was_handed_over() -> None:
    found = finding(CHECK, seen(EntryPoint, entry(factors="one"), obtained=Obtained.PROVIDED))
    assert found.obtained is Obtained.PROVIDED
    assert found.exceptions[0].severity is Severity.HIGH
    assert finding(CHECK, gap(EntryPoint)).status is Status.NOT_DETERMINED
