"""Roles of Entra ID and who holds them, out of Graph's answers; pure functions.

Sources: the Graph v1.0 pages of unifiedRoleAssignment, unifiedRoleEligibilityScheduleInstance, unifiedRoleDefinition
and privilegedAccessGroupEligibilityScheduleInstance; Microsoft Entra, "Built-in roles" (template ids are the same in
every directory and language).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from collector.directory.entra_users import guest_type
from collector.directory.entra_values import flag, identifier, members, text
from collector.directory.times import MalformedValueError
from collector.records.cloud import RoleHolder
from collector.records.identity import HolderCategory, Privilege

ROLES = {
    "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3": "application-administrator",
    "cf1c38e5-3621-4004-a7cb-879624dced7c": "application-developer",
    "ecb2c6bf-0ab6-418e-bd87-7986f8d63bbe": "attribute-provisioning-administrator",
    "c4e39bd9-1100-46d3-8c65-fb160da0071f": "authentication-administrator",
    "25a516ed-2fa0-40ea-a2d0-12923a21473a": "authentication-extensibility-administrator",
    "0526716b-113d-4c15-b2c8-68e3c22b9f80": "authentication-policy-administrator",
    "b0f54661-2d74-4c50-afa3-1ec803f12efe": "billing-administrator",
    "158c047a-c907-4556-b7ef-446551a6b5f7": "cloud-application-administrator",
    "7698a772-787b-4ac8-901f-60d6b08affd2": "cloud-device-administrator",
    "17315797-102d-40b4-93e0-432062caca18": "compliance-administrator",
    "b1be1c3e-b65d-4f19-8427-f6fa0d97feb9": "conditional-access-administrator",
    "d29b2b05-8046-44ba-8758-1e26182fcf32": "directory-synchronization-accounts",
    "9360feb5-f418-4baa-8175-e2a00bac4301": "directory-writers",
    "8329153b-31d0-4727-b945-745eb3bc5f31": "domain-name-administrator",
    "29232cdf-9323-42fd-ade2-1d097af3e4de": "exchange-administrator",
    "be2f45a1-457d-42af-a067-6ec1fa63bc45": "external-identity-provider-administrator",
    "62e90394-69f5-4237-9190-012177145e10": "global-administrator",
    "f2ef992c-3afb-46b9-b7cf-a126ee74c451": "global-reader",
    "fdd7a751-b60b-444a-984c-02652fe8fa1c": "groups-administrator",
    "729827e3-9c14-49f7-bb1b-9608f156bbb8": "helpdesk-administrator",
    "8ac3fc64-6eca-42ea-9e69-59f4c7b60eb2": "hybrid-identity-administrator",
    "45d8d3c5-c802-45c6-b32a-1d70b5e1e86e": "identity-governance-administrator",
    "3a2c62db-5318-420d-8d74-23affee5d9d5": "intune-administrator",
    "4d6ac14f-3453-41d0-bef9-a3e0c569773a": "license-administrator",
    "59d46f88-662b-457b-bceb-5c3809e5908f": "lifecycle-workflows-administrator",
    "4ba39ca4-527c-499a-b93d-d9b492c50246": "partner-tier1-support",
    "e00e864a-17c5-4a4b-9c06-f5b95a8d5bd8": "partner-tier2-support",
    "966707d0-3269-4727-9be2-8c3a10f19b9d": "password-administrator",
    "11648597-926c-4cf3-9c36-bcebb0ba8dcc": "power-platform-administrator",
    "7be44c8a-adaf-4e2a-84d6-ab2649e08a13": "privileged-authentication-administrator",
    "e8611ab8-c189-46e8-94e1-60213ab1f814": "privileged-role-administrator",
    "194ae4cb-b126-40b2-bd5b-6091b380977d": "security-administrator",
    "5f2222b1-57c3-48ba-8ad5-d4759f1fde6f": "security-operator",
    "5d6b6bb7-de71-4623-b4af-96380a352509": "security-reader",
    "f28a1f50-f6e7-4571-818b-6a12f2af6b6c": "sharepoint-administrator",
    "69091246-20e8-4a56-aa4d-066075b2a7a8": "teams-administrator",
    "fe930be7-5e62-47db-91af-98c3a49a38b1": "user-administrator",
    "88d8e3e3-8f55-4a1e-953a-9b9898b8876b": "directory-readers",
    "95e79109-95c0-4d8e-aee3-d01accf2d47b": "guest-inviter",
    "790c1fb9-7f7d-4f88-86a1-ef1f95c05c1b": "message-center-reader",
    "ac16e43d-7b2d-40e0-ac05-243ff356ab5b": "message-center-privacy-reader",
    "4a5d8f65-41da-4de4-8968-e035b65339cf": "reports-reader",
    "75934031-6c7e-415a-99d7-48dbd49e875e": "usage-summary-reports-reader",
}
"""Template id to stable identifier."""
NOT_ADMINISTRATIVE = frozenset(
    {
        "directory-readers",
        "guest-inviter",
        "message-center-reader",
        "message-center-privacy-reader",
        "reports-reader",
        "usage-summary-reports-reader",
    }
)
"""Roles that read names, messages and reports, or invite guests; every other role counts as administrative."""


@dataclass(frozen=True, slots=True)
class Role:
    """One role definition."""

    role: str
    name: str
    built_in: bool | None


@dataclass(frozen=True, slots=True)
class Assignment:
    """One principal's hold on one role, active or eligible."""

    principal: str
    principal_type: str
    """`user`, `group`, `servicePrincipal`; empty where the directory does not tell."""
    principal_name: str
    role: Role
    scope: str | None
    eligible: bool


