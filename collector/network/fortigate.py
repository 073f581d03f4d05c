"""FortiGate configuration files (`show full-configuration`, or a backup) to rules, interfaces and routes; pure."""

from __future__ import annotations

import shlex
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import ip_interface, ip_network
from typing import Any

from collector.network.exports import Export, RuleWriter, Services, address, chain, malformed, port, resolve
from collector.records.host import Interface, Route
from collector.records.network import FirewallChain, FirewallRule

_REMEDY = "hand over the text of `show full-configuration` or a backup without a password"
_MAX_LINES = 4000
"""Lines of one quoted text (a certificate)."""
_KINDS = {
    "tunnel": "tunnel",
    "loopback": "loopback",
    "physical": "ethernet",
    "vlan": "ethernet",
    "aggregate": "ethernet",
}
_IDENTITY = ("users", "groups", "fsso-groups")


@dataclass
class _Object:
    """What stands between `edit` and `next`, or between `config` and `end`."""

    values: dict[str, list[str]] = field(default_factory=dict)
    parts: dict[str, _Object] = field(default_factory=dict)
    """`config` sections by their words, and `edit` entries by their name."""

    def words(self, key: str) -> list[str]:
        return self.values.get(key, [])

    def word(self, key: str, default: str = "") -> str:
        return (self.values.get(key) or [default])[0]

    def section(self, words: str) -> dict[str, _Object]:
        return self.parts[words].parts if words in self.parts else {}


def parse_fortigate(data: bytes, device: str) -> Export:
    """The policies of all virtual domains; raises SourceError malformed."""
    root = _tree(data.decode("utf-8-sig", "replace"))
    domains = [each for each in root.section("vdom").values() if each.parts] or [root]
    if not any("firewall policy" in each.parts for each in domains):
        raise malformed("FortiGate", "it has no `config firewall policy`", _REMEDY)
    shared = root.section("global")
    system = _Object(parts=shared) if shared else root
    chains: list[FirewallChain] = [chain(device, "forward", "forward", "drop")]
    writer = RuleWriter(device)
    for domain in domains:
        _write_policies(domain, writer)
    nat = [rule for rule in writer.rules if rule.translation]
    chains += [chain(device, "nat", "postrouting", "accept", 100)] if nat else []
    rules = [*writer.rules, *(_as_translation(rule, n) for n, rule in enumerate(nat, start=1))]
    interfaces = tuple(_interfaces({**system.section("system interface"), **root.section("system interface")}, device))
    routes = tuple(route for domain in domains for route in _routes(domain.section("router static"), device))
    plain = tuple(_without_translation(rule) for rule in rules if rule.chain == "forward")
    return Export(tuple(chains), (*plain, *(rule for rule in rules if rule.chain == "nat")), interfaces, routes)


def _tree(text: str) -> _Object:
    root = _Object()
    open_objects = [root]
    for words in _statements(text):
        here = open_objects[-1]
        verb = words[0]
        if verb == "config":
            open_objects.append(here.parts.setdefault(" ".join(words[1:]), _Object()))
        elif verb == "edit" and len(words) > 1:
            open_objects.append(here.parts.setdefault(words[1], _Object()))
        elif verb in {"next", "end"}:
            if len(open_objects) == 1:
                raise malformed("FortiGate", f"`{verb}` without a beginning", _REMEDY)
            open_objects.pop()
        elif verb == "set" and len(words) > 1:
            here.values[words[1]] = words[2:]
    if len(open_objects) != 1:
        raise malformed("FortiGate", "it is cut off", "export it again")
    return root


def _statements(text: str) -> Iterator[list[str]]:
    held: list[str] = []
    for line in text.splitlines():
        if not held and (not line.strip() or line.lstrip().startswith("#")):
            continue
        held.append(line)
        try:
            words = shlex.split("\n".join(held))
        except ValueError as error:  # a quoted text goes on in the next line
            if len(held) > _MAX_LINES:
                raise malformed("FortiGate", "a quoted text without an end", _REMEDY) from error
            continue
        held = []
        if words:
            yield words
    if held:
        raise malformed("FortiGate", "it ends within a quoted text", "export it again")


def _write_policies(domain: _Object, writer: RuleWriter) -> None:
    zones = {name: each.words("interface") for name, each in domain.section("system zone").items()}
    single = {"all": ["0.0.0.0/0"], **_addresses(domain.section("firewall address"))}
    single6 = {"all": ["::/0"], **_addresses6(domain.section("firewall address6"))}
    groups = {name: each.words("member") for name, each in domain.section("firewall addrgrp").items()}
    groups6 = {name: each.words("member") for name, each in domain.section("firewall addrgrp6").items()}
    services = _Services(domain)
    for identifier, policy in domain.section("firewall policy").items():
        facts = _facts(identifier, policy, zones)
        negated = (policy.word("srcaddr-negate") == "enable", policy.word("dstaddr-negate") == "enable")
        common: dict[str, Any] = {"negated": negated, "unknown": _conditions(policy), **facts}
        verdict = "accept" if policy.word("action", "deny") == "accept" else "drop"
        asked = services.of(policy)
        if policy.word("internet-service") == "enable":
            asked = Services(unknown=["internet-service"])
        if policy.words("srcaddr") or policy.words("dstaddr"):
            source = resolve(policy.words("srcaddr"), groups, single)
            target = resolve(policy.words("dstaddr"), groups, single)
            writer.write(verdict, source, target, asked, **common)  # type: ignore[arg-type]  # one of the verdicts
        if policy.words("srcaddr6") and policy.words("dstaddr6"):
            source = resolve(policy.words("srcaddr6"), groups6, single6)
            target = resolve(policy.words("dstaddr6"), groups6, single6)
            writer.write(verdict, source, target, asked, **common)  # type: ignore[arg-type]  # one of the verdicts


