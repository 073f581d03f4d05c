"""Hosts of roles that must stand apart stand in zones of their own.

Judged on every host that was seen in a declared zone: by an interface that was read, or by an address in the register
of hosts. What a host is comes from that register's role, from the system register (a host that a system runs on is a
server) and from the operating system that a directory has for it. A host in a zone declared for other roles deviates;
so does one whose wireless interface stands in a zone that is for something else. A zone declared for none of the roles
deviates where hosts of several of them stand in it, and so does one subnet that reaches over zones of different roles,
for no firewall stands between its hosts. A host of which nothing says what it is, of which the evidence contradicts
itself, or which is a client that nobody calls a user's or an administrator's, is undetermined, by name, and so is one
of which a register may have said otherwise that was not all read; so are registered hosts without an address, and
computers of a directory that nothing places. Firewalls and other equipment between segments are set aside, and so are
roles that need no segment of their own.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import reduce

from checks.finding import (
    Fact,
    Outcome,
    Reason,
    Severity,
    Text,
    Verdict,
    conforms,
    deviates,
    out_of_scope,
    undetermined,
)
from checks.network.addresses import Network, is_network
from checks.network.places import Place, places_of
from checks.network.roles import CLIENT, FITS, NODE, WIRELESS, Role, Roles
from checks.record_rules.joins import key_of
from collector.evidence import EvidenceSet, Population
from collector.records.assets import RegisteredHost
from collector.records.backup import ProtectedSystem
from collector.records.directory import Computer
from collector.records.host import Interface
from collector.records.network import FirewallChain, Zone

CONTROL = "segmentation-zones"
READS = (Zone, Interface, RegisteredHost, ProtectedSystem, Computer, FirewallChain)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Roles that must stand apart."""

    required_roles: tuple[str, ...] = ("user-clients", "admin-clients", "servers", "wireless")


