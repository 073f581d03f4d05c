"""A domain, its computers, its trusts and the reader's own rights in it; pure.

Age of the backup: a backup by the system's own interface writes dSASignature on the domain's entry. The attribute
says nothing in itself; when it was written stands in replPropertyMetaData (PROPERTY_META_DATA_VECTOR_V1: MS-DRSR
5.166). An image of a virtual machine that the directory is not told of leaves no trace there. Samba keeps no such time.

Managed local passwords (LAPS): only the time at which one expires is asked for. A computer without it has none only
where another computer shows it, or the schema does not know it. Passwords that are kept in Entra ID do not show here.
"""

from __future__ import annotations

import struct
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal

from collector.directory.exposures import exposures
from collector.directory.membership import BUILTIN_ROLES, DOMAIN_ROLES
from collector.directory.names import first_value, parse_sid
from collector.directory.password_policies import dns_name
from collector.directory.times import MalformedValueError, parse_filetime, parse_generalized_time, parse_integer
from collector.records.directory import CollectorIdentity, Computer, Domain, Trust
from collector.transport.ldap import NO_ATTRIBUTES, Entry, Search

DSA_SIGNATURE = 0x0002004A
"""dSASignature, 1.2.840.113556.1.2.74, by the fixed part of the prefix table (MS-DRSR 5.16.4)."""
DOMAIN_ATTRIBUTES = ("objectSid", "msDS-Behavior-Version", "ms-DS-MachineAccountQuota", "replPropertyMetaData")
LAPS_ATTRIBUTES = ("msLAPS-PasswordExpirationTime", "ms-Mcs-AdmPwdExpirationTime")
_DISABLED, _SERVER_TRUST, _READ_ONLY_CONTROLLER = 0x2, 0x2000, 0x4000000
_HEADER, _STAMP = struct.Struct("<IIII"), struct.Struct("<IIQ16sQQ")
_EPOCH = datetime(1601, 1, 1, tzinfo=UTC)
_DIRECTIONS: dict[int, Literal["disabled", "inbound", "outbound", "both"]] = {
    0: "disabled",
    1: "inbound",
    2: "outbound",
    3: "both",
}
_KINDS: dict[int, Literal["windows-nt", "active-directory", "kerberos", "dce", "entra-id"]] = {
    1: "windows-nt",
    2: "active-directory",
    3: "kerberos",
    4: "dce",
    5: "entra-id",
}
_FOREST, _QUARANTINED, _SELECTIVE, _WITHIN, _EXTERNAL, _DELEGATION = 0x8, 0x4, 0x10, 0x20, 0x40, 0x800
"""trustAttributes (MS-ADTS 6.1.6.7.9)."""


def domain_search(domain: str) -> Search:
    """The domain's own entry."""
    return Search(domain, "base", "(objectClass=*)", DOMAIN_ATTRIBUTES)


def lifetime_search(configuration: str) -> Search:
    """How long deleted entries are kept in the forest."""
    where = f"CN=Directory Service,CN=Windows NT,CN=Services,{configuration}"
    return Search(where, "base", "(objectClass=*)", ("tombstoneLifetime",))


def krbtgt_search(domain: str, domain_sid: str) -> Search:
    """The account that signs tickets, by its relative identifier."""
    attributes = ("sAMAccountName", "objectSid", "pwdLastSet", "servicePrincipalName")
    return Search(domain, "subtree", f"(objectSid={domain_sid}-502)", attributes, 10)


def computer_search(base: str, page_size: int) -> Search:
    """The computers below a base; managed service accounts are computers by class and are left out."""
    attributes = (
        *("sAMAccountName", "objectSid", "userAccountControl", "whenCreated", "lastLogonTimestamp"),
        *("operatingSystem", "operatingSystemVersion", "servicePrincipalName", "msDS-AllowedToDelegateTo"),
        *LAPS_ATTRIBUTES,
    )
    return Search(base, "subtree", "(objectCategory=computer)", attributes, page_size)


def laps_schema_search(schema: str) -> Search:
    """Whether the forest's schema knows managed local passwords."""
    either = "".join(f"(lDAPDisplayName={name})" for name in LAPS_ATTRIBUTES)
    return Search(schema, "one", f"(|{either})", NO_ATTRIBUTES, 10)


def trust_search(domain: str, page_size: int) -> Search:
    """The domain's trusts."""
    attributes = ("cn", "trustPartner", "trustDirection", "trustType", "trustAttributes", "securityIdentifier")
    return Search(f"CN=System,{domain}", "one", "(objectClass=trustedDomain)", attributes, page_size)


TOKEN_SEARCH = Search("", "base", "(objectClass=*)", ("tokenGroups",))
"""The reader's own identifier and those of its groups, nested ones too (MS-ADTS 3.1.1.3.2)."""


