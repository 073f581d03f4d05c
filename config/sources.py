"""The settings of each kind of source: how to reach it, as whom, and who controls it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

Identifier = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9-]{0,62}$")]
"""Lower-case ASCII letters, digits and hyphens: it becomes a folder name in the bundle."""

SecretReference = Annotated[
    str, StringConstraints(pattern=r"^(env:[A-Za-z_][A-Za-z0-9_]*|file:.+|cred:[A-Za-z0-9._-]+)$")
]
"""Where a secret is kept: `env:NAME`, `file:/path` or `cred:NAME` (systemd LoadCredential). Never the secret itself."""


class Strict(BaseModel):
    """No unknown keys, no silent conversions, no changes after loading."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SourceSettings(Strict):
    """What every source has."""

    id: Identifier
    controlled_by: Annotated[str, Field(min_length=1)] = "own"
    """`own`, or the supplier who runs the system."""
    tags: tuple[Identifier, ...] = ()
    """Names for scopes: `critical`, a supplier, a site."""


class SshTarget(Strict):
    """One host that is reached by SSH."""

    name: Annotated[str, Field(min_length=1)]
    """The name that its own people use; findings carry it."""
    address: str | None = None
    """DNS name or IP address; the name where not given."""
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    user: str | None = None
    """Instead of the source's user."""
    collects_logs: bool = False
    """Whether it receives other hosts' logs (stricter clock limit)."""


class SshLogin(Strict):
    """How to log on by SSH: one key, strict host keys, nothing else is tried."""

    user: Annotated[str, Field(min_length=1)]
    private_key: Annotated[str, StringConstraints(pattern=r"^(file:.+|cred:.+)$")]
    """Reference to an OpenSSH private key file."""
    passphrase: SecretReference | None = None
    known_hosts: Path
    """OpenSSH known_hosts file; a host that is not in it, or whose key changed, is refused."""
    sudo: bool = False
    """Whether the few commands that need root are run by `sudo -n`, one by one; `styrk doctor` tells which lines."""
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 30
    """For connecting, for authentication, and between two pieces of output."""


class LocalSource(SourceSettings):
    """The host that Styrk runs on."""

    type: Literal["local"]
    name: str | None = None
    """Host name in findings; the system's own where not given."""


class SshSource(SourceSettings):
    """Linux hosts over SSH."""

    type: Literal["ssh"]
    login: SshLogin
    hosts: Annotated[tuple[SshTarget, ...], Field(min_length=1)]
    parallel: Annotated[int, Field(ge=1, le=64)] = 16
    """Hosts read side by side."""


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


class RepositoryCheck(Strict):
    """A check of the repository itself, by its own tool, in each scan that asks for it; nothing is repaired."""

    data_percent: Annotated[int, Field(ge=0, le=100)] = 0
    """Share of the stored data that is read and compared; 0: structure alone."""
    timeout_seconds: Annotated[int, Field(ge=1, le=86_400)] = 3600


class Drill(Strict):
    """What `styrk drill` restores to a scratch folder and throws away again; a scan never restores anything."""

    paths: Annotated[tuple[Annotated[str, Field(min_length=1)], ...], Field(min_length=1)]
    """Folders and files, as the restore points hold them."""
    host: str | None = None
    """Host whose newest restore point is taken; the newest of any host where not given."""
    system: str | None = None
    """Name of the system in the system register, where it is not the host's."""
    canary: str | None = None
    """Path of a file that was put there to be found again."""
    canary_sha256: Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")] | None = None
    """What its content must hash to."""
    expected: Path | None = None
    """A file as sha256sum(1) writes it, of the files that must come back; made when they were backed up."""
    max_bytes: Annotated[int, Field(ge=1)] = 1 << 30
    """More than this is not restored."""
    scratch: Path | None = None
    """Folder in which the scratch folder is made; the system's own for temporary files where not given."""
    timeout_seconds: Annotated[int, Field(ge=1, le=86_400)] = 3600


class ResticSource(SourceSettings):
    """A restic repository."""

    type: Literal["restic"]
    repository: Annotated[str, Field(min_length=1)]
    """As restic takes it: a path, `sftp:...` or `rest:...`; without credentials in the address."""
    password: SecretReference
    executable: str = "restic"
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 300
    sizes: bool = True
    """Whether the newest two restore points of each host and folder are measured, where restic did not note it."""
    check: RepositoryCheck | None = None
    """`restic check` in each scan; not run where not given. Without a share it reads no data."""
    drill: Drill | None = None
    """What `styrk drill` restores."""


class BorgSource(SourceSettings):
    """A BorgBackup repository."""

    type: Literal["borg"]
    repository: Annotated[str, Field(min_length=1)]
    """As borg takes it: a path or `ssh://user@host/path`."""
    passphrase: SecretReference | None = None
    """Not given: the repository is not encrypted."""
    executable: str = "borg"
    timeout_seconds: Annotated[int, Field(ge=1, le=3600)] = 300
    sizes: bool = True
    """Whether the newest two archives of each host and folder are measured, by their lists of files."""
    check: bool = False
    """Whether `borg check --repository-only` is run in each scan: it reads all of the data."""
    check_timeout_seconds: Annotated[int, Field(ge=1, le=86_400)] = 3600
    drill: Drill | None = None
    """What `styrk drill` restores."""


