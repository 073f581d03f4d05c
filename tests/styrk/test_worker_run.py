"""A closed network's hosts by way of a worker: the same verdicts as the worker's own, sealed and re-performed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from tests.reporters.bundle.made import new_signer
from tests.styrk.runs import Styrk
from tests.styrk.worker import trusted

CATALOGUE = """\
id: drift
title: Drift
kind: own
requirements:
  - id: D-1
    section: '1'
    kind: demand
    title: Programvara är aktuell
    controls: [{id: patch-level}, {id: software-supported}, {id: services-unneeded}]
"""
HEAD = "organisation: {name: Provkommun, language: sv}\ncatalogues: [catalogue.yaml]\noutput: {directory: bundles}\n"
WORKER = "sources: [{id: this-host, type: local, name: app01}]\n"
MAIN = """\
sources:
  - id: closed-net
    type: bundle
    path: inbox
    trusted_keys: worker.pub
    source: this-host
    kinds: [software, patch-state, pending-update, listener]
    tags: [critical]
"""


def run_of(folder: Path, settings: str) -> Styrk:
    styrk = Styrk(folder)
    (folder / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    (folder / "styrk.yaml").write_text(HEAD + settings, encoding="utf-8")
    return styrk


def findings(bundle: Path, source: str) -> dict[str, Any]:
    held = json.loads((bundle / "data/results/findings.json").read_bytes())
    return {
        each["check"]: {key: each[key] for key in ("status", "population", "exceptions", "undetermined", "parameters")}
        for each in held
        if each["source"] == source
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("closed")


@pytest.fixture(scope="module")
def worker_bundle(folder: Path) -> Path:
    worker = run_of(folder / "there", WORKER)
    done = worker("scan", "-c", "styrk.yaml", "--json")
    assert done.status in {0, 1, 3}, done.err
    shutil.copy(worker.public_key, folder / "worker.pub")
    return worker.home / str(done.json()["bundle"])


@pytest.fixture
def main(folder: Path, worker_bundle: Path, tmp_path: Path) -> Styrk:
    styrk = run_of(tmp_path / "here", MAIN)
    shutil.copy(folder / "worker.pub", styrk.home)
    shutil.copytree(worker_bundle, styrk.home / "inbox" / worker_bundle.name)
    return styrk


def test_the_verdicts_are_the_workers_own(main: Styrk, worker_bundle: Path) -> None:
    done = main("scan", "-c", "styrk.yaml", "--json")
    assert done.status in {0, 1, 3}, done.err
    bundle = main.home / str(done.json()["bundle"])
    shutil.rmtree(main.home / "inbox")
    here, there = findings(bundle, "closed-net"), findings(worker_bundle, "this-host")
    assert here == there
    assert sum(each["population"]["count"] for each in here.values()) > 0
    assert main("verify", bundle, "--trust", main.public_key).status == 0
    assert main("reperform", bundle, "--json").json()["identical"] is True


def test_a_worker_that_falls_silent_resolves_nothing(main: Styrk, worker_bundle: Path) -> None:
    first = main.home / str(main("scan", "-c", "styrk.yaml", "--json").json()["bundle"])
    (path,) = (main.home / "inbox" / worker_bundle.name / "data/evidence/this-host").glob("software.jsonl.gz")
    path.unlink()
    again = main("scan", "-c", "styrk.yaml", "--json", "--out", "later")
    second = main.home / str(again.json()["bundle"])
    assert {each["status"] for each in findings(second, "closed-net").values()} == {"not-determined"}
    assert not any(each["exceptions"] for each in findings(second, "closed-net").values())
    changes = main("diff", first, second, "--json").json()
    assert changes["resolved"] == []
    before = [each for found in findings(first, "closed-net").values() for each in found["exceptions"]]
    assert len(changes["no_longer_determined"]) == len(before)


def test_a_run_of_another_source_says_that_the_worker_was_left_out(main: Styrk) -> None:
    with (main.home / "styrk.yaml").open("a", encoding="utf-8") as file:
        file.write("  - {id: here, type: local, name: here}\n")
    done = main("scan", "-c", "styrk.yaml", "--json", "--source", "here")
    bundle = main.home / str(done.json()["bundle"])
    index = json.loads((bundle / "data/evidence/index.json").read_bytes())
    gaps = [each for each in index["gaps"] if each["source"] == "closed-net"]
    assert {each["detail"] for each in gaps} == {"not read: the run was limited to other sources"}


def test_doctor_and_plan_speak_of_the_bundle(main: Styrk) -> None:
    well = main("doctor", "-c", "styrk.yaml", "--source", "closed-net")
    assert well.status == 0, well.out
    assert "is whole, sealed by SHA256:" in " ".join(well.out.split())
    plan = main("plan", "-c", "styrk.yaml", "--json").json()
    (planned,) = [each for each in plan["sources"] if each["id"] == "closed-net"]
    assert planned["type"] == "bundle"
    assert planned["queries"][0]["kinds"] == ["listener", "patch-state", "pending-update", "software"]
    trusted(main.home, new_signer(7))
    ill = main("doctor", "-c", "styrk.yaml", "--source", "closed-net", "--json")
    assert ill.status == 3
    (line,) = [each for each in ill.json()["diagnoses"] if each["source"] == "closed-net"]
    assert "not trusted" in line["text"]
    assert "by another road" in line["remedy"]


def test_a_kind_that_there_is_not_is_told_before_anything_is_read(main: Styrk) -> None:
    path = main.home / "styrk.yaml"
    path.write_text(
        path.read_text(encoding="utf-8").replace("kinds: [software,", "kinds: [softwares,"), encoding="utf-8"
    )
    done = main("scan", "-c", "styrk.yaml")
    assert done.status == 2
    assert "there is no kind softwares" in " ".join(done.err.split())
    assert "did you mean software?" in " ".join(done.err.split())
