from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.host import Listener
from tests.checks.made import finding, seen
from tests.checks.registers import said

CHECK = "encryption-in-transit--listeners"


@pytest.mark.parametrize(
    ("protocol", "port", "address", "expected"),
    [
        ("tcp", 23, "0.0.0.0", "!clear-text"),
        ("tcp", 21, None, "!clear-text"),
        ("udp", 69, "192.0.2.1", "!clear-text"),
        ("udp", 514, "0.0.0.0", None),
        ("tcp", 22, "0.0.0.0", None),
    ],
)
def test_one_port(protocol: str, port: int, address: str | None, expected: str | None) -> None:
    row = Listener(host="s1", protocol=protocol, port=port, address=address)
    assert said(CHECK, seen(Listener, row)).get(row.subject) == expected


def test_a_port_of_the_hosts_own() -> None:
    row = Listener(host="s1", protocol="tcp", port=23, address="127.0.0.1")
    assert finding(CHECK, seen(Listener, row)).status is Status.NOT_APPLICABLE
