"""pfSense's and OPNsense's `config.xml` to rules, interfaces and routes; pure.

Rules are asked on the interface that a packet comes in by, and the first that matches decides: floating rules, then
those of groups of interfaces, then those of one. A floating rule that is not quick only counts where no other matches.
What nothing matches is blocked.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_network
from typing import TYPE_CHECKING, Any, Literal

from collector.network.exports import ECHO_REQUEST, Ends, Export, RuleWriter, Services, chain, malformed
from collector.network.pfsense_names import Names
from collector.records.host import Route

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_REMEDY = "hand over config.xml (Diagnostics > Backup & Restore), without encryption"
_VERDICTS: dict[str, Literal["accept", "drop", "reject"]] = {"pass": "accept", "block": "drop", "reject": "reject"}
_CONDITIONS = (
    "os", "tag", "tagged", "sched", "max-src-nodes", "dscp", "vlanprio", "gateway", "tcpflags1",
)  # fmt: skip
"""What has no field in a rule record. A gateway sends packets another way than the routes."""


def parse_pfsense(data: bytes, device: str) -> Export:
    """The filter rules; raises SourceError malformed."""
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(data)
    except (ParseError, ValueError) as error:
        raise malformed("pfSense or OPNsense", f"{error}", _REMEDY) from error
    if root.tag not in {"pfsense", "opnsense"}:
        raise malformed("pfSense or OPNsense", f"it begins with <{root.tag}>", _REMEDY)
    names = Names(root)
    floating: list[Element] = []
    grouped: list[Element] = []
    plain: list[Element] = []
    last: list[Element] = []
    for rule in root.iterfind("filter/rule"):
        if not _on(rule, "floating"):
            (grouped if names.is_group(rule.findtext("interface") or "") else plain).append(rule)
        elif _on(rule, "quick"):
            floating.append(rule)
        else:
            last.insert(0, rule)  # without quick, the last that matches decides
    writer = RuleWriter(device)
    if root.find("OPNsense/Firewall/Filter/rules/rule") is not None:
        anyone = Ends(everything=True)
        elsewhere = ["rules of OPNsense/Firewall/Filter"]
        writer.write("accept", anyone, anyone, Services(everything=True), unknown=elsewhere)
        writer.write("drop", anyone, anyone, Services(everything=True), unknown=elsewhere)
    for rule in (*floating, *grouped, *plain, *last):
        _write_rule(rule, names, writer)
    nat, before = RuleWriter(device, "nat"), RuleWriter(device, "dnat")
    for rule in root.iterfind("nat/outbound/rule"):
        _write_translation(rule, names, nat)
    for rule in root.iterfind("nat/rule"):
        _write_port_forward(rule, names, before)
    chains = [chain(device, "forward", "forward", "drop")]
    chains += [chain(device, "nat", "postrouting", "accept", 100)] if nat.rules else []
    chains += [chain(device, "dnat", "prerouting", "accept", -100)] if before.rules else []
    rules = (*writer.rules, *nat.rules, *before.rules)
    return Export(tuple(chains), rules, tuple(names.interfaces(device)), tuple(_routes(root, device)))


def _write_rule(rule: Element, names: Names, writer: RuleWriter) -> None:
    family = rule.findtext("ipprotocol") or "inet"
    unknown = [f"{tag} {rule.findtext(tag)}"[:200] for tag in _CONDITIONS if rule.findtext(tag)]
    direction = rule.findtext("direction") or "in"
    facts: dict[str, Any] = {}
    cards = [names.cards_of(each) for each in (rule.findtext("interface") or "").split(",") if each]
    if None in cards:
        unknown.append(f"interface {rule.findtext('interface')}"[:200])
    elif cards and direction in {"in", "out"}:
        held = tuple(card for each in cards if each for card in each)
        facts["in_interfaces" if direction == "in" else "out_interfaces"] = held
    elif cards:
        unknown.append("direction any on some interfaces")
    if rule.findtext("type") == "match":
        return  # never decides
    writer.write(
        _VERDICTS.get(rule.findtext("type") or "pass", "drop"),
        names.side(rule.find("source"), family),
        names.side(rule.find("destination"), family),
        _services(rule, names, family),
        negated=_negated(rule),
        unknown=[*unknown, *_source_ports(rule)],
        comment=rule.findtext("descr") or None,
        disabled=_on(rule, "disabled"),
        **facts,
    )


def _negated(rule: Element) -> tuple[bool, bool]:
    source, destination = rule.find("source"), rule.find("destination")
    return source is not None and _on(source, "not"), destination is not None and _on(destination, "not")


def _source_ports(rule: Element) -> list[str]:
    text = rule.findtext("source/port")
    return [] if text in {None, "", "any"} else ["source port"]


def _services(rule: Element, names: Names, family: str = "inet46") -> Services:
    found = Services()
    protocol = rule.findtext("protocol") or "any"
    if protocol == "any":
        found.everything = True
        return found
    text = rule.findtext("destination/port")
    try:
        ports = names.ports(text) if text and text != "any" else []
    except ValueError:
        return Services(unknown=[f"port {text}"[:200]])
    for each in protocol.lower().split("/"):
        if each in {"tcp", "udp"}:
            found.add(each, ports)
            continue
        # The one word for ICMP means that of the rule's family.
        by_family = {"inet": ("icmp",), "inet6": ("ipv6-icmp",), "inet46": ("icmp", "ipv6-icmp")}
        icmp = {"icmp": by_family.get(family, ("icmp",)), "icmp6": ("ipv6-icmp",), "ipv6-icmp": ("ipv6-icmp",)}
        for name in icmp.get(each, (each,)):
            for message in (rule.findtext("icmptype") or "any").split(","):
                found.add_message(name, {"any": "", "echoreq": ECHO_REQUEST}.get(message.strip(), message.strip()))
    return found


def _write_translation(rule: Element, names: Names, nat: RuleWriter) -> None:
    cards = names.cards_of(rule.findtext("interface") or "")
    facts: dict[str, Any] = {"out_interfaces": cards} if cards else {}
    unknown = [] if cards else [f"interface {rule.findtext('interface')}"[:200]]
    target = rule.findtext("target") or ""
    if rule.find("nonat") is None:
        facts["translation"] = "snat" if target and not target.endswith("ip") else "masquerade"
        facts["translated_to"] = tuple(names.side(_address_of(target), "inet46").values) if target else ()
    nat.write(
        "accept",
        names.side(rule.find("source"), "inet46"),
        names.side(rule.find("destination"), "inet46"),
        _services(rule, names),
        unknown=unknown,
        comment=rule.findtext("descr") or None,
        disabled=_on(rule, "disabled"),
        **facts,
    )


def _write_port_forward(rule: Element, names: Names, before: RuleWriter) -> None:
    """What is sent to another destination, on the interface that it comes in by; where it goes is not followed."""
    cards = names.cards_of(rule.findtext("interface") or "")
    unknown = [] if cards else [f"interface {rule.findtext('interface')}"[:200]]
    facts: dict[str, Any] = {"in_interfaces": cards} if cards else {}
    if rule.find("nordr") is None:
        facts["translation"] = "dnat"
    family = rule.findtext("ipprotocol") or "inet"
    before.write(
        "accept",
        names.side(rule.find("source"), family),
        names.side(rule.find("destination"), family),
        _services(rule, names, family),
        negated=_negated(rule),
        unknown=[*unknown, *_source_ports(rule)],
        comment=rule.findtext("descr") or None,
        disabled=_on(rule, "disabled"),
        **facts,
    )


def _address_of(text: str) -> Element:
    from xml.etree.ElementTree import Element as Made  # makes an element, reads none
    from xml.etree.ElementTree import SubElement  # as above

    made = Made("source")
    SubElement(made, "address").text = text
    return made


def _routes(root: Element, device: str) -> Iterator[Route]:
    gateways = {
        each.findtext("name", ""): each.findtext("gateway")
        for path in ("gateways/gateway_item", "OPNsense/Gateways/gateway_item")
        for each in root.iterfind(path)
    }
    for each in root.iterfind("staticroutes/route"):
        if _on(each, "disabled"):
            continue
        try:
            destination = str(ip_network(each.findtext("network", ""), strict=False))
        except ValueError:
            continue
        gateway = gateways.get(each.findtext("gateway", ""))
        yield Route(host=device, destination=destination, gateway=gateway)


def _on(rule: Element, tag: str) -> bool:
    """Whether a mark is set: pfSense writes an empty element, OPNsense 1, and both leave it out or write 0 else."""
    found = rule.find(tag)
    return found is not None and (found.text or "1").strip().lower() not in {"0", "no"}
