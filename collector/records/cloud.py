"""How a cloud directory (Entra ID) lets people in: who holds its roles, and what its access policies demand of whom."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from collector.records.identity import AccountCategory, HolderCategory

GuestType = Literal["none", "internal-guest", "b2b-guest", "b2b-member"]
"""`none` is an ordinary member; a B2B account is invited from another directory (userType, externalUserState)."""

PolicyState = Literal["enabled", "disabled", "report-only", "unknown"]
"""Only `enabled` policies are enforced; `unknown` is a state that this version does not know."""
PerUserMfaState = Literal["disabled", "enabled", "enforced"]


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudUser:
    """One user of a cloud directory, as its access policies see them."""

    name: str
    """userPrincipalName."""
    identifier: str
    """Object id, by which policies name users."""
    category: AccountCategory | None = None
    """`service` where the settings say so; else `person`."""
    enabled: bool | None = None
    guest_type: GuestType | None = None

    @property
    def subject(self) -> str:
        """The user's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class RoleHolder:
    """One holder of one role in a cloud directory, membership of groups resolved."""

    holder: str
    """userPrincipalName; `display name (object id)` of a group whose members could not be read, or an application."""
    holder_identifier: str
    """Object id, by which policies name users."""
    role: str
    """Stable identifier: `global-administrator`, ...; else `role-<template id>`, `custom-<id>`."""
    role_name: str = ""
    """The role's display name."""
    administrative: bool | None = None
    """False for the few built-in roles that only read messages, reports or names."""
    built_in: bool | None = None
    """Policies can name built-in roles only (conditionalAccessUsers)."""
    eligible: bool = False
    """True where the holder must activate the role first (privileged identity management); False where it is active."""
    scope: str | None = None
    """Where the role counts: an administrative unit or an object; None for the whole directory."""
    through: tuple[str, ...] = ()
    """The group that holds the role, by its display name; empty when direct."""
    holder_category: HolderCategory | None = None
    enabled: bool | None = None
    """Whether the holding account is enabled."""
    guest_type: GuestType | None = None

    @property
    def subject(self) -> str:
        """The holder, as accounts are named."""
        return self.holder


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessPolicy:
    """One conditional access policy (Graph conditionalAccessPolicy); an empty condition is one that is not set."""

    identifier: str
    name: str = ""
    state: PolicyState = "unknown"
    include_users: tuple[str, ...] = ()
    """Object ids, `All`, `None` or `GuestsOrExternalUsers`."""
    exclude_users: tuple[str, ...] = ()
    include_groups: tuple[str, ...] = ()
    """Object ids."""
    exclude_groups: tuple[str, ...] = ()
    include_roles: tuple[str, ...] = ()
    """Roles by the identifiers that `RoleHolder.role` has."""
    exclude_roles: tuple[str, ...] = ()
    include_guest_types: tuple[str, ...] = ()
    """guestOrExternalUserTypes: `internalGuest`, `b2bCollaborationGuest`, `b2bCollaborationMember`, ..."""
    exclude_guest_types: tuple[str, ...] = ()
    include_guests_of: tuple[str, ...] = ()
    """Ids of the directories that the guests come from; `all`."""
    exclude_guests_of: tuple[str, ...] = ()
    include_applications: tuple[str, ...] = ()
    """App ids, `All`, `None`, `Office365` or `MicrosoftAdminPortals`."""
    exclude_applications: tuple[str, ...] = ()
    application_filter: str | None = None
    """A rule over attributes of applications, as `include: rule` or `exclude: rule`."""
    user_actions: tuple[str, ...] = ()
    """Set instead of applications: `urn:user:registersecurityinfo`, `urn:user:registerdevice`."""
    authentication_contexts: tuple[str, ...] = ()
    """Set instead of applications: contexts that applications ask for, `c1` to `c99`."""
    client_app_types: tuple[str, ...] = ()
    """`all`, `browser`, `mobileAppsAndDesktopClients`, `exchangeActiveSync`, `other` (legacy protocols)."""
    include_platforms: tuple[str, ...] = ()
    """`all`, `android`, `iOS`, `windows`, `windowsPhone`, `macOS`, `linux`."""
    exclude_platforms: tuple[str, ...] = ()
    include_locations: tuple[str, ...] = ()
    """Ids of named locations, `All` or `AllTrusted`."""
    exclude_locations: tuple[str, ...] = ()
    sign_in_risk_levels: tuple[str, ...] = ()
    user_risk_levels: tuple[str, ...] = ()
    insider_risk_levels: tuple[str, ...] = ()
    device_filter: str | None = None
    """A rule over attributes of devices, as `include: rule` or `exclude: rule`."""
    authentication_flows: tuple[str, ...] = ()
    """The only flows that the policy is about: `deviceCodeFlow`, `authenticationTransfer`."""
    operator: str | None = None
    """`AND` or `OR` between the controls below; None where the policy demands none."""
    controls: tuple[str, ...] = ()
    """`block`, `mfa`, `compliantDevice`, `domainJoinedDevice`, `approvedApplication`, `passwordChange`, ..."""
    custom_controls: tuple[str, ...] = ()
    """Ids of another supplier's controls."""
    terms_of_use: tuple[str, ...] = ()
    strength: str | None = None
    """Display name (or id) of the authentication strength that is demanded."""
    strength_combinations: tuple[str, ...] | None = None
    """Combinations of methods that the strength allows, e.g. `password,microsoftAuthenticatorPush`; None: not read."""
    session_controls: tuple[str, ...] = ()
    """Names of the session controls that are set: they demand no factor."""
    unknown: tuple[str, ...] = ()
    """Conditions and controls that are set and that this version does not know; their effect cannot be told."""

    @property
    def subject(self) -> str:
        """The policy's name."""
        return self.name or self.identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyGroupMember:
    """One user in a group that access policies name, nested membership resolved."""

    group: str
    """Object id of the group; a gap names it where its members could not be read."""
    member: str
    """Object id of the user."""
    eligible: bool = False
    """True where the user is no member yet but may activate the membership (read of groups that policies exclude)."""

    @property
    def subject(self) -> str:
        """The member's object id."""
        return self.member


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedLocation:
    """One named location (Graph namedLocation): networks, or countries by address."""

    identifier: str
    name: str = ""
    form: Literal["networks", "countries"] | None = None
    trusted: bool | None = None
    """isTrusted of an ipNamedLocation; False for countries, which cannot be trusted."""
    address_ranges: tuple[str, ...] = ()
    """CIDR, as written."""
    countries: tuple[str, ...] = ()
    """ISO 3166 alpha-2."""
    unknown_countries: bool | None = None
    """Whether addresses of no known country are among them."""

    @property
    def subject(self) -> str:
        """The location's name."""
        return self.name or self.identifier


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityDefaults:
    """Whether the directory's ready-made baseline is on (Graph identitySecurityDefaultsEnforcementPolicy)."""

    enabled: bool
    name: str = "security-defaults"

    @property
    def subject(self) -> str:
        """Always the same: a directory has one."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PerUserMfa:
    """The older switch for multi-factor authentication on one user (Graph beta strongAuthenticationRequirements).

    Where it is `enforced` a password alone is not enough in a browser; application passwords and the service's own
    trusted addresses, which no API shows, may let the user in all the same.
    """

    name: str
    identifier: str
    state: PerUserMfaState | None = None
    """`enabled`: demanded once the user has registered a method; None: a state that this version does not know."""

    @property
    def subject(self) -> str:
        """The user's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class AuthenticationRegistration:
    """The methods that one user has registered (Graph userRegistrationDetails); disabled users are not in that report.

    Registered is not enforced: a registered user is let in with a password where no policy demands more.
    """

    name: str
    identifier: str
    mfa_registered: bool | None = None
    mfa_capable: bool | None = None
    """Registered a method that the directory's policy allows."""
    passwordless_capable: bool | None = None
    methods: tuple[str, ...] = ()
    updated: datetime | None = None
    """When the directory's report was made."""

    @property
    def subject(self) -> str:
        """The user's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class CloudApplication:
    """One application that can act in a cloud directory as itself (Graph servicePrincipal).

    When it last did so is not known: Graph tells in its beta only.
    """

    name: str
    """`display name (object id)`, as in `RoleHolder.holder`: a display name is no application's own."""
    identifier: str
    """Object id of the service principal."""
    application: str = ""
    """appId: the same in every directory."""
    form: Literal["application", "managed-identity", "legacy"] | None = None
    """servicePrincipalType; the platform itself keeps a managed identity's credentials."""
    external: bool | None = None
    """Whether it is registered in another directory, where its credentials are kept too."""
    enabled: bool | None = None
    permissions: tuple[str, ...] = ()
    """Application permissions to Microsoft Graph that were granted: what it may do without any user."""

    @property
    def subject(self) -> str:
        """The application's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationCredential:
    """One secret or certificate that an application of this directory proves itself by; never the secret itself."""

    application: str
    """As `CloudApplication.name`; with its appId where it has no service principal here."""
    identifier: str
    """keyId."""
    form: Literal["secret", "certificate"]
    """Of passwordCredentials or keyCredentials; certificates that sign SAML tokens are left out."""
    enabled: bool | None = None
    """Whether the application can act in this directory."""
    start: datetime | None = None
    end: datetime | None = None
    """None where it has no end, or Graph tells none."""

    @property
    def subject(self) -> str:
        """`application: key id`."""
        return f"{self.application}: {self.identifier}"
