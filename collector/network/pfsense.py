"""pfSense's and OPNsense's `config.xml` to rules, interfaces and routes; pure.

Rules are asked on the interface that a packet comes in by, and the first that matches decides; floating rules come
before those of interfaces, but one that is not quick only counts where no other matches. What nothing matches is
blocked.
"""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface, ip_network
from typing import TYPE_CHECKING, Any, Literal

from collector.network.exports import Ends, Export, RuleWriter, Services, address, chain, malformed, port
from collector.records.host import Interface, Route

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_REMEDY = "hand over config.xml (Diagnostics > Backup & Restore), without encryption"
_VERDICTS: dict[str, Literal["accept", "drop", "reject"]] = {"pass": "accept", "block": "drop", "reject": "reject"}
_FAMILIES = {"inet": ("0.0.0.0/0",), "inet6": ("::/0",)}
_CONDITIONS = ("os", "tag", "tagged", "sched", "max-src-nodes", "icmptype", "dscp", "vlanprio")
_MAX_DEPTH = 16


def parse_pfsense(data: bytes, device: str) -> Export:
    """The filter rules; raises SourceError malformed."""
    from defusedxml.ElementTree import ParseError, fromstring

    try:
        root = fromstring(data)
    except (ParseError, ValueError) as error:
        raise malformed("pfSense or OPNsense", f"{error}", _REMEDY) from error
    if root.tag not in {"pfsense", "opnsense"}:
        raise malformed("pfSense or OPNsense", f"it begins with <{root.tag}>", _REMEDY)
    names = _Names(root)
    floating: list[Element] = []
    plain: list[Element] = []
    last: list[Element] = []
    for rule in root.iterfind("filter/rule"):
        if not _on(rule, "floating"):
            plain.append(rule)
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
    for rule in (*floating, *plain, *last):
        _write_rule(rule, names, writer)
    nat = RuleWriter(device, "nat")
    for rule in root.iterfind("nat/outbound/rule"):
        _write_translation(rule, names, nat)
    chains = [chain(device, "forward", "forward", "drop")]
    chains += [chain(device, "nat", "postrouting", "accept", 100)] if nat.rules else []
    rules = (*writer.rules, *nat.rules)
    return Export(tuple(chains), rules, tuple(names.interfaces(device)), tuple(_routes(root, device)))


