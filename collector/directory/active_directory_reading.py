"""Reads Active Directory: issues the searches of `active_directory` and hands on what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from collector.directory import active_directory as ad
from collector.directory.accounts import Undecided
from collector.directory.faults import Faults
from collector.directory.membership import Group, Principal, privileges
from collector.directory.names import dn_key, is_below
from collector.directory.reading import DirectoryReader, range_search
from collector.directory.times import MalformedValueError, parse_generalized_time
from collector.evidence import GapCause
from collector.records.identity import Account, Privilege
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.ldap import ConnectionLostError, Entry, Search
from config.sources import LdapSource

_GROUP = "<each privileged group, and each group in it>"


class ActiveDirectory:
    """One domain."""

    def __init__(self, settings: LdapSource, now: Callable[[], datetime]) -> None:
        self._settings = settings
        self._now = now
        self._service_units = tuple(map(dn_key, settings.service_accounts))
        self._person_key = settings.person_key or "employeeID"
        self._domain = ""
        self._domain_sid = ""
        self._is_forest_root = False
        self._facts = ad.DomainFacts()

    def searches(self, wanted: frozenset[type[Record]]) -> Iterable[tuple[Search, tuple[type[Record], ...]]]:
        """Every search that may be issued."""
        size, both = self._settings.page_size, tuple(kind for kind in (Account, Privilege) if kind in wanted)
        yield ad.ROOT_DSE, both
        yield ad.domain_search(), both
        if Account in wanted:
            yield ad.account_search(self._settings.base, size, self._person_key), (Account,)
        if Privilege in wanted:
            yield ad.privileged_group_search(size), (Privilege,)
            for dn in self._settings.privileged_groups:
                yield ad.group_search(dn), (Privilege,)
            yield ad.member_search(size, ad.DOMAIN, _GROUP, "<its number>"), (Privilege,)
            yield range_search(_GROUP, "member"), (Privilege,)

    def prepare(self, reader: DirectoryReader, recorder: Recorder, wanted: frozenset[type[Record]]) -> None:
        """Read the server's time, the domain's name and identifier, and how late its log-on times are."""
        root = reader.one(ad.ROOT_DSE, wanted)
        read_at = self._now()
        domain = None if root is None else root.text("defaultNamingContext")
        if root is None or domain is None:
            raise SourceError(
                GapCause.UNSUPPORTED,
                "the server names no domain (defaultNamingContext)",
                "is this Active Directory? Set dialect to openldap for OpenLDAP",
            )
        entry = reader.one(ad.domain_search(domain), wanted)
        try:
            if clock := root.first("currentTime"):
                recorder.clock(parse_generalized_time(clock), read_at)
            lag = ad.lag_days(entry, root.first("domainFunctionality"))
            sid = None if entry is None else ad.sid_of(entry)
        except MalformedValueError as error:
            raise SourceError(GapCause.MALFORMED, f"the domain's own entry: {error}") from error
        self._domain, self._domain_sid = domain, sid or ""
        self._is_forest_root = domain == root.text("rootDomainNamingContext")
        self._facts = ad.DomainFacts(lag, self._service_units, self._person_key)

    def accounts(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read the accounts to their end."""
        undecided, faults = Undecided(ad.proof()), Faults(Account, recorder)
        search = ad.account_search(self._settings.base, self._settings.page_size, self._person_key)
        try:
            for entry in reader.entries(search, (Account,)):
                with faults.of(entry.dn):
                    for account in undecided.add(ad.parse_account(entry, self._facts)):
                        recorder.add(account)
        finally:
            for account in undecided.rest():
                recorder.add(account)
            recorder.unreadable(Account, undecided.hidden)
        recorder.complete(Account)

    def privileges(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read the groups that administer the domain, from the top down, and everyone in them."""
        if not self._domain_sid:
            raise SourceError(
                GapCause.DENIED,
                "the domain's identifier (objectSid) is hidden from the reader",
                "let the reading account read the domain's own entry, as Authenticated Users may",
            )
        membership = _Membership(self, reader, recorder)
        roots = membership.roots()
        for role, name in ad.expected_roles(self._is_forest_root).items():
            if role not in roots.values():
                recorder.gap(
                    Privilege,
                    GapCause.DENIED,
                    f"the group {name} cannot be seen",
                    remedy="let the reading account read the group and its members, as Authenticated Users may",
                    subject=role,
                )
        try:
            membership.read_below(roots)
        finally:
            for key, role in roots.items():
                for privilege in privileges(key, role, membership.groups, membership.principals):
                    recorder.add(privilege)
        recorder.complete(Privilege)

    def root_searches(self) -> Iterable[Search]:
        """The searches that find the privileged groups."""
        yield ad.privileged_group_search(self._settings.page_size, self._domain, self._domain_sid)
        for dn in self._settings.privileged_groups:
            yield ad.group_search(dn)

    def role_of(self, entry: Entry) -> str | None:
        """The role that a group gives; None for one that only the settings call privileged."""
        return ad.role_of(ad.sid_of(entry), ad.name_of(entry), self._domain_sid)

    def members_of(self, entry: Entry) -> Search:
        """The search for a group's members."""
        return ad.members_of(self._settings.page_size, self._domain, entry, ad.sid_of(entry), self._domain_sid)

    def parse_holder(self, entry: Entry) -> Principal:
        """A member that is no group."""
        return ad.parse_holder(entry, self._service_units)

    def unseen(self, dn: str) -> Principal:
        """A member that a group names: all that is known of it until its own entry is read."""
        inside = is_below(dn_key(dn), dn_key(self._domain))
        return Principal(dn, None if inside else "foreign")


class _Membership:
    """The groups and their members as far as they were read."""

    def __init__(self, domain: ActiveDirectory, reader: DirectoryReader, recorder: Recorder) -> None:
        self._domain = domain
        self._reader = reader
        self._recorder = recorder
        self._faults = Faults(Privilege, recorder)
        self._entries: dict[str, Entry] = {}
        self.groups: dict[str, Group] = {}
        self.principals: dict[str, Principal] = {}

    def roots(self) -> dict[str, str]:
        """The privileged groups: key to role."""
        found: dict[str, str] = {}
        for search in self._domain.root_searches():
            entries = (
                list(self._reader.entries(search, (Privilege,))) if search.scope != "base" else self._named(search)
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

    def _named(self, search: Search) -> list[Entry]:
        entry = self._reader.one(search, (Privilege,))
        if entry is not None:
            return [entry]
        self._recorder.gap(
            Privilege,
            GapCause.ABSENT,
            "the group is not there, or hidden from the reader",
            remedy="correct privileged_groups, or let the reading account read the group",
            subject=search.base,
        )
        return []

    def _read_group(self, key: str, entry: Entry) -> list[str]:
        """Read one group; returns the keys of the groups in it."""
        inner: list[str] = []
        members: dict[str, None] = {}
        readable = True
        try:
            for member in self._reader.all_values(entry, "member", (Privilege,)):
                name = member.decode("utf-8", "backslashreplace")
                members[dn_key(name)] = None
                self.principals.setdefault(dn_key(name), self._domain.unseen(name))
            for found in self._reader.entries(self._domain.members_of(entry), (Privilege,)):
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
            self._recorder.gap(Privilege, error.cause, error.detail, remedy=error.remedy, subject=ad.name_of(entry))
        self.groups[key] = Group(ad.name_of(entry), tuple(members), readable)
        if readable and not members and self._domain.role_of(entry) in {"administrators", "domain-admins"}:
            self._recorder.gap(
                Privilege,
                GapCause.DENIED,
                "the group's members are hidden from the reader: it is never empty",
                remedy="let the reading account read the attribute member of the group",
                subject=ad.name_of(entry),
            )
        return inner
