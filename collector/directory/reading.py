"""Reading a directory to its end: the result code of every page checked, long attributes fetched in full."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from collector.evidence import GapCause
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.ldap import SUCCESS, ConnectionLostError, Entry, LdapConnection, Page, Search, search_failure

MAX_EMPTY_PAGES = 1000
"""Pages in a row without an entry; a busy server sends some (RFC 2696), a broken one sends them for ever."""
MAX_RANGES = 10_000
"""Requests for one long attribute: 15 million members at AD's 1,500 a time."""
RANGE = "<first>"
"""Stands in the plan for the number of the first value still to be fetched."""
_RANGE = re.compile(r";range=(?P<first>\d+)-(?P<last>\d+|\*)")


class DirectoryReader:
    """Issues searches over one connection and tells the recorder of each."""

    def __init__(self, connection: LdapConnection, recorder: Recorder) -> None:
        self._connection = connection
        self._recorder = recorder
        self.referrals: set[str] = set()
        """Parts of the directory that the server says are elsewhere; they are never followed."""

    def entries(self, search: Search, kinds: Iterable[type[Record]]) -> Iterator[Entry]:
        """The entries of a search as their pages come; raises SourceError as `pages` does."""
        for entries in self.pages(search, kinds):
            yield from entries

    def pages(self, search: Search, kinds: Iterable[type[Record]]) -> Iterator[tuple[Entry, ...]]:
        """The entries of a search, page by page.

        Raises SourceError after the last entry that was obtained, when the server did not end with success.
        """
        self._recorder.ran(str(search), kinds)
        cookie, obtained, empty, pages = b"", 0, 0, 0
        while True:
            page = self._page(search, cookie, obtained, pages)
            pages += 1
            yield page.entries
            obtained += len(page.entries)
            empty = 0 if page.entries else empty + 1
            self.referrals.update(page.referrals)
            if page.code != SUCCESS:
                raise search_failure(page, search, obtained)
            if not page.cookie:
                return
            if empty > MAX_EMPTY_PAGES:
                detail = f"{empty} empty pages in a row after {obtained} entries; {search}"
                raise SourceError(GapCause.TRUNCATED, detail, "read another server of the same directory")
            cookie = page.cookie

    def one(self, search: Search, kinds: Iterable[type[Record]]) -> Entry | None:
        """The entry of a search with scope base, or None where there is none to be seen; raises SourceError."""
        try:
            return next(iter(list(self.entries(search, kinds))), None)
        except ConnectionLostError:
            raise
        except SourceError as error:
            if error.cause is GapCause.ABSENT:
                return None
            raise

    def all_values(self, entry: Entry, name: str, kinds: Iterable[type[Record]]) -> tuple[bytes, ...]:
        """Every value of an attribute, in ranges where the server gives some at a time (MS-ADTS 3.1.1.3.1.3.3).

        Raises SourceError where the rest cannot be had.
        """
        values = list(entry.values(name))
        part = entry
        for _ in range(MAX_RANGES):
            ranged = _ranged(part, name)
            if ranged is None:
                return tuple(values)
            more, last = ranged
            values += more
            if last is None:
                return tuple(values)
            found = self.one(range_search(entry.dn, name, str(last + 1)), kinds)
            if found is None or _ranged(found, name) is None:
                detail = f"{name} of {entry.dn} ends after {len(values)} values, before its end"
                raise SourceError(GapCause.TRUNCATED, detail, "scan again; the entry may have been changed meanwhile")
            part = found
        raise SourceError(GapCause.TRUNCATED, f"{name} of {entry.dn} has more than {len(values)} values")

    def _page(self, search: Search, cookie: bytes, obtained: int, pages: int) -> Page:
        try:
            return self._connection.page(search, cookie)
        except ConnectionLostError as error:
            if not obtained:
                raise
            detail = f"{error.detail}, after {obtained} entries in {pages} pages; {search}"
            raise ConnectionLostError(GapCause.TRUNCATED, detail, error.remedy) from error


def range_search(dn: str, name: str, first: str = RANGE) -> Search:
    """The search for the rest of a long attribute."""
    return Search(dn, "base", "(objectClass=*)", (f"{name};range={first}-*",))


def _ranged(entry: Entry, name: str) -> tuple[tuple[bytes, ...], int | None] | None:
    """The values of `name;range=...` and the number of the last (None: there are no more); None without a range."""
    for description, values in entry.attributes.items():
        found = _RANGE.fullmatch(description.lower().removeprefix(name.lower()))
        if found is not None and description.lower().startswith(name.lower()):
            return values, None if found["last"] == "*" else int(found["last"])
    return None
