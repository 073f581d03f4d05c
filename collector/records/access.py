"""Who was given access to what and by whose decision; registers of moves, groups, outsiders and reviews."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal

from collector.records.identity import HolderCategory


@dataclass(frozen=True, slots=True, kw_only=True)
class Membership:
    """One account's membership of one directory group that the settings name, nested membership resolved."""

    account: str
    """Name of the account (or, where it could not be resolved, of the group or foreign principal) that is a member."""
    group: str
    """The group's name as the directory shows it."""
    through: tuple[str, ...] = ()
    """Groups between the account and the group, nearest to the account first; empty when direct."""
    added: datetime | None = None
    """When the account was put into the group that it stands in itself: msDS-ReplValueMetaData (MS-ADA2)."""
    person_key: str | None = None
    """Key of the account's person, as in `Account`."""
    category: HolderCategory | None = None
    enabled: bool | None = None
    """Whether the account is enabled."""

    @property
    def subject(self) -> str:
        """`account: group`."""
        return f"{self.account}: {self.group}"


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupPurpose:
    """What one directory group is for: the unit that it belongs to, the system that it opens."""

    group: str
    """The group's name as the directory shows it."""
    unit: str | None = None
    """Unit as the HR roster writes it; None for a group that belongs to no single unit."""
    system: str | None = None
    """System as the system register names it."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The group."""
        return self.group


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitChange:
    """One person's move from one unit to another, from the HR system."""

    person_key: str
    date: date
    """First day in the new unit."""
    unit_from: str | None = None
    unit_to: str | None = None
    protected: bool | None = field(default=None, compare=False)
    """Protected identity (skyddade personuppgifter): read only to leave the units out; never stored."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The person's key."""
        return self.person_key


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessRequest:
    """One request for access from the ticket system, with its decision."""

    reference: str
    """The ticket's own number."""
    account: str
    """Account that receives the access."""
    group: str
    requested: date | None = None
    approved: date | None = None
    """Day of the approval; None where nobody has approved (yet)."""
    approver: str | None = None
    """Account name or HR key of whoever approved, in the form that owners and managers are registered in."""
    approver_role: Literal["manager", "system-owner", "delegate"] | None = None
    """Role that the ticket system itself gives the approver."""
    refused: bool | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The ticket."""
        return self.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class AccessReview:
    """One review of the access to one system; several rows of one system and day are one review."""

    system: str
    date: date
    reviewer: str | None = None
    population_count: int | None = None
    """Accounts that the reviewer looked at."""
    removed: tuple[str, ...] = ()
    """Accounts whose access was decided to be removed."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The system that was reviewed."""
        return self.system


@dataclass(frozen=True, slots=True, kw_only=True)
class ExternalAccount:
    """One outsider's account as the register of suppliers' staff, consultants and guests has it."""

    account: str
    supplier: str | None = None
    sponsor: str | None = None
    """Who within the organisation answers for the account."""
    contract_end: date | None = None
    """Last day of the contract or assignment; None where the register gives none."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The account."""
        return self.account


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedAccount:
    """One account that several people or a service may use by decision."""

    account: str
    owner: str | None = None
    """Who answers for its use."""
    purpose: str | None = None
    decided: date | None = None
    valid_until: date | None = None
    row: int | None = None

    @property
    def subject(self) -> str:
        """The account."""
        return self.account
