"""Rows and their numbers, from CSV in the encodings that municipalities send."""

from __future__ import annotations

import csv
import io
import zipfile

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.evidence import GapCause
from collector.register.delimited import read_csv
from collector.register.table import Table
from collector.register.workbook import read_workbook
from collector.source import SourceError

TEXT = "system;datum;utfall\r\nTreserva;2026-11-21;godkänd\r\nÖrebroportalen;2026-10-01;underkänd\r\n"


@pytest.mark.parametrize(
    ("encoding", "configured"),
    [("utf-8", None), ("utf-8-sig", None), ("utf-16", None), ("cp1252", "cp1252"), ("cp850", "cp850")],
)
def test_swedish_letters_survive_every_encoding(encoding: str, configured: str | None) -> None:
    table = read_csv(TEXT.encode(encoding), configured)
    assert table.header == ("system", "datum", "utfall")
    assert [row.cells[0] for row in table.rows] == ["Treserva", "Örebroportalen"]
    assert [row.number for row in table.rows] == [2, 3]


@pytest.mark.parametrize("delimiter", [";", ",", "\t", "|"])
def test_the_header_shows_the_delimiter(delimiter: str) -> None:
    table = read_csv(f'a{delimiter}"b;,|x"{delimiter}c\n1{delimiter}2{delimiter}3\n'.encode())
    assert table.rows[0].cells == ("1", "2", "3")


def test_one_column_needs_no_delimiter() -> None:
    assert [row.cells for row in read_csv(b"key\nA1\nB2\n").rows] == [("A1",), ("B2",)]


def test_line_breaks_in_cells_and_empty_lines_keep_the_row_numbers() -> None:
    table = read_csv(b'a;b\n1;"x\ny"\n\n2;z\n')
    assert [(row.number, row.cells, row.blank) for row in table.rows] == [
        (2, ("1", "x\ny"), False),
        (3, (), True),
        (4, ("2", "z"), False),
    ]


def test_lines_above_the_header_count() -> None:
    table = read_csv(b"\n\na;b\n1;2\n")
    assert (table.header, table.rows[0].number) == (("a", "b"), 4)


@pytest.mark.parametrize(
    ("text", "row"),
    [("a;b;c\n1;2;3\n4;5", 3), ('a;b\n1;2\n3;"open', 3), ("a;b;c\n1;2", 2), ('a;"b\n', 1)],
)
def test_a_file_that_is_cut_off_is_noticed(text: str, row: int) -> None:
    table = read_csv(text.encode())
    assert table.cut_off is not None
    assert f"row {row} " in table.cut_off
    assert all(each.number != row for each in table.rows)


def test_rows_that_are_all_short_are_the_exports_habit() -> None:
    table = read_csv(b"a;b;c\n1;2\n4;5\n")
    assert (table.cut_off, len(table.rows)) == (None, 2)


@pytest.mark.parametrize(
    ("data", "cause"),
    [
        (b"", GapCause.ABSENT),
        (b" \r\n", GapCause.ABSENT),
        (b"a;b\n1;\x002\n", GapCause.MALFORMED),
        ("a;b\n".encode("utf-16-le"), GapCause.MALFORMED),
        (b"a\n" + b"x" * 40_000, GapCause.MALFORMED),
    ],
)
def test_what_is_no_table_is_an_error(data: bytes, cause: GapCause) -> None:
    with pytest.raises(SourceError) as caught:
        read_csv(data)
    assert caught.value.cause is cause


def read_or_cause(data: bytes) -> Table | GapCause:
    try:
        return read_csv(data)
    except SourceError as error:
        return error.cause


@given(st.binary(max_size=400))
def test_any_bytes_give_a_table_or_a_source_error(data: bytes) -> None:
    result = read_or_cause(data)
    if isinstance(result, Table):
        numbers = [row.number for row in result.rows]
        assert numbers == sorted(set(numbers))


CELLS = st.text(st.characters(codec="utf-8", exclude_characters="\0\x1e"), max_size=8)


@given(st.lists(st.lists(CELLS, min_size=3, max_size=3), max_size=8))
def test_what_a_spreadsheet_wrote_is_read_back_with_its_row_numbers(rows: list[list[str]]) -> None:
    written = io.StringIO(newline="")
    writer = csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL)
    writer.writerows([["a", "b", "c"], *rows])
    table = read_csv(written.getvalue().encode())
    assert table.cut_off is None
    assert [(row.number, list(row.cells)) for row in table.rows] == list(enumerate(rows, start=2))


def workbook(*rows: tuple[object, ...], title: str = "Blad1") -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = title
    for row in rows:
        sheet.append(list(row))
    held = io.BytesIO()
    book.save(held)
    return held.getvalue()


def test_a_sheet_is_read_with_row_numbers() -> None:
    table = read_workbook(workbook(("system", "antal"), ("Treserva", 3), (None, None), ("Edp", 4.0)))
    assert table.header == ("system", "antal")
    assert [(row.number, row.cells) for row in table.rows if not row.blank] == [
        (2, ("Treserva", 3)),
        (4, ("Edp", 4)),
    ]


def test_a_sheet_that_is_not_there_names_those_that_are() -> None:
    with pytest.raises(SourceError) as caught:
        read_workbook(workbook(("a",)), "Blad2")
    assert caught.value.cause is GapCause.ABSENT
    assert "Blad1" in caught.value.remedy


def test_a_damaged_or_swollen_workbook_is_malformed() -> None:
    whole = workbook(("a",), (1,))
    with pytest.raises(SourceError, match="damaged"):
        read_workbook(whole[: len(whole) // 2])
    bomb = io.BytesIO()
    with zipfile.ZipFile(bomb, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(11):
            archive.writestr(f"part{number}", bytes(100 << 20))
    with pytest.raises(SourceError, match="unpacks to"):
        read_workbook(bomb.getvalue())


def test_an_xml_bomb_is_refused() -> None:
    whole, changed = io.BytesIO(workbook(("a",), (1,))), io.BytesIO()
    with zipfile.ZipFile(whole) as archive, zipfile.ZipFile(changed, "w") as copy:
        for name in archive.namelist():
            data = archive.read(name)
            if name == "xl/workbook.xml":
                bomb = b'<!DOCTYPE b [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>'
                data = bomb + data.partition(b"?>")[2] if data.startswith(b"<?xml") else bomb + data
            copy.writestr(name, data)
    with pytest.raises(SourceError) as caught:
        read_workbook(changed.getvalue())
    assert caught.value.cause is GapCause.MALFORMED
