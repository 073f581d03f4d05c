"""Proxmox Backup Server and Veeam by REST, on answers of the documented form."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.backup.proxmox import ProxmoxDatastore, parse_snapshots
from collector.backup.veeam import VeeamServer, parse_point, parse_state
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.backup import BackupRepository, BackupRun, Snapshot
from collector.source import Source, SourceError
from collector.transport.https import AnswerError, JsonAnswer
from config.sources import ProxmoxBackupSource, VeeamSource

RECORDINGS = Path(__file__).parents[1] / "recordings" / "job_reports"


def recorded(name: str) -> dict[str, Any]:
    held: dict[str, Any] = json.loads((RECORDINGS / name).read_bytes())
    return held


class Answers:
    """Answers by path; implements `collector.backup.json_answers.Api`."""

    def __init__(self, answers: Mapping[str, Any]) -> None:
        self._answers = answers
        self.asked: list[tuple[str, Mapping[str, str]]] = []
        self.closed = 0

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> JsonAnswer:
        self.asked.append((path, headers or {}))
        answer = self._answers[path]
        if isinstance(answer, SourceError):
            raise answer
        return JsonAnswer(answer, b"", None)

    def close(self) -> None:
        self.closed += 1


PBS = "/api2/json/admin/datastore/hall-b/snapshots"
POINTS, STATES = "/api/v1/objectRestorePoints", "/api/v1/jobs/states"


def pbs(api: Answers, **said: Any) -> ProxmoxDatastore:
    usual: dict[str, Any] = {"url": "https://pbs.example.test:8007", "datastore": "hall-b", "token_id": "styrk@pbs!a"}
    settings = ProxmoxBackupSource(id="pbs", type="proxmox-backup", secret="env:X", **(usual | said))
    return ProxmoxDatastore(settings, str, connect=lambda: api)


def veeam(api: Answers, size: int = 200) -> VeeamServer:
    settings = VeeamSource(
        id="veeam", type="veeam", url="https://v.example.test:9419", user="styrk", password="env:X", page_size=size
    )
    return VeeamServer(settings, str, connect=lambda: api)


def read(source: Source, folder: Path) -> EvidenceSet:
    return collect([ConfiguredSource(source, source.provides)], folder / "run", "test")


def kind_of(evidence: EvidenceSet, kind: type[Any]) -> list[Any]:
    return [each for p in evidence.populations for each in p.records if type(each) is kind]


def test_the_restore_points_of_a_datastore(tmp_path: Path) -> None:
    api = Answers({PBS: recorded("pbs-snapshots.json")})
    evidence = read(pbs(api), tmp_path)
    guest, host, container = kind_of(evidence, Snapshot)
    assert (guest.host, guest.time, guest.size_bytes) == ("eko1", datetime(2026, 11, 20, 22, tzinfo=UTC), 1 << 35)
    assert (guest.tags, guest.verification) == (("vm/101", "eko1"), "passed")
    assert (host.host, host.verification) == ("web1", "failed")
    assert (container.host, container.size_bytes, container.verification) == ("102", None, None)
    (shown,) = kind_of(evidence, BackupRepository)
    assert (shown.host, shown.encrypted) == ("pbs.example.test", True)
    assert api.closed == 1


def test_a_namespace_is_asked_for(tmp_path: Path) -> None:
    api = Answers({f"{PBS}?ns=a%2Fb": {"data": []}})
    (first, *_) = read(pbs(api, namespace="a/b"), tmp_path).populations
    assert first.complete


def test_restore_points_and_jobs_of_veeam(tmp_path: Path) -> None:
    page = "?skip=0&limit=200"
    api = Answers(
        {f"{POINTS}{page}": recorded("veeam-restore-points.json"), f"{STATES}{page}": recorded("veeam-job-states.json")}
    )
    evidence = read(veeam(api), tmp_path)
    assert [(each.host, each.time) for each in kind_of(evidence, Snapshot)] == [
        ("eko1", datetime(2026, 11, 20, 21, 5, tzinfo=UTC)),
        ("dia1", datetime(2026, 11, 20, 21, 15, tzinfo=UTC)),
    ]
    assert [(each.job, each.result) for each in kind_of(evidence, BackupRun)] == [
        ("Natt Ekonomi", "ok"),
        ("Kopia", "running"),
    ]
    assert all(population.complete for population in evidence.populations)
    assert {headers["x-api-version"] for _, headers in api.asked} == {"1.1-rev0"}


def test_every_page_is_read_and_a_missing_one_is_not_the_end(tmp_path: Path) -> None:
    items = recorded("veeam-restore-points.json")["data"]
    first = {"data": items[:1], "pagination": {"total": 2}}
    second = {"data": items[1:], "pagination": {"total": 2}}
    states = {"data": [], "pagination": {"total": 0}}
    asked = {f"{POINTS}?skip=0&limit=1": first, f"{STATES}?skip=0&limit=1": states}
    whole = Answers(asked | {f"{POINTS}?skip=1&limit=1": second})
    assert len(kind_of(read(veeam(whole, 1), tmp_path / "whole"), Snapshot)) == 2
    cut = Answers(asked | {f"{POINTS}?skip=1&limit=1": AnswerError(500, "", "", "v")})
    evidence = read(veeam(cut, 1), tmp_path / "cut")
    (population,) = [each for each in evidence.populations if each.kind == "snapshot"]
    assert (population.count, population.complete) == (1, False)


@pytest.mark.parametrize("status", [401, 403])
def test_a_refusal_is_a_gap_and_a_diagnosis(status: int, tmp_path: Path) -> None:
    refused = AnswerError(status, "", "no rights", "server")
    page = f"{POINTS}?skip=0&limit=200"
    sources: list[tuple[Source, Source]] = [
        (pbs(Answers({PBS: refused})), pbs(Answers({PBS: refused}))),
        (veeam(Answers({page: refused})), veeam(Answers({f"{POINTS}?skip=0&limit=1": refused}))),
    ]
    for number, (source, diagnosed) in enumerate(sources):
        evidence = read(source, tmp_path / str(number))
        assert {gap.cause for gap in evidence.gaps} == {GapCause.DENIED}
        assert [each.ok for each in diagnosed.diagnose()] == [False]


def test_the_plan_names_every_request(tmp_path: Path) -> None:
    source = veeam(Answers({f"{POINTS}?skip=0&limit=200": {"data": []}, f"{STATES}?skip=0&limit=200": {"data": []}}))
    planned = {query.text for query in source.plan(source.provides)}
    for population in read(source, tmp_path).populations:
        assert set(population.provenance.method) <= planned


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=20),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                ["backup-type", "backup-id", "backup-time", "verification", "state", "files", "id", "name", "lastRun"]
            ),
            inner,
            max_size=6,
        )
    ),
    max_leaves=10,
)


@given(JSON)
def test_any_item_is_parsed_or_a_source_error(item: Any) -> None:
    for parse in (
        lambda: list(parse_snapshots([item], PBS)),
        lambda: parse_point(item, 1),
        lambda: parse_state(item, 1),
    ):
        try:
            parse()
        except SourceError as error:
            assert error.cause is GapCause.MALFORMED  # noqa: PT017  # either of two outcomes is right
