"""Registers as sources: mapped columns, gaps by row, and nothing of the file but what was asked for."""

from __future__ import annotations

import gzip
import hashlib
import io
import os
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause, Population
from collector.recorder import ConfiguredSource
from collector.records.access import (
    AccessRequest,
    AccessReview,
    ExternalAccount,
    GroupPurpose,
    SharedAccount,
    UnitChange,
)
from collector.records.backup import ProtectedSystem, RestoreTest
from collector.records.identity import Employment
from collector.register.register import RegisterFile
from collector.source import SourceError
from config.registers import Register

RECORDINGS = Path(__file__).parents[1] / "recordings" / "register"
NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
ROSTER = {"person_key": "Anställningsnr", "start": "Från", "end": "Till", "status": "Status", "on_leave": "Status"}
LEAVE = {"on_leave": {"Tjänstledig": "ja", "*": "nej"}}
CHANGES: dict[str, Any] = {"holds": "major-change", "columns": {"system": "System", "date": "Datum"}}
RESTORE = {"system": "System", "date": "Datum", "result": "Utfall", "duration_minutes": "Minuter"}


@pytest.fixture
def gather(tmp_path: Path) -> Callable[..., EvidenceSet]:
    def run(data: bytes, name: str = "export.csv", *, age_days: float = 1, **settings: object) -> EvidenceSet:
        file = tmp_path / name
        file.write_bytes(data)
        modified = (NOW - timedelta(days=age_days)).timestamp()
        os.utime(file, (modified, modified))
        source = RegisterFile(Register(id="register", file=file, **settings), now=lambda: NOW)  # type: ignore[arg-type]
        return collect([ConfiguredSource(source, source.provides)], tmp_path / "run", "test")

    return run


def workbook(*rows: tuple[object, ...]) -> bytes:
    book, held = openpyxl.Workbook(), io.BytesIO()
    for row in rows:
        book.worksheets[0].append(list(row))
    book.save(held)
    return held.getvalue()


def only(evidence: EvidenceSet) -> Population:  # type: ignore[type-arg]
    (population,) = evidence.populations
    return population


def test_a_swedish_roster_is_read(gather: Callable[..., EvidenceSet]) -> None:
    data = (RECORDINGS / "roster-cp1252.csv").read_bytes()
    population = only(
        gather(data, holds="employment", columns=ROSTER, values=LEAVE, encoding="cp1252", group="employee")
    )
    assert [(e.person_key, e.end, e.on_leave, e.group, e.row) for e in population.records] == [
        ("1001", None, False, "employee", 2),
        ("1002", date(2026, 3, 31), False, "employee", 3),
        ("1003", None, True, "employee", 4),
    ]
    assert population.complete
    assert hashlib.sha256(data).hexdigest() in population.provenance.method[0]


def test_names_and_numbers_of_people_stay_behind(gather: Callable[..., EvidenceSet], tmp_path: Path) -> None:
    data = (RECORDINGS / "roster-cp1252.csv").read_bytes()
    only(gather(data, holds="employment", columns=ROSTER, values=LEAVE, encoding="cp1252"))
    kept = b"".join(path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file())
    assert b"Lindqvist" not in gzip.decompress(kept)
    assert b"1002" in gzip.decompress(kept)


def test_a_restore_log_from_excel_is_read(gather: Callable[..., EvidenceSet]) -> None:
    data = workbook(
        ("System", "Datum", "Utfall", "Minuter"),
        ("Treserva", date(2026, 5, 4), "Godkänd", 45),
        ("Lex", "2026-06-01", "underkänt", "1 200"),
    )
    population = only(gather(data, "log.xlsx", holds="restore-test", columns=RESTORE))
    assert list(population.records) == [
        RestoreTest(system="Treserva", date=date(2026, 5, 4), result="passed", duration_minutes=45, row=2),
        RestoreTest(system="Lex", date=date(2026, 6, 1), result="failed", duration_minutes=1200, row=3),
    ]


