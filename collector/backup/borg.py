"""Archives, locks and integrity of a BorgBackup repository, read without a lock or a write (borg-list(1))."""

from __future__ import annotations

import getpass
import os
import shlex
import tempfile
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from collector.backup.borg_output import (
    failure,
    parse_archives,
    parse_check,
    parse_encryption,
    parse_sizes,
)
from collector.backup.measuring import newest_two
from collector.backup.restic_output import address_host, masked
from collector.records.backup import BackupRepository, IntegrityCheck, Snapshot
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.process import Completed, LocalPrograms, Programs
from config.sources import BorgSource

MAX_OUTPUT = 256 << 20
"""Bytes of one answer: some 20 million files in an archive that is measured."""
ARCHIVE = "ARCHIVE"

_LIST = ("list", "--bypass-lock", "--json", "--format", "{name}{start}{hostname}{comment}{command_line}")
_SIZES = ("list", "--bypass-lock", "--format", "{type} {size}{NL}")
_CHECK = ("check", "--bypass-lock", "--repository-only", "--verbose")


class BorgRepository:
    """A borg repository; implements `collector.source.Source`.

    `secret` resolves the passphrase's reference and may raise SourceError. It goes to borg by its environment alone,
    and so does the address. borg keeps its notes (known repositories, cache) in a folder that is removed afterwards.
    """

    def __init__(
        self,
        settings: BorgSource,
        secret: Callable[[str], str],
        programs: Programs | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.id = settings.id
        self.provides: frozenset[type[Record]] = frozenset({Snapshot, BackupRepository}) | (
            {IntegrityCheck} if settings.check else set()
        )
        self._settings = settings
        self._secret = secret
        self._programs = programs or LocalPrograms()
        self._now = now
        self._address = masked(settings.repository)

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading its archives, measuring and checking it."""
        rights = "to read the repository's files, and its passphrase"
        kinds = tuple(kind for kind in (Snapshot, BackupRepository) if kind in wanted)
        if kinds:
            yield Query(self._address, self._shown(_LIST), kinds, rights)
        if Snapshot in wanted and self._settings.sizes:
            yield Query(self._address, self._shown((*_SIZES, f"::{ARCHIVE}")), (Snapshot,), rights)
        if IntegrityCheck in wanted and self._settings.check:
            yield Query(self._address, self._shown(_CHECK), (IntegrityCheck,), rights)

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read every archive's name, host, time and folders."""
        wanted &= self.provides
        if not wanted:
            return
        recorder.identity(f"{getpass.getuser()} on this host, with the repository's passphrase")
        with tempfile.TemporaryDirectory(prefix="styrk-borg-") as base:
            call = BorgCall(self._settings, self._passphrase(), Path(base), self._programs)
            if wanted & {Snapshot, BackupRepository}:
                self._list(wanted, call, recorder)
            if IntegrityCheck in wanted:
                self._check(call, recorder)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Try to list the archives."""
        try:
            with tempfile.TemporaryDirectory(prefix="styrk-borg-") as base:
                call = BorgCall(self._settings, self._passphrase(), Path(base), self._programs)
                count = sum(1 for _ in parse_archives(call.ask(_LIST).output))
        except SourceError as error:
            yield Diagnosis(self._address, ok=False, text=error.detail, remedy=error.remedy)
            return
        yield Diagnosis(self._address, ok=True, text=f"{count} archives")

    def _list(self, wanted: frozenset[type[Record]], call: BorgCall, recorder: Recorder) -> None:
        recorder.ran(self._shown(_LIST), (Snapshot, BackupRepository))
        answer = call.ask(_LIST)
        archives = list(parse_archives(answer.output))
        if Snapshot in wanted:
            if self._settings.sizes:
                self._measure(archives, call, recorder)
            for archive in archives:
                recorder.add(archive)
            recorder.complete(Snapshot, source_count=len(archives))
        if BackupRepository in wanted:
            since, holder = _local_lock(self._settings.repository)
            recorder.add(
                BackupRepository(
                    name=self.id,
                    tool="borg",
                    host=address_host(self._settings.repository),
                    encrypted=parse_encryption(answer.output),
                    append_only=_append_only(self._settings.repository),
                    locked_since=since,
                    locked_by=holder,
                )
            )
            recorder.complete(BackupRepository, source_count=1)

    def _measure(self, archives: list[Snapshot], call: BorgCall, recorder: Recorder) -> None:
        """Put the size on the newest archives, in place; one that cannot be measured keeps an unknown size."""
        recorder.ran(self._shown((*_SIZES, f"::{ARCHIVE}")), (Snapshot,))
        for place in newest_two(archives):
            done = call.run((*_SIZES, f"::{archives[place].identifier}"))
            if done.status == 0:
                size, files = parse_sizes(done.output)
                archives[place] = replace(archives[place], size_bytes=size, files=files)
            else:
                recorder.unreadable(Snapshot, ("size_bytes", "files"))

    def _check(self, call: BorgCall, recorder: Recorder) -> None:
        recorder.ran(self._shown(_CHECK), (IntegrityCheck,))
        done = call.run(_CHECK, timeout=self._settings.check_timeout_seconds)
        whole, damaged = parse_check(done.status, done.errors, call.secret)
        recorder.add(
            IntegrityCheck(
                repository=self.id,
                date=self._now().date(),
                result="passed" if whole else "failed",
                data_percent=100,
                damaged=damaged,
            )
        )
        recorder.complete(IntegrityCheck, source_count=1)

    def _passphrase(self) -> str | None:
        reference = self._settings.passphrase
        return None if reference is None else self._secret(reference)

    def _shown(self, arguments: Sequence[str]) -> str:
        return f"BORG_REPO={shlex.quote(self._address)} {shlex.join([self._settings.executable, *arguments])}"


class BorgCall:
    """borg on one repository, with its notes in a folder of their own."""

    def __init__(self, settings: BorgSource, passphrase: str | None, base: Path, programs: Programs) -> None:
        self._settings = settings
        self.secret = passphrase or ""
        self._base = base
        self._programs = programs

    def run(self, arguments: Sequence[str], *, timeout: float | None = None) -> Completed:
        """Run to the end, whatever the exit status; parse what it wrote to standard error with `secret`."""
        keys = Path(os.environ.get("BORG_KEYS_DIR") or Path.home() / ".config" / "borg" / "keys")
        return self._programs.run(
            [self._settings.executable, *arguments],
            limit=MAX_OUTPUT,
            timeout=timeout or self._settings.timeout_seconds,
            environment={
                "BORG_REPO": self._settings.repository,
                "BORG_BASE_DIR": str(self._base),
                "BORG_KEYS_DIR": str(keys),
                "BORG_PASSPHRASE": self.secret,
                "BORG_UNKNOWN_UNENCRYPTED_REPO_ACCESS_IS_OK": "yes",
                "BORG_RELOCATED_REPO_ACCESS_IS_OK": "yes",
                "BORG_RSH": "ssh -o BatchMode=yes",
            },
            package="borgbackup",
        )

    def ask(self, arguments: Sequence[str]) -> Completed:
        """As `run`, and raises SourceError for a failing status (1 is a warning)."""
        done = self.run(arguments)
        if done.status not in {0, 1}:
            raise failure(f"borg {arguments[0]}", done.status, done.errors, self.secret)
        return done


def _local_lock(repository: str) -> tuple[datetime | None, str | None]:
    """Since when a repository on this host is locked exclusively, and by whom; None where it is not or is elsewhere.

    borg makes the folder `lock.exclusive` with a file named `host@mac.pid-thread` (borg's internals, "Locks").
    """
    lock = Path(repository) / "lock.exclusive"
    try:
        holders = sorted(entry.name for entry in lock.iterdir())
        since = datetime.fromtimestamp(int(lock.stat().st_mtime), UTC)
    except OSError:
        return None, None
    return since, holders[0].partition("@")[0] if holders else None


def _append_only(repository: str) -> bool | None:
    """What the repository's own settings say; None for one that is elsewhere, or does not let itself be read."""
    try:
        with (Path(repository) / "config").open(encoding="utf-8") as file:
            text = file.read(64 << 10)
    except (OSError, ValueError):
        return None
    for line in text.splitlines():
        name, _, value = line.partition("=")
        if name.strip() == "append_only":
            return value.strip() == "1"
    return None
