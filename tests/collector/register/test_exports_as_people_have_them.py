"""Exports with what people write and paste in them: words for nothing, letters nobody sees, merged cells, sums."""

from __future__ import annotations

import io
import os
import typing
import zipfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Literal

import openpyxl
import pytest

from collector.evidence import EvidenceSet
from collector.records.kinds import KINDS
from collector.register.days import read_date
from collector.register.merged_cells import MAX_MERGED, merged_in
from collector.register.register import RegisterFile
from collector.register.understanding import understand
from collector.register.values import ValueUnreadableError, says_not_known, says_nothing
from collector.register.words import WORDS
from collector.source import SourceError
from config.columns import COLUMNS
from config.registers import Register
from tests.collector.register.gathering import NOW, gathered, told

RISKS: dict[str, Any] = {"holds": "risk", "columns": {"risk": "Risk", "treatment": "Åtgärd", "owner": "Ägare"}}
ROSTER: dict[str, Any] = {"holds": "employment", "columns": {"person_key": "Nr", "end": "Till", "unit": "Enhet"}}
SYSTEMS: dict[str, Any] = {"holds": "protected-system", "columns": {"name": "System", "owner": "Ägare"}}


def rows(evidence: EvidenceSet) -> list[Any]:
    (population,) = evidence.populations
    return list(population.records)


@pytest.mark.parametrize(
    "word", ["-", "–", "--", "saknas", "Saknas", "n/a", "N/A", "(tom)", "ej angivet", "...", "?", "okänd"]
)
def test_a_word_for_nothing_is_no_measure_and_no_owner(word: str, tmp_path: Path) -> None:
    text = f"Risk;Åtgärd;Ägare\nR1;{word};{word}\n"
    evidence = gathered(tmp_path, text.encode(), **RISKS)
    (risk,) = rows(evidence)
    assert (risk.treatment, risk.owner) == (None, None)
    (population,) = evidence.populations
    assert (
        f"read export.csv: read as empty cells: «{word}» in Åtgärd; «{word}» in Ägare" in population.provenance.method
    )


def test_a_word_for_nothing_is_no_day_but_one_for_not_knowing_is_not_empty(tmp_path: Path) -> None:
    evidence = gathered(tmp_path, "Nr;Till;Enhet\n1;-;A\n2;saknas;A\n3;okänt;A\n".encode(), **ROSTER)
    assert [(each.person_key, each.end) for each in rows(evidence)] == [("1", None), ("2", None)]
    assert told(evidence) == ["malformed row 4: row 4, column Till: not a date; 2026-11-21 is understood"]


def test_what_the_settings_say_of_a_word_goes_before_it(tmp_path: Path) -> None:
    values = {"treatment": {"-": "accepteras", "*": "annat"}, "owner": {"*": "någon"}}
    (risk,) = rows(gathered(tmp_path, "Risk;Åtgärd;Ägare\nR1;-;-\n".encode(), **RISKS, values=values))
    assert (risk.treatment, risk.owner) == ("accepteras", None)


def test_nothing_among_names_is_no_name(tmp_path: Path) -> None:
    mapping: dict[str, Any] = {"holds": "protected-system", "columns": {"name": "System", "hosts": "Servrar"}}
    text = "System;Servrar\nLön;-\nSkola;app01, -\n"
    assert [each.hosts for each in rows(gathered(tmp_path, text.encode(), **mapping))] == [(), ("app01",)]


def test_a_required_cell_that_says_nothing_refuses_its_row(tmp_path: Path) -> None:
    evidence = gathered(tmp_path, b"Nr;Till;Enhet\n-;;A\n1;;A\n", **ROSTER)
    assert told(evidence) == ["malformed row 2: row 2, column Nr: empty"]


def test_nobodys_statement_is_none(tmp_path: Path) -> None:
    attested = {"by_column": "Ägare", "dated_column": "Dag", "valid_days": 31}
    text = "Risk;Åtgärd;Ägare;Dag\nR1;lås;-;2026-11-01\n"
    evidence = gathered(tmp_path, text.encode(), **RISKS, attested=attested)
    assert [line.partition(": ")[2] for line in told(evidence)] == [
        "row 2, column Ägare: empty: nobody's statement, or of no day"
    ]


