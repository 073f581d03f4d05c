"""No computer but the domain controllers may act in everyone's name by delegation, unless that was decided.

A computer with unconstrained delegation keeps a usable ticket of everyone who connects to it, administrators and domain
controllers too; its local administrators are then administrators of the domain. It is judged with the privileges, and
the same list approves it. Domain controllers have it by design and are outside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.directory.delegation import DELEGATION_REASONS, judge_delegation
from checks.finding import Outcome, Reason, Text, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, STATE_UNKNOWN
from collector.evidence import EvidenceSet, Population
from collector.records.directory import Computer

CONTROL = "privileged-restricted"
READS = (Computer,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`approved` names the computers that were decided."""

    approved: tuple[str, ...] = ()


REASONS = {
    **DELEGATION_REASONS,
    "disabled": DISABLED,
    "state-unknown": STATE_UNKNOWN,
    "domain-controller": Reason(Text("Domänkontrollant.", "A domain controller.")),
}


def judge(
    computers: Population[Computer], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per computer."""
    for computer in computers.records:
        if computer.domain_controller:
            yield out_of_scope(computer, "domain-controller")
        elif computer.enabled is False:
            yield out_of_scope(computer, "disabled")
        elif computer.exposures is None:
            yield undetermined(computer, "state-unknown")
        else:
            yield judge_delegation(computer, parameters.approved)
