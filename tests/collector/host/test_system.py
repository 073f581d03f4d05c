"""What ss(8) prints of listening sockets, as bound by real programs in each way that there is."""

from __future__ import annotations

import socket
import subprocess

import pytest

from collector.host.system import read_listeners
from collector.records.host import Listener


@pytest.mark.parametrize(
    ("printed", "address"),
    [
        ("0.0.0.0:45670", "0.0.0.0"),  # as ss prints it
        ("*:45670", "::"),
        ("[::]:45670", "::"),
        (":::45670", "::"),
        ("10.0.2.5%eth0:45670", "10.0.2.5"),
        ("[fe80::1]%eth0:45670", "fe80::1"),
        ("[::ffff:10.0.2.5]:45670", "10.0.2.5"),
    ],
)
def test_an_address_that_is_listened_on(printed: str, address: str) -> None:
    line = f"tcp   LISTEN 0      128    {printed}       *:*\n"
    assert list(read_listeners(line, "h")) == [Listener(host="h", protocol="tcp", port=45670, address=address)]


@pytest.mark.parametrize("printed", ["127.0.0.53%lo:53", "[::1]:53", "[::ffff:127.0.0.1]:53"])
def test_what_only_the_host_itself_reaches_is_left_out(printed: str) -> None:
    assert list(read_listeners(f"tcp LISTEN 0 128 {printed} *:*\n", "h")) == []


@pytest.mark.parametrize("line", ["tcp LISTEN 0 128", "sctp LISTEN 0 128 *:1 *:*", "tcp LISTEN 0 128 somewhere:1 *:*"])
def test_what_ss_does_not_print_is_refused(line: str) -> None:
    with pytest.raises(ValueError, match=r"tcp|sctp|somewhere"):
        list(read_listeners(line, "h"))


def test_a_socket_that_is_bound_to_an_address_of_ipv4_by_ipv6() -> None:
    with socket.socket(socket.AF_INET6) as bound:
        bound.setsockopt(socket.IPPROTO_IPV6, socket.IPV6_V6ONLY, 0)
        bound.bind(("::ffff:127.0.0.2", 0))
        bound.listen()
        printed = subprocess.run(["ss", "-Hlntu"], capture_output=True, check=True, encoding="ascii", timeout=60).stdout
        (line,) = [each for each in printed.splitlines() if f"]:{bound.getsockname()[1]} " in each]
    assert "ffff:127.0.0.2" in line
    (heard,) = read_listeners(line.replace("ffff:127.0.0.2", "ffff:192.0.2.7"), "h")
    assert heard.address == "192.0.2.7"