def test_no_word_of_a_field_is_one_for_nothing() -> None:
    own = {word for words in WORDS.values() for word in words}
    for kind, columns in COLUMNS.items():
        hints = typing.get_type_hints(KINDS[kind])
        for name in columns.names:
            choices = [hints[name], *typing.get_args(hints[name])]
            own |= {
                str(word) for each in choices if typing.get_origin(each) is Literal for word in typing.get_args(each)
            }
    assert len(own) > 50
    assert not [word for word in own if says_nothing(word) or says_not_known(word)]


@pytest.mark.parametrize(
    "written",
    ["1001\u00a0", "\ufeff1001", "10\u00ad01", "1001\u200b", "\u200e1001\u200f", "1001 "],
)
def test_what_nobody_sees_in_a_key_makes_no_other_person(written: str, tmp_path: Path) -> None:
    (person,) = rows(gathered(tmp_path, f"Nr;Till;Enhet\n{written};;A\n".encode(), **ROSTER))
    assert person.person_key == "1001"


def test_letters_of_a_mac_are_the_same_letters(tmp_path: Path) -> None:
    text = "System;A\u0308gare\nLo\u0308n\u200b;Anna\n"
    (system,) = rows(gathered(tmp_path, text.encode(), **SYSTEMS))
    assert (system.name, system.owner) == ("Lön", "Anna")


def test_a_row_of_invisible_signs_is_blank(tmp_path: Path) -> None:
    assert len(rows(gathered(tmp_path, "System;Ägare\n\u200b;\u00a0\nLön;Anna\n".encode(), **SYSTEMS))) == 1


@pytest.mark.parametrize("word", ["Summa", "Totalt", "TOTALT:", "Totalt 2", "Delsumma", "Antal rader: 2"])
def test_a_sum_under_the_list_is_no_row_of_it(word: str, tmp_path: Path) -> None:
    evidence = gathered(tmp_path, f"System;Ägare\nLön;Anna\n{word};2\n\n".encode(), **SYSTEMS)
    assert [each.name for each in rows(evidence)] == ["Lön"]
    (problem,) = told(evidence)
    assert problem.startswith(f"malformed row 3: row 3, column System: '{word}': looks like a sum under the list")


def test_a_sum_is_left_out_where_the_settings_say_so_and_a_system_of_that_name_is_read(tmp_path: Path) -> None:
    text = "System;Ägare\nTotalt;Anna\nLön;Anna\nSumma;2\n"
    evidence = gathered(tmp_path, text.encode(), **SYSTEMS, without={"System": ("Summa",)})
    assert [each.name for each in rows(evidence)] == ["Totalt", "Lön"]
    (population,) = evidence.populations
    assert population.complete
    assert "read export.csv: 1 rows left out by `only` or `without`: 4" in population.provenance.method


def test_headings_of_a_second_page_are_no_system(tmp_path: Path) -> None:
    text = "System;Ägare\nLön;Anna\nSystem;Ägare\nSkola;Bo\n"
    evidence = gathered(tmp_path, text.encode(), **SYSTEMS)
    assert [(each.name, each.row) for each in rows(evidence)] == [("Lön", 2), ("Skola", 4)]
    (population,) = evidence.populations
    assert "read export.csv: 1 rows skipped that hold the headings again: 3" in population.provenance.method


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("46000", "a spreadsheet's number; format the column as a date"),
        ("260101", "a year of two digits; export it with four, as 2026-11-21"),
        ("26-01-31", "a year of two digits; export it with four, as 2026-11-21"),
        ("2025-02-29", "no such day: 2025-02-29"),
    ],
)
def test_a_day_that_cannot_be_told_says_what_to_do(text: str, why: str) -> None:
    with pytest.raises(ValueUnreadableError) as raised:
        read_date(text)
    assert str(raised.value) == why


