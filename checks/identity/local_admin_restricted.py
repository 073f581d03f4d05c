"""Administrator rights on a host are held only by those who were approved for it.

Holders are everyone whom sudo, user id 0 or a group that is as good (docker, lxd, disk ...) gives full rights. The
built-in root account conforms; another account with user id 0 deviates, and so does a right that needs no
authentication on a holder who is not on the decided list, be it an account that nobody can log on with: what runs as a
service's account has the right. A group that stands for people the host cannot name is undetermined. Without a decided
list the remaining holders are named as not determined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import MEMBERS_UNKNOWN, NO_APPROVED_LIST
from collector.evidence import EvidenceSet, Population
from collector.records.identity import LocalPrivilege

CONTROL = "local-admin-restricted"
READS = (LocalPrivilege,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`approved`: user names for every host, or `name@host` for one."""

    approved: tuple[str, ...] = ()


REASONS = {
    "extra-uid-0": Reason(
        Text(
            "Har användar-id 0 och är därmed root under annat namn.",
            "Has user id 0 and is thus root under another name.",
        ),
        Text(
            "Ge kontot ett eget användar-id, eller ta bort det.", "Give the account a user id of its own, or remove it."
        ),
        Severity.HIGH,
    ),
    "without-password": Reason(
        Text(
            "Får fulla rättigheter utan lösenord: {role}.",
            "Gets full rights without a password: {role}.",
        ),
        Text(
            "Ta bort NOPASSWD, eller begränsa raden till namngivna kommandon.",
            "Remove NOPASSWD, or limit the line to named commands.",
        ),
        Severity.HIGH,
    ),
    "root-by-group": Reason(
        Text(
            "Är med i gruppen {role}, vars medlemmar är root utan lösenord, och står inte på den beslutade listan.",
            "Is in the group {role}, whose members are root without a password, and is not on the approved list.",
        ),
        Text(
            "Ta bort kontot ur gruppen, eller besluta om det och för in det på listan.",
            "Take the account out of the group, or decide on it and add it to the list.",
        ),
        Severity.HIGH,
    ),
    "not-approved": Reason(
        Text(
            "Innehar {role} utan att stå på den beslutade listan.",
            "Holds {role} without being on the approved list.",
        ),
        Text(
            "Ta bort behörigheten, eller besluta om den och för in kontot på listan.",
            "Remove the privilege, or decide on it and add the account to the list.",
        ),
    ),
    "no-approved-list": NO_APPROVED_LIST,
    "members-unknown": MEMBERS_UNKNOWN,
    "disabled": Reason(Text("Kontot är inaktiverat.", "The account is disabled.")),
}


def judge(
    privileges: Population[LocalPrivilege], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per holder and privilege."""
    for privilege in privileges.records:
        yield _judge_holder(privilege, parameters)


def _judge_holder(privilege: LocalPrivilege, parameters: Parameters) -> Outcome:
    role = privilege.role_name or privilege.role
    approved = privilege.holder in parameters.approved or privilege.subject in parameters.approved
    if privilege.role == "uid-0":
        return conforms(privilege) if privilege.holder == "root" else deviates(privilege, "extra-uid-0")
    if privilege.holder == "root":
        return conforms(privilege)
    if privilege.enabled is False and not privilege.without_password:
        return out_of_scope(privilege, "disabled")
    if privilege.without_password and not approved:
        return deviates(privilege, "root-by-group" if privilege.role == "root-group" else "without-password", role=role)
    if approved:
        return conforms(privilege)
    if privilege.holder_category in {"group", "foreign"}:
        return undetermined(privilege, "members-unknown", role=role)
    if not parameters.approved:
        return undetermined(
            privilege, "no-approved-list", role=role, setting="controls: local-admin-restricted: parameters: approved"
        )
    return deviates(privilege, "not-approved", role=role)
