"""Evidence made for tests: populations over records in memory, with a provenance that says so."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any, TypeVar

from checks.discovery import discover
from checks.finding import Finding
from checks.judgement import judge
from collector.evidence import OWN, EvidenceSet, Gap, GapCause, Obtained, Population, Provenance, population_of
from collector.records.record import Record, kind_name
from tests.checks.missing_parts import hold

R = TypeVar("R", bound=Record)

AS_OF = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
ASKED: Mapping[str, Any] = {"gssapi": False, "host_based": False, "let_in": True, "matches": ()}
"""What sshd's answer and its configuration say of a host without tickets, lists of users and Match lines."""
PROVENANCE = Provenance(
    method=("made for a test",),
    identity="nobody",
    started=AS_OF,
    finished=AS_OF,
    obtained=Obtained.OBSERVED,
    controlled_by=OWN,
    collector_version="0",
)


def seen(
    kind: type[R],
    *records: R,
    source: str = "test",
    source_count: int | None = None,
    missing: Iterable[Gap] = (),
    obtained: Obtained = Obtained.OBSERVED,
    controlled_by: str = OWN,
    started: datetime = AS_OF,
) -> Population[R]:
    """A population of these records."""
    provenance = replace(PROVENANCE, obtained=obtained, controlled_by=controlled_by, started=started)
    made = population_of(
        kind, records, source=source, provenance=provenance, source_count=source_count, missing=tuple(missing)
    )
    return replace(made, digest=f"{source}/{kind_name(kind)}")


def gap(kind: type[Record], *, source: str = "test", subject: str | None = None) -> Gap:
    """A source, or a part of it, that was not reached."""
    return Gap(kind_name(kind), source, GapCause.UNREACHABLE, "no route to host", "mend the route", subject)


def evidence(*parts: Population[Record] | Gap) -> EvidenceSet:
    """An evidence set of populations and gaps."""
    return EvidenceSet(
        tuple(each for each in parts if isinstance(each, Population)),
        tuple(each for each in parts if isinstance(each, Gap)),
    )


def findings(
    check_id: str, *parts: Population[Record] | Gap, parameters: Mapping[str, Any] | None = None
) -> list[Finding]:
    """The findings of one check on this evidence; they hold with any part of it missing (`missing_parts`)."""
    check = next(each for each in discover() if each.id == check_id)
    found = list(judge(check, evidence(*parts), parameters or {}, AS_OF))
    hold(check, evidence(*parts), parameters or {}, AS_OF, found)
    return found


def finding(check_id: str, *parts: Population[Record] | Gap, parameters: Mapping[str, Any] | None = None) -> Finding:
    """The only finding of one check on this evidence."""
    (found,) = findings(check_id, *parts, parameters=parameters)
    return found


def reasons(found: Finding) -> dict[str, str]:
    """Subject to reason, for exceptions (`!reason`) and what is undetermined (`?reason`)."""
    return {each.subject: f"!{each.reason}" for each in found.exceptions} | {
        each.subject: f"?{each.reason}" for each in found.undetermined
    }
