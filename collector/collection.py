"""Runs the sources of a scan: one failing source costs its own evidence and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from functools import partial
from pathlib import Path

from collector.beside import begin_beside
from collector.evidence import EvidenceSet, Population
from collector.evidence_file import RecordKeeper
from collector.quick_lines import line_reader
from collector.recorder import ConfiguredSource, Found, SourceRecorder, evidence_path
from collector.records.record import Record, kind_name


def collect(
    sources: Sequence[ConfiguredSource],
    directory: Path,
    version: str,
    *,
    now: Callable[[], datetime] = lambda: datetime.now(UTC),
    report: Callable[[str], None] = lambda _text: None,
) -> EvidenceSet:
    """Read every source in turn into `directory`/evidence and `directory`/raw; files beside everything else.

    A source that fails becomes Gaps with their cause. Raises OSError when the evidence cannot be written (disk full):
    that is the collector's own failure, and ends the run.
    """

    def read(group: Iterable[ConfiguredSource]) -> dict[str, Found]:
        return {each.source.id: _read_source(each, directory, version, now, report) for each in group}

    files = [each for each in sources if each.from_files]
    others = [each for each in sources if not each.from_files]
    beside = begin_beside(partial(read, files)) if files and others else None
    if beside is not None:
        try:
            found = {**read(others), **beside.result()}
        finally:
            beside.stop()
    else:
        found = read(sources)
    keeper = RecordKeeper(reader=line_reader)
    populations = [
        _readable(population, each, directory, keeper) for each in sources for population in found[each.source.id][0]
    ]
    return EvidenceSet(tuple(populations), tuple(gap for each in sources for gap in found[each.source.id][1]))


def _read_source(
    configured: ConfiguredSource,
    directory: Path,
    version: str,
    now: Callable[[], datetime],
    report: Callable[[str], None],
) -> Found:
    report(configured.source.id)
    recorder = SourceRecorder(configured, directory, version, now)
    try:
        recorder.run()
        return recorder.finish()
    except BaseException:
        recorder.abandon()
        raise


def _readable(
    population: Population[Record], configured: ConfiguredSource, directory: Path, keeper: RecordKeeper
) -> Population[Record]:
    """The population with its records, which are read back from its file."""
    kind = next(each for each in configured.wanted if kind_name(each) == population.kind)
    return replace(population, read=partial(keeper.read, evidence_path(directory, population.source, kind), kind))
