"""Directories themselves: their rules for passwords, the computers in them, whom they trust, and how they are kept."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class PasswordPolicy:
    """One technical rule for passwords and lockout, as the directory or the host enforces it."""

    name: str
    """The domain's DNS name for its own policy; the name of a fine-grained policy (AD PSO, OpenLDAP pwdPolicy); the
    name of a host; `account@host` for an account whose password's maximum age there is its own."""
    host: str | None = None
    """The host whose local passwords it is for; None for a directory's."""
    default: bool | None = None
    """Whether it holds for every account that no other policy is named for."""
    precedence: int | None = None
    """msDS-PasswordSettingsPrecedence (AD): where several apply, the lowest number wins."""
    applies_to: tuple[str, ...] | None = None
    """Names of the accounts and groups that it is linked to; empty for none; None for the default, or not known."""
    min_length: int | None = None
    """minPwdLength, msDS-MinimumPasswordLength, pwdMinLength: characters; 0 allows an empty password."""
    history_length: int | None = None
    """pwdHistoryLength, msDS-PasswordHistoryLength, pwdInHistory: earlier passwords that may not be used again."""
    max_age_days: int | None = None
    """maxPwdAge, msDS-MaximumPasswordAge, pwdMaxAge, begun days; 0: passwords never expire."""
    complexity: bool | None = None
    """pwdProperties bit 1 (MS-SAMR 2.2.3.14), msDS-PasswordComplexityEnabled."""
    reversible_encryption: bool | None = None
    """pwdProperties bit 16, msDS-PasswordReversibleEncryptionEnabled: passwords can be read back."""
    lockout_threshold: int | None = None
    """lockoutThreshold, msDS-LockoutThreshold, pwdMaxFailure with pwdLockout: failed attempts; 0: never locks."""
    lockout_minutes: int | None = None
    """lockoutDuration, msDS-LockoutDuration, pwdLockoutDuration, begun minutes; 0: until an administrator unlocks."""

    @property
    def subject(self) -> str:
        """The policy's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Computer:
    """One computer account in a directory."""

    name: str
    """sAMAccountName without its `$`."""
    identifier: str | None = None
    """objectSid."""
    system: str | None = None
    """operatingSystem, as the computer itself wrote it."""
    system_version: str | None = None
    """operatingSystemVersion."""
    domain_controller: bool | None = None
    """userAccountControl bit 0x2000 (SERVER_TRUST_ACCOUNT) or 0x4000000 (a read-only one)."""
    enabled: bool | None = None
    """userAccountControl without bit 0x2."""
    created: datetime | None = None
    """whenCreated."""
    last_used: datetime | None = None
    """lastLogonTimestamp: it may be used up to `last_used_lag_days` later."""
    last_used_lag_days: int | None = None
    """Days; 14 where the domain sets nothing else."""
    managed_password: bool | None = None
    """Whether the directory manages its local administrator's password (LAPS); False only where that is certain."""
    managed_password_expires: datetime | None = None
    """msLAPS-PasswordExpirationTime or ms-Mcs-AdmPwdExpirationTime; the password itself is never asked for."""
    exposures: tuple[str, ...] | None = None
    """As `Account.exposures`."""

    @property
    def subject(self) -> str:
        """The computer's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Trust:
    """One relation of trust to another domain or realm (MS-ADTS 6.1.6)."""

    name: str
    """trustPartner: the other's DNS name."""
    identifier: str | None = None
    """securityIdentifier: what identifiers of the other's principals begin with; None for a Kerberos realm."""
    direction: Literal["disabled", "inbound", "outbound", "both"] | None = None
    """trustDirection; `outbound`: this domain lets the other's people in, `inbound`: the other lets ours in."""
    kind: Literal["windows-nt", "active-directory", "kerberos", "dce", "entra-id"] | None = None
    """trustType."""
    within_forest: bool | None = None
    """trustAttributes bit 0x20."""
    forest: bool | None = None
    """trustAttributes bit 0x8: a trust between whole forests."""
    sid_filtering: bool | None = None
    """Whether foreign identifiers are filtered out: bit 0x4; between forests always, unless bit 0x40 relaxes it."""
    selective_authentication: bool | None = None
    """trustAttributes bit 0x10: the other's people reach only what they were let into by name."""
    delegation: bool | None = None
    """trustAttributes bit 0x800: tickets of this side's users may be delegated on the other side."""

    @property
    def subject(self) -> str:
        """The other side's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class ResourceDelegation:
    """One whom a computer or an account lets come to it in anyone's name (resource-based delegation, MS-SFU)."""

    resource: str
    """Name of the computer or account, a computer's without its `$`."""
    domain_controller: bool | None = None
    """Whether the resource is a domain controller."""
    may_act: str | None = None
    """Name of the one who may act, or its identifier where it has none here; None: its list lets nobody."""
    identifier: str | None = None
    """objectSid of the one who may act."""
    category: str | None = None
    """`computer`, `group`, `foreign`, `everyone`, or as `Account.category`; None where it is not to be found."""

    @property
    def subject(self) -> str:
        """The resource's name."""
        return self.resource


