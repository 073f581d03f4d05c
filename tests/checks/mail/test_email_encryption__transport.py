from __future__ import annotations

from typing import Any

import pytest

from checks.finding import Status
from collector.records.mail import MailDomain, MailServer
from tests.checks.made import finding, gap, reasons, seen

CHECK = "email-encryption--transport"
SUBJECT = "mx.example.test: example.test"
CASES: dict[str, tuple[dict[str, Any], str | None, Status]] = {
    "TLS comes about": ({"starttls": True, "tls_version": "1.3"}, None, Status.SATISFIED),
    "no STARTTLS": ({"starttls": False}, "!no-starttls", Status.NOT_SATISFIED),
    "no TLS after it": ({"starttls": False, "refusal": "454 later"}, "!no-tls", Status.NOT_SATISFIED),
    "not tried": ({}, "?not-probed", Status.NOT_DETERMINED),
}


def server(**fields: Any) -> MailServer:
    return MailServer(domain="example.test", host="mx.example.test", **fields)


@pytest.mark.parametrize("name", CASES)
def test_one_server(name: str) -> None:
    fields, expected, status = CASES[name]
    found = finding(CHECK, seen(MailServer, server(**fields)))
    assert (reasons(found).get(SUBJECT), found.status) == (expected, status)


@pytest.mark.parametrize(
    ("fields", "dane"),
    [
        ({}, "unknown"),
        ({"tlsa": 0}, "absent"),
        ({"tlsa": 1, "tlsa_validated": True}, "present"),
        ({"tlsa": 1, "tlsa_validated": False}, "not-validated"),
    ],
)
def test_dane_and_mta_sts_are_facts_and_decide_nothing(fields: dict[str, Any], dane: str) -> None:
    domain = seen(MailDomain, MailDomain(domain="Example.test", mta_sts="present"))
    found = finding(CHECK, seen(MailServer, server(starttls=False, **fields)), domain)
    assert found.exceptions[0].facts == {"dane": dane, "mta_sts": "present"}
    good = finding(CHECK, seen(MailServer, server(starttls=True, **fields)), domain)
    assert good.status is Status.SATISFIED


def test_thin_evidence() -> None:
    partly = seen(MailServer, server(starttls=True), missing=[gap(MailServer, subject="other.test")])
    assert finding(CHECK, partly).status is Status.NOT_DETERMINED
    assert finding(CHECK, gap(MailServer)).status is Status.NOT_DETERMINED
    assert reasons(finding(CHECK, seen(MailServer))) == {"test": "?empty-population"}
