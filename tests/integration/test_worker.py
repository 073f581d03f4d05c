"""A worker in a zone that the collector has no way into: what it alone can see stands in the main scan's findings."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from reporters.bundle.archive import pack
from tests.servers.zones import Zones
from tests.styrk.runs import Run, Styrk

pytestmark = [pytest.mark.integration, pytest.mark.root]

CATALOGUE = """\
id: nat
title: Nätsegment
kind: own
requirements:
  - id: N-1
    section: '1'
    kind: demand
    title: Endast nödvändiga dataflöden förekommer mellan nätsegment
    controls: [{id: segmentation-flows}]
"""
SHARED = """\
organisation: {{name: Provkommun, language: sv}}
zones:
  - {{name: klient, roles: [user-clients], networks: [10.78.1.0/24]}}
  - {{name: server, roles: [servers], networks: [10.78.2.0/24]}}
  - {{name: admin, roles: [admin-clients], networks: [10.78.3.0/24]}}
catalogues: [catalogue.yaml]
output: {{directory: bundles}}
{more}"""
WORKER = """\
sources:
  - id: probe
    type: probe
    zone: admin
    targets:
      - {address: 10.78.1.10, ports: [22, 2222]}
      - {address: 10.78.2.10, ports: [22, 443, 5432]}
"""
MAIN = """\
flows:
  - {{source: admin, destination: server, ports: ["22"], purpose: Drift}}
sources:
  - id: firewall
    type: nftables
    login: {{user: {user}, private_key: "file:{key}", known_hosts: {known_hosts}, sudo: true}}
    hosts: [{{name: fw1, address: {router}}}]
  - id: worker-admin
    type: bundle
    path: inbox
    trusted_keys: worker.pub
    source: probe
    kinds: [probe]
    zone: admin
"""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("worker")


@pytest.fixture(scope="module")
def carried(zones: Zones, folder: Path) -> Path:
    """What the worker in the zone `admin` sealed, with its own key: no route leads to it, and nothing listens there."""
    worker = Styrk(folder / "there")
    (worker.home / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    (worker.home / "styrk.yaml").write_text(SHARED.format(more=WORKER), encoding="utf-8")
    inside = ("ip", "netns", "exec", zones.namespaces["admin"])
    done = worker("scan", "-c", "styrk.yaml", "--json", under=inside)
    assert done.status in {1, 3}, done.err
    shutil.copy(worker.public_key, folder / "worker.pub")
    return worker.home / str(done.json()["bundle"])


class Main:
    """The collector: it reaches the firewall by SSH, and gets the worker's bundles in a folder."""

    def __init__(self, zones: Zones, folder: Path, key: Path) -> None:
        self.styrk = Styrk(folder)
        self.inbox = folder / "inbox"
        self.inbox.mkdir()
        (folder / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
        (folder / "known_hosts").write_text(zones.known_hosts, encoding="utf-8")
        shutil.copy(key, folder / "worker.pub")
        more = MAIN.format(
            user=zones.user, key=zones.key_file, known_hosts=folder / "known_hosts", router=zones.router_address
        )
        (folder / "styrk.yaml").write_text(SHARED.format(more=more), encoding="utf-8")

    def __call__(self, command: str, *words: object) -> Run:
        return self.styrk(command, "-c", "styrk.yaml", *words)

    def scan(self) -> Path:
        done = self("scan", "--json")
        assert done.status in {1, 3}, done.err
        return self.styrk.home / str(done.json()["bundle"])


def finding(bundle: Path) -> dict[str, Any]:
    found = json.loads((bundle / "data/results/findings.json").read_bytes())
    (one,) = [each for each in found if each["check"] == "segmentation-flows" and each["source"] == "worker-admin"]
    return dict(one)


def test_what_only_the_worker_can_see_is_found_sealed_and_re_performed(
    zones: Zones, carried: Path, folder: Path, tmp_path: Path
) -> None:
    main = Main(zones, tmp_path / "main", folder / "worker.pub")
    pack(carried, main.inbox / f"{carried.name}.zip")

    assert f"{carried.name}.zip is whole, sealed by SHA256:" in " ".join(main("doctor").out.split())
    assert "take these kinds of its source probe" in " ".join(main("plan").out.split())
    bundle = main.scan()
    shutil.rmtree(main.inbox)

    found = finding(bundle)
    deviating = {(each["subject"], each["reason"]) for each in found["exceptions"]}
    assert deviating == {("admin -> 10.78.1.10:22/tcp", "open-not-declared")}
    assert {each["subject"] for each in found["undetermined"]} == {"admin -> 10.78.1.10:2222/tcp"}
    assert found["population"]["count"] == 5
    cells = json.loads((bundle / "data/results/segmentation.json").read_bytes())["cells"]
    (cell,) = [each for each in cells if (each["source"], each["destination"]) == ("admin", "klient")]
    assert cell["picture"] == "differs"
    assert {"port": 22, "protocol": "tcp", "target": "10.78.1.10", "outcome": "open"} in cell["probes"]
    assert {each["check"] for each in cell["remarks"]} >= {"segmentation-flows", "segmentation-flows--rules"}

    index = json.loads((bundle / "data/evidence/index.json").read_bytes())
    (probes,) = [each for each in index["populations"] if each["source"] == "worker-admin"]
    theirs = json.loads((carried / "data/evidence/index.json").read_bytes())
    (there,) = [each for each in theirs["populations"] if each["source"] == "probe"]
    assert probes["digest"] == there["digest"]
    assert probes["provenance"]["started"] == there["provenance"]["started"]
    assert probes["provenance"]["relayed"][0]["run"] == carried.name
    assert (
        main.styrk("verify", bundle, "--trust", main.styrk.public_key).status,
        main.styrk("reperform", bundle).status,
    ) == (0, 0)


def test_a_bundle_that_was_changed_on_its_way_leaves_the_zone_not_determined(
    zones: Zones, carried: Path, folder: Path, tmp_path: Path
) -> None:
    main = Main(zones, tmp_path / "main", folder / "worker.pub")
    copy = Path(shutil.copytree(carried, main.inbox / carried.name))
    path = copy / "data/evidence/probe/probe.jsonl.gz"
    path.write_bytes(path.read_bytes()[:-1] + b"\x01")
    found = finding(main.scan())
    assert (found["status"], found["exceptions"]) == ("not-determined", [])
    (gap,) = found["gaps"]
    assert (gap["cause"], gap["kind"]) == ("denied", "probe")
    assert "probe.jsonl.gz: changed" in gap["detail"]
    assert main("doctor").status == 3