def test_an_unreadable_row_is_a_gap_with_its_number_and_column(gather: Callable[..., EvidenceSet]) -> None:
    data = (
        "System;Datum;Utfall;Minuter\nA;2026-01-01;ok;5\nB;03/04/2026;ok;5\nC;2026-01-01;kanske;5\n;2026-01-01;ok;1\n"
    )
    population = only(gather(data.encode(), holds="restore-test", columns=RESTORE))
    assert [record.system for record in population.records] == ["A"]
    assert (population.source_count, population.complete) == (4, False)
    assert [gap.subject for gap in population.missing] == ["row 3", "row 4", "row 5"]
    assert "column Datum" in population.missing[0].detail
    assert "two different days" in population.missing[0].detail


def test_a_missing_column_names_those_that_are_there(gather: Callable[..., EvidenceSet]) -> None:
    (gap,) = gather(b"System;Dag\nA;2026-01-01\n", **CHANGES).gaps
    assert gap.cause is GapCause.MALFORMED
    assert "'Datum'" in gap.detail
    assert "System, Dag" in gap.remedy


@pytest.mark.parametrize("data", [b"System;Datum\nA;2026-01-01\nB", b'System;Datum\nA;2026-01-01\nB;"2026'])
def test_a_file_that_is_cut_off_is_incomplete(data: bytes, gather: Callable[..., EvidenceSet]) -> None:
    population = only(gather(data, **CHANGES))
    assert [(gap.cause, gap.subject) for gap in population.missing] == [(GapCause.TRUNCATED, "row 3")]
    assert (population.count, population.source_count) == (1, 2)


@pytest.mark.parametrize(("expected", "complete"), [(1, True), (2, False), (0, False)])
def test_the_exports_own_count_is_compared(expected: int, complete: bool, gather: Callable[..., EvidenceSet]) -> None:
    population = only(gather(b"System;Datum\nA;2026-01-01\n", expected_rows=expected, **CHANGES))
    assert population.complete is complete


@pytest.mark.parametrize(("age", "current"), [(30, True), (30.1, False)])
def test_an_export_is_current_to_the_end_of_its_last_day(
    age: float, current: bool, gather: Callable[..., EvidenceSet]
) -> None:
    population = only(gather(b"System;Datum\nA;2026-01-01\n", age_days=age, max_age_days=30, **CHANGES))
    assert population.complete is current


def test_an_old_export_is_no_current_knowledge(gather: Callable[..., EvidenceSet]) -> None:
    population = only(gather(b"System;Datum\nA;2026-01-01\n", age_days=40, **CHANGES))
    (gap,) = population.missing
    assert "40 days old" in gap.detail


def test_a_file_that_is_not_there_is_absent(tmp_path: Path) -> None:
    settings = Register(id="r", holds="employment", file=tmp_path / "none.csv", columns={"person_key": "K"})
    source = RegisterFile(settings)
    (gap,) = collect([ConfiguredSource(source, source.provides)], tmp_path / "run", "test").gaps
    assert gap.cause is GapCause.ABSENT


@pytest.mark.parametrize(
    ("holds", "columns", "words"),
    [
        ("employment", {"person_key": "K", "salary": "L"}, "no field salary"),
        ("restore-test", {"system": "S"}, "needs a column for date"),
    ],
)
def test_a_mapping_that_cannot_work_is_refused_at_once(holds: str, columns: dict[str, str], words: str) -> None:
    with pytest.raises(SourceError, match=words):
        RegisterFile(Register(id="r", holds=holds, file=Path("x.csv"), columns=columns))


def test_blank_rows_and_repeated_rows_are_told(gather: Callable[..., EvidenceSet]) -> None:
    population = only(gather(b"System;Datum\nA;2026-01-01\n;\nA;2026-01-01\n", **CHANGES))
    assert (population.count, population.source_count) == (2, 2)
    assert "1 blank rows skipped; rows with the same content: 2 and 4" in population.provenance.method[2]


def test_a_system_register_lists_hosts(gather: Callable[..., EvidenceSet]) -> None:
    data = b"Namn|Kritisk|Servrar\nTreserva|ja|app1, db1\nLex|nej|\n"
    columns = {"name": "Namn", "critical": "Kritisk", "hosts": "Servrar"}
    population = only(gather(data, holds="protected-system", columns=columns))
    assert list(population.records) == [
        ProtectedSystem(name="Treserva", critical=True, hosts=("app1", "db1"), row=2),
        ProtectedSystem(name="Lex", critical=False, row=3),
    ]