_MOVE = Text(
    "Flytta datorn till ett segment för dess roll, eller rätta rollen i registret.",
    "Move the host to a segment for its role, or correct the role in the register.",
)
REASONS = {
    "wrong-zone": Reason(
        Text(
            "{role} ({said}) med adressen {address} i zonen {zone}, som är till för {roles}.",
            "{role} ({said}) with the address {address} in the zone {zone}, which is for {roles}.",
        ),
        _MOVE,
    ),
    "wireless-in-zone": Reason(
        Text(
            "Trådlöst ansluten ({interface}, {address}) i zonen {zone}, som är till för {roles}.",
            "On wireless ({interface}, {address}) in the zone {zone}, which is for {roles}.",
        ),
        Text(
            "Låt det trådlösa nätet sluta i ett eget segment.",
            "Let the wireless network end in a segment of its own.",
        ),
    ),
    "roles-mixed": Reason(
        Text(
            "I zonen står datorer med roller som ska vara åtskilda: {hosts}.",
            "Hosts of roles that must stand apart stand in the zone: {hosts}.",
        ),
        Text("Flytta rollerna till var sitt segment.", "Move the roles to segments of their own."),
    ),
    "subnet-across-zones": Reason(
        Text(
            "Subnätet sträcker sig över zonerna {zones}, så ingen brandvägg står mellan {hosts}.",
            "The subnet reaches over the zones {zones}, so no firewall stands between {hosts}.",
        ),
        Text("Ge varje zon ett eget subnät bakom brandväggen.", "Give each zone a subnet of its own."),
        Severity.HIGH,
    ),
    "role-unknown": Reason(
        Text(
            "Inget säger vad datorn på {address} i zonen {zone} har för roll.",
            "Nothing says what the host at {address} in the zone {zone} is.",
        ),
        Text(
            "Ange rollen i ett register över datorer (registered-host), eller datorn i systemregistret.",
            "State its role in a register of hosts (registered-host), or name the host in the system register.",
        ),
    ),
    "role-not-understood": Reason(
        Text("Rollen {said} kunde inte tolkas.", "The role {said} could not be understood."),
        Text(
            "Översätt ordet under values i registret, eller ange rollen för den zon som den hör till.",
            "Translate the word under values of the register, or declare the role for the zone that it belongs to.",
        ),
    ),
    "role-disputed": Reason(
        Text(
            "Underlagen säger emot varandra om rollen: {said}.", "The evidence contradicts itself on the role: {said}."
        ),
        Text("Rätta det register som har fel.", "Correct the register that is wrong."),
    ),
    "router-unknown": Reason(
        Text(
            "Datorn står i flera zoner, och om den är en brandvägg mellan dem kunde inte läsas.",
            "The host stands in several zones, and whether it is a firewall between them could not be read.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "role-not-confirmed": Reason(
        Text(
            "{role} enligt {said}; vad registren säger om rollen är inte känt, för de kunde inte läsas i sin helhet.",
            "{role} by {said}; what the registers say of the role is not known, for they could not be read in full.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "client-of-whom": Reason(
        Text(
            "En klient ({said}) i zonen {zone}; om den är användarens eller administratörens framgår inte.",
            "A client ({said}) in the zone {zone}; whether it is a user's or an administrator's is not told.",
        ),
        Text(
            "Ange administrationsklienterna i ett register över datorer (registered-host).",
            "State the administration clients in a register of hosts (registered-host).",
        ),
    ),
    "address-unknown": Reason(
        Text("Datorn finns i registret utan någon adress.", "The host is registered without any address."),
        Text("Ta med adresserna i registret.", "Include the addresses in the register."),
    ),
    "address-not-understood": Reason(
        Text("Adressen {address} kunde inte tolkas.", "The address {address} could not be understood."),
    ),
    "computers-not-placed": Reason(
        Text(
            "{count} datorer i katalogen har ingen känd adress, så de kan stå i vilken zon som helst: {computers}.",
            "{count} computers of the directory have no known address, so they may stand in any zone: {computers}.",
        ),
        Text(
            "Lägg till ett register över datorer med adresser (registered-host), t.ex. ur DHCP.",
            "Add a register of hosts with addresses (registered-host), e.g. from DHCP.",
        ),
        Severity.LOW,
    ),
    "hosts-unread": Reason(
        Text("Adresserna kunde inte läsas.", "The addresses could not be read."),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "computers-unread": Reason(
        Text(
            "Katalogens datorer kunde inte läsas i sin helhet, så det kan finnas fler som ingenting placerar.",
            "The computers of the directory could not be read in full, so there may be more that nothing places.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "hosts-missing": Reason(
        Text(
            "Källan har {source_count} poster enligt sin egen räkning, och gav {seen}; resten kan stå i vilken zon som "
            "helst.",
            "The source has {source_count} records by its own count, and gave {seen}; the rest may stand in any zone.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "no-zone": Reason(
        Text("Adressen {address} ligger inte i någon angiven zon.", "The address {address} lies in no declared zone."),
        Text("Ange nätet under zones, eller flytta värden.", "Declare the network under zones, or move the host."),
    ),
    "network-equipment": Reason(Text("Utrustning mellan segment.", "Equipment between segments.")),
    "other-role": Reason(
        Text("Rollen behöver inget eget segment.", "The role needs no segment of its own."),
    ),
}


def judge(
    zones: Population[Zone], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host that stands in a zone, and one per zone or subnet in which roles are mixed."""
    declared = sorted(zones.records, key=lambda zone: (zone.name, repr(zone)))
    routers = {key_of(each.device) for each in evidence.reading(FirewallChain).records if each.hook == "forward"}
    places = places_of(evidence, declared)
    roles = Roles(evidence, {*parameters.required_roles, *(role for zone in declared for role in zone.roles)})
    firsts = Counter(name.partition(".")[0] for name in places)
    apart = frozenset(parameters.required_roles)
    known: dict[str, Role] = {}
    mixed: defaultdict[Zone, list[str]] = defaultdict(list)
    for name, held in sorted(places.items()):
        if name not in routers:
            known[name] = roles.of(name, short=firsts[name.partition(".")[0]] == 1)
            for zone in {place.zone for place in held}:
                mixed[zone].append(name)
    for zone in declared:
        if not apart & set(zone.roles):
            mixed[zone] = _mixed(mixed[zone], known, apart)
            if mixed[zone]:
                yield deviates(zone, "roles-mixed", hosts=_shown(mixed[zone], known, places))
        else:
            mixed[zone] = []
    perhaps = _perhaps_routers(evidence)
    for name, role in known.items():
        said = _judge_host(places[name], role, apart)
        if said.reason == "wrong-zone" and name in perhaps and len({place.zone for place in places[name]}) > 1:
            said = undetermined(places[name][0].host, "router-unknown")
        if said.verdict is Verdict.DEVIATES or not any(name in mixed[place.zone] for place in places[name]):
            yield said
    yield from _subnets(places, known, apart)
    yield from _not_placed(evidence, {*places, *routers})


def _perhaps_routers(evidence: EvidenceSet) -> set[str]:
    """Hosts, by the keys of their names, whose firewall was asked for and not read: it may be one between segments."""
    found: set[str] = set()
    for gap in evidence.reading(FirewallChain).all_gaps:
        if gap.subject is not None:
            found.add(key_of(gap.subject))
        else:
            found |= {key_of(each.host) for each in evidence.reading(Interface).of(gap.source).records}
    return found


def _fits(role: str, apart: frozenset[str]) -> frozenset[str]:
    """The segments, of those that must be apart, that a host of a role may stand in."""
    return FITS.get(role, frozenset({role})) & apart


def _mixed(names: list[str], known: Mapping[str, Role], apart: frozenset[str]) -> list[str]:
    """Of the hosts of one zone those with a role that must stand apart, where there is no segment for all of them."""
    bearing = [name for name in names if not known[name].doubted and _fits(known[name].name, apart)]
    common = reduce(frozenset.__and__, (_fits(known[name].name, apart) for name in bearing), apart)
    return bearing if bearing and not common else []


def _shown(names: Iterable[str], known: Mapping[str, Role], places: Mapping[str, list[Place]]) -> tuple[str, ...]:
    return tuple(f"{places[name][0].host} ({known[name].name})" for name in names)


def _judge_host(places: list[Place], role: Role, apart: frozenset[str]) -> Outcome:
    """What the places of one host come to: what deviates first, then what is not known."""
    host, fits = places[0].host, _fits(role.name, apart)
    for place in places:
        wanted = apart & set(place.zone.roles)
        where: dict[str, Fact] = {
            "zone": place.zone.name,
            "address": str(place.address),
            "roles": tuple(sorted(wanted)),
        }
        if wanted and fits and not fits & wanted and not role.doubted:
            return deviates(host, "wrong-zone", role=role.name, said=role.words, **where)
        if place.wireless and wanted and WIRELESS in apart and WIRELESS not in wanted:
            return deviates(host, "wireless-in-zone", interface=place.interface, **where)
    first = places[0]
    if not role.said:
        return undetermined(host, "role-unknown", zone=first.zone.name, address=str(first.address))
    if not role.name:
        unknown = tuple(each.words for each in role.said if not each.role)
        return undetermined(host, "role-not-understood" if unknown else "role-disputed", said=unknown or role.words)
    if role.doubted:
        return undetermined(host, "role-not-confirmed", role=role.name, said=role.words)
    if role.name == CLIENT and len(fits) > 1:
        return undetermined(host, "client-of-whom", said=role.words, zone=first.zone.name)
    if not fits:
        return out_of_scope(host, "network-equipment" if role.name == NODE else "other-role")
    return conforms(host)


def _subnets(places: Mapping[str, list[Place]], known: Mapping[str, Role], apart: frozenset[str]) -> Iterator[Outcome]:
    """Subnets, as hosts themselves have them, that reach over zones of roles that must stand apart."""
    found: defaultdict[Network, list[Place]] = defaultdict(list)
    for name in known:
        for place in places[name]:
            if place.network is not None and place.network.num_addresses > 2:
                found[place.network].append(place)
    for network, held in sorted(found.items(), key=lambda each: (each[0].version, each[0])):
        zones = {place.zone for place in held}
        addresses = Counter(place.address for place in held)
        if len(zones) < 2 or max(addresses.values()) > 1:
            continue  # one address twice: the same numbers in different places
        roles = [apart & set(zone.roles) for zone in zones]
        if all(roles) and not reduce(frozenset.__and__, map(frozenset, roles)):
            yield deviates(
                str(network),
                "subnet-across-zones",
                zones=tuple(sorted(zone.name for zone in zones)),
                hosts=tuple(sorted({place.host for place in held})),
            )


def _not_obtained(evidence: EvidenceSet, placed: Collection[str]) -> Iterator[Outcome]:
    """What sources of hosts did not give, by their gaps or by their own count."""
    for kind in (Interface, RegisteredHost, Computer):
        reading = evidence.reading(kind)
        for gap in reading.all_gaps:
            if kind is Computer or gap.subject is None or key_of(gap.subject) not in placed:
                yield undetermined(
                    gap.subject or gap.source, "computers-unread" if kind is Computer else "hosts-unread"
                )
        for each in reading.populations:
            if each.source_count is not None and each.source_count > each.count:
                yield undetermined(each.source, "hosts-missing", seen=each.count, source_count=each.source_count)


def _not_placed(evidence: EvidenceSet, placed: Collection[str]) -> Iterator[Outcome]:
    """What has no place: what could not be read, registered hosts without an address, computers of directories."""
    yield from _not_obtained(evidence, placed)
    registered: set[str] = set()
    for row in sorted(evidence.reading(RegisteredHost).records, key=repr):
        registered.add(key_of(row.host))
        strange = [text for text in row.addresses if not is_network(text)]
        if strange:
            yield undetermined(row, "address-not-understood", address=strange[0])
        elif key_of(row.host) not in placed:
            outside = row.addresses[0] if row.addresses else None
            yield undetermined(row, "address-unknown" if outside is None else "no-zone", address=outside)
    there = {*placed, *registered} | {name.partition(".")[0] for name in (*placed, *registered)}
    for population in evidence.reading(Computer).populations:
        lost = sorted(
            each.name for each in population.records if each.enabled is not False and key_of(each.name) not in there
        )
        if lost:
            yield undetermined(population.source, "computers-not-placed", count=len(lost), computers=tuple(lost))
