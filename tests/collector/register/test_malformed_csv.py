"""Malformed CSV files: each is refused with its reason, or read with the row named that is not."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from tests.collector.register.gathering import gathered, systems, told

HEAD = "System;Datum;Utfall;Minuter\n"
GOOD = "Lex;2026-05-04;godkänt;45\n"

CASES: dict[str, tuple[bytes, dict[str, Any], list[str], list[str]]] = {
    "1 a quotation mark that is never closed": (
        f'{HEAD}{GOOD}"Treserva;2026-05-05;godkänt;30\nEdp;2026-05-06;godkänt;20\n'.encode(),
        {},
        ["Lex"],
        ["truncated row 3: the file is cut off: row 3 ends inside a quoted cell"],
    ),
    "2 a quotation mark that swallows the next rows": (
        f'{HEAD}"Treserva;2026-05-05;godkänt;30\nEdp;2026-05-06;"godkänt";20\n{GOOD}'.encode(),
        {},
        ["Lex"],
        ["malformed row 2: row 2: a quotation mark stands within a cell (lines 2 to 3 of the file)"],
    ),
    "3 a delimiter outside quotes": (
        f"{HEAD}{GOOD}Treserva; drift;2026-05-05;godkänt;30\n".encode(),
        {},
        ["Lex"],
        ["malformed row 3: row 3: has 5 cells under 4 headings: a delimiter that stands outside quotes?"],
    ),
    "4 a line break outside quotes": (
        f"{HEAD}Edp;2026-05-04;godkänt;\nTreserva\n;2026-05-05;godkänt;30\n{GOOD}".encode(),
        {},
        ["Edp", "Lex"],
        [
            "malformed row 3: row 3: has 1 of 4 cells: a line break that stands outside quotes?",
            "malformed row 4: row 4, column System: empty",
        ],
    ),
    "5 cut off in the last row": (
        f"{HEAD}{GOOD}Treserva;2026-0".encode(),
        {},
        ["Lex"],
        ["truncated row 3: the file is cut off: row 3 has 2 of 4 columns"],
    ),
    "6 two encodings in one file": (
        f"{HEAD}{GOOD}".encode() + "Återläsning;2026-05-05;godkänt;30\n".encode("cp1252"),
        {},
        [],
        ["malformed file: the file is not UTF-8 (byte 55, line 3), and neither cp1252 nor cp850 gives Swedish words"],
    ),
    "7 UTF-16 without its mark": (
        f"{HEAD}{GOOD}".encode("utf-16-le"),
        {},
        [],
        ["malformed file: the file holds NUL characters: it is not text, or UTF-16 without its mark"],
    ),
    "8 a day that is two days, and one that is none": (
        f"{HEAD}{GOOD}Treserva;03/04/2026;godkänt;30\nEdp;2026-02-30;godkänt;30\n".encode(),
        {},
        ["Lex"],
        [
            (
                "malformed row 3: row 3, column Datum: '03/04/2026': could be read as two different days; "
                "set `dates: day-first` or `month-first`"
            ),
            "malformed row 4: row 4, column Datum: '2026-02-30': no such day: 2026-02-30",
        ],
    ),
    "9 lines above the header": (
        f"Rapport uttagen 2026-11-20;;;\n\n{HEAD}{GOOD}".encode(),
        {},
        [],
        ["malformed file: the file has no column 'Datum', 'Minuter', 'System', 'Utfall'"],
    ),
    "10 a column that is there twice": (
        "System;Datum;Datum;Utfall;Minuter\nLex;2026-05-04;2026-05-05;godkänt;45\n".encode(),
        {},
        [],
        ["malformed file: two columns are called 'Datum'"],
    ),
    "11 a web page that is called CSV": (
        b"<html><body><table><tr><td>System</td></tr></table></body></html>",
        {},
        [],
        ["malformed file: the file is an HTML or XML page, whatever its name says"],
    ),
    "12 a failed formula, and a terminal's escape": (
        f"{HEAD}#SAKNAS!;2026-05-04;godkänt;45\nTre\x1b[2Jserva;2026-05-05;godkänt;30\n{GOOD}".encode(),
        {},
        ["Lex"],
        [
            "malformed row 2: row 2, column System: '#SAKNAS!': the formula in it failed",
            "malformed row 3: row 3, column System: 'Tre\\x1b[2Jserva': holds control characters",
        ],
    ),
    "13 a cell without end": (
        f"{HEAD}{GOOD}{'x' * 40_000};2026-05-05;godkänt;30\n".encode(),
        {},
        [],
        ["malformed file: row 3 cannot be read: field larger than field limit (32767)"],
    ),
    "14 nothing at all": (b"", {}, [], ["absent file: the file is empty"]),
}


@pytest.mark.parametrize("case", CASES)
def test_each_is_refused_or_read_with_the_row_named(case: str, tmp_path: Path) -> None:
    data, settings, read, problems = CASES[case]
    evidence = gathered(tmp_path, data, **settings)
    assert systems(evidence) == read
    assert told(evidence) == problems
    assert not any(population.complete for population in evidence.populations)


def test_the_header_below_other_lines_is_found_by_its_row(tmp_path: Path) -> None:
    data = f"Rapport uttagen 2026-11-20;;;\n\n{HEAD}{GOOD}".encode()
    (gap,) = gathered(tmp_path, data).gaps
    assert gap.remedy == "row 3 has all of them: set `header_row: 3`"
    evidence = gathered(tmp_path, data, header_row=3)
    assert [record.row for record in evidence.populations[0].records] == [4]  # type: ignore[attr-defined]


def test_excels_own_first_line_names_the_delimiter(tmp_path: Path) -> None:
    data = b'sep=,\nSystem,Datum,Utfall,Minuter\n"Lex; drift",2026-05-04,ok,45\n'
    evidence = gathered(tmp_path, data)
    assert systems(evidence) == ["Lex; drift"]
    assert [record.row for record in evidence.populations[0].records] == [2]  # type: ignore[attr-defined]
