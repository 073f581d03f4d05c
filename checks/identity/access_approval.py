"""Every membership that gives access was approved beforehand by someone entitled to.

Each member of a group that the settings name is joined with the requests of the ticket system, by account and group; an
account that is in the group through another may have been approved for that one. A membership deviates when the
request was refused or never decided, when it was approved after it was given, when the receiver approved it, when the
approver is neither the receiver's manager, nor the system's owner, nor whatever else `approver_roles` allows, and when
there is no request although the export reaches back to a month before the membership was given. Days are compared, not
hours, by the clock in Sweden. Where the directory does not keep when a member was added (OpenLDAP, Samba), or it was
before the export begins or after it was written, what is missing cannot be held against anyone: undetermined. Tickets
may write accounts by name, principal name or person key; where no ticket is about any member by these, the export and
the directory are not joined, and nothing is said of those without one. The approver's role is what the roster (nearest
manager) and the system register (owner of the group's system) say, and else the role that the ticket states.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.ages import local_day
from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, GROUP_UNREAD
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.access import AccessRequest, GroupPurpose, Membership
from collector.records.backup import ProtectedSystem
from collector.records.identity import Account, Employment

CONTROL = "access-approval"
READS = (Membership, AccessRequest, GroupPurpose, ProtectedSystem, Employment, Account)
LEAD = timedelta(days=30)
"""How long before it is given an access may have been asked for, perhaps in a request before the export begins."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Roles that may approve: manager, system-owner, delegate."""

    approver_roles: tuple[str, ...] = ("manager", "system-owner")