def _facts(identifier: str, policy: _Object, zones: Mapping[str, list[str]]) -> dict[str, Any]:
    def interfaces(key: str) -> tuple[str, ...]:
        names = [one for name in policy.words(key) for one in zones.get(name, [name])]
        return () if "any" in names else tuple(names)

    comment = policy.word("comments") or policy.word("name") or None
    return {
        "handle": int(identifier) if identifier.isdigit() else None,
        "in_interfaces": interfaces("srcintf"),
        "out_interfaces": interfaces("dstintf"),
        "comment": comment,
        "disabled": policy.word("status") == "disable",
        "translation": "masquerade" if policy.word("nat") == "enable" else None,
    }


def _conditions(policy: _Object) -> list[str]:
    """What else the policy demands of a packet, and has no field in a rule record."""
    found = [f"{key} {' '.join(policy.words(key))}"[:200] for key in _IDENTITY if policy.words(key)]
    if policy.word("schedule", "always") != "always":
        found.append(f"schedule {policy.word('schedule')}"[:200])
    if policy.word("ippool") == "enable":
        found.append("ippool")
    if policy.word("action") == "ipsec":
        found.append("action ipsec")
    return found


def _as_translation(rule: FirewallRule, position: int) -> FirewallRule:
    from dataclasses import replace

    return replace(rule, chain="nat", position=position, verdict="accept")


def _without_translation(rule: FirewallRule) -> FirewallRule:
    from dataclasses import replace

    return replace(rule, translation=None)


def _addresses(section: Mapping[str, _Object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, each in section.items():
        kind = each.word("type", "ipmask")
        try:
            if kind in {"ipmask", "interface-subnet"} and len(each.words("subnet")) == 2:
                found[name] = [address("/".join(each.words("subnet")))]
            elif kind == "iprange":
                found[name] = [address(f"{each.word('start-ip')}-{each.word('end-ip')}")]
            elif kind == "ipmask" and not each.values:
                found[name] = ["0.0.0.0/0"]
        except ValueError:
            continue  # the name stays unresolved, and so does every rule that uses it
    return found


def _addresses6(section: Mapping[str, _Object]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, each in section.items():
        try:
            found[name] = [address(each.word("ip6") or f"{each.word('start-ip')}-{each.word('end-ip')}")]
        except ValueError:
            continue
    return found


class _Services:
    """The services of one virtual domain."""

    def __init__(self, domain: _Object) -> None:
        self._custom = domain.section("firewall service custom")
        self._groups = {name: each.words("member") for name, each in domain.section("firewall service group").items()}

    def of(self, policy: _Object) -> Services:
        """What the services of a policy are."""
        found = Services()
        for name in policy.words("service"):
            self._add(name, found, 0)
        if policy.word("service-negate") == "enable":
            return Services(unknown=["service-negate"])
        return found

    def _add(self, name: str, found: Services, depth: int) -> None:
        custom = self._custom.get(name)
        if name in self._groups and depth < 16:
            for member in self._groups[name]:
                self._add(member, found, depth + 1)
        elif name == "ALL" or (
            custom and custom.word("protocol") == "IP" and custom.word("protocol-number", "0") == "0"
        ):
            found.everything = True
        elif custom is None:
            found.unknown.append(f"service {name}"[:200])
        else:
            self._add_custom(name, custom, found)

    @staticmethod
    def _add_custom(name: str, custom: _Object, found: Services) -> None:
        kind = custom.word("protocol", "TCP/UDP/SCTP")
        if kind in {"ICMP", "ICMP6"}:
            found.add("icmp" if kind == "ICMP" else "ipv6-icmp")
        elif kind == "IP":
            found.add(
                {"6": "tcp", "17": "udp", "1": "icmp"}.get(
                    custom.word("protocol-number"), custom.word("protocol-number")
                )
            )
        elif kind.startswith("TCP"):
            for protocol in ("tcp", "udp", "sctp"):
                ranges = custom.words(f"{protocol}-portrange")
                try:
                    if ranges:
                        found.add(protocol, [port(each.partition(":")[0]) for each in ranges])
                except ValueError:
                    found.unknown.append(f"service {name}"[:200])
        else:
            found.unknown.append(f"service {name}"[:200])


def _interfaces(section: Mapping[str, _Object], device: str) -> Iterator[Interface]:
    for name, each in section.items():
        addresses = []
        six = each.parts.get("ipv6")
        try:
            if len(each.words("ip")) == 2 and each.word("ip") != "0.0.0.0":  # noqa: S104  # the vendor's word for none
                addresses.append(str(ip_interface("/".join(each.words("ip")))))
            if six and six.word("ip6-address", "::/0") != "::/0":
                addresses.append(str(ip_interface(six.word("ip6-address"))))
        except ValueError as error:
            raise malformed("FortiGate", f"the interface {name}: {error}", _REMEDY) from error
        yield Interface(
            host=device,
            name=name,
            addresses=tuple(addresses),
            kind=_KINDS.get(each.word("type")),
            up=each.word("status", "up") != "down",
        )


def _routes(section: Mapping[str, _Object], device: str) -> Iterator[Route]:
    for each in section.values():
        if each.word("status") == "disable":
            continue
        try:
            destination = str(ip_network("/".join(each.words("dst") or ["0.0.0.0", "0.0.0.0"]), strict=False))  # noqa: S104  # the default route
        except ValueError:
            continue
        yield Route(
            host=device,
            destination=destination,
            gateway=each.word("gateway") or None,
            interface=each.word("device") or None,
            kind="blackhole" if each.word("blackhole") == "enable" else "unicast",
        )
