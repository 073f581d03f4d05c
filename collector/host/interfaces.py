"""This host's own network interfaces, by psutil and the names in /sys/class/net."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from ipaddress import IPv4Network
from pathlib import Path

from collector.records.host import Interface

_SYS = Path("/sys/class/net")
_ETHERNET, _LOOPBACK = 1, 772  # if_arp.h
_TUNNELS = frozenset({768, 769, 776, 778, 65534})  # ipip, ip6tnl, sit, gre, none (tun, wireguard)


def local_interfaces(host: str) -> Iterator[Interface]:
    """Every interface of this host, in the order of their names."""
    import psutil

    states = psutil.net_if_stats()
    for name, addresses in sorted(psutil.net_if_addrs().items()):
        found = []
        for address in addresses:
            if address.family == socket.AF_INET:
                found.append(f"{address.address}/{_prefix(address.netmask)}")
            elif address.family == socket.AF_INET6:
                found.append(f"{address.address.partition('%')[0]}/{_prefix6(address.netmask)}")
        state = states.get(name)
        yield Interface(
            host=host,
            name=name,
            addresses=tuple(found),
            kind=kind_of(_SYS / name),
            up=None if state is None else state.isup,
        )


def _prefix(mask: str | None) -> int:
    return IPv4Network(f"0.0.0.0/{mask}").prefixlen if mask else 32


def _prefix6(mask: str | None) -> int:
    """Psutil gives an IPv6 mask as an address."""
    if not mask:
        return 128
    return int.from_bytes(socket.inet_pton(socket.AF_INET6, mask)).bit_count()


def kind_of(folder: Path) -> str | None:
    """An interface's kind in the words of `Interface.kind`, by its folder in /sys; None where that does not tell."""
    try:
        hardware = int((folder / "type").read_text(encoding="ascii"))
        virtual = "/virtual/" in str(folder.resolve())
        marks = {mark for mark in ("wireless", "phy80211", "bridge", "tun_flags") if (folder / mark).exists()}
    except (OSError, ValueError):
        return None
    if marks & {"wireless", "phy80211"}:
        return "wireless"
    if hardware == _LOOPBACK:
        return "loopback"
    if "bridge" in marks:
        return "bridge"
    if "tun_flags" in marks or hardware in _TUNNELS:
        return "tunnel"
    if hardware != _ETHERNET:
        return None
    return "virtual" if virtual else "ethernet"
