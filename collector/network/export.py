"""A firewall's configuration that someone handed over as a file, as a source."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta

from collector.evidence import GapCause
from collector.network.exports import Export
from collector.network.fortigate import parse_fortigate
from collector.network.iptables import parse_iptables
from collector.network.palo_alto import parse_palo_alto
from collector.network.pfsense import parse_pfsense
from collector.network.ruleset import Ruleset, parse_ruleset
from collector.network.windows_firewall import parse_windows_firewall
from collector.records.host import Interface, Route
from collector.records.network import FirewallChain, FirewallRule
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.file import read_file
from config.sources import FirewallExportSource

MAX_BYTES = 64 << 20
"""Bytes of one configuration."""

_RULES: frozenset[type[Record]] = frozenset({FirewallChain, FirewallRule})


def _of_ruleset(ruleset: Ruleset) -> Export:
    return Export(ruleset.chains, ruleset.rules)


_READERS: Mapping[str, Callable[[bytes, str], Export]] = {
    "fortigate": parse_fortigate,
    "palo-alto": parse_palo_alto,
    "pfsense": parse_pfsense,
    "opnsense": parse_pfsense,
    "windows-firewall": parse_windows_firewall,
    "nftables": lambda data, device: _of_ruleset(parse_ruleset(data, device)),
    "iptables": lambda data, device: _of_ruleset(parse_iptables(data, device, "ip")),
    "ip6tables": lambda data, device: _of_ruleset(parse_iptables(data, device, "ip6")),
}


class FirewallExport:
    """One configuration file; implements `collector.source.Source`. `now`: the time that its age is counted to."""

    provides: frozenset[type[Record]] = frozenset({FirewallChain, FirewallRule, Interface, Route})

    def __init__(self, settings: FirewallExportSource, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self.id = settings.id
        self._settings = settings
        self._now = now

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the file."""
        kinds = tuple(sorted(wanted & self.provides, key=lambda kind: kind.__name__))
        if kinds:
            text = f"read {self._settings.file.name} as {self._settings.format}"
            yield Query(str(self._settings.file), text, kinds, "to read the file")

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read the whole configuration; one without interfaces gives a gap for those."""
        kinds = wanted & self.provides
        data, modified = self._read()
        digest = hashlib.sha256(data).hexdigest()
        recorder.identity("the file as it was handed over")
        name = self._settings.file.name
        recorder.ran(f"read {name} sha256 {digest} modified {modified:%Y-%m-%dT%H:%M:%SZ}", kinds)
        recorder.dated(modified, kinds)
        found = _READERS[self._settings.format](data, self._settings.name)
        records: tuple[Record, ...] = (*found.chains, *found.rules, *found.interfaces, *found.routes)
        for record in records:
            if type(record) in kinds:
                recorder.add(record)
        if not found.interfaces and Interface in kinds:
            recorder.gap(
                Interface,
                GapCause.ABSENT,
                f"{name} names no interfaces, so where {self._settings.name} stands is not known",
                remedy="read the firewall over SSH instead, where it can be",
                subject=self._settings.name,
            )
        age = self._now() - modified
        for kind in kinds:
            if age > timedelta(days=self._settings.max_age_days):
                recorder.gap(
                    kind,
                    GapCause.ABSENT,
                    f"no current configuration: the file is of {modified:%Y-%m-%d}, {age.days} days old",
                    remedy=f"export it again; `max_age_days` is {self._settings.max_age_days}",
                    subject="export's age",
                )
            recorder.complete(kind)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Read the file."""
        target = str(self._settings.file)
        try:
            found = _READERS[self._settings.format](self._read()[0], self._settings.name)
        except SourceError as error:
            yield Diagnosis(target, ok=False, text=error.detail, remedy=error.remedy)
        else:
            unknown = sum(1 for rule in found.rules if rule.not_understood)
            text = f"{len(found.rules)} rules ({unknown} not understood in full), {len(found.interfaces)} interfaces"
            yield Diagnosis(target, ok=True, text=text)

    def _read(self) -> tuple[bytes, datetime]:
        return read_file(self._settings.file, max_bytes=MAX_BYTES, smaller="export less")
