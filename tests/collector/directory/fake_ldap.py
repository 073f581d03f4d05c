"""A directory in memory that answers as scripted; implements `collector.transport.ldap.LdapConnection`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet
from collector.recorder import ConfiguredSource
from collector.records.identity import Account, Privilege
from collector.records.record import Record
from collector.source import SourceError
from collector.transport.ldap import Entry, Page, Search
from config.sources import LdapBind, LdapSource

BOTH: frozenset[type[Record]] = frozenset({Account, Privilege})


@dataclass
class Answer:
    """All entries of one search, and how it goes wrong."""

    entries: list[Entry] = field(default_factory=list)
    code: int = 0
    """Result code after the last entry, or after the pages before `fails_on_page`."""
    message: str = ""
    referrals: tuple[str, ...] = ()
    fails_on_page: int | None = None
    """Number of the page (1 = first) that brings `failure`, or ends with `code`."""
    failure: SourceError | None = None


class FakeLdap:
    """Answers a search with the first answer whose key is part of the search's text; else with no entry."""

    target = "fake.example.test:636"

    def __init__(self, answers: Mapping[str, Answer | Callable[[Search], Answer]]) -> None:
        self.answers = answers
        self.issued: list[Search] = []
        self.refusal: SourceError | None = None
        self.closed = 0

    def open(self) -> str:
        """Bind, or refuse."""
        if self.refusal is not None:
            raise self.refusal
        return "cn=reader"

    def page(self, search: Search, cookie: bytes = b"") -> Page:
        """One page; the cookie is the number of the first entry."""
        self.issued.append(search)
        found = next((answer for key, answer in self.answers.items() if key in str(search)), Answer())
        answer = found(search) if callable(found) else found
        start, size = int(cookie or b"0"), search.page_size or max(1, len(answer.entries))
        number, last = start // size + 1, start + size >= len(answer.entries)
        if answer.fails_on_page == number:
            if answer.failure is not None:
                raise answer.failure
            return Page((), answer.code, answer.message)
        ends = last and answer.fails_on_page is None
        return Page(
            tuple(answer.entries[start : start + size]),
            answer.code if ends else 0,
            answer.message if ends else "",
            b"" if ends else str(start + size).encode(),
            answer.referrals if ends else (),
        )

    def close(self) -> None:
        """Count the closings."""
        self.closed += 1


def entry(dn: str, **attributes: str | bytes | list[str] | list[bytes]) -> Entry:
    """An entry; `_` in a name stands for `-`, and `;` is written `__`."""
    named = {}
    for name, value in attributes.items():
        values = value if isinstance(value, list) else [value]
        key = name.replace("__", ";").replace("_", "-").lower()
        named[key] = tuple(each.encode() if isinstance(each, str) else each for each in values)
    return Entry(dn, named)


def settings(dialect: str, **other: object) -> LdapSource:
    """Settings of a source."""
    values: dict[str, object] = {
        "id": "directory",
        "type": "ldap",
        "dialect": dialect,
        "host": "fake.example.test",
        "base": "DC=corp,DC=example,DC=test" if dialect == "active-directory" else "dc=example,dc=test",
        "bind": LdapBind(user="cn=reader", password="env:LDAP_PASSWORD"),
        **other,
    }
    return LdapSource(**values)  # type: ignore[arg-type]


def read(fake: FakeLdap, chosen: LdapSource, folder: Path, wanted: frozenset[type[Record]] = BOTH) -> EvidenceSet:
    """The evidence that a run gets from the fake."""
    source = DirectorySource(chosen, lambda _reference: "", connect=lambda: fake)
    return collect([ConfiguredSource(source, wanted)], folder, "0")
