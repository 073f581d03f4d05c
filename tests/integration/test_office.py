"""What a real spreadsheet program wrote: LibreOffice Calc, as XLSX, as CSV in four encodings, and as PDF."""

from __future__ import annotations

import subprocess
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.documents.folder import record_of
from collector.documents.pdf import read_pdf
from collector.records.backup import RestoreTest
from tests.collector.register.gathering import gathered, told

pytestmark = pytest.mark.integration

LOG = """\
System;Datum;Timmar;Utfall;Omfattning
Treserva;2026-05-04;1,5;godkänd;"hela systemet
med bilagor"
Örebroportalen;2026-06-01;0,25;underkänd;
"Lex; drift";2026-07-15;1200;godkänd;=1+1
"""
EXPECTED = [
    RestoreTest(
        system="Treserva",
        date=date(2026, 5, 4),
        duration_minutes=90,
        result="passed",
        scope="hela systemet med bilagor",
        row=2,
    ),
    RestoreTest(system="Örebroportalen", date=date(2026, 6, 1), duration_minutes=15, result="failed", row=3),
    RestoreTest(system="Lex; drift", date=date(2026, 7, 15), duration_minutes=72000, result="passed", scope="2", row=4),
]
MAPPING: dict[str, Any] = {
    "columns": {
        "system": "System",
        "date": "Datum",
        "duration_minutes": "Timmar",
        "result": "Utfall",
        "scope": "Omfattning",
    },
    "scale": {"duration_minutes": 60},
}
SWEDISH_CSV = "CSV:59,34,76,1,,1053,false,true,false,false"
"""LibreOffice's import of CSV: semicolon, UTF-8, Swedish, numbers and formulas recognised."""
CSV_KINDS = {
    "cp1252": ("59,34,1", "cp1252"),
    "cp850": ("44,34,4", "cp850"),
    "utf-8": ("9,34,76", "UTF-8"),
    "utf-16": ("124,34,65535", "UTF-16"),
}
"""What the program calls the delimiter and the encoding, and what is understood of it."""


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with log.xlsx, written by Calc from a Swedish CSV."""
    folder = tmp_path_factory.mktemp("office")
    (folder / "log.csv").write_text(LOG, "utf-8")
    convert(folder, folder / "log.csv", "xlsx", f"--infilter={SWEDISH_CSV}")
    return folder


def convert(folder: Path, file: Path, to: str, *options: str, out: str = ".") -> None:
    subprocess.run(
        [
            "soffice",
            "--headless",
            "--norestore",
            f"-env:UserInstallation=file://{folder}/profile",
            *options,
            "--convert-to",
            to,
            "--outdir",
            str(folder / out),
            str(file),
        ],
        check=True,
        capture_output=True,
        timeout=400,
    )


def test_its_workbook_is_read_with_the_values_that_it_computed(office: Path, tmp_path: Path) -> None:
    evidence = gathered(tmp_path, (office / "log.xlsx").read_bytes(), "log.xlsx", **MAPPING)
    assert told(evidence) == []
    (population,) = evidence.populations
    assert list(population.records) == EXPECTED
    assert population.complete


@pytest.mark.parametrize("kind", CSV_KINDS)
def test_its_csv_is_read_in_every_encoding(kind: str, office: Path, tmp_path: Path) -> None:
    tokens, words = CSV_KINDS[kind]
    filter_options = f"csv:Text - txt - csv (StarCalc):{tokens},1,,1053,false,true,false"
    convert(office, office / "log.xlsx", filter_options, out=kind)
    evidence = gathered(tmp_path, (office / kind / "log.csv").read_bytes(), **MAPPING)
    assert told(evidence) == []
    (population,) = evidence.populations
    assert list(population.records) == EXPECTED
    assert f"encoding: {words}" in population.provenance.method[1]


def test_a_pdf_that_it_printed_is_read_for_what_a_reader_sees(office: Path) -> None:
    words = "Riktlinje för informationssäkerhet\nAntagen av kommunstyrelsen 2026-05-04 § 47\nDnr KS 2026/0144\n"
    (office / "riktlinje.csv").write_text(words, "utf-8")
    convert(office, office / "riktlinje.csv", "pdf", "--infilter=CSV:124,34,76,1,,1053,false,false")
    text = read_pdf(office / "riktlinje.pdf")
    record = record_of("riktlinje.pdf", "0" * 64, text)
    assert (record.visible_date, record.date_label) == (date(2026, 5, 4), "antagen")
    assert (record.decided_by, record.paragraph) == ("Kommunstyrelsen", "§ 47")
    assert record.diary_numbers == ("KS 2026/0144",)