def test_of_a_protected_person_nothing_is_kept_that_tells_where_they_work(
    gather: Callable[..., EvidenceSet], tmp_path: Path
) -> None:
    data = "Nr;Enhet;Status;Chef;Till;Skydd\n1;Skola;Anställd;c1;;nej\n2;Hemtjänst;Vikarie;c2;2026-12-31;ja\n"
    columns = {"person_key": "Nr", "unit": "Enhet", "status": "Status", "manager": "Chef", "end": "Till"}
    found = only(gather(data.encode(), holds="employment", columns=columns | {"protected": "Skydd"}))
    assert list(found.records) == [
        Employment(person_key="1", unit="Skola", status="Anställd", manager="c1", row=2),
        Employment(person_key="2", end=date(2026, 12, 31), row=3),
    ]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "run").rglob("*") if path.is_file())
    text = gzip.decompress(kept)
    assert b"Skola" in text
    assert not [word for word in (b"Hemtj", b"Vikarie", b"c2", b"protected") if word in text]


def test_nor_is_where_a_protected_person_moves(gather: Callable[..., EvidenceSet]) -> None:
    data = "Nr;Dag;Från;Till;Skydd\n1;2026-05-01;Skola;Kultur;\n2;2026-05-01;Skola;Kultur;ja\n"
    columns = {"person_key": "Nr", "date": "Dag", "unit_from": "Från", "unit_to": "Till", "protected": "Skydd"}
    found = list(only(gather(data.encode(), holds="unit-change", columns=columns)).records)
    assert found[1] == UnitChange(person_key="2", date=date(2026, 5, 1), row=3)
    assert found[0] == UnitChange(person_key="1", date=date(2026, 5, 1), unit_from="Skola", unit_to="Kultur", row=2)


@pytest.mark.parametrize(
    ("holds", "header", "row", "expected"),
    [
        (
            "access-review",
            "system;date;reviewer;population_count;removed",
            'Ekonomi;2026-05-01;ek.chef;1 200;"anna, bo"',
            AccessReview(
                system="Ekonomi",
                date=date(2026, 5, 1),
                reviewer="ek.chef",
                population_count=1200,
                removed=("anna", "bo"),
                row=2,
            ),
        ),
        (
            "access-request",
            "reference;account;group;requested;approved;approver;approver_role;refused",
            "R1;anna;GG-Ekonomi;2026-05-01;2026-05-02;ek.chef;Systemägare;nej",
            AccessRequest(
                reference="R1",
                account="anna",
                group="GG-Ekonomi",
                requested=date(2026, 5, 1),
                approved=date(2026, 5, 2),
                approver="ek.chef",
                approver_role="system-owner",
                refused=False,
                row=2,
            ),
        ),
        (
            "unit-change",
            "person_key;date;unit_from;unit_to",
            "1;2026-05-01;Skola;Kultur",
            UnitChange(person_key="1", date=date(2026, 5, 1), unit_from="Skola", unit_to="Kultur", row=2),
        ),
        (
            "group-purpose",
            "group;unit;system",
            "GG-Ekonomi;;Ekonomi",
            GroupPurpose(group="GG-Ekonomi", system="Ekonomi", row=2),
        ),
        (
            "external-account",
            "account;supplier;sponsor;contract_end",
            "ext-kim;Driftbolaget;it.chef;2026-12-31",
            ExternalAccount(
                account="ext-kim", supplier="Driftbolaget", sponsor="it.chef", contract_end=date(2026, 12, 31), row=2
            ),
        ),
        (
            "shared-account",
            "account;owner;purpose;decided;valid_until",
            "reception;kom.chef;Bemanning;2026-01-01;2026-12-31",
            SharedAccount(
                account="reception",
                owner="kom.chef",
                purpose="Bemanning",
                decided=date(2026, 1, 1),
                valid_until=date(2026, 12, 31),
                row=2,
            ),
        ),
    ],
)
def test_each_register_of_access_is_read(
    holds: str, header: str, row: str, expected: object, gather: Callable[..., EvidenceSet]
) -> None:
    columns = {name: name for name in header.split(";")}
    assert list(only(gather(f"{header}\n{row}\n".encode(), holds=holds, columns=columns)).records) == [expected]
