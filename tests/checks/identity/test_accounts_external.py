from __future__ import annotations

from datetime import timedelta

import pytest

from checks.finding import Severity
from collector.records.access import ExternalAccount
from collector.records.identity import Account, Employment
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "accounts-external"
TODAY = AS_OF.date()
SOON = TODAY + timedelta(days=90)
ENDED = TODAY - timedelta(days=20)

REGISTER = (
    ExternalAccount(account="ok", supplier="Driftbolaget", sponsor="IT-chef", contract_end=SOON),
    ExternalAccount(account="past", supplier="Driftbolaget", sponsor="IT-chef", contract_end=ENDED),
    ExternalAccount(account="prolonged", sponsor="IT-chef", contract_end=ENDED),
    ExternalAccount(account="prolonged", sponsor="IT-chef", contract_end=SOON),
    ExternalAccount(account="open-ended", sponsor="IT-chef"),
    ExternalAccount(account="nobodys", supplier="Driftbolaget", contract_end=SOON),
    ExternalAccount(account="robot", sponsor="IT-chef"),
    ExternalAccount(account="Eva.Ek@Firma.example.test", sponsor="IT-chef", contract_end=SOON),
)
ROSTER = (
    Employment(person_key="1", group="employee"),
    Employment(person_key="2", group="consultant", end=SOON),
    Employment(person_key="3", group="consultant", end=ENDED),
    Employment(person_key="4", group="consultant", end=ENDED),
    Employment(person_key="4", group="employee"),
    Employment(person_key="5"),
    Employment(person_key="6", group="employee", end=ENDED),
    Employment(person_key="6", group="consultant", start=ENDED + timedelta(days=1), end=SOON),
    Employment(person_key="7", group="employee", end=ENDED),
    Employment(person_key="7", group="consultant", end=ENDED - timedelta(days=900)),
    Employment(person_key="8", group="elected", end=ENDED),
    Employment(person_key="9", group="employee", end=TODAY),
    Employment(person_key="9", group="consultant", start=SOON),
)


def account(name: str, **facts: object) -> Account:
    values = {"name": name, "enabled": True, "category": "person", "expires": AS_OF + timedelta(days=90)} | facts
    return Account(**values)  # type: ignore[arg-type]


FOR_EVER = {"expires": None, "never_expires": True}
CASES = {
    "in order": (account("ok"), None),
    "names have no case": (account("OK", external=True), None),
    "contract ended": (account("past"), "!contract-ended"),
    "contract ended, of no end": (account("past", **FOR_EVER), "!contract-ended"),
    "contract prolonged": (account("prolonged"), None),
    "contract without an end": (account("open-ended"), None),
    "no end": (account("ok", **FOR_EVER), "!no-end"),
    "ends in two years": (account("ok", expires=AS_OF + timedelta(days=700)), "!end-too-far"),
    "ends in a year": (account("ok", expires=AS_OF + timedelta(days=365)), None),
    "nobody answers for it": (account("nobodys"), "!no-sponsor"),
    "in the unit, not in the register": (account("x", external=True), "!not-registered"),
    "consultant by the roster, not in the register": (account("x", person_key="2"), "!not-registered"),
    "consultant past the contract by the roster": (account("x", person_key="3"), "!contract-ended"),
    "became an employee": (account("x", person_key="4"), None),
    "became a consultant": (account("x", person_key="6"), "!not-registered"),
    "was a consultant before the employment that has ended": (account("x", person_key="7"), None),
    "was elected": (account("x", person_key="8"), None),
    "employed to the end of today": (account("x", person_key="9"), None),
    "registered by the principal name": (
        account("eek01", external=True, principal_name="eva.ek@firma.example.test"),
        None,
    ),
    "registered by the address that was invited": (
        account("guest", external=True, principal_name="eva.ek_firma.example.test#EXT#@kommun.example.test"),
        None,
    ),
    "made since the register was written": (account("x", external=True, created=AS_OF), "?export-older"),
    "made before the register was written": (
        account("x", external=True, created=AS_OF - timedelta(days=1)),
        "!not-registered",
    ),
    "employee": (account("x", person_key="1"), None),
    "outside the units": (account("x", external=False), None),
    "nothing tells": (account("x"), "?outsider-unknown"),
    "in the roster, as nobody knows what": (account("x", person_key="5"), "?outsider-unknown"),
    "disabled": (account("past", enabled=False), None),
    "cannot log on": (account("past", interactive=False), None),
    "expired": (account("past", expires=AS_OF), None),
    "state not known": (account("past", enabled=None), "?state-unknown"),
    "end not known": (account("ok", expires=None), "?end-unknown"),
    "service account": (account("svc", category="service"), None),
    "a supplier's service account": (account("robot", category="service", **FOR_EVER), "!no-end"),
}


@pytest.mark.parametrize(("days", "expected"), [(20, "?export-older"), (19, "!contract-ended")])
def test_a_contract_that_ended_since_the_register_was_written_may_run_on(days: int, expected: str) -> None:
    written = AS_OF - timedelta(days=days)
    accounts = seen(Account, account("past"), account("x", person_key="3"))
    found = finding(
        CHECK,
        accounts,
        seen(ExternalAccount, *REGISTER, source="register", started=written),
        seen(Employment, *ROSTER, source="hr", started=written),
    )
    assert reasons(found) == {"past": expected, "x": expected}


@pytest.mark.parametrize("name", CASES)
def test_one_account(name: str) -> None:
    made, expected = CASES[name]
    held = seen(ExternalAccount, *REGISTER, source="external"), seen(Employment, *ROSTER, source="hr")
    found = finding(CHECK, seen(Account, made), *held)
    assert reasons(found).get(made.name) == expected
    assert found.population.count == 1


def test_an_ended_contract_is_urgent() -> None:
    (exception,) = finding(CHECK, seen(Account, account("past")), seen(ExternalAccount, *REGISTER)).exceptions
    assert (exception.severity, exception.facts["days"]) == (Severity.HIGH, 20)


def test_without_a_register_only_what_the_roster_tells_is_known() -> None:
    made = (account("unit", external=True), account("over", person_key="3"), account("runs", person_key="2"))
    found = finding(CHECK, seen(Account, *made), seen(Employment, *ROSTER, source="hr"))
    assert reasons(found) == {"unit": "?no-register", "over": "!contract-ended", "runs": "?no-register"}


def test_a_register_with_an_unreadable_row_convicts_nobody() -> None:
    lacking = [gap(ExternalAccount, source="external", subject="row 9")]
    register = seen(ExternalAccount, *REGISTER, source="external", missing=lacking)
    made = (account("x", external=True), account("past"), account("ok"))
    found = finding(CHECK, seen(Account, *made), register)
    assert reasons(found) == {"x": "?register-incomplete", "past": "?register-incomplete"}
