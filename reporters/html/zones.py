"""Flows between zones: a matrix that one reads at a glance, and below it every pair that has something to tell."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass

from markupsafe import Markup

from reporters.html.book import Book
from reporters.report import Json
from reporters.texts.formats import day

PICTURES = {"differs": "✗", "unknown": "?", "agrees": "✓", "not-seen": "–"}
"""Mark of each picture."""
_EVERY_PORT = "1-65535"


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One declared flow."""

    what: str
    purpose: str
    about: tuple[str, ...]
    """Owner, validity, diary number, addresses, as far as they are given."""
    expired: bool


@dataclass(frozen=True, slots=True)
class RemarkRow:
    """One disagreement, or something that could not be determined."""

    subject: str
    said: Markup
    fix: Markup | None
    differs: bool


@dataclass(frozen=True, slots=True)
class ZonePair:
    """One square of the matrix, and the details behind it."""

    source: str
    destination: str
    anchor: str
    picture: str
    mark: str
    label: str
    """The whole square in words, for those who do not see it."""
    short: str
    """The number of declared flows and of ports or attempts, in a few signs."""
    counts: str
    flows: tuple[FlowRow, ...]
    passes: tuple[str, ...]
    unsure: tuple[str, ...]
    judged: bool
    probes: tuple[tuple[str, str, tuple[str, ...]], ...]
    """Outcome's code, its words with how many, and the targets."""
    remarks: tuple[RemarkRow, ...]

    @property
    def speaks(self) -> bool:
        """Whether there is anything behind the square."""
        return bool(self.flows or self.passes or self.unsure or self.probes or self.remarks)


@dataclass(frozen=True, slots=True)
class ZoneMatrix:
    """The whole matrix; without names there is none."""

    names: tuple[str, ...]
    rows: tuple[tuple[str, tuple[ZonePair | None, ...]], ...]
    pairs: tuple[ZonePair, ...]
    """The pairs that have something to tell, those that deviate first."""
    quiet: int
    """The others of which rules or attempts tell: nothing passes, and nothing deviates."""
    unseen: int
    """The others, of which nothing tells."""
    gaps: int
    unread: tuple[str, ...]
    pictures: tuple[tuple[str, str, int], ...]
    """Picture, its mark, and how many squares have it."""


def zone_matrix(book: Book) -> ZoneMatrix:
    """The matrix of the bundle."""
    document = book.contents.segmentation
    names = tuple(document.get("zones", ()))
    cells = {(each["source"], each["destination"]): _pair(book, each) for each in document.get("cells", ())}
    rows = tuple((name, tuple(cells.get((name, other)) for other in names)) for name in names)
    pairs = sorted(
        (each for each in cells.values() if each.speaks),
        key=lambda each: (list(PICTURES).index(each.picture), each.source, each.destination),
    )
    counted = Counter(each.picture for each in cells.values())
    unseen = sum(1 for each in cells.values() if not each.speaks and each.picture == "not-seen")
    return ZoneMatrix(
        names=names,
        rows=rows,
        pairs=tuple(pairs),
        quiet=len(cells) - len(pairs) - unseen,
        unseen=unseen,
        gaps=document.get("gaps", 0),
        unread=tuple(document.get("unread", ())),
        pictures=tuple((name, mark, counted[name]) for name, mark in PICTURES.items()),
    )


def _pair(book: Book, cell: Json) -> ZonePair:
    words = book.words
    flows = tuple(_flow(book, each) for each in cell["declared"])
    passes, unsure = _ports(book, cell["passing"]), _ports(book, cell["unsure"])
    opened = sum(1 for each in cell["probes"] if each["outcome"] == "open")
    tried = len(cell["probes"])
    observed = words("zones.probes", open=opened, all=tried) if tried else words("zones.no-probes")
    configured = ", ".join(passes) or words("zones.nothing-passes" if cell["judged"] else "zones.not-judged")
    held = sum(1 for each in flows if not each.expired)
    return ZonePair(
        source=cell["source"],
        destination=cell["destination"],
        anchor=book.anchor("zone", cell["source"], cell["destination"]),
        picture=cell["picture"],
        mark=PICTURES.get(cell["picture"], "·"),
        label=words(
            "zones.cell",
            source=cell["source"],
            destination=cell["destination"],
            picture=words.code("picture", cell["picture"]),
            declared=held,
            configured=configured,
            observed=observed,
        ),
        short=" ".join(
            [str(held), _few(cell["passing"], judged=cell["judged"]), f"{opened}/{tried}" if tried else "·"]
        ),
        counts=words("zones.counts", declared=held, observed=observed),
        flows=flows,
        passes=passes,
        unsure=unsure,
        judged=cell["judged"],
        probes=_probes(book, cell["probes"]),
        remarks=tuple(_remark(book, each) for each in cell["remarks"]),
    )


def _few(passing: Json, *, judged: bool) -> str:
    """How much passes by the rules, in one sign or two: a number of runs of ports, all, none, not known."""
    if not passing:
        return "0" if judged else "·"
    if any(ports == _EVERY_PORT for ports in passing.values()):
        return "*"
    return str(sum(ports.count(",") + 1 for ports in passing.values()))


def _ports(book: Book, by_protocol: Json) -> tuple[str, ...]:
    return tuple(
        f"{protocol.upper()} {book.words('zones.all-ports') if ports == _EVERY_PORT else ports.replace(',', ', ')}"
        for protocol, ports in by_protocol.items()
    )


def _flow(book: Book, flow: Json) -> FlowRow:
    words = book.words
    ports = ", ".join(flow["ports"]) or words("zones.all-ports")
    until = flow["valid_until"]
    about = [
        words("zones.owner", owner=flow["owner"]) if flow["owner"] else "",
        words("zones.expired" if flow["expired"] else "zones.valid-until", date=day(until, book.language))
        if until
        else "",
        flow["diary_number"] or "",
        ", ".join(flow["addresses"]),
    ]
    return FlowRow(
        what=f"{flow['protocol'].upper()} {ports}",
        purpose=flow["purpose"] or "",
        about=tuple(each for each in about if each),
        expired=flow["expired"],
    )


def _probes(book: Book, probes: list[Json]) -> tuple[tuple[str, str, tuple[str, ...]], ...]:
    found: dict[str, list[str]] = {}
    for each in probes:
        found.setdefault(each["outcome"], []).append(f"{each['target']}:{each['port']}/{each['protocol']}")
    return tuple(
        (outcome, book.words.code("probe-outcome", outcome), tuple(targets))
        for outcome, targets in sorted(found.items())
    )


def _remark(book: Book, remark: Json) -> RemarkRow:
    said, fix = book.words.reason(remark["check"], remark["reason"], remark["facts"])
    return RemarkRow(
        subject=remark["subject"],
        said=book.sentence(said),
        fix=None if fix is None else book.sentence(fix),
        differs=remark["verdict"] == "deviates",
    )