def merged_workbook() -> bytes:
    """A title, headings in two rows, an owner merged over two systems, and one merged over two columns."""
    book, held = openpyxl.Workbook(), io.BytesIO()
    book.worksheets[0].title = "Läs mig"
    book.worksheets[0].append(["Fyll i arket System"])
    book.worksheets[0].sheet_state = "hidden"
    sheet = book.create_sheet("System")
    for row in (
        ["Systemregister"],
        [],
        ["System", "Ansvar", None],
        [None, "Ägare", "Förvaltare"],
        ["Lön", "Anna", "Bo"],
        ["Skola", None, "Cia"],
        ["Ärende", "Dan", None],
    ):
        sheet.append(row)
    for cells in ("A1:C1", "A3:A4", "B3:C3", "B5:B6", "B7:C7", "A8:A900"):
        sheet.merge_cells(cells)
    book.save(held)
    return held.getvalue()


MERGED: dict[str, Any] = {
    "holds": "protected-system",
    "header_row": 4,
    "columns": {"name": "System", "owner": "Ägare", "system_manager": "Förvaltare"},
}


def test_a_merged_cell_counts_in_each_of_its_rows(tmp_path: Path) -> None:
    evidence = gathered(tmp_path, merged_workbook(), "system.xlsx", **MERGED)
    assert [(each.name, each.owner, each.system_manager) for each in rows(evidence)] == [
        ("Lön", "Anna", "Bo"),
        ("Skola", "Anna", "Cia"),
    ]
    assert told(evidence) == ["malformed row 7: row 7, column Förvaltare: merged with column B: unmerge the cells"]
    (population,) = evidence.populations
    assert "sheet: System (the first that is shown); not read: Läs mig" in population.provenance.method[1]


def test_a_sheet_whose_part_lies_elsewhere_in_the_archive_is_read_alike(tmp_path: Path) -> None:
    """Where a sheet's part lies is for the archive's relationships to say (ISO/IEC 29500-2, 6.5)."""
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(merged_workbook())) as whole, zipfile.ZipFile(held, "w") as made:
        for part in whole.infolist():
            data = whole.read(part).replace(b"worksheets/sheet2.xml", b"tables/system.xml")
            made.writestr(part.filename.replace("worksheets/sheet2.xml", "tables/system.xml"), data)
    (tmp_path / "there").mkdir()
    there = gathered(tmp_path / "there", held.getvalue(), "system.xlsx", **MERGED)
    here = gathered(tmp_path, merged_workbook(), "system.xlsx", **MERGED)
    assert [list(each.records) for each in there.populations] == [list(each.records) for each in here.populations]
    assert told(there) == told(here) != []


def test_more_merged_cells_than_a_list_has_are_refused() -> None:
    many = b"".join(b'<mergeCell ref="A%d:A%d"/>' % (each, each + 1) for each in range(1, MAX_MERGED + 2))
    with pytest.raises(SourceError, match="more merged cells"):
        merged_in(many)
    with pytest.raises(SourceError, match="more merged cells"):
        merged_in(b'<mergeCell ref="A1:A1048576"/><mergeCell ref="B1:B1048576"/>')
    with pytest.raises(SourceError, match="more merged cells"):  # the second covers less than nothing
        merged_in(
            b"".join(b'<mergeCell ref="%c1:%c1048576"/><mergeCell ref="%c9999999:D1"/>' % ((b,) * 3) for b in b"ABC")
        )


