"""Administrative rights in the directory are held by few, and only by those who were approved.

Every effective holder counts, nested membership resolved. A holder who is not on the decided list deviates (a group
whose members could not be read is undetermined instead); so does one whose account is disabled but still a member, one
who comes from another domain across a trust, and a privilege with more holders than the limit. A privilege that
everybody has (Everyone, Authenticated Users ...) deviates whatever was decided. Without a decided list each holder is
named as not determined: the tool does not guess who should be an administrator.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.identity.account_reasons import MEMBERS_UNKNOWN, NO_APPROVED_LIST, in_directory
from collector.evidence import EvidenceSet, Population
from collector.records.directory import Trust
from collector.records.identity import Privilege
from collector.records.principals import EVERYBODY, WELL_KNOWN, shown

CONTROL = "privileged-restricted"
READS = (Privilege, Trust)
_COMPONENT = re.compile(r"(?:^|,)\s*DC=([^,]+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`approved` names the holders that were decided; the limits count enabled holders of one privilege."""

    approved: tuple[str, ...] = ()
    max_domain_admins: int = 5
    max_holders: int = 5


REASONS = {
    "not-approved": Reason(
        Text(
            "Innehar {role} ({through}) utan att stå på den beslutade listan.",
            "Holds {role} ({through}) without being on the approved list.",
        ),
        Text(
            "Ta bort behörigheten, eller besluta om den och för in kontot på listan.",
            "Remove the privilege, or decide on it and add the account to the list.",
        ),
        Severity.HIGH,
    ),
    "disabled-holder": Reason(
        Text(
            "Kontot är inaktiverat men innehar fortfarande {role} ({through}).",
            "The account is disabled but still holds {role} ({through}).",
        ),
        Text("Ta bort kontot ur gruppen.", "Remove the account from the group."),
        Severity.LOW,
    ),
    "too-many": Reason(
        Text(
            "{holders} aktiva innehavare; gränsen är {limit}.",
            "{holders} active holders; the limit is {limit}.",
        ),
        Text(
            "Minska antalet; använd delegerade roller i stället för domänadministratör.",
            "Reduce the number; use delegated roles instead of domain administrator.",
        ),
    ),
    "everyone-holds": Reason(
        Text(
            "Alla ({who}) innehar {role} ({through}).",
            "Everybody ({who}) holds {role} ({through}).",
        ),
        Text("Ta bort den ur gruppen nu.", "Take it out of the group now."),
        Severity.HIGH,
    ),
    "foreign-holder": Reason(
        Text(
            "{who} (namnet är inte känt här) i domänen {domain} innehar {role} ({through}) över ett förtroende, utan"
            " att stå på den beslutade listan.",
            "{who} (name not known here) of the domain {domain} holds {role} ({through}) across a trust, without being"
            " on the approved list.",
        ),
        Text(
            "Ta bort behörigheten, eller besluta om den och för in {holder} på listan.",
            "Remove the privilege, or decide on it and add {holder} to the list.",
        ),
        Severity.HIGH,
    ),
    "foreign-no-list": Reason(
        Text(
            "{who} (namnet är inte känt här) i domänen {domain} innehar {role} ({through}) över ett förtroende, men"
            " det finns ingen beslutad lista att jämföra med.",
            "{who} (name not known here) of the domain {domain} holds {role} ({through}) across a trust, but there is"
            " no approved list to compare with.",
        ),
        NO_APPROVED_LIST.fix,
    ),
    "system-holder": Reason(
        Text(
            "{who}, en av systemets egna identiteter, innehar {role} ({through}) utan att stå på den beslutade listan.",
            "{who}, one of the system's own identities, holds {role} ({through}) without being on the approved list.",
        ),
        Text(
            "Ta bort den ur gruppen; det som körs som den får annars behörigheten på varje dator.",
            "Take it out of the group; whatever runs as it has the privilege on every computer otherwise.",
        ),
        Severity.HIGH,
    ),
    "no-approved-list": NO_APPROVED_LIST,
    "members-unknown": MEMBERS_UNKNOWN,
}


def judge(
    privileges: Population[Privilege], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per holder and privilege, and one per privilege with too many holders."""
    trusted = {trust.identifier: trust.name for trust in evidence.reading(Trust).records if trust.identifier}
    holders: defaultdict[str, set[str]] = defaultdict(set)
    for privilege in privileges.records:
        if privilege.enabled is not False:
            holders[privilege.role].add(privilege.holder)
        yield _judge_holder(privilege, parameters, trusted)
    for role, names in sorted(holders.items()):
        limit = parameters.max_domain_admins if role == "domain-admins" else parameters.max_holders
        if len(names) > limit:
            yield deviates(role, "too-many", holders=len(names), limit=limit)


def _judge_holder(privilege: Privilege, parameters: Parameters, trusted: Mapping[str, str]) -> Outcome:
    role = privilege.role_name or privilege.role
    through = " > ".join(privilege.through) or role
    approved = in_directory(privilege.holder, parameters.approved)
    if privilege.holder_category == "foreign" and privilege.directory is None:
        return _judge_foreign(privilege, parameters, trusted, role=role, through=through)
    if privilege.holder_category in {"group", "foreign"} and not approved:
        return undetermined(privilege, "members-unknown", role=role)
    if privilege.enabled is False:
        return deviates(privilege, "disabled-holder", role=role, through=through)
    if not parameters.approved:
        return undetermined(
            privilege, "no-approved-list", role=role, setting="controls: privileged-restricted: parameters: approved"
        )
    if approved:
        return conforms(privilege)
    return deviates(privilege, "not-approved", role=role, through=through)


def _judge_foreign(
    privilege: Privilege, parameters: Parameters, trusted: Mapping[str, str], *, role: str, through: str
) -> Outcome:
    """One who is named by an identifier that this domain did not give out."""
    who = privilege.holder
    if who in EVERYBODY:
        return deviates(privilege, "everyone-holds", who=shown(who), role=role, through=through)
    if in_directory(who, parameters.approved):
        return conforms(privilege)
    if who in WELL_KNOWN:
        return deviates(privilege, "system-holder", who=shown(who), role=role, through=through)
    domain = _domain_of(who, trusted)
    if not parameters.approved:
        return undetermined(
            privilege,
            "foreign-no-list",
            who=who,
            domain=domain,
            role=role,
            through=through,
            setting="controls: privileged-restricted: parameters: approved",
        )
    return deviates(privilege, "foreign-holder", who=who, holder=who, domain=domain, role=role, through=through)


def _domain_of(who: str, trusted: Mapping[str, str]) -> str:
    """The domain of an identifier, by the trust to it, or of a distinguished name (another domain of the forest)."""
    if who.startswith("S-1-"):
        domain = who.rpartition("-")[0]
        return trusted.get(domain, domain)
    return ".".join(_COMPONENT.findall(who)) or who
