"""The catalogues with a proposed judgement on every requirement, what it rests on, and which evidence is missing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from assessment.requirements import Judgement, Missing
from checks.finding import Status
from reporters.html.book import Book
from reporters.html.chart import Segment, stacked
from reporters.html.groups import Group
from reporters.report import Json
from reporters.texts.formats import listed, number

ORDER = tuple(
    each.value
    for each in (
        Judgement.NOT_MET,
        Judgement.PARTLY_MET,
        Judgement.LARGELY_MET,
        Judgement.MET,
        Judgement.NOT_DETERMINED,
        Judgement.NOT_APPLICABLE,
    )
)
"""The order in which a catalogue's requirements are shown: what asks for action first."""


@dataclass(frozen=True, slots=True)
class ControlRow:
    """One control of one requirement."""

    id: str
    title: str
    status: str
    why: str
    links: tuple[tuple[str, str], ...]
    """Anchors of the groups that name the subjects, each with the words of the link."""


@dataclass(frozen=True, slots=True)
class RequirementRow:
    """One requirement."""

    anchor: str
    id: str
    section: str
    title: str
    details: tuple[tuple[str, str, str], ...]
    """Label, text and language of the text."""
    controls: tuple[ControlRow, ...]
    """Those that findings say something of."""
    untested: tuple[tuple[str, str], ...]
    """Why nothing is said of the others, with their titles."""
    missing: str
    """Why no control says anything; empty where one does."""
    evidence: str
    """What to ask for, where something is not determined."""


@dataclass(frozen=True, slots=True)
class JudgementGroup:
    """The requirements of one catalogue with the same judgement."""

    status: str
    rows: tuple[RequirementRow, ...]
    why: tuple[tuple[str, int], ...]
    """For those not determined: what is missing, and for how many."""


@dataclass(frozen=True, slots=True)
class CatalogueView:
    """One catalogue."""

    anchor: str
    id: str
    title: str
    source: str
    """Issuer, date and kind."""
    note: str
    total: int
    with_evidence: int
    segments: tuple[Segment, ...]
    groups: tuple[JudgementGroup, ...]


def catalogue_views(book: Book, groups: Iterable[Group]) -> tuple[CatalogueView, ...]:
    """The catalogues in the order of the bundle."""
    named: dict[str, list[Group]] = {}
    for group in groups:
        for finding in group.findings:
            named.setdefault(finding, []).append(group)
    views = []
    for catalogue in book.contents.catalogues:
        described = {each["id"]: each for each in catalogue["requirements"]}
        rows: dict[str, list[RequirementRow]] = {}
        why: Counter[str] = Counter()
        with_evidence = 0
        for reference, assessed in zip(book.references, book.assessed, strict=True):
            if assessed["catalogue"] != catalogue["id"]:
                continue
            with_evidence += any(control["findings"] for control in assessed["controls"])
            row = _row(book, reference.anchor, assessed, described.get(assessed["id"], {}), named)
            rows.setdefault(assessed["status"], []).append(row)
            if assessed["status"] == Judgement.NOT_DETERMINED:
                why[_main_cause(assessed)] += 1
        views.append(_view(book, catalogue, rows, why, with_evidence))
    return tuple(views)


def _view(
    book: Book, catalogue: Json, rows: Mapping[str, list[RequirementRow]], why: Counter[str], with_evidence: int
) -> CatalogueView:
    order = (*ORDER, *sorted(set(rows) - set(ORDER)))
    about = (book.words.code("catalogue-kind", catalogue["kind"]), catalogue.get("issuer"), catalogue.get("issued"))
    return CatalogueView(
        anchor=book.anchor("c", catalogue["id"]),
        id=catalogue["id"],
        title=book.text(catalogue["title"]),
        source=", ".join(str(part) for part in about if part),
        note=book.text(catalogue.get("note")),
        total=sum(map(len, rows.values())),
        with_evidence=with_evidence,
        segments=stacked([(status, len(rows[status])) for status in order if status in rows]),
        groups=tuple(
            JudgementGroup(
                status,
                tuple(rows[status]),
                tuple((book.words.code("cause-of-no-judgement", code), count) for code, count in why.most_common())
                if status == Judgement.NOT_DETERMINED
                else (),
            )
            for status in order
            if status in rows
        ),
    )


def _main_cause(assessed: Json) -> str:
    """What stands most in the way: that anything can be tested at all comes before what a test lacked."""
    if not assessed["controls"]:
        return Missing.NO_CONTROL.value
    causes = {each.get("missing") for each in assessed["controls"] if each["status"] == Status.NOT_DETERMINED}
    if None in causes:
        return "finding"
    return next(each.value for each in (Missing.NO_EVIDENCE, Missing.NOT_SELECTED, Missing.NO_CHECK) if each in causes)


