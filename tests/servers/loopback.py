"""Ports on the loopback that stay as they are: nobody listens, or nobody else can take them."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator
from contextlib import contextmanager


def own_address() -> str:
    """A loopback address of this process alone: a port that was free there stays free until a server takes it.

    On 127.0.0.1 another test's connection may have been given the port in between.
    """
    number = os.getpid()
    return f"127.{64 + (number >> 16) % 64}.{(number >> 8) % 256}.{number % 256}"


def free_port(address: str) -> int:
    """A port that nobody has bound; for `own_address`."""
    with socket.create_server((address, 0)) as taken:
        return int(taken.getsockname()[1])


@contextmanager
def closed_port(address: str = "127.0.0.1") -> Iterator[int]:
    """A port that is bound and that nobody listens on until the block ends: connections are refused."""
    with socket.socket() as held:
        held.bind((address, 0))
        yield int(held.getsockname()[1])
