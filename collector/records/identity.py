"""Accounts, the privileges that they hold, and the people behind them."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

AccountCategory = Literal["person", "service", "managed-service", "built-in", "system"]
"""`managed-service` is an account whose password the directory itself manages (AD gMSA)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """One account in a directory or on a host."""

    name: str
    """sAMAccountName (AD), uid (RFC 2307), user name (passwd(5))."""
    host: str | None = None
    """The host for a local account; None for a directory account."""
    identifier: str | None = None
    """objectSid (AD), entryUUID (RFC 4530) or numeric uid: survives renaming."""
    category: AccountCategory | None = None
    """What the account is for, as far as the source says."""
    person_key: str | None = None
    """Key of the person in the HR roster: employeeID (AD), employeeNumber (RFC 2798), or the configured attribute."""
    enabled: bool | None = None
    """Whether it can be used to log on: userAccountControl bit 0x2, pwdAccountLockedTime 000001010000Z, shadow `!`."""
    interactive: bool | None = None
    """Whether it can get a session: a login shell and some credential (hosts)."""
    created: datetime | None = None
    """whenCreated (AD), createTimestamp (RFC 4512)."""
    last_used: datetime | None = None
    """Latest successful use that the source recorded."""
    last_used_from: str | None = None
    """The attribute or log that `last_used` was read from, e.g. `lastLogonTimestamp`, `pwdLastSuccess`, `lastlog`."""
    last_used_lag_days: int | None = None
    """The real last use may be up to this many days later: 14 for lastLogonTimestamp (MS-ADTS), 0 when exact."""
    never_used: bool | None = None
    """True only where the source records use and has recorded none."""
    password_set: datetime | None = None
    """pwdLastSet (AD), pwdChangedTime (draft-behera-ldap-password-policy), shadow(5) field 3."""
    password_must_change: bool | None = None
    """Must be changed at next log-on: pwdLastSet=0, pwdReset, shadow field 3 = 0."""
    password_never_expires: bool | None = None
    """userAccountControl bit 0x10000; shadow(5) field 5 empty or 99999."""
    password_present: bool | None = None
    """Whether a usable password is set (hosts); never the password or its hash."""
    expires: datetime | None = None
    """accountExpires (AD), shadowExpire or shadow(5) field 8."""
    never_expires: bool | None = None
    """True where the source says that the account has no end date."""
    smartcard_required: bool | None = None
    """userAccountControl bit 0x40000, SMARTCARD_REQUIRED (AD)."""
    external: bool | None = None
    """Whether it belongs to an outsider, by the units that the settings name as theirs."""
    last_used_at_least: bool | None = None
    """True where `last_used` is only the latest that was seen: a domain controller that may know more was not read."""
    principal_name: str | None = None
    """userPrincipalName (AD, Entra ID): what it logs on by; unique in a forest by rule."""
    exposures: tuple[str, ...] | None = None
    """What exposes it to attack in AD, by name; empty: nothing does. By userAccountControl (MS-ADTS 2.2.16):
    `password-not-required`, `reversible-encryption`, `unconstrained-delegation`, `des-only`, `pre-authentication-off`,
    `protocol-transition`; `constrained-delegation` (msDS-AllowedToDelegateTo), `service-principal`
    (servicePrincipalName: anyone in the domain may ask for a ticket to guess its password on)."""

    @property
    def subject(self) -> str:
        """`name` for a directory account, `name@host` for a local one."""
        return self.name if self.host is None else f"{self.name}@{self.host}"


HolderCategory = AccountCategory | Literal["group", "foreign"]
"""What holds a privilege; `group` for one whose members could not be read, `foreign` for another domain's principal."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Privilege:
    """One holder of one administrative privilege in a directory, nested membership resolved."""

    holder: str
    """Name of the account (or, where it could not be resolved, of the group or foreign principal) that holds it."""
    role: str = ""
    """Stable identifier in any language: `domain-admins`, `enterprise-admins`, `schema-admins`, `administrators`,
    `account-operators`, `server-operators`, `print-operators`, `backup-operators`, `dns-admins`; in Entra ID as
    `RoleHolder.role`."""
    role_name: str = ""
    """The group's name as the directory shows it (groups are localised)."""
    through: tuple[str, ...] = ()
    """Groups between the holder and the privilege, nearest to the holder first; empty when direct."""
    holder_category: HolderCategory | None = None
    enabled: bool | None = None
    """Whether the holding account is enabled."""
    smartcard_required: bool | None = None
    """SMARTCARD_REQUIRED on the holding account (AD)."""
    eligible: bool | None = None
    """True where the holder must activate the role first (Entra ID); None where the directory has no such thing."""
    directory: Literal["entra"] | None = None
    """The cloud directory that the privilege is in, whose ways in are judged by its own policies; None for LDAP."""

    @property
    def subject(self) -> str:
        """The holder, as accounts are named."""
        return self.holder


