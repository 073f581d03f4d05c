"""Every system in production that was changed has an environment of test.

Judged on the system register and the registers of changes: a system in production is changed where a ticket that was
deployed, or the log of major changes, names it or a host that it runs on. It deviates where the register has no system
of test by its name: the same name with another environment, or the name with a word for it (`Journal`, `Journal test`).
Where some system of test belongs to no system in production by its name, it may be the one, and what is changed is
undetermined. So is a changed system whose environment is not said, and a changed one that the register does not hold.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Reason, Text, conforms, deviates, out_of_scope, undetermined
from checks.network.environments import PRODUCTION, TEST, environment_of, name_without_environment
from checks.record_rules.joins import key_of, lacks_column, unread
from checks.record_rules.reasons import COMMON, because
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.backup import MajorChange, ProtectedSystem
from collector.records.changes import Change

CONTROL = "test-prod-separation"
READS = (ProtectedSystem, Change, MajorChange)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


_STATE = ("Ange miljön i systemregistret.", "State the environment in the system register.")
REASONS = COMMON | {
    "no-test-environment": because(
        "Ändrades i produktion {date} ({reference}), och ingen testmiljö är registrerad för systemet.",
        "Changed in production on {date} ({reference}), and no environment of test is registered for the system.",
        "Inrätta en testmiljö, eller för in den i systemregistret under systemets namn.",
        "Set up an environment of test, or register it under the system's name.",
    ),
    "test-unclear": because(
        "Ändrades i produktion {date} ({reference}); om {systems} är dess testmiljö framgår inte.",
        "Changed in production on {date} ({reference}); whether {systems} is its environment of test is not told.",
        "Skriv testmiljöns namn som systemets, med ordet test till.",
        "Name the environment of test as the system, with the word test.",
    ),
    "environment-not-said": because(
        "Ändrades {date} ({reference}), och systemets miljö är inte angiven.",
        "Changed on {date} ({reference}), and the system's environment is not given.",
        *_STATE,
    ),
    "environment-unknown": because(
        "Ändrades {date} ({reference}), och miljön {environment} är varken test eller produktion.",
        "Changed on {date} ({reference}), and {environment} is neither test nor production.",
        *_STATE,
    ),
    "system-not-registered": because(
        "Ändrades {date} ({reference}) och finns inte i systemregistret.",
        "Changed on {date} ({reference}) and is not in the system register.",
        "För in systemet i registret, eller skriv dess namn i ärendet som registret skriver det.",
        "Register the system, or write its name in the ticket as the register writes it.",
    ),
    "test": Reason(Text("Systemet är en testmiljö.", "The system is an environment of test.")),
    "not-changed": Reason(Text("Ingen ändring är registrerad.", "No change is registered.")),
}

Made = tuple[date, str]
"""The day of a change, and its number."""


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system, and one per changed system that is not registered."""
    register = evidence.reading(ProtectedSystem)
    every = sorted(register.records, key=repr)
    made, written = _changes(evidence, as_of.date())
    for system in systems.records:
        environment = environment_of(system)
        latest = max((made[key] for key in _keys(system) if key in made), default=None)
        if environment == TEST:
            yield out_of_scope(system, "test")
        elif latest is None:
            yield _not_changed(system, evidence)
        elif environment is None:
            yield lacks_column(system, register, "environment") or undetermined(
                system, "environment-not-said", date=latest[0], reference=latest[1]
            )
        elif environment != PRODUCTION:
            yield undetermined(
                system, "environment-unknown", environment=system.environment, date=latest[0], reference=latest[1]
            )
        else:
            yield _judge_changed(system, latest, every, register)
    if systems.source == min(each.source for each in register.populations):
        there = {key for system in every for key in _keys(system)}
        for key in sorted(set(made) - there):
            name = written[key]
            yield unread(name, register) or undetermined(
                name, "system-not-registered", date=made[key][0], reference=made[key][1]
            )


def _keys(system: ProtectedSystem) -> set[str]:
    return {key_of(name) for name in (system.name, *system.hosts)}


def _changes(evidence: EvidenceSet, today: date) -> tuple[dict[str, Made], dict[str, str]]:
    """What was changed, by the key of its name, to its latest change and to the name as it is written."""
    found: defaultdict[str, list[tuple[Made, str]]] = defaultdict(list)
    for ticket in evidence.reading(Change).records:
        if ticket.system and ticket.deployed is not None and ticket.deployed <= today:
            found[key_of(ticket.system)].append(((ticket.deployed, ticket.reference), ticket.system))
    for change in evidence.reading(MajorChange).records:
        if change.date <= today:
            found[key_of(change.system)].append(((change.date, change.reference or "-"), change.system))
    latest = {key: max(each) for key, each in found.items()}
    return {key: made for key, (made, _) in latest.items()}, {key: name for key, (_, name) in latest.items()}


def _not_changed(system: ProtectedSystem, evidence: EvidenceSet) -> Outcome:
    """No change was found, which counts where one of the registers was read, and each of those wholly."""
    tickets, log = evidence.reading(Change), evidence.reading(MajorChange)
    given: list[Reading[Change] | Reading[MajorChange]] = [
        each for each in (tickets, log) if each.populations or each.gaps
    ]
    lost = unread(system, tickets) if not given else next(filter(None, (unread(system, each) for each in given)), None)
    return lost or lacks_column(system, tickets, "system", "deployed") or out_of_scope(system, "not-changed")


def _judge_changed(
    system: ProtectedSystem, latest: Made, every: Sequence[ProtectedSystem], register: Reading[ProtectedSystem]
) -> Outcome:
    name = name_without_environment(system.name)
    tests = [each for each in every if environment_of(each) == TEST]
    if any(name_without_environment(each.name) == name for each in tests):
        return conforms(system)
    production = {name_without_environment(each.name) for each in every if environment_of(each) == PRODUCTION}
    perhaps = [each.name for each in tests if name_without_environment(each.name) not in production]
    perhaps += [
        each.name
        for each in every
        if environment_of(each) in {None, ""} and name_without_environment(each.name) == name
    ]
    if perhaps:
        names = tuple(sorted(set(perhaps)))
        return undetermined(system, "test-unclear", date=latest[0], reference=latest[1], systems=names)
    return (
        unread(system, register)
        or lacks_column(system, register, "environment")
        or deviates(system, "no-test-environment", date=latest[0], reference=latest[1])
    )
