"""The settings of repositories, reports of backup products, and drills."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.source_basics import SecretReference, SourceSettings, Strict


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
