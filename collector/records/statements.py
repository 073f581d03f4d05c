"""What people state and are asked: questions to suppliers, earlier recommendations, and what became of either.

Verdicts on claims and the effects of measures are made by the judgement itself, from the other evidence; no source
gives them and no bundle keeps them as evidence.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class SupplierQuestion:
    """One question in the log of questions to suppliers."""

    reference: str
    """Number in the log."""
    supplier: str
    question: str | None = None
    asked: date | None = None
    asked_by: str | None = None
    """Role; a name only where the log holds one."""
    due: date | None = None
    """Day by which an answer was asked for."""
    answered: date | None = None
    answer: str | None = None
    """Reference to the answer: diary number, file."""
    blocks: tuple[str, ...] = ()
    """What waits for the answer, in the log's own words."""
    blocks_classification: bool | None = None
    """Whether a classification cannot be finished without the answer."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """`supplier: reference`."""
        return f"{self.supplier}: {self.reference}"


@dataclass(frozen=True, slots=True, kw_only=True)
class ClaimVerdict:
    """What the evidence says of one supplier's claim; made by the judgement."""

    reference: str
    supplier: str
    control: str
    status: Literal["confirmed", "contradicted", "partly-confirmed", "not-verifiable"]
    as_of: date
    """Date that the statement speaks of; of a period, its last day."""

    @property
    def subject(self) -> str:
        """`supplier: reference`."""
        return f"{self.supplier}: {self.reference}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recommendation:
    """One recommendation of an earlier audit, with what the addressee says of it."""

    reference: str
    report: str | None = None
    """Id of the ledger, or name of the report."""
    addressee: str | None = None
    priority: Literal["short", "medium", "long"] | None = None
    """Within what time it should be dealt with."""
    reply_due: date | None = None
    replied: date | None = None
    """Day of the addressee's reply."""
    diary_number: str | None = None
    """Of the reply."""
    measure: str | None = None
    """What was decided to be done."""
    measured: date | None = None
    """Day on which the measure was carried out."""
    due: date | None = None
    """Day by which it was to be carried out."""
    status: Literal["not-started", "ongoing", "done", "rejected"] | None = None
    """As the addressee states it."""
    evidence: str | None = None
    """Reference to what shows it: diary number, file."""
    controls: tuple[str, ...] = ()
    """Controls by which its effect shows."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The recommendation's number."""
        return self.reference


@dataclass(frozen=True, slots=True, kw_only=True)
class RecommendationEffect:
    """What the linked controls show of one recommendation; made by the judgement."""

    reference: str
    met: Literal["yes", "partly", "no", "not-determined"]
    """By the evidence after the measure."""
    before: Literal["yes", "partly", "no", "not-determined"] = "not-determined"
    """By the evidence before it."""
    days: int | None = None
    """Days from the measure to the evidence after it; None where no day is stated for the measure."""

    @property
    def subject(self) -> str:
        """The recommendation's number."""
        return self.reference
