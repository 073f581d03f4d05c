"""Divides the evidence of shared systems by whom it belongs to, so that nobody's bundle holds anything of another's."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from functools import partial
from pathlib import Path
from typing import Any

from collector.evidence import EvidenceSet, Gap, GapCause, Population, Provenance
from collector.evidence_file import EvidenceWriter, RecordKeeper, canonical, sha256_of
from collector.records.codec import JsonValue, encode
from collector.records.host import Lifecycle
from collector.records.record import Record, kind_name
from config.settings import OwnerSettings

COMMON = frozenset({kind_name(Lifecycle)})
"""Kinds that are about nobody: Styrk's own table of support periods."""
_NAMING = ("host", "hosts", "name", "system", "systems", "subject")
"""Fields by which a record says what it is about."""
LEFT_OUT = "left out: it names another owner"
ANYONES_ROW = "a row that may be any owner's cannot be read; the file's holder knows which cell"
_ROW = re.compile(r"row \d+")
_OF_ROWS = re.compile(r"read [^:]+: ")
"""How a method begins that tells of a register's rows: whose word they are, which are alike."""
_SHORTEST = 4
"""Characters of a pattern's fixed part that make it a word to look for."""


@dataclass(frozen=True, slots=True)
class Owner:
    """One owner among the others."""

    settings: OwnerSettings
    foreign: re.Pattern[str]
    """Any word that tells of another owner, and of this one not."""

    @property
    def own_sources(self) -> frozenset[str]:
        """Sources that are wholly its own."""
        return frozenset(self.settings.sources)

    def names_another(self, text: str) -> str | None:
        """The first word in a text that tells of another owner."""
        found = self.foreign.search(_folded(text))
        return found.group(0) if found else None

    def clean(self, value: JsonValue) -> bool:
        """Whether a document tells of no other owner."""
        return self.names_another(canonical(value).decode()) is None

    def holds(self, record: Record) -> bool:
        """Whether a record of a shared source is about something of this owner's."""
        named = set(_named(record))
        if named & {*self.settings.hosts, *self.settings.systems}:
            return True
        texts = [_folded(text) for text in _texts(encode(record))]
        return any(fnmatchcase(text, _folded(pattern)) for pattern in self.settings.subjects for text in texts)


@dataclass(slots=True)
class Share:
    """What came of dividing the evidence for one owner."""

    evidence: EvidenceSet
    crossing: dict[tuple[str, str], int] = field(default_factory=dict)
    """(source, kind) to records that name another owner too."""


def owners_of(settings: Sequence[OwnerSettings]) -> tuple[Owner, ...]:
    """The owners, each with the words of all the others."""
    words = {each.id: set(_words(each)) for each in settings}
    return tuple(
        Owner(
            each, _pattern(set().union(*(words[other.id] for other in settings if other is not each)) - words[each.id])
        )
        for each in settings
    )


def divide(evidence: EvidenceSet, owner: Owner, others: Iterable[Owner], data: Path) -> Share:
    """The owner's part of the evidence, written below `data` as a bundle holds it."""
    foreign = frozenset(name for other in others for name in other.own_sources) - owner.own_sources
    share = Share(EvidenceSet())
    keeper = RecordKeeper()
    parts = [_part(each, owner, data, keeper, share) for each in evidence.populations if each.source not in foreign]
    gaps = [_gap(each, owner, shared=_is_shared(each, owner)) for each in evidence.gaps if each.source not in foreign]
    share.evidence = EvidenceSet(
        tuple(each for each in parts if each is not None), tuple(each for each in gaps if each is not None)
    )
    return share


def belongs_to_nobody(evidence: EvidenceSet, owners: Sequence[Owner]) -> dict[tuple[str, str], int]:
    """(source, kind) to records of shared sources that no owner's selection names."""
    own = {name for owner in owners for name in owner.own_sources}
    counted = {}
    for population in evidence.populations:
        if population.source not in own and population.kind not in COMMON:
            left = sum(not any(owner.holds(record) for owner in owners) for record in population.records)
            if left:
                counted[population.source, population.kind] = left
    return counted


