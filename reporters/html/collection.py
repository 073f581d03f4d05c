"""How each thing was collected: enough for someone else to ask the same question again."""

from __future__ import annotations

from dataclasses import dataclass

from reporters.html.book import Book
from reporters.report import Json
from reporters.texts.formats import moment, number, span

NOT_SYSTEMS = frozenset({"declared", "lifecycle"})
"""Types of sources that no system answers: what the settings declare, and tables that come with Styrk."""


@dataclass(frozen=True, slots=True)
class PopulationRow:
    """One kind of record from one source."""

    kind: str
    count: str
    source_count: str
    """By the source's own count; empty where it has none."""
    complete: bool
    obtained: str
    identity: str
    when: str
    clock_offset_ms: int | None
    unreadable: tuple[str, ...]
    digest: str
    raw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Method:
    """What was issued to get some of the kinds."""

    texts: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class RelayRow:
    """A sealed bundle of another run that evidence came in."""

    told: str
    """Which source of which run, of whom, and when it was sealed."""
    bundle: str
    signer: str


@dataclass(frozen=True, slots=True)
class SourceRow:
    """One source with everything that it gave."""

    anchor: str
    id: str
    type: str
    is_system: bool
    controlled_by: str
    tags: tuple[str, ...]
    populations: tuple[PopulationRow, ...]
    not_obtained: tuple[tuple[str, str], ...]
    """Kinds of which it gave nothing, each with the cause."""
    methods: tuple[Method, ...]
    relays: tuple[RelayRow, ...]
    """The last one first; empty where this run read the source itself."""
    state: str
    """`whole`, `part` or `nothing`."""

    @property
    def together(self) -> PopulationRow | None:
        """A population that stands for all, where how, as whom and when are the same for each; None otherwise."""
        same = {(row.obtained, row.identity, row.when, row.clock_offset_ms) for row in self.populations}
        return self.populations[0] if len(same) == 1 else None


def source_rows(book: Book) -> tuple[SourceRow, ...]:
    """Every source that was asked, what Styrk itself brings last, then any other that the evidence names."""
    index = book.contents.evidence
    configured = {each["id"]: each for each in book.contents.run.get("sources", ())}
    ours = [name for name, each in configured.items() if each.get("type") in NOT_SYSTEMS]
    systems = [name for name in configured if name not in ours]
    named = dict.fromkeys([*systems, *ours, *sorted({each["source"] for each in _all(index)})])
    return tuple(_source(book, source, configured.get(source, {})) for source in named)


def _source(book: Book, source: str, configured: Json) -> SourceRow:
    index = book.contents.evidence
    populations = [each for each in index["populations"] if each["source"] == source]
    gaps = [each for each in index["gaps"] if each["source"] == source]
    rows = tuple(_population(book, each) for each in populations)
    controlled = {
        each["provenance"]["controlled_by"] for each in (*populations, *gaps) if each.get("provenance") is not None
    }
    by = configured.get("controlled_by") or next(iter(sorted(controlled)), "own")
    whole = not gaps and all(row.complete for row in rows)
    return SourceRow(
        anchor=book.anchor("s", source),
        id=source,
        type=book.words.code("source-type", configured.get("type", "")),
        is_system=configured.get("type") not in NOT_SYSTEMS,
        controlled_by=book.words.code("controlled-by", by),
        tags=tuple(configured.get("tags", ())),
        populations=rows,
        not_obtained=tuple((book.words.code("kind", gap["kind"]), gap["cause"]) for gap in gaps),
        methods=_methods(book, [*populations, *gaps]),
        relays=_relays(book, [*populations, *gaps]),
        state="nothing" if not populations else "whole" if whole else "part",
    )


def _population(book: Book, population: Json) -> PopulationRow:
    provenance = population["provenance"]
    count, source_count = population["count"], population.get("source_count")
    missing = population.get("missing", ())
    return PopulationRow(
        kind=book.words.code("kind", population["kind"]),
        count=number(count),
        source_count="" if source_count is None else number(source_count),
        complete=not missing and source_count in (None, count),
        obtained=provenance["obtained"],
        identity=provenance["identity"],
        when=span(provenance["started"], provenance["finished"], book.language),
        clock_offset_ms=provenance.get("clock_offset_ms"),
        unreadable=tuple(population.get("unreadable", ())),
        digest=population.get("digest", ""),
        raw=tuple(provenance.get("raw", ())),
    )


def _methods(book: Book, evidence: list[Json]) -> tuple[Method, ...]:
    kinds: dict[tuple[str, ...], dict[str, None]] = {}
    for each in evidence:
        provenance = each.get("provenance")
        if provenance and provenance["method"]:
            kinds.setdefault(tuple(provenance["method"]), {})[book.words.code("kind", each["kind"])] = None
    return tuple(Method(texts, tuple(named)) for texts, named in kinds.items())


def _relays(book: Book, evidence: list[Json]) -> tuple[RelayRow, ...]:
    found: dict[RelayRow, None] = {}
    for each in evidence:
        for relay in (each.get("provenance") or {}).get("relayed", ()):
            told = book.words(
                "collected.relayed-as",
                source=relay["source"],
                run=relay["run"],
                organisation=relay["organisation"],
                sealed=moment(relay["sealed"], book.language),
            )
            found.setdefault(RelayRow(told, relay["bundle"], relay["signer"]))
    return tuple(found)


def _all(index: Json) -> list[Json]:
    return [*index["populations"], *index["gaps"]]


def when_read(book: Book) -> str:
    """From the first request to the last answer; the run's own start where nothing was read."""
    provenances = [each["provenance"] for each in _all(book.contents.evidence) if each.get("provenance")]
    if not provenances:
        return moment(book.contents.run["as_of"], book.language)
    first = min(each["started"] for each in provenances)
    last = max(each["finished"] for each in provenances)
    return span(first, last, book.language)
