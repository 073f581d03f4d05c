"""Registers as Swedish offices export them: HR roster, system register and restore-test log."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from openpyxl import Workbook

from tests.servers.estate import DirectoryTruth

ROSTER_COLUMNS = ("Anställningsnr", "Grupp", "Status", "Startdatum", "Slutdatum", "Enhet")
SYSTEM_COLUMNS = ("System", "Verksamhetskritiskt", "Värdar", "Systemägare", "Leverantör", "Miljö")
RESTORE_COLUMNS = (
    *("System", "Datum", "Omfattning", "Återställningspunkt", "Mål", "Resultat", "Tid (min)"),
    *("Verifierad av IT", "Verifierad av verksamheten"),
)
SYSTEMS: tuple[tuple[str, bool, str], ...] = (
    ("Ekonomi", True, "app1"),
    ("Journal", True, "db1"),
    ("Webbplats", True, "web1"),
    ("Filer", True, "fil1"),
    ("Arkiv", False, "arkiv1"),
)
"""System, whether it is mission-critical, its host in the backups."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RegistersTruth:
    """What is true of the restore tests, by system."""

    tested: frozenset[str]
    """Passed within twelve months, verified by IT and by the business."""
    test_too_old: frozenset[str]
    failed: frozenset[str]
    """The latest test failed, and none has passed since."""
    not_verified_by_business: frozenset[str]
    never_tested: frozenset[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    """The files, and what is true of them; CSV is `;`, cp1252, CRLF, dates as 2026-11-21."""

    roster: Path
    systems: Path
    restore_tests: Path
    restore_tests_xlsx: Path
    """The same log as a workbook, with real dates and numbers."""
    truth: RegistersTruth


def write_registers(folder: Path, now: datetime, directory: DirectoryTruth) -> Registers:
    """Write the registers that belong to a seeded directory and to the backups."""
    today = now.date()
    roster, systems = folder / "personal.csv", folder / "system.csv"
    tests, workbook = folder / "aterlasningstester.csv", folder / "aterlasningstester.xlsx"
    _write_csv(roster, ROSTER_COLUMNS, _roster(today, directory))
    owner = ("Ekonomichef", "Example Drift AB", "produktion")
    rows = [(name, "Ja" if critical else "Nej", host, *owner) for name, critical, host in SYSTEMS]
    _write_csv(systems, SYSTEM_COLUMNS, rows)
    log = list(_restore_tests(today))
    _write_csv(tests, RESTORE_COLUMNS, log)
    book = Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(list(RESTORE_COLUMNS))
    for row in log:
        sheet.append(list(row))
    book.save(workbook)
    truth = RegistersTruth(
        tested=frozenset({"Ekonomi"}),
        test_too_old=frozenset({"Journal"}),
        failed=frozenset({"Webbplats"}),
        not_verified_by_business=frozenset({"Arkiv"}),
        never_tested=frozenset({"Filer"}),
    )
    return Registers(roster=roster, systems=systems, restore_tests=tests, restore_tests_xlsx=workbook, truth=truth)


def _roster(today: date, directory: DirectoryTruth) -> Iterable[tuple[object, ...]]:
    start = today - timedelta(days=2000)

    def ended(days: int) -> date:
        return today - timedelta(days=days)

    yield ("10001", "Anställd", "Avslutad", start, ended(60), "Skola")
    yield ("10002", "Anställd", "Avslutad", start, ended(45), "Vård och omsorg")
    yield ("10003", "Anställd", "Avslutad", start, ended(100), "Miljö")
    yield ("10004", "Anställd", "Anställd", start, ended(-30), "Kultur")
    yield ("10005", "Anställd", "Avslutad", start, ended(300), "Kultur")
    yield ("10005", "Anställd", "Anställd", ended(20), None, "Kultur")
    yield ("10006", "Konsult", "Avslutad", start, ended(60), "IT")
    yield ("10007", "Anställd", "Tjänstledig", start, None, "Skola")
    for account in directory.accounts:
        if account.case == "in-use" and account.person_key:
            yield (
                account.person_key,
                "Anställd",
                "Anställd",
                start,
                None,
                "Skola" if account.unit == "Skola" else "Stab",
            )


def _restore_tests(today: date) -> Iterable[tuple[object, ...]]:
    def row(system: str, days_ago: int, result: str, business: str | None) -> tuple[object, ...]:
        when = today - timedelta(days=days_ago)
        return (system, when, "hel databas", when - timedelta(days=1), "testmiljö", result, 95, "drift", business)

    yield row("Ekonomi", 500, "Godkänd", "ekonom")
    yield row("Ekonomi", 120, "Godkänd", "ekonom")
    yield row("Journal", 430, "Godkänd", "verksamhetschef")
    yield row("Webbplats", 200, "Godkänd", "kommunikatör")
    yield row("Webbplats", 30, "Underkänd", "kommunikatör")
    yield row("Arkiv", 60, "Godkänd", None)


def _write_csv(file: Path, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    lines = [";".join(columns), *(";".join("" if cell is None else str(cell) for cell in row) for row in rows)]
    file.write_bytes(("\r\n".join(lines) + "\r\n").encode("cp1252"))
