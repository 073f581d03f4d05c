"""Entry points and exported rules as people write them: a Swedish register, and NPS policies with their own words."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from checks.discovery import discover
from checks.judgement import judge
from collector.collection import collect
from collector.evidence import EvidenceSet, Gap, GapCause, Obtained
from collector.recorder import ConfiguredSource
from collector.records.backup import ProtectedSystem
from collector.records.factors import EntryPoint, EntryPointRule
from collector.register.register import RegisterFile
from config.registers import Register
from tests.checks.made import AS_OF, reasons

ENTRIES = """Ingång;Typ;Nås utifrån;Inloggning;Flerfaktor;Servrar;System
VPN;VPN;ja;RADIUS mot MFA-servern;ja;;Treserva, Procapita
Webbmejl;webbmejl;ja;användarnamn och lösenord;nej;;
Fjärrskrivbord;fjärrskrivbord;ja;lösenord och kod;MFA;;
Intern portal;portal;nej;;;;
Hoppserver;ssh;;nyckel;en;"jump1; jump2";
"""
RULES = """Ingång,Policy,Aktiv,Metod,Faktorer
VPN,Personal,ja,"PEAP, smartkort",Smartkort
VPN,Gammal,nej,MS-CHAPv2,MS-CHAPv2
Fjärrskrivbord,Alla,ja,MS-CHAPv2,MS-CHAPv2
"""
SYSTEMS = """System;Utökat skydd;K;Inloggning
Treserva;ja;4;VPN
Procapita;;3;VPN, klient
Mejl;nej;1;Webbmejl
"""


def read(folder: Path, *tables: tuple[str, str, str, dict[str, Any]]) -> EvidenceSet:
    sources = []
    for name, holds, text, more in tables:
        file = folder / f"{name}.csv"
        file.write_text(text, encoding="utf-8")
        made = RegisterFile(Register.model_validate({"id": name, "holds": holds, "file": file, **more}))
        sources.append(ConfiguredSource(made, made.provides, Obtained.PROVIDED))
    return collect(sources, folder / "evidence", "0")


ENTRY_COLUMNS = {
    "name": "Ingång",
    "category": "Typ",
    "external": "Nås utifrån",
    "authentication": "Inloggning",
    "factors": "Flerfaktor",
    "hosts": "Servrar",
    "systems": "System",
}
RULE_COLUMNS = {
    "entry_point": "Ingång",
    "rule": "Policy",
    "enabled": "Aktiv",
    "methods": "Metod",
    "factors": "Faktorer",
}
RULE_WORDS = {"factors": {"Smartkort": "two", "MS-CHAPv2": "one"}}
SYSTEM_COLUMNS = {
    "name": "System",
    "needs_extra_protection": "Utökat skydd",
    "confidentiality": "K",
    "login": "Inloggning",
}


def everything(folder: Path) -> EvidenceSet:
    return read(
        folder,
        ("ways", "entry-point", ENTRIES, {"columns": ENTRY_COLUMNS}),
        ("nps", "entry-point-rule", RULES, {"columns": RULE_COLUMNS, "values": RULE_WORDS}),
        ("systems", "protected-system", SYSTEMS, {"columns": SYSTEM_COLUMNS}),
    )


def test_the_registers_are_read_with_their_words(tmp_path: Path) -> None:
    evidence = everything(tmp_path)
    assert evidence.gaps == ()
    entries = {each.name: each for each in evidence.reading(EntryPoint).records}
    assert [(each.category, each.external, each.factors) for each in entries.values()] == [
        ("vpn", True, "two"),
        ("webmail", True, "one"),
        ("rd-gateway", True, "two"),
        ("portal", False, None),
        ("ssh", None, "one"),
    ]
    assert entries["VPN"].systems == ("Treserva", "Procapita")
    assert entries["Hoppserver"].hosts == ("jump1", "jump2")
    rules = list(evidence.reading(EntryPointRule).records)
    assert [(each.enabled, each.factors) for each in rules] == [(True, "two"), (False, "one"), (True, "one")]
    assert rules[0].methods == ("PEAP", "smartkort")
    systems = list(evidence.reading(ProtectedSystem).records)
    assert [(each.needs_extra_protection, each.confidentiality) for each in systems] == [
        (True, 4),
        (None, 3),
        (False, 1),
    ]


def test_what_the_checks_say_of_them(tmp_path: Path) -> None:
    evidence = everything(tmp_path)
    said = {
        check.id: {name: word for found in judge(check, evidence, {}, AS_OF) for name, word in reasons(found).items()}
        for check in discover()
        if check.id in {"mfa-remote-access--entry-points", "mfa-protected-systems"}
    }
    assert said == {
        "mfa-remote-access--entry-points": {
            "Webbmejl": "!stated-single-factor",
            "Fjärrskrivbord": "!rule-single-factor",
            "Hoppserver": "?exposure-unknown",
        },
        "mfa-protected-systems": {"Procapita": "?login-not-described"},
    }


def test_a_word_that_means_neither_one_nor_two_is_a_gap(tmp_path: Path) -> None:
    text = "Ingång;Flerfaktor\nVPN;ibland\n"
    columns = {"name": "Ingång", "factors": "Flerfaktor"}
    evidence = read(tmp_path, ("ways", "entry-point", text, {"columns": columns}))
    missing: list[Gap] = [gap for population in evidence.populations for gap in population.missing]
    assert [(gap.cause, gap.subject) for gap in missing] == [(GapCause.MALFORMED, "row 2")]
