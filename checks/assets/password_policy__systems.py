"""Every system has a decided password rule.

By the system register: which rule holds for a system is noted there, by its name or diary number. Whether the technical
setting is as strict is judged where the settings are read (`password-policy`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
    filled,
)
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem

CONTROL = "password-policy"
READS = (ProtectedSystem,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: every system is judged."""


REASONS = COMMON | {
    "no-rule": because(
        "Systemet har ingen beslutad lösenordsregel.",
        "The system has no decided password rule.",
        "Besluta vilken lösenordsregel som gäller, och för in den i systemregistret.",
        "Decide which password rule holds, and enter it in the system register.",
    ),
}


def judge(
    systems: Population[ProtectedSystem], _evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    for system in systems.records:
        yield decide(system, filled(system, systems, ("password_rule",), "no-rule"))