@dataclass(frozen=True, slots=True, kw_only=True)
class LocalPrivilege:
    """One holder of full rights on one host: user id 0, sudo for any command (sudoers(5)), a group that is as good."""

    holder: str
    """Name of the account, or of the group where its members could not be read."""
    host: str
    role: str = ""
    """`uid-0`, `sudo`, or `root-group` (docker, lxd, ...: its members are root in all but name)."""
    role_name: str = ""
    """The sudoers line less its comments; the user id's name for `uid-0`; the group's."""
    through: tuple[str, ...] = ()
    """Groups between the holder and the privilege; empty when direct."""
    holder_category: HolderCategory | None = None
    enabled: bool | None = None
    """Whether the holding account is enabled."""
    without_password: bool | None = None
    """NOPASSWD: the privilege is used without any authentication."""

    @property
    def subject(self) -> str:
        """`holder@host`, as local accounts are named."""
        return f"{self.holder}@{self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class SshAccess:
    """What sshd demands of one user (or of anyone) who logs on from outside: `sshd -T -C user=,addr=` (sshd(8))."""

    host: str
    user: str | None = None
    """The user asked for; None for a user without a Match block of their own."""
    address: str | None = None
    """The client address asked for; a documentation address (RFC 5737) stands for any external network."""
    permit_root_login: str | None = None
    """yes, no, prohibit-password, forced-commands-only (sshd_config(5))."""
    public_key: bool | None = None
    password: bool | None = None
    keyboard_interactive: bool | None = None
    authentication_methods: tuple[str, ...] = ()
    """Alternatives as sshd prints them, e.g. `publickey,keyboard-interactive`; `any` when not set."""
    use_pam: bool | None = None
    pam_second_factors: tuple[str, ...] | None = None
    """Modules in sshd's PAM stack that ask for a second factor: pam_google_authenticator.so, ...; None: not read."""
    pam_password: bool | None = None
    """Whether sshd's PAM stack asks for the password too (pam_unix.so, pam_sss.so, ... required or requisite)."""
    pam_optional: bool | None = None
    """Whether a second factor can be left out: nullok, or a control that does not require it; None: for some, by who
    they are or where they come from."""
    gssapi: bool | None = None
    """Whether a Kerberos ticket is enough (GSSAPIAuthentication); False where sshd was built without it."""
    host_based: bool | None = None
    """Whether the client's host vouches for the user (HostbasedAuthentication)."""
    let_in: bool | None = None
    """Whether AllowUsers, DenyUsers, AllowGroups and DenyGroups let this user in; None: not known."""
    matches: tuple[str, ...] | None = None
    """The Match lines of the configuration less the word: whom and where sshd may ask something else of; None: not
    read."""

    @property
    def subject(self) -> str:
        """`user@host`, or the host for anyone."""
        return self.host if self.user is None else f"{self.user}@{self.host}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment:
    """One employment or mandate in the HR roster; no names, only the key that accounts carry."""

    person_key: str
    group: Literal["employee", "elected", "consultant"] | None = None
    status: str | None = None
    """As the roster writes it, e.g. `anställd`, `tjänstledig`, `avslutad`."""
    start: date | None = None
    end: date | None = None
    """Last day; None where the roster gives none (an open-ended employment)."""
    on_leave: bool | None = None
    unit: str | None = None
    """As the register of groups writes it."""
    manager: str | None = None
    """The nearest manager's key, in the form that approvals name their approver."""
    protected: bool | None = field(default=None, compare=False)
    """Protected identity (skyddade personuppgifter): read only to leave unit, status and manager out; never stored."""
    row: int | None = None
    """Row in the file, 1 = the header's."""

    @property
    def subject(self) -> str:
        """The person's key."""
        return self.person_key
