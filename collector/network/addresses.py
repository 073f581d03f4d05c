"""Interfaces and addresses as `ip -j -d addr` prints them (ip-address(8)); pure."""

from __future__ import annotations

import json
from typing import Any

from collector.evidence import GapCause
from collector.records.host import Interface
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
