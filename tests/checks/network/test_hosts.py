"""Whether a host listens on an address, by its own account."""

from __future__ import annotations

import pytest

from checks.network.hosts import Listeners
from collector.records.host import Interface, Listener
from tests.checks.made import evidence, gap, seen

OWN = ("10.1.0.5/24", "fd00:1::5/64")
EVERY_4, EVERY_6 = "0.0.0.0", "::"  # as ss(8) writes all addresses


def listens(target: str, *bound: str | None, port: int = 443, interfaces: tuple[Interface, ...] = ()) -> bool | None:
    heard = [Listener(host="h", protocol="tcp", port=443, address=each) for each in bound]
    there = (Interface(host="h", name="eth0", addresses=OWN), *interfaces)
    return Listeners(evidence(seen(Interface, *there), seen(Listener, *heard))).listening(target, "tcp", port)


@pytest.mark.parametrize(
    ("bound", "by_four", "by_six"),
    [
        (EVERY_4, True, False),
        (EVERY_6, True, True),  # which takes IPv4 too, unless it was told not to
        (None, True, True),
        ("10.1.0.5", True, False),
        ("fd00:1::5", False, True),
        ("10.1.0.6", False, False),
    ],
)
def test_an_address_is_listened_on_by_itself_or_by_all_of_its_version(
    bound: str | None, by_four: bool, by_six: bool
) -> None:
    assert (listens("10.1.0.5", bound), listens("fd00:1::5", bound)) == (by_four, by_six)
    assert listens("10.1.0.5", bound, port=80) is False


def test_what_was_not_read_is_not_known() -> None:
    assert listens("10.9.9.9", EVERY_4) is None
    shared = Interface(host="other", name="eth0", addresses=("10.1.0.5/24",))
    assert listens("10.1.0.5", EVERY_4, interfaces=(shared,)) is None
    there = seen(Interface, Interface(host="h", name="eth0", addresses=OWN))
    assert Listeners(evidence(there, gap(Listener))).listening("10.1.0.5", "tcp", 443) is None
    assert Listeners(evidence(there)).listening("10.1.0.5", "tcp", 443) is None
