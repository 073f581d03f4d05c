from __future__ import annotations

from collector.records.directory import PolicySetting
from tests.checks.made import seen
from tests.checks.registers import partly, said

CHECK = "log-events-enabled--group-policy"
CLASSES = {"event_classes": ["unauthorised-access", "access-rights-change"]}


def policy(**values: str) -> list[PolicySetting]:
    return [
        PolicySetting(policy="p", name=f"event-audit: {name}", value=each, linked_to=("dc=x",))
        for name, each in values.items()
    ]


def test_a_linked_policy_switches_each_class_on() -> None:
    rows = policy(AuditLogonEvents="3", AuditAccountManage="1")
    assert said(CHECK, seen(PolicySetting, *rows), parameters=CLASSES) == {}
    successes = policy(AuditLogonEvents="1", AuditAccountManage="1")
    assert said(CHECK, seen(PolicySetting, *successes), parameters=CLASSES) == {"unauthorised-access": "!not-set"}
    advanced = PolicySetting(policy="p", name="audit: Audit Logon", value="2", linked_to=("dc=x",))
    found = said(CHECK, seen(PolicySetting, advanced), parameters={"event_classes": ["unauthorised-access"]})
    assert found == {}


def test_a_policy_that_is_linked_nowhere_and_thin_evidence() -> None:
    loose = PolicySetting(policy="p", name="event-audit: AuditAccountManage", value="3")
    asked = {"event_classes": ["access-rights-change"]}
    assert said(CHECK, seen(PolicySetting, loose), parameters=asked) == {"access-rights-change": "!not-set"}
    assert said(CHECK, partly(PolicySetting, loose), parameters=asked) == {
        "access-rights-change": "?register-incomplete"
    }
    assert said(CHECK, seen(PolicySetting)) == {"test": "?empty-population"}
    assert said(CHECK, seen(PolicySetting, loose), parameters={"event_classes": ["x"]}) == {"x": "?unknown-part"}
