"""Everyone with an administrative role in Entra ID must use more than a password, on every way in.

Each holder of a role, active or eligible, directly or by a group, is tried against all enabled conditional access
policies: for any resource, Office 365, the admin portals and Azure management; with modern and legacy clients; from
any place, platform and device, without risk. A way that takes a password alone deviates, whatever the other ways
demand. Exclusions count in full; report-only policies, policies for risky sign-ins and registered methods do not. A
trusted network is no factor, and neither is a compliant device that is accepted instead of one. Where security
defaults are on they cover the roles that they name. Per-user MFA of the older kind covers nobody: where it is
enforced (read only where the settings ask for it) application passwords and trusted addresses may still let the
person in, so one who would deviate is undetermined. An unknown condition, control or group leaves the person
undetermined. Registered break-glass accounts are set aside, up to the number allowed. Whoever is covered and has
registered no method, or none that the directory still allows, deviates too: the first to sign in with the password
registers the second factor; while that is not known the person is undetermined.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.identity.access_evidence import CloudDirectory, cloud_directory, of_source
from checks.identity.access_reasons import UNCOVERED, UNTOLD
from checks.identity.account_reasons import DISABLED, MEMBERS_UNKNOWN, NOT_A_PERSON, in_directory
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.cloud import (
    AccessPolicy,
    AuthenticationRegistration,
    NamedLocation,
    PerUserMfa,
    PolicyGroupMember,
    RoleHolder,
    SecurityDefaults,
)

CONTROL = "mfa-admin-enforced"
READS = (
    *(RoleHolder, AccessPolicy, SecurityDefaults, PolicyGroupMember, NamedLocation, AuthenticationRegistration),
    PerUserMfa,
)
SECURITY_DEFAULTS_ROLES = frozenset(
    {
        "application-administrator",
        "authentication-administrator",
        "authentication-policy-administrator",
        "billing-administrator",
        "cloud-application-administrator",
        "conditional-access-administrator",
        "exchange-administrator",
        "global-administrator",
        "helpdesk-administrator",
        "identity-governance-administrator",
        "password-administrator",
        "privileged-authentication-administrator",
        "privileged-role-administrator",
        "security-administrator",
        "sharepoint-administrator",
        "user-administrator",
    }
)
"""Roles that must use MFA at every sign-in under security defaults (Microsoft Entra, "Security defaults")."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """`break_glass`: accounts kept for emergencies by decision; `break_glass_max`: how many of them are accepted."""

    break_glass: tuple[str, ...] = ()
    break_glass_max: int = 2


REASONS = {
    **UNCOVERED,
    **UNTOLD,
    "per-user-mfa": Reason(
        Text(
            "Ingen policy kräver flerfaktorsautentisering. Den äldre inställningen per användare gör det, men om"
            " applösenord eller betrodda adresser kringgår den går inte att läsa.",
            "No policy demands multi-factor authentication. The older setting per user does, but whether application"
            " passwords or trusted addresses get around it cannot be read.",
        ),
        Text(
            "Ersätt inställningen per användare med en policy för villkorsstyrd åtkomst.",
            "Replace the setting per user by a conditional access policy.",
        ),
    ),
    "per-user-mfa-unread": Reason(
        Text(
            "Ingen policy kräver flerfaktorsautentisering, och den äldre inställningen per användare kunde inte läsas.",
            "No policy demands multi-factor authentication, and the older setting per user could not be read.",
        ),
        Text("Ge läskontot rätt att läsa inställningen.", "Let the reading application read the setting."),
    ),
    "registration-unknown": Reason(
        Text(
            "Flerfaktorsautentisering krävs, men om någon metod är registrerad är inte känt.",
            "Multi-factor authentication is demanded, but whether any method is registered is not known.",
        ),
        Text(
            "Ge läskontot rätt att läsa registrerade metoder (AuditLog.Read.All).",
            "Let the reading application read registered methods (AuditLog.Read.All).",
        ),
    ),
    "outside-security-defaults": Reason(
        Text(
            "Säkerhetsstandarder är påslagna, men kräver flerfaktorsautentisering av {role} bara vid behov.",
            "Security defaults are on, but demand multi-factor authentication of {role} only when needed.",
        ),
        Text(
            "Ersätt säkerhetsstandarder med policyer för villkorsstyrd åtkomst som omfattar rollen.",
            "Replace security defaults by conditional access policies that cover the role.",
        ),
    ),
    "not-registered": Reason(
        Text(
            "Flerfaktorsautentisering krävs, men ingen metod är registrerad: den som först loggar in med lösenordet "
            "kan registrera sin egen.",
            "Multi-factor authentication is demanded, but no method is registered: whoever first signs in with the "
            "password can register their own.",
        ),
        Text(
            "Registrera en metod, och kräv en betrodd plats eller ett tillfälligt åtkomstpass vid registrering.",
            "Register a method, and demand a trusted place or a temporary access pass for registering.",
        ),
    ),
    "not-capable": Reason(
        Text(
            "Flerfaktorsautentisering krävs, men ingen registrerad metod är tillåten i katalogen: den som först loggar"
            " in med lösenordet kan registrera sin egen.",
            "Multi-factor authentication is demanded, but no registered method is allowed in the directory: whoever"
            " first signs in with the password can register their own.",
        ),
        Text("Registrera en tillåten metod.", "Register a method that is allowed."),
    ),
    "too-many-break-glass": Reason(
        Text(
            "Undantaget som nödkonto, men {registered} nödkonton är registrerade; högst {limit} godtas.",
            "Set aside as a break-glass account, but {registered} are registered; {limit} are accepted.",
        ),
        Text("Minska antalet nödkonton.", "Reduce the number of break-glass accounts."),
    ),
    "state-unknown": Reason(
        Text("Om kontot är aktiverat kunde inte läsas.", "Whether the account is enabled could not be read."),
        Text("Ge läskontot User.Read.All.", "Grant the reading application User.Read.All."),
    ),
    "members-unknown": MEMBERS_UNKNOWN,
    "break-glass": Reason(Text("Registrerat nödkonto.", "Registered break-glass account.")),
    "disabled": DISABLED,
    "not-a-person": NOT_A_PERSON,
    "not-administrative": Reason(
        Text("Rollen ger ingen administrativ behörighet.", "The role gives no administrative rights.")
    ),
}


def judge(
    holders: Population[RoleHolder], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per holder and role."""
    directory = cloud_directory(evidence, holders.source)
    registrations = of_source(evidence, AuthenticationRegistration, holders.source)
    registered = {each.identifier: each for each in registrations.records}
    states = of_source(evidence, PerUserMfa, holders.source)
    older = {each.identifier: each.state for each in states.records}
    per_user = {identifier for identifier, state in older.items() if state == "enforced"}
    for holder in holders.records:
        role = holder.role_name or holder.role
        outcome = _out_of_scope(holder, parameters) or _judge_holder(holder, directory, per_user)
        if outcome.verdict is Verdict.CONFORMS:
            own = registered.get(holder.holder_identifier)
            has = None if own is None else own.mfa_registered
            if has is False:
                outcome = deviates(holder, "not-registered", role=role)
            elif own is not None and own.mfa_capable is False:
                outcome = deviates(holder, "not-capable", role=role)
            elif has is None and (own is not None or not registrations.complete):
                outcome = undetermined(holder, "registration-unknown", role=role)
        elif outcome.reason in UNCOVERED and (
            older.get(holder.holder_identifier, "") is None or _hides(states, holder)
        ):
            outcome = undetermined(holder, "per-user-mfa-unread", role=role)
        yield outcome


