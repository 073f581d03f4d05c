"""What another run read some time ago: nobody is accused of what has aged only since then.

A worker's reading may be a day old when it is judged. A rule about age then says of an account that was used an hour
after it was read what is not known. So the rule is asked twice, for the moment of the reading and for today, and a
subject that deviates today alone is undetermined. Where both say that it deviates, today's facts are given.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from typing import Any

from checks.finding import Outcome, Reason, Severity, Text, Verdict, undetermined
from collector.evidence import Population

AGED = "aged-since-read"
REASONS = {
    AGED: Reason(
        Text(
            "Avviker i dag, men gjorde det inte när det lästes {read} av en annan körning; vad som har hänt sedan dess "
            "syns inte.",
            "Deviates today, but did not when another run read it {read}; what has happened since is not seen.",
        ),
        Text("Läs av på nytt i den andra zonen.", "Read it again in the other zone."),
        Severity.LOW,
    )
}
"""What is said beside a check's own reasons."""


def steps_in_hindsight(
    steps: Callable[[Population[Any], datetime], Iterator[Outcome]], population: Population[Any], as_of: datetime
) -> Iterator[Outcome]:
    """The outcomes of a check, with no deviation that came about after the population was read by another run."""
    told = population.provenance.speaks_of
    if not population.provenance.relayed or told >= as_of:
        return steps(population, as_of)
    return _not_since(steps, population, told, as_of)


def _not_since(
    steps: Callable[[Population[Any], datetime], Iterator[Outcome]],
    population: Population[Any],
    told: datetime,
    as_of: datetime,
) -> Iterator[Outcome]:
    deviated = {each.subject for each in steps(population, told) if each.verdict is Verdict.DEVIATES}
    for outcome in steps(population, as_of):
        if outcome.verdict is Verdict.DEVIATES and outcome.subject not in deviated:
            yield undetermined(outcome.subject, AGED, read=told)
        else:
            yield outcome