class BackupReport(SourceSettings):
    """A report of a backup product, as somebody handed it over; registers take any other CSV, column by column."""

    type: Literal["backup-report"]
    format: Literal["veeam-csv", "veeam-html", "dpm-csv", "wbadmin", "wbsummary", "bareos", "rsnapshot"]
    """veeam-csv, dpm-csv: exported by PowerShell; veeam-html: a job's mail; wbadmin: `wbadmin get versions`; wbsummary:
    `Get-WBSummary`; bareos: `list jobs` of Bareos or Bacula; rsnapshot: its log."""
    file: Path
    host: str | None = None
    """What was backed up, where the report does not say so itself: wbadmin, wbsummary and rsnapshot need it."""
    zone: str = "Europe/Stockholm"
    """Zone of the report's times (IANA)."""
    dates: Literal["day-first", "month-first"] | None = None
    """How 3/4/2026 is read; where not given, a day that could be two is an error of that line."""
    encoding: Literal["utf-8", "cp1252", "cp850", "utf-16"] | None = None
    max_age_days: Annotated[int, Field(ge=1)] = 7
    """A report whose file is older than this is said to be old."""


class ProxmoxBackupSource(SourceSettings):
    """One datastore of a Proxmox Backup Server, by an API token with the role DatastoreAudit."""

    type: Literal["proxmox-backup"]
    url: Annotated[str, StringConstraints(pattern=r"^https://[^/?#@\s]+$")]
    """Address of the server, e.g. `https://pbs.example.test:8007`."""
    datastore: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]{0,63}$")]
    namespace: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._/-]{0,255}$")] | None = None
    """Namespace of the datastore; its root where not given."""
    token_id: Annotated[str, StringConstraints(pattern=r"^[^:\s]+@[^:\s]+![^:\s]+$")]
    """`user@realm!name`."""
    secret: SecretReference
    ca_file: Path | None = None
    """PEM file of the private CA; the system's own store where not given."""
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 60


class VeeamSource(SourceSettings):
    """Veeam Backup & Replication by its REST API, as a user with the role Veeam Backup Viewer."""

    type: Literal["veeam"]
    url: Annotated[str, StringConstraints(pattern=r"^https://[^/?#@\s]+$")]
    """Address of the backup server, e.g. `https://veeam.example.test:9419`."""
    user: Annotated[str, Field(min_length=1)]
    password: SecretReference
    api_version: Annotated[str, StringConstraints(pattern=r"^1\.[0-9]-rev[0-9]$")] = "1.1-rev0"
    """Version of the API: 1.1-rev0 for Veeam 12, 1.3-rev1 for 13."""
    ca_file: Path | None = None
    page_size: Annotated[int, Field(ge=1, le=1000)] = 200
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 60


class DrillReports(SourceSettings):
    """Reports of restore drills: those of `styrk drill`, and other tools' as JSON or in-toto statements."""

    type: Literal["drills"]
    folder: Path
    """Every file in it whose name ends in .json is read."""


class FirewallSource(SourceSettings):
    """nftables rules of this host or of hosts over SSH."""

    type: Literal["nftables"]
    name: str | None = None
    """Device name in findings for this host's own rules (without `hosts`)."""
    login: SshLogin | None = None
    hosts: tuple[SshTarget, ...] = ()
    """Firewalls over SSH; without any, this host's own rules are read."""


class FirewallExportSource(SourceSettings):
    """A firewall's configuration as a file that someone hands over."""

    type: Literal["firewall-export"]
    name: Annotated[str, Field(min_length=1)]
    """The firewall's name in findings."""
    format: Literal[
        "fortigate", "palo-alto", "pfsense", "opnsense", "windows-firewall", "nftables", "iptables", "ip6tables"
    ]
    """What the file is: see docs/firewalls.md for how each is exported."""
    file: Path
    max_age_days: Annotated[int, Field(ge=1)] = 31
    """A file older than this (by its time) is reported as old."""


class ProbeTarget(Strict):
    """One declared target that a vantage host tries to reach."""

    address: Annotated[str, Field(min_length=1)]
    """IP address within a declared zone."""
    ports: Annotated[tuple[Annotated[int, Field(ge=1, le=65535)], ...], Field(min_length=1, max_length=1000)]
    protocol: Literal["tcp", "udp"] = "tcp"
    """By UDP one datagram is sent; only services that answer it are seen as open."""


