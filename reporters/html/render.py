"""Renders the report of one bundle as one HTML file that needs nothing else."""

from __future__ import annotations

import base64
import hashlib
from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from checks.finding import Severity
from collector.evidence import Obtained
from reporters.html import (
    chain,
    collection,
    decisions,
    groups,
    recommendations,
    requirements,
    rules,
    summary,
    suppliers,
    unknown,
    ways,
    zones,
)
from reporters.html.book import Book
from reporters.html.chart import MARKS
from reporters.report import ReportContents
from reporters.texts.formats import Language, fact, number
from reporters.texts.hostile import neutralised
from reporters.texts.words import Words

CONFIDENCES = ("text", "secondary", "inferred", "general")
"""How a reference to a framework is known, surest first; as catalogues and controls write it."""
TEMPLATES = Path(__file__).parent / "templates"


def render(contents: ReportContents, language: Language) -> str:
    """The report in one language; the same contents give the same text."""
    book = Book(contents, language)
    sources = collection.source_rows(book)
    exceptions = groups.exception_groups(book)
    undetermined = groups.undetermined_groups(book)
    waived = groups.waived_groups(book)
    tolerated = groups.tolerated_groups(book)
    style = (TEMPLATES / "style.css").read_text(encoding="utf-8")
    template = _environment(language).get_template("report.html.j2")
    return template.render(
        style=Markup(style),  # noqa: S704  # our own file, and its hash is what the policy allows
        style_hash=base64.b64encode(hashlib.sha256(style.encode()).digest()).decode(),
        header=summary.header(book, sources),
        summary=summary.summary(book, exceptions, undetermined, waived),
        exceptions=exceptions,
        undetermined=undetermined,
        waived=waived,
        tolerated=tolerated,
        gaps=unknown.gap_groups(book),
        untested=unknown.untested(book),
        catalogues=requirements.catalogue_views(book, (*exceptions, *undetermined, *waived)),
        ways=ways.ways_table(book),
        chain=chain.chain_table(book),
        links=chain.LINKS,
        zones=zones.zone_matrix(book),
        suppliers=suppliers.supplier_views(book),
        waivers=decisions.waiver_rows(book),
        ledgers=recommendations.ledger_views(book),
        before=recommendations.read_at(book, "before"),
        after=recommendations.read_at(book, "after"),
        sources=sources,
        parameters=rules.used_parameters(book),
    )


@cache
def _environment(language: Language) -> Environment:
    """The templates and what they may call; it keeps them compiled for the next report."""
    words = Words(language)
    environment = Environment(
        loader=FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        finalize=_harmless,
    )
    environment.globals.update(
        language=language,
        t=words,
        code=words.code,
        marks=MARKS,
        number=number,
        judgements=requirements.ORDER,
        severities=[each.value for each in Severity],
        obtained=[each.value for each in Obtained],
        confidences=CONFIDENCES,
    )
    environment.filters["fact"] = lambda value: fact(value, language)
    return environment


def _harmless(value: object) -> object:
    """What any `{{ }}` gives: foreign text neutralised; escaping follows. Markup was made from neutralised parts."""
    return neutralised(value) if isinstance(value, str) and not isinstance(value, Markup) else value
