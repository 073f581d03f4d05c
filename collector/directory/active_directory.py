"""Active Directory: which searches, and what its attributes mean (MS-ADA1, MS-ADTS, MS-SAMR); pure.

Last use. `lastLogonTimestamp` is replicated, and late by up to `msDS-LogonTimeSyncInterval` (14 days where not set;
0: never written). `lastLogon` is exact, and this domain controller's alone: a lower bound. The later of both is taken,
and the lag is what the replicated one leaves open. `lastLogon` without `lastLogonTimestamp` proves nothing about other
domain controllers, so it is not used then; unless others were asked too (`controllers`): with all of them read there
is no lag, with some of them it is a lower bound.

Absence. A reader who may not see `lastLogonTimestamp` gets the same answer as for an account that never logged on. Its
absence counts only where the same unit shows it on another account. (`logonCount` and `lastLogon` are no proof: rights
may be set on a single attribute.) A unit where no account shows it leaves its accounts undetermined.

What cannot be seen: a unit that is hidden from the reader without a trace is missing from the answer, which still says
success. `styrk doctor` cannot find it either: give the reading account the rights of Authenticated Users everywhere.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from collector.directory.accounts import ParsedAccount, Proof
from collector.directory.exposures import ATTRIBUTES as EXPOSURE_ATTRIBUTES
from collector.directory.exposures import exposures
from collector.directory.membership import BUILTIN_ROLES, DNS_ADMINS, DOMAIN_ROLES, Principal
from collector.directory.names import (
    filter_value,
    first_value,
    is_in_units,
    parse_sid,
    place_of,
)
from collector.directory.person_keys import key_of_person
from collector.directory.times import (
    FILETIME_NEVER,
    filetime,
    parse_filetime,
    parse_generalized_time,
    parse_integer,
)
from collector.records.identity import Account, AccountCategory
from collector.records.making import quick
from collector.transport.ldap import Entry, Search

ACCOUNTDISABLE, INTERDOMAIN_TRUST, DONT_EXPIRE_PASSWORD, SMARTCARD_REQUIRED = 0x2, 0x800, 0x10000, 0x40000
"""userAccountControl (MS-ADTS 2.2.16)."""
DEFAULT_LAG_DAYS = 14
KEEPS_LOGON_TIMESTAMP = 2
"""Domain functional level from which lastLogonTimestamp is written: Windows Server 2003 (MS-ADTS 6.1.4.3)."""
ROOT_DSE = Search(
    "",
    "base",
    "(objectClass=*)",
    (
        *("currentTime", "defaultNamingContext", "rootDomainNamingContext", "domainFunctionality", "dnsHostName"),
        *("configurationNamingContext", "schemaNamingContext", "vendorName"),
    ),
)
DOMAIN = "<domain>"
DOMAIN_SID = "<domain SID>"
FOREIGN_PRINCIPALS = "CN=ForeignSecurityPrincipals"
"""Where a domain keeps the principals of others, each named by its identifier; a reader need not see them."""
MANAGED = frozenset(
    {"msds-groupmanagedserviceaccount", "msds-managedserviceaccount", "msds-delegatedmanagedserviceaccount"}
)
ACCOUNTS = (
    "(|(&(objectCategory=person)(objectClass=user))(objectClass=msDS-GroupManagedServiceAccount)"
    "(objectClass=msDS-ManagedServiceAccount))"
)
VALUE_METADATA = "msDS-ReplValueMetaData"
_HOLDER_ATTRIBUTES = ("sAMAccountName", "objectClass", "objectSid", "userAccountControl")


@dataclass(frozen=True, slots=True)
class DomainFacts:
    """What one domain says of itself."""

    lag_days: int = DEFAULT_LAG_DAYS
    """0 where lastLogonTimestamp is never written."""
    service_units: tuple[str, ...] = ()
    """Keys of units whose accounts are service accounts."""
    person_key: str = "employeeID"
    external_units: tuple[str, ...] = ()
    """Keys of units whose accounts belong to outsiders."""
    controllers_read: Literal["one", "some", "all"] = "one"
    """Whose lastLogon is known."""

    @property
    def keeps_use(self) -> bool:
        """Whether lastLogonTimestamp is written at all."""
        return self.lag_days > 0


def domain_search(domain: str = DOMAIN) -> Search:
    """The domain's identifier and how late its log-on times are."""
    return Search(domain, "base", "(objectClass=*)", ("objectSid", "msDS-LogonTimeSyncInterval"))


