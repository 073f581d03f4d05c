"""`Nej` in a column for a name, a signature or a reference is not filled in."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from checks.record_rules.rows import empty, filled
from collector.records.assets import Risk
from collector.records.changes import Change
from collector.records.governance import GoalActivity, PersonalDataProcessing
from collector.records.incidents import Incident, IncidentMeasure
from collector.records.statements import Recommendation
from tests.checks.made import seen
from tests.checks.registers import said

DAY = date(2026, 11, 1)


@pytest.mark.parametrize("word", ["Nej", "nej.", "ej utfört", "saknas", "ingen", "", None])
def test_what_says_that_there_is_none(word: str | None) -> None:
    assert empty(word)
    assert empty((word or "",))


@pytest.mark.parametrize("word", ["Ja", "KS 2026/1", "Neijonen", "ingenjör", True, False, 0])
def test_what_says_something(word: Any) -> None:
    assert not empty(word)


def test_zero_on_a_scale_is_a_level() -> None:
    risk = Risk(risk="R1", owner="nej", level="0", treatment="ingen")
    found = filled(risk, seen(Risk, risk), ("owner", "level", "treatment"))
    assert found is not None
    assert found.facts["columns"] == ["owner", "treatment"]


def test_no_test_of_a_change_is_no_test() -> None:
    fields: dict[str, Any] = {"approved": DAY, "deployed": DAY, "cab_date": DAY, "approver": "a", "risk": "låg"}
    assert said("change-approval-trace", seen(Change, Change(reference="1", test="ja", **fields))) == {}
    assert said("change-approval-trace", seen(Change, Change(reference="1", test="Nej", **fields))) == {
        "1": "!incomplete"
    }


def test_a_goal_and_a_recommendation_without_evidence() -> None:
    goal = GoalActivity(goal="G", activity="A", owner="o", due=DAY, closed=DAY, evidence="Nej")
    assert list(said("goals-action-plan", seen(GoalActivity, goal)).values()) == ["!no-evidence"]
    done = Recommendation(reference="R", status="done", evidence="saknas", replied=DAY)
    assert said("recommendation-status", seen(Recommendation, done)) == {"R": "!done-without-evidence"}


def test_a_measure_that_nothing_confirms() -> None:
    measure = IncidentMeasure(incident="I", measure="M", done=DAY, due=DAY, confirmed_by="ej kontrollerat")
    incident = Incident(reference="I", closed=DAY, reviewed=DAY, cause="fel")
    found = said("incident-post-review", seen(Incident, incident), seen(IncidentMeasure, measure))
    assert "!not-confirmed" in found.values()


def test_no_processor_needs_no_agreement() -> None:
    row = PersonalDataProcessing(system="S", processing="P", processor="Nej", assessment_needed=False, reviewed=DAY)
    assert "!no-agreement" not in said("personal-data-records", seen(PersonalDataProcessing, row)).values()