def _part(
    population: Population[Record], owner: Owner, data: Path, keeper: RecordKeeper, share: Share
) -> Population[Record] | None:
    whole = not _is_shared(population, owner)
    writer = EvidenceWriter(data / "evidence" / population.source / f"{population.kind}.jsonl.gz")
    kind: type[Record] | None = None
    crossing = 0
    try:
        for record in population.records:
            if whole or owner.holds(record):
                if owner.names_another(canonical(encode(record)).decode()):
                    crossing += 1
                    continue
                kind = type(record)
                writer.add(record)
    finally:
        writer.close()
    missing = [kept for gap in population.missing if (kept := _gap(gap, owner, shared=not whole)) is not None]
    if crossing:
        share.crossing[population.source, population.kind] = crossing
        detail = f"{crossing} records name another owner too, and were left out"
        missing.append(Gap(population.kind, population.source, GapCause.UNSUPPORTED, detail, subject="shared records"))
    if population.source_count is not None and population.source_count > population.count:
        detail = "the source gave fewer records than it counts"
        missing.append(Gap(population.kind, population.source, GapCause.TRUNCATED, detail, subject="number of records"))
    if writer.count == 0 and not whole and not missing:
        writer.path.unlink()
        if not any(writer.path.parent.iterdir()):
            writer.path.parent.rmdir()
        return None
    read = partial(keeper.read, writer.path, kind) if kind is not None else (lambda: iter(()))
    return replace(
        population,
        count=writer.count,
        source_count=None,
        provenance=_scrubbed(population.provenance, owner, shared=not whole),
        missing=tuple(missing),
        digest=sha256_of(writer.path),
        read=read,
    )


def _is_shared(evidence: Population[Record] | Gap, owner: Owner) -> bool:
    """Whether it tells of several owners' systems."""
    return evidence.source not in owner.own_sources and evidence.kind not in COMMON


def _gap(gap: Gap, owner: Owner, *, shared: bool) -> Gap | None:
    """The gap without what tells of another owner; None where it is about another's part.

    Whose row of a shared register it is that cannot be read is not known, so everyone's is not whole, and nobody is
    told what stands in it.
    """
    if gap.subject is not None and owner.names_another(gap.subject):
        return None
    provenance = None if gap.provenance is None else _scrubbed(gap.provenance, owner, shared=shared)
    if shared and gap.subject is not None and _ROW.fullmatch(gap.subject):
        return replace(gap, detail=ANYONES_ROW, provenance=provenance)
    detail, remedy = (LEFT_OUT if owner.names_another(text) else text for text in (gap.detail, gap.remedy))
    return replace(gap, detail=detail, remedy=remedy, provenance=provenance)


def _scrubbed(provenance: Provenance, owner: Owner, *, shared: bool) -> Provenance:
    """Without answers as received, which hold everyone's, and without what tells of another owner."""
    told = [text for text in provenance.method if not (shared and _OF_ROWS.match(text))]
    method = tuple(dict.fromkeys(LEFT_OUT if owner.names_another(text) else text for text in told))
    identity = LEFT_OUT if owner.names_another(provenance.identity) else provenance.identity
    relayed = tuple(
        replace(each, organisation=LEFT_OUT if owner.names_another(each.organisation) else each.organisation)
        for each in provenance.relayed
    )
    return replace(provenance, method=method, identity=identity, raw=(), relayed=relayed)


def _words(owner: OwnerSettings) -> Iterator[str]:
    yield from (owner.name, owner.id, *owner.names, *owner.hosts, *owner.systems, *owner.sources)
    for pattern in owner.subjects:
        yield from (part.strip("@,.=- ") for part in pattern.split("*") if len(part.strip("@,.=- ")) >= _SHORTEST)


def _pattern(words: Iterable[str]) -> re.Pattern[str]:
    """Any of the words, not within a longer one; a pattern that matches nothing where there is none."""
    escaped = sorted({re.escape(_folded(word)) for word in words if word}, key=lambda word: (-len(word), word))
    return re.compile(rf"(?<![^\W_])(?:{'|'.join(escaped)})(?![^\W_])") if escaped else re.compile(r"(?!)")


def _folded(text: str) -> str:
    """The text as words are compared: without regard to case, each letter one character however it was typed."""
    return unicodedata.normalize("NFC", text).casefold()


def _named(record: Any) -> Iterator[str]:
    for name in _NAMING:
        value = getattr(record, name, None)
        if isinstance(value, str):
            yield value
        elif isinstance(value, tuple):
            yield from (each for each in value if isinstance(each, str))


def _texts(value: JsonValue) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        for each in value:
            yield from _texts(each)
    elif isinstance(value, dict):
        for each in value.values():
            yield from _texts(each)
