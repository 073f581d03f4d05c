from __future__ import annotations

from datetime import date

from checks.finding import Status
from collector.records.documents import Document, DocumentReceipt
from collector.records.identity import Employment
from tests.checks.made import finding, seen
from tests.checks.registers import partly, said

CHECK = "document-communicated"
ROUTINE = Document(title="Rutin", category="rutin", published=date(2026, 1, 1))
STAFF = seen(
    Employment,
    *(Employment(person_key=str(each), unit="Skola" if each < 5 else "Vård") for each in range(7)),
    source="hr",
)


def signed(*people: int) -> list[DocumentReceipt]:
    return [DocumentReceipt(document="rutin", person_key=str(each), date=date(2026, 2, 1)) for each in people]


def test_each_unit_alone() -> None:
    receipts = seen(DocumentReceipt, *signed(0, 1, 2, 3, 5), source="read")
    assert said(CHECK, seen(Document, ROUTINE), receipts, STAFF) == {"Rutin: Vård": "!too-few"}
    low = said(CHECK, seen(Document, ROUTINE), receipts, STAFF, parameters={"ack_share_min_percent": 50})
    assert low == {}


def test_an_invitation_is_no_acknowledgement() -> None:
    asked = [DocumentReceipt(document="Rutin", person_key=str(each)) for each in range(7)]
    found = said(CHECK, seen(Document, ROUTINE), seen(DocumentReceipt, *asked, source="read"), STAFF)
    assert found == {"Rutin: Skola": "!too-few", "Rutin: Vård": "!too-few"}


def test_thin_evidence() -> None:
    documents = seen(Document, ROUTINE)
    assert said(CHECK, documents) == {"Rutin": "?no-register"}
    assert said(CHECK, documents, partly(DocumentReceipt), STAFF)["Rutin: Vård"] == "?register-incomplete"
    no_units = seen(Employment, Employment(person_key="1"), source="hr")
    assert said(CHECK, documents, seen(DocumentReceipt, *signed(1), source="read"), no_units) == {"Rutin": "?no-units"}
    unpublished = seen(Document, Document(title="Rutin", category="rutin"))
    everyone = seen(DocumentReceipt, *signed(*range(7)), source="read")
    assert said(CHECK, unpublished, everyone, STAFF) == {"Rutin": "!not-published"}
    policy = finding(CHECK, seen(Document, Document(title="Policy")), seen(DocumentReceipt, source="read"), STAFF)
    assert policy.status is Status.NOT_APPLICABLE
