from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from checks.changes.change_unregistered import _is_near
from checks.finding import Status
from collector.evidence import Population
from collector.records.backup import ProtectedSystem
from collector.records.changes import Change, ObservedChange
from tests.checks.made import AS_OF, finding, gap, seen
from tests.checks.registers import TODAY, partly, said, without

CHECK = "change-unregistered"
SYSTEMS = seen(ProtectedSystem, ProtectedSystem(name="Ekonomi", hosts=("S1",)), source="systems")


def observed(*, automatic: bool = False, time: datetime = AS_OF) -> Population[ObservedChange]:
    return seen(ObservedChange, ObservedChange(host="s1", time=time, action="install", packages=1, automatic=automatic))


def ticket(day: date, system: str = "ekonomi") -> Population[Change]:
    return seen(Change, Change(reference="1", system=system, deployed=day), source="tickets")


def outcome(*parts: Any, **parameters: int) -> str | None:
    found = said(CHECK, *parts, parameters=parameters)
    assert set(found) <= {observed().records.__iter__().__next__().subject}
    return next(iter(found.values()), None)


def test_a_ticket_near_in_time_for_its_system_or_the_host() -> None:
    assert outcome(observed(), ticket(date(2026, 11, 19)), SYSTEMS) is None
    assert outcome(observed(), ticket(date(2026, 11, 23), "S1")) is None
    assert outcome(observed(), ticket(date(2026, 11, 18)), SYSTEMS) == "!no-ticket"
    assert outcome(observed(), ticket(date(2026, 11, 18)), SYSTEMS, window_hours=72) is None
    assert outcome(observed(), ticket(TODAY, "skola"), SYSTEMS) == "!no-ticket"


def test_thin_evidence_and_automatic_updates() -> None:
    assert said(CHECK, observed(), SYSTEMS) == {"s1": "?no-register"}
    assert outcome(observed(), partly(Change)) == "?register-incomplete"
    assert outcome(observed(), without(ticket(date(2026, 1, 1)), "deployed")) == "?no-column"
    automatic = finding(CHECK, observed(automatic=True), ticket(TODAY), SYSTEMS)
    assert automatic.status is Status.NOT_APPLICABLE


def test_changes_before_the_export_began() -> None:
    old = observed(time=datetime(2026, 1, 1, tzinfo=UTC))
    assert list(said(CHECK, old, ticket(TODAY), SYSTEMS).values()) == ["?before-tickets"]


def test_without_the_systems_of_the_host_no_ticket_is_missing() -> None:
    other = ticket(TODAY, "skola")
    assert outcome(observed(), other) == "?no-register"
    assert outcome(observed(), other, gap(ProtectedSystem, source="systems")) == "?no-register"
    assert outcome(observed(), other, partly(ProtectedSystem)) == "?register-incomplete"
    assert outcome(observed(), other, without(SYSTEMS, "hosts")) == "?no-column"


def test_a_ticket_may_have_come_after_the_export() -> None:
    rows = Change(reference="1", system="skola", deployed=date(2026, 10, 1))
    old = seen(Change, rows, source="tickets", started=AS_OF - timedelta(days=20))
    two_days_ago, a_month_ago = (observed(time=AS_OF - timedelta(days=days)) for days in (2, 30))
    assert list(said(CHECK, two_days_ago, old, SYSTEMS).values()) == ["?export-older"]
    assert list(said(CHECK, a_month_ago, old, SYSTEMS).values()) == ["!no-ticket"]


@given(st.sets(st.dates(date(2026, 1, 1), date(2026, 3, 1))), st.dates(date(2026, 1, 1), date(2026, 3, 1)))
def test_nearness_is_the_same_whichever_way_it_is_counted(days: set[date], day: date) -> None:
    for width in (0, 2, 20):
        near = any(abs(each - day) <= timedelta(days=width) for each in days)
        assert _is_near(day, days, timedelta(days=width)) is near
