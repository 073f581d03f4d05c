"""Reads what Active Directory says of itself: its policies, computers, trusts, upkeep, and the reader's own rights."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace

from collector.directory import active_directory as ad
from collector.directory import conflicts, domain_state, group_policy, password_policies, resource_delegation
from collector.directory.faults import Faults
from collector.directory.names import dn_key
from collector.directory.reading import DirectoryReader, range_search
from collector.directory.times import MalformedValueError
from collector.evidence import GapCause
from collector.records.directory import (
    CollectorIdentity,
    Computer,
    ConflictObject,
    Domain,
    PasswordPolicy,
    PolicySetting,
    ResourceDelegation,
    Trust,
)
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.ldap import Entry, Search
from collector.transport.smb import Share
from config.sources import LdapSource

_CONFIGURATION, _SCHEMA = "<configuration>", "<schema>"
_SEES_THE_DOMAIN = "let the reading account read the domain's own entry, as Authenticated Users may"


@dataclass(frozen=True, slots=True)
class DomainContext:
    """Names and facts from the root DSE; placeholders until it has been read."""

    domain: str = ad.DOMAIN
    domain_sid: str = ad.DOMAIN_SID
    configuration: str = _CONFIGURATION
    schema: str = _SCHEMA
    lag_days: int = ad.DEFAULT_LAG_DAYS
    keeps_backup_time: bool = False
    """Whether the server writes dSASignature at all; Samba does not."""


class DomainState:
    """Everything of one domain but its people."""

    def __init__(self, settings: LdapSource, open_share: Callable[[str], Share]) -> None:
        self._settings = settings
        self._open_share = open_share
        self.context = DomainContext()

    def readings(self) -> dict[type[Record], Callable[[DirectoryReader, Recorder], None]]:
        """What reads each kind."""
        return {
            **({PolicySetting: self._group_policies} if self._settings.sysvol else {}),
            PasswordPolicy: self._policies,
            Computer: self._computers,
            Trust: self._trusts,
            Domain: self._domain,
            CollectorIdentity: self._collector,
            ResourceDelegation: self._resources,
            ConflictObject: self._conflicts,
        }

    def searches(self, wanted: frozenset[type[Record]]) -> Iterable[tuple[Search, tuple[type[Record], ...]]]:
        """Every search that may be issued, after those of the root DSE."""
        context, size = self.context, self._settings.page_size
        if PolicySetting in wanted and self._settings.sysvol:
            yield group_policy.policy_search(context.domain, size), (PolicySetting,)
            yield group_policy.link_search(context.domain, size), (PolicySetting,)
        if PasswordPolicy in wanted:
            kinds: tuple[type[Record], ...] = (PasswordPolicy,)
            yield _policy_search(context.domain), kinds
            yield password_policies.pso_search(context.domain, size), kinds
            yield range_search("<each fine-grained policy>", "msDS-PSOAppliesTo"), kinds
            yield password_policies.linked_search(context.domain, size), kinds
        if Computer in wanted:
            yield domain_state.computer_search(self._settings.base, size), (Computer,)
            yield domain_state.laps_schema_search(context.schema), (Computer,)
        if Trust in wanted:
            yield domain_state.trust_search(context.domain, size), (Trust,)
        if Domain in wanted:
            yield domain_state.domain_search(context.domain), (Domain,)
            yield domain_state.krbtgt_search(context.domain, context.domain_sid), (Domain,)
            yield domain_state.lifetime_search(context.configuration), (Domain,)
        if ResourceDelegation in wanted:
            yield from ((each, (ResourceDelegation,)) for each in resource_delegation.searches(context.domain, size))
        if ConflictObject in wanted:
            yield from ((each, (ConflictObject,)) for each in conflicts.searches(context.domain, size))
        if CollectorIdentity in wanted:
            yield domain_state.TOKEN_SEARCH, (CollectorIdentity,)
            yield _own_search(context.domain, "<its own identifier>"), (CollectorIdentity,)
            for dn in self._settings.privileged_groups:
                yield ad.group_search(dn), (CollectorIdentity,)

    def _policies(self, reader: DirectoryReader, recorder: Recorder) -> None:
        domain, size, kinds = self.context.domain, self._settings.page_size, (PasswordPolicy,)
        faults, seen = Faults(PasswordPolicy, recorder), set()
        entry = reader.one(_policy_search(domain), kinds)
        with faults.of(domain):
            policy = None if entry is None else password_policies.domain_policy(entry)
            if policy is None:
                recorder.gap(
                    PasswordPolicy,
                    GapCause.DENIED,
                    "the domain's own policy is hidden from the reader",
                    remedy=_SEES_THE_DOMAIN,
                    subject=domain,
                )
            else:
                recorder.add(policy)
        for found in _seen(reader, password_policies.pso_search(domain, size), kinds):
            seen.add(dn_key(found.dn))
            with faults.of(found.dn):
                targets = reader.all_values(found, "msDS-PSOAppliesTo", kinds)
                recorder.add(password_policies.fine_grained_policy(found, targets))
        linked = reader.entries(password_policies.linked_search(domain, size), kinds)
        for name in password_policies.unseen_policies(linked, seen).values():
            recorder.gap(
                PasswordPolicy,
                GapCause.DENIED,
                "this fine-grained policy is in force, and hidden from the reader",
                remedy=(
                    "let the reading account read the policy: by default only domain administrators may"
                    f' (dsacls "{password_policies.PSO_CONTAINER},{domain}" /I:T /G <account>:GR)'
                ),
                subject=name,
            )
        recorder.complete(PasswordPolicy)

    def _group_policies(self, reader: DirectoryReader, recorder: Recorder) -> None:
        domain, size, kinds = self.context.domain, self._settings.page_size, (PolicySetting,)
        faults = Faults(PolicySetting, recorder)
        linked: defaultdict[str, list[str]] = defaultdict(list)
        for entry in reader.entries(group_policy.link_search(domain, size), kinds):
            for policy in group_policy.links(entry.first("gPLink") or b""):
                linked[dn_key(policy)].append(entry.dn)
        share = self._open_share("sysvol")
        try:
            for entry in reader.entries(group_policy.policy_search(domain, size), kinds):
                with faults.of(entry.dn):
                    if not group_policy.is_for_computers(entry):
                        continue
                    folder, name = group_policy.folder_of(entry), entry.text("displayName") or entry.dn
                    for file in group_policy.FILES:
                        path = f"{folder}\\{file}"
                        recorder.ran(group_policy.read_request(self._settings.host, folder, file), kinds)
                        data = share.read(path)
                        where = tuple(sorted(linked.get(dn_key(entry.dn), ())))
                        for setting in group_policy.settings_of(file, data, name, where) if data else ():
                            recorder.add(setting)
        finally:
            share.close()
        recorder.complete(PolicySetting)

    def _computers(self, reader: DirectoryReader, recorder: Recorder) -> None:
        """Computers without a sign of a managed password wait until the end, where that is known to mean something."""
        faults, waiting, shown = Faults(Computer, recorder), [], False
        search = domain_state.computer_search(self._settings.base, self._settings.page_size)
        for entry in reader.entries(search, (Computer,)):
            with faults.of(entry.dn):
                computer = domain_state.parse_computer(entry, self.context.lag_days)
                if computer.managed_password:
                    shown = True
                    recorder.add(computer)
                else:
                    waiting.append(computer)
        certain = shown or not self._schema_knows_managed_passwords(reader)
        for computer in waiting:
            recorder.add(replace(computer, managed_password=False) if certain else computer)
        if waiting and not certain:
            recorder.unreadable(Computer, ("managed_password",))
        recorder.complete(Computer)

    def _schema_knows_managed_passwords(self, reader: DirectoryReader) -> bool:
        search = domain_state.laps_schema_search(self.context.schema)
        return next(iter(list(reader.entries(search, (Computer,)))), None) is not None

    def _trusts(self, reader: DirectoryReader, recorder: Recorder) -> None:
        faults = Faults(Trust, recorder)
        for entry in reader.entries(domain_state.trust_search(self.context.domain, self._settings.page_size), (Trust,)):
            with faults.of(entry.dn):
                recorder.add(domain_state.parse_trust(entry))
        recorder.complete(Trust)

    def _domain(self, reader: DirectoryReader, recorder: Recorder) -> None:
        context, kinds = self.context, (Domain,)
        entry = reader.one(domain_state.domain_search(context.domain), kinds)
        if entry is None:
            raise SourceError(GapCause.DENIED, "the domain's own entry is hidden from the reader", _SEES_THE_DOMAIN)
        krbtgt = next(reader.entries(domain_state.krbtgt_search(context.domain, context.domain_sid), kinds), None)
        forest = reader.one(domain_state.lifetime_search(context.configuration), kinds)
        with Faults(Domain, recorder).of(context.domain):
            domain = domain_state.parse_domain(entry, krbtgt, forest, keeps_backup_time=context.keeps_backup_time)
            recorder.add(domain)
            hidden = {"krbtgt_password_set"} if domain.krbtgt_password_set is None else set()
            if domain.last_backup is None and not domain.never_backed_up:
                hidden.add("last_backup")
            recorder.unreadable(Domain, hidden)
        recorder.complete(Domain)

    def _resources(self, reader: DirectoryReader, recorder: Recorder) -> None:
        resource_delegation.read(reader, recorder, self.context.domain, self._settings.page_size)

    def _conflicts(self, reader: DirectoryReader, recorder: Recorder) -> None:
        conflicts.read(reader, recorder, self.context.domain, self._settings.page_size)

    def _collector(self, reader: DirectoryReader, recorder: Recorder) -> None:
        kinds = (CollectorIdentity,)
        root = reader.one(domain_state.TOKEN_SEARCH, kinds)
        further: dict[str, str] = {}
        name = self._settings.bind.user or self._settings.bind.method
        try:
            for dn in self._settings.privileged_groups:
                group = reader.one(ad.group_search(dn), kinds)
                sid = None if group is None else ad.sid_of(group)
                if sid is not None:
                    further[sid] = dn
            token = () if root is None else root.values("tokenGroups")
            identity = domain_state.token_identity(name, token, self.context.domain_sid, further)
            if identity.identifier is not None:
                own = next(reader.entries(_own_search(self.context.domain, identity.identifier), kinds), None)
                identity = identity if own is None else replace(identity, name=ad.name_of(own))
        except MalformedValueError as error:
            raise SourceError(GapCause.MALFORMED, f"tokenGroups of the root DSE: {error}") from error
        recorder.add(identity)
        if identity.roles is None:
            recorder.unreadable(CollectorIdentity, ("roles",))
        recorder.complete(CollectorIdentity)


def _seen(reader: DirectoryReader, search: Search, kinds: Iterable[type[Record]]) -> Iterable[Entry]:
    """The entries of a search; none where its base is not there (a domain older than the feature) or is hidden."""
    try:
        yield from reader.entries(search, kinds)
    except SourceError as error:
        if error.cause is not GapCause.ABSENT:
            raise


def _policy_search(domain: str) -> Search:
    return Search(domain, "base", "(objectClass=*)", password_policies.DOMAIN_ATTRIBUTES)


def _own_search(domain: str, sid: str) -> Search:
    return Search(domain, "subtree", f"(objectSid={sid})", ("sAMAccountName",), 10)
