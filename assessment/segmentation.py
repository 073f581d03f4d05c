"""Declared, configured and observed flows between every two zones: one matrix over all sources.

The words on disagreement are those of the checks of `segmentation-flows`, so that the matrix and the findings never
differ; waivers are left out of it, for the matrix shows what is so and not what is accepted.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from itertools import permutations
from types import MappingProxyType

from checks.ages import local_day
from checks.finding import Outcome, Verdict
from checks.judgement import Check, fit_parameters
from checks.network.addresses import is_network
from checks.network.declared_flows import Unclear, illegible_text, is_legible
from checks.network.estate import Estate
from checks.network.firewall import FirewallEvidence
from checks.network.firewalls import days_told, firewalls_of
from checks.network.pairs import UNSURE, PairVerdict, judge_pair, ports_text
from checks.network.symbolic import TooMuchError
from collector.evidence import EvidenceSet, Gap
from collector.records.codec import JsonValue, encode
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Probe, Zone

RULES, PROBES, AGREEMENT = "segmentation-flows--rules", "segmentation-flows", "segmentation-flows--agreement"
"""The checks whose words are taken."""

Pair = tuple[str, str]


class Picture(StrEnum):
    """How declared, configured and observed stand to each other between two zones."""

    AGREES = "agrees"
    DIFFERS = "differs"
    UNKNOWN = "unknown"
    """Something that was looked at could not be determined."""
    NOT_SEEN = "not-seen"
    """Neither rules nor probes tell of this pair."""


@dataclass(frozen=True, slots=True)
class Remark:
    """One disagreement, or something that could not be determined, as a check words it."""

    check: str
    reason: str
    verdict: Verdict
    subject: str
    facts: Mapping[str, JsonValue]


@dataclass(slots=True)
class Cell:
    """One pair of zones."""

    source: str
    destination: str
    declared: list[DeclaredFlow] = field(default_factory=list)
    judged: bool = False
    """Whether the rules of the firewalls between them were followed."""
    passing: dict[str, str] = field(default_factory=dict)
    """Protocol to the ports that pass by the rules."""
    unsure: dict[str, str] = field(default_factory=dict)
    """Protocol to the ports of which that is not known."""
    probes: list[Probe] = field(default_factory=list)
    remarks: list[Remark] = field(default_factory=list)

    @property
    def picture(self) -> Picture:
        """The cell in a word; one disagreement decides."""
        if any(remark.verdict is Verdict.DEVIATES for remark in self.remarks):
            return Picture.DIFFERS
        if self.remarks:
            return Picture.UNKNOWN
        return Picture.AGREES if self.judged or self.probes else Picture.NOT_SEEN


@dataclass(frozen=True, slots=True)
class Matrix:
    """All zones and all pairs of them."""

    zones: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """Evidence that was asked for and not obtained, for which cells may be thin."""
    unread: tuple[str, ...] = ()
    """Firewalls of which something was not read or not understood."""
    today: date = date.min
    """The day by which flows hold or have expired."""


NONE = Matrix()


def is_about_flows(check: Check) -> bool:
    """Whether the matrix takes its words from a check."""
    return check.id in {RULES, PROBES, AGREEMENT}


def matrix(
    evidence: EvidenceSet,
    checks: Sequence[Check],
    as_of: datetime,
    parameters: Mapping[str, Mapping[str, JsonValue]] = MappingProxyType({}),
) -> Matrix:
    """The matrix, in the order of the zones' names; empty where no zone is declared.

    `parameters`: the organisation's values for each check by id.
    """
    zones = sorted(evidence.reading(Zone).records, key=lambda zone: (zone.name, repr(zone)))
    asked = {check.id: check for check in filter(is_about_flows, checks)}
    if not zones or not asked:
        return NONE
    names = tuple(dict.fromkeys(zone.name for zone in zones))
    cells = {pair: Cell(*pair) for pair in permutations(names, 2)}
    for flow in sorted(evidence.reading(DeclaredFlow).records, key=repr):
        if (flow.source, flow.destination) in cells:
            cell = cells[flow.source, flow.destination]
            cell.declared.append(flow)
            text = illegible_text(flow)
            if text is not None and RULES in asked:
                cell.remarks.append(Remark(RULES, "flow-illegible", Verdict.UNDETERMINED, flow.subject, {"text": text}))
    found = firewalls_of(evidence)
    today = local_day(as_of)
    _configure(cells, evidence, [each for each in found if isinstance(each, FirewallEvidence)], zones, today)
    of_probes = [asked[name] for name in (PROBES, AGREEMENT) if name in asked]
    _observe(cells, evidence, [(each, fit_parameters(each, parameters.get(each.id, {}))) for each in of_probes], as_of)
    kinds = (Zone, DeclaredFlow, FirewallChain, FirewallRule, Probe)
    gaps = dict.fromkeys(gap for kind in kinds for gap in evidence.reading(kind).all_gaps)
    unread = tuple(each.name for each in found if not isinstance(each, FirewallEvidence))
    return Matrix(names, tuple(cells.values()), tuple(gaps), unread, today)


def _configure(
    cells: Mapping[Pair, Cell],
    evidence: EvidenceSet,
    firewalls: Sequence[FirewallEvidence],
    zones: Sequence[Zone],
    today: date,
) -> None:
    declared = evidence.reading(DeclaredFlow)
    flows = sorted((flow for flow in declared.records if is_legible(flow)), key=repr)
    unclear = Unclear(declared.records, today, whole=declared.complete)
    if not firewalls or not all(is_network(text) for zone in zones for text in zone.networks):
        return
    estate = Estate(firewalls, zones, flows)
    told, days = bool(declared.populations), days_told(evidence)
    try:
        for source, destination in permutations(zones, 2):
            cell = cells.get((source.name, destination.name))
            if cell is None:
                continue
            pair = f"{source.name} -> {destination.name}"
            verdict = judge_pair(estate, source, destination, today, unclear, days)
            cell.judged = cell.judged or verdict.judged
            cell.passing |= {name: ports_text(ports) for name, ports in verdict.passing.items() if ports}
            cell.unsure |= {name: ports_text(ports) for name, ports in verdict.unknown.items() if ports}
            if not verdict.judged and any(
                estate.loses_sight(first, source, destination) for first in estate.standing_in(source)
            ):
                cell.remarks.append(Remark(RULES, "way-unknown", Verdict.UNDETERMINED, pair, {}))
            if told:
                cell.remarks += _by_rules(verdict, pair)
            elif verdict.judged:
                cell.remarks.append(Remark(RULES, "no-flow-list", Verdict.UNDETERMINED, pair, {}))
    except TooMuchError:
        return


def _by_rules(verdict: PairVerdict, pair: str) -> Iterator[Remark]:
    for each in verdict.openings:
        facts: dict[str, JsonValue] = {
            "device": each.device,
            "origin": str(each.source),
            "destination": str(each.destination),
            "rule": each.rule,
        }
        if each.valid_until is not None:
            facts["valid_until"] = encode(each.valid_until)
        if each.flow is not None:
            facts["flow"] = each.flow
        span = ports_text([(each.first, each.last)])
        ends = Verdict.UNDETERMINED if each.reason in UNSURE else Verdict.DEVIATES
        yield Remark(RULES, each.reason, ends, f"{pair} {each.protocol}/{span}", facts)
    for cut in verdict.cuts:
        facts = {
            "device": cut.device,
            "ports": f"{ports_text(cut.ports)}/{cut.protocol}",
            "destination": str(cut.destination),
            "rule": cut.rule,
        }
        yield Remark(RULES, cut.reason, Verdict.DEVIATES, cut.flow.subject, facts)
    for flow, device, rule in verdict.unsure_pings:
        facts = {"device": device, "rule": rule}
        yield Remark(RULES, "rule-not-understood", Verdict.UNDETERMINED, flow.subject, facts)
    for device, rule in verdict.hidden:
        yield Remark(RULES, "source-hidden", Verdict.DEVIATES, pair, {"device": device, "rule": rule})


def _observe(
    cells: Mapping[Pair, Cell], evidence: EvidenceSet, checks: Iterable[tuple[Check, object]], as_of: datetime
) -> None:
    """`checks`: each with its parameters."""
    seen: defaultdict[Pair, list[Probe]] = defaultdict(list)
    for population in evidence.reading(Probe).populations:
        for probe in population.records:
            seen[probe.zone, probe.target_zone].append(probe)
        for check, values in checks:
            outcomes = check.judge(population, evidence, values, as_of)
            for probe, outcome in zip(population.records, outcomes, strict=True):
                cell = cells.get((probe.zone, probe.target_zone))
                if cell is not None and outcome.verdict in {Verdict.DEVIATES, Verdict.UNDETERMINED}:
                    cell.remarks.append(_remark(check.id, outcome))
    for pair, probes in seen.items():
        if pair in cells:
            cells[pair].probes = sorted(
                probes, key=lambda probe: (probe.target, probe.protocol, probe.port, repr(probe))
            )


def _remark(check: str, outcome: Outcome) -> Remark:
    return Remark(check, outcome.reason, outcome.verdict, outcome.subject, outcome.facts)


def matrix_document(found: Matrix) -> dict[str, JsonValue]:
    """The matrix as JSON, as `docs/bundle.md` describes it."""
    return {
        "zones": list(found.zones),
        "cells": [_cell_document(cell, found.today) for cell in found.cells],
        "unread": list(found.unread),
        "gaps": len(found.gaps),
    }


def _cell_document(cell: Cell, today: date) -> dict[str, JsonValue]:
    return {
        "source": cell.source,
        "destination": cell.destination,
        "picture": cell.picture.value,
        "judged": cell.judged,
        "declared": [
            {
                "protocol": flow.protocol,
                "ports": list(flow.ports),
                "addresses": list(flow.destination_addresses),
                "purpose": flow.purpose,
                "owner": flow.owner,
                "valid_until": encode(flow.valid_until),
                "expired": flow.valid_until is not None and flow.valid_until < today,
                "diary_number": flow.diary_number,
            }
            for flow in cell.declared
        ],
        "passing": dict(sorted(cell.passing.items())),
        "unsure": dict(sorted(cell.unsure.items())),
        "probes": [
            {"target": each.target, "port": each.port, "protocol": each.protocol, "outcome": each.outcome}
            for each in cell.probes
        ],
        "remarks": [
            {
                "check": each.check,
                "reason": each.reason,
                "verdict": each.verdict.value,
                "subject": each.subject,
                "facts": dict(each.facts),
            }
            for each in sorted(cell.remarks, key=lambda each: (each.check, each.subject, each.reason, repr(each)))
        ],
    }
