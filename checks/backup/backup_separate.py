"""Copies of every critical system are kept apart from production: elsewhere, and where production cannot delete them.

Restore points tell in which repositories a system lies. The register of backup locations tells where those stand and
who can delete from them; by itself a repository shows no more than its host. A system deviates when every copy lies on
one of its own hosts; when fewer than `copies_other_site_min` copies lie at a site where it does not run; when a site
that the register demands (`copies_at`) has no copy or none younger than `offsite_max_age_hours`; and, with
`immutable_or_offline`, when production's administrators could delete every copy: none is immutable, offline,
append-only or behind credentials of its own. A copy older than `offsite_max_age_hours` is none in any of this. What
nobody wrote down is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from checks.ages import span
from checks.backup.backup_reasons import HISTORY, POINTS, REPOSITORIES_INCOMPLETE, SCOPE, hosts_untold, outside, written
from checks.backup.restore_points import Point, all_points
from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.backup import BackupLocation, BackupRepository, ProtectedSystem, Snapshot

CONTROL = "backup-separate"
READS = (ProtectedSystem, Snapshot, BackupLocation, BackupRepository)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How far apart."""

    copies_other_site_min: int = 1
    immutable_or_offline: bool = True
    offsite_max_age_hours: int = 192


_COPY = Text("Lägg en kopia på en annan plats.", "Keep a copy at another site.")
_REGISTER = Text(
    "För in platsen i registret över var säkerhetskopior förvaras.", "Enter it in the register of backup locations."
)
REASONS = {
    **SCOPE,
    "no-backup-source": POINTS["no-backup-source"],
    "export-older": HISTORY["export-older"],
    "repositories-incomplete": REPOSITORIES_INCOMPLETE,
    "same-host": Reason(
        Text(
            "Alla kopior ligger på systemets egna värdar ({locations}).",
            "Every copy lies on the system's own hosts ({locations}).",
        ),
        Text("Lägg en kopia på en annan värd, på en annan plats.", "Keep a copy on another host, at another site."),
        Severity.HIGH,
    ),
    "same-site": Reason(
        Text(
            "{count} kopior ligger på en annan plats än produktionen; minst {required} krävs ({locations}).",
            "{count} copies lie at another site than production; at least {required} are demanded ({locations}).",
        ),
        _COPY,
        Severity.HIGH,
    ),
    "copy-missing": Reason(Text("Ingen kopia finns på {site}.", "There is no copy at {site}."), _COPY, Severity.HIGH),
    "copy-too-old": Reason(
        Text(
            "Den senaste kopian på {site} är från {newest} ({hours} timmar gammal).",
            "The newest copy at {site} is from {newest} ({hours} hours old).",
        ),
        Text("Ta reda på varför kopieringen dit uteblivit.", "Find out why copying to it has stopped."),
        Severity.HIGH,
    ),
    "all-old": Reason(
        Text(
            "Ingen kopia är ny nog för att visa hur de förvaras i dag; den nyaste är från {newest}.",
            "No copy is recent enough to show how copies are kept today; the newest is of {newest}.",
        ),
        Text("Få i gång säkerhetskopieringen först.", "Get the backups going first."),
    ),
    "apart-too-old": Reason(
        Text(
            "Det som ligger skilt från produktionen ({locations}) är från {newest} ({hours} timmar gammalt).",
            "What is kept apart from production ({locations}) is from {newest} ({hours} hours old).",
        ),
        Text("Ta reda på varför kopieringen dit uteblivit.", "Find out why copying to it has stopped."),
        Severity.HIGH,
    ),
    "deletable": Reason(
        Text(
            "Produktionens administratörer kan radera alla kopior ({locations}).",
            "Production's administrators can delete every copy ({locations}).",
        ),
        Text(
            "Gör minst en kopia oföränderlig eller frånkopplad, eller skydda den med egna konton.",
            "Make at least one copy immutable or offline, or protect it by accounts of its own.",
        ),
        Severity.HIGH,
    ),
    "place-unknown": Reason(
        Text(
            "Var kopiorna står i förhållande till produktionen är inte känt ({locations}).",
            "Where the copies stand, seen from production, is not known ({locations}).",
        ),
        _REGISTER,
    ),
    "protection-unknown": Reason(
        Text(
            "Vem som kan radera kopiorna är inte känt ({locations}).",
            "Who can delete the copies is not known ({locations}).",
        ),
        _REGISTER,
    ),
    "nothing-to-judge": Reason(
        Text("Ingen återställningspunkt finns; se backup-daily.", "There is no restore point; see backup-daily.")
    ),
}


@dataclass(frozen=True, slots=True)
class _Copy:
    """One place with restore points of a system."""

    name: str
    newest: datetime
    on_own_host: bool | None
    site: str | None
    protected: bool | None


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    snapshots, points = evidence.reading(Snapshot), all_points(evidence)
    lists = written(snapshots)
    places = _Places(evidence)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not snapshots.populations:
            yield undetermined(system, "no-backup-source")
        elif (outcome := hosts_untold(system, systems, points.by_tag, snapshots)) is not None:
            yield outcome
        else:
            newest: dict[str, Point] = {}
            for found in points.of_system(system).values():
                for point in found:
                    held = newest.setdefault(point.location, point)
                    newest[point.location] = point if point.time > held.time else held
            copies = [places.copy(system, name, point.time) for name, point in sorted(newest.items())]
            outcome = _judge(system, copies, parameters, as_of) if copies else out_of_scope(system, "nothing-to-judge")
            of_lists = {name: lists[point.source] for name, point in newest.items() if point.source in lists}
            if outcome.verdict is Verdict.DEVIATES and of_lists:
                then = [replace(each, newest=each.newest + (as_of - of_lists.get(each.name, as_of))) for each in copies]
                said = _judge(system, then, parameters, as_of)
                aged = outcome.reason in _TOO_OLD and said.reason not in _TOO_OLD
                if aged or said.verdict is not Verdict.DEVIATES:
                    oldest = min(of_lists.values())
                    outcome = undetermined(system, "export-older", host=system.name, written=oldest)
            if outcome.reason in {"nothing-to-judge", *_MAY_LIE_ELSEWHERE} and not snapshots.complete:
                outcome = undetermined(system, "repositories-incomplete")
            yield outcome


