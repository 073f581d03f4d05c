"""Ledgers of recommendations: what earlier audits asked for, over the years, and what the addressees say of it.

A ledger is one report's file. Those of five published reports come with Styrk, as examples: in own words, with the
report's section, for the reports belong to their authors.
"""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field

from config.catalogue import NamedControl, RequirementId, Text, Word, check_control
from config.document import Document, DocumentPath, Node
from config.problems import Problem, SettingsError
from config.settings import Settings
from config.sources import Identifier, Strict
from config.statement_files import files_of
from config.validation import fit
from config.yaml_reader import read_yaml

SHIPPED = Path(__file__).parent / "recommendations"
_LEDGERS_OWN = frozenset({"recommendation-status", "recommendation-effect-verified"})


class Report(Strict):
    """The audit report that a ledger is of."""

    title: Text
    issuer: Word | None = None
    date: dt.date | None = None
    diary_number: str | None = None


class Reply(Strict):
    """The addressee's reply to the auditors."""

    date: dt.date
    diary_number: Word | None = None
    text: Word | None = None


class Measure(Strict):
    """What was decided to be done."""

    text: Word | None = None
    decided: dt.date | None = None
    done: dt.date | None = None
    """Day on which it was carried out."""


class RecommendationSettings(Strict):
    """One recommendation."""

    id: RequirementId
    section: Word
    """Of the report."""
    addressee: Text
    priority: Literal["short", "medium", "long"] | None = None
    """Within what time it should be dealt with, as the report says."""
    text: Text
    auditor_judgement: Literal["yes", "partly", "no"] | None = None
    """What the auditors themselves found at a later follow-up."""
    repeats: RequirementId | None = None
    """Id of an earlier recommendation that this one repeats."""
    reply: Reply | None = None
    measure: Measure | None = None
    due: dt.date | None = None
    """Day by which the measure was to be carried out."""
    status: Literal["not-started", "ongoing", "done", "rejected"] | None = None
    """As the addressee states it."""
    answer: Literal["yes", "partly", "no"] | None = None
    """Management's own answer to whether it is heeded; where not given, what `status` comes to."""
    evidence: Word | None = None
    """Reference to what shows it."""
    controls: tuple[NamedControl, ...] = ()
    """Controls by which the effect shows."""


class Ledger(Strict):
    """The recommendations of one report."""

    id: Identifier
    report: Report
    reply_due: dt.date | None = None
    """Day by which the auditors asked for a reply."""
    note: Text | None = None
    recommendations: Annotated[tuple[RecommendationSettings, ...], Field(min_length=1)]

    def policy(self) -> dict[str, Any]:
        """Give it as JSON values; what is not stated is left out."""
        return self.model_dump(mode="json", exclude_none=True)


def shipped_ledgers() -> tuple[str, ...]:
    """Ids of the ledgers that come with Styrk."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def load_ledgers(settings: Settings) -> tuple[Ledger, ...]:
    """Load the ledgers that the settings name; raises SettingsError with every mistake."""
    return () if settings.recommendations is None else load_ledger_files(settings.recommendations.ledgers)


def load_ledger_files(entries: tuple[Path, ...]) -> tuple[Ledger, ...]:
    """Load ledgers from files, folders, patterns, or by the id of one that comes with Styrk.

    Raises SettingsError with every mistake.
    """
    problems: list[Problem] = []
    ledgers: list[Ledger] = []
    first: dict[str, str] = {}
    for path in files_of(tuple(_placed(entry) for entry in entries)):
        try:
            document = read_yaml(path)
        except SettingsError as error:
            problems += error.problems
            continue
        ledger = _checked(document, first)
        problems += document.problems
        if ledger is not None:
            ledgers.append(ledger)
    if problems:
        raise SettingsError(problems)
    return tuple(ledgers)


def _placed(entry: Path) -> Path:
    shipped = SHIPPED / f"{entry.name}.yaml"
    return shipped if not entry.suffix and not entry.exists() and shipped.is_file() else entry


def _checked(document: Document, first: dict[str, str]) -> Ledger | None:
    """The ledger; None where it does not fit, and then the document's problems say why."""
    ledger = fit(Ledger, document)
    _once(document, document.root.get("id"), ("id",), first)
    for index, node in enumerate(document.root.items("recommendations")):
        place: DocumentPath = ("recommendations", index)
        _once(document, node.get("id"), (*place, "id"), first)
        for number, control in enumerate(node.items("controls")):
            _check_control(document, control, (*place, "controls", number))
        decided, done = node.text("measure", "decided"), node.text("measure", "done")
        if decided and done and len(decided) == len(done) and done < decided:  # days as written sort as they come
            document.problem((*place, "measure", "done"), f"carried out before it was decided ({decided})")
    return ledger


def _check_control(document: Document, control: Node, place: DocumentPath) -> None:
    name = control.text("id")
    if name in _LEDGERS_OWN:
        message = f"{name} is about the ledger, and shows no effect"
        document.problem((*place, "id"), message, "name the controls that the recommendation is about")
    elif name is not None:
        check_control(document, (*place, "id"), name, control.get("parameters"), (*place, "parameters"))


def _once(document: Document, node: Node | None, path: DocumentPath, first: dict[str, str]) -> None:
    if node is None or not isinstance(node.value, str):
        return
    if node.value in first:
        document.problem(path, f"{node.value} is used twice, first in {first[node.value]}")
    first.setdefault(node.value, f"{document.file}:{node.line}")
