"""Which accounts several people, or a service, may use by decision: the settings' list, and the register's days."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Literal

from collector.evidence import Reading
from collector.records.access import SharedAccount
from collector.records.identity import Account

Standing = Literal["decided", "undated", "aged"]
"""`undated`: in the register without a day of decision; `aged`: its decision ran out after the register was written."""
_BEST_LAST: tuple[Standing, ...] = ("undated", "aged", "decided")


class SharedAccounts:
    """The decided accounts by name; a directory's in any case, a host's as written."""

    def __init__(self, register: Reading[SharedAccount], approved: Collection[str], as_of: datetime) -> None:
        today = as_of.date()
        self.written = min((each.provenance.speaks_of for each in register.populations), default=None)
        self._rows: dict[str, Standing] = dict.fromkeys(approved, "decided")
        for population in register.populations:
            written = population.provenance.speaks_of.date()
            for row in population.records:
                stands: Standing = "undated" if row.decided is None else "decided"
                if row.valid_until is not None and row.valid_until < today:
                    if row.valid_until < written:
                        continue
                    stands = "aged"
                if row.decided is None or row.decided <= today:
                    self._take(row.account, stands)
        self._folded: dict[str, Standing] = {}
        for name, stands in self._rows.items():
            self._folded[name.casefold()] = max(stands, self._folded.get(name.casefold(), stands), key=_BEST_LAST.index)

    def _take(self, name: str, stands: Standing) -> None:
        self._rows[name] = max(stands, self._rows.get(name, stands), key=_BEST_LAST.index)

    def __bool__(self) -> bool:
        """Whether there is any list."""
        return bool(self._rows)

    def stands(self, account: Account) -> Standing | None:
        """How an account stands by its name or principal name; None where it is nowhere."""
        if not self._rows:
            return None
        if account.host is not None:
            return self._rows.get(account.name) or self._rows.get(account.subject)
        found = self._folded.get(account.name.casefold())
        if found is None and account.principal_name is not None:
            found = self._folded.get(account.principal_name.casefold())
        return found

    def is_newer(self, account: Account) -> bool:
        """Whether an account was made after the register was written."""
        return self.written is not None and account.created is not None and account.created >= self.written