def role_identifier(template: str) -> str:
    """The stable identifier of a built-in role."""
    return ROLES.get(template, f"role-{template}")


def parse_role(item: dict[str, Any]) -> tuple[str, Role]:
    """A role definition by its id; raises MalformedValueError."""
    found = identifier(item.get("id"))
    built_in = flag(item.get("isBuiltIn"))
    template = identifier(item.get("templateId") or found)
    name = text(item.get("displayName")) or ""
    return found, Role(f"custom-{found}" if built_in is False else role_identifier(template), name, built_in)


def parse_assignment(item: dict[str, Any], roles: Mapping[str, Role], *, eligible: bool) -> Assignment:
    """One assignment or eligibility; raises MalformedValueError."""
    principal = members(item.get("principal"))
    definition = identifier(item.get("roleDefinitionId"))
    scope = text(item.get("directoryScopeId"))
    if scope is None:
        scope = text(item.get("appScopeId")) or "not told"
    holder = identifier(item.get("principalId"))
    return Assignment(
        principal=holder,
        principal_type=(text(principal.get("@odata.type")) or "").rpartition(".")[2],
        principal_name=text(principal.get("userPrincipalName")) or text(principal.get("displayName")) or holder,
        role=roles.get(definition) or Role(role_identifier(definition), "", None),
        scope=None if scope == "/" else scope,
        eligible=eligible,
    )


def holder_of(
    assignment: Assignment,
    user: dict[str, Any] | None,
    service_accounts: frozenset[str],
    *,
    through: tuple[str, ...] = (),
    eligible: bool | None = None,
) -> RoleHolder:
    """The holder of a role: the user, or (None) the principal as it is named there, with its id.

    Anyone may give an application or a group the name of a user who is on an approved list; an id is its own alone.
    Raises MalformedValueError.
    """
    name, category = assignment.principal_name, _category(assignment.principal_type)
    if user is None and name != assignment.principal:
        name = f"{name} ({assignment.principal})"
    held, enabled = assignment.principal, None
    if user is not None:
        found = text(user.get("userPrincipalName"))
        if found is None:
            raise MalformedValueError("a user without userPrincipalName")
        name, held, enabled = found, identifier(user.get("id")), flag(user.get("accountEnabled"))
        category = "service" if name.casefold() in service_accounts else "person"
    return RoleHolder(
        holder=name,
        holder_identifier=held,
        role=assignment.role.role,
        role_name=assignment.role.name,
        administrative=assignment.role.role not in NOT_ADMINISTRATIVE,
        built_in=assignment.role.built_in,
        eligible=assignment.eligible if eligible is None else eligible,
        scope=assignment.scope,
        through=through,
        holder_category=category,
        enabled=enabled,
        guest_type=None if user is None else guest_type(user),
    )


def privilege_of(holder: RoleHolder) -> Privilege:
    """The same hold, as privileges are named in every directory."""
    return Privilege(
        holder=holder.holder,
        role=holder.role,
        role_name=holder.role_name,
        through=holder.through,
        holder_category=holder.holder_category,
        enabled=holder.enabled,
        eligible=holder.eligible,
        directory="entra",
    )


def _category(principal_type: str) -> HolderCategory:
    if principal_type == "servicePrincipal":
        return "service"
    return "group" if principal_type == "group" else "foreign"
