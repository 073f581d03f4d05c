"""Every system that needs extra protection is reached with more than one factor only.

A system is in scope where the register marks it, or where its classification reaches `confidentiality_min`. Each way
of logging in that the register names is judged: a registered entry point as such, `ssh` by what sshd demands on the
system's hosts, from any network, `password` as one factor. A way that the evidence does not show to demand two factors,
or that is not described, leaves the system undetermined: an unknown login never passes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.entry_points import READS as JOINED
from checks.identity.entry_points import EntryPoints, Word
from checks.identity.ssh_factors import fewest
from collector.evidence import EvidenceSet, Population
from collector.records.backup import ProtectedSystem
from collector.records.factors import EntryPoint

CONTROL = "mfa-protected-systems"
READS = (ProtectedSystem, EntryPoint, *JOINED)

PASSWORD = frozenset({"password", "lösenord"})
SSH = "ssh"


@dataclass(frozen=True, slots=True)
class Parameters:
    """`confidentiality_min`: the level of confidentiality, 0 to 4, from which more than one factor is needed."""

    confidentiality_min: int = 3


REASONS = {
    "single-factor": Reason(
        Text(
            "Behöver utökat skydd, men nås med en enda faktor: {logins}.",
            "Needs extra protection, but is reached with a single factor: {logins}.",
        ),
        Text(
            "Kräv flerfaktorsautentisering för varje väg in i systemet.",
            "Demand multi-factor authentication on every way into the system.",
        ),
        Severity.HIGH,
    ),
    "login-unknown": Reason(
        Text(
            "Behöver utökat skydd, men registret anger inte hur användarna loggar in.",
            "Needs extra protection, but the register does not state how its users log in.",
        ),
        Text(
            "Fyll i systemregistrets kolumn för inloggning med namn ur registret över ingångar.",
            "Fill in the system register's column of log-in with names from the register of entry points.",
        ),
    ),
    "login-not-described": Reason(
        Text(
            "Behöver utökat skydd, men ingen ingång är registrerad som: {logins}.",
            "Needs extra protection, but no entry point is registered as: {logins}.",
        ),
        Text(
            "Lägg in dem i registret över ingångar.",
            "Add them to the register of entry points.",
        ),
    ),
    "factors-not-shown": Reason(
        Text(
            "Behöver utökat skydd, och inget underlag styrker att två faktorer krävs vid: {logins}.",
            "Needs extra protection, and no evidence shows that two factors are demanded at: {logins}.",
        ),
        Text(
            "Anslut värdarna, eller ingångarnas exporterade inställningar (registers: entry-point-rule).",
            "Add the hosts, or the entry points' exported settings (registers: entry-point-rule).",
        ),
    ),
    "protection-unknown": Reason(
        Text(
            "Registret anger varken om systemet behöver utökat skydd eller hur det är klassat.",
            "The register states neither whether the system needs extra protection nor how it is classified.",
        ),
        Text("Klassa systemet.", "Classify the system."),
    ),
    "ordinary-protection": Reason(
        Text("Behöver inte utökat skydd, enligt registret.", "Needs no extra protection, by the register.")
    ),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    points = EntryPoints(evidence)
    entries: dict[str, list[EntryPoint]] = {}
    for entry in evidence.reading(EntryPoint).records:
        entries.setdefault(entry.name.casefold(), []).append(entry)
    for system in systems.records:
        yield _judge_system(system, points, entries, parameters)


def _judge_system(
    system: ProtectedSystem,
    points: EntryPoints,
    entries: Mapping[str, list[EntryPoint]],
    parameters: Parameters,
) -> Outcome:
    classified = system.confidentiality is not None and system.confidentiality >= parameters.confidentiality_min
    if not system.needs_extra_protection and not classified:
        if system.needs_extra_protection is None and system.confidentiality is None:
            return undetermined(system, "protection-unknown")
        return out_of_scope(system, "ordinary-protection")
    if not system.login:
        return undetermined(system, "login-unknown")
    words = {login: _word(login, system, points, entries) for login in system.login}
    if weak := tuple(login for login, word in words.items() if word == "one"):
        return deviates(system, "single-factor", logins=weak)
    if strange := tuple(login for login, word in words.items() if word is None):
        return undetermined(system, "login-not-described", logins=strange)
    open_ = tuple(login for login, word in words.items() if word == "unknown")
    if open_ or "two" not in words.values():
        return undetermined(system, "factors-not-shown", logins=open_ or tuple(words))
    return conforms(system)


def _word(
    login: str, system: ProtectedSystem, points: EntryPoints, entries: Mapping[str, list[EntryPoint]]
) -> Word | None:
    """What one way of logging in demands; None where nothing describes it."""
    name = login.casefold()
    if named := entries.get(name):
        found = {points.demand(entry).word for entry in named}
        order: tuple[Word, ...] = ("one", "unknown", "two", "no-login")
        return next(word for word in order if word in found)
    if name in PASSWORD:
        return "one"
    if name == SSH:
        word = fewest(points.on_host(host, "anywhere") for host in system.hosts)
        return "no-login" if word == "none-allowed" else word
    return None
