from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from collector.records.suppliers import Vetting
from tests.checks.made import seen
from tests.checks.registers import said, without

CHECK = "personnel-vetting"
DAY = date(2026, 1, 1)
GOOD: dict[str, Any] = {"access_start": DAY, "confidentiality_signed": DAY, "vetted": DAY}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "before access": ({}, None),
    "not signed": ({"confidentiality_signed": None}, "!not-signed"),
    "not vetted": ({"vetted": None}, "!not-vetted"),
    "no check needed": ({"vetted": None, "vetting_needed": False}, None),
    "signed after": ({"confidentiality_signed": date(2026, 1, 2)}, "!signed-after"),
    "vetted after": ({"vetted": date(2026, 1, 2)}, "!vetted-after"),
    "no first day": ({"access_start": None}, "!incomplete"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_person(name: str) -> None:
    fields, expected = CASES[name]
    rows = seen(Vetting, Vetting(person_key="1", role="drift", **(GOOD | fields)))
    assert said(CHECK, rows).get("1: drift") == expected


def test_an_export_without_the_checks() -> None:
    rows = seen(Vetting, Vetting(person_key="1", role="drift", **(GOOD | {"vetted": None})))
    assert said(CHECK, without(rows, "vetted")) == {"1: drift": "?no-column"}