def account_search(base: str, page_size: int, person_key: str) -> Search:
    """All accounts below the base: people, service accounts, managed service accounts; no computers, no contacts."""
    attributes = (
        *("sAMAccountName", "objectSid", "objectClass", "userAccountControl", "whenCreated"),
        *("lastLogonTimestamp", "lastLogon", "pwdLastSet", "accountExpires", "userPrincipalName", person_key),
        *EXPOSURE_ATTRIBUTES,
    )
    return Search(base, "subtree", ACCOUNTS, attributes, page_size)


def privileged_group_search(page_size: int, domain: str = DOMAIN, domain_sid: str = DOMAIN_SID) -> Search:
    """The groups that administer a domain, by identifier and not by name: names are translated and can be changed."""
    identifiers = [f"{domain_sid}-{number}" for number in sorted(DOMAIN_ROLES)] + sorted(BUILTIN_ROLES)
    parts = "".join(f"(objectSid={identifier})" for identifier in identifiers)
    return Search(
        domain,
        "subtree",
        f"(|{parts}(&(objectClass=group)(sAMAccountName={DNS_ADMINS})))",
        ("sAMAccountName", "objectSid", "member"),
        page_size,
    )


def group_search(dn: str) -> Search:
    """One group that the settings name."""
    return Search(dn, "base", "(objectClass=group)", ("sAMAccountName", "objectSid", "member"))


def member_search(page_size: int, domain: str, group: str, relative_id: str) -> Search:
    """The members of a group that this domain holds, those by primaryGroupID too (they are not in `member`)."""
    return Search(
        domain,
        "subtree",
        f"(|(memberOf={group})(primaryGroupID={relative_id}))",
        (*_HOLDER_ATTRIBUTES, "member"),
        page_size,
    )


def members_of(page_size: int, domain: str, group: Entry, sid: str | None, domain_sid: str) -> Search:
    """The search for the members of one group as read."""
    in_domain = sid is not None and sid.startswith(f"{domain_sid}-")
    relative_id = sid.rpartition("-")[2] if sid is not None and in_domain else "0"
    return member_search(page_size, domain, filter_value(group.dn), relative_id)


def added_search(dn: str) -> Search:
    """When each member was put into a group: only Windows tells, and only those who may read the group's members."""
    return Search(dn, "base", "(objectClass=*)", (VALUE_METADATA,))


def sid_of(entry: Entry) -> str | None:
    """ObjectSid as text; None where it is absent. Raises MalformedValueError."""
    value = entry.first("objectSid")
    return None if value is None else parse_sid(value)


def role_of(sid: str | None, name: str, domain_sid: str) -> str | None:
    """The stable identifier of the privilege that a group gives; None for other groups."""
    if sid is None:
        return "dns-admins" if name == DNS_ADMINS else None
    if sid in BUILTIN_ROLES:
        return BUILTIN_ROLES[sid]
    domain, _, number = sid.rpartition("-")
    if domain == domain_sid and int(number) in DOMAIN_ROLES:
        return DOMAIN_ROLES[int(number)]
    return "dns-admins" if name.casefold() == DNS_ADMINS.casefold() else None


def name_of(entry: Entry) -> str:
    """sAMAccountName, or the entry's own name where that is hidden."""
    return entry.text("sAMAccountName") or first_value(entry.dn)


def parse_account(entry: Entry, facts: DomainFacts, used_elsewhere: datetime | None = None) -> ParsedAccount:
    """One account from its raw attributes and its latest lastLogon at other controllers; raises MalformedValueError."""
    flags = _integer(entry, "userAccountControl")
    replicated = _filetime(entry, "lastLogonTimestamp") if facts.keeps_use else None
    shown = entry.first("lastLogonTimestamp") is not None
    used_here = _filetime(entry, "lastLogon")
    if used_elsewhere is not None and (used_here is None or used_elsewhere > used_here):
        used_here = used_elsewhere
    last_used, source, lag = _last_use(replicated, used_here, facts)
    if facts.controllers_read == "all":
        shown = shown or entry.first("lastLogon") is not None or used_here is not None
    keeps_use = facts.keeps_use or facts.controllers_read == "all"
    password_set = _integer(entry, "pwdLastSet")
    expires = _integer(entry, "accountExpires")
    created = entry.first("whenCreated")
    sid = sid_of(entry)
    container, (is_service, is_external) = place_of(entry.dn, (facts.service_units, facts.external_units))
    account = _account(
        name=name_of(entry),
        identifier=sid,
        category=_category(entry.classes(), sid, flags, is_service=is_service),
        person_key=key_of_person(entry.text(facts.person_key)),
        enabled=None if flags is None else not flags & ACCOUNTDISABLE,
        created=None if created is None else parse_generalized_time(created),
        last_used=last_used,
        last_used_from=source,
        last_used_lag_days=lag,
        last_used_at_least=True if last_used is not None and lag is None else None,
        never_used=True if keeps_use and shown and replicated is None and used_here is None else None,
        password_set=None if password_set is None else filetime(password_set),
        password_must_change=None if password_set is None else password_set == 0,
        password_never_expires=None if flags is None else bool(flags & DONT_EXPIRE_PASSWORD),
        expires=None if expires is None else filetime(expires),
        never_expires=None if expires is None else expires in {0, FILETIME_NEVER},
        smartcard_required=None if flags is None else bool(flags & SMARTCARD_REQUIRED),
        external=is_external,
        principal_name=entry.text("userPrincipalName"),
        exposures=exposures(flags, entry),
    )
    return ParsedAccount(
        account=account,
        dn=entry.dn,
        container=container,
        shows_use=(keeps_use and shown) or last_used is not None,
        may_be_unused=keeps_use and not used_here,
        state_open=flags is None,
    )