def test_merged_cells_are_counted_through_all_of_a_sheet(tmp_path: Path) -> None:
    cells = [b'<mergeCell ref="A%d:A%d"/>' % (each, each + 1) for each in range(1, MAX_MERGED + 2)]
    apart = b" " * (1 << 21)  # they are in several of the pieces that a sheet is read in
    text = b"".join((*cells[: MAX_MERGED // 2], apart, *cells[MAX_MERGED // 2 :]))
    held = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(merged_workbook())) as whole, zipfile.ZipFile(held, "w") as made:
        for part in whole.infolist():
            data = whole.read(part)
            made.writestr(part, data.replace(b"</mergeCells>", text + b"</mergeCells>"))
    evidence = gathered(tmp_path, held.getvalue(), "system.xlsx", **MERGED)
    assert [gap.detail for gap in evidence.gaps] == ["the sheet has more merged cells than a list has"]


def test_headings_under_titles_are_proposed_and_not_taken(tmp_path: Path) -> None:
    text = "Personal;;\nUtskriven 2026-11-20;;\n\nAnställningsnummer;Till;Enhet\n1;;A\n"
    made = understand(text.encode(), "p.csv", None, date(2026, 11, 21))
    assert made.header_row == 4
    assert [each.heading for each in made.columns] == ["Anställningsnummer", "Till", "Enhet"]
    plainly = understand(b"Nr;Till;Enhet\n1;2026-01-01;A\n", "p.csv", None, date(2026, 11, 21))
    assert plainly.header_row is None


def test_what_stands_in_an_unreadable_cell_of_a_protected_person_is_not_kept(tmp_path: Path) -> None:
    mapping = {**ROSTER, "columns": {**ROSTER["columns"], "protected": "Skydd"}}
    evidence = gathered(tmp_path, b"Nr;Till;Enhet;Skydd\n1;Storgatan 4;Skola;ja\n2;;Bygg;nej\n", **mapping)
    assert told(evidence) == ["malformed row 2: row 2, column Till: not a date; 2026-11-21 is understood"]
    assert not [file for file in (tmp_path / "run").rglob("*") if file.is_file() and b"Storgatan" in file.read_bytes()]


def test_of_columns_with_one_heading_each_has_its_number(tmp_path: Path) -> None:
    text = "System;Datum;Datum;Utfall\nLön;2026-03-01;2026-04-01;godkänd\n"
    columns = {"system": "System", "date": "Datum (2)", "result": "Utfall"}
    (test,) = rows(gathered(tmp_path, text.encode(), holds="restore-test", columns=columns))
    assert test.date == date(2026, 4, 1)
    refused = gathered(tmp_path, text.encode(), holds="restore-test", columns={**columns, "date": "Datum"})
    assert told(refused) == ["malformed file: two columns are called 'Datum'"]
    assert refused.gaps[0].remedy.startswith("write 'Datum (1)' for the first of them and 'Datum (2)' for the next")


def diagnosed(folder: Path, text: str, *, age_days: int = 1, **settings: Any) -> list[tuple[bool, str]]:
    file = folder / "export.csv"
    file.write_text(text, encoding="utf-8")
    os.utime(file, ((NOW - timedelta(days=age_days)).timestamp(),) * 2)
    source = RegisterFile(Register(id="register", file=file, **settings), now=lambda: NOW)
    return [(each.ok, each.text) for each in source.diagnose()]


def test_the_doctor_says_what_a_scan_will_not_get(tmp_path: Path) -> None:
    as_csv = "read as CSV, UTF-8, which it is throughout"
    whole, odd = "Nr;Till;Enhet\n1;;Å\n2;;Å\n", "Nr;Till;Enhet\n1;2026-02-30;Å\n2;;Å\n"
    assert diagnosed(tmp_path, whole, **ROSTER) == [(True, f"2 rows, all mapped columns are there; {as_csv}")]
    assert diagnosed(tmp_path, odd, **ROSTER) == [(False, f"1 of 2 rows cannot be read; {as_csv}")]
    assert diagnosed(tmp_path, whole, **ROSTER, age_days=60)[1] == (
        False,
        "absent: no current export: the file is of 2026-09-22, 60 days old",
    )
    assert diagnosed(tmp_path, whole, **ROSTER, expected_rows=3)[1] == (
        False,
        "truncated: the file has 2 rows; the settings expect 3",
    )
    stated = {"by": "IT-chef", "dated": date(2026, 9, 1), "valid_days": 31}
    (only,) = diagnosed(tmp_path, whole, **ROSTER, attested=stated)
    assert only == (False, "the statement of IT-chef of 2026-09-01 counted for 31 days, to 2026-10-02")
