from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from collector.records.assets import Equipment
from tests.checks.made import finding, gap, reasons, seen

CHECK = "redundancy-separate-rooms"


def part(asset: str, room: str | None, site: str | None = None, **said: Any) -> Equipment:
    return Equipment(**({"name": asset, "pair": "FW", "room": room, "site": site, "replicates": True} | said))


CASES: dict[str, tuple[list[Equipment], dict[str, str]]] = {
    "two rooms": ([part("fw1", "A1"), part("fw2", "B1")], {}),
    "one room": ([part("fw1", "A1"), part("fw2", "a1")], {"fw1": "!same-room", "fw2": "!same-room"}),
    "rooms of one name at two sites": ([part("fw1", "1", "Nord"), part("fw2", "1", "Syd")], {}),
    "a site that nobody wrote down": (
        [part("fw1", "1", "Nord"), part("fw2", "1")],
        {"fw1": "!same-room", "fw2": "!same-room"},
    ),
    "no room": ([part("fw1", "A1"), part("fw2", None)], {"fw1": "!no-location", "fw2": "!no-location"}),
    "alone": ([part("fw1", "A1"), part("sw1", "A1", pair="SW")], {"fw1": "!alone", "sw1": "!alone"}),
    "listed twice": ([part("fw1", "A1"), part("FW1", "B1")], {"fw1": "!alone", "FW1": "!alone"}),
    "no pair": ([part("fw1", None, pair=None)], {}),
    "replication is broken": ([part("fw1", "A1"), part("fw2", "B1", replicates=False)], {"fw2": "!not-replicating"}),
    "replication is not known": (
        [part("fw1", "A1"), part("fw2", "B1", replicates=None)],
        {"fw2": "?replication-unknown"},
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_pairs(name: str) -> None:
    parts, expected = CASES[name]
    assert reasons(finding(CHECK, seen(Equipment, *parts))) == expected


def test_the_other_part_may_be_in_a_row_that_could_not_be_read() -> None:
    held = seen(Equipment, part("fw1", "A1"), missing=[gap(Equipment, subject="row 3")])
    assert reasons(finding(CHECK, held)) == {"fw1": "?register-incomplete"}


@pytest.mark.parametrize(("field", "pair"), [("room", "FW"), ("pair", None)])
def test_a_column_that_the_export_lacks_accuses_nobody(field: str, pair: str | None) -> None:
    parts = seen(Equipment, part("fw1", None, pair=pair), part("fw2", None, pair=pair))
    found = finding(CHECK, replace(parts, unreadable=(field,)))
    assert reasons(found) == {"fw1": "?no-column", "fw2": "?no-column"}
