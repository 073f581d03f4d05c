from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

from checks.suppliers.service_level_measured import working_days
from collector.evidence import Population
from collector.records.suppliers import ServiceLevel, Ticket
from tests.checks.made import seen
from tests.checks.registers import said, without

CHECK = "service-level-measured"
PERIOD: dict[str, Any] = {"period_start": date(2026, 9, 1), "period_end": date(2026, 9, 30)}
DAY = date(2026, 9, 10)


def level(measure: Any = "first-line-share", **fields: Any) -> Population[ServiceLevel]:
    return seen(ServiceLevel, ServiceLevel(supplier="A", measure=measure, **(PERIOD | fields)))


def tickets(*first_line: bool, days: int = 0) -> Population[Ticket]:
    rows = [
        Ticket(reference=str(number), opened=DAY - timedelta(days=days), closed=DAY, first_line=each, surveyed=each)
        for number, each in enumerate(first_line)
    ]
    earlier = Ticket(reference="before", opened=date(2026, 8, 1), closed=date(2026, 8, 1))
    return seen(Ticket, earlier, *rows, source="tickets")


def test_the_level_is_reached_and_counts_out_the_same() -> None:
    half = tickets(True, False)
    name = "A: first-line-share"
    assert said(CHECK, level(reported=50), half) == {}
    assert said(CHECK, level(reported=49), half) == {name: "!below"}
    assert said(CHECK, level(reported=60), half) == {name: "!differs"}
    assert said(CHECK, level(reported=50, agreed=60), half) == {name: "!below"}
    assert said(CHECK, level(), half) == {name: "!not-measured"}
    assert said(CHECK, level("survey-share", reported=50), half) == {}
    assert said(CHECK, level("other", reported=1, agreed=1)) == {}
    assert said(CHECK, level("other", reported=1)) == {"A: other": "!incomplete"}


def test_working_days() -> None:
    name = "A: resolve-working-days"
    assert said(CHECK, level("resolve-working-days", reported=1), tickets(True, days=1)) == {}
    assert said(CHECK, level("resolve-working-days", reported=2), tickets(True, days=2)) == {name: "!below"}
    assert said(CHECK, level("resolve-working-days", reported=0), tickets(True, days=6)) == {name: "!differs"}
    assert [working_days(date(2026, 11, 20), date(2026, 11, day)) for day in (20, 21, 22, 23, 27, 30)] == [
        0,
        0,
        0,
        1,
        5,
        6,
    ]
    assert working_days(date(2026, 11, 23), date(2026, 11, 20)) == 0


def test_thin_evidence() -> None:
    name = "A: first-line-share"
    assert said(CHECK, level(reported=50)) == {name: "?no-register"}
    assert said(CHECK, level(reported=50), tickets()) == {name: "?no-tickets"}
    assert said(CHECK, without(level(), "reported"), tickets(True)) == {name: "?no-column"}
    assert said(CHECK, level(reported=50, period_start=None), tickets(True, False)) == {name: "!incomplete"}


def test_tickets_of_a_part_of_the_period_say_nothing_against_a_figure() -> None:
    rows = [Ticket(reference=str(each), closed=date(2026, 9, 28), first_line=False) for each in range(3)]
    found = said(CHECK, level(reported=80), seen(Ticket, *rows, source="tickets"))
    assert found == {"A: first-line-share": "?period-not-covered"}


def test_tickets_of_nobody_are_not_everybodys() -> None:
    two = [ServiceLevel(supplier=each, measure="first-line-share", reported=80, **PERIOD) for each in ("A", "B")]
    levels = seen(ServiceLevel, *two)
    names = ("A: first-line-share", "B: first-line-share")
    assert said(CHECK, levels, tickets(True, False)) == dict.fromkeys(names, "?supplier-unknown")
    assert said(CHECK, levels, without(tickets(True, False), "supplier")) == dict.fromkeys(names, "?no-column")


def test_many_levels_and_tickets_are_read_once() -> None:
    read = 0
    rows = [Ticket(reference="1", closed=DAY, first_line=True, supplier="A")]

    def reading() -> Iterator[Ticket]:
        nonlocal read
        read += 1
        return iter(rows)

    held = replace(seen(Ticket, *rows, source="tickets"), read=reading)
    levels = [ServiceLevel(supplier="A", measure="first-line-share", reported=100, **PERIOD) for _ in range(60)]
    assert said(CHECK, seen(ServiceLevel, *levels), held) == {}
    assert read == 1
