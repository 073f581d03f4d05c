from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import pytest

from checks.discovery import ModuleCheck, discover
from checks.finding import Outcome, conforms, deviates, undetermined
from checks.judgement import judge
from collector.evidence import EvidenceSet, Population
from collector.records.host import Host
from collector.records.monitoring import MonitoredHost
from tests.checks.made import AS_OF, evidence, seen
from tests.checks.missing_parts import DECIDED, hold

HELD = evidence(
    seen(Host, Host(name="a"), Host(name="b")),
    seen(MonitoredHost, MonitoredHost(host="a", service="monitoring"), source="console"),
)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


def made_of(rule: Callable[[str, EvidenceSet], Outcome]) -> ModuleCheck:
    def function(hosts: Population[Host], held: EvidenceSet, _parameters: object, _as_of: object) -> Iterator[Outcome]:
        return (rule(each.name, held) for each in hosts.records)

    real = next(each for each in discover() if each.id == "monitoring-active")
    return replace(real, id="made", reads=(Host, MonitoredHost), parameters=Parameters, function=function)


def rows(held: EvidenceSet) -> list[Any]:
    return list(held.reading(MonitoredHost).records)


def accuses_what_is_not_there(name: str, held: EvidenceSet) -> Outcome:
    return conforms(name) if any(each.host == name for each in rows(held)) else deviates(name, "not-monitored")


def forgets_what_was_not_read(name: str, held: EvidenceSet) -> Outcome:
    there = rows(held)
    return deviates(name, "not-monitored") if there and name != there[0].host else conforms(name)


def takes_a_blank_for_no(name: str, held: EvidenceSet) -> Outcome:
    if not held.reading(MonitoredHost).complete:
        return undetermined(name, "no-register")
    known = any(each.host == name and each.service == "monitoring" for each in rows(held))
    return conforms(name) if known else deviates(name, "not-monitored")


@pytest.mark.parametrize("rule", [accuses_what_is_not_there, forgets_what_was_not_read, takes_a_blank_for_no])
def test_a_check_that_takes_silence_for_an_answer_is_caught(rule: Callable[[str, EvidenceSet], Outcome]) -> None:
    check = made_of(rule)
    with pytest.raises(AssertionError, match=r"without (gap|rows|column) monitored-host"):
        hold(check, HELD, {}, AS_OF, judge(check, HELD, {}, AS_OF))


def test_a_check_that_says_what_it_does_not_know_is_not() -> None:
    check = next(each for each in discover() if each.id == "monitoring-active")
    hold(check, HELD, {}, AS_OF, judge(check, HELD, {}, AS_OF))


def test_what_was_decided_is_of_checks_that_are_there() -> None:
    assert {check for check, _ in DECIDED} <= {each.id for each in discover()}
    assert all(DECIDED.values())
