"""Connections through an SSH log-on, each with the server's own words on how it ended."""

from __future__ import annotations

import threading
from typing import Any

import paramiko


class ForwardingTransport(paramiko.Transport):
    """A transport that keeps, for each channel that did not open, what the server said of just that one.

    The library keeps one error for all channels, and its own words instead of the server's.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.refusals: dict[int, tuple[int, str]] = {}
        """Channel number to the reason code (RFC 4254 section 5.1) and the server's words."""
        self._asking = threading.local()

    @property
    def asked(self) -> int:
        """The number of the channel that this thread asked for last."""
        return int(self._asking.channel)

    def _next_channel(self) -> int:
        self._asking.channel = super()._next_channel()  # type: ignore[misc]  # the stubs name no private methods
        return self.asked

    def _parse_channel_open_failure(self, message: paramiko.Message) -> None:
        number, code, words = message.get_int(), message.get_int(), message.get_text()
        self.refusals[number] = (code, words)
        message.rewind()
        super()._parse_channel_open_failure(message)  # type: ignore[misc]  # as above


class Forwarding:
    """Opens connections through one log-on; implements `collector.network.tunnel.Opener`."""

    def __init__(self, transport: ForwardingTransport) -> None:
        self._transport = transport

    def open(self, address: str, port: int, timeout: float) -> tuple[int | None, str]:
        """Open and close one connection (`direct-tcpip`); the SSH reason code and the server's words."""
        try:
            channel = self._transport.open_channel("direct-tcpip", (address, port), ("127.0.0.1", 0), timeout=timeout)
        except paramiko.SSHException as error:
            refusal = self._transport.refusals.get(self._transport.asked)
            if refusal is not None:
                return refusal
            if "imeout" in str(error):
                return None, ""
            raise
        channel.close()
        return 0, ""
