"""What a mapping says besides columns: fixed values, units, rows that are left out, and whose word it is."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from collector.evidence import Obtained
from collector.register.register import RegisterFile
from collector.source import SourceError
from config.loading import parse_settings
from config.problems import SettingsError
from config.registers import Register
from styrk.sources import configured_sources
from tests.collector.register.gathering import gathered, systems, told

LOG = "System;Datum;Timmar;Typ\nLex;2026-05-04;1,5;Test\nEdp;2026-05-05;0,25;Övning\nAgresso;2026-05-06;2;test\n"
TIMES: dict[str, Any] = {
    "columns": {"system": "System", "date": "Datum", "duration_minutes": "Timmar"},
    "scale": {"duration_minutes": 60},
}
STATED = """\
System;Datum;Vem;När
Lex;2026-05-04;it.chef;2026-11-01
Edp;2026-05-05;it.chef;2025-10-01
Agresso;2026-05-06;;2026-11-01
Kartan;2026-05-07;it.chef;2026-12-24
"""
PLAIN: dict[str, Any] = {"columns": {"system": "System", "date": "Datum"}}


def test_hours_become_minutes(tmp_path: Path) -> None:
    evidence = gathered(tmp_path, LOG.encode(), **TIMES)
    minutes = [record.duration_minutes for record in evidence.populations[0].records]  # type: ignore[attr-defined]
    assert minutes == [90, 15, 120]


def test_rows_of_another_kind_are_left_out_and_counted(tmp_path: Path) -> None:
    evidence = gathered(tmp_path, LOG.encode(), **TIMES, only={"Typ": ("Test",)})
    assert systems(evidence) == ["Lex", "Agresso"]
    (population,) = evidence.populations
    assert population.complete
    assert "read export.csv: 1 rows left out by `only` or `without`: 3" in population.provenance.method


def test_a_value_may_be_the_same_in_every_row(tmp_path: Path) -> None:
    fixed = {"result": "godkänd", "scope": "hela systemet"}
    evidence = gathered(tmp_path, LOG.encode(), **PLAIN, fixed=fixed)
    records: list[Any] = list(evidence.populations[0].records)
    assert {(record.result, record.scope) for record in records} == {("passed", "hela systemet")}


@pytest.mark.parametrize(
    ("settings", "words"),
    [
        ({"fixed": {"result": "kanske"}}, "cannot have result 'kanske'"),
        ({"scale": {"system": 2}}, "no whole number in system"),
        ({"time_zone": "Europe/Stokholm"}, "no time zone Europe/Stokholm"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_at_once(settings: dict[str, Any], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        RegisterFile(Register(id="r", holds="restore-test", file=Path("x"), **PLAIN, **settings))


@pytest.mark.parametrize(
    ("dated", "read"),
    [(date(2026, 11, 1), 2), (date(2025, 11, 21), 2), (date(2025, 11, 20), 0), (date(2026, 11, 22), 0)],
)
def test_a_statement_counts_for_its_days_and_then_for_nothing(dated: date, read: int, tmp_path: Path) -> None:
    attested = {"by": "it.chef", "dated": dated, "valid_days": 365}
    evidence = gathered(tmp_path, LOG.encode(), **PLAIN, attested=attested, only={"Typ": ("Test",)})
    assert len(systems(evidence)) == read
    assert ("the statement of it.chef" in "".join(told(evidence))) is (read == 0)


def test_each_row_may_have_its_own_statement(tmp_path: Path) -> None:
    attested = {"by_column": "Vem", "dated_column": "När", "valid_days": 365}
    evidence = gathered(tmp_path, STATED.encode(), **PLAIN, attested=attested)
    assert systems(evidence) == ["Lex"]
    assert told(evidence) == [
        "absent row 3: row 3: the statement of it.chef of 2025-10-01 counted for 365 days, to 2026-10-01",
        "malformed row 4: row 4, column Vem: empty: nobody's statement, or of no day",
        "absent row 5: row 5: the statement of it.chef is dated 2026-12-24, which is to come",
    ]
    assert "read export.csv: stated by it.chef on 2026-11-01: row 2" in evidence.populations[0].provenance.method


SETTINGS = """\
organisation: {name: Provkommun}
sources: [{id: here, type: local}]
registers:
  - id: tests
    file: log.csv
    mapping: log.yaml
    columns: {date: Dag}
    attested: {by: it.chef, dated: 2026-11-01, valid_days: 92}
"""
MAPPING = """\
id: log
title: Driftens logg
holds: restore-test
made_from: export
source: version 4
columns: {system: System, date: Datum, duration_minutes: Timmar}
scale: {duration_minutes: 60}
delimiter: ";"
"""


def test_a_mapping_file_gives_what_the_settings_do_not_say(tmp_path: Path) -> None:
    (tmp_path / "log.yaml").write_text(MAPPING, "utf-8")
    settings = parse_settings(SETTINGS.encode(), "styrk.yaml", tmp_path)
    (register,) = settings.registers
    assert (register.holds, register.delimiter, register.scale) == ("restore-test", ";", {"duration_minutes": 60})
    assert register.columns == {"system": "System", "date": "Dag", "duration_minutes": "Timmar"}
    source = RegisterFile(register)
    (configured,) = [each for each, kind in configured_sources(settings, source.provides) if kind == "register"]
    assert configured.obtained is Obtained.ATTESTED


@pytest.mark.parametrize(
    ("settings", "mapping", "mistake"),
    [
        ("mapping: logg.yaml", MAPPING, "the file cannot be read: No such file"),
        ("mapping: moodle", MAPPING, "styrk.yaml:6:14: registers.0.mapping: there is no mapping moodle"),
        ("mapping: log.yaml", MAPPING.replace("system: System", "sytem: System"), "restore-test has no field sytem"),
        ("mapping: log.yaml", MAPPING.replace("restore-test", "restore-tset"), "holds: unknown value; did you mean"),
        ("mapping: log.yaml\n    holds: employment", MAPPING, "is one of restore-test, the register holds employment"),
        ("mapping: log.yaml\n    fixed: {syste: A}", MAPPING, "styrk.yaml:7:13: registers.0.fixed.syste: restore-test"),
        ("mapping: log.yaml\n    group: elected", MAPPING, "only a register of employments has a group"),
        ("mapping: log.yaml", MAPPING + "only: {Typ: [Test]}\nscale: {}\n", "duplicate key, first on line 7"),
        ("mapping: log.yaml", MAPPING.replace("{duration_minutes: 60}", "{scope: 60}"), "no column is mapped to scope"),
    ],
)
def test_every_mistake_in_it_is_told_with_its_place(settings: str, mapping: str, mistake: str, tmp_path: Path) -> None:
    (tmp_path / "log.yaml").write_text(mapping, "utf-8")
    with pytest.raises(SettingsError) as caught:
        parse_settings(SETTINGS.replace("mapping: log.yaml", settings).encode(), "styrk.yaml", tmp_path)
    assert mistake in str(caught.value)
    assert "this key is required" not in str(caught.value)


def test_whose_word_it_is_must_be_said_whole(tmp_path: Path) -> None:
    (tmp_path / "log.yaml").write_text(MAPPING, "utf-8")
    with pytest.raises(SettingsError, match="`by` and `dated`, or `by_column` and `dated_column`"):
        parse_settings(SETTINGS.replace("by: it.chef, ", "").encode(), "styrk.yaml", tmp_path)
