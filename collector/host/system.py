"""The host itself and its network interfaces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from ipaddress import ip_address
from typing import Any

from collector.records.host import Host, Interface, Listener

_LINK_KINDS = {
    "bridge": "bridge",
    "gre": "tunnel",
    "ip6tnl": "tunnel",
    "ipip": "tunnel",
    "sit": "tunnel",
    "tun": "tunnel",
    "vti": "tunnel",
    "vxlan": "tunnel",
    "wireguard": "tunnel",
    "xfrm": "tunnel",
}


def read_values(text: str) -> dict[str, list[str]]:
    """`name=value` lines, every value of each name."""
    values: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if equals:
            values.setdefault(key, []).append(value)
    return values


def timestamp(text: str | None) -> datetime | None:
    """Seconds since 1970 as a UTC time; None for anything else."""
    try:
        return None if text is None else datetime.fromtimestamp(int(text), UTC)
    except (ValueError, OverflowError, OSError):
        return None


def in_container(text: str) -> bool | None:
    """Whether the host shares its kernel: systemd-detect-virt's word, or a runtime's mark; None when neither tells."""
    values = read_values(text)
    words = values.get("container", [])
    if "container-mark" in values or any(word not in {"none", ""} for word in words):
        return True
    return False if "none" in words else None


def read_host(text: str, name: str) -> Host:
    """The facts of the `system` section under the host's configured name."""
    values = read_values(text)
    forwarding = values.get("forwarding", [])
    return Host(
        name=name,
        system=_first(values, "system"),
        kernel=_first(values, "kernel"),
        architecture=_first(values, "architecture"),
        boot_time=timestamp(_first(values, "btime")),
        forwarding=any(value.strip() not in {"0", ""} for value in forwarding) if forwarding else None,
        container=in_container(text),
    )


def _first(values: dict[str, list[str]], key: str) -> str | None:
    return (values.get(key) or [""])[0] or None


def read_interfaces(text: str, wireless: str, host: str) -> Iterator[Interface]:
    """`ip -j -d address show`, and the names of /sys/class/net that are wireless.

    Raises ValueError when the text is not what ip(8) prints.
    """
    radios = {line.split("/")[4] for line in wireless.splitlines() if line.count("/") >= 5}
    links = json.loads(text)
    if not isinstance(links, list) or not all(isinstance(link, dict) for link in links):
        raise ValueError("ip did not print a list of interfaces")
    for link in links:
        name = str(link.get("ifname", ""))
        flags = link.get("flags")
        yield Interface(
            host=host,
            name=name,
            addresses=tuple(_addresses(link.get("addr_info"))),
            kind=link_kind(link, wireless=name in radios),
            up="UP" in flags if isinstance(flags, list) else None,
        )


def _addresses(info: Any) -> Iterator[str]:
    for entry in info if isinstance(info, list) else ():
        if isinstance(entry, dict) and "local" in entry:
            yield f"{entry['local']}/{entry.get('prefixlen')}"


def link_kind(link: dict[str, Any], *, wireless: bool) -> str | None:
    """The interface's kind in the words of `Interface.kind`; None for a link type that has no word there."""
    info = link.get("linkinfo")
    detail = info.get("info_kind") if isinstance(info, dict) else None
    if wireless:
        return "wireless"
    if link.get("link_type") == "loopback":
        return "loopback"
    if isinstance(detail, str):
        return _LINK_KINDS.get(detail, "virtual")
    return {"ether": "ethernet", "none": "tunnel", "sit": "tunnel", "ipip": "tunnel", "gre": "tunnel"}.get(
        str(link.get("link_type"))
    )


def read_listeners(text: str, host: str) -> Iterator[Listener]:
    """`ss -Hlntu`: protocol, state, queues, local address with port, peer; ports of loopback addresses are left out.

    Raises ValueError when a line is not what ss(8) prints.
    """
    for line in text.splitlines():
        words = line.split()
        if not words:
            continue
        if len(words) < 5 or words[0] not in {"tcp", "udp"}:
            raise ValueError(line[:100])
        address, _, port = words[4].rpartition(":")
        address = address.partition("%")[0].strip("[]")
        at = ip_address({"*": "::"}.get(address, address))
        # A socket of IPv6 that was bound to an address of IPv4 (RFC 4291, 2.5.5.2), as Java's are.
        at = getattr(at, "ipv4_mapped", None) or at
        if not at.is_loopback:
            yield Listener(host=host, protocol=words[0], port=int(port), address=str(at))
