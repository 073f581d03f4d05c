"""The shared IT infrastructure has a dated risk analysis, by a decided method, that is kept current.

The analysis is the rows of the risk register that are marked as its own. It deviates when there is none, when its
latest day is older than `max_age_months`, and when its method is not a decided document in the document register. Each
open risk of it needs a day, an owner, a level and a treatment, and one whose asset has had a major change since must
be analysed anew: that is known only from a change log.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.finding import Outcome, Severity, deviates, undetermined
from checks.record_rules.joins import as_exported, ends_before, grouped, has_one, key_of, latest, recent, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    dated,
    decide,
    filled,
    has_column,
    told,
)
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.assets import Risk
from collector.records.backup import MajorChange
from collector.records.documents import Document

CONTROL = "risk-analysis-infrastructure"
READS = (Risk, Document, MajorChange)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """How old the analysis may be."""

    max_age_months: int = 12


_ANALYSE = (
    "Gör eller uppdatera riskanalysen av infrastrukturen.",
    "Make or update the analysis of the infrastructure.",
)
_SUBJECT_HELP = ("Fastställ en metod och ange den i riskregistret.", "Decide on a method, and name it in the register.")
REASONS = COMMON | {
    "no-analysis": because(
        "Riskregistret har ingen analys av infrastrukturen.",
        "The risk register has no analysis of the infrastructure.",
        *_ANALYSE,
        severity=Severity.HIGH,
    ),
    "too-old": because("Senast uppdaterad {last}.", "Last updated {last}.", *_ANALYSE),
    "undated": because("Inte daterad.", "Not dated.", *_ANALYSE),
    "no-method": because("Ingen metod är angiven.", "No method is named.", *_SUBJECT_HELP),
    "method-not-decided": because(
        "Metoden {method} finns inte som beslutat dokument.",
        "The method {method} is no decided document.",
        *_SUBJECT_HELP,
    ),
    "changed-since": because(
        "Analyserad {last}; {asset} fick en större ändring {changed}.",
        "Analysed {last}; {asset} had a major change {changed}.",
        *_ANALYSE,
    ),
}


def judge(risks: Population[Risk], evidence: EvidenceSet, parameters: Parameters, as_of: datetime) -> Iterator[Outcome]:
    """One outcome for the analysis as a whole, named by its register, and one per open risk of it."""
    rows = [row for row in risks.records if row.infrastructure]
    subject = risks.source
    if not rows:
        if risks.count == 0:
            return
        column = (
            None
            if has_column(risks, "infrastructure")
            else undetermined(subject, "no-column", columns=("infrastructure",))
        )
        partly = undetermined(subject, "register-incomplete", kind="risk") if not risks.complete else None
        yield column or partly or deviates(subject, "no-analysis")
        return
    changes = evidence.reading(MajorChange)
    changed = grouped(changes, lambda each: each.system)
    last = latest((row.analysed for row in rows), as_of)
    undated = None
    if last is None:
        known = has_column(risks, "analysed")
        undated = deviates(subject, "undated") if known else undetermined(subject, "no-column", columns=("analysed",))
    own = evidence.reading(Risk).of(subject)
    old = recent(subject, last, parameters.max_age_months, own, as_of)
    yield decide(
        subject, undated, old, _method(subject, rows, risks, evidence.reading(Document)), unread(subject, changes)
    )
    for row in rows:
        if row.closed is None:
            days = [each.date for each in changed.get(key_of(row.asset or ""), [])]
            since = as_exported(row, own, as_of, partial(_changed, row, days))
            unseen = None if row.analysed is None else ends_before(row, changes, row.analysed)
            yield _row(row, risks, since or unseen, as_of)


def _method(
    subject: str, rows: Sequence[Risk], risks: Population[Risk], documents: Reading[Document]
) -> Outcome | None:
    methods = sorted({row.method for row in rows if row.method})
    if not methods:
        known = has_column(risks, "method")
        return deviates(subject, "no-method") if known else undetermined(subject, "no-column", columns=("method",))
    decided = {
        key_of(each.title)
        for each in documents.records
        if each.decided is not None and each.status not in {"draft", "repealed"}
    }
    missing = [method for method in methods if key_of(method) not in decided]
    return has_one(
        *(subject, () if missing else methods, documents, "method-not-decided"),
        columns=("decided",),
        method=", ".join(missing),
    )


def _changed(row: Risk, changed: Sequence[date], moment: datetime) -> Outcome | None:
    day = latest(changed, moment)
    if day is not None and row.analysed is not None and day > row.analysed:
        return deviates(row, "changed-since", last=row.analysed, asset=row.asset, changed=day)
    return None


def _row(row: Risk, risks: Population[Risk], since: Outcome | None, as_of: datetime) -> Outcome:
    needed = filled(row, risks, ("owner", "level", "treatment"))
    return decide(row, since, dated(row, risks, "analysed", as_of), needed, told(row, risks, "asset"))
