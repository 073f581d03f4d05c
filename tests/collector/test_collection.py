from __future__ import annotations

import errno
import hashlib
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from collector.collection import collect
from collector.evidence import EvidenceSet, Gap, GapCause, Obtained, Population
from collector.evidence_file import MAX_LINE, canonical
from collector.recorder import ConfiguredSource, clean_text
from collector.records.codec import encode
from collector.records.host import Host, Interface
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)


class Scripted:
    """A source that does what a test tells it; implements `collector.source.Source`."""

    provides: frozenset[type[Record]] = frozenset({Host, Interface})

    def __init__(self, act: Callable[[Recorder], None], name: str = "s") -> None:
        self.id = name
        self._act = act

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        return ()

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        self._act(recorder)

    def diagnose(self) -> Iterable[Diagnosis]:
        return ()


def run(tmp_path: Path, *acts: Callable[[Recorder], None], wanted: type[Record] = Host) -> EvidenceSet:
    sources = [
        ConfiguredSource(Scripted(act, f"s{number}"), frozenset({wanted}), controlled_by="Drift AB", tags=("prod",))
        for number, act in enumerate(acts)
    ]
    return collect(sources, tmp_path, "1", now=lambda: NOW)


def population(found: EvidenceSet) -> Population[Record]:
    (only,) = found.populations
    assert not found.gaps
    return only


def only_gap(found: EvidenceSet) -> Gap:
    (only,) = found.gaps
    assert not found.populations
    return only


def whole(recorder: Recorder) -> None:
    recorder.identity("reader")
    recorder.ran("uname -a", [Host])
    recorder.clock(NOW + timedelta(seconds=2), NOW)
    recorder.add(Host(name="app1"))
    recorder.raw("answer.txt", b"Linux", [Host])
    recorder.complete(Host, source_count=1)


def test_what_a_source_says_is_kept_with_where_it_comes_from(tmp_path: Path) -> None:
    found = population(run(tmp_path, whole))
    assert list(found.records) == list(found.records) == [Host(name="app1")]
    assert (found.count, found.source_count, found.complete, found.tags) == (1, 1, True, ("prod",))
    provenance = found.provenance
    assert (provenance.method, provenance.identity, provenance.clock_offset_ms) == (("uname -a",), "reader", 2000)
    assert (provenance.obtained, provenance.controlled_by) == (Obtained.OBSERVED, "Drift AB")
    assert provenance.raw == (hashlib.sha256(b"Linux").hexdigest(),)
    assert (tmp_path / "raw" / "s0" / "answer.txt").read_bytes() == b"Linux"
    evidence_file = tmp_path / "evidence" / "s0" / "host.jsonl.gz"
    assert found.digest == hashlib.sha256(evidence_file.read_bytes()).hexdigest()


def test_the_same_records_give_the_same_bytes(tmp_path: Path) -> None:
    one, two = (population(run(tmp_path / name, whole)) for name in "ab")
    assert one.digest == two.digest


def test_silence_is_a_gap_and_not_an_empty_population(tmp_path: Path) -> None:
    assert only_gap(run(tmp_path, lambda _: None)).cause is GapCause.ABSENT


def test_records_without_the_word_that_they_are_all_are_not_complete(tmp_path: Path) -> None:
    found = population(run(tmp_path, lambda recorder: recorder.add(Host(name="app1"))))
    assert not found.complete
    assert found.missing[0].cause is GapCause.ABSENT


def test_an_empty_population_that_was_read_to_its_end_is_one(tmp_path: Path) -> None:
    found = population(run(tmp_path, lambda recorder: recorder.complete(Host)))
    assert (found.count, found.complete, list(found.records)) == (0, True, [])


def refused(_: Recorder) -> None:
    raise SourceError(GapCause.DENIED, "invalid credentials", "check the password")


def lost_on_page_2(recorder: Recorder) -> None:
    recorder.add(Host(name="app1"))
    raise SourceError(GapCause.TRUNCATED, "connection lost on page 2")


