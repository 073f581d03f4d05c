"""Declared flows from a spreadsheet: what is read of each column, what is refused, and what the checks make of it."""

from __future__ import annotations

from datetime import date
from itertools import product
from pathlib import Path

import pytest

from collector.evidence import EvidenceSet
from collector.records.host import Interface
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Probe, Zone
from tests.checks.made import finding, reasons, seen
from tests.collector.register.gathering import gathered, told

HEADINGS = "Från;Till;Protokoll;Portar;Adresser;Syfte;Ägare;Gäller t.o.m.;Diarienr"
COLUMNS = {
    "source": "Från",
    "destination": "Till",
    "protocol": "Protokoll",
    "ports": "Portar",
    "destination_addresses": "Adresser",
    "purpose": "Syfte",
    "owner": "Ägare",
    "valid_until": "Gäller t.o.m.",
    "diary_number": "Diarienr",
}
ZONES = (
    Zone(name="klient", networks=("10.77.1.0/24", "2001:db8:1::/64")),
    Zone(name="server", networks=("10.77.2.0/24", "2001:db8:2::/64")),
)


def read(folder: Path, *rows: str) -> EvidenceSet:
    data = "\n".join((HEADINGS, *rows)).encode("utf-8")
    run = folder / str(len(list(folder.iterdir())))
    run.mkdir()
    return gathered(run, data, "flöden.csv", holds="declared-flow", columns=COLUMNS)


def flows(held: EvidenceSet) -> list[DeclaredFlow]:
    return list(held.reading(DeclaredFlow).records)


def test_every_column_is_read(tmp_path: Path) -> None:
    held = read(
        tmp_path,
        "klient;server;TCP;443, 8000-8010;10.77.2.10, 2001:db8:2::/64;E-tjänst;IT-enheten;2026-12-31;KS 2026/0144",
        "klient;server;;;;;;;",
        "server;klient;alla;161;;;;;",
        "klient;server;icmp;;;Felsökning;;31.12.2026;",
    )
    assert told(held) == []
    assert flows(held) == [
        DeclaredFlow(
            source="klient",
            destination="server",
            protocol="tcp",
            ports=("443", "8000-8010"),
            destination_addresses=("10.77.2.10", "2001:db8:2::/64"),
            purpose="E-tjänst",
            owner="IT-enheten",
            valid_until=date(2026, 12, 31),
            diary_number="KS 2026/0144",
            row=2,
        ),
        DeclaredFlow(source="klient", destination="server", row=3),
        DeclaredFlow(source="server", destination="klient", protocol="any", ports=("161",), row=4),
        DeclaredFlow(
            source="klient",
            destination="server",
            protocol="icmp",
            purpose="Felsökning",
            valid_until=date(2026, 12, 31),
            row=5,
        ),
    ]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (";server;tcp;443;;;;;", "source"),
        ("klient;;tcp;443;;;;;", "destination"),
        ("klient;server;sctp;443;;;;;", "protocol"),
        ("klient;server;tcp;443;;;;03/04/2026;", "valid_until"),
        ("klient;server;tcp;443;;;;tills vidare;", "valid_until"),
    ],
)
def test_a_row_that_cannot_be_read_is_a_gap_with_its_column(tmp_path: Path, row: str, said: str) -> None:
    held = read(tmp_path, "klient;server;tcp;443;;;;;", row)
    assert [each.row for each in flows(held)] == [2]
    (problem,) = told(held)
    assert problem.startswith("malformed row 3: ")
    assert COLUMNS[said] in problem


FOUR = ("10.77.1.0/24", "10.77.2.0/24")
SIX = ("2001:db8:1::/64", "2001:db8:2::/64")


