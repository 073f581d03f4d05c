"""Everyone with administrative rights in the directory must use more than a password.

Enforcement is judged, not registration. In Active Directory the flag SMARTCARD_REQUIRED on the account enforces it;
an administrator without it can log on with a password alone, whatever other services demand. A directory that holds
no such flag leaves its administrators undetermined. Registered break-glass accounts are set aside, up to the number
allowed.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, MEMBERS_UNKNOWN, NOT_A_PERSON, in_directory
from collector.evidence import EvidenceSet, Population
from collector.records.identity import Privilege

CONTROL = "mfa-admin-enforced"
READS = (Privilege,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`break_glass`: accounts kept for emergencies by decision; `break_glass_max`: how many of them are accepted."""

    break_glass: tuple[str, ...] = ()
    break_glass_max: int = 2


REASONS = {
    "password-enough": Reason(
        Text(
            "Innehar {role} och kan logga in med enbart lösenord (SMARTCARD_REQUIRED är inte satt).",
            "Holds {role} and can log on with a password alone (SMARTCARD_REQUIRED is not set).",
        ),
        Text(
            "Kräv smartkort för kontot, eller styr om administrationen till ett konto som kräver det.",
            "Require a smart card for the account, or move administration to an account that does.",
        ),
        Severity.HIGH,
    ),
    "too-many-break-glass": Reason(
        Text(
            "Undantaget som nödkonto, men {registered} nödkonton är registrerade; högst {limit} godtas.",
            "Set aside as a break-glass account, but {registered} are registered; {limit} are accepted.",
        ),
        Text("Minska antalet nödkonton.", "Reduce the number of break-glass accounts."),
    ),
    "factor-unknown": Reason(
        Text(
            "Innehar {role}, men källan visar inte om mer än lösenord krävs.",
            "Holds {role}, but the source does not show whether more than a password is demanded.",
        ),
        Text(
            "Lägg till källan där flerfaktorsautentisering styrs.",
            "Add the source where multi-factor authentication is enforced.",
        ),
    ),
    "members-unknown": MEMBERS_UNKNOWN,
    "break-glass": Reason(Text("Registrerat nödkonto.", "Registered break-glass account.")),
    "disabled": DISABLED,
    "other-directory": Reason(
        Text(
            "Rollen finns i en molnkatalog, vars inloggningar styrs av dess egna policyer.",
            "The role is in a cloud directory, whose sign-ins are governed by its own policies.",
        )
    ),
    "not-a-person": NOT_A_PERSON,
}


def judge(
    privileges: Population[Privilege], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per holder and privilege."""
    for privilege in privileges.records:
        yield _judge_holder(privilege, parameters)


def _judge_holder(privilege: Privilege, parameters: Parameters) -> Outcome:
    role = privilege.role_name or privilege.role
    if privilege.directory is not None:
        return out_of_scope(privilege, "other-directory")
    if privilege.holder_category in {"group", "foreign"}:
        return undetermined(privilege, "members-unknown", role=role)
    if privilege.enabled is False:
        return out_of_scope(privilege, "disabled")
    if in_directory(privilege.holder, parameters.break_glass):
        registered = len(parameters.break_glass)
        if registered > parameters.break_glass_max:
            return deviates(privilege, "too-many-break-glass", registered=registered, limit=parameters.break_glass_max)
        return out_of_scope(privilege, "break-glass")
    if privilege.holder_category in {"service", "managed-service", "system"}:
        return out_of_scope(privilege, "not-a-person")
    if privilege.smartcard_required is None:
        return undetermined(privilege, "factor-unknown", role=role)
    if privilege.smartcard_required:
        return conforms(privilege)
    return deviates(privilege, "password-enough", role=role)
