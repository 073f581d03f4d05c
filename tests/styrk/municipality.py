"""A small municipality's registers as people export them, with known faults; days are counted from today."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

SETTINGS = """\
organisation: {name: Exempelkommun, language: sv}
sources:
  - {id: this-host, type: local}
registers:
  - id: personal
    holds: employment
    file: personal.csv
    group: employee
    columns: {person_key: Nr, unit: Enhet, end: Slutar}
  - id: fortroendevalda
    holds: employment
    file: fortroendevalda.csv
    group: elected
    columns: {person_key: Nr}
  - {id: utbildning, holds: training, file: utbildning.csv, columns: {person_key: Nr, course: Kurs, completed: Klar}}
  - id: system
    holds: protected-system
    file: system.csv
    columns: {name: System, critical: Kritiskt, owner: Ägare, system_manager: Förvaltare, supplier: Leverantör}
  - id: klassningar
    holds: classification
    file: klassa.csv
    columns: {system: System, classified: Datum, method: Metod, confidentiality: K, reported_back: Återrapporterat}
  - id: dokument
    holds: document
    file: dokument.csv
    columns: {title: Titel, category: Typ, visible_date: Daterad, decided: Beslutad, body: Instans,
              diary_number: Diarienr, reviewed: Översedd}
  - id: protokoll
    holds: minutes
    file: protokoll.csv
    columns: {body: Nämnd, held: Datum, report: Rapport, report_date: Rapportens datum,
              report_has_gaps: Brister, decision: Beslut}
  - {id: leverantorer, holds: supplier, file: leverantorer.csv, columns: {name: Namn, risk_class: Riskklass}}
  - id: avtal
    holds: contract
    file: avtal.csv
    columns: {contract: Avtal, supplier: Leverantör, signed: Tecknat, clauses: Klausuler}
  - id: incidenter
    holds: incident
    file: incidenter.csv
    columns: {reference: Nr, detected: Upptäckt, closed: Avslutad, reviewed: Uppföljd, cause: Orsak}
  - id: andringar
    holds: change
    file: andringar.csv
    columns: {reference: Ärende, system: System, approver: Godkänd av, approved: Godkänd, deployed: Driftsatt,
              risk: Risk, cab_date: Ändringsråd, test: Test}
catalogues: [tranemo-2024, stenungsund-2020, kungalv-2022, norrkoping-2017]
output: {directory: out}
"""


def write_municipality(folder: Path) -> Path:
    """The settings and the registers; the path of the settings."""
    today = datetime.now(UTC).date()

    def ago(days: int) -> str:
        return (today - timedelta(days=days)).isoformat()

    files = {
        "personal.csv": "Nr;Enhet;Slutar\n1;Skola;\n2;Skola;\n3;Vård;\n4;Vård;\n5;Vård;" + ago(40) + "\n",
        "fortroendevalda.csv": "Nr\nf1\nf2\n",
        "utbildning.csv": f"Nr;Kurs;Klar\n1;Grund;{ago(90)}\n2;Grund;{ago(90)}\n"
        f"3;Grund;{ago(90)}\n4;Grund;\nf1;Grund;\n",
        "system.csv": "System;Kritiskt;Ägare;Förvaltare;Leverantör\n"
        "Ekonomi;ja;Skola;3;Driftbolaget\nKartan;ja;5;;Okänd AB\n",
        "klassa.csv": f"System;Datum;Metod;K;Återrapporterat\nEkonomi;{ago(100)};KLASSA;3;{ago(50)}\n",
        "dokument.csv": "Titel;Typ;Daterad;Beslutad;Instans;Diarienr;Översedd\n"
        f"Riktlinje för informationssäkerhet;riktlinje;{ago(300)};{ago(300)};KS;KS 2026/0001;\n"
        f"Rutin för incidenter;rutin;;{ago(2500)};IT-chef;;\n",
        "protokoll.csv": "Nämnd;Datum;Rapport;Rapportens datum;Brister;Beslut\n"
        f"KS;{ago(60)};Årsrapport informationssäkerhet;{ago(70)};ja;noteras\n",
        "leverantorer.csv": "Namn;Riskklass\nDriftbolaget;hög\n",
        "avtal.csv": f"Avtal;Leverantör;Tecknat;Klausuler\nA-1;Driftbolaget;{ago(900)};sekretess, behörighet\n",
        "incidenter.csv": "Nr;Upptäckt;Avslutad;Uppföljd;Orsak\n"
        f"I-1;{ago(100)} 08:30;{ago(90)};{ago(80)};fel i uppdatering\nI-2;{ago(80)} 14:00;{ago(70)};;\n",
        "andringar.csv": "Ärende;System;Godkänd av;Godkänd;Driftsatt;Risk;Ändringsråd;Test\n"
        f"C-1;Ekonomi;chef;{ago(20)};{ago(10)};låg;{ago(15)};ja\nC-2;Ekonomi;;;{ago(9)};låg;{ago(15)};ja\n",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    settings = folder / "styrk.yaml"
    settings.write_text(SETTINGS, encoding="utf-8")
    return settings
