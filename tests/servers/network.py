"""A network of our own: a bridge, one network namespace per server, and a tmpfs for their files.

Sessions that run at the same time each take a slot (a locked file) with its own names and address range; a slot
that a killed session left behind is cleaned by the next one that takes it.
"""

from __future__ import annotations

import contextlib
import fcntl
import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network
from pathlib import Path
from types import TracebackType
from typing import IO, Self

from tests.servers.process import ServerError, environment, require, run

EVERYTHING = IPv4Network("10.77.0.0/16")
SLOTS = 16
BRIDGE = "styrk"
"""What the names of all laboratories' bridges begin with."""
LOCKS = Path("/run/lock")
EMPTY_SECONDS = 60
"""Until the processes of a namespace that were ended are gone from it."""


@dataclass(frozen=True, slots=True)
class Namespace:
    """A network namespace with one address on the laboratory's bridge."""

    name: str
    address: str

    def command(self, *argv: str) -> list[str]:
        """Return the argument list that runs a program inside the namespace."""
        return ["ip", "netns", "exec", self.name, *argv]


class Laboratory:
    """The bridge, the namespaces on it and the working folder (a tmpfs) of one test session."""

    def __init__(self) -> None:
        """Describe a laboratory; entering it makes it."""
        self.slot = -1
        self._lock: IO[bytes] | None = None
        self._count = 0

    @property
    def prefix(self) -> str:
        """Return what the names of this laboratory's namespaces and interfaces begin with."""
        return f"{BRIDGE}{self.slot}"

    @property
    def network(self) -> IPv4Network:
        """Return the address range of this laboratory (a /20)."""
        return list(EVERYTHING.subnets(new_prefix=20))[self.slot]

    @property
    def gateway(self) -> str:
        """Return the address of the test process, as the servers see it."""
        return str(self.network[1])

    @property
    def folder(self) -> Path:
        """Return the working folder, a tmpfs."""
        return Path(f"/run/{self.prefix}")

    def __enter__(self) -> Self:
        """Take a free slot and make the bridge.

        Raises ServerError when all slots are taken.
        """
        require("ip", "mount", "unshare", "sysctl")
        self._take_slot()
        self._clean()
        self.folder.mkdir(mode=0o755)
        run(["mount", "-t", "tmpfs", "-o", "mode=0755,size=3g", self.prefix, str(self.folder)])
        bridge = self.prefix
        with _route():
            self._batch(
                f"link add {bridge} type bridge stp_state 0 forward_delay 0",
                f"addr add {self.gateway}/20 dev {bridge}",
                f"link set {bridge} up",
                f"route replace blackhole {EVERYTHING}",
            )
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Remove all that was made."""
        self._clean()
        if self._lock is not None:
            self._lock.close()

    def namespace(self, label: str) -> Namespace:
        """Make a namespace with an address on the bridge and no route out of it."""
        number = self._count
        self._count += 1
        name, outer = f"{self.prefix}-{label}", f"{self.prefix}v{number}"
        address = IPv4Address(int(self.network[10]) + number)
        self._batch(f"netns add {name}")
        _no_duplicate_address_detection(name)
        self._batch(
            f"link add {outer} type veth peer name eth0 netns {name}",
            f"link set {outer} master {self.prefix} up",
        )
        run(
            ["ip", "-n", name, "-batch", "-"],
            stdin=f"link set lo up\naddr add {address}/20 dev eth0\nlink set eth0 up\n",
        )
        return Namespace(name, str(address))

    def remove(self, namespace: Namespace) -> None:
        """Remove a namespace whose server has ended."""
        _wait_empty(namespace.name)
        run(["ip", "netns", "delete", namespace.name])

    def extra_address(self, namespace: str) -> str:
        """Give a namespace one more address on the bridge."""
        address = str(IPv4Address(int(self.network[10]) + self._count))
        self._count += 1
        run(["ip", "-n", namespace, "addr", "add", f"{address}/20", "dev", "eth0"])
        return address

    def bare_namespace(self, label: str) -> str:
        """Make a namespace with only a loopback interface and return its name."""
        name = f"{self.prefix}-{label}"
        run(["ip", "netns", "add", name])
        _no_duplicate_address_detection(name)
        run(["ip", "-n", name, "link", "set", "lo", "up"])
        return name

    def subfolder(self, name: str) -> Path:
        """Make a new folder in the working folder: of this name, or with a number behind it."""
        taken = (self.folder / f"{name}-{number}" for number in range(2, 100))
        path = next(each for each in (self.folder / name, *taken) if not each.exists())
        path.mkdir(parents=True)
        return path

    def _batch(self, *lines: str) -> None:
        run(["ip", "-batch", "-"], stdin="\n".join(lines) + "\n")

    def _take_slot(self) -> None:
        LOCKS.mkdir(parents=True, exist_ok=True)
        for slot in range(SLOTS):
            lock = (LOCKS / f"styrk-laboratory-{slot}").open("ab")
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                lock.close()
                continue
            self.slot, self._lock = slot, lock
            return
        message = f"all {SLOTS} laboratories are taken"
        raise ServerError(message)

    def _clean(self) -> None:
        names = [line.split()[0] for line in _output("ip", "netns", "list").splitlines() if line]
        own = [name for name in names if name.startswith(f"{self.prefix}-")]
        for name in own:
            for pid in _output("ip", "netns", "pids", name).split():
                _kill(int(pid))
        for name in own:
            _wait_empty(name)
            _output("ip", "netns", "delete", name)
        for line in _output("ip", "-o", "link", "show", "type", "veth").splitlines():
            interface = line.split()[1].partition("@")[0].rstrip(":")
            if interface.startswith(f"{self.prefix}v"):
                _output("ip", "link", "delete", interface)
        with _route():
            _output("ip", "link", "delete", self.prefix)
            if BRIDGE not in _output("ip", "-o", "link", "show", "type", "bridge"):
                _output("ip", "route", "delete", "blackhole", str(EVERYTHING))
        if self.folder.is_dir():
            while os.path.ismount(self.folder):
                run(["umount", "--lazy", str(self.folder)])
            shutil.rmtree(self.folder)


@contextlib.contextmanager
def _route() -> Iterator[None]:
    """Keeps the last laboratory from taking away the route that the next one has just made."""
    with (LOCKS / "styrk-laboratory-route").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _no_duplicate_address_detection(namespace: str) -> None:
    """Lets the link-local addresses of a new namespace's links hold at once.

    A router asks for a neighbour from its link-local address, so for one to two seconds after its links came up it
    forwards nothing by IPv6, and loses what is sent meanwhile (RFC 4862, section 5.4; RFC 4861, section 7.2.2).
    """
    run(["ip", "netns", "exec", namespace, "sysctl", "-qw", "net.ipv6.conf.default.accept_dad=0"])


def answers(address: str, port: int) -> bool:
    """Tell whether a TCP port accepts a connection now."""
    try:
        with socket.create_connection((address, port), timeout=5):
            return True
    except OSError:
        return False


def all_answer(address: str, ports: Iterable[int]) -> bool:
    """Tell whether each of the TCP ports accepts a connection now."""
    return all(answers(address, port) for port in ports)


def _output(*argv: str) -> str:
    done = subprocess.run(argv, env=environment(), capture_output=True, check=False, encoding="utf-8", timeout=120)
    return done.stdout


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)


def _wait_empty(namespace: str) -> None:
    deadline = time.monotonic() + EMPTY_SECONDS
    while _output("ip", "netns", "pids", namespace).split() and time.monotonic() < deadline:
        time.sleep(0.02)
