"""Applications that may give themselves the whole directory are few, and only those that were approved.

An application with certain permissions to Microsoft Graph needs no administrative role: it can give itself or others
any role or permission, take over users, or turn the access policies off. Each one that holds such a permission and is
not on the decided list deviates, as does one that is disabled and still holds it. The list names applications as they
are shown here, by object id or by appId: a display name is no application's own. Without a decided list each is named
as not determined. Applications with administrative roles are judged with the other holders of roles.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.identity.account_reasons import NO_APPROVED_LIST, in_directory
from collector.evidence import EvidenceSet, Population
from collector.records.cloud import CloudApplication

CONTROL = "privileged-restricted"
READS = (CloudApplication,)
GIVES_THE_DIRECTORY = frozenset(
    {
        "AppRoleAssignment.ReadWrite.All",
        "Application.ReadWrite.All",
        "DelegatedPermissionGrant.ReadWrite.All",
        "Directory.ReadWrite.All",
        "Domain.ReadWrite.All",
        "EntitlementManagement.ReadWrite.All",
        "Group.ReadWrite.All",
        "GroupMember.ReadWrite.All",
        "Organization.ReadWrite.All",
        "Policy.ReadWrite.AuthenticationMethod",
        "Policy.ReadWrite.ConditionalAccess",
        "Policy.ReadWrite.PermissionGrant",
        "PrivilegedAccess.ReadWrite.AzureADGroup",
        "PrivilegedAssignmentSchedule.ReadWrite.AzureADGroup",
        "PrivilegedEligibilitySchedule.ReadWrite.AzureADGroup",
        "PublicKeyInfrastructure.ReadWrite.All",
        "RoleAssignmentSchedule.ReadWrite.Directory",
        "RoleEligibilitySchedule.ReadWrite.Directory",
        "RoleManagement.ReadWrite.Directory",
        "RoleManagementPolicy.ReadWrite.AzureADGroup",
        "RoleManagementPolicy.ReadWrite.Directory",
        "User-PasswordProfile.ReadWrite.All",
        "User.ReadWrite.All",
        "UserAuthenticationMethod.ReadWrite.All",
    }
)
"""Those by which an application can make itself or someone else an administrator, or undo what holds one back.

Sources: the descriptions in Microsoft's "Microsoft Graph permissions reference" (learn.microsoft.com/graph), and the
known ways to Global Administrator in github.com/emiliensocchi/azure-tiering, "Microsoft Graph application
permissions", tier 0. Of that tier are left out what only deletes or disables users, what was never tested, what is
legacy, and what reaches the application's own objects alone (Application.ReadWrite.OwnedBy). Beyond it count consent in
users' names, conditional access, and who may issue the certificates that users sign in by (Organization,
PublicKeyInfrastructure).
"""


@dataclass(frozen=True, slots=True)
class Parameters:
    """`approved` names the holders that were decided."""

    approved: tuple[str, ...] = ()


_REMOVE = Text(
    "Ta bort behörigheten i Entra (företagsprogram, behörigheter), eller besluta om den och för in applikationen på"
    " listan.",
    "Remove the permission in Entra (enterprise applications, permissions), or decide on it and add the application to"
    " the list.",
)
REASONS = {
    "not-approved": Reason(
        Text(
            "Har behörigheten {permissions} utan att stå på den beslutade listan.",
            "Has the permission {permissions} without being on the approved list.",
        ),
        _REMOVE,
        Severity.HIGH,
    ),
    "not-approved-external": Reason(
        Text(
            "Är registrerad i en annan organisations katalog, och har behörigheten {permissions} utan att stå på den"
            " beslutade listan.",
            "Is registered in another organisation's directory, and has the permission {permissions} without being on"
            " the approved list.",
        ),
        _REMOVE,
        Severity.HIGH,
    ),
    "disabled-holder": Reason(
        Text(
            "Applikationen är inaktiverad men har kvar behörigheten {permissions}.",
            "The application is disabled but still has the permission {permissions}.",
        ),
        Text("Ta bort behörigheten.", "Remove the permission."),
        Severity.LOW,
    ),
    "no-approved-list": NO_APPROVED_LIST,
}


def judge(
    applications: Population[CloudApplication], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per application."""
    for application in applications.records:
        yield _judge(application, parameters)


def _judge(application: CloudApplication, parameters: Parameters) -> Outcome:
    held = ", ".join(each for each in application.permissions if each in GIVES_THE_DIRECTORY)
    if not held:
        return conforms(application)
    if application.enabled is False:
        return deviates(application, "disabled-holder", permissions=held)
    if not parameters.approved:
        setting = "controls: privileged-restricted: parameters: approved"
        return undetermined(application, "no-approved-list", role=held, setting=setting)
    if any(
        in_directory(each, parameters.approved)
        for each in (application.name, application.identifier, application.application)
    ):
        return conforms(application)
    return deviates(application, "not-approved-external" if application.external else "not-approved", permissions=held)
