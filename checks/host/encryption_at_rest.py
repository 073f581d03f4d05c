"""What must be encrypted in storage is: portable computers, and hosts of systems whose information calls for it.

A host's need comes from the system register (`encryption_needed` of a system that runs on it) and, unless
`laptops_always` is off, from its being portable. Where there is a need every mounted volume must lie on an encrypted
mapping; `/boot` and below it is left out, since the machine starts from there. A host on no system, and a system whose
need nobody has decided, is not determined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import key_of, unread
from checks.record_rules.reasons import COMMON, because
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem
from collector.records.configuration import StorageVolume

CONTROL = "encryption-at-rest"
READS = (StorageVolume, ProtectedSystem)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Whether portable computers are always encrypted."""

    laptops_always: bool = True


REASONS = COMMON | {
    "not-encrypted": because(
        "Volymen är inte krypterad ({filesystem} på {device}).",
        "The volume is not encrypted ({filesystem} on {device}).",
        "Kryptera volymen.",
        "Encrypt the volume.",
        Severity.HIGH,
    ),
    "encryption-unknown": because("Krypteringen är inte känd.", "Whether it is encrypted is not known."),
    "need-undecided": because(
        "Ingen har beslutat om informationen på värden ska krypteras.",
        "Nobody has decided whether what the host holds must be encrypted.",
        "Fyll i behovet för systemet i systemregistret.",
        "Fill in the system's need in the system register.",
        Severity.LOW,
    ),
    "no-need": because("Behöver inte krypteras.", "Need not be encrypted."),
    "boot": because("Startpartition.", "A boot partition."),
}


def judge(
    volumes: Population[StorageVolume], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per mounted volume."""
    register = evidence.reading(ProtectedSystem)
    needs: defaultdict[str, set[bool | None]] = defaultdict(set)
    for system in register.records:
        for host in system.hosts:
            needs[key_of(host)].add(system.encryption_needed)
    for row in volumes.records:
        if row.mounted_at == "/boot" or row.mounted_at.startswith("/boot/"):
            yield out_of_scope(row, "boot")
            continue
        need = needs.get(key_of(row.host), set())
        if True in need or (parameters.laptops_always and row.portable):
            yield _encrypted(row)
        elif row.encrypted:
            yield conforms(row)
        elif need == {False} and (row.portable is not None or not parameters.laptops_always):
            yield unread(row, register) or out_of_scope(row, "no-need")
        else:
            yield unread(row, register) or undetermined(row, "need-undecided")


def _encrypted(row: StorageVolume) -> Outcome:
    if row.encrypted is None:
        return undetermined(row, "encryption-unknown")
    if row.encrypted:
        return conforms(row)
    return deviates(row, "not-encrypted", filesystem=row.filesystem or "?", device=row.device)
