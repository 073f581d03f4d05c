"""Security updates are installed in time.

A host deviates when its own package index has offered a security update for longer than `critical_days` (package
indexes do not say how severe an update is, so the stricter limit holds), or any other update for longer than
`other_days`. How long an update has been on offer is known only as «at least since the index was published»: a
pending security update that is not provably overdue leaves the host undetermined, and so does an index older than
`index_max_age_days`, which proves nothing about what is missing. A host without any source of security updates
deviates; where it is not known whether there is one, or whether a pending update is one of security, or where fewer
updates were named than counted, the host is undetermined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.ages import FUTURE_TOLERANCE, span
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.host import PatchState, PendingUpdate

CONTROL = "patch-level"
READS = (PatchState, PendingUpdate)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days."""

    critical_days: int = 14
    other_days: int = 30
    index_max_age_days: int = 7


_UPGRADE = Text("Installera uppdateringarna.", "Install the updates.")
_REFRESH = Text(
    "Uppdatera paketförteckningen (apt-get update) och låt det ske automatiskt.",
    "Refresh the package index (apt-get update), and have it done automatically.",
)
REASONS = {
    "security-overdue": Reason(
        Text(
            "{updates} säkerhetsuppdateringar har väntat i mer än {limit_days} dagar, "
            "den äldsta minst sedan {since}: {packages}.",
            "{updates} security updates have waited for more than {limit_days} days, "
            "the oldest at least since {since}: {packages}.",
        ),
        _UPGRADE,
        Severity.HIGH,
    ),
    "overdue": Reason(
        Text(
            "{updates} uppdateringar har väntat i mer än {limit_days} dagar, "
            "den äldsta minst sedan {since}: {packages}.",
            "{updates} updates have waited for more than {limit_days} days, "
            "the oldest at least since {since}: {packages}.",
        ),
        _UPGRADE,
        Severity.LOW,
    ),
    "no-security-source": Reason(
        Text(
            "Ingen källa för säkerhetsuppdateringar är angiven.",
            "No source of security updates is configured.",
        ),
        Text("Lägg till distributionens säkerhetsarkiv.", "Add the distribution's security archive."),
        Severity.HIGH,
    ),
    "age-not-proven": Reason(
        Text(
            "{updates} säkerhetsuppdateringar saknas, men hur länge de funnits går inte att visa: {packages}.",
            "{updates} security updates are missing, but how long they have been on offer cannot be shown: {packages}.",
        ),
        _UPGRADE,
    ),
    "index-old": Reason(
        Text(
            "Paketförteckningen är från {index_updated} och visar inte vad som saknas i dag.",
            "The package index is from {index_updated} and does not show what is missing today.",
        ),
        _REFRESH,
    ),
    "index-unknown": Reason(
        Text(
            "Paketförteckningen kunde inte läsas, eller har aldrig hämtats.",
            "The package index could not be read, or was never fetched.",
        ),
        _REFRESH,
    ),
    "security-source-unknown": Reason(
        Text(
            "Om det finns en källa för säkerhetsuppdateringar kunde inte läsas.",
            "Whether there is a source of security updates could not be read.",
        ),
    ),
    "kind-unknown": Reason(
        Text(
            "{updates} uppdateringar saknas, och om de rör säkerhet går inte att se: {packages}.",
            "{updates} updates are missing, and whether they are for security cannot be seen: {packages}.",
        ),
        _UPGRADE,
    ),
    "no-package-manager": Reason(
        Text("Ingen känd pakethanterare finns.", "No known package manager was found."),
    ),
    "updates-unread": Reason(
        Text("Väntande uppdateringar kunde inte läsas.", "Pending updates could not be read."),
    ),
}


def judge(
    hosts: Population[PatchState], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host."""
    reading = evidence.reading(PendingUpdate).of(hosts.source)
    pending: defaultdict[str, list[PendingUpdate]] = defaultdict(list)
    for update in reading.records:
        pending[update.host].append(update)
    for host in hosts.records:
        yield _judge_host(host, pending[host.host], reading, parameters, as_of)


def _judge_host(
    host: PatchState,
    pending: Sequence[PendingUpdate],
    reading: Reading[PendingUpdate],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    security = [update for update in pending if update.security]
    late = _overdue(security, parameters.critical_days, as_of)
    if late:
        return deviates(host, "security-overdue", limit_days=parameters.critical_days, **_facts(late))
    if host.manager is None:
        return undetermined(host, "no-package-manager")
    if host.security_source is False:
        return deviates(host, "no-security-source")
    if not reading.covers(host.host) or host.pending is None or host.pending > len(pending):
        return undetermined(host, "updates-unread")
    if host.index_updated is None:
        return undetermined(host, "index-unknown")
    if security:
        return undetermined(host, "age-not-proven", **_facts(security))
    age = as_of - host.index_updated
    if age > span(days=parameters.index_max_age_days) or -age > FUTURE_TOLERANCE:
        return undetermined(host, "index-old", index_updated=host.index_updated)
    if host.security_source is None:
        return undetermined(host, "security-source-unknown")
    others = _overdue([update for update in pending if not update.security], parameters.other_days, as_of)
    if others:
        return deviates(host, "overdue", limit_days=parameters.other_days, **_facts(others))
    unclear = [update for update in pending if update.security is None]
    if unclear:
        return undetermined(host, "kind-unknown", **_facts(unclear))
    return conforms(host)


def _overdue(updates: Sequence[PendingUpdate], days: int, as_of: datetime) -> list[PendingUpdate]:
    limit = span(days=days)
    return [update for update in updates if update.known_since is not None and as_of - update.known_since > limit]


def _facts(updates: Sequence[PendingUpdate]) -> dict[str, int | str | datetime | None]:
    since = [update.known_since for update in updates if update.known_since is not None]
    return {
        "updates": len(updates),
        "packages": ", ".join(sorted(update.package for update in updates)),
        "since": min(since, default=None),
    }
