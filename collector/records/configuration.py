"""How hosts are set up: their storage, their settings, and the baseline that someone chose for them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class StorageVolume:
    """One mounted file system or swap area of a host, with what lies under it (lsblk(8))."""

    host: str
    device: str
    """Kernel name, e.g. `sda2`, `dm-0`."""
    mounted_at: str
    """Mount point, or `[SWAP]`."""
    filesystem: str | None = None
    encrypted: bool | None = None
    """Whether it, or a device that it lies on, is an encrypted mapping (type `crypt`)."""
    portable: bool | None = None
    """Whether the host is a portable computer, by its chassis type (SMBIOS); None where the firmware is silent."""

    @property
    def subject(self) -> str:
        """`host: mount point`."""
        return f"{self.host}: {self.mounted_at}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ConfigurationSetting:
    """One setting in force on one host: of the kernel (sysctl(8)) or of sshd (`sshd -T`)."""

    host: str
    name: str
    """`kernel.randomize_va_space`, `sshd.permitrootlogin`."""
    value: str
    """As the host prints it, blanks made one."""

    @property
    def subject(self) -> str:
        """`host: name`."""
        return f"{self.host}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SecurityLog:
    """What one Linux host logs of its own security."""

    host: str
    daemons: tuple[str, ...] | None = None
    """Running daemons that keep logs: `auditd`, `rsyslogd`, `syslog-ng`, `systemd-journal`; None: not seen."""
    newest: datetime | None = None
    """Time of the newest event of the log of log-ons (auth, authpriv), UTC."""
    rules: tuple[str, ...] | None = None
    """Rules of audit in force, as `auditctl -l` prints them (auditctl(8)); None: not read."""

    @property
    def subject(self) -> str:
        """The host."""
        return self.host


@dataclass(frozen=True, slots=True, kw_only=True)
class BaselineSetting:
    """One demand of the configuration baseline that the organisation chose."""

    setting: str
    """As hosts name it, e.g. `sshd.permitrootlogin`."""
    expected: tuple[str, ...]
    """Values that are in order."""
    baseline: str | None = None
    """Name of the baseline, where the register holds several."""
    must: bool | None = None
    """Whether it must be met on every host; None: as no."""
    hosts: tuple[str, ...] = ()
    """Hosts that it is for; empty: all."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The setting."""
        return self.setting