_TOO_OLD = frozenset({"copy-too-old", "apart-too-old"})
_MAY_LIE_ELSEWHERE = frozenset({"same-host", "same-site", "copy-missing", "copy-too-old", "apart-too-old", "deletable"})


def _judge(system: ProtectedSystem, copies: Sequence[_Copy], parameters: Parameters, as_of: datetime) -> Outcome:
    names = tuple(copy.name for copy in copies)
    if all(copy.on_own_host for copy in copies):
        return deviates(system, "same-host", locations=names)
    limit = span(hours=parameters.offsite_max_age_hours)
    fresh = [copy for copy in copies if as_of - copy.newest <= limit]
    sites_known = all(copy.site is not None for copy in copies)
    for site in system.copies_at:
        there = [copy.newest for copy in copies if _same(copy.site, site)]
        if there and as_of - max(there) > limit:
            hours = int((as_of - max(there)).total_seconds() // 3600)
            return deviates(system, "copy-too-old", site=site, newest=max(there), hours=hours)
        if not there:
            return (
                deviates(system, "copy-missing", site=site)
                if sites_known
                else undetermined(system, "place-unknown", locations=names)
            )
    outcome = _apart(system, fresh or copies, parameters)
    if not fresh and outcome.verdict is Verdict.CONFORMS:  # that nothing is taken is another fault: backup-daily
        return undetermined(system, "all-old", newest=max(copy.newest for copy in copies))
    stale = tuple(copy.name for copy in copies if copy not in fresh)
    of_old = outcome.verdict is Verdict.DEVIATES
    if stale and of_old and _apart(system, copies, parameters).verdict is Verdict.CONFORMS:
        newest = max(copy.newest for copy in copies if copy not in fresh)
        hours = int((as_of - newest).total_seconds() // 3600)
        return deviates(system, "apart-too-old", locations=stale, newest=newest, hours=hours)
    return outcome


def _apart(system: ProtectedSystem, copies: Sequence[_Copy], parameters: Parameters) -> Outcome:
    """By where these copies lie and who can delete them."""
    names = tuple(copy.name for copy in copies)
    if all(copy.on_own_host for copy in copies):
        return deviates(system, "same-host", locations=names)
    sites_known = all(copy.site is not None for copy in copies)
    if (outcome := _judge_sites(system, copies, parameters.copies_other_site_min, sites_known=sites_known)) is not None:
        return outcome
    if parameters.immutable_or_offline and not any(copy.protected for copy in copies):
        if any(copy.protected is None for copy in copies):
            return undetermined(system, "protection-unknown", locations=names)
        return deviates(system, "deletable", locations=names)
    return conforms(system)


def _judge_sites(
    system: ProtectedSystem, copies: Sequence[_Copy], required: int, *, sites_known: bool
) -> Outcome | None:
    """The outcome by the copies at other sites; None where there are enough."""
    if required <= 0:
        return None
    names = tuple(copy.name for copy in copies)
    if not system.sites:
        return undetermined(system, "place-unknown", locations=names)
    elsewhere = sum(
        1 for copy in copies if copy.site is not None and not any(_same(copy.site, site) for site in system.sites)
    )
    if elsewhere >= required:
        return None
    if not sites_known:
        return undetermined(system, "place-unknown", locations=names)
    return deviates(system, "same-site", count=elsewhere, required=required, locations=names)


def _same(one: str | None, other: str) -> bool:
    return one is not None and one.casefold() == other.casefold()


class _Places:
    """What is known of each place with restore points, by case-folded name."""

    def __init__(self, evidence: EvidenceSet) -> None:
        self._stated: dict[str, list[BackupLocation]] = {}
        for location in evidence.reading(BackupLocation).records:
            self._stated.setdefault(location.repository.casefold(), []).append(location)
        self._shown: Mapping[str, BackupRepository] = {
            each.name.casefold(): each for each in sorted(evidence.reading(BackupRepository).records, key=repr)
        }

    def copy(self, system: ProtectedSystem, name: str, newest: datetime) -> _Copy:
        """What is known of a system's restore points in one place."""
        stated = self._stated.get(name.casefold(), [])
        shown = self._shown.get(name.casefold())
        hosts = {each.host.casefold() for each in stated if each.host}
        if shown is not None and shown.host:
            hosts.add(shown.host.casefold())
        own = {host.casefold() for host in system.hosts or (system.name,)}
        sites = {each.site for each in stated if each.site}
        return _Copy(
            name=name,
            newest=newest,
            on_own_host=bool(hosts & own) if hosts else None,
            site=min(sites) if len({site.casefold() for site in sites}) == 1 else None,
            protected=_protected(stated, shown),
        )


def _protected(stated: Sequence[BackupLocation], shown: BackupRepository | None) -> bool | None:
    """Whether something stands between production's administrators and what lies there; None: nobody says."""
    words = [word for each in stated for word in (each.immutable, each.offline, each.separate_credentials)]
    if shown is not None and shown.append_only:
        return True
    if any(words):
        return True
    return False if words and all(word is False for word in words) else None
