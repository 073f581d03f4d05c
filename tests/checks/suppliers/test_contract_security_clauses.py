from __future__ import annotations

from datetime import date
from typing import Any

from checks.finding import Status
from collector.evidence import Population
from collector.records.suppliers import Contract
from tests.checks.made import finding, seen
from tests.checks.registers import said, without

CHECK = "contract-security-clauses"
WHOLE = (
    "styrdokument",
    "säkerhetsrutiner",
    "incidenthantering",
    "sekretess",
    "behörighet",
    "kontinuitet",
    "processbeskrivningar",
    "granskningsrätt",
)
DAY = date(2025, 1, 1)


def contract(**fields: Any) -> Population[Contract]:
    good: dict[str, Any] = {"signed": DAY, "clauses": WHOLE}
    return seen(Contract, Contract(contract="A1", **(good | fields)))


def test_the_eight_topics() -> None:
    assert said(CHECK, contract()) == {}
    for topic in WHOLE:
        assert said(CHECK, contract(clauses=tuple(each for each in WHOLE if each != topic))) == {
            "A1": "!topics-missing"
        }
    assert said(CHECK, contract(clauses=("sekretess",)), parameters={"topics": ["confidentiality"]}) == {}


def test_the_technical_annex_and_its_age() -> None:
    annex = {"technical_annex": ["5.1.4"]}
    assert said(CHECK, contract(), parameters=annex) == {"A1": "!topics-missing"}
    assert said(CHECK, contract(clauses=(*WHOLE, "5.1.4")), parameters=annex) == {}
    assert said(CHECK, contract(requirements_date=date(2025, 1, 2))) == {"A1": "!before-requirements"}
    assert said(CHECK, contract(signed=None)) == {"A1": "!incomplete"}


def test_run_out_and_not_marked() -> None:
    assert finding(CHECK, contract(valid_until=DAY)).status is Status.NOT_APPLICABLE
    assert said(CHECK, without(contract(clauses=()), "clauses")) == {"A1": "?no-column"}
