"""Runs the command line as a user does, and writes settings with known outcomes."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent.parent
SYSTEMS = "System;Kritiskt\nLönesystemet;ja\nÄrendesystemet;ja\nKartan;nej\n"
CATALOGUE = """\
id: provkatalog
title: Provkatalog
kind: own
requirements:
  - id: P-1
    section: '1'
    kind: demand
    title: Återläsning provas varje år
    controls: [{id: restore-test-annual}]
  - id: P-2
    section: '2'
    kind: demand
    title: Styrelsen får en rapport
    controls: [{id: email-encryption}]
"""
SETTINGS = """\
organisation: {name: Provkommun, language: sv}
sources:
  - {id: this-host, type: local}
registers:
  - id: systems
    holds: protected-system
    file: systems.csv
    columns: {name: System, critical: Kritiskt}
    values: {critical: {ja: "true", nej: "false"}}
  - id: tests
    holds: restore-test
    file: tests.csv
    columns: {system: System, date: Datum, result: Resultat, verified_by_business: Verksamheten}
    values: {result: {godkänd: passed, underkänd: failed}}
  - id: changes
    holds: major-change
    file: changes.csv
    columns: {system: System, date: Datum}
catalogues: [catalogue.yaml]
output: {directory: out}
"""


@dataclass(frozen=True, slots=True)
class Run:
    """What a process said, and how it ended."""

    status: int
    out: str
    err: str

    def json(self) -> Any:
        assert self.out, self.err
        return json.loads(self.out)


class Styrk:
    """The command line, in a process of its own."""

    def __init__(self, home: Path) -> None:
        self.home = home
        home.mkdir(parents=True)
        self.environment = {"HOME": str(home), "XDG_CONFIG_HOME": str(home / "config"), "COLUMNS": "80"}

    @property
    def full_environment(self) -> dict[str, str]:
        kept = {
            name: value for name, value in os.environ.items() if not name.startswith(("PYTHON", "XDG", "LC_", "TZ"))
        }
        return {**kept, **self.environment, "PYTHONPATH": str(ROOT)}

    @property
    def public_key(self) -> Path:
        return self.home / "config" / "styrk" / "signing-key.pub"

    def command(self, *words: object) -> list[str]:
        return [sys.executable, "-m", "styrk", *map(str, words)]

    def __call__(self, *words: object, under: tuple[str, ...] = (), cwd: Path | None = None, **environment: str) -> Run:
        """Run it, below another program (`under`) where one is given."""
        done = subprocess.run(
            [*under, *self.command(*words)],
            capture_output=True,
            text=True,
            encoding="utf-8",
            env={**self.full_environment, **environment},
            cwd=cwd or self.home,
            timeout=170,
            check=False,
        )
        return Run(done.returncode, done.stdout, done.stderr)

    def start(self, *words: object) -> subprocess.Popen[str]:
        """A run that goes on: with the signals of a user's own shell, whoever started the tests.

        A shell without job control starts what it puts in the background with SIGINT ignored; children inherit that.
        """
        return subprocess.Popen(
            ["env", "--default-signal", *self.command(*words)],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            env=self.full_environment,
            cwd=self.home,
        )


def write_estate(folder: Path, *, tested: tuple[str, ...] = ("Lönesystemet",), systems: str = SYSTEMS) -> Path:
    """Registers in which every system of `tested` was restored last month; the path of the settings."""
    folder.mkdir(parents=True, exist_ok=True)
    day = (datetime.now(UTC) - timedelta(days=30)).date()
    rows = "".join(f"{name};{day};godkänd;ja\n" for name in tested)
    (folder / "systems.csv").write_text(systems, encoding="utf-8")
    (folder / "tests.csv").write_text(f"System;Datum;Resultat;Verksamheten\n{rows}", encoding="utf-8")
    (folder / "changes.csv").write_text(f"System;Datum\nKartan;{day}\n", encoding="utf-8")
    (folder / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    settings = folder / "styrk.yaml"
    settings.write_text(SETTINGS, encoding="utf-8")
    return settings


def listing(folder: Path) -> list[str]:
    """Everything in a folder, hidden files too."""
    return sorted(path.name for path in folder.iterdir()) if folder.is_dir() else []
