"""What pfSense's and OPNsense's rules name: interfaces and their groups, aliases; pure."""

from __future__ import annotations

from collections.abc import Iterator
from ipaddress import ip_interface
from typing import TYPE_CHECKING

from collector.network.exports import Ends, address, port, unfolded
from collector.records.host import Interface

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_FAMILIES = {"inet": ("0.0.0.0/0",), "inet6": ("::/0",)}
_TUNNELS = {
    "openvpn": ("ovpns*", "ovpnc*"),
    "wireguard": ("tun_wg*", "wg*"),
    "l2tp": ("l2tp*",),
    "pppoe": ("poes*",),
    "enc0": ("enc0",),
    "ipsec": ("enc0",),
}
"""The products' own groups of interfaces, in lower case, to the cards that they make for them."""


class Names:
    """Interfaces and aliases of one configuration."""

    def __init__(self, root: Element) -> None:
        held = root.find("interfaces")
        self._interfaces = {each.tag: each for each in held} if held is not None else {}
        self._aliases: dict[str, tuple[str, list[str]]] = {}
        for each in root.iterfind("aliases/alias"):
            self._aliases[each.findtext("name", "")] = (each.findtext("type", ""), each.findtext("address", "").split())
        for each in root.iterfind("OPNsense/Firewall/Alias/aliases/alias"):
            self._aliases[each.findtext("name", "")] = (each.findtext("type", ""), each.findtext("content", "").split())
        self._groups = {
            each.findtext("ifname", ""): each.findtext("members", "").replace(",", " ").split()
            for each in root.iterfind("ifgroups/ifgroupentry")
        }
        self._shared = root.findall("virtualip/vip")

    def is_group(self, name: str) -> bool:
        """Whether a rule's interface is a group of them, or several."""
        return name not in self._interfaces and (name in self._groups or name.lower() in _TUNNELS)

    def cards_of(self, name: str) -> tuple[str, ...] | None:
        """The network cards of an interface by its role (lan, opt1), or of a group; None where that is not known."""
        if name in self._interfaces:
            card = self._interfaces[name].findtext("if")
            return (card,) if card else None
        if name in self._groups:
            cards = [self._interfaces[each].findtext("if") for each in self._groups[name] if each in self._interfaces]
            return tuple(filter(None, cards)) or None
        return _TUNNELS.get(name.lower())

    def interfaces(self, device: str) -> Iterator[Interface]:
        """The interfaces with the addresses that are set; one by DHCP has none."""
        for name, each in self._interfaces.items():
            addresses = []
            for text, length in (("ipaddr", "subnet"), ("ipaddrv6", "subnetv6")):
                try:
                    addresses.append(str(ip_interface(f"{each.findtext(text)}/{each.findtext(length)}")))
                except ValueError:
                    continue
            addresses += self._shared_with(name)
            card = each.findtext("if") or name
            kind = "tunnel" if card.startswith(("tun", "wg", "ovpn", "ipsec", "gif", "gre")) else "ethernet"
            yield Interface(
                host=device, name=card, addresses=tuple(addresses), kind=kind, up=each.find("enable") is not None
            )

    def _shared_with(self, name: str) -> Iterator[str]:
        """The addresses that an interface has beside its own: those that a pair shares (CARP), and further ones."""
        for each in self._shared:
            if each.findtext("interface") == name and each.findtext("mode") in {"carp", "ipalias"}:
                try:
                    yield str(ip_interface(f"{each.findtext('subnet')}/{each.findtext('subnet_bits')}"))
                except ValueError:
                    continue

    def side(self, side: Element | None, family: str) -> Ends:
        """The addresses of a rule's source or destination, of the family that the rule is about."""
        if side is None or side.find("any") is not None:
            return Ends([*_FAMILIES.get(family, ())], everything=family not in _FAMILIES)
        text = side.findtext("network") or side.findtext("address") or ""
        found = Ends()
        for name in unfolded([text], self._addresses_of_alias):
            self._add(name, family, found)
        if family in _FAMILIES:
            found.values = [each for each in found.values if (":" in each) is (family == "inet6")]
            if found.unknown:
                found.values, found.everything = list(_FAMILIES[family]), True
        return found

    def _interface(self, text: str) -> Element | None:
        found = self._interfaces.get(text)
        return self._interfaces.get(text.removesuffix("ip")) if found is None else found

    def _addresses_of_alias(self, text: str) -> list[str] | None:
        if text == "any" or self._interface(text) is not None:
            return None
        kind, members = self._aliases.get(text, ("", []))
        return members if kind in {"host", "network"} else None

    def _add(self, text: str, family: str, found: Ends) -> None:
        """Add what one text that is no alias of addresses stands for."""
        interface = self._interface(text)
        if text == "any":
            found.values += _FAMILIES.get(family, ())
            found.everything = found.everything or family not in _FAMILIES
        elif interface is not None:
            self._add_interface(interface, found, whole=text in self._interfaces)
        elif text in self._aliases:
            found.unknown.append(f"alias {text} of the type {self._aliases[text][0]}"[:200])
        else:
            try:
                found.values.append(address(text))
            except ValueError:
                found.unknown.append(f"address {text}"[:200])

    @staticmethod
    def _add_interface(interface: Element, found: Ends, *, whole: bool) -> None:
        own_ones = []
        for text, length in (("ipaddr", "subnet"), ("ipaddrv6", "subnetv6")):
            try:
                own = ip_interface(f"{interface.findtext(text)}/{interface.findtext(length)}")
            except ValueError:
                continue
            own_ones.append(str(own.network) if whole else str(own.ip))
        found.values += own_ones
        if not own_ones:
            found.unknown.append(f"the address of {interface.tag}")

    def ports(self, text: str) -> list[str]:
        """Ports behind a text or an alias; raises ValueError for one that is neither."""
        return [port(each) for each in unfolded([text], lambda name: self._aliases.get(name, (None, None))[1])]