class _Names:
    """Interfaces and aliases of one configuration."""

    def __init__(self, root: Element) -> None:
        held = root.find("interfaces")
        self._interfaces = {each.tag: each for each in held} if held is not None else {}
        self._aliases: dict[str, tuple[str, list[str]]] = {}
        for each in root.iterfind("aliases/alias"):
            self._aliases[each.findtext("name", "")] = (each.findtext("type", ""), each.findtext("address", "").split())
        for each in root.iterfind("OPNsense/Firewall/Alias/aliases/alias"):
            self._aliases[each.findtext("name", "")] = (each.findtext("type", ""), each.findtext("content", "").split())

    def device_of(self, name: str) -> str | None:
        """The network card of an interface by its role (lan, opt1)."""
        found = self._interfaces.get(name)
        return None if found is None else found.findtext("if")

    def interfaces(self, device: str) -> Iterator[Interface]:
        """The interfaces with the addresses that are set; one by DHCP has none."""
        for name, each in self._interfaces.items():
            addresses = []
            for text, length in (("ipaddr", "subnet"), ("ipaddrv6", "subnetv6")):
                try:
                    addresses.append(str(ip_interface(f"{each.findtext(text)}/{each.findtext(length)}")))
                except ValueError:
                    continue
            card = each.findtext("if") or name
            kind = "tunnel" if card.startswith(("tun", "wg", "ovpn", "ipsec", "gif", "gre")) else "ethernet"
            yield Interface(
                host=device, name=card, addresses=tuple(addresses), kind=kind, up=each.find("enable") is not None
            )

    def side(self, side: Element | None, family: str) -> Ends:
        """The addresses of a rule's source or destination."""
        if side is None or side.find("any") is not None:
            return Ends([*_FAMILIES.get(family, ())], everything=family not in _FAMILIES)
        text = side.findtext("network") or side.findtext("address") or ""
        return self._ends(text, family, 0)

    def _ends(self, text: str, family: str, depth: int) -> Ends:
        interface = self._interfaces.get(text) or self._interfaces.get(text.removesuffix("ip"))
        if text == "any":
            return Ends([*_FAMILIES.get(family, ())], everything=family not in _FAMILIES)
        if interface is not None:
            return self._of_interface(interface, whole=text in self._interfaces)
        if text in self._aliases and depth < _MAX_DEPTH:
            kind, members = self._aliases[text]
            if kind not in {"host", "network"}:
                return Ends(unknown=[f"alias {text} of the type {kind}"[:200]])
            found = Ends()
            for member in members:
                inner = self._ends(member, family, depth + 1)
                found.values += inner.values
                found.unknown += inner.unknown
            return found
        try:
            return Ends([address(text)])
        except ValueError:
            return Ends(unknown=[f"address {text}"[:200]])

    @staticmethod
    def _of_interface(interface: Element, *, whole: bool) -> Ends:
        found = Ends()
        for text, length in (("ipaddr", "subnet"), ("ipaddrv6", "subnetv6")):
            try:
                own = ip_interface(f"{interface.findtext(text)}/{interface.findtext(length)}")
            except ValueError:
                continue
            found.values.append(str(own.network) if whole else str(own.ip))
        if not found.values:
            found.unknown.append(f"the address of {interface.tag}")
        return found

    def ports(self, text: str, depth: int = 0) -> list[str]:
        """Ports behind a text or an alias; raises ValueError for one that is neither."""
        if text in self._aliases and depth < _MAX_DEPTH:
            return [each for member in self._aliases[text][1] for each in self.ports(member, depth + 1)]
        return [port(text)]


def _write_rule(rule: Element, names: _Names, writer: RuleWriter) -> None:
    family = rule.findtext("ipprotocol") or "inet"
    unknown = [f"{tag} {rule.findtext(tag)}"[:200] for tag in _CONDITIONS if rule.findtext(tag)]
    direction = rule.findtext("direction") or "in"
    facts: dict[str, Any] = {}
    cards = [names.device_of(each) for each in (rule.findtext("interface") or "").split(",") if each]
    if None in cards:
        unknown.append(f"interface {rule.findtext('interface')}"[:200])
    elif cards and direction in {"in", "out"}:
        facts["in_interfaces" if direction == "in" else "out_interfaces"] = tuple(str(each) for each in cards)
    elif cards:
        unknown.append("direction any on some interfaces")
    if rule.findtext("type") == "match":
        return  # never decides
    writer.write(
        _VERDICTS.get(rule.findtext("type") or "pass", "drop"),
        names.side(rule.find("source"), family),
        names.side(rule.find("destination"), family),
        _services(rule, names),
        negated=tuple(rule.find(f"{end}/not") is not None for end in ("source", "destination")),  # type: ignore[arg-type]  # two ends
        unknown=[*unknown, *(["source port"] if rule.findtext("source/port") else [])],
        comment=rule.findtext("descr") or None,
        disabled=_on(rule, "disabled"),
        **facts,
    )


def _services(rule: Element, names: _Names) -> Services:
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
        found.add(
            {"icmp6": "ipv6-icmp", "ipv6-icmp": "ipv6-icmp"}.get(each, each), ports if each in {"tcp", "udp"} else []
        )
    return found


def _write_translation(rule: Element, names: _Names, nat: RuleWriter) -> None:
    card = names.device_of(rule.findtext("interface") or "")
    facts: dict[str, Any] = {"out_interfaces": (card,)} if card else {}
    unknown = [] if card else [f"interface {rule.findtext('interface')}"[:200]]
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
