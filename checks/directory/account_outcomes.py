"""What several checks on a directory's accounts share: who is outside, and who holds a privilege."""

from __future__ import annotations

from checks.finding import Outcome, Reason, Text, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, EXPIRED, STATE_UNKNOWN
from collector.evidence import EvidenceSet
from collector.records.identity import Account, Privilege

SHARED_REASONS = {
    "disabled": DISABLED,
    "expired": EXPIRED,
    "state-unknown": STATE_UNKNOWN,
    "local": Reason(Text("Lokalt konto, inte i någon katalog.", "A local account, not in a directory.")),
    "no-such-settings": Reason(
        Text("Katalogen har inte sådana inställningar.", "The directory has no such settings."),
    ),
}


def outside(account: Account, *, expired: bool) -> Outcome | None:
    """The outcome of an account that a directory's settings cannot expose; None for one that they can."""
    if account.host is not None:
        return out_of_scope(account, "local")
    if account.enabled is False:
        return out_of_scope(account, "disabled")
    if expired:
        return out_of_scope(account, "expired")
    if account.enabled is None:
        return undetermined(account, "state-unknown")
    if account.exposures is None:
        return out_of_scope(account, "no-such-settings")
    return None


def holders(evidence: EvidenceSet, source: str) -> frozenset[str]:
    """Names, in one case, of everyone whom a source shows with an administrative privilege."""
    return frozenset(
        privilege.holder.casefold()
        for population in evidence.reading(Privilege).populations
        if population.source == source
        for privilege in population.records
    )
