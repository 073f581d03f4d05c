from __future__ import annotations

import pytest

from checks.finding import Status
from collector.records.factors import EntryPoint
from collector.records.host import Interface, Listener
from tests.checks.made import finding, gap, reasons, seen

CHECK = "mfa-remote-access--unregistered"
PUBLIC, PRIVATE = "9.9.9.9", "10.1.1.1"
OUTSIDE = seen(
    Interface,
    Interface(host="edge", name="eth0", addresses=(f"{PUBLIC}/24",)),
    Interface(host="edge", name="eth1", addresses=(f"{PRIVATE}/24",)),
    Interface(host="inner", name="eth0", addresses=("10.1.1.2/24",)),
)
REGISTER = seen(
    EntryPoint,
    EntryPoint(name="vpn.example.test", category="vpn", address="https://vpn.example.test/", hosts=("edge",)),
    EntryPoint(name="jump", category="ssh", hosts=("jump",)),
    source="register",
)


def port(number: int = 22, host: str = "edge", address: str = "0.0.0.0", protocol: str = "tcp") -> Listener:
    return Listener(host=host, protocol=protocol, port=number, address=address)


CASES = {
    "SSH on the VPN's host": (port(), "!not-registered"),
    "SSH on every address of both versions": (port(address="::"), "!not-registered"),
    "the VPN's own web page": (port(443), None),
    "the VPN itself": (port(1194, protocol="udp"), None),
    "remote desktop": (port(3389), "!not-registered"),
    "on the inside alone": (port(address=PRIVATE), None),
    "on the outside alone": (port(address=PUBLIC), "!not-registered"),
    "on this host alone": (port(address="127.0.0.1"), None),
    "no way in": (port(53), None),
    "a host inside": (port(host="inner"), None),
    "a host whose addresses were not read": (port(host="unread"), "?addresses-unknown"),
    "bound to what is no address": (port(address="eth0"), "?addresses-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_port(name: str) -> None:
    made, expected = CASES[name]
    assert reasons(finding(CHECK, seen(Listener, made), OUTSIDE, REGISTER)).get(made.subject) == expected


def test_by_address_and_by_what_answers_there() -> None:
    by_address = seen(EntryPoint, EntryPoint(name="ssh", category="ssh", address=PUBLIC), source="register")
    found = finding(CHECK, seen(Listener, port(), port(3389)), OUTSIDE, by_address)
    assert reasons(found) == {port(3389).subject: "!not-registered"}
    anything = seen(EntryPoint, EntryPoint(name="edge"), source="register")
    assert finding(CHECK, seen(Listener, port(), port(3389)), OUTSIDE, anything).status is Status.SATISFIED


def test_without_a_register_each_way_in_is_named_and_none_accused() -> None:
    listeners = seen(Listener, port(), port(53))
    assert reasons(finding(CHECK, listeners, OUTSIDE)) == {port().subject: "?no-register"}
    assert reasons(finding(CHECK, listeners, OUTSIDE, gap(EntryPoint))) == {port().subject: "?no-register"}
    cut = seen(EntryPoint, source="register", missing=[gap(EntryPoint, source="register", subject="row 7")])
    assert reasons(finding(CHECK, listeners, OUTSIDE, cut)) == {port().subject: "?register-incomplete"}


def test_hosts_without_a_way_in_make_it_not_applicable_and_never_satisfied() -> None:
    assert finding(CHECK, seen(Listener, port(53), port(host="inner")), OUTSIDE).status is Status.NOT_APPLICABLE
