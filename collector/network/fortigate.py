"""FortiGate configuration files (`show full-configuration`, or a backup) to rules, interfaces and routes; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any, Literal

from collector.network.exports import Ends, Export, RuleWriter, Services, chain, malformed, resolve
from collector.network.fortigate_network import interfaces_of, names_of_interfaces, open_within, routes_of
from collector.network.fortigate_objects import ServiceObjects, addresses_of, groups_of
from collector.network.fortigate_tree import REMEDY, Entry, read_tree
from collector.records.network import FirewallChain

_EVERYWHERE = {"": "0.0.0.0/0", "6": "::/0"}
"""The ending of a policy's words for IPv4 and for IPv6, to all addresses of the version."""
_ASKS_MORE = (
    "users", "groups", "fsso-groups", "ztna-ems-tag", "ztna-geo-tag", "src-vendor-mac", "application", "app-category",
    "app-group", "url-category", "network-service-dynamic", "network-service-src-dynamic",
)  # fmt: skip
"""What has no field in a rule record, wherever it is set."""
_OFF = {
    "schedule": {"always"},
    "ippool": {"disable"},
    "ztna-status": {"disable"},
    "reputation-minimum": {"0"},
    "tos-mask": {"0x00"},
    "vlan-filter": set[str](),
    "sgt-check": {"disable"},
}
"""The same, with the values that ask for nothing."""


def parse_fortigate(data: bytes, device: str) -> Export:
    """The policies of all virtual domains; raises SourceError malformed."""
    root = read_tree(data.decode("utf-8-sig", "replace"))
    domains = {name: each for name, each in root.section("vdom").items() if each.parts} or {"": root}
    if not any("firewall policy" in each.parts for each in domains.values()):
        raise malformed("FortiGate", "it has no `config firewall policy`", REMEDY)
    shared = root.section("global")
    system = Entry(parts=shared) if shared else root
    ports = {**system.section("system interface"), **root.section("system interface")}
    chains: list[FirewallChain] = [chain(device, "forward", "forward", "drop")]
    writer = RuleWriter(device)
    for name, domain in domains.items():
        own = [port for port, each in ports.items() if each.word("vdom") == name] if len(domains) > 1 else []
        _write_policies(domain, _Names(domain, own, several=len(domains) > 1), writer)
    nat = [rule for rule in writer.rules if rule.translation]
    chains += [chain(device, "nat", "postrouting", "accept", 100)] if nat else []
    plain = (replace(rule, translation=None) for rule in writer.rules)
    changed = (replace(rule, chain="nat", position=n, verdict="accept") for n, rule in enumerate(nat, start=1))
    routes = tuple(route for domain in domains.values() for route in routes_of(domain, device))
    return Export(tuple(chains), (*plain, *changed), tuple(interfaces_of(ports, device)), routes)


class _Names:
    """What policies of one virtual domain call interfaces, addresses and services."""

    def __init__(self, domain: Entry, own: list[str], *, several: bool) -> None:
        self._interfaces = names_of_interfaces(domain)
        self._own = own
        self._several = several
        self._addresses = {ending: addresses_of(domain, ending) for ending in _EVERYWHERE}
        self._groups = {ending: groups_of(domain, ending) for ending in _EVERYWHERE}
        self.services = ServiceObjects(domain)

    def interfaces(self, names: list[str], unknown: list[str]) -> tuple[str, ...]:
        """The interfaces; none is any of them, where the firewall has no domains beside this one."""
        if "any" not in names:
            return tuple(one for name in names for one in self._interfaces.get(name, [name]))
        if self._several and not self._own:
            unknown.append("any interface of this virtual domain")
        return tuple(self._own)

    def addresses(self, names: list[str], ending: str) -> Ends:
        """The addresses of one version; where a name is not known, perhaps all of that version."""
        found = resolve(names, self._groups[ending], self._addresses[ending])
        return self.perhaps_all(ending, found.unknown) if found.unknown else found

    @staticmethod
    def perhaps_all(ending: str, unknown: list[str]) -> Ends:
        """Addresses of one version that cannot be told."""
        return Ends([_EVERYWHERE[ending]], everything=True, unknown=unknown)


def _write_policies(domain: Entry, names: _Names, writer: RuleWriter) -> None:
    if domain.section("firewall security-policy"):
        _leave_all_open("config firewall security-policy", writer)
    for identifier, policy in domain.section("firewall policy").items():
        _write_policy(identifier, policy, names, writer, {"": "", "6": "6"})
    for identifier, policy in domain.section("firewall policy6").items():
        _write_policy(identifier, policy, names, writer, {"6": ""})
    for members in open_within(domain):
        anyone, everything = Ends(everything=True), Services(everything=True)
        both: dict[str, Any] = {"in_interfaces": members, "out_interfaces": members}
        writer.write("accept", anyone, anyone, everything, comment="intrazone allow", **both)


def _leave_all_open(what: str, writer: RuleWriter) -> None:
    """Rules that decide before all others and are not read."""
    for verdict in ("accept", "drop"):
        anyone, everything = Ends(everything=True), Services(everything=True)
        writer.write(verdict, anyone, anyone, everything, unknown=[what])


def _write_policy(
    identifier: str, policy: Entry, names: _Names, writer: RuleWriter, endings: Mapping[str, str]
) -> None:
    """`endings`: of the versions that the policy is about, to those of its words for them."""
    unknown = list(_conditions(policy))
    facts: dict[str, Any] = {
        "in_interfaces": names.interfaces(policy.words("srcintf"), unknown),
        "out_interfaces": names.interfaces(policy.words("dstintf"), unknown),
        "handle": int(identifier) if identifier.isdigit() else None,
        "comment": policy.word("comments") or policy.word("name") or None,
        "disabled": policy.word("status") == "disable",
        "translation": "masquerade" if policy.word("nat") == "enable" else None,
    }
    for ending, spelled in endings.items():
        source, target = (_side(policy, end, ending, spelled, names) for end in ("src", "dst"))
        if source is None or target is None:
            continue
        negated = tuple(policy.word(f"{end}addr{spelled}-negate") == "enable" for end in ("src", "dst"))
        asked = Services(everything=True) if target.unknown == [_service_name("")] else names.services.of(policy)
        writer.write(_verdict(policy), source, target, asked, negated=negated, unknown=unknown, **facts)  # type: ignore[arg-type]  # two ends


def _side(policy: Entry, end: str, ending: str, spelled: str, names: _Names) -> Ends | None:
    """One side of a policy by one version; None where the policy is not about that version."""
    service = f"internet-service{spelled}" + ("-src" if end == "src" else "")
    if policy.word(service) == "enable":
        return names.perhaps_all(ending, [_service_name("-src" if end == "src" else "")])
    words = policy.words(f"{end}addr{spelled}")
    return names.addresses(words, ending) if words else None


def _service_name(ending: str) -> str:
    return f"internet-service{ending}"


def _verdict(policy: Entry) -> Literal["accept", "drop", "reject"]:
    if policy.word("action", "deny") == "accept":
        return "accept"
    return "reject" if policy.word("send-deny-packet") == "enable" else "drop"


def _conditions(policy: Entry) -> Iterator[str]:
    """What else the policy demands of a packet, and has no field in a rule record."""
    for key in _ASKS_MORE:
        if any(policy.words(key)):
            yield f"{key} {' '.join(policy.words(key))}"[:200]
    for key, off in _OFF.items():
        if policy.word(key) and policy.word(key) not in off:
            yield f"{key} {policy.word(key)}"[:200]
    if policy.word("action") == "ipsec":
        yield "action ipsec"
