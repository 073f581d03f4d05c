"""Test, training and development run on other hosts and in other networks than production.

Judged on the register of systems: every system whose environment is one of test. It deviates where it shares a host
with a system in production, or where its hosts stand in one subnet with hosts of production, by the hosts' own
addresses. A system whose environment is not said, or not in a word that is understood, is undetermined, and so is one
whose hosts are not named or were not read. Systems in production are what the others are held against.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from ipaddress import ip_interface

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.network.addresses import Network, observed_addresses, unreadable_addresses
from checks.network.environments import environment_of
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem
from collector.records.host import Interface

CONTROL = "test-prod-separation"
READS = (ProtectedSystem, Interface)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = {
    "same-host": Reason(
        Text(
            "Delar värden {host} med {system}, som är i produktion.",
            "Shares the host {host} with {system}, which is in production.",
        ),
        Text("Flytta miljön till en egen värd.", "Move the environment to a host of its own."),
        Severity.HIGH,
    ),
    "same-network": Reason(
        Text(
            "{host} står i nätet {network} tillsammans med {other} i produktion.",
            "{host} stands in the network {network} together with {other} in production.",
        ),
        Text("Flytta miljön till ett eget nät.", "Move the environment to a network of its own."),
    ),
    "environment-not-said": Reason(
        Text("Systemets miljö är inte angiven.", "The system's environment is not given."),
        Text("Ange miljön i systemregistret.", "State the environment in the system register."),
    ),
    "environment-unknown": Reason(
        Text("Miljön {environment} är varken test eller produktion.", "{environment} is neither test nor production."),
        Text(
            "Skriv produktion, test, utbildning eller utveckling i registret.",
            "Write production, test, training or development in the register.",
        ),
    ),
    "hosts-unknown": Reason(
        Text("Systemets värdar är inte angivna.", "The system's hosts are not given."),
        Text("Ange värdarna i systemregistret.", "State the hosts in the system register."),
    ),
    "network-unknown": Reason(
        Text("Adresserna för {host} har inte lästs.", "The addresses of {host} were not read."),
        Text("Läs värden, eller rätta dess namn i registret.", "Read the host, or correct its name in the register."),
    ),
    "production": Reason(Text("Systemet är i produktion.", "The system is in production.")),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    every = sorted(evidence.reading(ProtectedSystem).records, key=repr)
    production = [each for each in every if environment_of(each) == "production"]
    unsure = [each for each in every if environment_of(each) in {None, ""}]
    networks = _networks(evidence)
    for system in systems.records:
        environment = environment_of(system)
        if environment is None:
            yield undetermined(system, "environment-not-said")
        elif environment == "production":
            yield out_of_scope(system, "production")
        elif environment == "":
            yield undetermined(system, "environment-unknown", environment=system.environment)
        elif not system.hosts:
            yield undetermined(system, "hosts-unknown")
        else:
            yield _judge_test(system, production, unsure, networks)


def _judge_test(
    system: ProtectedSystem,
    production: Iterable[ProtectedSystem],
    unsure: Iterable[ProtectedSystem],
    networks: dict[str, set[Network]],
) -> Outcome:
    own = {host.casefold(): host for host in sorted(system.hosts)}
    theirs = {host.casefold(): (host, other.name) for other in production for host in other.hosts}
    for host, written in own.items():
        if host in theirs:
            return deviates(system, "same-host", host=written, system=theirs[host][1])
    for host, written in own.items():
        for other, (name, _) in sorted(theirs.items()):
            common = _shared(networks.get(host, ()), networks.get(other, ()))
            if common:
                return deviates(system, "same-network", host=written, network=min(common), other=name)
    for host, shown in (*own.items(), *sorted((key, value[0]) for key, value in theirs.items())):
        if host not in networks:
            return undetermined(system, "network-unknown", host=shown)
    for each in unsure:
        if {host.casefold() for host in each.hosts} & set(own):
            return undetermined(system, "environment-unknown", environment=f"{each.name}: {each.environment or '?'}")
    return conforms(system)


def _shared(own: Iterable[Network], others: Iterable[Network]) -> list[str]:
    """The networks of one host that overlap with another's: hosts of one subnet may have its length otherwise."""
    held = list(others)
    return [str(a) for a in own for b in held if a.version == b.version and a.overlaps(b)]


def _networks(evidence: EvidenceSet) -> dict[str, set[Network]]:
    """Host name to the networks that it stands in; a host with an address that is not understood is left out."""
    found: dict[str, set[Network]] = {}
    reading = evidence.reading(Interface)
    strange = {interface.host.casefold() for interface, _ in unreadable_addresses(reading.records)}
    for interface, address in observed_addresses(reading.records):
        for text in interface.addresses:
            name = interface.host.casefold()
            if name in strange or not reading.covers(interface.host):
                continue
            if ip_interface(text).ip == address:
                found.setdefault(name, set()).add(ip_interface(text).network)
    return found