def _row(book: Book, anchor: str, assessed: Json, described: Json, named: Mapping[str, list[Group]]) -> RequirementRow:
    words = book.words
    open_ = [each for each in assessed["controls"] if each["status"] == Status.NOT_DETERMINED]
    asked = book.text(described.get("evidence"))
    kinds = [words.code("evidence-kind", each) for each in described.get("evidence_kind", ())]
    evidence = f"{asked} ({listed(kinds, book.language)})" if asked and kinds else asked
    section = " · ".join(part for part in (described.get("section"), described.get("section_title")) if part)
    return RequirementRow(
        anchor=anchor,
        id=assessed["id"],
        section=section,
        title=book.text(described.get("title")) or assessed["id"],
        details=_details(book, described),
        controls=tuple(_control(book, each, named) for each in assessed["controls"] if not each.get("missing")),
        untested=_untested(book, assessed["controls"]),
        missing=words.code("missing", assessed["missing"]) if assessed.get("missing") else "",
        evidence=evidence if open_ or not assessed["controls"] else "",
    )


def _untested(book: Book, controls: list[Json]) -> tuple[tuple[str, str], ...]:
    by_cause: dict[str, list[str]] = {}
    for control in controls:
        if missing := control.get("missing"):
            cause = book.words.code("missing", missing)
            needs = listed([book.words.code("kind", each) for each in control.get("needs", ())], book.language)
            with_needs = f"{cause}: {needs}" if missing == Missing.NO_EVIDENCE and needs else cause
            by_cause.setdefault(with_needs, []).append(book.control_title(control["id"]))
    return tuple((cause, " · ".join(titles)) for cause, titles in by_cause.items())


def _details(book: Book, described: Json) -> tuple[tuple[str, str, str], ...]:
    words = book.words
    details = []
    if owner := described.get("owner"):
        details.append((words("requirement.owner"), words.code("owner", owner), book.language))
    frequency = described.get("frequency_sv" if book.language == "sv" else "frequency")
    if frequency and described.get("frequency") != "not-stated":
        details.append((words("requirement.frequency"), str(frequency), book.language))
    if priority := described.get("priority"):
        details.append((words("requirement.priority"), str(priority), "sv"))
    if judged := described.get("auditor_judgement"):
        details.append((words("requirement.auditors"), str(judged), "sv"))
    if note := book.text(described.get("note")):
        details.append((words("requirement.note"), note, book.language))
    if confidence := described.get("confidence"):
        details.append((words("requirement.confidence"), words.code("confidence", confidence), book.language))
    return tuple(details)


def _control(book: Book, control: Json, named: Mapping[str, list[Group]]) -> ControlRow:
    findings = [book.findings[name] for name in control["findings"] if name in book.findings]
    return ControlRow(
        id=control["id"],
        title=book.control_title(control["id"]),
        status=control["status"],
        why=_why(book, control, findings),
        links=_links(book, [group for finding in control["findings"] for group in named.get(finding, ())]),
    )


def _links(book: Book, groups: list[Group]) -> tuple[tuple[str, str], ...]:
    links: dict[str, str] = {}
    used: Counter[str] = Counter()
    for group in groups:
        if group.anchor not in links:
            used[group.sort] += 1
            text = book.words.code("requirement-link", group.sort)
            links[group.anchor] = text if used[group.sort] == 1 else f"({used[group.sort]})"
    return tuple(links.items())


def _why(book: Book, control: Json, findings: list[Json]) -> str:
    words = book.words
    needs = listed([words.code("kind", each) for each in control.get("needs", ())], book.language)
    deviating = len({(f["source"], e["subject"]) for f in findings for e in f["exceptions"] if e["waiver"] is None})
    accepted = len({(f["source"], e["subject"]) for f in findings for e in f["exceptions"] if e["waiver"]})
    unknown = len({(f["source"], u["subject"]) for f in findings for u in f["undetermined"]})
    in_scope = sum({(f["check"], f["source"]): f["population"]["in_scope"] for f in findings}.values())
    parts = []
    if deviating:
        parts.append(words("why.deviating", count=deviating, total=number(in_scope)))
    elif in_scope:
        parts.append(words("why.examined", count=in_scope))
    if accepted:
        parts.append(words("why.accepted", count=accepted))
    if unknown:
        parts.append(words("why.undetermined", count=unknown))
    if gaps := len({(g["source"], g["kind"], g.get("subject")) for f in findings for g in f["gaps"]}):
        parts.append(words("why.gaps", count=gaps))
    files = book.evidence_files({digest for finding in findings for digest in finding["evidence"]})
    if suppliers := sorted({file.supplier for file in files if file.supplier and file.obtained != "observed"}):
        parts.append(words("why.suppliers-word", names=listed(suppliers, book.language)))
    if needs:
        parts.append(words("why.needs", kinds=needs))
    if control.get("nearly"):
        parts.append(words("why.nearly"))
    return "; ".join(parts) or words("why.nothing-in-scope")
