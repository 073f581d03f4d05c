"""Palo Alto firewalls' configuration (`running-config.xml`) to rules, interfaces and routes; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_interface, ip_network
from typing import TYPE_CHECKING, Any, Literal

from collector.network.exports import Ends, Export, RuleWriter, Services, address, chain, malformed, port, resolve
from collector.records.host import Interface, Route

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_REMEDY = "hand over running-config.xml (Device > Setup > Operations > Export named configuration snapshot)"
_VERDICTS: Mapping[str, Literal["accept", "drop", "reject"]] = {
    "allow": "accept",
    "deny": "drop",
    "drop": "drop",
    "reset-client": "reject",
    "reset-server": "reject",
    "reset-both": "reject",
}
_PREDEFINED = {"service-http": ["80", "8080"], "service-https": ["443"]}
_CONDITIONS = ("source-user", "category", "hip-profiles", "source-hip", "destination-hip", "source-device")


def parse_palo_alto(data: bytes, device: str) -> Export:
    """The security rules of all virtual systems; raises SourceError malformed."""
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(data)
    except (ParseError, ValueError) as error:
        raise malformed("a Palo Alto firewall", f"{error}", _REMEDY) from error
    config = root if root.tag == "config" else root.find(".//config")
    if config is None or config.find("devices") is None:
        raise malformed("a Palo Alto firewall", "it has no config/devices", _REMEDY)
    writer, nat_after, nat_before = RuleWriter(device), RuleWriter(device, "nat"), RuleWriter(device, "dnat")
    for system in config.iterfind("devices/entry/vsys/entry"):
        objects = _Objects([config.find("shared"), system])
        zones = {_name(zone): _members(zone, "network/layer3") for zone in system.iterfind("zone/entry")}
        for place in ("pre-rulebase", "rulebase", "post-rulebase"):
            for rule in system.iterfind(f"{place}/security/rules/entry"):
                _write_rule(rule, objects, zones, writer)
            for rule in system.iterfind(f"{place}/nat/rules/entry"):
                _write_translation(rule, objects, zones, nat_after, nat_before)
        for members in zones.values():
            if members:  # intrazone-default: within a zone all passes; between zones nothing does
                inside: dict[str, Any] = {"in_interfaces": tuple(members), "out_interfaces": tuple(members)}
                anyone = Ends(everything=True)
                writer.write("accept", anyone, anyone, Services(everything=True), comment="intrazone-default", **inside)
    chains = [chain(device, "forward", "forward", "drop")]
    chains += [chain(device, "nat", "postrouting", "accept", 100)] if nat_after.rules else []
    chains += [chain(device, "dnat", "prerouting", "accept", -100)] if nat_before.rules else []
    rules = (*writer.rules, *nat_after.rules, *nat_before.rules)
    return Export(tuple(chains), rules, tuple(_interfaces(config, device)), tuple(_routes(config, device)))


class _Objects:
    """Addresses, services and their groups, the shared ones first."""

    def __init__(self, places: list[Element | None]) -> None:
        self.single: dict[str, list[str]] = {}
        self.groups: dict[str, list[str]] = {}
        self._services: dict[str, Element] = {}
        self._service_groups: dict[str, list[str]] = {}
        for place in places:
            if place is None:
                continue
            for each in place.iterfind("address/entry"):
                text = each.findtext("ip-netmask") or each.findtext("ip-range")
                try:
                    if text:
                        self.single[_name(each)] = [address(text)]
                except ValueError:
                    continue  # the name stays unresolved, and so does every rule that uses it
            self.groups |= {_name(each): _members(each, "static") for each in place.iterfind("address-group/entry")}
            self._services |= {_name(each): each for each in place.iterfind("service/entry")}
            self._service_groups |= {
                _name(each): _members(each, "members") for each in place.iterfind("service-group/entry")
            }
        self.groups = {name: members for name, members in self.groups.items() if members}  # the others are dynamic

    def side(self, rule: Element, tag: str) -> Ends:
        names = _members(rule, tag)
        return Ends(everything=True) if "any" in names or not names else resolve(names, self.groups, self.single)

    def services(self, names: list[str], depth: int = 0) -> Services:
        found = Services()
        for name in names:
            if name == "any":
                found.everything = True
            elif name in self._service_groups and depth < 16:
                inner = self.services(self._service_groups[name], depth + 1)
                for protocol, ports in inner.by_protocol.items():
                    found.add(protocol, ports)
                found.unknown += inner.unknown
            elif name in self._services:
                self._add(self._services[name], found)
            elif name in _PREDEFINED:
                found.add("tcp", _PREDEFINED[name])
            else:
                found.unknown.append(f"service {name}"[:200])
        return found

    @staticmethod
    def _add(entry: Element, found: Services) -> None:
        for protocol in ("tcp", "udp", "sctp"):
            text = entry.findtext(f"protocol/{protocol}/port")
            if text is None:
                continue
            try:
                found.add(protocol, [port(each) for each in text.split(",")])
            except ValueError:
                found.unknown.append(f"service {_name(entry)}"[:200])


def _write_rule(rule: Element, objects: _Objects, zones: Mapping[str, list[str]], writer: RuleWriter) -> None:
    unknown = []
    applications = _members(rule, "application")
    names = _members(rule, "service")
    if applications and "any" not in applications:
        unknown.append(f"application {', '.join(applications)}"[:200])
    for tag in _CONDITIONS:
        asked = [each for each in _members(rule, tag) if each not in {"any", "unknown"}]
        unknown += [f"{tag} {', '.join(asked)}"[:200]] if asked else []
    if rule.findtext("schedule"):
        unknown.append(f"schedule {rule.findtext('schedule')}"[:200])
    if rule.findtext("rule-type", "universal") == "intrazone":
        unknown.append("rule-type intrazone")
    if "application-default" in names:
        services = Services(everything=True) if "any" in applications else Services(unknown=["application-default"])
    else:
        services = objects.services(names)
    writer.write(
        _VERDICTS.get(rule.findtext("action", "deny"), "drop"),
        objects.side(rule, "source"),
        objects.side(rule, "destination"),
        services,
        negated=(rule.findtext("negate-source") == "yes", rule.findtext("negate-destination") == "yes"),
        unknown=unknown,
        comment=": ".join(filter(None, (_name(rule), rule.findtext("description")))),
        disabled=rule.findtext("disabled") == "yes",
        **_interfaces_of(rule, zones, unknown),
    )


def _interfaces_of(rule: Element, zones: Mapping[str, list[str]], unknown: list[str]) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for tag, name in (("from", "in_interfaces"), ("to", "out_interfaces")):
        members = _members(rule, tag)
        if "any" in members or "multicast" in members:
            continue
        if any(not zones.get(each) for each in members):
            unknown.append(f"{tag} {', '.join(members)}"[:200])
        else:
            found[name] = tuple(interface for each in members for interface in zones[each])
    return found


def _write_translation(
    rule: Element, objects: _Objects, zones: Mapping[str, list[str]], after: RuleWriter, before: RuleWriter
) -> None:
    unknown: list[str] = []
    facts: dict[str, Any] = _interfaces_of(rule, zones, unknown)
    services = objects.services([rule.findtext("service", "any")])
    source, target = objects.side(rule, "source"), objects.side(rule, "destination")
    common: dict[str, Any] = {
        "comment": _name(rule),
        "disabled": rule.findtext("disabled") == "yes",
        "unknown": unknown,
    }
    if rule.find("source-translation") is not None:
        to = rule.find(".//interface-address/interface")
        translation = "masquerade" if to is not None else "snat"
        after.write("accept", source, target, services, translation=translation, **facts, **common)
    if rule.find("destination-translation") is not None or rule.find("dynamic-destination-translation") is not None:
        facts.pop("out_interfaces", None)
        before.write("accept", source, target, services, translation="dnat", **facts, **common)


def _interfaces(config: Element, device: str) -> Iterator[Interface]:
    network = "devices/entry/network/interface"
    for kind in ("ethernet", "aggregate-ethernet", "vlan", "loopback", "tunnel"):
        for entry in (*config.iterfind(f"{network}/{kind}/entry"), *config.iterfind(f"{network}/{kind}//units/entry")):
            texts = [_name(each) for path in ("layer3/ip/entry", "ip/entry") for each in entry.iterfind(path)]
            texts += [
                _name(each)
                for path in ("layer3/ipv6/address/entry", "ipv6/address/entry")
                for each in entry.iterfind(path)
            ]
            addresses = []
            for text in texts:
                try:
                    addresses.append(str(ip_interface(text)))
                except ValueError:
                    continue  # the name of an address object
            yield Interface(
                host=device,
                name=_name(entry),
                addresses=tuple(addresses),
                kind={"loopback": "loopback", "tunnel": "tunnel"}.get(kind, "ethernet"),
            )


def _routes(config: Element, device: str) -> Iterator[Route]:
    for version in ("ip", "ipv6"):
        path = f"devices/entry/network/virtual-router/entry/routing-table/{version}/static-route/entry"
        for entry in config.iterfind(path):
            try:
                destination = str(ip_network(entry.findtext("destination", ""), strict=False))
            except ValueError:
                continue
            gateway = entry.findtext("nexthop/ip-address") or entry.findtext("nexthop/ipv6-address")
            kind = "blackhole" if entry.find("nexthop/discard") is not None else "unicast"
            yield Route(
                host=device, destination=destination, gateway=gateway, interface=entry.findtext("interface"), kind=kind
            )


def _name(entry: Element) -> str:
    return entry.get("name", "")


def _members(entry: Element, path: str) -> list[str]:
    return [each.text or "" for each in entry.iterfind(f"{path}/member")]
