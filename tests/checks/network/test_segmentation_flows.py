from __future__ import annotations

from datetime import date
from typing import Any, Literal

import pytest

from checks.finding import Status
from collector.records.network import DeclaredFlow, Probe
from tests.checks.made import finding, gap, reasons, seen

CHECK = "segmentation-flows"
FLOWS = (
    DeclaredFlow(source="clients", destination="servers", ports=("443", "8000-8010")),
    DeclaredFlow(source="clients", destination="servers", ports=("3389",), valid_until=date(2026, 11, 20)),
    DeclaredFlow(source="clients", destination="servers", ports=("5432",), destination_addresses=("10.77.2.20/32",)),
)
Outcome = Literal["open", "refused", "filtered", "no-answer", "no-route", "failed"]


def probe(port: int, outcome: Outcome, *, alive: bool = True, target: str = "10.77.2.10") -> Probe:
    return Probe(
        vantage="v",
        zone="clients",
        target=target,
        target_zone="servers",
        port=port,
        outcome=outcome,
        target_alive=alive,
    )


CASES = {
    "declared and open": (probe(443, "open"), None),
    "declared, in a range": (probe(8005, "open"), None),
    "open, not declared": (probe(22, "open"), "!open-not-declared"),
    "open, expired": (probe(3389, "open"), "!open-after-expiry"),
    "closed, expired": (probe(3389, "no-answer"), None),
    "declared for another address": (probe(5432, "open"), "!open-not-declared"),
    "declared for this address": (probe(5432, "open", target="10.77.2.20"), None),
    "declared, filtered": (probe(443, "filtered"), "!declared-but-closed"),
    "declared, silent, target alive": (probe(443, "no-answer"), "!declared-but-closed"),
    "declared, silent, target dead": (probe(443, "no-answer", alive=False), "?target-dead"),
    "not declared, silent, target alive": (probe(22, "no-answer"), None),
    "not declared, silent, target dead": (probe(22, "no-answer", alive=False), "?target-dead"),
    "not declared, refused": (probe(22, "refused"), "?refused"),
    "not declared, filtered": (probe(22, "filtered"), None),
    "not declared, no route, target dead": (probe(22, "no-route", alive=False), "?target-dead"),
    "not declared, no route, target alive": (probe(22, "no-route"), None),
    "target that is no address": (probe(22, "open", target="10.77.2.300"), "?target-not-understood"),
    "could not be made": (probe(22, "failed"), "?probe-failed"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_probe(name: str) -> None:
    made, expected = CASES[name]
    found = finding(CHECK, seen(Probe, made), seen(DeclaredFlow, *FLOWS, source="declared"))
    assert reasons(found).get(made.subject) == expected


def test_without_a_list_of_flows_nothing_is_right_or_wrong() -> None:
    assert finding(CHECK, seen(Probe, probe(22, "open"))).status is Status.NOT_DETERMINED


def test_an_empty_list_of_flows_is_a_list() -> None:
    found = finding(CHECK, seen(Probe, probe(22, "open")), seen(DeclaredFlow, source="declared"))
    assert found.status is Status.NOT_SATISFIED


def test_an_opening_may_be_in_the_part_of_the_list_that_was_not_read() -> None:
    part = seen(DeclaredFlow, source="declared", missing=[gap(DeclaredFlow, source="declared")])
    made = probe(22, "open")
    assert reasons(finding(CHECK, seen(Probe, made), part)) == {made.subject: "?flow-list-incomplete"}


@pytest.mark.parametrize(
    ("made", "said"),
    [
        (probe(443, "open"), None),
        (probe(22, "open"), "?flow-not-understood"),
        (probe(3389, "open"), "?flow-not-understood"),
        (probe(22, "filtered"), "?flow-not-understood"),
        (probe(443, "filtered"), "!declared-but-closed"),
        (probe(22, "failed"), "?probe-failed"),
    ],
)
def test_a_flow_that_is_not_understood_may_be_about_any_port(made: Probe, said: str | None) -> None:
    strange = DeclaredFlow(source="clients", destination="servers", ports=("https",))
    found = finding(CHECK, seen(Probe, made), seen(DeclaredFlow, *FLOWS, strange, source="declared"))
    assert reasons(found).get(made.subject) == said


@pytest.mark.parametrize(
    "facts",
    [{"protocol": "udp"}, {"source": "servers", "destination": "clients"}, {"valid_until": date(2026, 11, 1)}],
)
def test_it_is_about_its_own_zones_and_protocol_while_it_holds(facts: Any) -> None:
    given: dict[str, Any] = {"source": "clients", "destination": "servers", "ports": ("https",)} | facts
    strange = DeclaredFlow(**given)
    made = probe(22, "open")
    found = finding(CHECK, seen(Probe, made), seen(DeclaredFlow, *FLOWS, strange, source="declared"))
    assert reasons(found) == {made.subject: "!open-not-declared"}
