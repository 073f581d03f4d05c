"""Evidence of a test, judged anew with one part of it missing: what is not seen neither acquits nor accuses.

Each kind that a check joins is replaced in turn by a source that did not answer, and by an export whose rows could not
be read; each column of a register is replaced by one that the export does not have; and what was read is dated to an
earlier day. What deviated may then be undetermined, but may not vanish from a finding that is settled; and nobody new
may be accused.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from checks.discovery import ModuleCheck
from checks.finding import Finding, Status
from checks.judgement import judge
from collector.evidence import EvidenceSet, Gap, GapCause, Population
from collector.records.record import kind_name

LARGEST = 40
"""Records; a test with more of them is about speed or size, and is not judged anew."""
SETTLED = {Status.SATISFIED, Status.NOT_APPLICABLE}
REGISTERS = ("assets", "changes", "governance", "incidents", "monitoring", "suppliers")
"""Families of checks whose subjects are rows of registers: there an export may lack any column."""
READ_FROM_PRODUCTS = {"snapshot", "backup-run", "backup-repository", "restore-drill", "integrity-check"}
"""Kinds that come from a backup product, a repository or a report: whole, or as gaps."""
READ_BY_DEVICE = {"firewall-chain", "firewall-rule", "interface", "route", "listener"}
"""Kinds of which a device or a host gives all or nothing: what is missing names it."""
FAMILIES = (*REGISTERS, "backup", "host", "identity", "documents", "network")


def hold(
    check: ModuleCheck, held: EvidenceSet, parameters: Mapping[str, Any], as_of: datetime, found: list[Finding]
) -> None:
    """Raises AssertionError where a missing part makes an exception vanish or accuses somebody new."""
    family = _family(check)
    if family not in FAMILIES or sum(each.count for each in held.populations) > LARGEST:
        return
    for what, less in _lessened(check, held, columns=family in (*REGISTERS, "backup")):
        if (check.id, what) in DECIDED or what in EVERYWHERE:
            continue
        said = judge(check, less, parameters, as_of)
        added = sorted(_exceptions(said) - _exceptions(found))
        assert not added, f"{check.id}: without {what}, this is accused: {added}"
        gone = sorted(_exceptions(found) - _exceptions(said))
        settled = all(each.status in SETTLED for each in said)
        assert not (gone and settled), f"{check.id}: without {what}, this vanishes: {gone}"


def _family(check: ModuleCheck) -> str:
    return check.module.split(".")[1]


def _exceptions(found: Iterable[Finding]) -> set[tuple[str, str]]:
    return {(each.source, one.subject) for each in found for one in each.exceptions}


def _lessened(check: ModuleCheck, held: EvidenceSet, *, columns: bool) -> Iterator[tuple[str, EvidenceSet]]:
    yield "what came after the exports", EvidenceSet(tuple(map(_older, held.populations)), held.gaps)
    for kind in check.reads:
        name = kind_name(kind)
        there = [each for each in held.populations if each.kind == name]
        rest = tuple(each for each in held.populations if each.kind != name)
        if there and kind is not check.reads[0]:
            gaps = tuple(_gap(each) for each in there)
            yield f"gap {name}", EvidenceSet(rest, (*held.gaps, *gaps))
            yield f"rows {name}", EvidenceSet((*rest, *map(_emptied, there)), held.gaps)
        if there and columns and name not in READ_FROM_PRODUCTS:
            for column in dataclasses.fields(kind):  # type: ignore[arg-type]  # every record type is a dataclass
                if column.name != "row" and column.default is not dataclasses.MISSING:
                    cut = tuple(_cut(each, column.name, column.default) for each in there)
                    yield f"column {name}.{column.name}", EvidenceSet((*rest, *cut), held.gaps)


def _gap(population: Population[Any], subject: str | None = None) -> Gap:
    return Gap(population.kind, population.source, GapCause.UNREACHABLE, "no answer", subject=subject)


def _older(population: Population[Any]) -> Population[Any]:
    written = population.provenance.speaks_of - timedelta(days=30)
    return replace(population, provenance=replace(population.provenance, dated=written))


def _emptied(population: Population[Any]) -> Population[Any]:
    names = ("row 9",)
    if population.kind in READ_BY_DEVICE:
        held = {
            getattr(each, field) for each in population.records for field in ("device", "host") if hasattr(each, field)
        }
        names = tuple(sorted(held)) or names
    lost = tuple(_gap(population, subject=name) for name in names)
    return replace(population, missing=(*population.missing, *lost), count=0, source_count=None, read=lambda: iter(()))


def _cut(population: Population[Any], name: str, default: object) -> Population[Any]:
    records = [replace(each, **{name: default}) for each in population.records]
    return replace(population, unreadable=(*population.unreadable, name), read=lambda: iter(records))


EVERYWHERE = {
    "column employment.status": "a roster that gives last days needs no status",
}
"""As `DECIDED`, of whatever check."""
DECIDED: dict[tuple[str, str], str] = {
    **{
        (check, f"column {column}"): "the control's own limit holds, or none, where the register makes no demand"
        for check, column in (
            ("backup-daily--period", "protected-system.backup_interval_hours"),
            ("backup-coverage", "protected-system.backup_paths"),
            ("backup-separate", "protected-system.copies_at"),
            ("backup-daily--rpo", "protected-system.rpo_hours"),
            ("backup-daily--retention", "protected-system.retention_days"),
            ("restore-test-annual--rto", "protected-system.rto_minutes"),
            ("recovery-exercise", "protected-system.rto_minutes"),
        )
    },
    ("recovery-exercise", "column protected-system.sites"): "a system of which no sites are named runs at one",
    ("document-dated", "column document.status"): "a document without a status is in force",
    ("document-review-age", "column document.status"): "a document without a status is in force",
    ("document-review-age", "column document.category"): "what is not said to be a contract has the general limit",
    ("document-review-age", "column document.review_due"): "a register that sets no day asks for none of its own",
    ("document-registered", "column diary-entry.title"): "a diary without titles still shows the number",
    ("equipment-room-access", "column room-access.valid_until"): "access without a last day has not run out",
    ("log-central-comparable", "column time-sync.shares_clock"): "the host itself was read: it says so where it shares",
    ("service-level-measured", "column service-level.agreed"): "the control's own level holds where none was agreed",
    ("document-registered--file", "column document.sha256"): "a register without hashes says nothing of the file's",
    ("training-completion", "column training.status"): "a course with a day of completion and no status is completed",
    ("supplier-report-received", "column report-specification.interval_months"): "the control's own interval holds",
}
"""Where a missing part does decide, and why that is right."""
