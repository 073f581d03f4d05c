"""Restore points of a restic repository, read without a lock, a cache or a write (restic(1))."""

from __future__ import annotations

import getpass
import shlex
from collections.abc import Callable, Iterable, Sequence

from collector.backup.restic_output import (
    failure,
    masked,
    parse_identifiers,
    parse_lock,
    parse_snapshots,
    parse_unreadable,
)
from collector.evidence import GapCause
from collector.records.backup import Snapshot
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.process import LocalPrograms, Programs
from config.sources import ResticSource

MAX_OUTPUT = 256 << 20
"""Bytes of `restic snapshots --json`: some 400,000 restore points."""
MAX_LOCKS = 50
"""Locks that are looked into; more than that is a gap of its own."""

_READ_ONLY = ("--no-lock", "--no-cache")
_SNAPSHOTS = ("--json", "snapshots")
_LIST = ("list", "snapshots")
_LOCKS = ("list", "locks")


class ResticRepository:
    """A restic repository; implements `collector.source.Source`.

    `password` is called once per reading and may raise SourceError; what it gives goes to restic by its
    environment alone, as does the address: neither is in an argument list that other users can read.
    """

    provides: frozenset[type[Record]] = frozenset({Snapshot})

    def __init__(self, settings: ResticSource, password: Callable[[], str], programs: Programs | None = None) -> None:
        self.id = settings.id
        self._settings = settings
        self._password = password
        self._programs = programs or LocalPrograms()
        self._address = masked(settings.repository)

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Listing the repository's files, reading its restore points, and its locks."""
        if Snapshot not in wanted:
            return
        rights = "to read the repository's files, and its password"
        for arguments in (_LIST, _SNAPSHOTS, _LOCKS, ("cat", "lock", "ID")):
            yield Query(self._address, self._shown(arguments), (Snapshot,), rights)

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every restore point.

        The source's count is what the repository's list of files names: restic leaves out a restore point that it
        cannot load, and still ends with status 0.
        """
        if Snapshot not in wanted:
            return
        recorder.identity(f"{getpass.getuser()} on this host, with the repository's password")
        password = self._password()
        listed = parse_identifiers(self._run(_LIST, password, recorder)[0])
        output, errors = self._run(_SNAPSHOTS, password, recorder)
        given = 0
        missing = {_short(identifier) for identifier in listed}
        for snapshot in parse_snapshots(output):
            recorder.add(snapshot)
            given += 1
            missing.discard(_short(snapshot.identifier))
        for unreadable in parse_unreadable(errors):
            recorder.gap(
                Snapshot,
                GapCause.DENIED if "permission denied" in unreadable.detail else GapCause.MALFORMED,
                f"restic could not load the restore point: {self._clean(unreadable.detail, password)}",
                remedy="run `restic check` on the repository, and let the collector's user read all of its files",
                subject=unreadable.identifier,
            )
        self._look_at_locks(password, recorder)
        recorder.complete(Snapshot, source_count=given + len(missing))

    def diagnose(self) -> Iterable[Diagnosis]:
        """Try to list the restore points."""
        try:
            password = self._password()
            output, errors = self._call(_SNAPSHOTS, password)
            count = sum(1 for _ in parse_snapshots(output))
        except SourceError as error:
            yield Diagnosis(self._address, ok=False, text=error.detail, remedy=error.remedy)
            return
        unreadable = parse_unreadable(errors)
        if unreadable:
            text = f"{count} restore points; {len(unreadable)} could not be loaded"
            yield Diagnosis(self._address, ok=False, text=text, remedy="run `restic check` on the repository")
        else:
            yield Diagnosis(self._address, ok=True, text=f"{count} restore points")

    def _look_at_locks(self, password: str, recorder: Recorder) -> None:
        """An exclusive lock (prune, forget) means that restore points may go while they are counted."""
        identifiers = parse_identifiers(self._run(_LOCKS, password, recorder)[0])
        for identifier in identifiers[:MAX_LOCKS]:
            try:
                lock = parse_lock(identifier, self._run(("cat", "lock", identifier), password, recorder)[0])
            except SourceError as error:
                if error.cause is GapCause.ABSENT:  # released since it was listed
                    continue
                raise
            if lock.exclusive:
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

    def _run(self, arguments: Sequence[str], password: str, recorder: Recorder) -> tuple[bytes, str]:
        recorder.ran(self._shown(arguments), (Snapshot,))
        return self._call(arguments, password)

    def _call(self, arguments: Sequence[str], password: str) -> tuple[bytes, str]:
        """Standard output and standard error; raises SourceError for a failing status."""
        if not password:
            raise SourceError(
                GapCause.DENIED,
                "the repository's password is empty",
                "give the reference `password` in the settings a value",
            )
        done = self._programs.run(
            [self._settings.executable, *_READ_ONLY, *arguments],
            limit=MAX_OUTPUT,
            timeout=self._settings.timeout_seconds,
            environment={"RESTIC_REPOSITORY": self._settings.repository, "RESTIC_PASSWORD": password},
            package="restic",
        )
        if done.status != 0:
            command = f"restic {' '.join(arguments[:2])}"
            raise failure(command, done.status, done.errors, password)
        return done.output, done.errors

    def _clean(self, text: str, password: str) -> str:
        """Restic's words without the password or the credentials in an address."""
        return masked(text.replace(password, "***"))

    def _shown(self, arguments: Sequence[str]) -> str:
        command = shlex.join([self._settings.executable, *_READ_ONLY, *arguments])
        return f"RESTIC_REPOSITORY={shlex.quote(self._address)} {command}"


def _short(identifier: str) -> str:
    """The id as restic shows it to people: eight characters."""
    return identifier[:8]
