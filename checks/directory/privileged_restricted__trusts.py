"""Nobody from another domain can bring rights in this one that were never given here.

Where the domain lets another domain's people in, identifiers that they bring along are filtered out (SID filtering);
without that, an administrator over there can be one here. Trusts within the forest share its administrators and are
outside, and so are trusts that only let this domain's people out. A domain without trusts conforms.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.directory import Domain, Trust

CONTROL = "privileged-restricted"
READS = (Domain, Trust)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`approved` names the domains whose trust was decided as it is."""

    approved: tuple[str, ...] = ()


REASONS = {
    "not-filtered": Reason(
        Text(
            "Förtroendet släpper in {partner} utan SID-filtrering: en administratör där kan bli administratör här.",
            "The trust lets {partner} in without SID filtering: an administrator over there can become one here.",
        ),
        Text(
            "Slå på filtreringen: netdom trust <egen domän> /domain:{partner} /quarantine:yes"
            " (skogsförtroende: /enablesidhistory:no).",
            "Turn the filtering on: netdom trust <own domain> /domain:{partner} /quarantine:yes"
            " (forest trust: /enablesidhistory:no).",
        ),
        Severity.HIGH,
    ),
    "filtering-unknown": Reason(
        Text(
            "Källan visar inte om förtroendet för {partner} filtreras.",
            "The source does not show whether the trust in {partner} is filtered.",
        ),
        Text("Ge läskontot rätt att läsa förtroendena.", "Let the reading account read the trusts."),
    ),
    "trusts-unread": Reason(
        Text("Domänens förtroenden kunde inte läsas.", "The domain's trusts could not be read."),
        Text("Ge läskontot rätt att läsa CN=System.", "Let the reading account read CN=System."),
    ),
    "within-forest": Reason(Text("Inom samma skog.", "Within the same forest.")),
    "outward": Reason(Text("Släpper inte in någon.", "Lets nobody in.")),
}


def judge(
    domains: Population[Domain], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per domain, and one per trust that it has."""
    reading = evidence.reading(Trust)
    own = [population for population in reading.populations if population.source == domains.source]
    for domain in domains.records:
        if own and all(population.complete for population in own):
            yield conforms(domain)
        else:
            yield undetermined(domain, "trusts-unread")
    for population in own:
        for trust in population.records:
            yield _judge_trust(trust, parameters)


def _judge_trust(trust: Trust, parameters: Parameters) -> Outcome:
    if trust.direction in {"inbound", "disabled"}:
        return out_of_scope(trust, "outward")
    if trust.within_forest:
        return out_of_scope(trust, "within-forest")
    if trust.sid_filtering or trust.name in parameters.approved:
        return conforms(trust)
    if trust.sid_filtering is None or trust.direction is None:
        return undetermined(trust, "filtering-unknown", partner=trust.name)
    return deviates(trust, "not-filtered", partner=trust.name)
