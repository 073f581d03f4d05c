"""What is due of a supplier and no clause promises: by the requirements' owner, and by the systems that it runs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from assessment.performance import documents, perform
from checks.discovery import discover
from collector.records.identity import Account
from tests.assessment.made import asks, policy, source
from tests.checks.made import AS_OF, evidence, seen

USED = Account(name="used", enabled=True, last_used=AS_OF, last_used_lag_days=0, password_set=AS_OF)


def gaps(*clauses: dict[str, Any], **fields: Any) -> dict[str, Any]:
    contract = {"id": "k1", "supplier": "Driftbolaget", "clauses": list(clauses), **fields}
    made = policy(
        contracts=[contract],
        sources=[source("ad", controlled_by="Driftbolaget"), source("own-ad")],
        requirements=[
            asks("R-1", "document-dated") | {"owner": "both"},
            asks("R-2", "accounts-stale") | {"owner": "municipality"},
            asks("R-3", "accounts-stale"),
            asks("R-4", "password-age"),
        ],
    )
    accounts = (seen(Account, USED, source="ad", controlled_by="Driftbolaget"), seen(Account, USED, source="own-ad"))
    results = perform(evidence(*accounts), made, discover())
    (one,) = json.loads(documents(results)["contracts.json"])["suppliers"]
    assert isinstance(one, dict)
    return one


def lacking(made: dict[str, Any]) -> dict[str, list[str]]:
    return {each["control"]: each["requirements"] for each in made["gaps"]}


def test_what_the_supplier_is_to_do_and_what_its_systems_are_judged_by_is_due() -> None:
    made = gaps()
    assert lacking(made) == {
        "accounts-stale": ["R-2", "R-3"],
        "document-dated": ["R-1"],
        "password-age": ["R-4"],
    }
    assert {each["control"]: each["runs"] for each in made["gaps"]}["accounts-stale"] == ["ad"]


def test_the_requirements_named_are_those_that_the_supplier_is_to_act_on() -> None:
    made = policy(
        contracts=[{"id": "k1", "supplier": "Driftbolaget", "clauses": []}],
        requirements=[
            asks("R-1", "patch-level") | {"owner": "municipality"},
            asks("R-2", "patch-level") | {"owner": "both"},
        ],
    )
    (one,) = json.loads(documents(perform(evidence(), made, discover()))["contracts.json"])["suppliers"]
    assert lacking(one) == {"patch-level": ["R-2"]}


def test_a_clause_covers_the_controls_that_it_names() -> None:
    made = gaps({"clause": "7.2", "controls": ["accounts-stale", "password-age"]})
    assert lacking(made) == {"document-dated": ["R-1"]}
    assert made["covered"][0] == {"control": "accounts-stale", "clause": "k1 7.2"}


@pytest.mark.parametrize(("valid_to", "covered"), [("2026-11-21", True), ("2026-11-20", False)])
def test_a_contract_that_has_ended_promises_nothing(valid_to: str, covered: bool) -> None:
    made = gaps({"clause": "1", "controls": ["accounts-stale"]}, valid_to=valid_to)
    assert ("accounts-stale" not in lacking(made)) is covered
    assert (made["ended"] == []) is covered


def test_a_suppliers_clauses_are_its_own() -> None:
    clause = {"clause": "7.2", "controls": ["accounts-stale"]}
    made = policy(
        contracts=[
            {"id": "k1", "supplier": "Driftbolaget", "clauses": [clause]},
            {"id": "k2", "supplier": "Molnbolaget", "clauses": []},
            {"id": "k3", "supplier": "Molnbolaget", "clauses": [], "valid_to": "2026-11-20"},
        ],
        sources=[source("ad", controlled_by="Driftbolaget")],
        requirements=[asks("R-1", "accounts-stale")],
    )
    held = seen(Account, USED, source="ad", controlled_by="Driftbolaget")
    suppliers = json.loads(documents(perform(evidence(held), made, discover()))["contracts.json"])["suppliers"]
    assert [(each["supplier"], each["contracts"], each["ended"], len(each["covered"])) for each in suppliers] == [
        ("Driftbolaget", ["k1"], [], 1),
        ("Molnbolaget", ["k2"], ["k3"], 0),
    ]


@pytest.mark.parametrize(("valid_from", "covered"), [("2026-11-21", True), ("2026-11-22", False)])
def test_a_contract_that_has_not_begun_promises_nothing_yet(valid_from: str, covered: bool) -> None:
    made = gaps({"clause": "1", "controls": ["accounts-stale"]}, valid_from=valid_from)
    assert ("accounts-stale" not in lacking(made)) is covered
    assert (made["contracts"], made["coming"]) == ((["k1"], []) if covered else ([], ["k1"]))
