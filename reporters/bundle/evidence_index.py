"""The evidence index: what every source gave, and what it did not; docs/bundle.md, section 9."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping
from dataclasses import replace
from functools import partial
from pathlib import Path

from collector.evidence import EvidenceSet, Gap, Population
from collector.evidence_file import RecordKeeper, canonical, parse_json, sha256_of
from collector.records.codec import JsonValue, decode, encode
from collector.records.kinds import KINDS
from collector.records.record import Record
from reporters.bundle.errors import BundleError, NewerFormatError
from reporters.bundle.layout import EVIDENCE, EVIDENCE_INDEX, RAW, is_segment, read_small

FORMAT = 1


def evidence_path(evidence: Population[Record]) -> str:
    """Where the records of a population stand in the bundle."""
    return f"{EVIDENCE}/{evidence.source}/{evidence.kind}.jsonl.gz"


def write_index(stage_path: Path, evidence: EvidenceSet) -> None:
    """Write the index of the evidence files that the collection left in the stage.

    Raises BundleError for a population whose file is not there or is not the one that was counted; OSError.
    """
    for population in evidence.populations:
        path = stage_path / evidence_path(population)
        if not path.is_file() or sha256_of(path) != population.digest:
            raise BundleError(f"{evidence_path(population)} is not the file that the collection wrote")
    index = stage_path / EVIDENCE_INDEX
    index.parent.mkdir(parents=True, exist_ok=True)
    data = canonical(
        {
            "format": FORMAT,
            "gaps": [encode(gap) for gap in sorted(evidence.gaps, key=_place)],
            "populations": [encode(population) for population in sorted(evidence.populations, key=_place)],
        }
    )
    parse_index(data)
    with index.open("xb") as file:
        file.write(data)


def parse_index(data: bytes) -> EvidenceSet:
    """What an index says, without the records; raises BundleError for what `write_index` would not have written."""
    try:
        match parse_json(data):
            case {"format": int(number)} if number != FORMAT:
                raise NewerFormatError(f"the evidence index has format {number}, this version reads {FORMAT}", _NEWER)
            case {"format": int(), "gaps": list(gaps), "populations": list(populations), **others} if not others:
                evidence = EvidenceSet(
                    tuple(decode(Population, value) for value in populations),
                    tuple(decode(Gap, value) for value in gaps),
                )
            case _:
                raise BundleError("not an evidence index")
    except (ValueError, RecursionError) as error:
        raise NewerFormatError(f"the evidence index cannot be read: {error}", _NEWER) from error
    everything: list[Population[Record] | Gap] = [*evidence.populations, *evidence.gaps]
    for each in everything:
        if not (is_segment(each.source) and is_segment(each.kind)):
            raise BundleError(f"the evidence index names a source or kind {_place(each)!r:.80} that no file can have")
    if len({_place(each) for each in everything}) != len(everything):
        raise BundleError("the evidence index has more than one entry for a source and kind")
    return evidence


def read_evidence(bundle_path: Path) -> EvidenceSet:
    """The evidence of a bundle; populations read their records from its files.

    Verify the bundle first: this trusts what it reads. Raises BundleError, also for a kind unknown to this version.
    """
    evidence = parse_index(read_small(bundle_path, EVIDENCE_INDEX))
    unknown = sorted({population.kind for population in evidence.populations} - KINDS.keys())
    if unknown:
        raise BundleError(
            f"the bundle holds evidence of a kind that this version does not know: {', '.join(unknown)}", _NEWER
        )
    keeper = RecordKeeper()
    return EvidenceSet(
        tuple(
            replace(
                population, read=partial(_read, keeper, bundle_path / evidence_path(population), KINDS[population.kind])
            )
            for population in evidence.populations
        ),
        evidence.gaps,
    )


def summary(evidence: EvidenceSet) -> list[JsonValue]:
    """The statement's `sources`: one entry a source and kind, in that order."""
    entries: list[JsonValue] = [
        {
            "count": population.count,
            "gaps": len(population.missing),
            "kind": population.kind,
            "outcome": "population",
            "sha256": population.digest,
            "source": population.source,
            "source_count": population.source_count,
        }
        for population in sorted(evidence.populations, key=_place)
    ]
    entries += (
        {"cause": str(gap.cause), "kind": gap.kind, "outcome": "gap", "source": gap.source}
        for gap in sorted(evidence.gaps, key=_place)
    )
    return entries


def disagreements(evidence: EvidenceSet, manifest: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Where index and files differ, as (code, path): a file missing, changed or not listed; a raw answer missing."""
    expected = {evidence_path(population): population for population in evidence.populations}
    for path, population in expected.items():
        if path not in manifest:
            yield "evidence-missing", path
        elif manifest[path] != population.digest:
            yield "evidence-changed", path
    for path in manifest:
        if path.startswith(f"{EVIDENCE}/") and path not in expected and path != EVIDENCE_INDEX:
            yield "evidence-not-in-index", path
    for population in evidence.populations:
        folder = f"{RAW}/{population.source}/"
        kept = (
            {digest for path, digest in manifest.items() if path.startswith(folder)}
            if population.provenance.raw
            else set()
        )
        for digest in population.provenance.raw:
            if digest not in kept:
                yield "raw-missing", f"{folder} (SHA-256 {digest})"


def _read(keeper: RecordKeeper, path: Path, kind: type[Record]) -> Iterator[Record]:
    """The records of a stored file; raises RecordError for a line that does not fit, BundleError for a damaged file."""
    try:
        yield from keeper.read(path, kind)
    except (OSError, EOFError, zlib.error) as error:
        raise BundleError(f"{path.name} of {path.parent.name} is damaged: {error}", "verify the bundle") from error


_NEWER = "read it with the version that wrote it, or a newer one (the statement's `tool` names it)"


def _place(evidence: Population[Record] | Gap) -> tuple[str, str]:
    return evidence.source, evidence.kind
