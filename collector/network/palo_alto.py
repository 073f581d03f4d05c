"""Palo Alto firewalls' configuration (`running-config.xml`) to rules, interfaces and routes; pure.

A security rule is about zones: one for traffic between zones or within each (`rule-type`) becomes a rule for every pair
of zones that it is about. What no rule decides passes within a zone and not between two, unless the default rules were
changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from ipaddress import ip_interface, ip_network
from typing import TYPE_CHECKING, Any, Literal

from collector.network.exports import (
    Ends,
    Export,
    RuleWriter,
    Services,
    address,
    chain,
    malformed,
    port,
    resolve,
    unfolded,
)
from collector.network.palo_alto_zones import Zones, members_of
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
_CONDITIONS = (
    "source-user", "category", "hip-profiles", "source-hip", "destination-hip", "source-device", "destination-device",
)  # fmt: skip
_ROUTERS = ("virtual-router/entry", "logical-router/entry/vrf/entry")
"""Where routes stand; the second since PAN-OS 10.2, where advanced routing is switched on."""
_PANORAMA = "rules that Panorama pushes"


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
    systems = config.findall("devices/entry/vsys/entry")
    if _has_rules_elsewhere(config):
        anyone, everything = Ends(everything=True), Services(everything=True)
        for verdict in ("accept", "drop"):
            writer.write(verdict, anyone, anyone, everything, unknown=[_PANORAMA])
    for system in systems:
        objects = _Objects([config.find("shared"), system])
        zones = Zones(
            {_name(zone): members_of(zone, "network/layer3") for zone in system.iterfind("zone/entry")},
            alone=len(systems) == 1,
        )
        for place in ("pre-rulebase", "rulebase", "post-rulebase"):
            for rule in system.iterfind(f"{place}/security/rules/entry"):
                _write_rule(rule, objects, zones, writer)
            for rule in system.iterfind(f"{place}/nat/rules/entry"):
                _write_translation(rule, objects, zones, nat_after, nat_before)
        _write_defaults(system, zones, writer)
    chains = [chain(device, "forward", "forward", "drop")]
    chains += [chain(device, "nat", "postrouting", "accept", 100)] if nat_after.rules else []
    chains += [chain(device, "dnat", "prerouting", "accept", -100)] if nat_before.rules else []
    rules = (*writer.rules, *nat_after.rules, *nat_before.rules)
    shared = _Objects([config.find("shared"), *systems])
    return Export(tuple(chains), rules, tuple(_interfaces(config, device, shared)), tuple(_routes(config, device)))


def _has_rules_elsewhere(config: Element) -> bool:
    """Whether the firewall is managed by Panorama and the rules that it pushes are not in this file."""
    managed = config.find("devices/entry/deviceconfig/system/panorama") is not None
    managed = managed or bool(config.findtext("devices/entry/deviceconfig/system/panorama-server"))
    return managed and config.find("devices/entry/vsys/entry/pre-rulebase") is None


class _Objects:
    """Addresses, services and their groups, the shared ones first."""

    def __init__(self, places: list[Element | None]) -> None:
        self.single: dict[str, list[str]] = {}
        self.written: dict[str, list[str]] = {}
        """Addresses with the length of their network, as they stand: an interface's own may be one of these."""
        self.groups: dict[str, list[str]] = {}
        self._services: dict[str, Element] = {}
        self._service_groups: dict[str, list[str]] = {}
        for place in places:
            if place is None:
                continue
            for each in place.iterfind("address/entry"):
                text = each.findtext("ip-netmask") or each.findtext("ip-range")
                self.written[_name(each)] = [text] if text else []
                try:
                    if text:
                        self.single[_name(each)] = [address(text)]
                except ValueError:
                    continue  # the name stays unresolved, and so does every rule that uses it
            self.groups |= {_name(each): members_of(each, "static") for each in place.iterfind("address-group/entry")}
            self._services |= {_name(each): each for each in place.iterfind("service/entry")}
            self._service_groups |= {
                _name(each): members_of(each, "members") for each in place.iterfind("service-group/entry")
            }
        self.groups = {name: members for name, members in self.groups.items() if members}  # the others are dynamic

    def side(self, rule: Element, tag: str) -> Ends:
        names = members_of(rule, tag)
        return Ends(everything=True) if "any" in names or not names else resolve(names, self.groups, self.single)

    def services(self, names: list[str]) -> Services:
        found = Services()
        for name in unfolded(names, self._service_groups.get):
            if name == "any":
                found.everything = True
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
            if entry.findtext(f"protocol/{protocol}/source-port"):
                found.unknown.append(f"service {_name(entry)}: source-port"[:200])
            try:
                found.add(protocol, [port(each) for each in text.split(",")])
            except ValueError:
                found.unknown.append(f"service {_name(entry)}"[:200])