class ProbeSource(SourceSettings):
    """Reachability probes from one vantage host: opt-in, declared targets only, rate-capped."""

    type: Literal["probe"]
    zone: Annotated[str, Field(min_length=1)]
    """Zone that the vantage stands in."""
    login: SshLogin | None = None
    vantage: SshTarget | None = None
    """The vantage over SSH; without it, this host probes."""
    targets: Annotated[tuple[ProbeTarget, ...], Field(min_length=1)]
    per_second: Annotated[int, Field(ge=1, le=100)] = 10
    """First packets a second at most, repeated ones counted."""
    timeout_ms: Annotated[int, Field(ge=100, le=10_000)] = 750
    """How long an attempt waits; beyond 0.8 s first packets are repeated, and attempts are made more seldom."""
    source_address: str | None = None
    """The vantage's own address in the zone: lets its attempts be held against the firewall's rules for it."""


class TlsTarget(Strict):
    """One service that is asked for TLS."""

    address: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.:_-]*$")]
    """Host name or IP address."""
    port: Annotated[int, Field(ge=1, le=65535)] = 443
    name: Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9_][A-Za-z0-9._-]*$")] | None = None
    """Server name that is asked for; the address where not given."""


class TlsSource(SourceSettings):
    """TLS handshakes with declared services, from this host; nothing is sent after them."""

    type: Literal["tls"]
    targets: Annotated[tuple[TlsTarget, ...], Field(min_length=1, max_length=1000)]
    ca_file: Path | None = None
    """PEM file of the private CA; the system's own store where not given."""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 5


class Resolver(Strict):
    """A DNS resolver that is asked."""

    address: Annotated[str, StringConstraints(pattern=r"^[0-9A-Fa-f:.]{2,45}$")]
    """IP address."""
    port: Annotated[int, Field(ge=1, le=65535)] = 53


DomainName = Annotated[
    str, StringConstraints(pattern=r"^([A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?\.)+[A-Za-z][A-Za-z0-9-]{0,62}$")
]
"""In ASCII: å, ä and ö as `xn--...`."""


class MailDomainSource(SourceSettings):
    """What the DNS says about mail domains, and, where it is switched on, whether their servers offer STARTTLS."""

    type: Literal["mail-domain"]
    domains: Annotated[tuple[DomainName, ...], Field(min_length=1, max_length=100)]
    """What stands after @ in the organisation's addresses; nothing is asked about any other."""
    resolvers: Annotated[tuple[Resolver, ...], Field(min_length=1, max_length=5)]
    """Asked in this order; one that validates DNSSEC shows whether DANE binds."""
    dkim_selectors: Annotated[
        tuple[Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,62}$")], ...],
        Field(max_length=20),
    ] = ()
    """The DNS does not tell which selectors there are: only these are looked for."""
    starttls: bool = False
    """Whether each mail server of the domains is asked for STARTTLS, on port 25 from this host; no mail is sent."""
    timeout_seconds: Annotated[int, Field(ge=1, le=60)] = 5
    """For each question to a resolver, and for the whole session with a mail server."""


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


class BundleSource(SourceSettings):
    """Evidence that another Styrk read and sealed: a worker in a zone that this host has no way into.

    `controlled_by` says who runs that Styrk: what a supplier's read is taken as provided, not as observed.
    """

    type: Literal["bundle"]
    path: Path
    """A bundle's folder or .zip, or a folder of them, named by their runs: the newest of these is read."""
    trusted_keys: Path
    """The keys that may have sealed it, which came by another road: a .pub file, or an allowed_signers file."""
    source: Identifier
    """Id of the source in the other Styrk's settings; each one is an entry of its own here."""
    kinds: Annotated[tuple[Identifier, ...], Field(min_length=1, max_length=100)]
    """Kinds of records that are taken, as the bundle's files are called: `probe`, `host`, `account`."""
    zone: str | None = None
    """With probes: the zone that the worker stands in; it speaks for no other."""
    organisation: Annotated[str, Field(min_length=1)] | None = None
    """Whose bundle it must say that it is; this organisation's where not given."""
    max_age_hours: Annotated[int, Field(ge=1, le=8784)] = 26
    """A bundle that was sealed, or evidence that was read, longer ago than this counts for nothing."""


class DocumentSource(SourceSettings):
    """A folder of documents as files (PDF, DOCX, ODT), held against the registers that name them."""

    type: Literal["documents"]
    folder: Path
    """Folder that is read, with those below it; links are not followed."""
    minutes: tuple[Annotated[str, Field(min_length=1)], ...] = ()
    """Which files are minutes: patterns of paths below the folder, e.g. `protokoll/*`."""
    reports: dict[str, tuple[Annotated[str, Field(min_length=3)], ...]] = Field(default_factory=dict)
    """Reports that the minutes are searched for: name to the phrases by which they may name it; none: the name."""


AnySource = Annotated[
    LocalSource
    | SshSource
    | LdapSource
    | EntraSource
    | ResticSource
    | BorgSource
    | BackupReport
    | DrillReports
    | ProxmoxBackupSource
    | VeeamSource
    | FirewallSource
    | FirewallExportSource
    | ProbeSource
    | TlsSource
    | MailDomainSource
    | PrivacyIdeaSource
    | BundleSource
    | DocumentSource,
    Field(discriminator="type"),
]
