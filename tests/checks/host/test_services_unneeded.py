from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.host import Listener
from tests.checks.made import finding, seen
from tests.checks.registers import said

CHECK = "services-unneeded"
WEB = Listener(host="s1", protocol="tcp", port=443, address="0.0.0.0")
OWN = Listener(host="s1", protocol="tcp", port=25, address="127.0.0.1")


@pytest.mark.parametrize(
    ("approved", "expected"),
    [
        (["443/tcp"], {}),
        (["S1: 443/tcp"], {}),
        (["s2: 443/tcp"], {WEB.subject: "!not-approved"}),
        (["443/udp"], {WEB.subject: "!not-approved"}),
        ([], {"s1": "?no-list"}),
    ],
)
def test_what_is_approved(approved: list[str], expected: dict[str, str]) -> None:
    assert said(CHECK, seen(Listener, WEB, OWN), parameters={"approved": approved}) == expected


def test_only_own_ports_and_no_ports_at_all() -> None:
    assert finding(CHECK, seen(Listener, OWN)).status is Status.NOT_APPLICABLE
    assert said(CHECK, seen(Listener)) == {"test": "?empty-population"}
