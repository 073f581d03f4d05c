"""Accounts whose facts need the whole population: what an absent attribute proves, and what it does not.

A directory answers the same for an attribute that is not there and for one that the reader may not see. An account is
called never used only where its absence is proven; until then it is held back, and at the end it is *not known*.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import NamedTuple

from collector.records.identity import Account

MAX_HELD = 20_000
"""Accounts held back at a time; beyond, what has been seen so far decides, which proves no more than the end would."""


class ParsedAccount(NamedTuple):
    """One account, and what is still open about it."""

    account: Account
    dn: str
    """Its name as the server spells it."""
    container: str
    """Key of the entry above: access rights are inherited from there."""
    shows_use: bool
    """Whether the attribute with the last use is there to be seen."""
    may_be_unused: bool
    """Nothing in the entry speaks of any use."""
    state_open: bool = False
    """Whether `enabled` hangs on an attribute that is absent or hidden."""


@dataclass(slots=True)
class Seen:
    """What the population has proven so far."""

    containers_with_use: set[str] = field(default_factory=set)
    oldest_use: datetime | None = None
    any_use: bool = False


@dataclass(frozen=True, slots=True)
class Proof:
    """How a dialect proves that an attribute is absent and not hidden."""

    never_used: Callable[[ParsedAccount, Seen], bool]
    enabled: Callable[[ParsedAccount], bool | None]


class Undecided:
    """Passes accounts on, those in doubt after the others."""

    def __init__(self, proof: Proof, max_held: int = MAX_HELD) -> None:
        self._proof = proof
        self._max_held = max_held
        self._held: list[ParsedAccount] = []
        self._seen = Seen()
        self.hidden: set[str] = set()
        """Fields that could not be told from hidden in one account or more."""

    def add(self, parsed: ParsedAccount) -> Iterable[Account]:
        """Take an account; gives back those that are decided."""
        if parsed.shows_use:
            self._seen.any_use = True
            self._seen.containers_with_use.add(parsed.container)
            used = parsed.account.last_used
            if used is not None and (self._seen.oldest_use is None or used < self._seen.oldest_use):
                self._seen.oldest_use = used
        decided = self._decide_state(parsed) if parsed.state_open else parsed
        if decided.shows_use:
            return (decided.account,)
        self._held.append(decided)
        return tuple(self.rest()) if len(self._held) >= self._max_held else ()

    def rest(self) -> Iterator[Account]:
        """The accounts held back, decided by what has been seen."""
        held, self._held = self._held, []
        for parsed in held:
            if parsed.may_be_unused and self._proof.never_used(parsed, self._seen):
                yield replace(parsed.account, never_used=True)
            else:
                self.hidden.add("last_used")
                yield parsed.account

    def _decide_state(self, parsed: ParsedAccount) -> ParsedAccount:
        enabled = self._proof.enabled(parsed)
        if enabled is None:
            self.hidden.add("enabled")
        return parsed._replace(account=replace(parsed.account, enabled=enabled))
