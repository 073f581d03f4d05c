"""Two small directories in memory, healthy unless a test says otherwise, and how to read what came of them."""

from __future__ import annotations

import struct
from collections.abc import Callable
from typing import TypeVar

from collector.evidence import EvidenceSet, GapCause, Population
from collector.records.identity import Account
from collector.records.record import Record
from collector.transport.ldap import ConnectionLostError, Entry, Search
from tests.collector.directory.fake_ldap import Answer, FakeLdap, entry

R = TypeVar("R", bound=Record)

DOMAIN = "DC=corp,DC=example,DC=test"
USED = "134083296000000000"
LOST = ConnectionLostError(GapCause.UNREACHABLE, "fake:636: the connection was lost", "scan again")


def written(*stamps: tuple[int, int], version: int = 1) -> bytes:
    """replPropertyMetaData: attribute number and seconds since 1601 of each attribute."""
    rows = b"".join(struct.pack("<IIQ16sQQ", number, 1, seconds, b"", 0, 0) for number, seconds in stamps)
    return struct.pack("<IIII", version, 0, len(stamps), 0) + rows


WRITTEN = written((0x0002004A, 13_439_726_077), (0x00020002, 13_408_329_600))


def sid(*parts: int) -> bytes:
    return bytes([1, len(parts)]) + (5).to_bytes(6, "big") + b"".join(struct.pack("<I", part) for part in parts)


def domain_sid(number: int) -> bytes:
    return sid(21, 1, 2, 3, number)


def user(name: str, number: int, unit: str = "CN=Users", **other: str | list[str]) -> Entry:
    values: dict[str, str | list[str]] = {"userAccountControl": "512", "lastLogonTimestamp": USED}
    values |= {"whenCreated": "20260101000000.0Z", **other}
    return entry(
        f"CN={name},{unit},{DOMAIN}",
        sAMAccountName=name,
        objectClass=["top", "user"],
        objectSid=domain_sid(number),
        **values,
    )


def group(name: str, identifier: bytes, *members: str) -> Entry:
    return entry(
        f"CN={name},CN=Users,{DOMAIN}",
        sAMAccountName=name,
        objectClass=["top", "group"],
        objectSid=identifier,
        member=list(members),
    )


def domain(accounts: Answer | None = None, **more: Answer) -> FakeLdap:
    """A small healthy domain, less what the test puts in its place."""
    anna, admins = f"CN=anna,CN=Users,{DOMAIN}", f"CN=Domain Admins,CN=Users,{DOMAIN}"
    answers = {
        'base="" ': Answer(
            [
                entry(
                    "",
                    currentTime="20261121075100.0Z",
                    defaultNamingContext=DOMAIN,
                    rootDomainNamingContext=f"DC=forest,{DOMAIN}",
                    domainFunctionality="7",
                    dnsHostName="dc1.corp.example.test",
                    tokenGroups=[domain_sid(1200), domain_sid(513)],
                )
            ]
        ),
        "msDS-LogonTimeSyncInterval": Answer([entry(DOMAIN, objectSid=sid(21, 1, 2, 3))]),
        "replPropertyMetaData": Answer([entry(DOMAIN, objectSid=sid(21, 1, 2, 3), replPropertyMetaData=WRITTEN)]),
        "minPwdLength": Answer([entry(DOMAIN, minPwdLength="14", lockoutThreshold="0")]),
        "tombstoneLifetime": Answer([entry(f"CN=Directory Service,{DOMAIN}", tombstoneLifetime="180")]),
        "objectSid=S-1-5-21-1-2-3-502": Answer(
            [user("krbtgt", 502, servicePrincipalName="kadmin/changepw", pwdLastSet=USED)]
        ),
        "objectSid=S-1-5-21-1-2-3-1200": Answer([user("reader", 1200)]),
        "dNSHostName": Answer([entry(f"CN=DC1,{DOMAIN}", dNSHostName="dc1.corp.example.test")]),
        "(objectCategory=computer)": Answer([user("PC1$", 1300, operatingSystem="Windows 11")]),
        "(objectCategory=person)": accounts or Answer([user(f"u{number}", 2000 + number) for number in range(5)]),
        "objectSid=S-1-5-32-544": Answer(
            [group("Domain Admins", domain_sid(512), anna), group("Administrators", sid(32, 544), admins)]
        ),
        "memberOf=CN=Domain Admins": Answer([user("anna", 1100)]),
        "memberOf=CN=Administrators": Answer([group("Domain Admins", domain_sid(512), anna)]),
    }
    return FakeLdap({**{key.replace("_", " "): value for key, value in more.items()}, **answers})


def with_first(fake: FakeLdap, **answers: Answer | Callable[[Search], Answer]) -> FakeLdap:
    fake.answers = {**answers, **{key: each for key, each in fake.answers.items() if key not in answers}}
    return fake


BASE = "dc=example,dc=test"
GROUP = f"cn=drift,ou=Grupper,{BASE}"


def person(name: str, **other: str) -> Entry:
    return entry(
        f"uid={name},ou=Personal,{BASE}",
        uid=name,
        objectClass=["inetOrgPerson", "posixAccount"],
        createTimestamp="20260101000000Z",
        **other,
    )


def server(
    *accounts: Entry, unlocked: tuple[Entry, ...] = (), unused: tuple[Entry, ...] = (), units: tuple[Entry, ...] = ()
) -> FakeLdap:
    drift = entry(GROUP, objectClass="groupOfNames", cn="drift", member=[f"uid=eva,ou=Personal,{BASE}", GROUP])
    return FakeLdap(
        {
            'base="" ': Answer([entry("", supportedControl=["1.2.840.113556.1.4.319", "1.3.6.1.4.1.42.2.27.8.5.1"])]),
            "(!(pwdAccountLockedTime=*)))": Answer(list(unlocked)),
            "(!(pwdLastSuccess=*))": Answer(list(unused)),
            f'base="{GROUP}"': Answer([drift]),
            f'base="uid=eva,ou=Personal,{BASE}" scope=base filter=(objectClass=*)': Answer([person("eva")]),
            "hasSubordinates": Answer(list(units)),
            "entryUUID": Answer(list(accounts)),
        }
    )


def population(evidence: EvidenceSet, kind: type[R]) -> Population[R]:
    (found,) = evidence.reading(kind).populations
    return found


def names(evidence: EvidenceSet) -> list[str]:
    return [record.subject for record in population(evidence, Account).records]
