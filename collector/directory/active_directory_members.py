"""The members of Active Directory's groups, from chosen groups down, each group read once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Protocol

from collector.directory import active_directory as ad
from collector.directory.faults import Faults
from collector.directory.membership import Group, Principal
from collector.directory.names import dn_key
from collector.directory.reading import DirectoryReader
from collector.evidence import GapCause
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.ldap import ConnectionLostError, Entry, Search


class Domain(Protocol):
    """What one domain says of its groups."""

    def role_of(self, entry: Entry) -> str | None:
        """The role that a group gives; None for one that only the settings call privileged."""
        ...

    def members_of(self, entry: Entry) -> Search:
        """The search for a group's members."""
        ...

    def parse_holder(self, entry: Entry) -> Principal:
        """A member that is no group."""
        ...

    def unseen(self, dn: str) -> Principal:
        """A member that a group names: all that is known of it until its own entry is read."""
        ...


class Members:
    """Groups and their members as far as they were read, for one kind of record."""

    def __init__(self, domain: Domain, reader: DirectoryReader, recorder: Recorder, kind: type[Record]) -> None:
        self._domain = domain
        self._reader = reader
        self._recorder = recorder
        self._kind = kind
        self._faults = Faults(kind, recorder)
        self._entries: dict[str, Entry] = {}
        self.groups: dict[str, Group] = {}
        self.principals: dict[str, Principal] = {}

    def roots(self, searches: Iterable[Search], remedy: str) -> dict[str, str]:
        """The groups that the searches find: key to role, or to the name of one without a role."""
        found: dict[str, str] = {}
        for search in searches:
            entries = (
                list(self._reader.entries(search, (self._kind,)))
                if search.scope != "base"
                else self._named(search, remedy)
            )
            for entry in entries:
                with self._faults.of(entry.dn):
                    found[dn_key(entry.dn)] = self._domain.role_of(entry) or entry.dn
                    self._entries[dn_key(entry.dn)] = entry
        return found

    def read_below(self, roots: Iterable[str]) -> None:
        """Read every group below the roots once."""
        waiting = list(roots)
        while waiting:
            key = waiting.pop()
            if key not in self.groups:
                waiting += self._read_group(key, self._entries[key])

    def name_of(self, key: str) -> str:
        """The distinguished name of a group that was read."""
        return self._entries[key].dn

    def _named(self, search: Search, remedy: str) -> list[Entry]:
        entry = self._reader.one(search, (self._kind,))
        if entry is not None:
            return [entry]
        self._recorder.gap(
            self._kind,
            GapCause.ABSENT,
            "the group is not there, or hidden from the reader",
            remedy=remedy,
            subject=search.base,
        )
        return []

    def _read_group(self, key: str, entry: Entry) -> list[str]:
        """Read one group; returns the keys of the groups in it."""
        inner: list[str] = []
        members: dict[str, None] = {}
        readable = True
        try:
            for member in self._reader.all_values(entry, "member", (self._kind,)):
                name = member.decode("utf-8", "backslashreplace")
                members[dn_key(name)] = None
                self.principals.setdefault(dn_key(name), self._domain.unseen(name))
            for found in self._reader.entries(self._domain.members_of(entry), (self._kind,)):
                below = dn_key(found.dn)
                members[below] = None
                if "group" in found.classes():
                    self._entries.setdefault(below, found)
                    inner.append(below)
                    continue
                with self._faults.of(found.dn):
                    self.principals[below] = self._domain.parse_holder(found)
        except ConnectionLostError:
            raise
        except SourceError as error:
            readable = False
            self._recorder.gap(self._kind, error.cause, error.detail, remedy=error.remedy, subject=ad.name_of(entry))
        self.groups[key] = Group(ad.name_of(entry), tuple(members), readable)
        if readable and not members and self._domain.role_of(entry) in {"administrators", "domain-admins"}:
            self._recorder.gap(
                self._kind,
                GapCause.DENIED,
                "the group's members are hidden from the reader: it is never empty",
                remedy="let the reading account read the attribute member of the group",
                subject=ad.name_of(entry),
            )
        return inner