def broken(_: Recorder) -> None:
    raise KeyError("nobody thought of this")


def test_a_source_that_fails_costs_itself_and_no_other(tmp_path: Path) -> None:
    found = run(tmp_path, refused, whole)
    assert [each.source for each in found.populations] == ["s1"]
    (gap,) = found.gaps
    assert (gap.source, gap.cause, gap.remedy) == ("s0", GapCause.DENIED, "check the password")


def test_what_was_read_before_the_failure_is_kept_as_a_part(tmp_path: Path) -> None:
    found = population(run(tmp_path, lost_on_page_2))
    assert (found.count, found.complete, found.missing[0].detail) == (1, False, "connection lost on page 2")


def test_a_fault_of_our_own_is_shown_and_no_pass(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    gap = only_gap(run(tmp_path, broken))
    assert gap.cause is GapCause.MALFORMED
    assert "KeyError" in gap.detail
    assert "nobody thought of this" in capsys.readouterr().err


def test_one_dead_host_costs_one_gap(tmp_path: Path) -> None:
    def two_hosts(recorder: Recorder) -> None:
        recorder.add(Host(name="app1"))
        recorder.gap(Host, GapCause.TIMED_OUT, "no answer", subject="db1")
        recorder.complete(Host)

    found = population(run(tmp_path, two_hosts))
    assert (found.count, [each.subject for each in found.missing], found.complete) == (1, ["db1"], False)


def test_a_record_that_was_not_asked_for_is_a_fault(tmp_path: Path) -> None:
    def greedy(recorder: Recorder) -> None:
        recorder.add(Interface(host="app1", name="eth0"))

    assert "not asked for" in only_gap(run(tmp_path, greedy)).detail


@pytest.mark.parametrize("name", ["../evidence.txt", "a/b", "", ".hidden", "å.txt", "x" * 101])
def test_a_raw_answer_cannot_be_put_anywhere(tmp_path: Path, name: str) -> None:
    assert "not a file name" in only_gap(run(tmp_path, lambda recorder: recorder.raw(name, b"", [Host]))).detail


def test_a_full_disk_ends_the_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(_path: Path, _data: bytes) -> int:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_bytes", full)
    with pytest.raises(OSError, match="No space left"):
        run(tmp_path, whole)


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("\x1b]0;owned\x07red\x1b[31m", "]0;owned red [31m"),
        ("a\u202eb", "a b"),
        ("line\nbreak\ttab", "line\nbreak\ttab"),
        ("x" * 3000, "x" * 1999 + "…"),
    ],
)
def test_a_targets_words_are_made_harmless(said: str, shown: str) -> None:
    assert clean_text(said) == shown


HOSTILE = {
    "longer than is read back": Host(name="x" * (MAX_LINE + 1)),
    "half a character": Host(name="a\ud800"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_record_that_could_not_be_read_back_costs_itself_and_is_told(name: str, tmp_path: Path) -> None:
    def read(recorder: Recorder) -> None:
        recorder.add(HOSTILE[name])
        recorder.add(Host(name="kept"))
        recorder.complete(Host)

    found = population(run(tmp_path, read))
    assert [record.subject for record in found.records] == ["kept"]
    (told,) = found.missing
    assert (told.cause, told.subject, found.complete) == (GapCause.MALFORMED, None, False)
    assert canonical(encode(told))


def test_a_targets_words_are_text_that_can_be_written(tmp_path: Path) -> None:
    def refused(_recorder: Recorder) -> None:
        raise SourceError(GapCause.MALFORMED, "ended \udce5 \x1b[31m", "mend \udce5")

    def partly(recorder: Recorder) -> None:
        recorder.gap(Host, GapCause.MALFORMED, "half \udce5", subject="\x1bhalf \udce5")
        recorder.complete(Host)

    found = run(tmp_path, refused, partly)
    for each in (*found.gaps, *found.populations[0].missing):
        assert canonical(encode(each))
        assert "\x1b" not in f"{each.detail} {each.remedy} {each.subject}"
