"""Requirements that the organisation has and the contract with a supplier does not.

A control is due of a supplier when a requirement of the chosen catalogues says that the supplier has to act on it
(`owner`: supplier or both), or when a source that the supplier controls was judged by it: then the organisation holds
the supplier's system to it. A clause of any contract in force that names the control covers it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date

from assessment.policy import Policy
from checks.finding import Finding
from collector.evidence import OWN
from collector.records.codec import JsonValue


@dataclass(frozen=True, slots=True)
class ContractGap:
    """One control that is due of a supplier and that no clause promises."""

    control: str
    requirements: tuple[str, ...]
    """Ids of the requirements that ask it of the supplier; of all that ask for it, where none says who is to act."""
    runs: tuple[str, ...]
    """Sources of the supplier's that were judged by it."""


@dataclass(frozen=True, slots=True)
class SupplierContracts:
    """What the contracts with one supplier promise, and what they lack."""

    supplier: str
    contracts: tuple[str, ...]
    """Ids of those in force."""
    ended: tuple[str, ...]
    coming: tuple[str, ...]
    """Ids of those whose first day is not yet here."""
    covered: tuple[tuple[str, str], ...]
    """Control, and `contract clause` that promises it."""
    gaps: tuple[ContractGap, ...]


def contract_gaps(policy: Policy, findings: Iterable[Finding]) -> tuple[SupplierContracts, ...]:
    """One entry for each supplier that has a contract in the policy, by name."""
    judged = list(findings)
    names = sorted({contract.supplier for contract in policy.contracts})
    return tuple(_supplier(name, policy, judged) for name in names)


def _supplier(name: str, policy: Policy, findings: Iterable[Finding]) -> SupplierContracts:
    today: date = policy.as_of.date()
    own = [contract for contract in policy.contracts if contract.supplier == name]
    ended = [each for each in own if each.valid_to is not None and each.valid_to < today]
    coming = [each for each in own if each.valid_from is not None and each.valid_from > today]
    in_force = [each for each in own if each not in ended and each not in coming]
    covered: dict[str, str] = {}
    for contract in in_force:
        for clause, controls in contract.clauses:
            for control in controls:
                covered.setdefault(control, f"{contract.id} {clause}")
    asking: dict[str, list[str]] = {}
    due: dict[str, list[str]] = {}
    for requirement in policy.requirements:
        for asked in policy.asked(requirement):
            asking.setdefault(asked.id, []).append(requirement.id)
            if requirement.owner in {"supplier", "both"}:
                due.setdefault(asked.id, []).append(requirement.id)
    runs = {source.id for source in policy.sources.values() if source.controlled_by not in {OWN, ""}}
    runs = {source for source in runs if policy.sources[source].controlled_by == name}
    judged: dict[str, set[str]] = {}
    for finding in findings:
        if finding.source in runs:
            judged.setdefault(finding.control, set()).add(finding.source)
    lacking = sorted((due.keys() | judged.keys()) & asking.keys() - covered.keys())
    return SupplierContracts(
        supplier=name,
        contracts=tuple(each.id for each in in_force),
        ended=tuple(each.id for each in ended),
        coming=tuple(each.id for each in coming),
        covered=tuple(sorted(covered.items())),
        gaps=tuple(
            ContractGap(control, tuple(due.get(control, asking[control])), tuple(sorted(judged.get(control, ()))))
            for control in lacking
        ),
    )


def contracts_document(made: Iterable[SupplierContracts]) -> Mapping[str, JsonValue]:
    """The file data/results/contracts.json."""
    return {
        "suppliers": [
            {
                "supplier": each.supplier,
                "contracts": list(each.contracts),
                "ended": list(each.ended),
                "coming": list(each.coming),
                "covered": [{"control": control, "clause": clause} for control, clause in each.covered],
                "gaps": [
                    {"control": gap.control, "requirements": list(gap.requirements), "runs": list(gap.runs)}
                    for gap in each.gaps
                ],
            }
            for each in made
        ]
    }
