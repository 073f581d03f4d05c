"""Reports of backup products: restore points where they list them, runs of jobs, and lines that cannot be read."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.backup.job_formats import HOST_NEEDED, PARSERS
from collector.backup.job_line import Context, size_of
from collector.backup.job_report import JobReport
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.backup import BackupRun, Snapshot
from collector.register.days import DayStyle
from collector.source import SourceError
from config.sources import BackupReport

RECORDINGS = Path(__file__).parents[1] / "recordings" / "job_reports"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
PIECES = st.lists(st.sampled_from(["|", "jobid", "name", ";", "\n", "<td>", "<tr>", "Start time", "0"])).map("".join)
FORMATS = get_args(BackupReport.model_fields["format"].annotation)


def read(name: str, form: Any, folder: Path, **said: Any) -> EvidenceSet:
    file = folder / name
    file.write_bytes((RECORDINGS / name).read_bytes())
    os.utime(file, (NOW.timestamp(), NOW.timestamp()))
    usual: dict[str, Any] = {"host": "eko1"} if form in HOST_NEEDED else {}
    settings = BackupReport(id="report", type="backup-report", format=form, file=file, **(usual | said))
    source = JobReport(settings, now=lambda: NOW)
    assert all(each.text for each in source.diagnose())
    return collect([ConfiguredSource(source, source.provides)], folder / f"run-{name}", "test")


def points(evidence: EvidenceSet) -> list[Snapshot]:
    return [each for p in evidence.populations for each in p.records if isinstance(each, Snapshot)]


def runs(evidence: EvidenceSet) -> list[tuple[str | None, str, str | None]]:
    """What ran, when, and how it ended."""
    held = [each for p in evidence.populations for each in p.records if isinstance(each, BackupRun)]
    return [(each.host, f"{each.started:%d %H:%M}", each.result) for each in held]


def test_sessions_of_veeam_are_runs_and_no_restore_points(tmp_path: Path) -> None:
    evidence = read("veeam-sessions.csv", "veeam-csv", tmp_path)
    assert not points(evidence)
    assert runs(evidence) == [(None, "20 21:00", "ok"), (None, "19 21:00", "failed"), (None, "20 22:00", "running")]
    for population in evidence.populations:
        (gap,) = population.missing
        assert (gap.subject, gap.cause) == ("row 5", GapCause.MALFORMED)


def test_restore_points_of_veeam(tmp_path: Path) -> None:
    first, second = points(read("veeam-points.csv", "veeam-csv", tmp_path))
    assert (first.host, first.time, first.size_bytes) == ("eko1", datetime(2026, 11, 20, 21, 5, tzinfo=UTC), 1 << 34)
    assert (first.location, first.job, first.verification) == ("Hall B", "Natt Ekonomi", None)
    assert second.verification == "failed"


def test_the_mail_of_a_job(tmp_path: Path) -> None:
    evidence = read("veeam-mail.html", "veeam-html", tmp_path)
    assert runs(evidence) == [("eko1", "20 21:01", "ok"), ("eko<2>", "20 23:10", "failed")]
    assert not points(evidence)


def test_recovery_points_of_dpm(tmp_path: Path) -> None:
    held = points(read("dpm.csv", "dpm-csv", tmp_path))
    assert [(each.host, f"{each.time:%m-%d %H}", each.paths) for each in held] == [
        ("EKO1", "10-21 19", ("D:\\",)),
        ("EKO1", "11-20 20", ("D:\\",)),
    ]


@pytest.mark.parametrize(("name", "count"), [("wbadmin-versions.txt", 2), ("wbadmin-versions-sv.txt", 1)])
def test_versions_of_windows_server_backup(name: str, count: int, tmp_path: Path) -> None:
    held = points(read(name, "wbadmin", tmp_path))
    assert len(held) == count
    assert (held[-1].host, held[-1].time) == ("eko1", datetime(2026, 11, 20, 20, tzinfo=UTC))


def test_the_summary_of_windows_server_backup(tmp_path: Path) -> None:
    evidence = read("wbsummary.txt", "wbsummary", tmp_path)
    (point,) = points(evidence)
    assert (f"{point.time:%d %H:%M}", point.location) == ("19 20:00", "NAS1")
    assert runs(evidence) == [("eko1", "20 20:00", "failed")]


def test_the_catalogue_of_bareos_lists_what_can_be_restored(tmp_path: Path) -> None:
    evidence = read("bareos-list-jobs.txt", "bareos", tmp_path)
    assert [(each.identifier, each.host) for each in points(evidence)] == [("1", "eko1"), ("2", "eko1")]
    assert [(host, result) for host, _, result in runs(evidence)] == [
        ("eko1", "ok"),
        ("eko1", "ok"),
        ("eko1", "failed"),
        ("dia1", "ok"),  # a green job over nothing is no restore point
    ]
    assert [each.host for each in points(read("bacula-list-jobs.txt", "bareos", tmp_path))] == ["eko1"]


def test_the_log_of_rsnapshot(tmp_path: Path) -> None:
    evidence = read("rsnapshot.log", "rsnapshot", tmp_path)
    assert runs(evidence) == [("eko1", "19 02:40", "ok"), ("eko1", "20 02:40", "failed")]
    assert not points(evidence)


def test_the_log_of_todays_rsnapshot(tmp_path: Path) -> None:
    evidence = read("rsnapshot-1.4.5.log", "rsnapshot", tmp_path)
    assert runs(evidence) == [
        ("eko1", "18 02:40", "ok"),
        ("eko1", "19 02:40", "failed"),
        ("eko1", "20 02:40", "failed"),  # it logs no end
        ("eko1", "21 02:40", "failed"),  # its settings are wrong: no beginning either
    ]


@pytest.mark.parametrize(
    ("lines", "ended"),
    [
        (["started", "completed, but with no definite status"], [None]),
        (["started", "started", "completed successfully"], [None, "ok"]),
        (["started", "ERROR: no space", "started", "completed successfully"], ["failed", "ok"]),
        (["started"], ["running"]),
        (["completed successfully"], ["ok"]),
        (["started", "WARNING: rsnapshot daily: completed, but with some warnings"], ["warning"]),
    ],
)
def test_how_a_run_of_rsnapshot_ended(lines: list[str], ended: list[str | None]) -> None:
    text = "\n".join(f"[2026-11-20T03:40:0{n}] /usr/bin/rsnapshot daily: {said}" for n, said in enumerate(lines))
    found = [each for line in PARSERS["rsnapshot"](text, Context("eko1", DayStyle())) for each in line.records]
    assert [each.result for each in found if isinstance(each, BackupRun)] == ended


def test_what_one_run_wrote_is_not_the_size_of_a_restore_point() -> None:
    text = "VmName;CreationTime;BackupSize\nEKO1;2026-11-20 22:05;2 GB\n"
    (line,) = PARSERS["veeam-csv"](text, Context(None, DayStyle(zone="Europe/Stockholm")))
    (point,) = line.records
    assert (type(point), point.size_bytes) == (Snapshot, None)


@pytest.mark.parametrize("form", FORMATS)
def test_another_file_is_no_report(form: str, tmp_path: Path) -> None:
    with pytest.raises(SourceError) as caught:
        list(PARSERS[form]("Namn;Ort\nA;B\n", Context("eko1", DayStyle())))
    assert caught.value.cause is GapCause.MALFORMED


def test_whose_report_it_is_must_be_said(tmp_path: Path) -> None:
    settings = BackupReport(id="r", type="backup-report", format="wbadmin", file=tmp_path / "x")
    with pytest.raises(SourceError, match="does not say whose"):
        JobReport(settings)


def test_an_old_report_and_one_that_is_not_there(tmp_path: Path) -> None:
    (population, _) = read("dpm.csv", "dpm-csv", tmp_path).populations
    assert population.complete
    file = tmp_path / "dpm.csv"
    os.utime(file, (0, 0))
    settings = BackupReport(id="report", type="backup-report", format="dpm-csv", file=file)
    source = JobReport(settings, now=lambda: NOW)
    held = collect([ConfiguredSource(source, frozenset({Snapshot}))], tmp_path / "old", "test")
    assert [gap.subject for gap in held.populations[0].missing] == ["report's age"]
    assert held.populations[0].provenance.speaks_of == datetime(1970, 1, 1, tzinfo=UTC)
    file.unlink()
    gone = collect([ConfiguredSource(source, frozenset({Snapshot}))], tmp_path / "gone", "test")
    assert gone.gaps[0].cause is GapCause.ABSENT


@pytest.mark.parametrize(
    ("text", "size"),
    [
        ("0", 0),
        ("42,650,000", 42_650_000),
        ("1 234", 1234),
        ("16.5 GB", 33 << 29),
        ("1,5 KB", 1536),
        ("", None),
        ("x", None),
    ],
)
def test_sizes(text: str, size: int | None) -> None:
    assert size_of(text) == size


@pytest.mark.parametrize("form", FORMATS)
@given(
    text=st.text(max_size=300)
    | st.lists(st.sampled_from(["|", "jobid", "name", ";", "\n", "<td>", "<tr>"])).map("".join)
)
def test_any_text_is_parsed_or_a_source_error(form: str, text: str) -> None:
    try:
        lines = list(PARSERS[form](text, Context("eko1", DayStyle())))
    except SourceError as error:
        assert error.cause is GapCause.MALFORMED  # noqa: PT017  # either of two outcomes is right
    else:
        assert all(line.place for line in lines)
