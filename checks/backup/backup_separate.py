"""Copies of every critical system are kept apart from production: elsewhere, and where production cannot delete them.

Restore points tell in which repositories each host of a system lies; the worst of its hosts decides. The register of
backup locations tells where those stand and who can delete from them; by itself a repository shows no more than its
host. A system deviates when every copy of a host lies on one of the system's own hosts; when fewer than
`copies_other_site_min` copies lie at a site where it does not run; when a site that the register demands (`copies_at`)
has no copy or none younger than `offsite_max_age_hours`; and, with `immutable_or_offline`, when production's
administrators could delete every copy: none is immutable, offline, append-only or behind credentials of its own. A copy
older than `offsite_max_age_hours` is none in any of this. What nobody wrote down is not known.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from checks.ages import span
from checks.backup.backup_reasons import (
    HISTORY,
    POINTS,
    REPOSITORIES_INCOMPLETE,
    SCOPE,
    hosts_untold,
    outside,
    worst,
    written,
)
from checks.backup.restore_points import Point, all_points
from checks.finding import (
    Fact,
    Outcome,
    Reason,
    Severity,
    Text,
    Verdict,
    conforms,
    deviates,
    out_of_scope,
    undetermined,
)
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
            "Alla kopior av {host} ligger på systemets egna värdar ({locations}).",
            "Every copy of {host} lies on the system's own hosts ({locations}).",
        ),
        Text("Lägg en kopia på en annan värd, på en annan plats.", "Keep a copy on another host, at another site."),
        Severity.HIGH,
    ),
    "same-site": Reason(
        Text(
            "{count} kopior av {host} ligger på en annan plats än produktionen; minst {required} krävs ({locations}).",
            "{count} copies of {host} lie at another site than production; at least {required} are demanded"
            " ({locations}).",
        ),
        _COPY,
        Severity.HIGH,
    ),
    "copy-missing": Reason(
        Text("Ingen kopia av {host} finns på {site}.", "There is no copy of {host} at {site}."), _COPY, Severity.HIGH
    ),
    "copy-too-old": Reason(
        Text(
            "Den senaste kopian av {host} på {site} är från {newest} ({hours} timmar gammal).",
            "The newest copy of {host} at {site} is from {newest} ({hours} hours old).",
        ),
        Text("Ta reda på varför kopieringen dit uteblivit.", "Find out why copying to it has stopped."),
        Severity.HIGH,
    ),
    "all-old": Reason(
        Text(
            "Ingen kopia av {host} är ny nog för att visa hur de förvaras i dag; den nyaste är från {newest}.",
            "No copy of {host} is recent enough to show how copies are kept today; the newest is of {newest}.",
        ),
        Text("Få i gång säkerhetskopieringen först.", "Get the backups going first."),
    ),
    "apart-too-old": Reason(
        Text(
            "Den nyaste kopian av {host} som ligger skild från produktionen ({locations}) är från {newest} ({hours}"
            " timmar gammal).",
            "The newest copy of {host} that is kept apart from production ({locations}) is from {newest} ({hours} hours"
            " old).",
        ),
        Text("Ta reda på varför kopieringen dit uteblivit.", "Find out why copying to it has stopped."),
        Severity.HIGH,
    ),
    "deletable": Reason(
        Text(
            "Produktionens administratörer kan radera alla kopior av {host} ({locations}).",
            "Production's administrators can delete every copy of {host} ({locations}).",
        ),
        Text(
            "Gör minst en kopia oföränderlig eller frånkopplad, eller skydda den med egna konton.",
            "Make at least one copy immutable or offline, or protect it by accounts of its own.",
        ),
        Severity.HIGH,
    ),
    "place-unknown": Reason(
        Text(
            "Var kopiorna av {host} står i förhållande till produktionen är inte känt ({locations}).",
            "Where the copies of {host} stand, seen from production, is not known ({locations}).",
        ),
        _REGISTER,
    ),
    "protection-unknown": Reason(
        Text(
            "Vem som kan radera kopiorna av {host} är inte känt ({locations}).",
            "Who can delete the copies of {host} is not known ({locations}).",
        ),
        _REGISTER,
    ),
    "host-without-copies": Reason(
        Text(
            "Ingen återställningspunkt finns för {host}; se backup-daily.",
            "There is no restore point of {host}; see backup-daily.",
        ),
        Text("Lägg till värden i säkerhetskopieringen.", "Add the host to the backup."),
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
        elif (outcome := hosts_untold(system, systems, points, snapshots)) is not None:
            yield outcome
        else:
            rule = _Rule(system, places, lists, parameters, as_of)
            every = points.of_system(system)
            held = {host: found for host, found in every.items() if found}
            outcome = worst(rule.judge(host, found) for host, found in held.items()) if held else None
            outcome = outcome or out_of_scope(system, "nothing-to-judge")
            if outcome.verdict is Verdict.CONFORMS and len(held) < len(every):
                outcome = undetermined(system, "host-without-copies", host=min(set(every) - set(held)))
            if outcome.reason in {"nothing-to-judge", *_MAY_LIE_ELSEWHERE} and not snapshots.complete:
                outcome = undetermined(system, "repositories-incomplete")
            yield outcome


_TOO_OLD = frozenset({"copy-too-old", "apart-too-old"})
_MAY_LIE_ELSEWHERE = frozenset({"same-host", "same-site", "copy-missing", "copy-too-old", "apart-too-old", "deletable"})


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


@dataclass(frozen=True, slots=True)
class _Rule:
    """What the copies of each host of one system are judged by."""

    system: ProtectedSystem
    places: _Places
    lists: Mapping[str, datetime]
    """When each list that was handed over was written, by source."""
    parameters: Parameters
    as_of: datetime

    def judge(self, host: str, found: Sequence[Point]) -> Outcome:
        """One host, with its restore points."""
        newest: dict[str, Point] = {}
        for point in found:
            held = newest.setdefault(point.location, point)
            newest[point.location] = point if point.time > held.time else held
        copies = [self.places.copy(self.system, name, point.time) for name, point in sorted(newest.items())]
        outcome = self._by_age(host, copies)
        of_lists = {name: self.lists[point.source] for name, point in newest.items() if point.source in self.lists}
        if outcome.verdict is not Verdict.DEVIATES or not of_lists:
            return outcome
        then = [
            replace(each, newest=each.newest + (self.as_of - of_lists.get(each.name, self.as_of))) for each in copies
        ]
        said = self._by_age(host, then)
        aged = outcome.reason in _TOO_OLD and said.reason not in _TOO_OLD
        if aged or said.verdict is not Verdict.DEVIATES:
            return undetermined(self.system, "export-older", host=host, written=min(of_lists.values()))
        return outcome

    def _by_age(self, host: str, copies: Sequence[_Copy]) -> Outcome:
        """By all copies, and those that are recent alone."""
        names = tuple(copy.name for copy in copies)
        if all(copy.on_own_host for copy in copies):
            return deviates(self.system, "same-host", host=host, locations=names)
        limit = span(hours=self.parameters.offsite_max_age_hours)
        fresh = [copy for copy in copies if self.as_of - copy.newest <= limit]
        if (outcome := self._demanded(host, copies)) is not None:
            return outcome
        outcome = self._apart(host, fresh or copies)
        if not fresh and outcome.verdict is Verdict.CONFORMS:  # that nothing is taken is another fault: backup-daily
            return undetermined(self.system, "all-old", host=host, newest=max(copy.newest for copy in copies))
        stale = tuple(copy.name for copy in copies if copy not in fresh)
        of_old = outcome.verdict is Verdict.DEVIATES
        if stale and of_old and self._apart(host, copies).verdict is Verdict.CONFORMS:
            newest = max(copy.newest for copy in copies if copy not in fresh)
            facts: dict[str, Fact] = {"newest": newest, "hours": self._hours(newest)}
            return deviates(self.system, "apart-too-old", host=host, locations=stale, **facts)
        return outcome

    def _demanded(self, host: str, copies: Sequence[_Copy]) -> Outcome | None:
        """The outcome by the sites that the register demands; None where each has a recent copy."""
        for site in self.system.copies_at:
            there = [copy.newest for copy in copies if _same(copy.site, site)]
            if not there and all(copy.site is not None for copy in copies):
                return deviates(self.system, "copy-missing", host=host, site=site)
            if not there:
                names = tuple(copy.name for copy in copies)
                return undetermined(self.system, "place-unknown", host=host, locations=names)
            if self.as_of - max(there) > span(hours=self.parameters.offsite_max_age_hours):
                facts: dict[str, Fact] = {"newest": max(there), "hours": self._hours(max(there))}
                return deviates(self.system, "copy-too-old", host=host, site=site, **facts)
        return None

    def _hours(self, time: datetime) -> int:
        return int((self.as_of - time).total_seconds() // 3600)

    def _apart(self, host: str, copies: Sequence[_Copy]) -> Outcome:
        """By where these copies lie and who can delete them."""
        names = tuple(copy.name for copy in copies)
        if all(copy.on_own_host for copy in copies):
            return deviates(self.system, "same-host", host=host, locations=names)
        if (outcome := self._by_site(host, copies)) is not None:
            return outcome
        if self.parameters.immutable_or_offline and not any(copy.protected for copy in copies):
            if any(copy.protected is None for copy in copies):
                return undetermined(self.system, "protection-unknown", host=host, locations=names)
            return deviates(self.system, "deletable", host=host, locations=names)
        return conforms(self.system)

    def _by_site(self, host: str, copies: Sequence[_Copy]) -> Outcome | None:
        """The outcome by the copies at other sites; None where there are enough."""
        required, sites = self.parameters.copies_other_site_min, self.system.sites
        if required <= 0:
            return None
        names = tuple(copy.name for copy in copies)
        if not sites:
            return undetermined(self.system, "place-unknown", host=host, locations=names)
        elsewhere = sum(1 for copy in copies if copy.site is not None and not any(_same(copy.site, s) for s in sites))
        if elsewhere >= required:
            return None
        if any(copy.site is None for copy in copies):
            return undetermined(self.system, "place-unknown", host=host, locations=names)
        return deviates(self.system, "same-site", host=host, count=elsewhere, required=required, locations=names)


def _protected(stated: Sequence[BackupLocation], shown: BackupRepository | None) -> bool | None:
    """Whether something stands between production's administrators and what lies there; None: nobody says."""
    words = [word for each in stated for word in (each.immutable, each.offline, each.separate_credentials)]
    if shown is not None and shown.append_only:
        return True
    if any(words):
        return True
    return False if words and all(word is False for word in words) else None
