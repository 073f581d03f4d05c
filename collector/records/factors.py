"""What people hold to log on with beside a password, the ways in from outside, and what those demand."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

EntryPointCategory = Literal["vpn", "rd-gateway", "citrix", "webmail", "portal", "ssh", "other"]

DemandedFactors = Literal["one", "two"]
"""`two` are of different sorts: something known, something held, something that the person is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Token:
    """One token in an authentication server (privacyIDEA 3.14, `GET /token/`); never its seed."""

    serial: str
    user: str | None = None
    """The owner's user name; empty for a token that nobody has; None where the server cannot name the owner."""
    realm: str | None = None
    person_key: str | None = None
    """Key of the owner's person in the HR roster, by the configured attribute of the owner."""
    form: str = ""
    """tokentype: `totp`, `hotp`, `webauthn`, `push`, `spass`, ..."""
    second_factor: bool | None = None
    """Whether this form is something held: False for `spass`, `pw` and `registration`; None for an unknown form."""
    active: bool | None = None
    locked: bool | None = None
    """Locked, or its counter of failures is full (failcount >= maxfail: the server's own `locked` stays false)."""
    revoked: bool | None = None
    rollout_state: str | None = None
    """`enrolled` or empty when ready; `clientwait`, `verify`, `failed`, ... when its enrolment never ended."""
    valid_from: datetime | None = None
    valid_until: datetime | None = None

    @property
    def subject(self) -> str:
        """`user: serial`, or the serial of a token that nobody is known to have."""
        return f"{self.user}: {self.serial}" if self.user else self.serial


@dataclass(frozen=True, slots=True, kw_only=True)
class FactorPolicy:
    """One policy of an authentication server on how log-ons are checked (privacyIDEA, scope `authentication`)."""

    name: str
    active: bool | None = None
    actions: tuple[str, ...] = ()
    """`action` or `action=value`, e.g. `passthru=userstore`, `otppin=none`."""
    realms: tuple[str, ...] = ()
    """Realms that it is about; empty: every realm."""
    limited: bool | None = None
    """Whether it is about some users, clients, resolvers, times or conditions only."""

    @property
    def subject(self) -> str:
        """The policy's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPoint:
    """One way in, as the register of entry points states it."""

    name: str
    category: EntryPointCategory | None = None
    address: str | None = None
    """Name or address that users connect to."""
    hosts: tuple[str, ...] = ()
    """Hosts that answer there, by the names that the evidence has; for SSH."""
    external: bool | None = None
    """Whether it can be reached from external networks."""
    authentication: str | None = None
    """How users are authenticated, in the register's words."""
    provider: str | None = None
    """Id of the source that is the authentication server, or its name."""
    realm: str | None = None
    """Realm at the provider; None: any of them."""
    factors: DemandedFactors | None = None
    """What is demanded, as stated."""
    factor: str | None = None
    """The second factor in the register's words, e.g. `engångskod`, `Freja`."""
    systems: tuple[str, ...] = ()
    """Systems that are reached through it."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The entry point's name."""
        return self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class EntryPointRule:
    """One rule in the exported settings of an entry point: a VPN's connection profile, a network policy of NPS."""

    entry_point: str
    """Name of the entry point, as in its register."""
    rule: str
    """Name of the rule or profile."""
    enabled: bool | None = None
    methods: tuple[str, ...] = ()
    """Methods as exported, e.g. `MS-CHAPv2`, `certificate`, `RADIUS`."""
    factors: DemandedFactors | None = None
    """What the methods amount to, by the mapping in the settings."""
    provider: str | None = None
    """Id of the source that the rule sends users to (RADIUS server), or its name."""
    groups: tuple[str, ...] = ()
    """Groups that the rule lets in; empty: anyone."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`entry point: rule`."""
        return f"{self.entry_point}: {self.rule}"
