"""No account may act in everyone's name by delegation, unless that was decided.

Unconstrained delegation, and delegation with protocol transition, amount to an administrator's rights without being a
membership: whoever holds the account holds the people who meet it. They are judged with the privileges, and the same
list approves them. Delegation to named services by Kerberos alone conforms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.directory.account_outcomes import SHARED_REASONS, outside
from checks.directory.delegation import DELEGATION_REASONS, judge_delegation
from checks.finding import Outcome
from collector.evidence import EvidenceSet, Population
from collector.records.identity import Account

CONTROL = "privileged-restricted"
READS = (Account,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`approved` names the accounts that were decided."""

    approved: tuple[str, ...] = ()


REASONS = {**DELEGATION_REASONS, **SHARED_REASONS}


def judge(
    accounts: Population[Account], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account."""
    for account in accounts.records:
        expired = account.expires is not None and account.expires <= as_of
        yield outside(account, expired=expired) or judge_delegation(account, parameters.approved)
