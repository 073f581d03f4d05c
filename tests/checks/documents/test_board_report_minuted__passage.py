from __future__ import annotations

from datetime import date

import pytest

from checks.finding import Status
from collector.records.document_files import MinutesPassage
from tests.checks.made import finding, gap, reasons, seen

CHECK = "board-report-minuted--passage"


def passage(held: date | None = date(2026, 3, 10), paragraph: str | None = "§ 47") -> MinutesPassage:
    return MinutesPassage(report="Årsrapport", searched=9, file="ks.pdf", held=held, paragraph=paragraph)


@pytest.mark.parametrize(
    ("passages", "reason"),
    [
        ([passage()], None),
        ([passage(date(2020, 3, 10)), passage()], None),
        ([passage(date(2025, 11, 21))], None),
        ([passage(date(2025, 11, 20))], "!too-old"),
        ([passage(paragraph=None)], "!no-paragraph"),
        ([passage(None)], "?no-day"),
        ([passage(date(2027, 1, 1))], "?day-to-come"),
        ([MinutesPassage(report="Årsrapport", searched=9)], "!not-in-minutes"),
    ],
)
def test_a_report_is_in_the_minutes_within_the_interval(passages: list[MinutesPassage], reason: str | None) -> None:
    found = finding(CHECK, seen(MinutesPassage, *passages))
    assert reasons(found) == ({"Årsrapport": reason} if reason else {})
    assert (found.status is Status.SATISFIED) is (reason is None)


@pytest.mark.parametrize("held", [None, date(2020, 3, 10)])
def test_nobody_is_blamed_by_minutes_that_were_not_read(held: date | None) -> None:
    found_in = passage(held) if held else MinutesPassage(report="Årsrapport", searched=8)
    missing = [gap(MinutesPassage, subject="protokoll.pdf")]
    found = finding(CHECK, seen(MinutesPassage, found_in, missing=missing))
    assert reasons(found) == {"Årsrapport": "?minutes-unread"}


def test_no_report_that_was_looked_for_is_no_clean_result() -> None:
    assert finding(CHECK, seen(MinutesPassage, source_count=0)).status is not Status.SATISFIED
