"""The account that the evidence is read with may read, and administers nothing.

Styrk needs an ordinary reader's rights. An account that also administers the directory or the host is a needless key to
it, kept on another machine: whoever takes that machine takes the other. The rights are those that the server itself
gives the account (its token), or its membership where the directory has no such thing; on a host reached over SSH, user
id 0 and sudo for any command (the single commands that styrk doctor names are no such right).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.directory import CollectorIdentity

CONTROL = "privileged-restricted"
READS = (CollectorIdentity,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = {
    "collector-overprivileged": Reason(
        Text(
            "Insamlingens läskonto har administrativ behörighet: {roles}.",
            "The collector's reading account has administrative rights: {roles}.",
        ),
        Text(
            "Ge Styrk ett konto som bara får läsa; styrk doctor visar vilka rättigheter som behövs.",
            "Give Styrk an account that may only read; styrk doctor shows which rights are needed.",
        ),
        Severity.HIGH,
    ),
    "rights-unknown": Reason(
        Text(
            "Källan visar inte vilka rättigheter läskontot har.",
            "The source does not show which rights the reading account has.",
        ),
        Text("Kontrollera kontots gruppmedlemskap för hand.", "Look at the account's memberships by hand."),
        Severity.LOW,
    ),
}


def judge(
    readers: Population[CollectorIdentity], _evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per reading account."""
    for reader in readers.records:
        if reader.roles is None:
            yield undetermined(reader, "rights-unknown")
        elif reader.roles:
            yield deviates(reader, "collector-overprivileged", roles=", ".join(reader.roles))
        else:
            yield conforms(reader)
