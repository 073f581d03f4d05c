"""FortiGate's interfaces, what else they are called, and routes; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_interface, ip_network

from collector.network.exports import malformed
from collector.network.fortigate_objects import addresses_of
from collector.network.fortigate_tree import REMEDY, Entry
from collector.records.host import Interface, Route

_KINDS = {
    "tunnel": "tunnel",
    "loopback": "loopback",
    "physical": "ethernet",
    "vlan": "ethernet",
    "aggregate": "ethernet",
}
_NO_ADDRESS = ("0.0.0.0", "::/0", "::")  # noqa: S104  # the vendor's words for none
_SD_WAN = "virtual-wan-link"
"""The zone of SD-WAN members that are given no other."""


def names_of_interfaces(domain: Entry) -> dict[str, list[str]]:
    """What a policy may say in place of an interface - a zone, or one of SD-WAN - to the interfaces within."""
    found = {name: list(each.words("interface")) for name, each in domain.section("system zone").items()}
    for words in ("system sdwan", "system virtual-wan-link"):
        held = domain.parts.get(words)
        for member in held.section("members").values() if held else ():
            if member.word("interface") and member.word("status") != "disable":
                found.setdefault(member.word("zone", _SD_WAN), []).append(member.word("interface"))
    return found


def open_within(domain: Entry) -> Iterator[tuple[str, ...]]:
    """The interfaces of each zone between whose interfaces everything passes, with no policy for it."""
    for each in domain.section("system zone").values():
        members = tuple(each.words("interface"))
        if each.word("intrazone", "deny") == "allow" and len(members) > 1:
            yield members


def interfaces_of(section: Mapping[str, Entry], device: str) -> Iterator[Interface]:
    """The interfaces; raises SourceError malformed for an address that is none."""
    for name, each in section.items():
        try:
            addresses = tuple(_addresses(each))
        except ValueError as error:
            raise malformed("FortiGate", f"the interface {name}: {error}", REMEDY) from error
        yield Interface(
            host=device,
            name=name,
            addresses=addresses,
            kind=_KINDS.get(each.word("type")),
            up=each.word("status", "up") != "down",
        )


def _addresses(each: Entry) -> Iterator[str]:
    """The addresses of an interface: its own, the second ones, and those that a pair of firewalls shares (VRRP)."""
    own = None
    if len(each.words("ip")) == 2 and each.word("ip") not in _NO_ADDRESS:
        own = ip_interface("/".join(each.words("ip")))
        yield str(own)
    if each.word("secondary-IP", "enable") == "enable":
        for other in each.section("secondaryip").values():
            if len(other.words("ip")) == 2 and other.word("ip") not in _NO_ADDRESS:
                yield str(ip_interface("/".join(other.words("ip"))))
    for other in each.section("vrrp").values():
        if own is not None and other.word("vrip", _NO_ADDRESS[0]) not in _NO_ADDRESS:
            yield str(ip_interface(f"{other.word('vrip')}/{own.network.prefixlen}"))
    six = each.parts.get("ipv6")
    if six and six.word("ip6-address", "::/0") not in _NO_ADDRESS:
        yield str(ip_interface(six.word("ip6-address")))


def routes_of(domain: Entry, device: str) -> Iterator[Route]:
    """The static routes of one virtual domain by both versions; those to services and names are not known."""
    for words, everywhere, ending in (("router static", "0.0.0.0/0", ""), ("router static6", "::/0", "6")):
        named = addresses_of(domain, ending)
        for each in domain.section(words).values():
            if each.word("status") == "disable" or any(
                each.word(f"internet-service{more}") for more in ("", "-custom")
            ):
                continue
            written = "/".join(each.words("dst")) or everywhere
            for text in named.get(each.word("dstaddr"), []) if each.word("dstaddr") else [written]:
                try:
                    destination = str(ip_network(text, strict=False))
                except ValueError:
                    continue
                distance = each.word("distance")
                yield Route(
                    host=device,
                    destination=destination,
                    gateway=each.word("gateway") if each.word("gateway") not in ("", *_NO_ADDRESS) else None,
                    interface=each.word("device") or None,
                    kind="blackhole" if each.word("blackhole") == "enable" else "unicast",
                    metric=int(distance) if distance.isascii() and distance.isdigit() and len(distance) < 6 else None,
                )
