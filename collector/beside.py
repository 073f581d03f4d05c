"""Work beside other work, in a process of its own: files are read while a network is waited for."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable
from multiprocessing.connection import Connection, wait
from typing import Generic, TypeVar

T = TypeVar("T")


class ProcessEndedError(OSError):
    """The process ended without an answer: it was killed, or it broke; what it wrote is not whole."""


def can_work_beside() -> bool:
    """Whether a copy of this process can do part of its work: there is a second processor, and no second thread."""
    return sys.platform == "linux" and threading.active_count() == 1 and len(os.sched_getaffinity(0)) > 1


def begin_beside(work: Callable[[], T]) -> Beside[T] | None:
    """Begin work in a copy of this process; None where there can be none, also for want of memory or of processes."""
    if not can_work_beside():
        return None
    try:
        return Beside(work)
    except OSError:
        return None


class Beside(Generic[T]):
    """Work that has been begun in a copy of this process; `result` waits for what it gives.

    The copy ends with this process, however this one ends. Its work must give something that can be pickled, and raise
    OSError alone. Raises OSError where the system allows no copy.
    """

    def __init__(self, work: Callable[[], T]) -> None:
        context = multiprocessing.get_context("fork")
        self._answer, answer = context.Pipe(duplex=False)
        self._process = context.Process(target=_work, args=(work, answer), daemon=True)
        try:
            self._process.start()
        except OSError:
            self._answer.close()
            raise
        finally:
            answer.close()

    def result(self) -> T:
        """What the work gave; raises the OSError that it raised, or ProcessEndedError."""
        try:
            given, error = self._answer.recv()
        except (EOFError, OSError):  # it ended before its answer, or within it
            self._process.join()
            message = f"the process that worked beside this one ended early (status {self._process.exitcode})"
            raise ProcessEndedError(message) from None
        self._process.join()
        if error is not None:
            raise error
        result: T = given
        return result

    def stop(self) -> None:
        """End the work, wherever it is."""
        self._process.kill()
        self._process.join()


def _work(work: Callable[[], T], answer: Connection) -> None:
    """What the copy does. An interrupt at the keyboard reaches both processes; the first of them ends this one.

    To be told to end (a service that is stopped) ends the copy at once: the first process's own handling is not for it.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    try:
        given = (work(), None)
    except OSError as error:
        answer.send((None, error))
    else:
        answer.send(given)


def _end_with_parent() -> None:
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])  # ready when the other process is no more, whatever ended it
        os._exit(1)
