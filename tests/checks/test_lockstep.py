from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.finding import DEFERRED, Outcome, conforms
from checks.lockstep import judge_side_by_side
from collector.evidence import Population, population_of
from collector.records.identity import Account
from tests.checks.made import PROVENANCE

Judge = Callable[[Population[Any]], Iterator[Outcome]]


def one_each(population: Population[Account]) -> Iterator[Outcome]:
    for account in population.records:
        yield conforms(account)


def all_at_the_end(population: Population[Account]) -> Iterator[Outcome]:
    for account in list(population.records):
        yield conforms(account)


def later(population: Population[Account]) -> Iterator[Outcome]:
    waiting = []
    for number, account in enumerate(population.records):
        if number % 2:
            yield conforms(account)
        else:
            waiting.append(account)
            yield DEFERRED
    for account in waiting:
        yield conforms(account)


def every_third(population: Population[Account]) -> Iterator[Outcome]:
    for number, account in enumerate(population.records):
        if number % 3 == 0:
            yield conforms(account)


def twice_each(population: Population[Account]) -> Iterator[Outcome]:
    for account in population.records:
        yield conforms(account)
        yield conforms(f"{account.name} again")


def read_twice(population: Population[Account]) -> Iterator[Outcome]:
    known = {account.name for account in population.records}
    for account in population.records:
        assert account.name in known
        yield conforms(account)


def gives_up(population: Population[Account]) -> Iterator[Outcome]:
    for number, account in enumerate(population.records):
        if number == 5:
            return
        yield conforms(account)


JUDGES: tuple[Judge, ...] = (one_each, all_at_the_end, later, every_third, twice_each, read_twice, gives_up)


class Heard:
    """Keeps what it is told, in order."""

    def __init__(self) -> None:
        self.outcomes: list[Outcome] = []

    def take(self, outcomes: Iterator[Outcome]) -> None:
        self.outcomes += outcomes


def accounts(count: int, opened: list[int]) -> Population[Account]:
    held = [Account(name=f"a{number}") for number in range(count)]

    def read() -> Iterator[Account]:
        opened.append(1)
        return iter(held)

    made = population_of(Account, held, source="test", provenance=PROVENANCE)
    return Population(made.kind, made.source, made.count, None, made.provenance, read=read)


@given(st.integers(0, 60), st.integers(1, 7), st.lists(st.sampled_from(JUDGES), min_size=1, max_size=6))
def test_side_by_side_each_says_what_it_says_alone(count: int, block: int, judges: list[Judge]) -> None:
    population = accounts(count, [])
    heard = [(judge, Heard()) for judge in judges]
    judge_side_by_side(population, heard, block)
    for judge, listener in heard:
        assert listener.outcomes == list(judge(population)), judge.__name__


def test_checks_that_speak_as_they_go_share_one_reading() -> None:
    opened: list[int] = []
    heard = [(judge, Heard()) for judge in (one_each, later, one_each)]
    judge_side_by_side(accounts(50, opened), heard, 7)
    assert len(opened) == 1


@pytest.mark.parametrize(
    ("judge", "readings"), [(all_at_the_end, 2), (every_third, 2), (twice_each, 2), (read_twice, 3)]
)
def test_another_reads_for_itself_and_costs_nobody_else_a_reading(judge: Judge, readings: int) -> None:
    opened: list[int] = []
    judge_side_by_side(accounts(50, opened), [(one_each, Heard()), (judge, Heard()), (later, Heard())], 2)
    assert len(opened) == readings


def test_an_error_of_one_check_is_not_hidden() -> None:
    def broken(population: Population[Account]) -> Iterator[Outcome]:
        for _ in population.records:
            message = "broken"
            raise ValueError(message)
        yield from ()

    with pytest.raises(ValueError, match="broken"):
        judge_side_by_side(accounts(5, []), [(one_each, Heard()), (broken, Heard())], 2)
