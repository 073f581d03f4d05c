"""Malformed JSON files: each is refused with its reason, or read with the row named that is not."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.register.objects import read_json
from collector.register.table import Table
from collector.source import SourceError
from tests.collector.register.gathering import gathered, systems, told

GOOD = '{"System": "Lex", "Datum": "2026-05-04", "Utfall": "godkänt", "Minuter": 45}'

CASES: dict[str, tuple[bytes, dict[str, Any], list[str], list[str]]] = {
    "1 cut off within an object": (
        f'[{GOOD}, {{"System": "Tres'.encode(),
        {},
        ["Lex"],
        [
            (
                "truncated row 2: the file is cut off: row 2 cannot be read "
                "(line 1, column 91: Unterminated string starting at)"
            )
        ],
    ),
    "2 cut off between two objects of a named list": (
        f'{{"antal": 2, "rader": [{GOOD},'.encode(),
        {"items": "rader"},
        ["Lex"],
        ["truncated row 2: the file is cut off: row 2 cannot be read (line 1, column 101: Expecting value)"],
    ),
    "3 a row that is no object": (
        f'[{GOOD}, "Treserva", null]'.encode(),
        {},
        ["Lex"],
        ["malformed row 2: row 2: is no object", "malformed row 3: row 3: is no object"],
    ),
    "4 a key that is there twice": (
        f'[{GOOD}, {{"Datum": "2026-05-04", "System": "A", "System": "B"}}]'.encode(),
        {},
        ["Lex"],
        ["malformed row 2: row 2: has the key 'System' twice"],
    ),
    "5 numbers that are none": (
        f'[{GOOD}, {{"System": "A", "Datum": "2026-05-04", "Minuter": NaN}},'
        ' {"System": "B", "Datum": "2026-05-04", "Minuter": 1e999}]'.encode(),
        {},
        ["Lex"],
        [
            "malformed row 2: row 2, column Minuter: NaN is no number",
            "malformed row 3: row 3, column Minuter: 1e999 is no number",
        ],
    ),
    "6 several lists": (
        f'{{"tester": [{GOOD}], "andra": [{GOOD}]}}'.encode(),
        {},
        [],
        ["malformed file: the file holds several lists: tester, andra"],
    ),
    "7 a list that is not there": (
        f'{{"tester": [{GOOD}]}}'.encode(),
        {"items": "test"},
        [],
        ["absent file: the file has no list 'test'"],
    ),
    "8 objects in objects without end": (
        b"[" * 100_000,
        {},
        [],
        ["malformed file: the file holds objects in objects without end"],
    ),
    "9 one object a line": (
        f"{GOOD}\n{GOOD}\n".encode(),
        {},
        [],
        ["malformed file: the file is no JSON (line 2, column 1: Extra data)"],
    ),
    "10 cp1252 that says nothing of it": (
        f'[{GOOD}, {{"System": "Treserva", "Datum": "2026-13-01"}}]'.encode("cp1252"),
        {},
        ["Lex"],
        ["malformed row 2: row 2, column Datum: '2026-13-01': no such day: 2026-13-01"],
    ),
    "11 a list in a list, and an object where text should be": (
        f'[{GOOD}, {{"System": [["A"]], "Datum": "2026-05-04"}}, {{"System": {{"namn": "B"}}, "Datum": "x"}}]'.encode(),
        {},
        ["Lex"],
        [
            "malformed row 2: row 2, column System: a list within a list",
            (
                "malformed row 3: row 3, column System: empty; row 3, column Datum: 'x': not a date; "
                "2026-11-21 is understood"
            ),
        ],
    ),
    "12 a key that no object has": (
        b'[{"system": "Lex", "Datum": "2026-05-04", "Utfall": null, "Minuter": null}]',
        {},
        [],
        ["malformed file: the file has no column 'System'"],
    ),
    "13 digits without end": (
        f'[{GOOD}, {{"System": "A", "Datum": "2026-05-04", "Minuter": {"9" * 5000}}}]'.encode(),
        {},
        ["Lex"],
        [f"malformed row 2: row 2, column Minuter: '{'9' * 40}': too large a number"],
    ),
    "14 nothing at all": (b" \n", {}, [], ["absent file: the file is empty"]),
}


@pytest.mark.parametrize("case", CASES)
def test_each_is_refused_or_read_with_the_row_named(case: str, tmp_path: Path) -> None:
    data, settings, read, problems = CASES[case]
    evidence = gathered(tmp_path, data, "export.json", **settings)
    assert systems(evidence) == read
    assert told(evidence) == problems
    assert not any(population.complete for population in evidence.populations)


def test_a_list_of_objects_is_read_with_what_is_within_them() -> None:
    data = json.dumps(
        {
            "meta": {"count": 2, "tags": ["a"]},
            "result": {
                "rows": [
                    {"Id": 7, "Ägare": {"Enhet": "IT, drift"}, "Värdar": ["app1", "db1"], "Åtgärder": []},
                    {"Id": 8, "Åtgärder": [{"text": "byt nyckel", "klar": True}, {"text": "mät"}]},
                ]
            },
        }
    ).encode("utf-8-sig")
    table = read_json(data)
    assert table.header == ("Id", "Ägare.Enhet", "Värdar", "Åtgärder", "Åtgärder[].text", "Åtgärder[].klar")
    assert [(row.number, row.cells) for row in table.rows] == [
        (1, (7, "IT, drift", ("app1", "db1"), (), None, None)),
        (2, (8, None, None, None, ("byt nyckel", "mät"), ("True",))),
    ]
    assert table.understood["items"] == "result.rows, the only list of objects"


def test_names_in_a_list_may_hold_commas(tmp_path: Path) -> None:
    data = json.dumps([{"Namn": "Treserva", "Servrar": ["app1, reserv", "db1"]}]).encode()
    evidence = gathered(
        tmp_path, data, "s.json", holds="protected-system", columns={"name": "Namn", "hosts": "Servrar"}
    )
    (record,) = evidence.populations[0].records
    assert record.hosts == ("app1, reserv", "db1")  # type: ignore[attr-defined]
    assert evidence.populations[0].complete


def read_or_refused(data: bytes) -> Table | None:
    try:
        return read_json(data)
    except SourceError:
        return None


VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=12,
)


@given(VALUES.map(lambda value: json.dumps(value).encode()) | st.binary(max_size=60))
def test_any_value_gives_a_table_or_is_refused(data: bytes) -> None:
    table = read_or_refused(data)
    if table is not None:
        assert [row.number for row in table.rows] == list(range(1, len(table.rows) + 1))
        assert all(row.fault or len(row.cells) == len(table.header) for row in table.rows)