def _hides(states: Reading[PerUserMfa], holder: RoleHolder) -> bool:
    """Whether the older setting was asked for, and not read of this person."""
    return any(gap.subject in {None, holder.holder} for gap in states.all_gaps)


def _out_of_scope(holder: RoleHolder, parameters: Parameters) -> Outcome | None:
    if holder.administrative is False:
        return out_of_scope(holder, "not-administrative")
    if holder.enabled is False:
        return out_of_scope(holder, "disabled")
    if in_directory(holder.holder, parameters.break_glass):
        registered = len(parameters.break_glass)
        if registered > parameters.break_glass_max:
            return deviates(holder, "too-many-break-glass", registered=registered, limit=parameters.break_glass_max)
        return out_of_scope(holder, "break-glass")
    if holder.holder_category in {"service", "managed-service", "system"}:
        return out_of_scope(holder, "not-a-person")
    return None


def _judge_holder(holder: RoleHolder, directory: CloudDirectory, per_user: Collection[str]) -> Outcome:
    role = holder.role_name or holder.role
    if holder.holder_category in {"group", "foreign"}:
        return undetermined(holder, "members-unknown", role=role)
    found = directory.coverage(holder)
    if found.covered:
        return conforms(holder)
    if directory.security_defaults:
        if holder.role not in SECURITY_DEFAULTS_ROLES or holder.scope is not None:
            return deviates(holder, "outside-security-defaults", role=role)
        if holder.eligible:
            return undetermined(holder, "eligible-only", role=role, policies="security defaults")
        return conforms(holder)
    if found.covered is None:
        return undetermined(holder, found.reason, role=role, **found.facts)
    if holder.enabled is None:
        return undetermined(holder, "state-unknown", role=role)
    if holder.holder_identifier in per_user and not directory.security_defaults:
        return undetermined(holder, "per-user-mfa", role=role)
    return deviates(holder, found.reason, role=role, **found.facts)
