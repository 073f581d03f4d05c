"""A borg repository as a source, on recorded answers of real repositories."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.backup.borg import BorgRepository
from collector.backup.borg_output import failure, parse_archives, parse_check, parse_encryption, parse_sizes
from collector.backup.measuring import newest_two
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.backup import BackupRepository, IntegrityCheck, Snapshot
from collector.records.record import Record
from collector.source import SourceError
from collector.transport.process import Completed
from config.sources import BorgSource

RECORDINGS = Path(__file__).parents[1] / "recordings" / "borg"
PASSPHRASE = "korrekt-häst"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)


def recording(name: str) -> bytes:
    return (RECORDINGS / name).read_bytes()


class RecordedPrograms:
    """Answers as borg did; implements `collector.transport.process.Programs`."""

    def __init__(self, answer: Completed, sizes: Completed | None = None) -> None:
        self.answer = answer
        self.sizes = sizes or Completed(0, recording("sizes.txt"), "")
        self.calls: list[tuple[Sequence[str], Mapping[str, str]]] = []

    def run(
        self,
        argv: Sequence[str],
        *,
        limit: int,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        package: str = "",
    ) -> Completed:
        self.calls.append((argv, environment or {}))
        return self.sizes if argv[-1].startswith("::") else self.answer

    def run_together(
        self,
        commands: Sequence[Sequence[str]],
        *,
        limit: int,
        timeout: float,
        environment: Mapping[str, str] | None = None,
        package: str = "",
    ) -> list[Completed]:
        return [
            self.run(argv, limit=limit, timeout=timeout, environment=environment, package=package) for argv in commands
        ]


def gather(
    programs: RecordedPrograms,
    folder: Path,
    *kinds: type[Record],
    repository: str = "ssh://kim:geheim@backup1/srv/borg",
    check: bool = False,
) -> EvidenceSet:
    settings = BorgSource(id="borg", type="borg", repository=repository, passphrase="env:BORG", check=check)
    source = BorgRepository(settings, lambda _reference: PASSPHRASE, programs, now=lambda: NOW)
    return collect([ConfiguredSource(source, frozenset(kinds or {Snapshot}))], folder / "run", "test")


LISTED = Completed(0, recording("list.json"), "")


def test_every_archive_is_read(tmp_path: Path) -> None:
    (population,) = gather(RecordedPrograms(LISTED), tmp_path).populations
    assert list(population.records) == [
        Snapshot(
            identifier=f"app1-2026-11-{day}T02:00:00",
            time=datetime(2026, 11, day, 2, tzinfo=UTC),
            host="app1",
            paths=("src",),
            tags=("app1", "sys:Ekonomi"),
            size_bytes=300_004,
            files=2,
        )
        for day in (19, 20)
    ]
    assert population.complete


def test_what_the_repository_shows_of_itself(tmp_path: Path) -> None:
    (population,) = gather(RecordedPrograms(LISTED), tmp_path, BackupRepository).populations
    assert list(population.records) == [BackupRepository(name="borg", tool="borg", host="backup1", encrypted=True)]


def test_a_repository_on_this_host_shows_its_lock_and_its_mode(tmp_path: Path) -> None:
    (tmp_path / "lock.exclusive").mkdir()
    (tmp_path / "lock.exclusive" / "app1@2020.77-0").touch()
    (tmp_path / "config").write_text("[repository]\nversion = 1\nappend_only = 1\n", encoding="ascii")
    (population,) = gather(RecordedPrograms(LISTED), tmp_path, BackupRepository, repository=str(tmp_path)).populations
    (shown,) = population.records
    assert isinstance(shown, BackupRepository)
    assert (shown.locked_by, shown.append_only, shown.host) == ("app1", True, None)
    assert shown.locked_since is not None


def test_a_check_names_what_is_damaged(tmp_path: Path) -> None:
    programs = RecordedPrograms(Completed(1, b"", recording("check-flipped-bytes.txt").decode()))
    (population,) = gather(programs, tmp_path, IntegrityCheck, check=True).populations
    (found,) = population.records
    assert isinstance(found, IntegrityCheck)
    assert (found.date, found.result, found.data_percent) == (date(2026, 11, 21), "failed", 100)
    assert "segment 2 offset 96" in found.damaged
    assert "--repository-only" in programs.calls[0][0]


@pytest.mark.parametrize(
    ("case", "cause"),
    [
        ("wrong-passphrase", GapCause.DENIED),
        ("no-repository", GapCause.ABSENT),
        ("ssh-refused", GapCause.UNREACHABLE),
    ],
)
def test_a_failure_is_a_gap_with_cause_and_remedy(case: str, cause: GapCause, tmp_path: Path) -> None:
    words = recording(f"failure-{case}.txt").decode()
    evidence = gather(RecordedPrograms(Completed(2, b"", words)), tmp_path)
    (gap,) = evidence.gaps
    assert gap.cause is cause
    assert gap.remedy
    with pytest.raises(SourceError):
        parse_check(2, words)


def test_secrets_go_by_the_environment_and_into_nothing_else(tmp_path: Path) -> None:
    programs = RecordedPrograms(LISTED)
    evidence = gather(programs, tmp_path)
    for argv, environment in programs.calls:
        assert not any(PASSPHRASE in each or "geheim" in each for each in argv)
        assert environment["BORG_PASSPHRASE"] == PASSPHRASE
        assert not Path(environment["BORG_BASE_DIR"]).exists()
    assert "geheim" not in repr(evidence)
    assert "geheim" not in failure("borg list", 2, "geheim is incorrect", "geheim").detail


def test_the_plan_names_every_command_that_is_run(tmp_path: Path) -> None:
    settings = BorgSource(id="borg", type="borg", repository="/r", check=True)
    source = BorgRepository(settings, str)
    planned = {query.text for query in source.plan(source.provides)}
    for kind in (Snapshot, IntegrityCheck):
        answer = LISTED if kind is Snapshot else Completed(0, b"", "")
        (population,) = gather(RecordedPrograms(answer), tmp_path, kind, repository="/r", check=True).populations
        assert population.provenance.method
        assert set(population.provenance.method) <= planned


def test_the_newest_two_of_each_host_and_folder_are_measured() -> None:
    def taken(day: int, path: str = "/srv", size: int | None = None) -> Snapshot:
        time = datetime(2026, 11, day, tzinfo=UTC)
        return Snapshot(identifier=str(day), time=time, host="app1", paths=(path,), size_bytes=size)

    held = [taken(9), taken(3), taken(8), taken(1, "/etc"), taken(2, "/etc", 10), taken(7)]
    assert newest_two(held) == [0, 2, 3]


def cause_of(parse: Callable[[], object]) -> GapCause | None:
    try:
        parse()
    except SourceError as error:
        return error.cause
    return None


@given(st.binary(max_size=200), st.text(max_size=200), st.integers(0, 255))
def test_any_answer_is_parsed_or_a_source_error(output: bytes, errors: str, status: int) -> None:
    for parse in (lambda: list(parse_archives(output)), lambda: parse_encryption(output), lambda: parse_sizes(output)):
        assert cause_of(parse) in {None, GapCause.MALFORMED}
    assert cause_of(lambda: parse_check(status, errors)) is None or status != 0


JSON = st.recursive(
    st.none() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(["archives", "name", "hostname", "start", "comment", "command_line", "encryption", "mode"]),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(JSON)
def test_any_json_is_parsed_or_a_source_error(value: object) -> None:
    output = json.dumps({"archives": [value], "encryption": value}).encode()
    assert cause_of(lambda: list(parse_archives(output))) in {None, GapCause.MALFORMED}
    parse_encryption(output)
