"""Resource-based delegation: whom a computer or an account lets act in other people's names towards it.

msDS-AllowedToActOnBehalfOfOtherIdentity (MS-ADA2, MS-SFU) holds a security descriptor. Whoever is in its list may come
to that resource as anyone, administrators too. The attribute belongs to the property set User-Account-Restrictions, as
userAccountControl does: a reader who sees the controllers by that attribute sees this one as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from collector.directory import active_directory as ad
from collector.directory.controllers import controller_search
from collector.directory.faults import Faults
from collector.directory.reading import DirectoryReader
from collector.directory.security_descriptor import allowed
from collector.directory.times import parse_integer
from collector.evidence import GapCause
from collector.records.directory import ResourceDelegation
from collector.records.principals import EVERYBODY
from collector.records.record import Record
from collector.source import Recorder, SourceError
from collector.transport.ldap import Entry, Search

ATTRIBUTE = "msDS-AllowedToActOnBehalfOfOtherIdentity"
_HOLDER = ("sAMAccountName", "objectClass", "objectSid", "userAccountControl")
_KINDS: tuple[type[Record], ...] = (ResourceDelegation,)
_CONTROLLER = 0x2000 | 0x4000000
"""userAccountControl (MS-ADTS 2.2.16): SERVER_TRUST_ACCOUNT, and the flag of a read-only controller."""
_EVERY_ACCOUNT = frozenset({"513", "514"})
"""Relative identifiers of Domain Users, which every account is in, and Domain Guests (MS-DTYP 2.4.2.4)."""
_WHO = "<each identifier in them>"


@dataclass(frozen=True, slots=True)
class Actor:
    """One whom a resource lets act."""

    name: str
    category: str | None = None


def resource_search(domain: str, page_size: int) -> Search:
    """The computers and accounts that let anyone act in others' names."""
    return Search(domain, "subtree", f"({ATTRIBUTE}=*)", (*_HOLDER, ATTRIBUTE), page_size)


def actor_search(domain: str, identifier: str = _WHO) -> Search:
    """The entry of one who is let act."""
    return Search(domain, "subtree", f"(objectSid={identifier})", _HOLDER, 10)


def searches(domain: str, page_size: int) -> Iterable[Search]:
    """Every search that is issued."""
    return controller_search(domain, page_size), resource_search(domain, page_size), actor_search(domain)


def read(reader: DirectoryReader, recorder: Recorder, domain: str, page_size: int) -> None:
    """Read every resource that lets someone act, to the end."""
    if not any(list(reader.entries(controller_search(domain, page_size), _KINDS))):
        raise SourceError(
            GapCause.DENIED,
            "account restrictions are hidden from the reader: whom a computer lets act in others' names is not known",
            "let the reading account read the property set Account Restrictions, as Authenticated Users may",
        )
    faults, known = Faults(ResourceDelegation, recorder), dict[str, Actor]()

    def actor_of(identifier: str) -> Actor:
        if identifier not in known:
            known[identifier] = _actor(reader, domain, identifier)
        return known[identifier]

    for entry in list(reader.entries(resource_search(domain, page_size), _KINDS)):
        with faults.of(entry.dn):
            for record in delegations(entry, actor_of):
                recorder.add(record)
    recorder.complete(ResourceDelegation)


def delegations(entry: Entry, actor_of: Callable[[str], Actor]) -> Iterator[ResourceDelegation]:
    """One record for each whom a resource lets act; one without a name where its list is empty.

    Raises MalformedValueError.
    """
    flags = entry.first("userAccountControl")
    controller = None if flags is None else bool(parse_integer(flags) & _CONTROLLER)
    computer, name = "computer" in entry.classes(), ad.name_of(entry)
    resource = name.removesuffix("$") if computer else name
    found = allowed(entry.first(ATTRIBUTE) or b"")
    for identifier in found:
        actor = actor_of(identifier)
        yield ResourceDelegation(
            resource=resource,
            domain_controller=controller,
            may_act=actor.name,
            identifier=identifier,
            category=actor.category,
        )
    if not found:
        yield ResourceDelegation(resource=resource, domain_controller=controller)


def _actor(reader: DirectoryReader, domain: str, identifier: str) -> Actor:
    if identifier in EVERYBODY:
        return Actor(identifier, "everyone")
    entry = next(iter(list(reader.entries(actor_search(domain, identifier), _KINDS))), None)
    if entry is None:
        return Actor(identifier)
    if "foreignsecurityprincipal" in entry.classes():
        return Actor(identifier, "foreign")
    if "group" in entry.classes():
        domain_wide = identifier.startswith("S-1-5-21-") and identifier.rpartition("-")[2] in _EVERY_ACCOUNT
        return Actor(ad.name_of(entry), "everyone" if domain_wide else "group")
    if "computer" in entry.classes() and not entry.classes() & ad.MANAGED:
        return Actor(ad.name_of(entry).removesuffix("$"), "computer")
    return Actor(ad.name_of(entry), ad.category_of(entry))
