"""Accounts that may have a double: who has the same name, person, principal name or number as another.

Only a name and four numbers are kept of each, so that a million accounts fit in memory.
"""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import NamedTuple

from checks.finding import Outcome, conforms, deviates, undetermined
from checks.packed import FREE, PackedTexts, digest
from collector.records.identity import Account


class Hidden(NamedTuple):
    """What was asked for and not wholly read, and could say that a double is in order."""

    shared: bool = False
    """The register of shared accounts."""
    privileges: bool = False
    """The rights that show which accounts are administrators'."""

    def double(self, subject: str, others: str) -> Outcome:
        """The outcome of an account whose person has another."""
        if self.privileges:
            return undetermined(subject, "rights-unread", others=others)
        return (
            undetermined(subject, "shared-unread") if self.shared else deviates(subject, "same-person", others=others)
        )

    def nobodys(self, subject: str) -> Outcome:
        """The outcome of an account without a person's key."""
        return undetermined(subject, "shared-unread") if self.shared else deviates(subject, "nobodys")


class Waiting:
    """Accounts that may have a double, kept small: a name, and a number for what must be its own alone."""

    def __init__(self) -> None:
        self._subjects = PackedTexts()
        self._names = array("q")
        """Numbers of this process alone: whose are alike is looked at by name."""
        self._people = array("q")
        """0: has no person key; 1: may have the key of a person who has another account."""
        self._principals = array("q")
        """0: has no principal name."""
        self._elsewhere: dict[int, list[str]] = defaultdict(list)
        """Accounts of sources that count as the same directory, by the number that they share with one here."""
        self._own: frozenset[int] | None = None
        self._local: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        self._any_key = False

    def take(self, account: Account, *, ordinary: bool) -> None:
        """Keep a directory's account."""
        self._any_key = self._any_key or account.person_key is not None
        self._subjects.add(account.subject)
        self._names.append(hash(account.name.casefold()))
        self._people.append(_hash(account.person_key) if ordinary else 1)
        self._principals.append(_hash(None if account.principal_name is None else _principal(account.principal_name)))

    def meet(self, account: Account, source: str, *, ordinary: bool) -> None:
        """Look whether an account of another source has a person or a principal name of one that waits."""
        if self._own is None:
            self._own = frozenset(self._people) | frozenset(self._principals)
        principal = account.principal_name
        for number in (
            _hash(account.person_key) if ordinary else 1,
            _hash(None if principal is None else _principal(principal)),
        ):
            if number in self._own and number >= FREE:
                self._elsewhere[number].append(f"{account.subject} ({source})")

    def take_local(self, account: Account) -> None:
        """Keep a host's account."""
        self._local[account.host or "", account.identifier].append(account.subject)

    def outcomes(self, unread: str, hidden: Hidden) -> Iterator[Outcome]:
        """The outcome of every account that was kept; `unread` names directories that may hold a double."""
        for (_, number), subjects in self._local.items():
            for subject in subjects:
                if number is not None and len(subjects) > 1:
                    yield deviates(subject, "same-number", number=number, others=_others(subjects, subject))
                else:
                    yield conforms(subject)
        names = self._repeated_names()
        people, principals = map(self._repeated, (self._people, self._principals))
        kept = zip(self._subjects, self._names, self._people, self._principals, strict=True)
        for subject, name, person, principal in kept:
            if name in names and subject.casefold() in names[name]:
                yield deviates(subject, "same-name")
            elif principal in principals or principal in self._elsewhere:
                yield deviates(subject, "same-principal", others=self._others(principals, principal, subject))
            elif person == 0:
                yield hidden.nobodys(subject) if self._any_key else undetermined(subject, "no-person-keys")
            elif person in people or person in self._elsewhere:
                yield hidden.double(subject, self._others(people, person, subject))
            elif unread:
                yield undetermined(subject, "directory-unread", directories=unread)
            else:
                yield conforms(subject)

    def _others(self, here: Mapping[int, list[str]], number: int, subject: str) -> str:
        """The other accounts with a number, here and elsewhere."""
        there = self._elsewhere.get(number, [])
        return ", ".join(sorted([*(each for each in here.get(number, ()) if each != subject), *there]))

    def _repeated_names(self) -> dict[int, set[str]]:
        """The names that more than one account has, by their number; in a directory the subject is the name."""
        ordered = array("q", sorted(self._names))
        found: dict[int, Counter[str]] = {one: Counter() for one, next_one in pairwise(ordered) if one == next_one}
        if found:
            for subject, each in zip(self._subjects, self._names, strict=True):
                if each in found:
                    found[each][subject.casefold()] += 1
        return {number: {name for name, count in names.items() if count > 1} for number, names in found.items()}

    def _repeated(self, hashes: array[int]) -> dict[int, list[str]]:
        """Each number that comes more than once, with the accounts that have it."""
        ordered = array("q", sorted(hashes))
        found: dict[int, list[str]] = {
            one: [] for one, next_one in pairwise(ordered) if one == next_one and one >= FREE
        }
        if found:
            for subject, each in zip(self._subjects, hashes, strict=True):
                if each in found:
                    found[each].append(subject)
        return found


def _hash(key: str | None) -> int:
    return 0 if key is None else digest(key)


def _principal(name: str) -> str:
    """A principal name in one case, and unlike any person's key."""
    return f"{name.casefold()}\0"


def _others(subjects: list[str], own: str) -> str:
    return ", ".join(sorted(each for each in subjects if each != own))
