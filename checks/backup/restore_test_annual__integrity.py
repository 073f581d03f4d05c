"""Every repository with restore points of a critical system is intact, by a check that is recent and has read data.

Checks come from the repository's own tool, run by us where the settings ask for it (`check`) or by the organisation's
own log. A system deviates when the last check of one of its repositories failed, when none passed within
`integrity_max_days`, when none within `data_read_max_days` read at least `data_read_percent` of the data (a check of
the structure alone does not see flipped bytes), when the product's own verification of its newest restore point failed,
or when somebody's exclusive lock is older than `lock_max_hours`: no backup can be made then. Where nobody gives or runs
integrity checks, systems are out of scope. What lies in a repository that was not read is not known. A log tells of the
time when it was written: what has aged since may have been checked since. So does a product's list of verified restore
points: one that is older than `integrity_max_days` no longer shows that they are intact.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.ages import span
from checks.backup.backup_reasons import (
    POINTS,
    REPOSITORIES_INCOMPLETE,
    SCOPE,
    hosts_untold,
    outside,
    unread_of,
    worst,
    written,
)
from checks.backup.restore_points import CLOCK_TOLERANCE, Point, all_points
from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import as_exported
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, GapCause, Population, Reading
from collector.records.backup import BackupRepository, IntegrityCheck, ProtectedSystem, Snapshot

CONTROL = "restore-test-annual"
READS = (ProtectedSystem, Snapshot, IntegrityCheck, BackupRepository)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days, hours and percent."""

    integrity_max_days: int = 31
    data_read_max_days: int = 366
    data_read_percent: int = 1
    lock_max_hours: int = 24


