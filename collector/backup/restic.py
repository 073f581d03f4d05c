"""Restore points, locks and integrity of a restic repository, read without a lock, a cache or a write (restic(1))."""

from __future__ import annotations

import getpass
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from collector.backup.measuring import newest_two
from collector.backup.restic_command import ResticCommand
from collector.backup.restic_output import (
    Lock,
    address_host,
    is_identifier,
    local_folder,
    parse_check,
    parse_identifiers,
    parse_lock,
    parse_size,
    parse_snapshots,
    parse_unreadable,
    trees,
)
from collector.evidence import GapCause
from collector.records.backup import BackupRepository, IntegrityCheck, Snapshot
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.process import Completed, LocalPrograms, Programs
from config.sources import ResticSource

MAX_LOCKS = 50
"""Locks that are looked into; more than that is a gap of its own."""

_SNAPSHOTS = ("--json", "snapshots")
_LIST = ("list", "snapshots")
_LOCKS = ("list", "locks")
_STATS = ("--json", "stats", "--mode", "restore-size")
_NAMES = "read the names of the files in snapshots and locks"


class ResticRepository:
    """A restic repository; implements `collector.source.Source`.

    `password` is called once per reading and may raise SourceError; what it gives goes to restic by its
    environment alone, as does the address: neither is in an argument list that other users can read. Data packs are
    read for nothing but `check` with a share of them.
    """

    def __init__(
        self,
        settings: ResticSource,
        password: Callable[[], str],
        programs: Programs | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.id = settings.id
        self.provides: frozenset[type[Record]] = frozenset({Snapshot, BackupRepository}) | (
            {IntegrityCheck} if settings.check is not None else set()
        )
        self._settings = settings
        self._restic = ResticCommand(settings, password, programs or LocalPrograms())
        self._now = now

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Listing the repository's files, reading its restore points, and its locks; measuring and checking it."""
        rights = "to read the repository's files, and its password"
        kinds = tuple(kind for kind in (Snapshot, BackupRepository) if kind in wanted)
        if kinds and local_folder(self._settings.repository) is not None:
            yield Query(self._restic.address, _NAMES, kinds, rights)
        commands: list[Sequence[str]] = [_LIST, _SNAPSHOTS] if Snapshot in wanted else []
        commands += [_LOCKS, ("cat", "lock", "ID")] if kinds else []
        commands += [(*_STATS, "ID")] if Snapshot in wanted and self._settings.sizes else []
        for arguments in commands:
            yield Query(self._restic.address, self._restic.shown(arguments), kinds, rights)
        if IntegrityCheck in wanted and self._settings.check is not None:
            yield Query(self._restic.address, self._restic.shown(self._check_arguments()), (IntegrityCheck,), rights)

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every restore point.

        The source's count is what the repository's list of files names: restic leaves out a restore point that it
        cannot load, and still ends with status 0.
        """
        wanted &= self.provides
        if not wanted:
            return
        recorder.identity(f"{getpass.getuser()} on this host, with the repository's password")
        self._restic.secret()
        if wanted & {Snapshot, BackupRepository}:
            if Snapshot in wanted:
                listed = self._identifiers(_LIST, recorder)
                self._add_snapshots(listed, self._call(_SNAPSHOTS, recorder), recorder)
            self._add_repository(self._exclusive_locks(self._identifiers(_LOCKS, recorder), recorder), recorder)
            recorder.complete(BackupRepository, source_count=1)
        if IntegrityCheck in wanted:
            self._check(recorder)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Try to list the restore points."""
        try:
            done = self._restic.call(_SNAPSHOTS)
            count = sum(1 for _ in parse_snapshots(done.output))
        except SourceError as error:
            yield Diagnosis(self._restic.address, ok=False, text=error.detail, remedy=error.remedy)
            return
        unreadable = parse_unreadable(done.errors)
        if unreadable:
            text = f"{count} restore points; {len(unreadable)} could not be loaded"
            yield Diagnosis(self._restic.address, ok=False, text=text, remedy="run `restic check` on the repository")
        else:
            yield Diagnosis(self._restic.address, ok=True, text=f"{count} restore points")

    def _identifiers(self, command: Sequence[str], recorder: Recorder) -> tuple[str, ...]:
        """Ids by the names of the repository's files, where it lies in this host's file system; else by restic.

        restic takes half a second to open a repository (scrypt), and prints the same names.
        """
        folder = local_folder(self._settings.repository)
        names = None if folder is None else file_names(folder / command[1])
        if names is None:
            return parse_identifiers(self._call(command, recorder).output)
        recorder.ran(_NAMES, (Snapshot, BackupRepository))
        return names

    def _add_snapshots(self, listed: Sequence[str], answer: Completed, recorder: Recorder) -> None:
        snapshots = list(parse_snapshots(answer.output))
        if self._settings.sizes:
            self._measure(snapshots, trees(answer.output), recorder)
        missing = {identifier[:8] for identifier in listed}
        for snapshot in snapshots:
            recorder.add(snapshot)
            missing.discard(snapshot.identifier[:8])
        for unreadable in parse_unreadable(answer.errors):
            recorder.gap(
                Snapshot,
                GapCause.DENIED if "permission denied" in unreadable.detail else GapCause.MALFORMED,
                f"restic could not load the restore point: {unreadable.detail}",
                remedy="run `restic check` on the repository, and let the collector's user read all of its files",
                subject=unreadable.identifier,
            )
        recorder.complete(Snapshot, source_count=len(snapshots) + len(missing))

    def _measure(self, snapshots: list[Snapshot], contents: Sequence[str | None], recorder: Recorder) -> None:
        """Put the size on the newest restore points, in place; those of equal content are measured once.

        One that cannot be measured keeps an unknown size: the check of what it holds says so.
        """
        places = newest_two(snapshots)
        first: dict[str | None, str] = {}
        for place in places:
            first.setdefault(contents[place], snapshots[place].identifier)
        if places:
            recorder.ran(self._restic.shown((*_STATS, "ID")), (Snapshot,))
        answers = self._restic.run_all([(*_STATS, identifier) for identifier in first.values()])
        done = dict(zip(first, answers, strict=True))
        for place in places:
            answer = done[contents[place]]
            if answer.status == 0:
                snapshots[place] = replace(snapshots[place], size_bytes=parse_size(answer.output))
            else:
                recorder.unreadable(Snapshot, ("size_bytes",))

    def _exclusive_locks(self, identifiers: Sequence[str], recorder: Recorder) -> list[Lock]:
        """An exclusive lock (prune, forget) means that restore points may go while they are counted."""
        if identifiers:
            recorder.ran(self._restic.shown(("cat", "lock", "ID")), (Snapshot, BackupRepository))
        found = []
        for identifier in identifiers[:MAX_LOCKS]:
            try:
                lock = parse_lock(identifier, self._restic.call(("cat", "lock", identifier)).output)
            except SourceError as error:
                if error.cause is GapCause.ABSENT:  # released since it was listed
                    continue
                raise
            if lock.exclusive:
                found.append(lock)
                recorder.gap(
                    Snapshot,
                    GapCause.DENIED,
                    f"locked exclusively by {lock.host} since {lock.time}: restore points may be being removed",
                    remedy="scan again when the running prune or forget has ended; "
                    "a lock that a dead process left is removed by `restic unlock`",
                    subject=f"lock {identifier[:8]}",
                )
        if len(identifiers) > MAX_LOCKS:
            recorder.gap(
                Snapshot,
                GapCause.TRUNCATED,
                f"{len(identifiers)} locks; only {MAX_LOCKS} were looked into",
                remedy="remove locks that dead processes left with `restic unlock`",
                subject="locks",
            )
        return found

    def _add_repository(self, locks: Sequence[Lock], recorder: Recorder) -> None:
        oldest = min((lock for lock in locks if lock.since is not None), key=lambda each: str(each.since), default=None)
        recorder.add(
            BackupRepository(
                name=self.id,
                tool="restic",
                host=address_host(self._settings.repository),
                encrypted=True,
                locked_since=None if oldest is None else oldest.since,
                locked_by=None if oldest is None else oldest.host,
            )
        )

    def _check(self, recorder: Recorder) -> None:
        settings = self._settings.check
        if settings is None:
            return
        arguments = self._check_arguments()
        recorder.ran(self._restic.shown(arguments), (IntegrityCheck,))
        done = self._restic.run(arguments, timeout=settings.timeout_seconds)
        whole, damaged = parse_check(done.status, done.errors, self._restic.secret())
        recorder.add(
            IntegrityCheck(
                repository=self.id,
                date=self._now().date(),
                result="passed" if whole else "failed",
                data_percent=settings.data_percent,
                damaged=damaged,
            )
        )
        recorder.complete(IntegrityCheck, source_count=1)

    def _check_arguments(self) -> tuple[str, ...]:
        share = 0 if self._settings.check is None else self._settings.check.data_percent
        if share == 100:
            return ("check", "--read-data")
        return ("check", f"--read-data-subset={share}%") if share else ("check",)

    def _call(self, arguments: Sequence[str], recorder: Recorder) -> Completed:
        recorder.ran(self._restic.shown(arguments), (Snapshot, BackupRepository))
        return self._restic.call(arguments)


def file_names(folder: Path) -> tuple[str, ...] | None:
    """The names of a folder's files that are ids; None where it cannot be read, so that restic may say why."""
    try:
        return tuple(sorted(path.name for path in folder.iterdir() if is_identifier(path.name)))
    except OSError:
        return None
