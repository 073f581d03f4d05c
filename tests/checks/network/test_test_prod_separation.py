from __future__ import annotations

import pytest

from collector.records.backup import ProtectedSystem
from collector.records.host import Interface
from tests.checks.made import finding, reasons, seen

CHECK = "test-prod-separation"
PRODUCTION = ProtectedSystem(name="Journal", environment="Produktion", hosts=("app1",))
INTERFACES = tuple(
    Interface(host=host, name="e", addresses=(address,))
    for host, address in (
        ("app1", "10.1.0.5/24"),
        ("app1", "fe80::1/64"),
        ("test1", "10.1.0.6/24"),
        ("test2", "10.2.0.6/24"),
        ("test3", "10.1.0.7/25"),
    )
) + tuple(
    Interface(host=host, name="docker0", addresses=("172.17.0.1/16",), kind="bridge") for host in ("app1", "test2")
)


@pytest.mark.parametrize(
    ("environment", "hosts", "said"),
    [
        ("test", ("test2",), {}),
        ("Test", ("APP1",), {"T": "!same-host"}),
        ("utbildning", ("test1",), {"T": "!same-network"}),
        ("test", ("test3",), {"T": "!same-network"}),  # the subnet's length is written otherwise on it
        ("test", ("nowhere",), {"T": "?network-unknown"}),
        ("test", (), {"T": "?hosts-unknown"}),
        ("lab", ("test2",), {"T": "?environment-unknown"}),
        (None, ("test2",), {"T": "?environment-not-said"}),
    ],
)
def test_a_system_of_test(environment: str | None, hosts: tuple[str, ...], said: dict[str, str]) -> None:
    system = ProtectedSystem(name="T", environment=environment, hosts=hosts)
    found = finding(CHECK, seen(ProtectedSystem, PRODUCTION, system), seen(Interface, *INTERFACES, source="hosts"))
    assert reasons(found) == said
    assert found.out_of_scope == {"production": 1}


def test_without_the_hosts_addresses_nothing_is_proved() -> None:
    system = ProtectedSystem(name="T", environment="test", hosts=("test2",))
    assert reasons(finding(CHECK, seen(ProtectedSystem, PRODUCTION, system))) == {"T": "?network-unknown"}
