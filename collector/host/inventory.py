"""What is installed on a host, what its package log says of changes, how its storage lies, how it is set; pure."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import Any

from collector.host.system import read_values, timestamp
from collector.records.changes import InstalledSoftware, ObservedChange
from collector.records.configuration import ConfigurationSetting, SecurityLog, StorageVolume

_ACTIONS = ("Install", "Upgrade", "Downgrade", "Reinstall", "Remove", "Purge")
_PACKAGE = re.compile(r"([^\s,:()]+)(?::[\w-]+)? \([^)]*\)")
_PORTABLE = frozenset({8, 9, 10, 11, 14, 30, 31, 32})
"""Chassis types of portable computers (DMTF DSP0134, 7.4.1): portable, laptop, notebook, hand held, sub notebook,
tablet, convertible, detachable."""
_NAMES = 10
_MAX_DEPTH = 20


def read_packages(text: str, host: str) -> Iterator[InstalledSoftware]:
    """The `packages` section: `status|name|version|time`; only what is installed.

    Raises ValueError on a line of another form.
    """
    for line in text.splitlines():
        if not line.strip():
            continue
        fields = line.split("|")
        if len(fields) != 4 or not fields[1]:
            raise ValueError(f"not a line of the package list: {line[:120]}")
        if fields[0][1:2] == "i":
            yield InstalledSoftware(
                host=host, product=fields[1], version=fields[2] or None, installed=timestamp(fields[3].strip() or None)
            )


def read_history(text: str, host: str) -> Iterator[ObservedChange]:
    """The `apt-history` section: a time for each run of apt, `==`, and the runs' own lines.

    Raises ValueError where the times and the runs do not match.
    """
    times, _, runs = text.partition("==\n")
    moments = [timestamp(line) for line in times.split()]
    stanzas = re.split(r"^Start-Date:.*\n?", runs, flags=re.MULTILINE)[1:]
    if len(moments) != len(stanzas):
        raise ValueError(f"{len(stanzas)} runs of apt and {len(moments)} times")
    for moment, stanza in zip(moments, stanzas, strict=True):
        lines = [line.partition(": ") for line in stanza.splitlines()]
        packages = {key: [found[1] for found in _PACKAGE.finditer(rest)] for key, _, rest in lines if key in _ACTIONS}
        names = [name for held in packages.values() for name in held]
        if moment is None or not names:
            continue  # a run that changed nothing, or an unfinished one
        asked = [rest for key, _, rest in lines if key == "Requested-By"]
        yield ObservedChange(
            host=host,
            time=moment,
            action=", ".join(key.lower() for key in packages),
            packages=len(names),
            names=tuple(names[:_NAMES]),
            requested_by=asked[0].partition(" (")[0] or None if asked else None,
            automatic=any(key == "Automatic" for key, _, _ in lines),
        )


def read_volumes(text: str, host: str) -> Iterator[StorageVolume]:
    """The `volumes` section: `lsblk -J`, then `chassis=TYPE`. Raises ValueError where it is no such answer."""
    listing, _, chassis = text.rpartition("chassis=")
    try:
        devices = json.loads(listing)["blockdevices"]
        seen: set[tuple[str, str]] = set()
        for volume in _volumes(devices, host, portable=_portable(chassis), encrypted=False, depth=0):
            place = (volume.device, volume.mounted_at)
            if place not in seen:
                seen.add(place)
                yield volume
    except (KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"not the answer of lsblk: {error}") from error


def _volumes(devices: Any, host: str, *, portable: bool | None, encrypted: bool, depth: int) -> Iterator[StorageVolume]:
    if depth > _MAX_DEPTH:
        raise ValueError("devices lie on each other too deep")
    for device in devices:
        secret = encrypted or device["type"] == "crypt"
        for place in device.get("mountpoints") or [device.get("mountpoint")]:
            if place:
                yield StorageVolume(
                    host=host,
                    device=str(device["name"]),
                    mounted_at=str(place),
                    filesystem=None if device.get("fstype") is None else str(device["fstype"]),
                    encrypted=secret,
                    portable=portable,
                )
        yield from _volumes(device.get("children") or [], host, portable=portable, encrypted=secret, depth=depth + 1)


def _portable(chassis: str) -> bool | None:
    text = chassis.strip()
    return int(text) in _PORTABLE if text.isdecimal() and len(text) < 4 else None


def read_settings(kernel: str, sshd: str | None, host: str) -> Iterator[ConfigurationSetting]:
    """The `kernel-settings` section (`name=value`) and `sshd -T`; a key that sshd prints several times is one."""
    for line in kernel.splitlines():
        name, _, value = line.partition("=")
        if name and value:
            yield ConfigurationSetting(host=host, name=name, value=" ".join(value.split()))
    printed: dict[str, list[str]] = {}
    for line in (sshd or "").splitlines():
        name, _, value = line.strip().partition(" ")
        if re.fullmatch(r"[a-z0-9]+", name) and value:
            printed.setdefault(name, []).append(" ".join(value.split()))
    for name, values in printed.items():
        yield ConfigurationSetting(host=host, name=f"sshd.{name}", value=", ".join(values))


def read_log_state(text: str, rules: str | None, host: str) -> SecurityLog:
    """The `log-state` section, and `auditctl -l` (None: not read)."""
    values = read_values(text)
    times = [moment for moment in map(timestamp, values.get("newest", [])) if moment is not None]
    daemons = tuple(sorted({name for name in values.get("process", []) if name}))
    return SecurityLog(
        host=host,
        daemons=None if not daemons and "hidden" in values else daemons,
        newest=max(times, default=None),
        rules=None
        if rules is None
        else tuple(line.strip() for line in rules.splitlines() if line.strip().startswith("-")),
    )
