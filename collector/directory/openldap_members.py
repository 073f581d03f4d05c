"""Reads the groups of OpenLDAP and everyone in them: each member by name, or many that stand together at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from collector.directory import openldap
from collector.directory.faults import Faults
from collector.directory.membership import Group, Principal
from collector.directory.names import dn_key, parent_key, relative_names
from collector.directory.person_keys import key_of_person
from collector.directory.reading import DirectoryReader, range_search
from collector.evidence import GapCause
from collector.records.access import Membership
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.ldap import ConnectionLostError, Entry, Search
from config.sources import LdapSource

TOGETHER = 2000
"""Members below one entry, or named by user name, from which all that is there is read instead of each by name."""
_ABOVE = "<each entry above many of them>"


def member_searches(
    base: str, page_size: int, member: str, user: str, person_key: str | None = None
) -> Iterator[Search]:
    """Every search that may be issued for groups and their members; `member` and `user` stand for names."""
    yield openldap.entry_search(member, person_key)
    yield openldap.unlocked_search(member)
    yield openldap.user_search(base, user, person_key)
    yield openldap.beside_search(_ABOVE, page_size, person_key)
    yield openldap.unlocked_beside_search(_ABOVE, page_size)
    yield openldap.users_search(base, page_size, person_key)
    yield openldap.absence_search(base, page_size, "pwdAccountLockedTime")
    for name in openldap.MEMBER_ATTRIBUTES:
        yield range_search(member, name)


class Members:
    """The groups and their members as far as they were read."""

    def __init__(
        self,
        settings: LdapSource,
        facts: openldap.ServerFacts,
        reader: DirectoryReader,
        recorder: Recorder,
        kind: type[Record],
    ) -> None:
        self._base = settings.base
        self._page_size = settings.page_size
        self._facts = facts
        self._reader = reader
        self._recorder = recorder
        self._kind = kind
        self._person_key = facts.person_key if kind is Membership else None
        self._faults = Faults(kind, recorder)
        self._read: dict[str, str | None] = {}
        """Key of each entry that was asked for to its name; None where it cannot be seen."""
        self._users: dict[str, str] = {}
        """User name to the key of the one entry that has it, or to one of its own."""
        self.groups: dict[str, Group] = {}
        self.principals: dict[str, Principal] = {}

    def roots(self, dns: Iterable[str], setting: str) -> Iterator[str]:
        """Each of these groups that can be seen, when all below it has been read; for another, a gap."""
        for dn in dns:
            self._read_all(dn)
            name = self._read[dn_key(dn)]
            if name is not None:
                self.groups.setdefault(dn_key(dn), Group(name))
                yield dn
                continue
            self._recorder.gap(
                self._kind,
                GapCause.ABSENT,
                "the group is not there, or hidden from the reader",
                remedy=f"correct {setting}, or let the reading account read the group",
                subject=dn,
            )

    def _read_all(self, dn: str) -> None:
        """Read an entry and, where it is a group, all below it, each entry once."""
        waiting = [dn]
        while waiting:
            name = waiting.pop()
            key = dn_key(name)
            if key in self._read:
                continue
            entry = self._reader.one(openldap.entry_search(name, self._person_key), (self._kind,))
            if entry is None:
                self._unseen(key, name)
            elif self._is_group(key, entry):
                waiting += self._read_group(key, entry)
            else:
                self._take(key, entry)

    def _unseen(self, key: str, name: str) -> None:
        self._read[key] = None
        self.principals[key] = Principal(name)

    def _is_group(self, key: str, entry: Entry) -> bool:
        self._read[key] = openldap.name_of(entry)
        return openldap.is_group(entry)

    def _take(self, key: str, entry: Entry, unlocked: Container[str] | None = None) -> None:
        with self._faults.of(entry.dn):
            self.principals[key] = self._holder(entry, unlocked)

    def _read_group(self, key: str, entry: Entry) -> list[str]:
        """Read who is in a group; the names of those that are still to be read."""
        names: list[str] = []
        with self._faults.of(entry.dn):
            names += self._values(entry, "member") + self._values(entry, "uniqueMember")
            users = self._values(entry, "memberUid")
            if len(users) >= TOGETHER:
                self._read_users(users)
            held = (*map(dn_key, names), *map(self._user, users))
            self.groups[key] = Group(openldap.name_of(entry), held)
        return self._read_beside(names)

    def _values(self, entry: Entry, name: str) -> list[str]:
        found = self._reader.all_values(entry, name, (self._kind,))
        return [value.decode("utf-8", "backslashreplace") for value in found]

    def _read_beside(self, names: Iterable[str]) -> list[str]:
        """Read the members of which many stand below one entry; the names of those that are still to be read."""
        beside: defaultdict[str, dict[str, str]] = defaultdict(dict)
        for name in names:
            key = dn_key(name)
            if key not in self._read:
                beside[parent_key(name)][key] = name
        left: list[str] = []
        for wanted in beside.values():
            if len(wanted) >= TOGETHER:
                left += self._read_below(",".join(relative_names(next(iter(wanted.values())))[1:]), wanted)
            left += wanted.values()
        return left

    def _read_below(self, above: str, wanted: dict[str, str]) -> list[str]:
        """Read what stands below one entry, and take out of `wanted` what is read; gives the members of its groups.

        What the server refuses to list is left to be read by name.
        """
        kinds, groups = (self._kind,), list[tuple[str, Entry]]()
        try:
            search = openldap.unlocked_beside_search(above, self._page_size)
            asked = self._facts.has_password_policy
            unlocked = {dn_key(entry.dn) for entry in (self._reader.entries(search, kinds) if asked else ())}
            for entry in self._reader.entries(openldap.beside_search(above, self._page_size, self._person_key), kinds):
                key = dn_key(entry.dn)
                if wanted.pop(key, None) is None:
                    continue
                if self._is_group(key, entry):
                    groups.append((key, entry))
                else:
                    self._take(key, entry, unlocked)
        except ConnectionLostError:
            raise
        except SourceError:
            pass  # a limit of the server's, which reading by name does not meet
        else:
            for key, name in wanted.items():
                self._unseen(key, name)
            wanted.clear()
        return [name for key, entry in groups for name in self._read_group(key, entry)]

    def _holder(self, entry: Entry, unlocked: Container[str] | None) -> Principal:
        """A member that is no group; `unlocked`: the keys of those that certainly are, where that was read."""
        sure = entry.first("pwdAccountLockedTime") is None and self._facts.has_password_policy
        if sure and unlocked is not None:
            sure = dn_key(entry.dn) in unlocked
        elif sure:
            sure = self._reader.one(openldap.unlocked_search(entry.dn), (self._kind,)) is not None
        key = key_of_person(entry.text(self._person_key)) if self._person_key else None
        return replace(openldap.parse_holder(entry, self._facts, unlocked=sure), person_key=key)

    def _read_users(self, names: Iterable[str]) -> None:
        """Look many users up by name at once; what the server refuses to list is left to be looked up by name."""
        wanted = {name.casefold(): name for name in names}  # uid knows no case (RFC 4519)
        found: dict[str, str | None] = {}
        kinds = (self._kind,)
        try:
            asked = self._facts.has_password_policy
            search = openldap.absence_search(self._base, self._page_size, "pwdAccountLockedTime")
            unlocked = {dn_key(entry.dn) for entry in (self._reader.entries(search, kinds) if asked else ())}
            search = openldap.users_search(self._base, self._page_size, self._person_key)
            for entry in self._reader.entries(search, kinds):
                key = dn_key(entry.dn)
                for user in {value.decode("utf-8", "backslashreplace").casefold() for value in entry.values("uid")}:
                    if user in wanted:
                        found[user] = None if user in found else key
                        self._take(key, entry, unlocked)
        except ConnectionLostError:
            raise
        except SourceError:
            return
        for user, name in wanted.items():
            self._users[user] = found.get(user) or self._nobody(name)

    def _user(self, name: str) -> str:
        """Look a user up by name; the key of the one entry that has it, else of the name itself."""
        user = name.casefold()
        if user not in self._users:
            search = openldap.user_search_for(self._base, name, self._person_key)
            found = list(self._reader.entries(search, (self._kind,)))
            if len(found) == 1:
                self._users[user] = dn_key(found[0].dn)
                self.principals[self._users[user]] = self._holder(found[0], None)
            else:
                self._users[user] = self._nobody(name)
        return self._users[user]

    def _nobody(self, name: str) -> str:
        self.principals[f"uid={name}"] = Principal(name)
        return f"uid={name}"
