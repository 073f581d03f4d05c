"""Accounts as a review log may write them: by name, by principal name, or by their person's key."""

from __future__ import annotations

import unicodedata
from collections import defaultdict
from collections.abc import Collection, Iterable

from collector.records.identity import Account


def name_key(name: str) -> str:
    """One spelling for all ways to write a name: no case, no blanks around, and one form of å, ä and ö."""
    return unicodedata.normalize("NFC", name).strip().casefold()


class ReviewNames:
    """Which accounts the names in a log stand for, as far as directories that were read say so."""

    def __init__(self, names: Iterable[str], accounts: Iterable[Account], members: Collection[str]) -> None:
        """Look the names up among `members` (by their keys) and, once and only where there are any, `accounts`."""
        wanted = {name_key(each) for each in names}
        self._accounts: defaultdict[str, set[str]] = defaultdict(set)
        for each in wanted.intersection(members):
            self._accounts[each].add(each)
        for account in accounts if wanted else ():
            for name in (account.name, account.principal_name, account.person_key):
                if name is not None and account.host is None and name_key(name) in wanted:
                    self._accounts[name_key(name)].add(name_key(account.name))

    def accounts(self, name: str) -> Collection[str]:
        """The keys of the accounts that a name stands for; its own where no account is known by it."""
        key = name_key(name)
        return sorted(self._accounts[key]) if key in self._accounts else (key,)

    def knows_any(self, names: Iterable[str]) -> bool:
        """Whether any of these names is an account's: then the log writes names as the directory does."""
        return any(name_key(each) in self._accounts for each in names)