@dataclass(frozen=True, slots=True, kw_only=True)
class ConflictObject:
    """One entry that lost when two controllers made entries of the same name (MS-ADTS 3.1.1.5.2)."""

    name: str
    """The name that both were given."""
    entry: str | None = None
    """Its distinguished name, with `CNF:` and its GUID."""
    category: Literal["account", "computer", "group"] | None = None
    identifier: str | None = None
    """objectSid."""
    enabled: bool | None = None
    """userAccountControl without bit 0x2; None for a group."""
    created: datetime | None = None
    """whenCreated."""

    @property
    def subject(self) -> str:
        """The name that both were given."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class Domain:
    """One domain, and how it is kept."""

    name: str
    """DNS name."""
    identifier: str | None = None
    """objectSid."""
    functional_level: int | None = None
    """msDS-Behavior-Version (MS-ADTS 6.1.4.3): 7 is Windows Server 2016."""
    krbtgt_password_set: datetime | None = None
    """pwdLastSet of the account with relative identifier 502, whose key signs every Kerberos ticket."""
    last_backup: datetime | None = None
    """When dSASignature was last written on the domain's entry, by replPropertyMetaData: a backup application that uses
    the system's own interface writes it."""
    never_backed_up: bool | None = None
    """True only where the server keeps that time and has none."""
    tombstone_days: int | None = None
    """tombstoneLifetime: a backup that is older cannot be restored."""
    machine_account_quota: int | None = None
    """ms-DS-MachineAccountQuota: computers that any user may add."""

    @property
    def subject(self) -> str:
        """The domain's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicySetting:
    """One value that a group policy sets on the computers that it is linked to."""

    policy: str
    """Its name as administrators see it (displayName)."""
    name: str
    """`ldap-server-signing`, `smb-server-signing`, `ntlm-level`, `llmnr` ..., `system-access: MinimumPasswordLength`,
    `event-audit: AuditLogonEvents`, `audit: Logon`."""
    value: str
    """The number as it stands in the policy."""
    linked_to: tuple[str, ...] = ()
    """Distinguished names of the domain and the units with a link to it that is on; empty: it is in force nowhere."""

    @property
    def subject(self) -> str:
        """`policy: name`."""
        return f"{self.policy}: {self.name}"


@dataclass(frozen=True, slots=True, kw_only=True)
class CollectorIdentity:
    """As whom the collector itself reads a directory or a host, and what that account may do there."""

    name: str
    """The account as the source was bound with."""
    identifier: str | None = None
    """objectSid (AD)."""
    roles: tuple[str, ...] | None = None
    """Administrative privileges that it holds, as `Privilege.role` names them: by its own token in AD (tokenGroups of
    the root DSE), else by membership; on a host as `LocalPrivilege.role`; None: not known."""

    @property
    def subject(self) -> str:
        """The account."""
        return self.name
