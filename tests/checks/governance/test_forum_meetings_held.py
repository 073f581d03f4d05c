from __future__ import annotations

from datetime import date

from collector.records.documents import Minutes
from tests.checks.made import seen
from tests.checks.registers import partly, said, without

CHECK = "forum-meetings-held"


def meetings(*days: date, body: str = "Kundråd") -> list[Minutes]:
    return [Minutes(body=body, held=day, participants=("kommunen",)) for day in days]


BEFORE = date(2025, 11, 20)
QUARTERS = (date(2025, 11, 21), date(2026, 2, 1), date(2026, 5, 1), date(2026, 8, 1))


def test_four_a_year_and_one_too_few() -> None:
    assert said(CHECK, seen(Minutes, *meetings(*QUARTERS))) == {}
    assert said(CHECK, seen(Minutes, *meetings(BEFORE, *QUARTERS[1:]))) == {"Kundråd": "!too-few"}
    assert said(CHECK, seen(Minutes, *meetings(BEFORE, *QUARTERS[1:])), parameters={"meetings_per_year": 3}) == {}


def test_two_items_of_one_meeting_are_one_meeting() -> None:
    rows = meetings(BEFORE, *QUARTERS[1:], QUARTERS[1])
    assert said(CHECK, seen(Minutes, *rows)) == {"Kundråd": "!too-few"}


def test_a_register_that_begins_later_tells_nothing_of_the_year() -> None:
    assert said(CHECK, seen(Minutes, *meetings(*QUARTERS[1:]))) == {"Kundråd": "?period-not-covered"}
    assert said(CHECK, partly(Minutes, *meetings(BEFORE))) == {"Kundråd": "?register-incomplete"}


def test_a_forum_that_never_met_is_named_where_it_was_decided() -> None:
    board = meetings(BEFORE, *QUARTERS, body="Kommunstyrelsen")
    rows = seen(Minutes, *board, *meetings(QUARTERS[1], body="Ledningens genomgång"))
    assert said(CHECK, rows) == {"Ledningens genomgång": "!too-few"}
    forums = {"forums": ["Kundråd: 4", "ledningens genomgång: 1"]}
    assert said(CHECK, rows, parameters=forums) == {"Kundråd": "!too-few"}
    assert said(CHECK, rows, parameters={"forums": ["Kommunstyrelsen"], "meetings_per_year": 5}) == {
        "Kommunstyrelsen": "!too-few"
    }
    short = seen(Minutes, *meetings(*QUARTERS[1:], body="Kommunstyrelsen"))
    assert said(CHECK, short, parameters=forums) == {
        "Kundråd": "?period-not-covered",
        "ledningens genomgång": "?period-not-covered",
    }


def test_minutes_that_nobody_attended() -> None:
    rows = [*meetings(*QUARTERS[:3]), Minutes(body="Kundråd", held=QUARTERS[3])]
    assert said(CHECK, seen(Minutes, *rows)) == {"Kundråd 2026-08-01": "!no-participants"}
    assert said(CHECK, without(seen(Minutes, *rows), "participants")) == {"Kundråd": "?no-column"}
