"""How a host's clock is kept: chrony, systemd-timesyncd or ntpd, by their own status."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from collector.host.system import timestamp
from collector.records.host import TimeSync

_LEAPS = {
    "Normal": "normal",
    "Insert second": "insert",
    "Delete second": "delete",
    "Not synchronised": "not-synchronised",
}
_NTP_LEAPS = {"00": "normal", "01": "insert", "10": "delete", "11": "not-synchronised"}
_DAEMONS = {"chronyd": "chrony", "systemd-timesyn": "systemd-timesyncd", "ntpd": "ntpd"}


@dataclass(frozen=True, slots=True)
class Running:
    """Which time service runs."""

    daemon: str | None
    certain: bool
    """Whether all processes could be seen: without that, none found proves nothing."""


def read_processes(text: str) -> Running:
    """The `time-processes` section."""
    lines = text.split()
    names = [daemon for process, daemon in _DAEMONS.items() if process in lines]
    return Running(names[0] if names else None, certain="hidden" not in lines)


def read_chrony(
    host: str, tracking: str | None, sources: str | None, configuration: str | None, running: Running
) -> TimeSync:
    """`chronyc -n -c tracking`, `-n -c sources` and `-N -c sources`, and the server lines of chrony.conf(5).

    The CSV columns are those of chronyc(1), tracking and sources: offsets in seconds, reference time in seconds
    since 1970.
    """
    names, reachable, selected = _chrony_sources(sources or "")
    state = TimeSync(
        host=host,
        daemon="chrony",
        running=_running(running, "chrony"),
        configured=None if configuration is None else configured_servers(configuration),
        reachable=None if sources is None else reachable,
        selected=selected,
    )
    fields = (tracking or "").strip().split(",")
    if len(fields) != 14:
        return state
    stratum, offset = _whole(fields[2]), _microseconds(fields[4])
    leap = _LEAPS.get(fields[13])
    synchronised = leap != "not-synchronised" and fields[0] != "00000000"
    return replace(
        state,
        running=True,
        selected=(selected or names.get(fields[1]) or fields[1] or None) if synchronised else None,
        stratum=(stratum or 16) if synchronised else 16,
        # systime is chrony's remaining correction: positive when the clock is slow (chronyc(1), tracking).
        offset_us=None if offset is None or not synchronised else -offset,
        leap=leap,
        last_update=_seconds(fields[3]) if synchronised else None,
    )


def _chrony_sources(text: str) -> tuple[Mapping[str, str], tuple[str, ...], str | None]:
    """Address to configured name, the names that answered, and the selected one."""
    by_address, _, by_name = text.partition("==\n")
    names: dict[str, str] = {}
    reachable: list[str] = []
    selected = None
    named = [line.split(",") for line in by_name.splitlines()]
    for index, line in enumerate(by_address.splitlines()):
        fields = line.split(",")
        if len(fields) != 10:
            continue
        name = named[index][2] if index < len(named) and len(named[index]) == 10 else fields[2]
        names[fields[2]] = name
        if re.fullmatch(r"[0-7]*[1-7][0-7]*", fields[5]):
            reachable.append(name)
        if fields[1] == "*":
            selected = name
    return names, tuple(dict.fromkeys(reachable)), selected


def configured_servers(text: str) -> tuple[str, ...]:
    """Names in `server NAME`, `pool NAME`, `peer NAME` and `refclock DRIVER` lines, in their order, once each."""
    found = re.findall(r"^\s*(?:server|pool|peer|refclock)\s+(\S+)", text, re.MULTILINE | re.IGNORECASE)
    return tuple(dict.fromkeys(found))


def read_timesyncd(host: str, text: str, running: Running) -> TimeSync:
    """`timedatectl show-timesync --all`, its NTPSynchronized property, and NTP= of timesyncd.conf(5).

    timesyncd tells no offset outside its NTPMessage (OriginateTimestamp ... ), whose times are whole microseconds.
    """
    values: dict[str, str] = {}
    configured: list[str] = []
    for line in text.splitlines():
        key, equals, value = line.strip().partition("=")
        if not equals:
            continue
        if key in {"NTP", "SystemNTPServers", "LinkNTPServers"}:
            configured += value.split()
        elif key != "FallbackNTP":
            values.setdefault(key, value)
    fallback = values.get("FallbackNTPServers", "").split()
    message = dict(re.findall(r"(\w+)=([^,}]+)", values.get("NTPMessage", "")))
    synchronised = values.get("NTPSynchronized")
    leap = _NTP_LEAPS.get(format(int(message["Leap"]), "02b")) if message.get("Leap", "").strip().isdigit() else None
    name = values.get("ServerName") or values.get("ServerAddress") or None
    return TimeSync(
        host=host,
        daemon="systemd-timesyncd",
        running=_running(running, "systemd-timesyncd"),
        configured=tuple(dict.fromkeys(configured or fallback)),
        selected=name if synchronised == "yes" else None,
        reachable=(name,) if name and message else None,
        stratum=_whole(message.get("Stratum", "").strip()) if synchronised == "yes" else 16 if synchronised else None,
        leap="not-synchronised" if synchronised == "no" else leap,
    )


def read_ntpd(host: str, text: str, running: Running) -> TimeSync:
    """`ntpq -pn`, `ntpq -c rv` and the server lines of ntp.conf(5); offsets in milliseconds (ntpq(8))."""
    peers, _, rest = text.partition("\n==\n")
    variables, _, configuration = rest.partition("\n==\n")
    reachable, selected, offset = [], None, None
    for line in peers.splitlines()[2:]:
        fields = line[1:].split()
        if len(fields) < 9:
            continue
        if re.fullmatch(r"[0-7]*[1-7][0-7]*", fields[6]):
            reachable.append(fields[0])
        if line[:1] in {"*", "o"}:
            selected, offset = fields[0], fields[8]
    system = dict(re.findall(r"(\w+)=\"?([^,\"\n]+)", variables))
    leap = _NTP_LEAPS.get(system.get("leap", ""))
    ours = None if offset is None else _microseconds(offset, scale=1000)
    return TimeSync(
        host=host,
        daemon="ntpd",
        running=_running(running, "ntpd"),
        configured=configured_servers(configuration),
        selected=selected,
        reachable=tuple(reachable),
        stratum=_whole(system.get("stratum", "")),
        # ntpq's offset is what the clock must be moved by: reference less clock.
        offset_us=None if ours is None else -ours,
        leap=leap or ("not-synchronised" if "leap_alarm" in variables else None),
    )


def _running(running: Running, daemon: str) -> bool | None:
    return True if running.daemon == daemon else False if running.certain else None


def _whole(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,3}", text) else None


def _microseconds(text: str, *, scale: int = 1_000_000) -> int | None:
    if not re.fullmatch(r"[+-]?[0-9]{1,12}(?:\.[0-9]{1,12})?", text):
        return None
    return round(float(text) * scale)


def _seconds(text: str) -> datetime | None:
    moment = timestamp(text.partition(".")[0])
    return None if moment is None or moment.year < 2000 else moment
