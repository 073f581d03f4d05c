"""The settings of each kind of source: how to reach it, as whom, and who controls it.

Grouped by what they read; this is the door to all of them, and has those that belong to no group.
"""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field

from config.backup_sources import (
    BackupReport,
    BorgSource,
    Drill,
    DrillReports,
    ProxmoxBackupSource,
    RepositoryCheck,
    ResticSource,
    VeeamSource,
)
from config.directory_sources import EntraSource, LdapBind, LdapSource, LdapTls, PrivacyIdeaSource
from config.host_sources import LocalSource, SshLogin, SshSource, SshTarget
from config.network_sources import (
    DomainName,
    FirewallExportSource,
    FirewallSource,
    MailDomainSource,
    ProbeSource,
    ProbeTarget,
    Resolver,
    TlsSource,
    TlsTarget,
)
from config.source_basics import Identifier, SecretReference, SourceSettings, Strict

__all__ = [
    "AnySource",
    "BackupReport",
    "BorgSource",
    "BundleSource",
    "DocumentSource",
    "DomainName",
    "Drill",
    "DrillReports",
    "EntraSource",
    "FirewallExportSource",
    "FirewallSource",
    "Identifier",
    "LdapBind",
    "LdapSource",
    "LdapTls",
    "LocalSource",
    "MailDomainSource",
    "PrivacyIdeaSource",
    "ProbeSource",
    "ProbeTarget",
    "ProxmoxBackupSource",
    "RepositoryCheck",
    "Resolver",
    "ResticSource",
    "SecretReference",
    "SourceSettings",
    "SshLogin",
    "SshSource",
    "SshTarget",
    "Strict",
    "TlsSource",
    "TlsTarget",
    "VeeamSource",
]


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
