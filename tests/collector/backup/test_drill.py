"""A drill by a restorer of our own, and the reports of drills, whoever made them."""

from __future__ import annotations

import base64
import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import IO, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.backup.drill import parse_expected, rooted, run_drill
from collector.backup.drill_report import parse_report
from collector.backup.drill_reports import DrillFolder
from collector.backup.restic_drill import parse_listing, regular_files
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.backup import RestoreDrill, Snapshot
from collector.source import SourceError
from config.sources import Drill, DrillReports

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def point(identifier: str, hours: int, host: str = "app1") -> Snapshot:
    return Snapshot(identifier=identifier, time=NOW - timedelta(hours=hours), host=host)


class Restorer:
    """Restores made-up files; implements `collector.backup.drill.Restorer`."""

    def __init__(self, files: dict[str, bytes], failure: SourceError | None = None, size: int | None = None) -> None:
        self._files = files
        self._failure = failure
        self._size = sum(map(len, files.values())) if size is None else size
        self.target: Path | None = None

    def snapshots(self) -> Sequence[Snapshot]:
        return [point("old", 30), point("new", 6), point("ahead", -9), point("web", 1, "web1")]

    def size(self, snapshot: Snapshot, paths: Sequence[str]) -> int:
        return self._size

    def restore(self, snapshot: Snapshot, paths: Sequence[str], target: Path, timeout: float) -> None:
        self.target = target
        (target / "locked").mkdir(mode=0o500)
        if self._failure is not None:
            raise self._failure

    def files(self, target: Path) -> Iterator[tuple[str, IO[bytes]]]:
        yield from ((path, io.BytesIO(content)) for path, content in self._files.items())


FILES = {"/srv/a": b"a", "/srv/b": b"bb"}


def drilled(restorer: Restorer, folder: Path, **said: Any) -> Any:
    usual: dict[str, Any] = {"paths": ("/srv",), "host": "APP1", "scratch": folder}
    settings = Drill(**(usual | said))
    ticks = iter((0, 2_500_000_000))
    return run_drill(settings, "backup", restorer, now=lambda: NOW, ticks=lambda: next(ticks))


def test_the_newest_restore_point_that_is_not_in_the_future(tmp_path: Path) -> None:
    restorer = Restorer(FILES)
    report = drilled(restorer, tmp_path)
    assert (report.snapshot, report.files, report.size_bytes, report.milliseconds) == ("new", 2, 3, 2500)
    assert (report.result, report.bytes_per_second) == ("passed", 1)
    lines = "".join(f"{hashlib.sha256(FILES[path]).hexdigest()}  {path}\n" for path in ("/srv/b", "/srv/a"))
    assert report.tree_sha256 == hashlib.sha256("".join(sorted(lines.splitlines(True))).encode()).hexdigest()
    assert restorer.target is not None
    assert not restorer.target.exists()


def test_what_went_wrong_is_named(tmp_path: Path) -> None:
    failing = SourceError(GapCause.MALFORMED, "restic restore: ciphertext verification failed")
    report = drilled(Restorer({}, failing), tmp_path)
    assert [each.value for each in report.trouble] == ["restore-failed", "nothing-restored"]
    assert "ciphertext" in report.words
    expected = tmp_path / "sums"
    expected.write_text(f"{'0' * 64}  /srv/a\n{hashlib.sha256(b'bb').hexdigest()} *srv/b\n", encoding="utf-8")
    report = drilled(Restorer(FILES), tmp_path, expected=expected, canary="/srv/a", canary_sha256="1" * 64)
    assert [each.value for each in report.trouble] == ["files-differ", "canary-wrong"]
    assert (report.compared, report.differing, report.canary) == (2, 1, False)
    assert drilled(Restorer(FILES), tmp_path, canary="srv/b").canary is True
    assert drilled(Restorer(FILES), tmp_path, canary="/srv/c").canary is False


def test_no_more_is_restored_than_was_said(tmp_path: Path) -> None:
    with pytest.raises(SourceError, match="max_bytes"):
        drilled(Restorer(FILES), tmp_path, max_bytes=2)
    report = drilled(Restorer(FILES, size=0), tmp_path, max_bytes=2)  # the listing told less than came
    assert "too-large" in [each.value for each in report.trouble]
    with pytest.raises(SourceError, match="are free"):
        drilled(Restorer(FILES, size=1 << 60), tmp_path, max_bytes=1 << 61)
    with pytest.raises(SourceError, match="scratch"):
        drilled(Restorer(FILES), tmp_path / "none")
    assert not list(tmp_path.glob("styrk-drill-*"))


