"""Reads OpenLDAP: issues the searches of `openldap` and hands on what they mean."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace

from collector.directory import openldap, openldap_state
from collector.directory.accounts import Undecided
from collector.directory.faults import Faults
from collector.directory.group_members import memberships
from collector.directory.membership import holders, privileges
from collector.directory.names import NameSet, dn_key, parent_key
from collector.directory.openldap_members import Members, member_searches
from collector.directory.reading import DirectoryReader
from collector.directory.times import MalformedValueError
from collector.evidence import GapCause
from collector.records.access import Membership
from collector.records.directory import CollectorIdentity, PasswordPolicy
from collector.records.identity import Account, Privilege
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.ldap import ConnectionLostError, Search
from config.sources import LdapSource

_MEMBER = "<each privileged group, and each member of it>"
_USER = "<each user that a privileged posixGroup names>"
_NAMED_MEMBER = "<each group under groups, and each member of it>"
_NAMED_USER = "<each user that a posixGroup under groups names>"
_UNIT = "<each unit that seems empty and is not>"


class OpenLdap:
    """One server."""

    def __init__(self, settings: LdapSource) -> None:
        self._settings = settings
        self._person_key = settings.person_key or "employeeNumber"
        self._facts = openldap.ServerFacts(
            self._person_key,
            tuple(map(dn_key, settings.service_accounts)),
            external_units=tuple(map(dn_key, settings.external_accounts)),
            use_lag_days=settings.use_lag_days,
        )

    def searches(self, wanted: frozenset[type[Record]]) -> Iterable[tuple[Search, tuple[type[Record], ...]]]:
        """Every search that may be issued."""
        base, size = self._settings.base, self._settings.page_size
        yield openldap.ROOT_DSE, tuple(kind for kind in self.readings() if kind in wanted)
        if Account in wanted:
            yield openldap.absence_search(base, size, "pwdAccountLockedTime"), (Account,)
            yield openldap.absence_search(base, size, "pwdLastSuccess"), (Account,)
            yield openldap.account_search(base, size, self._person_key), (Account,)
            yield openldap.unit_search(base, size), (Account,)
            yield openldap.below_search(_UNIT), (Account,)
        for kind in (Privilege, CollectorIdentity):
            if kind in wanted and self._settings.privileged_groups:
                for search in member_searches(base, size, _MEMBER, _USER):
                    yield search, (kind,)
        if PasswordPolicy in wanted:
            for search in openldap_state.searches(base, size):
                yield search, (PasswordPolicy,)
        if Membership in wanted and self._settings.groups:
            for search in member_searches(base, size, _NAMED_MEMBER, _NAMED_USER, self._person_key):
                yield search, (Membership,)

    def prepare(self, reader: DirectoryReader, recorder: Recorder, wanted: frozenset[type[Record]]) -> None:  # noqa: ARG002
        """Read whether the server has password policies."""
        root = reader.one(openldap.ROOT_DSE, wanted)
        controls = () if root is None else root.values("supportedControl")
        self._facts = replace(
            self._facts,
            # A server that lists no controls hides them: then nothing is known.
            has_password_policy=not controls or openldap.PASSWORD_POLICY_CONTROL in controls,
        )

    def readings(self) -> Mapping[type[Record], Callable[[DirectoryReader, Recorder], None]]:
        """What reads each kind."""
        kinds: dict[type[Record], Callable[[DirectoryReader, Recorder], None]] = {
            Account: self.accounts,
            Privilege: self.privileges,
        }
        if self._settings.groups:
            kinds[Membership] = self.memberships
        return kinds | {PasswordPolicy: self.policies, CollectorIdentity: self.collector}

    def accounts(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read the accounts to their end, then look for units that hide theirs."""
        base, size, kinds = self._settings.base, self._settings.page_size, (Account,)
        failures: list[SourceError] = []
        without = {
            name: self._certainly_without(name, reader, failures) for name in ("pwdAccountLockedTime", "pwdLastSuccess")
        }
        undecided, faults = Undecided(openldap.proof(without["pwdLastSuccess"])), Faults(Account, recorder)
        parents: set[str] = set()
        unlocked = without["pwdAccountLockedTime"]
        try:
            for entry in reader.entries(openldap.account_search(base, size, self._person_key), kinds):
                try:
                    parsed = openldap.parse_account(entry, self._facts, unlocked)
                except MalformedValueError as error:
                    faults.take(entry.dn, error)
                    continue
                parents.add(parsed.container)
                for account in undecided.add(parsed):
                    recorder.add(account)
        finally:
            for account in undecided.rest():
                recorder.add(account)
            recorder.unreadable(Account, undecided.hidden)
        for failure in failures:
            recorder.gap(Account, failure.cause, failure.detail, remedy=failure.remedy)
        self._look_for_hidden(reader, recorder, parents)
        for url in sorted(reader.referrals):
            recorder.gap(
                Account,
                GapCause.UNSUPPORTED,
                "the server says that another server holds this part; it was not followed",
                remedy="add a source for that server",
                subject=url,
            )
        recorder.complete(Account)

    def privileges(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read the groups that the settings name, and everyone in them."""
        if not self._settings.privileged_groups:
            raise SourceError(
                GapCause.UNSUPPORTED,
                "OpenLDAP has no administrative groups of its own",
                "name the groups that give administrative rights in privileged_groups of the source",
            )
        membership = Members(self._settings, self._facts, reader, recorder, Privilege)
        for dn in membership.roots(self._settings.privileged_groups, "privileged_groups"):
            for privilege in privileges(dn_key(dn), dn, membership.groups, membership.principals):
                recorder.add(privilege)
        recorder.complete(Privilege)

    def policies(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read what the server demands of passwords."""
        base, size = self._settings.base, self._settings.page_size
        has_policies = self._facts.has_password_policy
        openldap_state.read_policies(base, size, reader, recorder, has_policies=has_policies)

    def collector(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Look for the reading account among the members of the privileged groups."""
        bind, roles = self._settings.bind, None
        if self._settings.privileged_groups and bind.method == "simple" and bind.user:
            membership = Members(self._settings, self._facts, reader, recorder, CollectorIdentity)
            roles = tuple(
                dn
                for dn in membership.roots(self._settings.privileged_groups, "privileged_groups")
                if any(key == dn_key(bind.user) for key, _ in holders(dn_key(dn), membership.groups))
            )
        recorder.add(CollectorIdentity(name=bind.user or bind.method, roles=roles))
        recorder.unreadable(CollectorIdentity, ("roles",) if roles is None else ())
        recorder.complete(CollectorIdentity)

    def memberships(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Read the groups that the settings name, and everyone in them; since when, the directory does not keep."""
        members = Members(self._settings, self._facts, reader, recorder, Membership)
        for dn in members.roots(self._settings.groups, "groups"):
            for membership in memberships(dn_key(dn), members.groups, members.principals, {}):
                recorder.add(membership)
        recorder.complete(Membership)

    def _certainly_without(self, attribute: str, reader: DirectoryReader, failures: list[SourceError]) -> NameSet:
        """The accounts that are proven not to have an attribute: what came before a failure is proven too."""
        found = NameSet()
        search = openldap.absence_search(self._settings.base, self._settings.page_size, attribute)
        try:
            for entries in reader.pages(search, (Account,)):
                found.update(entry.dn for entry in entries)
        except ConnectionLostError:
            raise
        except SourceError as error:
            failures.append(error)
        return found

    def _look_for_hidden(self, reader: DirectoryReader, recorder: Recorder, parents: set[str]) -> None:
        units: dict[str, str] = {}
        for entry in reader.entries(openldap.unit_search(self._settings.base, self._settings.page_size), (Account,)):
            parents.add(parent_key(entry.dn))
            if entry.first("hasSubordinates") == b"TRUE":
                units[dn_key(entry.dn)] = entry.dn
        for key, dn in sorted(units.items()):
            if key in parents or next(iter(reader.entries(openldap.below_search(dn), (Account,))), None) is not None:
                continue
            recorder.gap(
                Account,
                GapCause.DENIED,
                "the unit has entries that are all hidden from the reader",
                remedy="let the reading account read what is below the unit",
                subject=dn,
            )
