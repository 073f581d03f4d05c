from __future__ import annotations

from datetime import date

from checks.finding import Status
from collector.evidence import Population
from collector.records.documents import Document
from collector.records.governance import ComplianceControl
from tests.checks.made import finding, seen
from tests.checks.registers import TODAY, partly, said, without

CHECK = "compliance-control-performed"
POLICY = seen(Document, Document(title="Policy", reference="P1"))


def log(day: date, evidence: str | None = "rapport", document: str = "policy") -> Population[ComplianceControl]:
    return seen(ComplianceControl, ComplianceControl(document=document, date=day, evidence=evidence), source="log")


def test_each_document_within_the_year() -> None:
    assert said(CHECK, POLICY, log(date(2025, 11, 21))) == {}
    assert said(CHECK, POLICY, log(date(2025, 11, 21), document="p1")) == {}
    assert said(CHECK, POLICY, log(date(2025, 11, 20))) == {"Policy": "!too-old"}
    assert said(CHECK, POLICY, log(TODAY, document="Rutin")) == {"Policy": "!never"}
    assert said(CHECK, POLICY, log(TODAY, None)) == {"Policy": "!no-evidence"}


def test_thin_evidence() -> None:
    assert said(CHECK, POLICY) == {"Policy": "?no-register"}
    assert said(CHECK, POLICY, partly(ComplianceControl)) == {"Policy": "?register-incomplete"}
    assert said(CHECK, POLICY, without(log(TODAY, None), "evidence")) == {"Policy": "?no-column"}
    contract = seen(Document, Document(title="A", category="avtal"))
    assert finding(CHECK, contract, log(TODAY)).status is Status.NOT_APPLICABLE
