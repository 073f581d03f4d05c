"""Reads Active Directory: issues the searches of `active_directory` and hands on what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime

from collector.directory import active_directory as ad
from collector.directory import domain_state
from collector.directory.accounts import Undecided
from collector.directory.active_directory_members import Members
from collector.directory.active_directory_state import DomainContext, DomainState
from collector.directory.controllers import Logons, controller_search, logon_search, read_logons
from collector.directory.faults import Faults
from collector.directory.group_members import added_times, memberships
from collector.directory.membership import Principal, privileges
from collector.directory.names import dn_key, first_value, is_below
from collector.directory.person_keys import key_of_person
from collector.directory.reading import DirectoryReader, range_search
from collector.directory.times import MalformedValueError, parse_generalized_time
from collector.evidence import GapCause
from collector.records.access import Membership
from collector.records.identity import Account, Privilege
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.ldap import Entry, LdapConnection, Search
from collector.transport.smb import Share
from config.sources import LdapSource

_GROUP = "<each privileged group, and each group in it>"
_NAMED_GROUP = "<each group under groups, and each group in it>"


class ActiveDirectory:
    """One domain."""

    def __init__(
        self,
        settings: LdapSource,
        now: Callable[[], datetime],
        connect_to: Callable[[str], LdapConnection],
        open_share: Callable[[str], Share],
    ) -> None:
        self._settings = settings
        self._now = now
        self._connect_to = connect_to
        self._service_units = tuple(map(dn_key, settings.service_accounts))
        self._external_units = tuple(map(dn_key, settings.external_accounts))
        self.person_key = settings.person_key or "employeeID"
        self._domain = ""
        self._domain_sid = ""
        self._own_name = ""
        self._is_forest_root = False
        self._facts = ad.DomainFacts()
        self._state = DomainState(settings, open_share)

    def searches(self, wanted: frozenset[type[Record]]) -> Iterable[tuple[Search, tuple[type[Record], ...]]]:
        """Every search that may be issued."""
        size = self._settings.page_size
        every = tuple(kind for kind in self.readings() if kind in wanted)
        yield ad.ROOT_DSE, every
        yield ad.domain_search(), every
        if Account in wanted:
            if self._settings.controllers:
                yield controller_search(ad.DOMAIN, size), (Account,)
                yield logon_search(self._settings.base, size), (Account,)
            yield domain_state.krbtgt_search(ad.DOMAIN, ad.DOMAIN_SID), (Account,)
            yield ad.account_search(self._settings.base, size, self.person_key), (Account,)
        if Privilege in wanted:
            yield ad.privileged_group_search(size), (Privilege,)
            for dn in self._settings.privileged_groups:
                yield ad.group_search(dn), (Privilege,)
            yield ad.member_search(size, ad.DOMAIN, _GROUP, "<its number>"), (Privilege,)
            yield range_search(_GROUP, "member"), (Privilege,)
        if Membership in wanted:
            for dn in self._settings.groups:
                yield ad.group_search(dn), (Membership,)
            members = ad.member_search(size, ad.DOMAIN, _NAMED_GROUP, "<its number>")
            yield self.with_person(members), (Membership,)
            yield range_search(_NAMED_GROUP, "member"), (Membership,)
            yield ad.added_search(_NAMED_GROUP), (Membership,)
            yield range_search(_NAMED_GROUP, ad.VALUE_METADATA), (Membership,)
        yield from self._state.searches(wanted)

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
        self._facts = ad.DomainFacts(lag, self._service_units, self.person_key, self._external_units)
        self._own_name = root.text("dnsHostName") or ""
        self._state.context = DomainContext(
            domain,
            self._domain_sid,
            root.text("configurationNamingContext") or f"CN=Configuration,{domain}",
            root.text("schemaNamingContext") or f"CN=Schema,CN=Configuration,{domain}",
            lag,
            keeps_backup_time=not (root.text("vendorName") or "").startswith("Samba"),
        )

    def readings(self) -> Mapping[type[Record], Callable[[DirectoryReader, Recorder], None]]:
        """What reads each kind."""
        kinds: dict[type[Record], Callable[[DirectoryReader, Recorder], None]] = {
            Account: self.accounts,
            Privilege: self.privileges,
        }
        if self._settings.groups:
            kinds[Membership] = self.memberships
        return kinds | self._state.readings()

    def accounts(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read the accounts to their end."""
        undecided, faults = Undecided(ad.proof()), Faults(Account, recorder)
        facts, elsewhere = self._facts, self._logons(reader, recorder)
        if not self._shows_principals(reader):
            undecided.hidden.add("exposures")
        if elsewhere is not None:
            facts = replace(facts, controllers_read="all" if elsewhere.complete else "some")
        search = ad.account_search(self._settings.base, self._settings.page_size, self.person_key)
        try:
            for entry in reader.entries(search, (Account,)):
                with faults.of(entry.dn):
                    used = None if elsewhere is None else elsewhere.of(entry)
                    for account in undecided.add(ad.parse_account(entry, facts, used)):
                        recorder.add(account)
        finally:
            for account in undecided.rest():
                recorder.add(account)
            recorder.unreadable(Account, undecided.hidden)
        recorder.complete(Account)

    def _logons(self, reader: DirectoryReader, recorder: Recorder) -> Logons | None:
        """When accounts logged on at the other controllers; None where the settings name none."""
        if not self._settings.controllers:
            return None
        size = self._settings.page_size
        search = logon_search(self._settings.base, size)
        logons = read_logons(self._settings.controllers, self._connect_to, search, self._domain, recorder)
        logons.read.add(self._own_name.casefold())
        controllers = [
            entry.text("dNSHostName") or entry.dn
            for entry in reader.entries(controller_search(self._domain, size), (Account,))
        ]
        logons.complete = logons.covers(controllers)
        return logons

    def _shows_principals(self, reader: DirectoryReader) -> bool:
        """Whether the reader sees servicePrincipalName: the account krbtgt always has one."""
        search = domain_state.krbtgt_search(self._domain, self._domain_sid)
        return any(entry.first("servicePrincipalName") for entry in reader.entries(search, (Account,)))

    def privileges(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read the groups that administer the domain, from the top down, and everyone in them."""
        if not self._domain_sid:
            raise SourceError(
                GapCause.DENIED,
                "the domain's identifier (objectSid) is hidden from the reader",
                "let the reading account read the domain's own entry, as Authenticated Users may",
            )
        membership = Members(self, reader, recorder, Privilege)
        remedy = "correct privileged_groups, or let the reading account read the group"
        roots = membership.roots(self.root_searches(), remedy)
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

    def memberships(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read the groups that the settings name, and everyone in them."""
        members = Members(_WithPerson(self), reader, recorder, Membership)
        remedy = "correct groups of the source, or let the reading account read the group"
        roots = members.roots(map(ad.group_search, self._settings.groups), remedy)
        added = {}
        try:
            members.read_below(roots)
            for key in members.groups:
                entry = reader.one(ad.added_search(members.name_of(key)), (Membership,))
                values = () if entry is None else reader.all_values(entry, ad.VALUE_METADATA, (Membership,))
                added[key] = added_times(values)
        finally:
            for key in roots:
                for membership in memberships(key, members.groups, members.principals, added):
                    recorder.add(membership)
        recorder.complete(Membership)

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

    def with_person(self, search: Search) -> Search:
        """A search that asks for the person's key too."""
        return replace(search, attributes=(*search.attributes, self.person_key))

    def unseen(self, dn: str) -> Principal:
        """A member that a group names: all that is known of it until its own entry is read."""
        key, inside = dn_key(dn), is_below(dn_key(dn), dn_key(self._domain))
        if inside and is_below(key, dn_key(f"{ad.FOREIGN_PRINCIPALS},{self._domain}")):
            return Principal(first_value(dn), "foreign")
        return Principal(dn, None if inside else "foreign")


class _WithPerson:
    """A domain whose members are read with the key of their person."""

    def __init__(self, domain: ActiveDirectory) -> None:
        self._domain = domain
        self.role_of = domain.role_of
        self.unseen = domain.unseen

    def members_of(self, entry: Entry) -> Search:
        return self._domain.with_person(self._domain.members_of(entry))

    def parse_holder(self, entry: Entry) -> Principal:
        return replace(self._domain.parse_holder(entry), person_key=key_of_person(entry.text(self._domain.person_key)))
