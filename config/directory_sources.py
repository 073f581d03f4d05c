"""The settings of directories, and of what holds second factors."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.source_basics import SecretReference, SourceSettings, Strict


class LdapTls(Strict):
    """Transport protection of a directory connection."""

    mode: Literal["ldaps", "starttls", "none"] = "ldaps"
    ca_file: Path | None = None
    """PEM file of the private CA; the system's own store where not given."""
    server_name: str | None = None
    """Name that the certificate must carry, where it differs from the address."""
    certificate: Path | None = None
    """PEM file of a client certificate, for bind.method external."""
    private_key: Path | None = None
    """PEM file of its key; the certificate's file where not given."""


class LdapBind(Strict):
    """As whom the directory is read."""

    method: Literal["simple", "gssapi", "external", "anonymous"] = "simple"
    user: str | None = None
    """Bind DN or, for Active Directory, user@REALM."""
    password: SecretReference | None = None


class LdapSource(SourceSettings):
    """A directory by LDAP."""

    type: Literal["ldap"]
    dialect: Literal["active-directory", "openldap"]
    host: Annotated[str, Field(min_length=1)]
    port: Annotated[int, Field(ge=1, le=65535)] | None = None
    """636 with ldaps, else 389, where not given."""
    base: Annotated[str, Field(min_length=1)]
    """Distinguished name under which accounts are looked for."""
    tls: LdapTls = LdapTls()
    bind: LdapBind
    page_size: Annotated[int, Field(ge=1, le=10_000)] = 1000
    pages_per_second: Annotated[float, Field(ge=0.01, le=1000)] | None = None
    """Requests sent to the server per second at most, to spare one that others depend on; no limit where not given."""
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
    person_key: str | None = None
    """Attribute with the HR key; employeeID (AD) or employeeNumber (OpenLDAP) where not given."""
    service_accounts: tuple[str, ...] = ()
    """Distinguished names of units whose accounts are service accounts."""
    external_accounts: tuple[str, ...] = ()
    """Distinguished names of units whose accounts belong to outsiders: suppliers, consultants, guests."""
    privileged_groups: tuple[str, ...] = ()
    """Distinguished names of groups that give administrative rights; in AD, besides the well-known ones."""
    controllers: tuple[str, ...] = ()
    """AD: host names of the domain's other controllers, asked for nothing but when accounts logged on there."""
    sysvol: bool = False
    """AD: whether hardening settings of Group Policy are read, over SMB (port 445) as the same user."""
    use_lag_days: Annotated[int, Field(ge=0, le=365)] = 0
    """OpenLDAP: how many days late a log-on may be recorded (lastbind-precision, rounded up): the server does not show
    it. Accounts are not called unused inside it."""
    groups: tuple[str, ...] = ()
    """Distinguished names of groups whose members are read: those that reviews, approvals and the group map name."""


class EntraSource(SourceSettings):
    """Entra ID by Microsoft Graph, as an application that may read and nothing else."""

    type: Literal["entra"]
    tenant: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,254}$")]
    """The directory's id or one of its domain names."""
    client_id: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f-]{36}$")]
    """The application's (client) id."""
    client_secret: SecretReference | None = None
    """Where its secret is kept; without it, a certificate."""
    certificate: Path | None = None
    """PEM file of the certificate that was uploaded to the application."""
    private_key: SecretReference | None = None
    """Where the certificate's RSA key is kept (PEM)."""
    base_url: Annotated[str, StringConstraints(pattern=r"^https://[^/@\s]+$")] = "https://graph.microsoft.com"
    """Another address for a national cloud."""
    login_url: Annotated[str, StringConstraints(pattern=r"^https://[^/@\s]+$")] = "https://login.microsoftonline.com"
    ca_file: Path | None = None
    """PEM file of a private CA, where a proxy opens the traffic."""
    proxy: Annotated[str, StringConstraints(pattern=r"^https?://[^/@\s]+$")] | None = None
    """Proxy for outgoing traffic; none is taken from the environment."""
    page_size: Annotated[int, Field(ge=1, le=500)] = 500
    """Users per page; Graph takes no more than 500 with their sign-ins."""
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 60
    per_user_mfa: bool = False
    """Whether the older per-user MFA of administrators is read too: one GET a person, from Graph's beta, which
    Microsoft may change without notice."""
    person_key: Annotated[str, StringConstraints(pattern=r"^(employeeId|extensionAttribute([1-9]|1[0-5]))$")] = (
        "employeeId"
    )
    """Attribute with the HR key."""
    service_accounts: tuple[str, ...] = ()
    """userPrincipalNames of users that belong to a service and not to a person."""


class PrivacyIdeaSource(SourceSettings):
    """A privacyIDEA server: who holds which tokens, and how it checks log-ons."""

    type: Literal["privacyidea"]
    url: Annotated[str, StringConstraints(pattern=r"^https://[^/?#@\s]+(/[^?#@\s]*)?$")]
    """Address of the server, e.g. `https://mfa.example.test`; HTTPS only, without credentials."""
    ca_file: Path | None = None
    """PEM file of the private CA; the system's own store where not given."""
    user: Annotated[str, Field(min_length=1)]
    """An administrator of privacyIDEA with the rights tokenlist, userlist and policyread, and no other."""
    password: SecretReference
    realms: tuple[str, ...] = ()
    """Realms whose users are read; every realm where not given."""
    person_key: str | None = None
    """Attribute of its users that holds the HR key; without it no token is joined with a person."""
    page_size: Annotated[int, Field(ge=1, le=1000)] = 200
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 60
