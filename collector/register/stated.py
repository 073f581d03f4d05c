"""Questions and recommendations that the settings' own files hold: a source like any other register."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from collector.evidence_file import canonical
from collector.records.codec import encode
from collector.records.record import Record, kind_name
from collector.records.statements import Recommendation, SupplierQuestion
from collector.source import Diagnosis, Query, Recorder
from config.ledgers import Ledger
from config.questions import QuestionSettings


class StatedRecords:
    """Records of one kind from files that the settings name; implements `collector.source.Source`."""

    def __init__(self, name: str, kind: type[Record], records: Sequence[Record]) -> None:
        self.id = name
        self._kind = kind
        self._records = tuple(records)
        self.provides: frozenset[type[Record]] = frozenset({kind})

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Reading the files, which are read already."""
        if self._kind in wanted:
            yield Query("the settings", f"read `{self.id}`", (self._kind,))

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Give every record."""
        if self._kind not in wanted:
            return
        recorder.identity("the settings")
        digest = hashlib.sha256(canonical([encode(record) for record in self._records])).hexdigest()
        recorder.ran(f"settings: {kind_name(self._kind)} sha256 {digest}", (self._kind,))
        for record in self._records:
            recorder.add(record)
        recorder.complete(self._kind, source_count=len(self._records))

    def diagnose(self) -> Iterable[Diagnosis]:
        """How many there are."""
        yield Diagnosis("the settings", ok=True, text=f"{len(self._records)} {self.id}")


def question_source(questions: Sequence[QuestionSettings]) -> StatedRecords:
    """The log of questions, as a source with the id `questions`."""
    records = [
        SupplierQuestion(
            reference=each.id,
            supplier=each.supplier,
            question=each.question,
            asked=each.asked,
            asked_by=each.asked_by,
            due=each.due,
            answered=each.answered,
            answer=each.answer,
            blocks=each.blocks,
            blocks_classification=each.blocks_classification,
        )
        for each in questions
    ]
    return StatedRecords("questions", SupplierQuestion, records)


def recommendation_source(ledgers: Sequence[Ledger]) -> StatedRecords:
    """The ledgers, as a source with the id `recommendations`."""
    records = [
        Recommendation(
            reference=each.id,
            report=ledger.id,
            addressee=each.addressee.sv,
            priority=each.priority,
            reply_due=ledger.reply_due,
            replied=each.reply.date if each.reply else None,
            diary_number=each.reply.diary_number if each.reply else None,
            measure=each.measure.text if each.measure else None,
            measured=each.measure.done if each.measure else None,
            due=each.due,
            status=each.status,
            evidence=each.evidence,
            controls=tuple(control.id for control in each.controls),
        )
        for ledger in ledgers
        for each in ledger.recommendations
    ]
    return StatedRecords("recommendations", Recommendation, records)
