"""Hosts behind addresses: what the host evidence says of a target."""

from __future__ import annotations

from ipaddress import ip_interface

from checks.network.addresses import is_network
from collector.evidence import EvidenceSet
from collector.records.host import Interface, Listener


class Listeners:
    """Which hosts were read, and what they listen on."""

    def __init__(self, evidence: EvidenceSet) -> None:
        self._hosts: dict[str, set[tuple[str, str]]] = {}
        for population in evidence.reading(Interface).populations:
            for interface in population.records:
                for text in interface.addresses:
                    if is_network(text):
                        place = (population.source, interface.host)
                        self._hosts.setdefault(str(ip_interface(text).ip), set()).add(place)
        self._open: dict[tuple[str, str], set[tuple[str, int, str]]] = {}
        readings = {population.source: population for population in evidence.reading(Listener).populations}
        self._covered = {
            place
            for places in self._hosts.values()
            for place in places
            if place[0] in readings and evidence.reading(Listener).of(place[0]).covers(place[1])
        }
        for source, heard in readings.items():
            for listener in heard.records:
                opened = self._open.setdefault((source, listener.host), set())
                opened.add((listener.protocol, listener.port, listener.address or "::"))

    def listening(self, target: str, protocol: str, port: int) -> bool | None:
        """Whether the one host with this address listens there by its own account; None where that was not read."""
        places = self._hosts.get(target, set())
        if len(places) != 1:
            return None
        (place,) = places
        if place not in self._covered:
            return None
        anywhere = {"0.0.0.0", "::"} if ":" not in target else {"::"}  # noqa: S104  # as ss(8) writes all addresses
        return any((protocol, port, address) in self._open.get(place, ()) for address in (*anywhere, target))