def parse_domain(entry: Entry, krbtgt: Entry | None, forest: Entry | None, *, keeps_backup_time: bool) -> Domain:
    """One domain from its own entry, its ticket account's and the forest's; raises MalformedValueError."""
    sid, metadata = entry.first("objectSid"), entry.first("replPropertyMetaData")
    written = None if metadata is None else written_times(metadata)
    password_set = None if krbtgt is None else krbtgt.first("pwdLastSet")
    last_backup = None if written is None else written.get(DSA_SIGNATURE)
    return Domain(
        name=dns_name(entry.dn),
        identifier=None if sid is None else parse_sid(sid),
        functional_level=_integer(entry, "msDS-Behavior-Version"),
        krbtgt_password_set=None if password_set is None else parse_filetime(password_set),
        last_backup=last_backup,
        never_backed_up=True if keeps_backup_time and written and last_backup is None else None,
        tombstone_days=None if forest is None else _integer(forest, "tombstoneLifetime"),
        machine_account_quota=_integer(entry, "ms-DS-MachineAccountQuota"),
    )


def written_times(metadata: bytes) -> dict[int, datetime]:
    """When each attribute of an entry was last written anywhere, by attribute number.

    Raises MalformedValueError for what is no replPropertyMetaData of version 1.
    """
    if len(metadata) < _HEADER.size:
        message = "replPropertyMetaData is cut off"
        raise MalformedValueError(message)
    version, _, count, _ = _HEADER.unpack_from(metadata)
    if version != 1 or len(metadata) != _HEADER.size + count * _STAMP.size:
        message = f"replPropertyMetaData of version {version} with {count} stamps in {len(metadata)} bytes"
        raise MalformedValueError(message)
    found = {}
    for number, _, seconds, _, _, _ in _STAMP.iter_unpack(metadata[_HEADER.size :]):
        try:
            found[number] = _EPOCH + timedelta(seconds=seconds)
        except OverflowError as error:
            message = f"replPropertyMetaData: no time: {seconds}"
            raise MalformedValueError(message) from error
    return found


def parse_computer(entry: Entry, lag_days: int) -> Computer:
    """One computer; raises MalformedValueError."""
    flags, used = _integer(entry, "userAccountControl"), entry.first("lastLogonTimestamp")
    sid, created = entry.first("objectSid"), entry.first("whenCreated")
    last_used = None if used is None else parse_filetime(used)
    expiries = [parse_filetime(value) for name in LAPS_ATTRIBUTES for value in entry.values(name)]
    return Computer(
        name=(entry.text("sAMAccountName") or first_value(entry.dn)).removesuffix("$"),
        identifier=None if sid is None else parse_sid(sid),
        system=entry.text("operatingSystem"),
        system_version=entry.text("operatingSystemVersion"),
        domain_controller=None if flags is None else bool(flags & (_SERVER_TRUST | _READ_ONLY_CONTROLLER)),
        enabled=None if flags is None else not flags & _DISABLED,
        created=None if created is None else parse_generalized_time(created),
        last_used=last_used,
        last_used_lag_days=None if last_used is None else lag_days,
        managed_password=True if expiries else None,
        managed_password_expires=max((each for each in expiries if each is not None), default=None),
        exposures=exposures(flags, entry),
    )


def parse_trust(entry: Entry) -> Trust:
    """One trust; raises MalformedValueError."""
    flags, direction, kind = (_integer(entry, name) for name in ("trustAttributes", "trustDirection", "trustType"))
    identifier = entry.first("securityIdentifier")
    return Trust(
        name=entry.text("trustPartner") or entry.text("cn") or first_value(entry.dn),
        identifier=None if identifier is None else parse_sid(identifier),
        direction=None if direction is None else _DIRECTIONS.get(direction),
        kind=None if kind is None else _KINDS.get(kind),
        within_forest=None if flags is None else bool(flags & _WITHIN),
        forest=None if flags is None else bool(flags & _FOREST),
        sid_filtering=None if flags is None else bool(flags & _QUARANTINED or flags & (_FOREST | _EXTERNAL) == _FOREST),
        selective_authentication=None if flags is None else bool(flags & _SELECTIVE),
        delegation=None if flags is None else bool(flags & _DELEGATION),
    )


def token_identity(name: str, token: Iterable[bytes], domain_sid: str, further: Mapping[str, str]) -> CollectorIdentity:
    """The reader by its own token: the first identifier is its own. Raises MalformedValueError.

    `further`: identifier to role of the groups that the settings call privileged.
    """
    identifiers = [parse_sid(each) for each in token]
    roles = {BUILTIN_ROLES[each] for each in identifiers if each in BUILTIN_ROLES}
    roles |= {further[each] for each in identifiers if each in further}
    for each in identifiers:
        domain, _, number = each.rpartition("-")
        if domain == domain_sid and int(number) in DOMAIN_ROLES:
            roles.add(DOMAIN_ROLES[int(number)])
    return CollectorIdentity(
        name=name,
        identifier=next(iter(identifiers), None),
        roles=tuple(sorted(roles)) if identifiers else None,
    )


def _integer(entry: Entry, name: str) -> int | None:
    value = entry.first(name)
    return None if value is None else parse_integer(value)