def _write_rule(rule: Element, objects: _Objects, zones: Zones, writer: RuleWriter) -> None:
    unknown = []
    applications = members_of(rule, "application")
    names = members_of(rule, "service")
    if applications and "any" not in applications:
        unknown.append(f"application {', '.join(applications)}"[:200])
    for tag in _CONDITIONS:
        asked = [each for each in members_of(rule, tag) if each != "any"]
        unknown += [f"{tag} {', '.join(asked)}"[:200]] if asked else []
    if rule.findtext("schedule"):
        unknown.append(f"schedule {rule.findtext('schedule')}"[:200])
    # What an application's own ports are is the firewall's knowledge.
    services = Services(unknown=["application-default"]) if "application-default" in names else objects.services(names)
    for interfaces in zones.between(rule, unknown):
        writer.write(
            _verdict(rule),
            objects.side(rule, "source"),
            objects.side(rule, "destination"),
            services,
            negated=(rule.findtext("negate-source") == "yes", rule.findtext("negate-destination") == "yes"),
            unknown=unknown,
            comment=": ".join(filter(None, (_name(rule), rule.findtext("description")))),
            disabled=rule.findtext("disabled") == "yes",
            **interfaces,
        )


def _verdict(rule: Element) -> Literal["accept", "drop", "reject"]:
    verdict = _VERDICTS.get(rule.findtext("action", "deny"), "drop")
    return "reject" if verdict == "drop" and rule.findtext("icmp-unreachable") == "yes" else verdict


def _write_defaults(system: Element, zones: Zones, writer: RuleWriter) -> None:
    """The rules that come last: within a zone all passes, and between zones nothing, unless they were changed."""
    changed = {
        _name(rule): _verdict(rule)
        for place in ("pre-rulebase", "rulebase", "post-rulebase")
        for rule in system.iterfind(f"{place}/default-security-rules/rules/entry")
        if rule.find("action") is not None
    }
    anyone, everything = Ends(everything=True), Services(everything=True)
    for members in filter(None, zones.members.values()):
        inside: dict[str, Any] = {"in_interfaces": tuple(members), "out_interfaces": tuple(members)}
        verdict = changed.get("intrazone-default", "accept")
        writer.write(verdict, anyone, anyone, everything, comment="intrazone-default", **inside)
    if changed.get("interzone-default", "drop") != "drop":
        writer.write(changed["interzone-default"], anyone, anyone, everything, comment="interzone-default")


def _write_translation(rule: Element, objects: _Objects, zones: Zones, after: RuleWriter, before: RuleWriter) -> None:
    unknown: list[str] = []
    facts: dict[str, Any] = zones.interfaces_of(rule, unknown)
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


def _interfaces(config: Element, device: str, objects: _Objects) -> Iterator[Interface]:
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
            for text in (one for each in texts for one in objects.written.get(each, (each,))):
                try:
                    addresses.append(str(ip_interface(text)))
                except ValueError:
                    continue  # a name that stands for no one address
            yield Interface(
                host=device,
                name=_name(entry),
                addresses=tuple(addresses),
                kind={"loopback": "loopback", "tunnel": "tunnel"}.get(kind, "ethernet"),
            )


def _routes(config: Element, device: str) -> Iterator[Route]:
    for version in ("ip", "ipv6"):
        table = f"routing-table/{version}/static-route/entry"
        routers = [f"devices/entry/network/{each}/{table}" for each in _ROUTERS]
        for entry in (each for path in routers for each in config.iterfind(path)):
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
