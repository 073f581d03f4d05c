"""A restic repository as a source, on recorded answers of real repositories."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.backup.restic import ResticRepository
from collector.backup.restic_output import (
    address_host,
    failure,
    parse_check,
    parse_lock,
    parse_size,
    parse_snapshots,
)
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.backup import BackupRepository, IntegrityCheck, Snapshot
from collector.records.record import Record
from collector.source import SourceError
from collector.transport.process import Completed
from config.sources import RepositoryCheck, ResticSource

RECORDINGS = Path(__file__).parents[1] / "recordings" / "restic"
PASSWORD = "korrekt-häst"
NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
LOCK = "9cd5093bf3663b146024a656bd3f527fb17463169d9f298eb6c730eeb9ec33bd"


class RecordedPrograms:
    """Answers as restic did; implements `collector.transport.process.Programs`."""

    def __init__(self, answers: Mapping[str, Completed | SourceError]) -> None:
        self.answers = answers
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
        arguments = [each for each in argv[1:] if not each.startswith("--")]
        answer = self.answers.get(" ".join(arguments), Completed(1, b"", "Fatal: not recorded"))
        if isinstance(answer, SourceError):
            raise answer
        return answer

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


def recorded(case: str, *, locks: bytes = b"", **more: Completed) -> RecordedPrograms:
    folder = RECORDINGS / case
    errors = (folder / "errors.txt").read_text(encoding="utf-8") if (folder / "errors.txt").exists() else ""
    listed = (folder / "list.txt").read_bytes() if (folder / "list.txt").exists() else b""
    return RecordedPrograms(
        {
            "snapshots": Completed(0, (folder / "snapshots.json").read_bytes(), errors),
            "list snapshots": Completed(0, listed, ""),
            "list locks": Completed(0, locks, ""),
            **more,
        }
    )


@pytest.fixture
def gather(tmp_path: Path) -> Callable[..., EvidenceSet]:
    def run(
        programs: RecordedPrograms,
        repository: str = "/srv/backup/repo",
        password: str = PASSWORD,
        kinds: tuple[type[Record], ...] = (Snapshot,),
        **said: Any,
    ) -> EvidenceSet:
        settings = ResticSource(
            id="backup", type="restic", repository=repository, password="env:RESTIC", sizes=False, **said
        )
        source = ResticRepository(settings, lambda: password, programs, now=lambda: NOW)
        return collect([ConfiguredSource(source, frozenset(kinds))], tmp_path / "run", "test")

    return run


def test_every_restore_point_is_read(gather: Callable[..., EvidenceSet]) -> None:
    (population,) = gather(recorded("nightly")).populations
    first = next(iter(population.records))
    assert isinstance(first, Snapshot)
    assert (first.host, first.time, first.tags) == ("app1", datetime(2026, 11, 20, 2, 15, tzinfo=UTC), ("nightly",))
    assert (population.count, population.source_count, population.complete) == (2, 2, True)


def test_what_a_restore_point_leaves_out_is_kept() -> None:
    body = {"time": "2026-11-20T02:15:00Z", "hostname": "app1", "short_id": "8f9eaa21", "paths": ["/srv"]}
    left, none = parse_snapshots(json.dumps([{**body, "excludes": ["/srv/data", "*.tmp"]}, body]).encode())
    assert (left.excludes, none.excludes) == (("/srv/data", "*.tmp"), ())


def test_an_empty_repository_is_known_to_be_empty(gather: Callable[..., EvidenceSet]) -> None:
    (population,) = gather(recorded("empty")).populations
    assert (population.count, population.source_count, population.complete) == (0, 0, True)


def test_a_damaged_restore_point_is_missed_though_restic_says_all_is_well(
    gather: Callable[..., EvidenceSet],
) -> None:
    (population,) = gather(recorded("damaged")).populations
    assert (population.count, population.source_count, population.complete) == (1, 2, False)
    (gap,) = population.missing
    assert gap.cause is GapCause.MALFORMED
    assert gap.subject is not None
    assert gap.subject.startswith("796482d9")


@pytest.mark.parametrize(
    ("case", "cause"),
    [
        ("wrong-password", GapCause.DENIED),
        ("no-repository", GapCause.ABSENT),
        ("rest-refused", GapCause.UNREACHABLE),
        ("sftp-no-name", GapCause.UNREACHABLE),
        ("no-rights", GapCause.DENIED),
    ],
)
def test_a_failure_is_a_gap_with_cause_and_remedy(
    case: str, cause: GapCause, gather: Callable[..., EvidenceSet]
) -> None:
    words = (RECORDINGS / "failures" / f"{case}.txt").read_text(encoding="utf-8")
    evidence = gather(RecordedPrograms({"list snapshots": Completed(1, b"", words)}))
    (gap,) = evidence.gaps
    assert gap.cause is cause
    assert gap.remedy
    assert not evidence.populations


def test_an_exclusive_lock_makes_the_population_incomplete(gather: Callable[..., EvidenceSet]) -> None:
    body = {"time": "2026-11-21T08:14:58Z", "exclusive": True, "hostname": "app1", "username": "root", "pid": 1}
    programs = recorded(
        "nightly", locks=f"{LOCK}\n".encode(), **{f"cat lock {LOCK}": Completed(0, json.dumps(body).encode(), "")}
    )
    (population,) = gather(programs).populations
    (gap,) = population.missing
    assert "app1" in gap.detail
    assert "unlock" in gap.remedy
    assert population.count == 2


def test_a_backup_that_is_running_is_no_fault(gather: Callable[..., EvidenceSet]) -> None:
    body = {"time": "2026-11-21T08:14:58Z", "exclusive": False, "hostname": "app1", "username": "root", "pid": 1}
    programs = recorded(
        "nightly", locks=f"{LOCK}\n".encode(), **{f"cat lock {LOCK}": Completed(0, json.dumps(body).encode(), "")}
    )
    assert gather(programs).populations[0].complete


def test_an_answer_that_is_cut_off_is_malformed(gather: Callable[..., EvidenceSet]) -> None:
    whole = (RECORDINGS / "nightly" / "snapshots.json").read_bytes()
    programs = RecordedPrograms(
        {"list snapshots": Completed(0, b"", ""), "snapshots": Completed(0, whole[: len(whole) // 2], "")}
    )
    (gap,) = gather(programs).gaps
    assert gap.cause is GapCause.MALFORMED


@pytest.mark.parametrize("cause", [GapCause.UNSUPPORTED, GapCause.TIMED_OUT])
def test_a_program_that_is_missing_or_late_is_a_gap(cause: GapCause, gather: Callable[..., EvidenceSet]) -> None:
    (gap,) = gather(RecordedPrograms({"list snapshots": SourceError(cause, "what happened", "apt-get")})).gaps
    assert (gap.cause, gap.remedy) == (cause, "apt-get")


def test_the_password_goes_by_the_environment_and_into_nothing_else(
    gather: Callable[..., EvidenceSet], tmp_path: Path
) -> None:
    programs = recorded("nightly")
    evidence = gather(programs, repository="rest:https://kim:geheim@backup.example.test/x")
    for argv, environment in programs.calls:
        assert not any(PASSWORD in each or "geheim" in each for each in argv)
        assert environment["RESTIC_PASSWORD"] == PASSWORD
    provenance = repr([population.provenance for population in evidence.populations])
    assert "geheim" not in provenance
    assert PASSWORD not in provenance
    assert "--no-lock" in provenance


def test_an_empty_password_is_not_asked_for_at_a_terminal(gather: Callable[..., EvidenceSet]) -> None:
    (gap,) = gather(RecordedPrograms({}), password="").gaps
    assert gap.cause is GapCause.DENIED


def test_restic_words_that_repeat_a_credential_are_masked() -> None:
    error = failure("restic", 1, 'Head "http://user:geheim@127.0.0.1:1/x": dial tcp: connection refused')
    assert "geheim" not in error.detail
    assert error.cause is GapCause.UNREACHABLE


def test_a_password_that_is_a_word_of_restics_does_not_hide_the_cause() -> None:
    error = failure("restic", 1, "Fatal: wrong password or no key found", "wrong")
    assert error.cause is GapCause.DENIED
    assert "wrong" not in error.detail


def test_the_plan_names_every_command_that_is_run(gather: Callable[..., EvidenceSet]) -> None:
    settings = ResticSource(id="backup", type="restic", repository="/r", password="env:RESTIC")
    planned = {query.text for query in ResticRepository(settings, str).plan(frozenset({Snapshot}))}
    (population,) = gather(recorded("nightly"), repository="/r").populations
    assert set(population.provenance.method) <= planned


def cause_of(parse: Callable[[], object]) -> GapCause | None:
    try:
        parse()
    except SourceError as error:
        return error.cause
    return None


@given(st.binary(max_size=300))
def test_any_answer_gives_snapshots_or_a_source_error(output: bytes) -> None:
    assert cause_of(lambda: list(parse_snapshots(output))) in {None, GapCause.MALFORMED}
    assert cause_of(lambda: parse_lock("x", output)) in {None, GapCause.MALFORMED}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=30),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["time", "hostname", "id", "short_id", "paths", "tags"]), inner, max_size=6)
    ),
    max_leaves=12,
)


@given(st.lists(JSON, max_size=4))
def test_any_json_gives_snapshots_or_a_source_error(value: object) -> None:
    output = json.dumps(value).encode()
    assert cause_of(lambda: list(parse_snapshots(output))) in {None, GapCause.MALFORMED}


def test_a_lock_is_shown_with_its_age_and_holder(gather: Callable[..., EvidenceSet]) -> None:
    body = {"time": "2026-11-19T08:14:58.5+01:00", "exclusive": True, "hostname": "app1"}
    programs = recorded(
        "nightly", locks=f"{LOCK}\n".encode(), **{f"cat lock {LOCK}": Completed(0, json.dumps(body).encode(), "")}
    )
    (population,) = gather(programs, repository="sftp:styrk@backup1:/srv", kinds=(BackupRepository,)).populations
    assert list(population.records) == [
        BackupRepository(
            name="backup",
            tool="restic",
            host="backup1",
            encrypted=True,
            locked_since=datetime(2026, 11, 19, 7, 14, 58, 500000, tzinfo=UTC),
            locked_by="app1",
        )
    ]


def case(name: str) -> str:
    return (RECORDINGS / "check" / f"{name}.txt").read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("name", "damaged"), [("flipped-bytes", ("pack d2de17e4c8cb0f2b",)), ("missing-pack", ("pack d2de17e4c8cb0f2b",))]
)
def test_a_check_names_what_is_damaged(name: str, damaged: tuple[str, ...], gather: Callable[..., EvidenceSet]) -> None:
    programs = RecordedPrograms({"check": Completed(1, b"", case(name))})
    asked = RepositoryCheck(data_percent=5)
    (population,) = gather(programs, kinds=(IntegrityCheck,), check=asked).populations
    assert list(population.records) == [
        IntegrityCheck(repository="backup", date=date(2026, 11, 21), result="failed", data_percent=5, damaged=damaged)
    ]
    assert programs.calls[0][0][-1] == "--read-data-subset=5%"


@pytest.mark.parametrize(("share", "argument"), [(0, "check"), (100, "--read-data"), (1, "--read-data-subset=1%")])
def test_data_is_read_by_the_share_that_is_asked_for(
    share: int, argument: str, gather: Callable[..., EvidenceSet]
) -> None:
    programs = RecordedPrograms({"check": Completed(0, b"no errors were found", "")})
    gather(programs, kinds=(IntegrityCheck,), check=RepositoryCheck(data_percent=share))
    assert programs.calls[0][0][-1] == argument


def test_a_check_that_could_not_be_made_is_no_damage(gather: Callable[..., EvidenceSet]) -> None:
    words = (RECORDINGS / "failures" / "rest-refused.txt").read_text(encoding="utf-8")
    programs = RecordedPrograms({"check": Completed(1, b"", words)})
    (gap,) = gather(programs, kinds=(IntegrityCheck,), check=RepositoryCheck()).gaps
    assert gap.cause is GapCause.UNREACHABLE


@pytest.mark.parametrize(
    ("address", "host"),
    [
        ("/srv/restic", None),
        ("sftp:styrk@backup1:/srv", "backup1"),
        ("sftp:backup1:/srv", "backup1"),
        ("sftp://styrk@backup1:2222//srv", "backup1"),
        ("rest:https://u:p@backup1:8000/x", "backup1"),
        ("ssh://styrk@backup1/./borg", "backup1"),
        ("C:\\backup", None),
        ("rest:http://[", None),
    ],
)
def test_the_host_of_an_address(address: str, host: str | None) -> None:
    assert address_host(address) == host


def test_a_later_restic_notes_sizes_itself() -> None:
    item = {"id": "1a2b3c4d5e", "time": "2026-11-21T02:00:00Z", "hostname": "app1", "parent": "99aabbccdd"}
    noted = {**item, "summary": {"total_bytes_processed": 4096, "total_files_processed": 2}}
    (snapshot,) = parse_snapshots(json.dumps([noted]).encode())
    assert (snapshot.size_bytes, snapshot.files, snapshot.parent) == (4096, 2, "99aabbcc")
    (snapshot,) = parse_snapshots(json.dumps([item | {"summary": {"total_bytes_processed": -1}}]).encode())
    assert (snapshot.size_bytes, snapshot.files) == (None, None)


@given(st.binary(max_size=100), st.text(max_size=100), st.integers(0, 255))
def test_any_answer_gives_a_size_and_a_check_or_a_source_error(output: bytes, errors: str, status: int) -> None:
    assert cause_of(lambda: parse_size(output)) in {None, GapCause.MALFORMED}
    cause_of(lambda: parse_check(status, errors))
