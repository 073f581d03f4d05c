"""Hosts as sources: this one, and Linux hosts over SSH; the same script and the same reading for both."""

from __future__ import annotations

import getpass
import os
import re
import secrets
import socket
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Protocol

from collector.evidence import GapCause
from collector.host.answer import Answer, read_answer, without_remarks
from collector.host.facts import read_facts
from collector.host.interfaces import local_interfaces
from collector.host.reading import Facts, Target
from collector.host.script import NONCE_VARIABLE, needed, queries, script
from collector.host.sections import KINDS
from collector.recorder import clean_text
from collector.records.directory import CollectorIdentity
from collector.records.host import Host, Interface
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.process import LocalPrograms, Programs
from collector.transport.ssh import DEFAULT_LIMIT, InterruptedRunError, RemoteShell, SshClient
from config.sources import LocalSource, SshSource, SshTarget

HOST_SECONDS = 300
"""Seconds that one host may take in all, sections with their own time limits included."""


def _now() -> datetime:
    return datetime.now(UTC)


def _who() -> str:
    """As whom this host is read; raises SourceError where it is not one that can be read."""
    if os.name != "posix":
        raise SourceError(GapCause.UNSUPPORTED, "this host is not a Linux host; only those are read yet")
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a user id without a name
        name = "nameless"
    return f"{name} (uid {os.getuid()})"


