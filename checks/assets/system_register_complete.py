"""The system register says what each system is made of and depends on, and it knows every host that was read.

A system deviates when a part of `required_parts` is empty: hardware and software, dependencies (write `inga` for none),
need of extra protection, whether it is central. An observed host that no system names deviates; where at least
`match_min_percent` of the hosts are named the rest are within the share. A system whose hosts were not read is not
determined: it may be out of use, or out of Styrk's reach.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, conforms, deviates, undetermined
from checks.record_rules.joins import key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    filled,
)
from checks.record_rules.shares import WITHIN_SHARE, tolerate
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem
from collector.records.host import Host

CONTROL = "system-register-complete"
READS = (ProtectedSystem, Host)


@dataclass(frozen=True, slots=True)
class Parameters:
    """What the register must tell, and the least share of observed hosts that it names."""

    required_parts: tuple[str, ...] = ("hardware-software", "dependencies", "extra-protection", "central-systems")
    match_min_percent: int = 95


_FIELDS = {
    "hardware-software": "software",
    "dependencies": "dependencies",
    "extra-protection": "needs_extra_protection",
    "central-systems": "central",
}
REASONS = (
    COMMON
    | WITHIN_SHARE
    | {
        "not-in-register": because(
            "Värden finns inte på något system i systemregistret.",
            "The host is on no system of the register.",
            "För in värden på sitt system, eller ta den ur drift.",
            "Enter the host on its system, or take it out of service.",
        ),
        "not-observed": because(
            "Dessa värdar i registret har inte lästs: {hosts}.",
            "These hosts of the register were not read: {hosts}.",
            "Läs värdarna, eller rätta registret.",
            "Read the hosts, or correct the register.",
            Severity.LOW,
        ),
        "unknown-part": because(
            "Okänd del i inställningarna: {part}.",
            "An unknown part in the settings: {part}.",
            "Rätta required_parts.",
            "Correct required_parts.",
        ),
    }
)


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system, and one per observed host."""
    hosts = evidence.reading(Host)
    register = evidence.reading(ProtectedSystem)
    seen = {key_of(host.name) for host in hosts.records}
    named = {key_of(name) for system in register.records for name in (*system.hosts, system.name)}
    fields = [_FIELDS[part] for part in parameters.required_parts if part in _FIELDS]
    for part in sorted(set(parameters.required_parts) - _FIELDS.keys()):
        yield undetermined(systems.source, "unknown-part", part=part)
    for system in systems.records:
        missing = tuple(name for name in system.hosts if key_of(name) not in seen)
        unseen = undetermined(system, "not-observed", hosts=missing) if missing else None
        yield decide(system, filled(system, systems, fields), unread(system, hosts) or unseen)
    partly = unread(systems.source, register) or lacks_column(systems.source, register, "hosts")
    outcomes = (
        conforms(host) if key_of(host.name) in named else partly or deviates(host, "not-in-register")
        for host in hosts.records
    )
    yield from tolerate(outcomes, parameters.match_min_percent)
