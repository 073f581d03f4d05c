"""`styrk drill` on a real repository: its report, its exit status, and the next scan that reads it."""

from __future__ import annotations

import base64
import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.servers.process import require, run

PASSWORD = "drill-for-one-test"
SETTINGS = """organisation: {{name: Exempelkommun, language: sv}}
sources:
  - id: backup
    type: restic
    repository: {folder}/repository
    password: env:STYRK_DRILL_TEST
    drill:
      paths: [{folder}/content]
      system: Ekonomi
      canary: {folder}/content/canary.txt
      canary_sha256: {digest}
  - {{id: drills, type: drills, folder: {folder}/drills}}
  - {{id: bare, type: restic, repository: {folder}/repository, password: "env:STYRK_DRILL_TEST"}}
registers:
  - {{id: systems, holds: protected-system, file: systems.csv, columns: {{name: System, critical: Kritiskt}}}}
catalogues: [own.yaml]
"""
CATALOGUE = """id: own
title: {sv: Egen, en: Own}
kind: own
issued: "2026-01-01"
requirements:
  - id: R-1
    section: "1"
    kind: demand
    title: {sv: Återläsning, en: Restore}
    controls: [{id: restore-test-annual}]
"""
CANARY = "kanariefågel\n"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    require("restic")
    made = tmp_path_factory.mktemp("drill-command")
    (made / "content").mkdir()
    (made / "content" / "canary.txt").write_text(CANARY, encoding="utf-8")
    for arguments in (("init",), ("backup", "--host", "eko1", str(made / "content"))):
        run(
            ["restic", "-r", str(made / "repository"), "--no-cache", "-q", *arguments],
            env={"RESTIC_PASSWORD": PASSWORD},
        )
    (made / "systems.csv").write_text("System;Kritiskt\nEkonomi;ja\n", encoding="utf-8")
    (made / "own.yaml").write_text(CATALOGUE, encoding="utf-8")
    return made


def styrk(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "STYRK_DRILL_TEST": PASSWORD, "XDG_CONFIG_HOME": str(folder / "config")}
    command = [sys.executable, "-m", "styrk", *arguments]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=400, check=False)


def settings(folder: Path, digest: str) -> str:
    path = folder / "styrk.yaml"
    path.write_text(SETTINGS.format(folder=folder, digest=digest), encoding="utf-8")
    return str(path)


def test_a_drill_and_what_the_next_scan_says_of_it(folder: Path) -> None:
    right = hashlib.sha256(CANARY.encode()).hexdigest()
    passed = styrk(folder, "drill", "backup", "-c", settings(folder, right), "--out", str(folder / "drills"), "--json")
    assert passed.returncode == 0, passed.stderr
    told = json.loads(passed.stdout)
    assert (told["result"], told["canary"], told["files"]) == ("passed", True, 1)
    envelope = Path(told["report"]).read_text(encoding="ascii")
    statement = json.loads(base64.b64decode(json.loads(envelope)["payload"]))
    assert statement["predicateType"] == "urn:styrk:restore-drill:v1"
    assert PASSWORD not in envelope + passed.stdout + passed.stderr

    failed = styrk(folder, "drill", "backup", "-c", settings(folder, "0" * 64), "--out", str(folder / "drills"))
    assert failed.returncode == 1
    assert "canary-wrong" in failed.stdout
    scan = styrk(folder, "scan", "-c", settings(folder, right), "--out", str(folder / "out"), "--json")
    assert scan.returncode == 1, scan.stderr
    findings = json.loads((Path(json.loads(scan.stdout)["bundle"]) / "data/results/findings.json").read_bytes())
    (drill,) = [each for each in findings if each["check"] == "restore-test-annual--drill"]
    assert [(each["subject"], each["reason"]) for each in drill["exceptions"]] == [("Ekonomi", "canary-wrong")]
    assert drill["obtained"] == "provided"
    again = styrk(folder, "reperform", json.loads(scan.stdout)["bundle"])
    assert again.returncode == 0, again.stdout + again.stderr


def test_what_cannot_be_drilled_is_said(folder: Path) -> None:
    path = settings(folder, "0" * 64)
    bare = styrk(folder, "drill", "bare", "-c", path)
    assert bare.returncode == 2
    assert "drill:" in bare.stderr
    assert styrk(folder, "drill", "drills", "-c", path).returncode == 2
    text = Path(path).read_text(encoding="utf-8").replace("      system: Ekonomi\n", "      host: web1\n")
    Path(path).write_text(text, encoding="utf-8")
    none = styrk(folder, "drill", "backup", "-c", path)
    assert none.returncode == 3
    assert "no restore point of web1" in none.stdout