_account = quick(Account)


def proof() -> Proof:
    """An absent lastLogonTimestamp counts where the same unit shows it on another account."""
    return Proof(
        never_used=lambda parsed, seen: parsed.container in seen.containers_with_use,
        enabled=lambda _parsed: None,
    )


def category_of(entry: Entry, service_units: tuple[str, ...] = ()) -> AccountCategory:
    """What an account is for, by its class, its well-known relative identifier, and the unit that it stands in."""
    in_service_unit = is_in_units(entry.dn, service_units)
    return _category(entry.classes(), sid_of(entry), _integer(entry, "userAccountControl"), is_service=in_service_unit)


def _category(
    classes: frozenset[str], sid: str | None, flags: int | None, *, is_service: bool | None
) -> AccountCategory:
    if classes & MANAGED:
        return "managed-service"
    if "computer" in classes or (flags or 0) & INTERDOMAIN_TRUST:
        return "system"
    if sid is not None and sid.startswith("S-1-5-21-") and int(sid.rpartition("-")[2]) < 1000:
        return "built-in"
    return "service" if is_service else "person"


def parse_holder(entry: Entry, service_units: tuple[str, ...]) -> Principal:
    """A member that is no group of this domain; raises MalformedValueError."""
    if "foreignsecurityprincipal" in entry.classes():
        return Principal(first_value(entry.dn), "foreign")
    flags = _integer(entry, "userAccountControl")
    return Principal(
        name_of(entry),
        category_of(entry, service_units),
        None if flags is None else not flags & ACCOUNTDISABLE,
        None if flags is None else bool(flags & SMARTCARD_REQUIRED),
    )


def lag_days(domain: Entry | None, functional_level: bytes | None) -> int:
    """How late lastLogonTimestamp may be, in days; 0 where it is never written. Raises MalformedValueError."""
    if functional_level is not None and parse_integer(functional_level) < KEEPS_LOGON_TIMESTAMP:
        return 0
    value = None if domain is None else domain.first("msDS-LogonTimeSyncInterval")
    return DEFAULT_LAG_DAYS if value is None else max(0, parse_integer(value))


def _last_use(
    replicated: datetime | None, here: datetime | None, facts: DomainFacts
) -> tuple[datetime | None, str | None, int | None]:
    """Latest use, the attribute that says so, and the lag in days; None as the lag: it is only a lower bound."""
    exact = facts.controllers_read == "all"
    if replicated is None:
        if here is None or facts.controllers_read == "one":
            return None, None, None
        return here, "lastLogon", 0 if exact else None
    if here is None or here <= replicated:
        return replicated, "lastLogonTimestamp", 0 if exact else facts.lag_days
    if exact:
        return here, "lastLogon", 0
    left_open = timedelta(days=facts.lag_days) - (here - replicated)
    return here, "lastLogon", max(0, -(-left_open // timedelta(days=1)))


def _integer(entry: Entry, name: str) -> int | None:
    value = entry.first(name)
    return None if value is None else parse_integer(value)


def _filetime(entry: Entry, name: str) -> datetime | None:
    value = entry.first(name)
    return None if value is None else parse_filetime(value)


def expected_roles(is_forest_root: bool) -> Mapping[str, str]:  # noqa: FBT001  # one fact of the domain
    """The roles that every domain has (role to group name in English), so that one that is not seen is a gap."""
    always = {"domain-admins": "Domain Admins", "administrators": "Administrators"}
    forest = {"schema-admins": "Schema Admins", "enterprise-admins": "Enterprise Admins"}
    return always | forest if is_forest_root else always
