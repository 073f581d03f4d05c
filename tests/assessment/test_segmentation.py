"""The matrix of zones: what each square says, and that thin evidence never looks like agreement."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from assessment.segmentation import NONE, Cell, Picture, matrix, matrix_document
from checks.discovery import discover
from collector.evidence import Gap, Population
from collector.records.host import Interface, Route
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Probe, Zone
from tests.checks.made import AS_OF, evidence, finding, gap, reasons, seen

ZONES = (Zone(name="a", networks=("10.1.0.0/24",)), Zone(name="b", networks=("10.2.0.0/24",)))
INTERFACES = (
    Interface(host="fw", name="left", addresses=("10.1.0.1/24",)),
    Interface(host="fw", name="right", addresses=("10.2.0.1/24",)),
)
CHAIN = FirewallChain(device="fw", family="inet", table="f", name="forward", hook="forward", policy="drop")
FLOW = DeclaredFlow(source="a", destination="b", ports=("443",), owner="it")


def rule(port: str, **facts: Any) -> FirewallRule:
    fields: dict[str, Any] = {
        "device": "fw", "family": "inet", "table": "f", "chain": "forward", "position": int(port), "verdict": "accept",
        "sources": ("10.1.0.0/24",), "protocols": ("tcp",), "ports": (port,), **facts,
    }  # fmt: skip
    return FirewallRule(**fields)


def probe(port: int, outcome: Any) -> Probe:
    return Probe(
        vantage="v", zone="a", target="10.2.0.5", target_zone="b", port=port, outcome=outcome, target_alive=True
    )


def parts(*rules: FirewallRule, flows: tuple[DeclaredFlow, ...] = (FLOW,)) -> list[Population[Any] | Gap]:
    return [
        seen(FirewallChain, CHAIN, source="fw"),
        seen(FirewallRule, *rules, source="fw"),
        seen(Interface, *INTERFACES, source="fw"),
        seen(Zone, *ZONES, source="declared"),
        seen(DeclaredFlow, *flows, source="declared"),
    ]


def cell(*held: Population[Any] | Gap) -> Cell:
    found = matrix(evidence(*held), discover(), AS_OF)
    return next(each for each in found.cells if each.source == "a")


@pytest.mark.parametrize(
    ("rules", "probes", "picture"),
    [
        ((rule("443"),), (), Picture.AGREES),
        ((rule("443"),), (probe(443, "open"),), Picture.AGREES),
        ((rule("443"), rule("22")), (), Picture.DIFFERS),
        ((), (), Picture.DIFFERS),
        ((rule("443"),), (probe(443, "no-answer"),), Picture.DIFFERS),
        ((rule("443"),), (probe(22, "open"),), Picture.DIFFERS),
        ((rule("443"), rule("22", not_understood=("x",))), (), Picture.UNKNOWN),
        ((rule("443"),), (probe(22, "failed"),), Picture.UNKNOWN),
    ],
)
def test_one_disagreement_decides(rules: tuple[FirewallRule, ...], probes: tuple[Probe, ...], picture: Picture) -> None:
    held = parts(*rules)
    if probes:
        held.append(seen(Probe, *probes, source="probe"))
    assert cell(*held).picture is picture


def test_a_firewall_that_was_not_read_is_not_agreement() -> None:
    unread: list[Population[Any] | Gap] = [
        seen(Zone, *ZONES, source="declared"),
        seen(DeclaredFlow, FLOW, source="declared"),
    ]
    assert cell(*unread).picture is Picture.NOT_SEEN
    held = parts(rule("443"))
    held[1] = seen(FirewallRule, source="fw", missing=[gap(FirewallRule, source="fw", subject="fw")])
    found = matrix(evidence(*held), discover(), AS_OF)
    assert ({each.picture for each in found.cells}, found.unread) == ({Picture.NOT_SEEN}, ("fw",))
    assert len(found.gaps) == 1


def test_without_a_list_of_flows_nothing_agrees() -> None:
    found = cell(*parts(rule("443"))[:4])
    assert (found.picture, [each.reason for each in found.remarks]) == (Picture.UNKNOWN, ["no-flow-list"])


def test_a_flow_that_is_not_understood_leaves_its_own_pair_unknown() -> None:
    strange = DeclaredFlow(source="a", destination="b", ports=("https",))
    found = cell(*parts(rule("443"), rule("22"), flows=(FLOW, strange)))
    assert found.picture is Picture.UNKNOWN
    assert {each.reason for each in found.remarks} == {"flow-illegible", "flow-not-understood"}
    back = matrix(evidence(*parts(rule("443"), flows=(FLOW, strange))), discover(), AS_OF).cells[1]
    assert (back.source, back.picture) == ("b", Picture.AGREES)


def test_without_zones_there_is_none() -> None:
    assert matrix(evidence(*parts(rule("443"))[:3]), discover(), AS_OF) is NONE


def test_the_document_tells_what_passes_and_what_has_expired() -> None:
    old = DeclaredFlow(source="a", destination="b", ports=("22",), valid_until=date(2026, 1, 1))
    held = evidence(*parts(rule("443"), rule("22"), flows=(FLOW, old)))
    document: Any = json.loads(json.dumps(matrix_document(matrix(held, discover(), AS_OF))))
    first = document["cells"][0]
    assert (document["zones"], first["picture"], first["judged"]) == (["a", "b"], "differs", True)
    assert first["passing"] == {"tcp": "22,443"}
    assert [(each["ports"], each["expired"]) for each in first["declared"]] == [(["22"], True), (["443"], False)]
    assert [(each["reason"], each["facts"]["valid_until"]) for each in first["remarks"]] == [
        ("passes-after-expiry", "2026-01-01")
    ]


@pytest.mark.parametrize(("until", "expired"), [(AS_OF.date(), False), (AS_OF.date() - timedelta(days=1), True)])
def test_an_opening_holds_through_its_last_day(until: date, expired: bool) -> None:
    flow = DeclaredFlow(source="a", destination="b", ports=("22",), valid_until=until)
    document: Any = matrix_document(matrix(evidence(*parts(flows=(flow,))), discover(), AS_OF))
    assert [each["expired"] for each in document["cells"][0]["declared"]] == [expired]


def test_the_document_lists_the_attempts_of_each_pair_of_declared_zones() -> None:
    elsewhere = replace(probe(443, "open"), zone="gone")
    held = evidence(*parts(rule("443")), seen(Probe, probe(443, "open"), elsewhere, probe(22, "filtered"), source="p"))
    document: Any = matrix_document(matrix(held, discover(), AS_OF))
    assert [[(each["port"], each["outcome"]) for each in found["probes"]] for found in document["cells"]] == [
        [(22, "filtered"), (443, "open")],
        [],
    ]


def test_a_way_that_could_not_be_followed_is_unknown_here_as_in_the_finding() -> None:
    held = (
        *parts(),
        seen(Route, Route(host="fw", destination="10.3.0.0/24", gateway="10.2.0.9", interface="right"), source="fw"),
        seen(Zone, Zone(name="beyond", networks=("10.3.0.0/24",)), source="more"),
    )
    found = {(each.source, each.destination): each.picture for each in matrix(evidence(*held), discover(), AS_OF).cells}
    assert (found["a", "beyond"], found["beyond", "a"]) == (Picture.UNKNOWN, Picture.NOT_SEEN)
    assert reasons(finding("segmentation-flows--rules", *held))["a -> beyond"] == "?way-unknown"