_CHECK = Text(
    "Kontrollera lagret med dess eget verktyg (restic check, borg check), och läs en del av innehållet varje gång.",
    "Check the repository by its own tool (restic check, borg check), and read part of the data each time.",
)
_MEND = Text(
    "Gör en ny säkerhetskopia till ett helt lager, och reparera det skadade därefter.",
    "Make a new backup to a sound repository, and repair the damaged one after that.",
)
REASONS = {
    **SCOPE,
    "no-backup-source": POINTS["no-backup-source"],
    "repositories-incomplete": REPOSITORIES_INCOMPLETE,
    "damaged": Reason(
        Text(
            "Kontrollen av {repository} {checked} hittade fel ({damaged}).",
            "The check of {repository} on {checked} found errors ({damaged}).",
        ),
        _MEND,
        Severity.HIGH,
    ),
    "check-failed": Reason(
        Text("Kontrollen av {repository} {checked} misslyckades.", "The check of {repository} on {checked} failed."),
        _MEND,
        Severity.HIGH,
    ),
    "points-unreadable": Reason(
        Text(
            "{repository} har återställningspunkter som inte går att läsa ({points}).",
            "{repository} has restore points that cannot be read ({points}).",
        ),
        _MEND,
        Severity.HIGH,
    ),
    "verification-failed": Reason(
        Text(
            "Verifieringen av återställningspunkten {point} för {host} i {repository} misslyckades.",
            "Verification of the restore point {point} of {host} in {repository} failed.",
        ),
        _MEND,
        Severity.HIGH,
    ),
    "never-checked": Reason(
        Text("{repository} har aldrig kontrollerats.", "{repository} has never been checked."), _CHECK
    ),
    "check-too-old": Reason(
        Text("{repository} kontrollerades senast {checked}.", "{repository} was last checked {checked}."), _CHECK
    ),
    "data-not-read": Reason(
        Text(
            "Ingen kontroll av {repository} det senaste året har läst innehållet.",
            "No check of {repository} within the last year has read the data.",
        ),
        _CHECK,
    ),
    "locked": Reason(
        Text(
            "{repository} är låst sedan {since} av {holder}: inget kan säkerhetskopieras dit.",
            "{repository} has been locked since {since} by {holder}: nothing can be backed up to it.",
        ),
        Text(
            "Se efter om låset hör till något som körs; ta annars bort det (restic unlock, borg break-lock).",
            "See whether the lock is of something that runs; otherwise remove it (restic unlock, borg break-lock).",
        ),
        Severity.HIGH,
    ),
    "share-unknown": Reason(
        Text(
            "Det framgår inte hur mycket av {repository} som lästes vid kontrollen {checked}.",
            "It does not show how much of {repository} was read in the check of {checked}.",
        ),
        Text("För in andelen i loggen.", "Enter the share in the log."),
        Severity.LOW,
    ),
    "result-unknown": Reason(
        Text(
            "Det framgår inte hur kontrollen av {repository} {checked} gick.",
            "It does not show how the check of {repository} on {checked} went.",
        ),
        Text("För in resultatet i loggen.", "Enter the result in the log."),
    ),
    "check-not-run": Reason(
        Text(
            "{repository} skulle ha kontrollerats, men det gick inte.",
            "{repository} was to be checked, and could not be.",
        ),
        Text("Åtgärda det som hindrade kontrollen.", "See to what stopped the check."),
    ),
    "lock-unknown": Reason(
        Text(
            "Om {repository} är låst kunde inte läsas.",
            "Whether {repository} is locked could not be read.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "export-older": COMMON["export-older"],
    "no-integrity-evidence": Reason(
        Text("Ingen kontroll av lagrens integritet har lästs.", "No check of the repositories' integrity was read.")
    ),
    "nothing-to-judge": Reason(
        Text("Ingen återställningspunkt finns; se backup-daily.", "There is no restore point; see backup-daily.")
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    snapshots, points = evidence.reading(Snapshot), all_points(evidence)
    repositories = _Repositories(evidence, parameters, as_of)
    for system in systems.records:
        if (outcome := outside(system)) is not None:
            yield outcome
        elif not snapshots.populations:
            asked = repositories.asked or snapshots.gaps
            yield undetermined(system, "no-backup-source") if asked else out_of_scope(system, "no-integrity-evidence")
        elif (outcome := hosts_untold(system, systems, points, snapshots)) is not None:
            yield outcome
        else:
            newest: dict[str, dict[str, Point]] = {}
            for found in points.of_system(system).values():
                for point in found:
                    if point.time - as_of <= CLOCK_TOLERANCE:
                        newest.setdefault(point.location, {})[point.snapshot.host.casefold()] = point
            held = [repositories.judge(system, name, list(newest[name].values())) for name in sorted(newest)]
            if held:
                yield worst(held)
            elif snapshots.complete:
                yield out_of_scope(system, "nothing-to-judge")
            else:
                yield undetermined(system, "repositories-incomplete")
    yield from unread_of(systems.source, snapshots)


class _Repositories:
    """What is known of each repository's integrity."""

    def __init__(self, evidence: EvidenceSet, parameters: Parameters, as_of: datetime) -> None:
        checks = evidence.reading(IntegrityCheck)
        self._parameters = parameters
        self._as_of = as_of
        self.asked = bool(checks.populations or checks.gaps)
        self._whole = checks.complete
        self._not_run = {gap.source.casefold() for gap in checks.all_gaps}
        self._checks: defaultdict[str, list[IntegrityCheck]] = defaultdict(list)
        for check in checks.records:
            if check.date <= as_of.date():
                self._checks[check.repository.casefold()].append(check)
        self._logs: defaultdict[str, list[Population[IntegrityCheck]]] = defaultdict(list)
        for log in checks.populations:
            for name in sorted({check.repository.casefold() for check in log.records}):
                self._logs[name].append(log)
        self._lists = written(evidence.reading(Snapshot))
        self._locked: Mapping[str, BackupRepository] = {
            each.name.casefold(): each
            for each in sorted(evidence.reading(BackupRepository).records, key=repr)
            if each.locked_since is not None
        }
        self._locks_unread = {gap.source.casefold() for gap in evidence.reading(BackupRepository).all_gaps}
        self._unreadable = {
            population.source: tuple(
                sorted({gap.subject for gap in population.missing if gap.cause is GapCause.MALFORMED and gap.subject})
            )
            for population in evidence.reading(Snapshot).populations
        }

    def judge(self, system: ProtectedSystem, name: str, newest: Sequence[Point]) -> Outcome:
        """One repository, for one system with these newest restore points in it."""
        outcome = self._judge(system, name, newest)
        sources = {name.casefold(), *(point.source.casefold() for point in newest)}
        if outcome.verdict in {Verdict.CONFORMS, Verdict.OUT_OF_SCOPE} and sources & self._locks_unread:
            return undetermined(system, "lock-unknown", repository=name)
        return outcome

    def _judge(self, system: ProtectedSystem, name: str, newest: Sequence[Point]) -> Outcome:
        for point in newest:
            if point.snapshot.verification == "failed":
                return deviates(
                    system,
                    "verification-failed",
                    repository=name,
                    host=point.snapshot.host,
                    point=point.snapshot.identifier,
                )
        unreadable = self._unreadable.get(name, ())
        if unreadable:
            return deviates(system, "points-unreadable", repository=name, points=unreadable[:20])
        lock = self._locked.get(name.casefold())
        since = None if lock is None else lock.locked_since
        if lock is not None and since is not None and self._as_of - since > span(hours=self._parameters.lock_max_hours):
            return deviates(system, "locked", repository=name, since=since, holder=lock.locked_by or "?")
        if not all(point.snapshot.verification == "passed" for point in newest):
            return self._judge_checks(system, name)
        listed = min(
            (self._lists[point.source] for point in newest if point.source in self._lists), default=self._as_of
        )
        if self._as_of - listed <= span(days=self._parameters.integrity_max_days):
            return conforms(system)
        outcome = self._judge_checks(system, name)
        if outcome.verdict is Verdict.CONFORMS or outcome.reason in {"damaged", "check-failed"}:
            return outcome
        return undetermined(system, "export-older", written=listed)

    def _judge_checks(self, system: ProtectedSystem, name: str) -> Outcome:
        if not self.asked:
            return out_of_scope(system, "no-integrity-evidence")
        held = self._checks[name.casefold()]
        if not held:
            missed = name.casefold() in self._not_run or not self._whole
            return (
                undetermined(system, "check-not-run", repository=name)
                if missed
                else deviates(system, "never-checked", repository=name)
            )
        last = max(check.date for check in held)
        of_last = [check for check in held if check.date == last]
        failed = [check for check in of_last if check.result == "failed"]
        if failed:
            damaged = tuple(sorted({part for check in failed for part in check.damaged}))[:20]
            if damaged:
                return deviates(system, "damaged", repository=name, checked=last, damaged=damaged)
            return deviates(system, "check-failed", repository=name, checked=last)
        if any(check.result is None for check in of_last):
            return undetermined(system, "result-unknown", repository=name, checked=last)
        passed = [check for check in held if check.result == "passed"]
        logs = Reading(IntegrityCheck, tuple(self._logs[name.casefold()]))
        rule = partial(self._judge_ages, system, name, passed, last)
        return as_exported(system, logs, self._as_of, rule) or conforms(system)

    def _judge_ages(
        self, system: ProtectedSystem, name: str, passed: Sequence[IntegrityCheck], last: date, moment: datetime
    ) -> Outcome:
        today = moment.date()
        if (today - last).days > self._parameters.integrity_max_days:
            return deviates(system, "check-too-old", repository=name, checked=last)
        recent = [check for check in passed if (today - check.date).days <= self._parameters.data_read_max_days]
        wanted = self._parameters.data_read_percent
        if any(check.data_percent is not None and check.data_percent >= wanted for check in recent):
            return conforms(system)
        if any(check.data_percent is None for check in recent):
            return undetermined(system, "share-unknown", repository=name, checked=last)
        return deviates(system, "data-not-read", repository=name)
