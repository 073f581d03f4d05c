"""Every critical system is in the backup, with all of its hosts and all that the register says must be in it.

The systems come from the system register; they are matched with restore points and with jobs' runs by host, by a tag
with the system's name, or by the system's name where it names no hosts. A critical system deviates when one of its
hosts has neither restore point nor job, or when a folder or volume of `backup_paths` is in none of the newest restore
points (`host:/path` asks it of one host), by what the restore points hold and leave out. A host that the backup names
with a domain and the register without, or the other way about, is undetermined. What is backed up and not in the
register is named too: nobody may know whose it is. While some repository could not be read, a missing host is
undetermined, and so is whose the rest is. Uncovered systems are passed over only where the organisation demands less
than `critical_coverage_percent` of 100.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fnmatch import fnmatchcase

from checks.backup.backup_reasons import POINTS, REPOSITORIES_INCOMPLETE, SCOPE, hosts_untold, outside, worst
from checks.backup.restore_points import Point, Points, all_points, by_first_part, other_name
from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import lacks_column
from checks.record_rules.rows import told
from collector.evidence import EvidenceSet, Population
from collector.records.backup import BackupRun, ProtectedSystem, Snapshot

CONTROL = "backup-coverage"
READS = (ProtectedSystem, Snapshot, BackupRun)

_SAME_ROUND = timedelta(days=7)
"""Restore points of other folders of the same host that are not older than this, counted from the newest, belong to
it."""
_DRIVE = re.compile(r"[a-z]:", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Percent of the critical systems."""

    critical_coverage_percent: int = 100


