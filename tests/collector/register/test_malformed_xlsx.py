"""Malformed workbooks: each is refused with its reason, or read with the row named that is not."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.register.workbook import read_workbook
from tests.collector.register.gathering import gathered, systems, told, workbook

HEAD = ("System", "Datum", "Utfall", "Minuter")
GOOD = ("Lex", date(2026, 5, 4), "godkänt", 45)


def changed(data: bytes, part: str, change: Callable[[bytes], bytes]) -> bytes:
    """The workbook with one of its parts changed."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as archive, zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as copy:
        for name in archive.namelist():
            copy.writestr(name, change(archive.read(name)) if name == part else archive.read(name))
    return held.getvalue()


def packed(parts: dict[str, bytes]) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


def locked(data: bytes) -> bytes:
    """Every part marked as encrypted, as in a ZIP with a password (APPNOTE 4.4.4, bit 0)."""
    changed_bytes = bytearray(data)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = data.find(mark)
        while place != -1:
            changed_bytes[place + offset] |= 1
            place = data.find(mark, place + 1)
    return bytes(changed_bytes)


WHOLE = workbook(HEAD, GOOD)
SHEET = "xl/worksheets/sheet1.xml"
BOMB = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
OUTSIDE = b'<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]>'


def after_declaration(entities: bytes) -> Callable[[bytes], bytes]:
    return lambda data: entities + (data.partition(b"?>")[2] if data.startswith(b"<?xml") else data)


CASES: dict[str, tuple[bytes, dict[str, Any], list[str], list[str]]] = {
    "1 cut off": (
        WHOLE[: len(WHOLE) // 2],
        {},
        [],
        ["malformed file: not a workbook (.xlsx), or a damaged one: File is not a zip file"],
    ),
    "2 entities that grow": (
        changed(WHOLE, SHEET, after_declaration(BOMB)),
        {},
        [],
        ["malformed file: not a workbook (.xlsx), or a damaged one: EntitiesForbidden"],
    ),
    "3 an entity that reads another file": (
        changed(WHOLE, SHEET, after_declaration(OUTSIDE)),
        {},
        [],
        ["malformed file: not a workbook (.xlsx), or a damaged one: EntitiesForbidden"],
    ),
    "4 a part that unpacks beyond bounds": (
        packed({"xl/workbook.xml": b"<x/>", SHEET: bytes((256 << 20) + 1)}),
        {},
        [],
        ["malformed file: the workbook unpacks to 268435461 bytes, its largest part to 268435457"],
    ),
    "5 an old .xls, or one with a password": (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(512),
        {},
        [],
        ["malformed file: the file is an old .xls, or a workbook with a password"],
    ),
    "6 an OpenDocument file": (
        packed({"mimetype": b"application/vnd.oasis.opendocument.spreadsheet", "content.xml": b"<x/>"}),
        {},
        [],
        ["malformed file: the file is an OpenDocument file"],
    ),
    "7 a binary workbook": (
        packed({"xl/workbook.bin": b"x"}),
        {},
        [],
        ["malformed file: the file is a binary workbook"],
    ),
    "8 no sheet of that name": (WHOLE, {"sheet": "Blad2"}, [], ["absent file: the workbook has no sheet 'Blad2'"]),
    "9 formulas that nobody has computed": (
        workbook(HEAD, GOOD, ("Treserva", "=TODAY()", "godkänt", 30), ('=A2&" test"', date(2026, 5, 6), "ok", 1)),
        {},
        ["Lex"],
        [
            "malformed row 3: row 3, column Datum: a formula without a value: open the file in a",
            "malformed row 4: row 4, column System: a formula without a value: open the file in a",
        ],
    ),
    "10 failed formulas, days as text, numbers that are none": (
        workbook(
            HEAD, GOOD, ("#N/A", date(2026, 5, 5), "ok", 1), ("Edp", "i maj", "ok", 1), ("A", 46147, "ok", "många")
        ),
        {},
        ["Lex"],
        [
            "malformed row 3: row 3, column System: '#N/A': the formula in it failed",
            "malformed row 4: row 4, column Datum: 'i maj': not a date; 2026-11-21 is understood",
            (
                "malformed row 5: row 5, column Datum: '46147': a spreadsheet's number; format the column as a date; "
                "row 5, column Minuter: 'många': not a whole number"
            ),
        ],
    ),
    "11 merged cells": (
        workbook(HEAD, GOOD, (None, date(2026, 5, 5), "ok", 1)),
        {},
        ["Lex"],
        ["malformed row 3: row 3, column System: empty"],
    ),
    "12 a title above the header": (
        workbook(("Återläsningstester 2026",), HEAD, GOOD),
        {},
        [],
        ["malformed file: the file has no column 'Datum', 'Minuter', 'System', 'Utfall'"],
    ),
    "13 an empty sheet": (workbook(), {}, [], ["absent file: the sheet is empty"]),
    "14 parts with a password": (
        locked(WHOLE),
        {},
        [],
        ["malformed file: not a workbook (.xlsx), or a damaged one: RuntimeError: File "],
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_each_is_refused_or_read_with_the_row_named(case: str, tmp_path: Path) -> None:
    data, settings, read, problems = CASES[case]
    evidence = gathered(tmp_path, data, "export.xlsx", **settings)
    assert systems(evidence) == read
    found = told(evidence)
    assert [text[: len(expected)] for text, expected in zip(found, problems, strict=True)] == problems
    assert not any(population.complete for population in evidence.populations)


def test_a_sheet_that_says_it_is_smaller_than_it_is_is_read_whole() -> None:
    small = changed(WHOLE, SHEET, lambda data: re.sub(rb'<dimension ref="[^"]*"', b'<dimension ref="A1"', data))
    table = read_workbook(small)
    assert table.header == HEAD
    assert [row.cells[0] for row in table.rows] == ["Lex"]


def test_a_formula_that_was_computed_is_its_value(tmp_path: Path) -> None:
    formula = workbook(HEAD, ("=UPPER(A9)", date(2026, 5, 4), "godkänt", 45))
    computed = changed(
        formula,
        SHEET,
        lambda data: re.sub(rb'<c r="A2"><f>(.*?)</f><v ?/>', rb'<c r="A2" t="str"><f>\1</f><v>LEX</v>', data),
    )
    evidence = gathered(tmp_path, computed, "export.xlsx")
    assert told(evidence) == []
    assert systems(evidence) == ["LEX"]


def test_which_sheet_was_read_and_which_were_not_is_told() -> None:
    import openpyxl

    book, held = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].title = "Gammalt"
    book.worksheets[0].sheet_state = "hidden"
    book.worksheets[0].append(["System"])
    book.create_sheet("Nytt").append(["System"])
    book.save(held)
    assert read_workbook(held.getvalue()).understood["sheet"] == "Nytt (the first that is shown); not read: Gammalt"
