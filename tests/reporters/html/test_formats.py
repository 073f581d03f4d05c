"""Dates, times, numbers and lists, as each language writes them."""

from __future__ import annotations

from typing import Any

import pytest

from reporters.texts.formats import Language, day, fact, listed, moment, number, span


@pytest.mark.parametrize(
    ("value", "sv", "en"),
    [
        ("2026-11-21", "2026-11-21", "21 Nov 2026"),
        ("2026-11-21T07:51:09Z", "2026-11-21 07:51 UTC", "21 Nov 2026, 07:51 UTC"),
        ("2026-11-21T07:51:09.123456Z", "2026-11-21 07:51 UTC", "21 Nov 2026, 07:51 UTC"),
        ("2026-02-31", "2026-02-31", "2026-02-31"),
        ("adm-2026-11-21", "adm-2026-11-21", "adm-2026-11-21"),
        (8443, "8443", "8443"),
        (65_535, "65535", "65535"),
        (1_234_567, "1 234 567", "1 234 567"),
        (True, "ja", "yes"),
        (None, "–", "–"),
        (["a", "b", "c"], "a, b och c", "a, b and c"),
        (["a"], "a", "a"),
        ([], "–", "–"),
    ],
)
def test_facts(value: Any, sv: str, en: str) -> None:
    assert fact(value, "sv").replace("\u00a0", " ") == sv
    assert fact(value, "en").replace("\u00a0", " ") == en


@pytest.mark.parametrize(
    ("value", "text"), [(0, "0"), (9_999, "9999"), (10_000, "10\u00a0000"), (-12_345, "-12\u00a0345")]
)
def test_counts(value: int, text: str) -> None:
    assert number(value) == text


@pytest.mark.parametrize(
    ("finished", "language", "text"),
    [
        ("2026-11-21T05:32:11Z", "sv", "2026-11-21 05:30–05:32 UTC"),
        ("2026-11-21T05:30:59Z", "sv", "2026-11-21 05:30 UTC"),
        ("2026-11-22T00:10:00Z", "sv", "2026-11-21 05:30 UTC – 2026-11-22 00:10 UTC"),
        ("2026-11-21T05:32:11Z", "en", "21 Nov 2026, 05:30–05:32 UTC"),
    ],
)
def test_spans(finished: str, language: Language, text: str) -> None:
    assert span("2026-11-21T05:30:00Z", finished, language).replace("\u00a0", " ") == text


def test_days_moments_and_lists() -> None:
    assert day("2026-01-05", "en") == "5\u00a0Jan\u00a02026"
    assert moment("2026-01-05T23:59:59Z", "sv") == "2026-01-05 23:59\u00a0UTC"
    assert listed(["konton", "behörigheter"], "sv") == "konton och behörigheter"
    assert listed([], "sv") == ""