REASONS = {
    **SCOPE,
    "repositories-unread": POINTS["repositories-unread"],
    "repositories-incomplete": REPOSITORIES_INCOMPLETE,
    "no-backup-source": POINTS["no-backup-source"],
    "not-covered": Reason(
        Text(
            "{host} finns varken i någon återställningspunkt eller i något jobb.",
            "{host} is in no restore point and in no job.",
        ),
        Text("Lägg till systemet i säkerhetskopieringen.", "Add the system to the backup."),
        Severity.HIGH,
    ),
    "path-missing": Reason(
        Text(
            "{path} ingår inte i de senaste återställningspunkterna.", "{path} is in none of the newest restore points."
        ),
        Text("Lägg till sökvägen i jobbet.", "Add the path to the job."),
        Severity.HIGH,
    ),
    "path-excluded": Reason(
        Text(
            "{path} utelämnas ur återställningspunkterna ({patterns}).",
            "{path} is left out of the restore points ({patterns}).",
        ),
        Text("Ta bort undantaget ur jobbet.", "Remove the exception from the job."),
        Severity.HIGH,
    ),
    "paths-unknown": Reason(
        Text(
            "Återställningspunkterna visar inte om {path} ingår.",
            "The restore points do not show whether {path} is in them.",
        ),
        Text("Kontrollera jobbets urval.", "Look at what the job selects."),
    ),
    "within-accepted-share": Reason(
        Text(
            "Inte med i säkerhetskopieringen; organisationen kräver inte alla system.",
            "Not in the backup; the organisation does not demand all systems.",
        )
    ),
    "not-in-register": Reason(
        Text(
            "Säkerhetskopieras, men finns inte i systemregistret.", "Is backed up, but is not in the system register."
        ),
        Text(
            "För in systemet i registret, eller ta bort det ur säkerhetskopieringen om det är avvecklat.",
            "Enter it in the register, or remove it from the backup if it is retired.",
        ),
        Severity.LOW,
    ),
    "register-incomplete": Reason(
        Text(
            "Säkerhetskopieras, och finns inte i den del av systemregistret som kunde läsas.",
            "Is backed up, and is not in the part of the system register that could be read.",
        ),
        Text("Rätta de rader som inte kunde läsas.", "Mend the rows that could not be read."),
        Severity.LOW,
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system, and one per host that is backed up and not registered."""
    snapshots, jobs = evidence.reading(Snapshot), evidence.reading(BackupRun)
    points = all_points(evidence)
    in_jobs = frozenset(name.casefold() for run in jobs.records for name in (run.host, run.job) if name)
    job_hosts = by_first_part(run.host for run in jobs.records if run.host)
    asked = bool(snapshots.populations or jobs.populations)
    whole = not (snapshots.all_gaps or jobs.all_gaps)
    outcomes = []
    for system in systems.records:
        outcome = _judge_system(system, points, (in_jobs, job_hosts), asked=asked, whole=whole)
        if asked and outside(system) is None and system.name.casefold() not in in_jobs:
            outcome = hosts_untold(system, systems, points, snapshots) or outcome
        outcomes.append(outcome)
    yield from _demanded(outcomes, parameters)
    if not whole:
        yield undetermined(systems.source, "repositories-incomplete")
    known = {name.casefold() for system in systems.records for name in (system.name, *system.hosts)}
    registered = by_first_part(known)
    for host in _strangers(points, jobs.records, known):
        found = deviates(host, "not-in-register") if systems.complete else undetermined(host, "register-incomplete")
        written = other_name(host, registered)
        if written is not None:
            found = undetermined(host, "named-otherwise", host=written, other=host)
        yield told(host, systems, "hosts") or lacks_column(host, snapshots, "tags") or found


def _demanded(outcomes: Sequence[Outcome], parameters: Parameters) -> Iterator[Outcome]:
    """The outcomes; those not covered are passed over where the demanded share is reached without them."""
    critical = [each for each in outcomes if each.verdict is not Verdict.OUT_OF_SCOPE]
    covered = sum(1 for each in critical if each.verdict is Verdict.CONFORMS)
    enough = covered * 100 >= parameters.critical_coverage_percent * len(critical) and covered < len(critical)
    for outcome in outcomes:
        passed_over = enough and covered and outcome.verdict is Verdict.DEVIATES
        yield out_of_scope(outcome.subject, "within-accepted-share") if passed_over else outcome


def _judge_system(
    system: ProtectedSystem,
    points: Points,
    jobs: tuple[frozenset[str], Mapping[str, Sequence[str]]],
    *,
    asked: bool,
    whole: bool,
) -> Outcome:
    """`jobs`: the names in their runs, and the hosts by the first part of their names."""
    in_jobs, job_hosts = jobs
    if (outcome := outside(system)) is not None:
        return outcome
    if not asked:
        return undetermined(system, "no-backup-source")
    held = points.of_system(system)
    named = system.name.casefold() in in_jobs
    for host, found in held.items():
        if not found and not named and host.casefold() not in in_jobs:
            other = other_name(host, job_hosts)
            if other is not None:
                return undetermined(system, "named-otherwise", host=host, other=other)
            return (
                deviates(system, "not-covered", host=host)
                if whole
                else undetermined(system, "repositories-unread", host=host)
            )
    wanted = [_judge_path(system, path, held) for path in system.backup_paths]
    return worst([*wanted, conforms(system)])


def _judge_path(system: ProtectedSystem, path: str, held: dict[str, list[Point]]) -> Outcome:
    host, _, rest = path.partition(":")
    bound = rest and not _DRIVE.fullmatch(f"{host}:")
    looked_at = [found for name, found in held.items() if not bound or name.casefold() == host.casefold()]
    wanted = _normal(rest if bound else path)
    newest = [_newest(found) for found in looked_at]
    holding = [point for points in newest for point in points if any(_holds(each, wanted) for each in point.paths)]
    if any(not _leaves_out(point, wanted) for point in holding):
        return conforms(system)
    if holding:
        return deviates(system, "path-excluded", path=path, patterns=holding[0].excludes[:20])
    if not newest or any(not any(point.paths for point in points) for points in newest):
        return undetermined(system, "paths-unknown", path=path)
    return deviates(system, "path-missing", path=path)


def _newest(found: Sequence[Point]) -> list[Snapshot]:
    """The newest restore point of each selection that is still in use."""
    last = found[-1].time if found else None
    by_selection: dict[tuple[str, tuple[str, ...]], Snapshot] = {}
    for point in found:
        if last is not None and last - point.time <= _SAME_ROUND:
            by_selection[point.location, point.snapshot.paths] = point.snapshot
    return list(by_selection.values())


def _leaves_out(point: Snapshot, wanted: str) -> bool:
    """Whether the patterns of what the restore point leaves out are about a path or a folder above it.

    As restic has them (restic-backup(1)): a pattern that begins with a slash is about the whole path, another about its
    last parts at any depth; `*` and the like hold within one part. One that begins with `!` takes back what those
    before it left out, but nothing within a folder that is left out itself. What `**` leaves out is not followed.
    """
    parts = wanted.strip("/").split("/")
    above = [parts[: number + 1] for number in range(len(parts))]
    return any(_is_left_out(path, point.excludes, whole=path == parts) for path in above)


def _is_left_out(path: Sequence[str], patterns: Sequence[str], *, whole: bool) -> bool:
    """The last pattern that is about this path decides; `whole`: all that is in a folder is the folder."""
    taken_back = any(pattern.startswith("!") for pattern in patterns)
    left_out = False
    for pattern in patterns:
        bare = pattern.removeprefix("!")
        asked = _normal(bare).strip("/")
        if whole and not taken_back:
            asked = asked.removesuffix("/*")
        if "**" in asked.split("/"):
            left_out = left_out and bare == pattern
        elif _is_about(asked.split("/"), path, bound=bare.startswith("/")):
            left_out = bare == pattern
    return left_out


def _is_about(asked: Sequence[str], path: Sequence[str], *, bound: bool) -> bool:
    tail = path if bound else path[-len(asked) :]
    return len(tail) == len(asked) and all(fnmatchcase(part, each) for part, each in zip(tail, asked, strict=True))


def _holds(path: str, wanted: str) -> bool:
    held = _normal(path)
    return wanted == held or wanted.startswith(f"{held.rstrip('/')}/")


def _normal(path: str) -> str:
    """With forward slashes and none at the end; Windows paths in lower case."""
    text = path.replace("\\", "/")
    text = text.rstrip("/") or text[:1]
    return text.casefold() if _DRIVE.match(text) else text


def _strangers(points: Points, runs: Iterator[BackupRun], known: set[str]) -> list[str]:
    """Hosts that are backed up and that no system names, by name or by tag."""
    shown: dict[str, str] = {}
    for key, found in sorted(points.by_host.items()):
        tagged = any(tag.casefold() in known for point in found for tag in point.snapshot.tags)
        if key not in known and not tagged:
            shown[key] = min(point.snapshot.host for point in found)
    for run in runs:
        if run.host is not None and not {run.host.casefold(), run.job.casefold()} & known:
            shown[run.host.casefold()] = min(run.host, shown.get(run.host.casefold(), run.host))
    return [shown[key] for key in sorted(shown)]