class LocalHost:
    """The host that Styrk runs on, read as the user that runs it.

    That user is who sits at the host, so it is no reading account that might have more rights than it needs.
    """

    provides = frozenset(KINDS) - {CollectorIdentity}

    def __init__(
        self,
        settings: LocalSource,
        secret: Callable[[str], str] | None = None,  # noqa: ARG002  # every source is made alike
        *,
        programs: Programs | None = None,
        now: Callable[[], datetime] = _now,
    ) -> None:
        self.id = settings.id
        self._name = settings.name or socket.gethostname()
        self._programs = programs or LocalPrograms()
        self._now = now

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """The sections of the script; interfaces are asked of the kernel by psutil."""
        yield from queries(self._name, wanted - {Interface})
        if Interface in wanted:
            yield Query(self._name, "psutil: net_if_addrs, net_if_stats; names in /sys/class/net", (Interface,))

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read the wanted kinds; raises SourceError when no shell can be run."""
        recorder.identity(_who())
        if Interface in wanted:
            recorder.ran("psutil: net_if_addrs, net_if_stats; names in /sys/class/net", (Interface,))
            for interface in local_interfaces(self._name):
                recorder.add(interface)
        by_script = wanted - {Interface}
        if needed(by_script):
            answer, data = self._run(by_script)
            _record_sections(recorder, by_script)
            target = Target(self._name, _who().partition(" ")[0])
            facts = read_facts(answer, target, by_script, self._now())
            _record(recorder, self._name, facts)
            recorder.raw(_raw_name(self._name, 0), without_remarks(data), by_script)
        for kind in wanted:
            recorder.complete(kind, source_count=1 if kind is Host else None)

    def diagnose(self) -> Iterable[Diagnosis]:
        """What this user may read here."""
        answer, _ = self._run(self.provides)
        yield Diagnosis(self._name, ok=True, text=f"read as {_who()}")
        yield from _diagnose(answer, Target(self._name, _who().partition(" ")[0]), self.provides, self._now())

    def _run(self, wanted: frozenset[type[Record]]) -> tuple[Answer, bytes]:
        nonce = secrets.token_hex(16)
        text = script(needed(wanted), sudo=False).decode("ascii")
        done = self._programs.run(
            ["sh", "-c", text], limit=DEFAULT_LIMIT, timeout=HOST_SECONDS, environment={NONCE_VARIABLE: nonce}
        )
        answer = read_answer(done.output, nonce)
        if not answer.parts:
            raise SourceError(GapCause.MALFORMED, f"the shell of this host did not run the script: {done.errors[:300]}")
        return answer, done.output


class Reach(Protocol):
    """How a source of hosts reaches them; `SshClient` is the real one."""

    def shell(self, target: SshTarget) -> RemoteShell:
        """A shell on one host."""
        ...

    def user(self, target: SshTarget) -> str:
        """As whom it is read."""
        ...

    def prepare(self) -> object:
        """Read key and known_hosts; raises SourceError when either cannot be read."""
        ...


class SshHosts:
    """Linux hosts over SSH: one session a host, several side by side, one dead host costing only itself."""

    provides = frozenset(KINDS)

    def __init__(
        self,
        settings: SshSource,
        secret: Callable[[str], str],
        *,
        reach: Reach | None = None,
        now: Callable[[], datetime] = _now,
        host_seconds: float = HOST_SECONDS,
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._reach: Reach = reach or SshClient(settings.login, secret)
        self._now = now
        self._host_seconds = host_seconds

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """The sections of the script, for each host."""
        for target in self._settings.hosts:
            yield from queries(target.name, wanted)

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read the wanted kinds from every host; raises SourceError when key or known_hosts cannot be read."""
        users = sorted({self._reach.user(target) for target in self._settings.hosts})
        sudo = ", sudo for single commands" if self._settings.login.sudo else ""
        recorder.identity(f"{', '.join(users)} by SSH key{sudo}")
        _record_sections(recorder, wanted)
        self._reach.prepare()
        with ThreadPoolExecutor(self._settings.parallel, thread_name_prefix=f"ssh-{self.id}") as pool:
            readings = pool.map(lambda target: self._read(target, wanted), self._settings.hosts)
            for index, (target, reading) in enumerate(zip(self._settings.hosts, readings, strict=True)):
                self._keep(index, target, reading, wanted, recorder)
        for kind in wanted:
            recorder.complete(kind, source_count=len(self._settings.hosts) if kind is Host else None)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Reach, host key, log-on, rights and missing commands of every host."""
        try:
            self._reach.prepare()
        except SourceError as error:
            yield Diagnosis(self.id, ok=False, text=clean_text(error.detail), remedy=error.remedy)
            return
        with ThreadPoolExecutor(self._settings.parallel, thread_name_prefix=f"ssh-{self.id}") as pool:
            for lines in pool.map(self._diagnose_host, self._settings.hosts):
                yield from lines

    def _diagnose_host(self, target: SshTarget) -> list[Diagnosis]:
        user = self._reach.user(target)
        try:
            answer, _, _ = self._ask(target, self.provides)
        except SourceError as error:
            return [Diagnosis(target.name, ok=False, text=clean_text(error.detail), remedy=error.remedy)]
        lines = [Diagnosis(target.name, ok=True, text=f"reached, host key as pinned, logged on as {user}")]
        return lines + list(_diagnose(answer, Target(target.name, user), self.provides, self._now()))

    def _read(self, target: SshTarget, wanted: frozenset[type[Record]]) -> tuple[Facts, bytes] | SourceError:
        try:
            answer, data, cut = self._ask(target, wanted)
        except SourceError as error:
            return error
        asked = Target(target.name, self._reach.user(target), target.collects_logs, cut)
        return read_facts(answer, asked, wanted, self._now()), data

    def _keep(
        self,
        index: int,
        target: SshTarget,
        reading: tuple[Facts, bytes] | SourceError,
        wanted: frozenset[type[Record]],
        recorder: Recorder,
    ) -> None:
        """Record one host's reading; in the order of the settings, so that the same answers give the same file."""
        if isinstance(reading, SourceError):
            for kind in wanted:
                recorder.gap(kind, reading.cause, reading.detail, remedy=reading.remedy, subject=target.name)
            return
        facts, data = reading
        _record(recorder, target.name, facts)
        recorder.raw(_raw_name(target.name, index), without_remarks(data), wanted)

    def _ask(self, target: SshTarget, wanted: frozenset[type[Record]]) -> tuple[Answer, bytes, GapCause | None]:
        """The answer, its bytes, and why it was cut off where it was."""
        nonce = secrets.token_hex(16)
        text = script(needed(wanted), sudo=self._settings.login.sudo, nonce=nonce)
        cut = None
        try:
            data = self._reach.shell(target).run(text, DEFAULT_LIMIT, self._host_seconds)
        except InterruptedRunError as error:
            data, cut = error.received, error.cause
            answer = read_answer(data, nonce)
            if not answer.parts:
                raise
            return answer, data, cut
        answer = read_answer(data, nonce)
        if not answer.parts:
            raise SourceError(
                GapCause.MALFORMED,
                f"{target.name} logged us on but did not run the script; it said: {clean_text(answer.preamble, 300)!r}",
                "give the user a POSIX shell (/bin/sh) without a forced command",
            )
        return answer, data, cut


def _record_sections(recorder: Recorder, wanted: frozenset[type[Record]]) -> None:
    for query in queries("", wanted):
        recorder.ran(query.text, query.kinds)


def _record(recorder: Recorder, host: str, facts: Facts) -> None:
    for record in facts.records:
        recorder.add(record)
    for missing in facts.missing:
        recorder.gap(missing.kind, missing.cause, missing.detail, remedy=missing.remedy, subject=host)
    for kind, fields in facts.unreadable.items():
        recorder.unreadable(kind, fields)


def _raw_name(host: str, index: int) -> str:
    return f"host{index}-{re.sub(r'[^A-Za-z0-9._-]+', '_', host)[:60]}.txt"


def _diagnose(answer: Answer, target: Target, wanted: frozenset[type[Record]], now: datetime) -> Iterator[Diagnosis]:
    """One line per thing that the host did not give, the same reason once."""
    seen: set[str] = set()
    for missing in read_facts(answer, target, wanted, now).missing:
        if missing.detail not in seen:
            seen.add(missing.detail)
            yield Diagnosis(target.name, ok=False, text=clean_text(missing.detail), remedy=missing.remedy)
