"""A directory in the cloud, from settings to a bundle that re-performs, by the command line."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.graph import CLIENT_ID, SECRET, GraphServer
from tests.servers.graph_tenants import assignment, guid, policy, tenant, user
from tests.styrk.runs import Styrk

CATALOGUE = """\
id: provkatalog
title: Provkatalog
kind: own
requirements:
  - {id: P-1, section: '1', kind: demand, title: Administratörer, controls: [{id: mfa-admin-enforced}]}
  - {id: P-2, section: '2', kind: demand, title: Åtkomst utifrån, controls: [{id: mfa-remote-access}]}
"""
SETTINGS = """\
organisation: {{name: Provkommun}}
sources:
  - id: entra
    type: entra
    tenant: example.test
    client_id: {client}
    client_secret: file:{secret}
    base_url: {url}
    login_url: {url}
    ca_file: {ca_file}
controls:
  mfa-admin-enforced:
    parameters: {{break_glass: [glas@example.test]}}
catalogues: [catalogue.yaml]
output: {{directory: out}}
"""


@pytest.fixture
def server(tmp_path: Path) -> Iterator[GraphServer]:
    folder = tmp_path / "graph"
    folder.mkdir()
    graph = GraphServer(folder)
    graph.script.objects = tenant(
        policy(excludeUsers=[guid("bo"), guid("glas")]),
        users=[user("anna"), user("bo"), user("glas"), user("cia", accountEnabled=False)],
        roles=[assignment("anna"), assignment("bo", "Helpdesk Administrator"), assignment("glas")],
    )
    yield graph
    graph.stop()


def test_from_settings_to_a_bundle_that_re_performs(styrk: Styrk, server: GraphServer, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET, encoding="utf-8")
    secret.chmod(0o600)
    (tmp_path / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    path = tmp_path / "styrk.yaml"
    written = SETTINGS.format(client=CLIENT_ID, secret=secret, url=server.url, ca_file=server.ca_file)
    path.write_text(written, encoding="utf-8")

    planned = styrk("plan", "-c", path)
    assert "conditionalAccess/policies" in planned.out
    assert "Policy.Read.All" in planned.out
    assert not server.script.requests

    run = styrk("scan", "-c", path, "--json")
    bundle = Path(run.json()["bundle"])
    shown = {
        each["check"]: {one["subject"]: one["reason"] for one in each["exceptions"]}
        for each in json.loads((bundle / "data" / "results" / "findings.json").read_text(encoding="utf-8"))
        if each["exceptions"]
    }
    assert shown == {
        "mfa-admin-enforced--entra": {"bo@example.test": "excluded"},
        "mfa-remote-access--entra": {"bo@example.test": "excluded", "glas@example.test": "excluded"},
    }
    assert run.status == 1
    assert styrk("verify", bundle).status == 0
    assert styrk("reperform", bundle).status == 0
    kept = b"".join(each.read_bytes() for each in bundle.rglob("*") if each.is_file())
    assert SECRET.encode() not in kept
