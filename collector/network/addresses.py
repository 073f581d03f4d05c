"""Interfaces, addresses and routes as `ip -j` prints them (ip-address(8), ip-route(8)); pure."""

from __future__ import annotations

import json
from ipaddress import ip_network
from typing import Any

from collector.evidence import GapCause
from collector.records.host import Interface, Route
from collector.source import SourceError

_KINDS = {
    "bridge": "bridge",
    "veth": "virtual",
    "dummy": "virtual",
    "wireguard": "tunnel",
    "tun": "tunnel",
    "ipip": "tunnel",
    "gre": "tunnel",
    "vxlan": "tunnel",
}
_LINK_TYPES = {"loopback": "loopback", "ether": "ethernet", "none": "tunnel"}


def parse_interfaces(output: bytes, host: str) -> tuple[Interface, ...]:
    """The interfaces; raises SourceError malformed for output that is cut off or not ip's JSON."""
    try:
        return tuple(_interface(item, host) for item in json.loads(output) if item)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            GapCause.MALFORMED,
            f"the answer of `ip -j -d addr` could not be understood: {error!r:.200}",
            "iproute2 4.14 or later is supported",
        ) from error


def _interface(item: dict[str, Any], host: str) -> Interface:
    info = item.get("linkinfo") or {}
    flags = item["flags"]
    kind = _KINDS.get(info.get("info_kind", "")) or _LINK_TYPES.get(item.get("link_type", ""))
    name = item["ifname"]
    if not isinstance(name, str):
        raise TypeError("ifname")
    return Interface(
        host=host,
        name=name,
        addresses=tuple(f"{each['local']}/{int(each['prefixlen'])}" for each in item.get("addr_info", ()) if each),
        kind=kind,
        up="UP" in flags,
    )


def parse_routes(output: bytes, host: str) -> tuple[Route, ...]:
    """The routes of one or more `ip -j route show`, one after the other; raises SourceError malformed."""
    try:
        text, found, at = output.decode("utf-8", "replace"), [], 0
        decoder = json.JSONDecoder()
        while text[at:].strip():
            at += len(text[at:]) - len(text[at:].lstrip())
            listed, at = decoder.raw_decode(text, at)
            found += [_route(item, host) for item in listed if item.get("table", "main") == "main"]
        return tuple(found)
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError) as error:
        raise SourceError(
            GapCause.MALFORMED,
            f"the answer of `ip -j route` could not be understood: {error!r:.200}",
            "iproute2 4.14 or later is supported",
        ) from error


def _route(item: dict[str, Any], host: str) -> Route:
    """One route; one with several next hops gets the first, and the others are not known."""
    hops = item.get("nexthops") or [{}]
    gateway = item.get("gateway") or (item.get("via") or {}).get("host") or hops[0].get("gateway")
    destination = item["dst"]
    six = ":" in destination or (gateway is not None and ":" in gateway) or "pref" in item
    if destination == "default":
        destination = "::/0" if six else "0.0.0.0/0"
    return Route(
        host=host,
        destination=str(ip_network(destination, strict=False)),
        gateway=None if gateway is None else str(gateway),
        interface=item.get("dev") or hops[0].get("dev"),
        kind=item.get("type", "unicast"),
        metric=item.get("metric"),
    )
