"""Dates, diary numbers and decisions, as Swedish documents write them."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.documents.facts import (
    Decision,
    dates_in,
    decision_in,
    diary_numbers_in,
    month_in,
    own_date,
    review_due_in,
    reviewed_in,
)

DAY = date(2026, 5, 4)


@pytest.mark.parametrize(
    "text",
    [
        "2026-05-04",
        "den 4 maj 2026",
        "4 maj, 2026",
        "4/5 2026",
        "4.5.2026",
        "Datum: 2026-05-04.",
        "04 MAJ 2026",
        "4:e maj 2026",
    ],
)
def test_a_date_is_seen(text: str) -> None:
    assert [found.day for found in dates_in(text)] == [DAY]


@pytest.mark.parametrize(
    "text",
    [
        "SFS 2018:1174",
        "2026-13-01",
        "version 2.0",
        "§ 2026",
        "tel 0303-23 80 00",
        "2026-05-044",
        "maj 2026",
        "1 aprikos 2026",
    ],
)
def test_what_is_no_date_is_not(text: str) -> None:
    assert list(dates_in(text)) == []


@pytest.mark.parametrize(
    ("text", "day", "label"),
    [
        ("Enligt beslut 2020-01-01.\nFastställd: 2026-05-04", DAY, "fastställd"),
        ("Riktlinje\n4 maj 2026\nGäller från 2026-06-01", date(2026, 6, 1), "gäller från"),
        ("Riktlinje\n4 maj 2026", DAY, None),
        ("Version 1.0 2026-05-04", DAY, "version"),
        ("Riktlinje utan dag", None, None),
    ],
)
def test_the_documents_own_date_is_the_one_with_a_label(text: str, day: date | None, label: str | None) -> None:
    assert own_date(text) == (day, label)


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("KS 2015/0144", ("KS 2015/0144",)),
        ("Dnr. KS2022/0332-1", ("KS2022/0332-1",)),
        ("KR-2017/0039", ("KR-2017/0039",)),
        ("Diarienummer: 2026-00123", ("2026-00123",)),
        ("Dnr KS/2026:12 och KS 2026-00144", ("KS/2026:12", "KS 2026-00144")),
        ("Lag (2018:1174), SFS 2018:1174, MSBFS 2020:7, SOU 2020:1", ()),
        ("ISO 27001-2022 och EU 2016/679", ()),
        ("under 2026/2027", ()),
    ],
)
def test_diary_numbers(text: str, numbers: tuple[str, ...]) -> None:
    assert diary_numbers_in(text) == numbers


@pytest.mark.parametrize(
    ("text", "decision"),
    [
        (
            "Antagen av kommunfullmäktige 2026-05-04, § 47",
            Decision("Kommunfullmäktige", DAY, "§ 47"),
        ),
        ("Beslutad av: Kommundirektören\nDatum: 4 maj 2026", Decision("Kommundirektören", DAY, None)),
        (
            "Fastställd av socialnämnden § 12 den 4/5 2026",
            Decision("Socialnämnden", DAY, "§ 12"),
        ),
    ],
)
def test_who_decided(text: str, decision: Decision) -> None:
    assert decision_in(text) == decision


def test_of_several_decisions_the_latest_counts() -> None:
    text = "Antagen av kommunfullmäktige 2020-01-01 § 1." + " " * 120 + "Fastställd av kommunstyrelsen 2026-05-04 § 47"
    assert decision_in(text) == Decision("Kommunstyrelsen", DAY, "§ 47")


def test_nobody_decided_where_no_body_is_near() -> None:
    assert decision_in("Godkänd leverantör. " + "x " * 60 + "Kommunstyrelsen") is None


def test_revision_and_its_due_day() -> None:
    text = "Senast reviderad 2024-01-01. Reviderad: 2026-05-04. Nästa översyn: 2028-05-04"
    assert (reviewed_in(text), review_due_in(text)) == (DAY, date(2028, 5, 4))
    assert (reviewed_in("Riktlinje"), review_due_in("Riktlinje")) == (None, None)


def test_a_month_is_no_day() -> None:
    assert month_in("Riktlinje, maj 2026") == "2026-05"
    assert month_in("den 4 maj 2026") is None


@given(
    st.dates(date(1900, 1, 1), date(2099, 12, 31)),
    st.text(st.sampled_from("abc åäö.,()§\n"), max_size=8),
)
def test_a_day_is_found_whatever_stands_around_it(day: date, around: str) -> None:
    assert [found.day for found in dates_in(f"{around} {day:%Y-%m-%d} {around}")] == [day]


@given(st.text(max_size=300))
def test_any_text_is_searched(text: str) -> None:
    own_date(text), diary_numbers_in(text), decision_in(text), month_in(text)
