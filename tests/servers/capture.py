"""What really leaves a network namespace: the times of the first packets of TCP connections, by tcpdump."""

from __future__ import annotations

import queue
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import IO

from typing_extensions import override

from tests.servers.process import START_SECONDS, ServerError, environment

REPEATED_AFTER = 1.5
"""Seconds within which a first packet that nobody answered has been sent again (RFC 6298: one second)."""
_MARK_PORT = 9
_FIRST_PACKETS = "tcp[tcpflags] & (tcp-syn|tcp-ack) == tcp-syn"


@contextmanager
def first_packets(namespace: str, interface: str, mark: str, *, wait: float = REPEATED_AFTER) -> Iterator[list[float]]:
    """The times of the first packets that leave by an interface in the block, and within `wait` seconds beyond it.

    The list is filled when the block has ended. `mark`: an IPv4 address that is reached by the interface; a packet to
    its port 9 tells that all before it have been seen. Raises ServerError where the capture does not begin or end.
    """
    inside = ["ip", "netns", "exec", namespace]
    sent: list[float] = []
    with subprocess.Popen(
        [*inside, "tcpdump", "-nn", "-tt", "-l", "--immediate-mode", "-Q", "out", "-i", interface, _FIRST_PACKETS],
        stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=environment(),
    ) as capture:  # fmt: skip
        packets, words = _Lines(capture.stdout), _Lines(capture.stderr)
        try:
            words.until("listening on")
            yield sent
            time.sleep(wait)
            knock = ["timeout", "1", "bash", "-c", f"exec 3<>/dev/tcp/{mark}/{_MARK_PORT}"]
            subprocess.run([*inside, *knock], env=environment(), check=False, capture_output=True)
            sent += [float(line.split()[0]) for line in packets.until(f" > {mark}.{_MARK_PORT}: ")]
        finally:
            capture.kill()
            packets.join()
            words.join()


def most_in_a_second(sent: list[float]) -> int:
    """The most of these times that lie within one second, wherever it begins."""
    return max((sum(1 for other in sent if start <= other < start + 1) for start in sent), default=0)


_METER = """
import select, sys, time
last, longest = time.monotonic(), 0.0
while not select.select([sys.stdin], [], [], 0.01)[0]:
    now = time.monotonic()
    last, longest = now, max(longest, now - last)
print(max(longest, time.monotonic() - last))
"""


@contextmanager
def standstill() -> Iterator[list[float]]:
    """The longest time, in seconds, that the machine let a process with little to do wait; there after the block."""
    longest: list[float] = []
    argv = [sys.executable, "-c", _METER]
    with subprocess.Popen(argv, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as meter:
        try:
            yield longest
        finally:
            longest.append(float(meter.communicate()[0]))


class _Lines(threading.Thread):
    """Reads lines as they come; started at once."""

    def __init__(self, pipe: IO[str] | None) -> None:
        super().__init__(daemon=True)
        assert pipe is not None
        self._pipe = pipe
        self._held: queue.SimpleQueue[str] = queue.SimpleQueue()
        self.start()

    @override
    def run(self) -> None:
        for line in self._pipe:
            self._held.put(line)
        self._held.put("")

    def until(self, sign: str) -> list[str]:
        """The lines before the one with the sign in it."""
        before: list[str] = []
        deadline = time.monotonic() + START_SECONDS
        while True:
            try:
                line = self._held.get(timeout=max(0.0, deadline - time.monotonic()))
            except queue.Empty:
                line = ""
            if not line:
                message = f"tcpdump showed no «{sign}»: {''.join(before)[-2000:]}"
                raise ServerError(message)
            if sign in line:
                return before
            before.append(line)
