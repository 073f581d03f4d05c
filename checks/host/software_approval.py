"""Everything that is installed on a host was approved, before it was installed.

The packages that a host has are joined with the register of approved software and with `approved` of the settings; a
name may end with `*` for all that begin so. A package deviates when nothing approves it, when its approval has run
out, and when it was installed before the day of the decision. Without any list nobody knows what is approved: that is
told once for each host.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Severity, Verdict, conforms, deviates, undetermined
from checks.record_rules.joins import grouped, has_one, key_of, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    ahead,
    decide,
)
from collector.evidence import EvidenceSet, Population
from collector.records.changes import ApprovedSoftware, InstalledSoftware

CONTROL = "software-approval"
READS = (InstalledSoftware, ApprovedSoftware)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Approved products, beside those of the register."""

    approved: tuple[str, ...] = ()


REASONS = COMMON | {
    "not-approved": because(
        "Inte godkänd ({version}).",
        "Not approved ({version}).",
        "Avinstallera, eller pröva och godkänn programvaran.",
        "Uninstall it, or examine and approve it.",
    ),
    "expired": because(
        "Godkännandet gick ut {last}.", "The approval ran out {last}.", "Pröva på nytt.", "Examine it anew."
    ),
    "installed-before": because(
        "Installerad {installed}, godkänd först {decided}.",
        "Installed {installed}, approved only {decided}.",
        "Rätta rutinen: först godkännande, sedan installation.",
        "Mend the routine: first approval, then installation.",
        Severity.LOW,
    ),
}


def judge(
    installed: Population[InstalledSoftware], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per package on a host."""
    register = evidence.reading(ApprovedSoftware)
    if not register.populations and not parameters.approved:
        for host in sorted({row.host for row in installed.records}):
            yield decide(host, unread(host, register))
        return
    exact = grouped(register, lambda each: each.product if not each.product.endswith("*") else None)
    patterns = sorted(
        ((key_of(each.product[:-1]), each) for each in register.records if each.product.endswith("*")),
        key=lambda each: (each[0], repr(each[1])),
    )
    named = {key_of(each) for each in parameters.approved if not each.endswith("*")}
    begins = tuple(key_of(each[:-1]) for each in parameters.approved if each.endswith("*"))
    for row in installed.records:
        product = key_of(row.product)
        if product in named or (begins and product.startswith(begins)):
            yield conforms(row)
            continue
        rows = [*exact.get(product, ()), *(each for start, each in patterns if product.startswith(start))]
        fitting = [each for each in rows if each.version is None or each.version == row.version]
        if fitting:
            yield _best(row, fitting, as_of)
        elif not register.populations and not register.gaps:
            yield deviates(row, "not-approved", version=row.version or "?")
        else:
            yield decide(row, has_one(row, (), register, "not-approved", version=row.version or "?"))


def _best(row: InstalledSoftware, approvals: Sequence[ApprovedSoftware], as_of: datetime) -> Outcome:
    """One approval in force is enough; of several that are not, the latest decision tells why."""
    found = [
        _judge(row, each, as_of) for each in sorted(approvals, key=lambda each: (each.decided or date.min, repr(each)))
    ]
    return next((each for each in found if each.verdict is Verdict.CONFORMS), found[-1])


def _judge(row: InstalledSoftware, approval: ApprovedSoftware, as_of: datetime) -> Outcome:
    if approval.valid_until is not None and approval.valid_until < as_of.date():
        return deviates(row, "expired", last=approval.valid_until)
    if approval.decided is None:
        return undetermined(row, "incomplete", columns=("decided",))
    if row.installed is not None and row.installed.date() < approval.decided:
        return deviates(row, "installed-before", installed=row.installed.date(), decided=approval.decided)
    return decide(row, ahead(row, approval.decided, as_of))
