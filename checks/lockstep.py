"""Several checks over one reading of a population: its cost does not grow with the number of checks.

Checks are generators that pull records; here each is handed the same block of records in turn, and asked for as many
outcomes as the block has records. A check that says something of each record as it comes (an outcome, or `DEFERRED`)
never asks for more than that. One that does ask, since it must see records before it can speak, reads on by itself
from where it stands: it costs a reading of its own, and gives the same outcomes.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from itertools import islice
from typing import Any, Protocol

from checks.finding import Outcome
from collector.evidence import Population

BLOCK = 1000
"""Records that are handed on at a time."""
_MAX_BEHIND = 8
"""Blocks that a check may lag behind, having more to say than there are records; then it too reads by itself."""


class Listener(Protocol):
    """Takes what one check says of one population."""

    def take(self, outcomes: Iterator[Outcome]) -> None:
        """Take all outcomes that the iterator has now."""
        ...


class _Follower:
    """The records of a population as one check sees them."""

    def __init__(self, population: Population[Any]) -> None:
        self._own = population.read
        self._blocks: deque[Sequence[Any]] = deque()
        self._given = 0
        """Records handed over so far."""
        self._opened = False
        self._ended = False
        self.alone = False
        """Whether it reads by itself, so that nothing need be handed over any more."""

    def open(self) -> Iterator[Any]:
        """One reading; only the first follows the others."""
        if self._opened:
            return self._own()
        self._opened = True
        return self._follow()

    def hand(self, block: Sequence[Any]) -> None:
        """Give the next records."""
        if len(self._blocks) >= _MAX_BEHIND:
            self._given -= sum(map(len, self._blocks))
            self._blocks.clear()
            self.alone = True
        if not self.alone:
            self._blocks.append(block)
            self._given += len(block)

    def end(self) -> None:
        """Say that there are no more."""
        self._ended = True

    def _follow(self) -> Iterator[Any]:
        while True:
            while self._blocks:
                yield from self._blocks.popleft()
            if self._ended and not self.alone:
                return
            self.alone = True
            yield from islice(self._own(), self._given, None)
            return


def judge_side_by_side(
    population: Population[Any],
    judges: Sequence[tuple[Callable[[Population[Any]], Iterator[Outcome]], Listener]],
    block: int = BLOCK,
) -> None:
    """Let each judge speak of the population, and its listener hear all outcomes in the judge's own order."""
    if len(judges) == 1:
        judge, listener = judges[0]
        listener.take(judge(population))
        return
    following = []
    for judge, listener in judges:
        follower = _Follower(population)
        following.append((judge(replace(population, read=follower.open)), listener, follower))
    records = iter(population.records)
    while held := list(islice(records, block)):
        for outcomes, listener, follower in following:
            follower.hand(held)
            listener.take(islice(outcomes, len(held)))
    for outcomes, listener, follower in following:
        follower.end()
        listener.take(outcomes)
