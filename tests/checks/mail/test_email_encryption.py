from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collector.records.mail import MessageEncryption
from tests.checks.made import gap, seen
from tests.checks.registers import TODAY, partly, said, without

CHECK = "email-encryption"
GOOD: dict[str, Any] = {"audience": "outside", "decided": TODAY, "valid_until": TODAY}
YESTERDAY = TODAY - timedelta(days=1)
CASES: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "in order": ({}, {}),
    "open-ended, for both": ({"valid_until": None, "audience": "both"}, {}),
    "not decided": ({"decided": None}, {"Säkra": "!not-decided"}),
    "to be decided": ({"decided": TODAY + timedelta(days=1)}, {"Säkra": "?date-ahead"}),
    "run out": ({"valid_until": YESTERDAY}, {"test": "!no-service"}),
    "within alone": ({"audience": "inside"}, {"test": "!no-service"}),
    "for whom is not said": ({"audience": None}, {"Säkra": "!incomplete"}),
}


def service(**fields: Any) -> MessageEncryption:
    return MessageEncryption(service="Säkra", **(GOOD | fields))


@pytest.mark.parametrize("name", CASES)
def test_one_service(name: str) -> None:
    fields, expected = CASES[name]
    assert said(CHECK, seen(MessageEncryption, service(**fields))) == expected


def test_an_old_service_beside_one_in_force_blames_nobody() -> None:
    old = MessageEncryption(service="Förra", audience="outside", decided=YESTERDAY, valid_until=YESTERDAY)
    assert said(CHECK, seen(MessageEncryption, old, service())) == {}
    elsewhere = seen(MessageEncryption, service(), source="other")
    from tests.checks.made import findings, reasons

    assert [reasons(each) for each in findings(CHECK, elsewhere, seen(MessageEncryption, old))] == [{}, {}]


def test_an_empty_register_names_no_service() -> None:
    assert said(CHECK, seen(MessageEncryption)) == {"test": "!no-service"}
    assert said(CHECK, seen(MessageEncryption), parameters={"service_required": False}) == {"test": "?empty-population"}
    ended = seen(MessageEncryption, service(valid_until=YESTERDAY))
    assert said(CHECK, ended, parameters={"service_required": False}) == {}


def test_thin_evidence() -> None:
    assert said(CHECK, partly(MessageEncryption)) == {"part": "?register-incomplete"}
    assert said(CHECK, gap(MessageEncryption)) == {}
    one = seen(MessageEncryption, service(valid_until=None))
    assert said(CHECK, without(one, "valid_until")) == {"Säkra": "?no-column"}
    unsaid = seen(MessageEncryption, service(decided=None))
    assert said(CHECK, without(unsaid, "decided")) == {"Säkra": "?no-column"}