_DECIDE = Text(
    "Ta bort behörigheten, eller låt systemägaren eller chefen pröva den i ett nytt ärende.",
    "Remove the access, or have the system owner or the manager decide on it in a new request.",
)
_ROUTINE = Text(
    "Låt rätt person pröva behörigheten i efterhand, och rätta rutinen så att godkännandet kommer först.",
    "Have the right person decide on the access now, and mend the routine so that approval comes first.",
)
REASONS = {
    "no-approval": Reason(
        Text(
            "Fick {group} {added}, och inget ärende visar att det godkändes.",
            "Was given {group} {added}, and no request shows that it was approved.",
        ),
        _DECIDE,
    ),
    "refused": Reason(
        Text(
            "Är medlem i {group} trots att ärende {reference} avslogs.", "Is in {group}, but {reference} was refused."
        ),
        _DECIDE,
        Severity.HIGH,
    ),
    "not-decided": Reason(
        Text(
            "Är medlem i {group}, men ärende {reference} är inte godkänt.",
            "Is in {group}, but {reference} has not been approved.",
        ),
        _DECIDE,
    ),
    "self-approved": Reason(
        Text(
            "Godkände själv sin behörighet till {group} i ärende {reference}.",
            "Approved their own access to {group} in {reference}.",
        ),
        _ROUTINE,
        Severity.HIGH,
    ),
    "approved-afterwards": Reason(
        Text(
            "Fick {group} {added}, men ärende {reference} godkändes först {approved}.",
            "Was given {group} {added}, but {reference} was approved only {approved}.",
        ),
        _ROUTINE,
    ),
    "approver-not-entitled": Reason(
        Text(
            "{approver} godkände ärende {reference} men är varken mottagarens chef, systemets ägare eller ersättare.",
            "{approver} approved {reference} but is neither the receiver's manager, the system's owner nor a delegate.",
        ),
        _ROUTINE,
    ),
    "approver-unknown": Reason(
        Text("Det framgår inte vem som godkände ärende {reference}.", "It is not known who approved {reference}."),
        Text("Ta med godkännaren i exporten av ärenden.", "Include the approver in the export of requests."),
    ),
    "approver-role-unknown": Reason(
        Text(
            "{approver} godkände ärende {reference}; det framgår inte om personen är chef eller systemägare.",
            "{approver} approved {reference}; whether they are a manager or system owner is not known.",
        ),
        Text(
            "Lägg till chef i personalförteckningen, systemägare i systemregistret och system i gruppförteckningen.",
            "Add the manager to the HR roster, the owner to the system register and the system to the group register.",
        ),
        Severity.LOW,
    ),
    "given-when-unknown": Reason(
        Text(
            "Katalogen visar inte när {group} gavs, så godkännandets tid kan inte jämföras.",
            "The directory does not show when {group} was given, so the time of the approval cannot be compared.",
        ),
        Text(
            "Jämför med ärendet för hand, eller ge läskontot rätt att läsa msDS-ReplValueMetaData (AD).",
            "Compare with the request by hand, or let the reading account read msDS-ReplValueMetaData (AD).",
        ),
        Severity.LOW,
    ),
    "before-export": Reason(
        Text(
            "Fick {group} {added}; ärendet kan vara äldre än det första i exporten ({begins}).",
            "Was given {group} {added}; the request may be older than the first in the export ({begins}).",
        ),
        Text("Exportera ärenden från en längre tid.", "Export requests of a longer time."),
        Severity.LOW,
    ),
    "export-older": COMMON["export-older"],
    "not-joined": Reason(
        Text(
            "Inget ärende i exporten gäller någon medlem i katalogens grupper, så namnen går inte att jämföra.",
            "No request in the export is about any member of the directory's groups, so the names cannot be compared.",
        ),
        Text(
            "Skriv konton (kontonamn, UPN eller personnyckel) och grupper i exporten som katalogen gör.",
            "Write accounts (account name, principal name or person key) and groups in the export as the directory"
            " does.",
        ),
    ),
    "accounts-unread": Reason(
        Text(
            "Exporten skriver konton som UPN, och alla konton kunde inte läsas: ett ärende kan gälla det här.",
            "The export writes accounts as principal names, and not all accounts could be read: a request may be about"
            " this one.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "no-requests": Reason(
        Text("Inga behörighetsärenden att jämföra med.", "No requests for access to compare with."),
        Text(
            "Lägg till en export ur ärendesystemet under registers (access-request).",
            "Add an export of the ticket system under registers (access-request).",
        ),
    ),
    "requests-incomplete": Reason(
        Text(
            "Inget ärende i den del av exporten som kunde läsas.",
            "No request in the part of the export that could be read.",
        ),
        Text("Rätta exporten; raderna anges under det som inte kunde läsas.", "Mend the export; the rows are listed."),
    ),
    "members-unknown": GROUP_UNREAD,
    "disabled": DISABLED,
}


@dataclass(frozen=True, slots=True)
class _Registers:
    """What a membership is judged by."""

    requests: Reading[AccessRequest]
    by_access: Mapping[tuple[str, str], list[AccessRequest]]
    """Account and group, folded, to their requests."""
    begins: date | None
    """Day of the oldest request."""
    owners: Mapping[str, frozenset[str]]
    """Group to the owners of its systems, folded."""
    managers: Mapping[str, frozenset[str]]
    """Person key to the keys of their managers, folded."""
    partly: bool
    """Whether a register of owners or managers was asked for and not wholly read."""
    written: datetime | None
    """When the oldest of the exports was written."""
    read: datetime
    """When the memberships were read."""
    joined: bool
    """Whether some request is about some member."""
    names_hidden: bool
    """Whether a principal name in the requests may be that of an account that was not read."""


def judge(
    memberships: Population[Membership], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per membership."""
    registers = _registers(memberships, evidence)
    for membership in memberships.records:
        yield _judge_membership(membership, registers, parameters)


def _registers(memberships: Population[Membership], evidence: EvidenceSet) -> _Registers:
    requests = evidence.reading(AccessRequest)
    by_access: defaultdict[tuple[str, str], list[AccessRequest]] = defaultdict(list)
    begins: date | None = None
    wanted = {each.account.casefold() for each in requests.records if "@" in each.account}
    names = _principal_names(wanted, evidence)
    for request in requests.records:
        account = request.account.casefold()
        by_access[names.get(account, account), request.group.casefold()].append(request)
        days = [day for day in (request.requested, request.approved) if day]
        begins = min([*days, *([begins] if begins else [])], default=None)
    owner_of = {each.name.casefold(): each.owner for each in evidence.reading(ProtectedSystem).records if each.owner}
    owners = (
        (purpose.group, owner_of.get(purpose.system.casefold()))
        for purpose in evidence.reading(GroupPurpose).records
        if purpose.system
    )
    partly = any(evidence.reading(kind).all_gaps for kind in (ProtectedSystem, GroupPurpose, Employment))
    managers = ((each.person_key, each.manager) for each in evidence.reading(Employment).records)
    return _Registers(
        requests,
        by_access,
        begins,
        _folded(owners),
        _folded(managers),
        partly,
        min((each.provenance.speaks_of for each in requests.populations), default=None),
        memberships.provenance.started,
        any(_requests(each, by_access) for each in memberships.records),
        bool(wanted - names.keys()) and not evidence.reading(Account).complete,
    )


def _principal_names(wanted: Collection[str], evidence: EvidenceSet) -> dict[str, str]:
    """Principal name to account name, folded, for those that requests are written with."""
    return {
        account.principal_name.casefold(): account.name.casefold()
        for account in (evidence.reading(Account).records if wanted else ())
        if account.principal_name is not None and account.principal_name.casefold() in wanted
    }


def _requests(membership: Membership, by_access: Mapping[tuple[str, str], list[AccessRequest]]) -> list[AccessRequest]:
    """The requests for a membership, by the account's name or its person's key, for any of the groups it goes by."""
    names = dict.fromkeys((membership.account.casefold(), (membership.person_key or membership.account).casefold()))
    return [
        request
        for group in (membership.group, *membership.through)
        for name in names
        for request in by_access.get((name, group.casefold()), ())
    ]


def _folded(pairs: Iterable[tuple[str, str | None]]) -> dict[str, frozenset[str]]:
    found: defaultdict[str, set[str]] = defaultdict(set)
    for name, value in pairs:
        if value:
            found[name.casefold()].add(value.casefold())
    return {name: frozenset(values) for name, values in found.items()}


def _judge_membership(membership: Membership, registers: _Registers, parameters: Parameters) -> Outcome:
    if membership.category in {"group", "foreign"}:
        return undetermined(membership, "members-unknown", group=membership.group)
    if membership.enabled is False:
        return out_of_scope(membership, "disabled")
    if not registers.requests.populations:
        return undetermined(membership, "no-requests")
    found = _requests(membership, registers.by_access)
    if not found:
        return _judge_without_request(membership, registers)
    outcomes = [_judge_request(membership, request, registers, parameters) for request in found]
    best = min(outcomes, key=_merit)
    if best.verdict is Verdict.DEVIATES and _may_be_newer(membership, best, registers):
        return undetermined(membership, "export-older", written=registers.written)
    return best


def _may_be_newer(membership: Membership, outcome: Outcome, registers: _Registers) -> bool:
    """Whether what was decided after the export was written may be what gave the membership."""
    written = registers.written or registers.read
    if membership.added is not None:
        return membership.added >= written
    return outcome.reason == "not-decided" and written < registers.read


def _merit(outcome: Outcome) -> tuple[int, str]:
    """Best first: one sound request is enough; among the others, what can be said for sure goes last."""
    order = {"conforms": 0, "undetermined": 1, "deviates": 2, "out-of-scope": 3}
    return order[outcome.verdict.value], outcome.reason


def _judge_without_request(membership: Membership, registers: _Registers) -> Outcome:
    added = membership.added
    if added is None:
        return undetermined(membership, "given-when-unknown", group=membership.group)
    begins = registers.begins
    if begins is None or added.date() - begins < LEAD:
        return undetermined(membership, "before-export", group=membership.group, added=added.date(), begins=begins)
    if not registers.requests.complete:
        return undetermined(membership, "requests-incomplete")
    if registers.written is not None and added >= registers.written:
        return undetermined(membership, "export-older", written=registers.written)
    if registers.names_hidden:
        return undetermined(membership, "accounts-unread")
    if not registers.joined:
        return undetermined(membership, "not-joined")
    return deviates(membership, "no-approval", group=membership.group, added=added.date())


def _judge_request(
    membership: Membership, request: AccessRequest, registers: _Registers, parameters: Parameters
) -> Outcome:
    facts = {"group": membership.group, "reference": request.reference}
    if request.refused:
        return deviates(membership, "refused", **facts)
    if request.approved is None:
        return deviates(membership, "not-decided", **facts)
    if request.approver is None:
        return undetermined(membership, "approver-unknown", reference=request.reference)
    approver = request.approver.casefold()
    if approver in {membership.account.casefold(), (membership.person_key or membership.account).casefold()}:
        return deviates(membership, "self-approved", **facts)
    added = None if membership.added is None else local_day(membership.added)
    if added is not None and request.approved > added:
        return deviates(membership, "approved-afterwards", **facts, added=added, approved=request.approved)
    entitled = _entitled(membership, request, registers, parameters)
    if entitled is False:
        return deviates(membership, "approver-not-entitled", reference=request.reference, approver=request.approver)
    if entitled is None:
        return undetermined(membership, "approver-role-unknown", reference=request.reference, approver=request.approver)
    if added is None:
        return undetermined(membership, "given-when-unknown", group=membership.group)
    return conforms(membership)


def _entitled(
    membership: Membership, request: AccessRequest, registers: _Registers, parameters: Parameters
) -> bool | None:
    """Whether the approver holds one of the roles; None where the registers do not tell."""
    approver = (request.approver or "").casefold()
    owners = [registers.owners.get(each.casefold()) for each in (membership.group, *membership.through)]
    by_register = {
        "system-owner": frozenset().union(*filter(None, owners)) or None,
        "manager": registers.managers.get((membership.person_key or "").casefold()),
    }
    if any(approver in (by_register.get(role) or ()) for role in parameters.approver_roles):
        return True
    unknown = [role for role in parameters.approver_roles if by_register.get(role) is None]
    if request.approver_role is None:
        return None if unknown else False
    if request.approver_role in unknown:
        # The ticket's own word counts where no register has that role, unless one should have had it.
        return None if registers.partly else True
    return False
