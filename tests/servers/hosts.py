"""The three Linux hosts with their time servers, and hosts that misbehave."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import replace
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.host_estate import COLLECTOR, TIME_SERVERS, HostTruth, app1, db1, web1
from tests.servers.keys import SshKey, make_key
from tests.servers.network import Laboratory
from tests.servers.process import Process, ServerError, require
from tests.servers.pseudo_host import HostSpecification, PseudoHost

PROGRAMS = (
    "sshd",
    "ssh",
    "ssh-keygen",
    "sudo",
    "chronyd",
    "chronyc",
    "apt-get",
    "nsenter",
    "lastlog",
    "google-authenticator",
)
FLOOD_BYTES = 1 << 30


class Hosts:
    """app1, db1 and web1, each with sshd on port 22 of its own address.

    Attributes for a configuration: addresses (name -> address), user, key_file, known_hosts (text), truth (name ->
    HostTruth). `stranger_key_file` is a key that no host accepts; `changed_known_hosts` pins wrong keys.
    """

    user = COLLECTOR
    port = 22

    def __init__(self, laboratory: Laboratory, now: datetime) -> None:
        """Describe the hosts; entering starts them."""
        self._laboratory = laboratory
        self._now = now
        self._ntp: Process | None = None
        self.running: dict[str, PseudoHost] = {}
        self.truth: dict[str, HostTruth] = {}
        self.key: SshKey | None = None
        self.stranger: SshKey | None = None
        self._hosts_file = "127.0.0.1 localhost\n"

    @property
    def addresses(self) -> dict[str, str]:
        """Return the address of each host by name."""
        return {name: host.address for name, host in self.running.items() if name in self.truth}

    @property
    def key_file(self) -> Path:
        """Return the collector's private key."""
        assert self.key is not None
        return self.key.file

    @property
    def stranger_key_file(self) -> Path:
        """Return a private key that no host accepts."""
        assert self.stranger is not None
        return self.stranger.file

    @property
    def known_hosts(self) -> str:
        """Return the text of a known_hosts file with every host's key."""
        return "".join(f"{host.known_hosts_line}\n" for host in self.running.values())

    @property
    def changed_known_hosts(self) -> str:
        """Return the text of a known_hosts file in which every host has another key than its own."""
        assert self.stranger is not None
        return "".join(f"{host.address},{host.name} {self.stranger.public}\n" for host in self.running.values())

    def __enter__(self) -> Self:
        """Start the time servers and the hosts, and wait until the clocks are compared: about 5 s."""
        require(*PROGRAMS)
        folder = self._laboratory.subfolder("hosts")
        self.key = make_key(folder, "collector_key")
        self.stranger = make_key(folder, "stranger_key")
        self._start_time_servers(folder)
        for make in (app1, db1, web1):
            specification, truth = make(self._now, self.key.public, self._hosts_file, self._laboratory.gateway)
            self.truth[truth.name] = truth
            self.start(specification)
        for name, truth in self.truth.items():
            if truth.time_sources:
                self.running[name].wait_until(_Compared(self.running[name]), "clock compared")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the hosts and the time servers."""
        for host in self.running.values():
            host.stop()
        if self._ntp is not None:
            self._ntp.stop()

    def start(self, specification: HostSpecification) -> PseudoHost:
        """Start one more host."""
        folder = self._laboratory.subfolder(f"hosts/{specification.name}")
        namespace = self._laboratory.namespace(specification.name)
        host = PseudoHost(specification, namespace, folder)
        self.running[specification.name] = host
        host.wait_until_ready()
        return host

    @contextlib.contextmanager
    def variant(
        self,
        of: str,
        name: str,
        *,
        missing: tuple[str, ...] = (),
        sshd_lines: str = "",
        other_files: Mapping[str, str] | None = None,
    ) -> Iterator[PseudoHost]:
        """Start a host like one of the three: less some files, with other files, or with sshd settings first."""
        model = self.running[of].specification
        files = {path: text for path, text in model.files.items() if path not in missing} | dict(other_files or {})
        specification = replace(
            model,
            name=name,
            missing=missing,
            files=files,
            commands=(),
            sshd_config=sshd_lines + model.sshd_config,
        )
        host = self.start(specification)
        try:
            yield host
        finally:
            del self.running[name]
            host.stop()
            self._laboratory.remove(host.namespace)
            shutil.rmtree(host.folder)

    def flooding(self) -> contextlib.AbstractContextManager[PseudoHost]:
        """Start a host that answers every command with 1 GiB of text."""
        command = f"ForceCommand yes 'all work and no play' | head -c {FLOOD_BYTES}\n"
        return self.variant("db1", "flood1", sshd_lines=command)

    def without(self, *files: str) -> contextlib.AbstractContextManager[PseudoHost]:
        """Start a host like db1 that lacks programs, e.g. usr/bin/apt-get."""
        return self.variant("db1", "bare1", missing=files)

    def _start_time_servers(self, folder: Path) -> None:
        namespace = self._laboratory.namespace("ntp")
        where = dict(zip(TIME_SERVERS, self._addresses(len(TIME_SERVERS), namespace.name), strict=True))
        served = [f"{where[name]}={seconds}" for name, seconds in TIME_SERVERS.items()]
        script = str(Path(__file__).with_name("fake_ntp.py"))
        self._ntp = Process(namespace.command("/usr/bin/python3", "-B", "-P", script, *served), folder / "ntp.log")
        self._ntp.wait_until(lambda: b"listening" in (folder / "ntp.log").read_bytes(), "fake NTP servers")
        self._hosts_file += "".join(f"{address} {name}\n" for name, address in where.items())

    def _addresses(self, count: int, namespace: str) -> list[str]:
        return [self._laboratory.extra_address(namespace) for _ in range(count)]


class _Compared:
    """Tells whether a host's chronyd has selected a source."""

    def __init__(self, host: PseudoHost) -> None:
        self._host = host

    def __call__(self) -> bool:
        try:
            fields = self._host.inside("chronyc", "-c", "tracking").strip().split(",")
        except ServerError:
            return False
        return fields[0] not in {"", "00000000", "7F7F0101"}
