"""Zones and allowed flows as the settings declare them: the organisation's own word, as a source of its own."""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from ipaddress import ip_network

from collector.evidence import GapCause
from collector.evidence_file import canonical
from collector.records.codec import encode
from collector.records.network import DeclaredFlow, Zone
from collector.records.record import Record, kind_name
from collector.register.register import RegisterFile
from collector.source import Diagnosis, Query, Recorder, SourceError
from config.settings import FlowSettings, ZoneSettings


class DeclaredNetwork:
    """The zones and flows of the settings, as a source with the id `declared`; implements `collector.source.Source`.

    `elsewhere`: a register declares zones too. Raises SourceError (unsupported) at construction for mistakes in the
    settings: a network that is none, a zone that is declared twice, a flow from or to a zone that is declared nowhere.
    """

    def __init__(
        self, zones: Sequence[ZoneSettings], flows: Sequence[FlowSettings], *, elsewhere: bool = False
    ) -> None:
        self.id = "declared"
        self.zones = zones_of(zones)
        self._elsewhere = elsewhere
        self.provides: frozenset[type[Record]] = frozenset(
            {DeclaredFlow} if elsewhere and not zones else {Zone, DeclaredFlow}
        )
        names = {zone.name for zone in self.zones}
        for flow in flows:
            unknown = sorted({flow.source, flow.destination} - names)
            if unknown and not elsewhere:
                raise _wrong(f"a flow names the zone {unknown[0]}, which is not declared", "add it under `zones`")
            for address in flow.destination_addresses:
                _network(address, f"the flow {flow.source} -> {flow.destination}")
        self.flows = tuple(
            DeclaredFlow(
                source=flow.source,
                destination=flow.destination,
                protocol=flow.protocol,
                ports=flow.ports,
                destination_addresses=flow.destination_addresses,
                purpose=flow.purpose,
                owner=flow.owner,
                valid_until=flow.valid_until,
                diary_number=flow.diary_number,
            )
            for flow in flows
        )

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the settings, which are read already."""
        for kind, name in ((Zone, "zones"), (DeclaredFlow, "flows")):
            if kind in wanted & self.provides:
                yield Query("the settings", f"read `{name}`", (kind,))

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Give every zone and flow; where no zone is declared at all, nobody has said what is allowed: a gap."""
        recorder.identity("the settings")
        if not self.zones and not self._elsewhere:
            for kind in wanted & self.provides:
                recorder.gap(
                    kind, GapCause.ABSENT, "the settings declare no zones", remedy="declare `zones` and `flows`"
                )
            return
        for kind, records in ((Zone, self.zones), (DeclaredFlow, self.flows)):
            if kind in wanted & self.provides:
                digest = hashlib.sha256(canonical([encode(record) for record in records])).hexdigest()
                recorder.ran(f"settings: {kind_name(kind)} sha256 {digest}", (kind,))
                for record in records:
                    recorder.add(record)
                recorder.complete(kind, source_count=len(records))

    def diagnose(self) -> Iterable[Diagnosis]:
        """How much is declared."""
        yield Diagnosis(
            "the settings",
            ok=bool(self.zones) or self._elsewhere,
            text=f"{len(self.zones)} zones, {len(self.flows)} flows",
            remedy="" if self.zones or self._elsewhere else "declare `zones` and `flows`",
        )


def zones_of(settings: Sequence[ZoneSettings]) -> tuple[Zone, ...]:
    """The declared zones as records; raises SourceError unsupported for a mistake in them."""
    _check_names(zone.name for zone in settings)
    return tuple(
        Zone(
            name=zone.name,
            roles=zone.roles,
            networks=tuple(_network(each, f"the zone {zone.name}") for each in zone.networks),
            purpose=zone.purpose,
            owner=zone.owner,
        )
        for zone in settings
    )


def with_registers(zones: Sequence[Zone], registers: Iterable[RegisterFile]) -> tuple[Zone, ...]:
    """Zones, and those that registers declare beside them.

    Raises SourceError where a register or a row of it cannot be read, a network is none or in two zones, or a zone is
    declared twice.
    """
    held = [*zones]
    for register in registers:
        for zone in register.records():
            if isinstance(zone, Zone):
                if not zone.networks:
                    raise _wrong(f"the zone {zone.name} has no network", "write its networks, e.g. 10.20.0.0/24")
                networks = tuple(_network(each, f"the zone {zone.name}") for each in zone.networks)
                held.append(replace(zone, networks=networks))
    _check_names(zone.name for zone in held)
    owners: dict[str, str] = {}
    for zone in held:
        for network in zone.networks:
            owner = owners.setdefault(network, zone.name)
            if owner != zone.name:
                raise _wrong(f"{network} is in the zones {owner} and {zone.name}", "let each network be in one zone")
    return tuple(held)


def _check_names(names: Iterable[str]) -> None:
    for name, times in Counter(names).items():
        if times > 1:
            raise _wrong(f"the zone {name} is declared twice", "give each zone a name of its own")


def _network(text: str, where: str) -> str:
    try:
        return str(ip_network(text))
    except ValueError as error:
        raise _wrong(f"{where}: {error}", "write the network's first address and length, e.g. 10.20.0.0/24") from error


def _wrong(detail: str, remedy: str) -> SourceError:
    return SourceError(GapCause.UNSUPPORTED, detail, remedy)
