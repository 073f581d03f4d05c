from __future__ import annotations

import pytest

from checks.finding import Severity, Status
from collector.records.directory import Domain, ResourceDelegation
from tests.checks.made import finding, gap, reasons, seen

CHECK = "privileged-restricted--resource-delegation"
DOMAIN = seen(Domain, Domain(name="d"))


def delegation(**facts: object) -> ResourceDelegation:
    values = {"resource": "SRV1", "domain_controller": False, "may_act": "web", "identifier": "S-1-5-21-1-2-3-9"}
    return ResourceDelegation(**values | facts)  # type: ignore[arg-type]


CASES = {
    "an account": (delegation(), "!may-act"),
    "a group": (delegation(category="group"), "!may-act"),
    "by decision": (delegation(may_act="GATEWAY"), None),
    "towards a controller": (delegation(domain_controller=True), "!acts-on-controller"),
    "anyone": (delegation(category="everyone"), "!anyone-may-act"),
    "anyone, whatever was decided": (delegation(category="everyone", may_act="gateway"), "!anyone-may-act"),
    "one that is not to be found": (delegation(may_act=None), "!may-act"),
    "an empty list": (delegation(may_act=None, identifier=None), None),
}


@pytest.mark.parametrize("name", CASES)
def test_one_resource(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, DOMAIN, seen(ResourceDelegation, made), parameters={"approved": ["gateway"]})
    assert reasons(found).get("SRV1") == expected


def test_everyone_whom_one_resource_lets_act_is_told() -> None:
    found = finding(CHECK, DOMAIN, seen(ResourceDelegation, delegation(), delegation(may_act="other")))
    assert [each.facts["may_act"] for each in found.exceptions] == ["other", "web"]
    assert found.exceptions[0].severity is Severity.MEDIUM


def test_a_domain_without_any_is_satisfied_only_where_that_was_read() -> None:
    assert finding(CHECK, DOMAIN, seen(ResourceDelegation)).status is Status.SATISFIED
    assert reasons(finding(CHECK, DOMAIN, gap(ResourceDelegation))) == {"d": "?delegation-unread"}
    elsewhere = seen(ResourceDelegation, delegation(), source="other")
    assert reasons(finding(CHECK, DOMAIN, elsewhere)) == {"d": "?delegation-unread"}
