from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collector.evidence import Population
from collector.records.configuration import SecurityLog
from tests.checks.made import AS_OF, seen
from tests.checks.registers import said

CHECK = "log-events-enabled"
RULES = ("-w /etc/passwd -p wa -k identity", "-w /etc/sudoers -p wa -k scope", "-w /srv/protected -p rwa -k protected")


def log(**fields: Any) -> Population[SecurityLog]:
    good: dict[str, Any] = {"daemons": ("auditd",), "newest": AS_OF - timedelta(hours=24), "rules": RULES}
    return seen(SecurityLog, SecurityLog(host="s1", **(good | fields)))


def test_every_class_and_a_log_that_goes_on() -> None:
    assert said(CHECK, log()) == {}
    assert said(CHECK, log(newest=AS_OF - timedelta(hours=25))) == {"s1": "!silent"}
    assert said(CHECK, log(daemons=("rsyslogd",))) == {"s1": "!daemon-stopped"}
    for number in range(3):
        assert said(CHECK, log(rules=RULES[:number] + RULES[number + 1 :])) == {"s1": "!classes-missing"}


@pytest.mark.parametrize(
    "rule",
    [
        "-a always,exit -S all -F dir=/srv -F perm=r -F key=x",
        "-a always,exit -F arch=b64 -S openat -F path=/data/x -F perm=r",
    ],
)
def test_rules_of_the_other_form(rule: str) -> None:
    assert said(CHECK, log(rules=(rule,)), parameters={"event_classes": ["protected-information-access"]}) == {}


def test_a_rule_that_logs_nothing() -> None:
    rule = "-a never,exit -F dir=/srv -F perm=r"
    found = said(CHECK, log(rules=(rule,)), parameters={"event_classes": ["protected-information-access"]})
    assert found == {"s1": "!classes-missing"}


def test_each_requirement_asks_for_its_own_class() -> None:
    bare = log(rules=(), daemons=())
    assert said(CHECK, bare, parameters={"event_classes": ["unauthorised-access"]}) == {}
    assert said(CHECK, bare, parameters={"event_classes": ["access-rights-change"]}) == {"s1": "!classes-missing"}
    assert said(CHECK, bare, parameters={"event_classes": ["x"]}) == {"test": "?unknown-part"}


def test_thin_evidence() -> None:
    assert said(CHECK, log(newest=None)) == {"s1": "?no-event"}
    assert said(CHECK, log(rules=None)) == {"s1": "?rules-not-read"}
    assert said(CHECK, log(daemons=None)) == {"s1": "?rules-not-read"}
    assert said(CHECK, seen(SecurityLog)) == {"test": "?empty-population"}


def test_a_rule_logs_what_it_says_and_no_more() -> None:
    harmless = ("-w /etc/shadow -p r", "-w /etc/hosts -p x", "-w /srv -p x")
    assert said(CHECK, log(rules=harmless)) == {"s1": "!classes-missing"}
    assert said(CHECK, log(rules=("-w /etc", "-w /srv"))) == {}


def test_an_event_to_come() -> None:
    assert said(CHECK, log(newest=AS_OF + timedelta(days=400))) == {"s1": "?dated-in-future"}
