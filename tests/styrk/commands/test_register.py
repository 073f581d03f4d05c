"""`styrk register` shows how a file is understood, at 80 columns, before a judgement rests on it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from config.columns import COLUMNS
from styrk.cli import main
from tests.styrk.runs import write_estate

LOG = """\
Ärende;System;Datum;Timmar;Utfall;Anteckning
1;Treserva;2026-05-04;1,5;godkänd;ok
2;Lex;03/04/2026;2;underkänd;
3;;2026-05-06;x;godkänd;"rad ett
rad två"

4;Edp;2026-05-06;0,25;kanske;
"""
MAPPING = """\
id: log
title: Driftens logg
holds: restore-test
made_from: export
source: version 4
columns: {system: System, date: Datum, duration_minutes: Timmar, result: Utfall}
scale: {duration_minutes: 60}
"""


@pytest.fixture
def log(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "log.yaml").write_text(MAPPING, "utf-8")
    (tmp_path / "log.csv").write_bytes(LOG.encode("cp1252"))
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "80")
    return Path("log.csv")


def shown(capsys: pytest.CaptureFixture[str], *words: str) -> tuple[int, str]:
    status = main(["register", *words])
    return status, capsys.readouterr().out


def test_it_says_how_the_file_was_read_and_names_each_problem(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = shown(capsys, "check", "log.csv", "--mapping", "log.yaml")
    assert status == 1
    for words in (
        "encoding   cp1252: it is not UTF-8",
        "delimiter  semicolon, which the header row uses most",
        "holds      restore-test, by mapping log",
        "Timmar      duration_minutes (times 60)",
        "Anteckning  -",
        "4 rows, 1 read, 3 not",
        "3    Datum   03/04/2026  could be read as two different days",
        "4    System  -           empty",
        "6    Utfall  kanske      means none of failed, passed",
    ):
        assert words in out
    assert max(map(len, out.splitlines())) <= 80


def test_as_json_nothing_is_shortened(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = shown(capsys, "check", "log.csv", "--mapping", "log.yaml", "--json")
    page: dict[str, Any] = json.loads(out)
    assert status == 1
    assert page["rows"]["read"] == 1
    assert page["rows"]["blank"] == [5]
    assert [(each["row"], each["column"]) for each in page["problems"]] == [
        (3, "Datum"),
        (4, "System"),
        (4, "Timmar"),
        (6, "Utfall"),
    ]


def test_without_a_mapping_it_proposes_one_and_reads_nothing(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    status, out = shown(capsys, "check", "log.csv", "--holds", "restore-test")
    assert status == 2
    assert 'system: "System"\n      date: "Datum"\n      # scope: ...' in out
    assert 'result: "Utfall"\n      # duration_minutes: ...' in out
    assert "Datum       -        date in 3 of 4, 4 filled" in out
    assert "godkänd | kanske | underkänd" in out


def test_a_sound_file_of_the_settings_is_found_by_its_id_or_its_name(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings = str(write_estate(tmp_path))
    assert shown(capsys, "check", "systems", "-c", settings)[0] == 0
    status, out = shown(capsys, "check", str(tmp_path / "systems.csv"), "-c", settings)
    assert status == 0
    assert "3 rows, 3 read" in out


def test_what_the_export_does_not_say_may_be_given(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("kurs.csv").write_text("ID,Name,ID number,Course complete\n7,A,1001,\n", "utf-8")
    words = ["check", "kurs.csv", "--mapping", "moodle-course-completion"]
    status, out = shown(capsys, *words)
    assert (status, "needs a column for course, or the value under `fixed`" in " ".join(out.split())) == (2, True)
    status, out = shown(capsys, *words, "--fixed", "course=Informationssäkerhet")
    assert (status, "course = Informationssäkerhet in every row" in out) == (0, True)
    assert main(["register", *words, "--fixed", "curse=x"]) == 2


def test_a_file_that_cannot_be_used_says_why(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(LOG.replace("Datum", "Dag").encode())
    status, out = shown(capsys, "check", "log.csv", "--mapping", "log.yaml")
    assert status == 2
    assert "cannot be read: the file has no column 'Datum'" in out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["check"], "which file?"),
        (["check", "none.csv"], "no file none.csv"),
        (["check", "log.csv", "--holds", "restore"], "no register holds restore; did you mean restore-test?"),
        (["check", "log.csv", "--mapping", "log.yaml", "--holds", "risk"], "is a mapping of restore-test, not of risk"),
        (["kinds", "restore"], "did you mean restore-test?"),
    ],
)
def test_a_mistake_in_the_call_says_what_to_do(
    words: list[str], said: str, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", *words]) == 2
    assert said in capsys.readouterr().err


def test_kinds_and_mappings_are_listed(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    _, out = shown(capsys, "kinds")
    assert [line for line in out.splitlines() if not line.startswith(" ")] == sorted(COLUMNS)
    _, out = shown(capsys, "mappings")
    assert "made from documentation, not tried on a real export" in " ".join(out.split())
    _, out = shown(capsys, "mappings", "osticket-tickets")
    assert "Ticket Number" in out
    assert max(map(len, out.splitlines())) <= 80


def test_a_cell_that_drives_a_terminal_is_shown_by_its_code(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log.write_bytes(LOG.replace("Treserva", "Tre\x1b[2Jserva").encode())
    _, out = shown(capsys, "check", "log.csv", "--mapping", "log.yaml")
    assert "\x1b" not in out
    assert "holds control characters" in " ".join(out.split())


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--mapping", "log.yaml", "--header-row", "0"), "rows are counted from 1"),
        (("--header-row", "-1"), "rows are counted from 1"),
        (("-c", "styrk.yaml", "--header-row", "2"), "are for a file without settings"),
        (("-c", "styrk.yaml", "--sheet", "Blad1"), "are for a file without settings"),
    ],
)
def test_rows_and_sheets_that_cannot_be_meant_are_refused(
    words: tuple[str, ...], said: str, log: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["register", "check", str(log), *words]) == 2
    assert said in capsys.readouterr().err