def by_rules(held: EvidenceSet, *ports: str, ends: tuple[tuple[str, str], ...] = (FOUR,)) -> dict[str, str]:
    """What the rules' check says where a firewall passes these ports from one zone to the other."""
    rules = [
        FirewallRule(
            device="fw", family="inet", table="f", chain="fwd", position=n, handle=n, verdict="accept",
            sources=(source,), destinations=(destination,), protocols=("tcp",), ports=(port,),
        )
        for n, (port, (source, destination)) in enumerate(product(ports, ends), start=1)
    ]  # fmt: skip
    found = finding(
        "segmentation-flows--rules",
        seen(FirewallChain, FirewallChain(device="fw", family="inet", table="f", name="fwd", hook="forward",
                                          priority=0, policy="drop")),
        seen(FirewallRule, *rules),
        seen(Interface, Interface(host="fw", name="c", addresses=("10.77.1.1/24", "2001:db8:1::1/64")),
             Interface(host="fw", name="s", addresses=("10.77.2.1/24", "2001:db8:2::1/64"))),
        seen(Zone, *ZONES, source="declared"),
        *held.populations,
    )  # fmt: skip
    return reasons(found)


def test_ranges_and_lists_of_ports_declare_each_of_them(tmp_path: Path) -> None:
    held = read(tmp_path, "klient;server;tcp;443, 8000-8010;;;;;")
    assert by_rules(held, "443", "8000-8010") == {}
    assert by_rules(held, "443", "7999-8010") == {"klient -> server tcp/7999": "!passes-undeclared"}


def test_ipv6_is_declared_by_its_own_addresses(tmp_path: Path) -> None:
    held = read(tmp_path, "klient;server;tcp;443;10.77.2.0/24;;;;")
    assert by_rules(held, "443") == {}
    both = FOUR, SIX
    assert by_rules(held, "443", ends=both) == {"klient -> server tcp/443": "!passes-undeclared"}
    held = read(tmp_path, "klient;server;tcp;443;2001:db8:2::/64;;;;")
    assert by_rules(held, "443", ends=(SIX,)) == {}


def test_a_temporary_flow_expires_the_day_after_its_last(tmp_path: Path) -> None:
    assert by_rules(read(tmp_path, "klient;server;tcp;443;;;;2026-11-21;"), "443") == {}
    expired = read(tmp_path, "klient;server;tcp;443;;;;2026-11-20;")
    assert by_rules(expired, "443") == {"klient -> server tcp/443": "!passes-after-expiry"}


def test_what_is_no_port_or_no_address_is_named_and_touches_its_own_zones(tmp_path: Path) -> None:
    for column in ("https;", "443/tcp;", "8000–8010;", "443;10.77.2.300", "443;server1"):
        held = read(tmp_path, f"klient;server;tcp;{column};;;;", "server;klient;tcp;22;;;;;")
        assert told(held) == []
        strange = flows(held)[0].subject
        found = by_rules(held, "25")
        assert found.pop("klient -> server tcp/25") == "?flow-not-understood"
        assert found == {strange: "?flow-illegible", flows(held)[1].subject: "!declared-but-blocked"}


def test_a_zone_that_nobody_declared_is_named(tmp_path: Path) -> None:
    held = read(tmp_path, "klient;servrar;tcp;443;;;;;", "klient;server;tcp;22;;;;;")
    assert by_rules(held, "22") == {"klient -> servrar tcp/443": "?zone-not-declared"}


def test_a_row_that_was_lost_leaves_what_passes_open_by_rules_and_by_probes(tmp_path: Path) -> None:
    held = read(tmp_path, "klient;server;tcp;443;;;;;", "klient;server;tcp;22;;;;snart;")
    assert by_rules(held, "443", "22") == {
        "klient -> server tcp/22": "?flow-list-incomplete",
        "test": "?flow-list-short",
    }
    made = Probe(vantage="v", zone="klient", target="10.77.2.9", target_zone="server", port=22, outcome="open")
    found = finding("segmentation-flows", seen(Probe, made), *held.populations)
    assert reasons(found) == {made.subject: "?flow-list-incomplete"}
