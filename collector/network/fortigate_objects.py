"""What FortiGate policies name: addresses, services and their groups; pure."""

from __future__ import annotations

from collections.abc import Mapping

from collector.network.exports import ECHO_REQUEST, Services, address, port, unfolded
from collector.network.fortigate_tree import Entry

_NUMBERS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp"}
_ECHO = {("ICMP", "8"), ("ICMP6", "128")}
_FIRST_OF_CLIENTS = 1024
"""Clients choose their ports from here on: a service that asks for these of its clients asks for nothing."""


def addresses_of(domain: Entry, ending: str) -> dict[str, list[str]]:
    """The addresses that can be told, by name; `ending` is empty for IPv4 and `6` for IPv6."""
    if ending:
        return {"all": ["::/0"], **_addresses6(domain.section("firewall address6"))}
    return {"all": ["0.0.0.0/0"], **_addresses(domain.section("firewall address"))}


def groups_of(domain: Entry, ending: str) -> dict[str, list[str]]:
    """The groups of addresses by name; one that leaves members out is none of them, and stays unresolved."""
    section = domain.section(f"firewall addrgrp{ending}")
    return {name: each.words("member") for name, each in section.items() if each.word("exclude") != "enable"}


def _addresses(section: Mapping[str, Entry]) -> dict[str, list[str]]:
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


def _addresses6(section: Mapping[str, Entry]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for name, each in section.items():
        kind = each.word("type", "ipprefix")
        try:
            if kind == "iprange":
                found[name] = [address(f"{each.word('start-ip')}-{each.word('end-ip')}")]
            elif kind == "ipprefix":
                found[name] = [address(each.word("ip6"))]
        except ValueError:
            continue
    return found


class ServiceObjects:
    """The services of one virtual domain."""

    def __init__(self, domain: Entry) -> None:
        self._custom = domain.section("firewall service custom")
        self._groups = {name: each.words("member") for name, each in domain.section("firewall service group").items()}

    def of(self, policy: Entry) -> Services:
        """What the services of a policy are."""
        found = Services()
        for name in unfolded(policy.words("service"), self._groups.get):
            self._add(name, found)
        if policy.word("service-negate") == "enable":
            return Services(unknown=["service-negate"])
        return found

    def _add(self, name: str, found: Services) -> None:
        custom = self._custom.get(name)
        if name == "ALL" or (custom and custom.word("protocol") == "IP" and custom.word("protocol-number", "0") == "0"):
            found.everything = True
        elif custom is None or not self._is_told(custom) or not self._add_custom(custom, found):
            found.unknown.append(f"service {name}"[:200])

    @staticmethod
    def _is_told(custom: Entry) -> bool:
        """Whether a service is ports and protocols alone, not servers that it names or a proxy's."""
        servers = custom.word("iprange", "0.0.0.0") != "0.0.0.0" or custom.word("fqdn")  # noqa: S104  # the vendor's word for none
        return not servers and custom.word("proxy") != "enable"

    def _add_custom(self, custom: Entry, found: Services) -> bool:
        """Add what one service is; False where that cannot be told in full."""
        kind = custom.word("protocol", "TCP/UDP/SCTP")
        if kind in {"ICMP", "ICMP6"}:
            number, code = custom.word("icmptype"), custom.word("icmpcode")
            named = ECHO_REQUEST if (kind, number) in _ECHO else f"{number}/{code}" if code else number
            found.add_message("icmp" if kind == "ICMP" else "ipv6-icmp", named)
            return True
        if kind == "IP":
            found.add(_NUMBERS.get(custom.word("protocol-number"), custom.word("protocol-number")))
            return True
        ranges = [(name, each) for name in ("tcp", "udp", "sctp") for each in custom.words(f"{name}-portrange")]
        if not kind.startswith("TCP") or not ranges:
            return False
        try:
            for protocol, written in ranges:
                wanted, colon, own = written.partition(":")
                first, _, last = port(own or "0-65535").partition("-")
                if colon and (int(first) > _FIRST_OF_CLIENTS or last != "65535"):
                    return False
                found.add(protocol, [port(wanted)])
        except ValueError:
            return False
        return True
