"""How current a host's packages are: apt's and dnf's own word, and the times of the index that they go by."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from collector.host.answer import Part
from collector.host.sections import MISSING
from collector.host.system import read_values, timestamp
from collector.records.host import PatchState, PendingUpdate

_UPGRADABLE = re.compile(
    r"(?P<package>[^/\s]+)/(?P<suites>\S+) (?P<candidate>\S+) (?P<architecture>\S+)"
    r" \[upgradable from: (?P<installed>[^\]]+)\]"
)
_NEVRA = re.compile(r"(?P<name>.+)-(?P<version>[^-]+-[^-]+)\.[^.\s]+")


@dataclass(frozen=True, slots=True)
class AptTarget:
    """One archive whose index was fetched."""

    label: str
    suite: str
    codename: str
    modified: datetime | None
    """Date that the archive gave its index, else the time of the file."""

    @property
    def security(self) -> bool:
        """Whether the archive calls itself one of security updates: Debian by label and suite, Ubuntu by suite."""
        return self.label.endswith("-Security") or any(
            name.endswith(("-security", "/updates")) for name in (self.suite, self.codename)
        )


def read_targets(text: str) -> list[AptTarget]:
    """The `apt-targets` section: `label|suite|codename|file|modified`."""
    targets = []
    for line in text.splitlines():
        fields = line.split("|")
        if len(fields) == 5:
            targets.append(AptTarget(fields[0], fields[1], fields[2], timestamp(fields[4] or None)))
    return targets


def read_upgradable(text: str, targets: list[AptTarget], host: str) -> Iterator[PendingUpdate]:
    """`apt -qq list --upgradable`: what the index offers, held packages included.

    `known_since` is the time of the oldest fetched index of the suites that offer the version.
    Raises ValueError on a line that apt does not print.
    """
    for line in text.splitlines():
        if not line.strip():
            continue
        found = _UPGRADABLE.fullmatch(line.strip())
        if found is None:
            raise ValueError(f"not a line of `apt list --upgradable`: {line[:120]}")
        suites = set(found["suites"].split(",")) - {"now"}
        offers = [target for target in targets if suites & {target.suite, target.codename}]
        times = [target.modified for target in offers if target.modified is not None]
        yield PendingUpdate(
            host=host,
            package=found["package"],
            installed=found["installed"],
            candidate=found["candidate"],
            security=any(target.security for target in offers) or any(s.endswith("-security") for s in suites),
            known_since=min(times, default=None),
        )


def apt_state(state: str, targets: list[AptTarget] | None, pending: int | None, host: str) -> PatchState:
    """The `apt-state` section with what the others gave; None for what they did not."""
    values = read_values(state)
    periodic = re.search(r'^APT::Periodic::Unattended-Upgrade "([^"]*)";', state, re.MULTILINE)
    unattended = periodic is not None and periodic[1] not in {"", "0"} and "unattended" in values
    return PatchState(
        host=host,
        manager="apt",
        security_source=None if targets is None else any(target.security for target in targets),
        index_updated=_newest(values.get("fetched", [])),
        last_upgrade=timestamp(values.get("upgraded", [None])[0]),
        pending=pending,
        automatic=unattended,
        reboot_required=_reboot(values),
    )


def _reboot(values: Mapping[str, list[str]]) -> bool | None:
    """The flag file proves a need; its absence proves none only where something on the host would set it."""
    if "yes" in values.get("reboot", []):
        return True
    return False if "reboot-reported" in values else None


def _newest(times: list[str]) -> datetime | None:
    return max((time for time in map(timestamp, times) if time is not None), default=None)


def read_dnf(text: str, host: str) -> tuple[PatchState, list[PendingUpdate]]:
    """The `dnf` section: `dnf check-update`, a line `== security`, `dnf updateinfo list --updates --security`.

    Best effort from dnf's documented output: the installed version and the time of the offer are not in it.
    """
    offered, _, advisories = text.partition("== security\n")
    secure = {
        found["name"]
        for line in advisories.splitlines()
        if len(line.split()) == 3 and (found := _NEVRA.fullmatch(line.split()[2]))
    }
    values = read_values(text)
    fetched = _newest(values.get("fetched", []))
    updates = []
    for line in offered.splitlines():
        fields = line.split()
        if line.startswith("Obsoleting"):
            break
        if len(fields) == 3 and "." in fields[0] and "=" not in fields[0]:
            name = fields[0].rpartition(".")[0]
            updates.append(
                PendingUpdate(
                    host=host, package=name, candidate=fields[1], security=name in secure, known_since=fetched
                )
            )
    reboot = {"0": False, "1": True}.get(values.get("reboot", [""])[0])
    state = PatchState(
        host=host,
        manager="dnf",
        security_source=True if secure else None,
        index_updated=fetched,
        pending=len(updates),
        reboot_required=reboot,
    )
    return state, updates


def failure(part: Part | None) -> str:
    """What a section that did not answer said, for a gap's detail."""
    if part is None or part.truncated:
        return "its output was cut off"
    if part.status == MISSING:
        return "a program that it needs is not on the host"
    return part.note or f"exit status {part.status}"