def test_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "real").write_bytes(b"x")
    (tmp_path / "link").symlink_to("/etc/passwd")
    assert [path for path, _ in regular_files(tmp_path)] == ["/real"]


@pytest.mark.parametrize(("path", "shown"), [("./a", "/a"), ("srv/a", "/srv/a"), ("//srv//a", "/srv/a"), ("a/", "/a")])
def test_paths_have_one_form(path: str, shown: str) -> None:
    assert rooted(path) == shown


def folder_of(tmp_path: Path, **files: Any) -> EvidenceSet:
    folder = tmp_path / "drills"
    folder.mkdir()
    for name, content in files.items():
        text = content if isinstance(content, str) else json.dumps(content)
        (folder / f"{name}.json").write_text(text, encoding="utf-8")
    source = DrillFolder(DrillReports(id="drills", type="drills", folder=folder))
    return collect([ConfiguredSource(source, source.provides)], tmp_path / "run", "test")


OTHER = {"host": "app1", "time": "2026-11-20T10:00:00+01:00", "result": "passed", "files": 3, "secret": "x"}


def test_our_own_report_comes_back_as_it_was(tmp_path: Path) -> None:
    report = drilled(Restorer(FILES), tmp_path, system="Ekonomi", canary="/srv/a")
    drill = parse_report(json.dumps(report.statement("1.0")).encode())
    assert drill == RestoreDrill(
        repository="backup",
        host="app1",
        time=NOW,
        result="passed",
        system="Ekonomi",
        snapshot="new",
        snapshot_time=NOW - timedelta(hours=6),
        files=2,
        size_bytes=3,
        differing=0,
        canary=True,
        milliseconds=2500,
        producer="styrk 1.0",
    )


def test_other_tools_reports_as_json_as_a_statement_and_in_an_envelope(tmp_path: Path) -> None:
    statement = {"predicateType": "https://example.test/drill", "predicate": OTHER}
    envelope = {"payload": base64.b64encode(json.dumps(statement).encode()).decode(), "signatures": []}
    (population,) = folder_of(tmp_path, plain=OTHER, statement=statement, envelope=envelope).populations
    assert population.complete
    drills = [record for record in population.records if isinstance(record, RestoreDrill)]
    assert {drill.producer for drill in drills} == {None, "https://example.test/drill"}
    assert {drill.time for drill in drills} == {datetime(2026, 11, 20, 9, tzinfo=UTC)}


@pytest.mark.parametrize(
    "wrong",
    [
        "{",
        "[]",
        {**OTHER, "result": "fine"},
        {**OTHER, "time": "2026-11-20T10:00:00"},
        {**OTHER, "time": 3},
        {"time": OTHER["time"], "result": "passed"},
        {"predicate": []},
        {"payload": "!"},
    ],
)
def test_a_report_that_cannot_be_understood_is_a_gap_with_its_name(wrong: Any, tmp_path: Path) -> None:
    (population,) = folder_of(tmp_path, good=OTHER, wrong=wrong).populations
    assert population.count == 1
    (gap,) = population.missing
    assert (gap.subject, gap.cause) == ("wrong.json", GapCause.MALFORMED)


def test_a_folder_that_is_not_there(tmp_path: Path) -> None:
    source = DrillFolder(DrillReports(id="drills", type="drills", folder=tmp_path / "none"))
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path / "run", "test")
    assert evidence.gaps[0].cause is GapCause.ABSENT
    assert [each.ok for each in source.diagnose()] == [False]


@given(st.binary(max_size=200))
def test_any_bytes_are_parsed_or_a_source_error(data: bytes) -> None:
    for parse in (parse_report, parse_expected, parse_listing):
        try:
            parse(data)
        except SourceError as error:
            assert error.detail  # noqa: PT017  # either of two outcomes is right


@given(st.dictionaries(st.sampled_from(list(RestoreDrill.__dataclass_fields__)), st.text() | st.integers() | st.none()))
def test_any_object_is_parsed_or_a_source_error(value: dict[str, Any]) -> None:
    try:
        parse_report(json.dumps({**OTHER, **value}).encode())
    except SourceError as error:
        assert error.cause is GapCause.MALFORMED  # noqa: PT017  # either of two outcomes is right
