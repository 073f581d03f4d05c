"""Connection attempts from a vantage through SSH channels (`direct-tcpip`, RFC 4254 section 7.2): nothing runs there.

The vantage's SSH server opens each connection and says how it ended; a connection that opened is closed at once and
nothing is sent on it. An attempt that waits cannot be taken back singly, and the vantage's kernel repeats its first
packet after one second; so attempts go in small groups, one SSH connection each, which ends with its group.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, ExitStack
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol, runtime_checkable

from collector.source import SourceError

GROUP_SECONDS = 0.2
"""Attempts that start within this time share an SSH connection."""
_SYN_TIMES = (1.0, 3.0, 7.0)
"""Seconds after which Linux sends the first packet of a TCP connection again (RFC 6298, tcp_syn_retries)."""
_OF_THE_RATE = 0.85
"""Attempts that start evenly reach the wire less evenly: what is left keeps every single second below the rate."""
_GROUPS_AT_ONCE = 64
_LOG_ONS_AT_ONCE = 6
"""OpenSSH turns some away from the tenth unauthenticated connection on (sshd_config(5), MaxStartups)."""

PROHIBITED = 1
"""SSH_OPEN_ADMINISTRATIVELY_PROHIBITED (RFC 4254 section 5.1): the vantage forwards nothing."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How one attempt ended: `code` 0 open, None no answer in time, else the SSH reason code with its words."""

    code: int | None
    words: str
    seconds: float
    at: datetime


class Opener(Protocol):
    """An SSH connection through which others can be opened."""

    def open(self, address: str, port: int, timeout: float) -> tuple[int | None, str]:
        """Open and close one connection; the SSH reason code (0 open, None no answer in time) and words."""
        ...


@runtime_checkable
class Tunnel(Protocol):
    """A vantage that connections can be opened from."""

    def opener(self, timeout: float) -> AbstractContextManager[Opener]:
        """Log on; raises SourceError. Leaving it ends all that was opened and all that still waits."""
        ...


class ForwardingRefusedError(Exception):
    """The vantage's SSH server lets nothing be forwarded."""


def packets_of(seconds: float) -> int:
    """First packets that one attempt may send when it waits this long."""
    return 1 + sum(1 for each in _SYN_TIMES if seconds >= each)


class Gate:
    """Lets attempts through one by one, never more than a rate; `clock` and `sleep` are the machine's own."""

    def __init__(
        self,
        per_second: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / per_second
        self._clock, self._sleep = clock, sleep
        self._lock = threading.Lock()
        self._next = 0.0

    def wait(self) -> None:
        """Return when the next attempt may start."""
        with self._lock:
            now = self._clock()
            start = max(now, self._next)
            self._next = start + self._gap
        if start > now:
            self._sleep(start - now)


class _Pace:
    """How groups share the vantage: few log on at the same time, and one starts its attempts at a time.

    Groups whose attempts were mixed would each last as long as all of them, and their first packets be repeated.
    """

    def __init__(self, starts: float) -> None:
        self.gate = Gate(starts)
        self.turn = threading.Lock()
        self.log_on = threading.Semaphore(_LOG_ONS_AT_ONCE)


def attempt_all(
    tunnel: Tunnel, targets: Sequence[tuple[str, int]], per_second: int, timeout: float
) -> dict[int, Answer | SourceError]:
    """Every attempt's answer by its place; a group whose SSH connection failed has the error in each place.

    At most `per_second` first packets are sent a second, repeated ones counted. Raises ForwardingRefusedError where the
    vantage forwards nothing, SourceError where it cannot be reached at all.
    """
    starts = _OF_THE_RATE * per_second / packets_of(timeout + GROUP_SECONDS)
    pace, found = _Pace(starts), {}
    size = max(1, int(starts * GROUP_SECONDS))
    groups = [range(first, min(first + size, len(targets))) for first in range(0, len(targets), size)]
    if not groups:
        return {}
    first, *rest = groups
    answers = dict(_group(tunnel, targets, first, pace, timeout))
    for answer in answers.values():
        if isinstance(answer, SourceError):
            raise answer
        if answer.code == PROHIBITED:
            raise ForwardingRefusedError(answer.words)
    found.update(answers)
    at_once = min(_GROUPS_AT_ONCE, int(timeout / GROUP_SECONDS) + _LOG_ONS_AT_ONCE)
    with ThreadPoolExecutor(at_once, thread_name_prefix="probe") as pool:
        for each in pool.map(lambda group: list(_group(tunnel, targets, group, pace, timeout)), rest):
            found.update(each)
    return found


def _group(
    tunnel: Tunnel, targets: Sequence[tuple[str, int]], group: range, pace: _Pace, timeout: float
) -> Iterator[tuple[int, Answer | SourceError]]:
    try:
        with ExitStack() as stack, ThreadPoolExecutor(len(group)) as pool:
            with pace.log_on:
                opener = stack.enter_context(tunnel.opener(timeout))
            started = []
            with pace.turn:
                for number in group:
                    pace.gate.wait()
                    started.append((number, pool.submit(_attempt, opener, targets[number], timeout)))
            answers = [(number, future.result()) for number, future in started]
    except SourceError as error:
        yield from ((number, error) for number in group)
    else:
        yield from answers


def _attempt(opener: Opener, target: tuple[str, int], timeout: float) -> Answer:
    at, began = datetime.now(UTC), time.monotonic()
    code, words = opener.open(*target, timeout)
    return Answer(code, words, time.monotonic() - began, at)
