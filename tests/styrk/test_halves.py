"""Half of the checks in a copy of the process say what they say in one process, and a fault of theirs is no less told.

Each test judges in a program of its own, which has no threads.
"""

from __future__ import annotations

import os
import subprocess
import sys
from datetime import UTC, datetime
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.discovery import discover
from checks.judgement import Task
from collector.evidence import EvidenceSet, Obtained, Provenance, population_of
from collector.records.identity import Account, Employment
from styrk.halves import halves

NOW = datetime(2026, 11, 21, 8, 0, tzinfo=UTC)
PROVENANCE = Provenance(("ask",), "nobody", NOW, NOW, Obtained.OBSERVED, "own", "1")
OF_ACCOUNTS = [check for check in discover() if check.reads[0] is Account]

PROGRAM = """
import dataclasses, os, resource, signal, sys
from checks.discovery import discover
from checks.judgement import CheckError, Task, judge_together
from collector.evidence import EvidenceSet, population_of
from collector.records.identity import Account, Employment
from styrk.halves import halves, judge_in_halves
from tests.styrk.test_halves import NOW, OF_ACCOUNTS, PROVENANCE

fault, first = sys.argv[1], os.getpid()

def spoken(check):
    def judge(*what):
        os.write(2, f"{check.id} {os.getpid()}\\n".encode())
        if fault == "killed" and os.getpid() != first:
            os.kill(os.getpid(), signal.SIGKILL)
        if check.id == broken:
            raise CheckError("a fault in the check")
        return check.function(*what)
    return dataclasses.replace(check, function=judge)

def accounts():
    for number in range(24_000):
        key = None if number % 7 == 0 else str(number // 2)
        yield Account(name=f"a{number}", person_key=key, enabled=number % 5 > 0)

def people():
    return (Employment(person_key=str(number)) for number in range(0, 12_000, 3))

evidence = EvidenceSet((
    population_of(Account, accounts(), source="directory", provenance=PROVENANCE),
    population_of(Employment, people(), source="roster", provenance=PROVENANCE),
))
tasks = [Task(spoken(check), {}) for check in OF_ACCOUNTS]
there, here, _ = halves(tasks, evidence)
broken = {"there": tasks[there[0]].check.id, "here": tasks[here[0]].check.id}.get(fault)
if fault == "refused":
    resource.setrlimit(resource.RLIMIT_NOFILE, (3, 3))
try:
    found = judge_in_halves(tasks, evidence, NOW)
except CheckError as error:
    print("CheckError", error)
else:
    alone = judge_together([Task(check, {}) for check in OF_ACCOUNTS], evidence, NOW)
    print(found == alone, sum(len(each.exceptions) + len(each.undetermined) for group in found for each in group) > 0)
"""


def run(fault: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", PROGRAM, fault], check=False, capture_output=True, text=True)


def places(ended: subprocess.CompletedProcess[str]) -> dict[str, set[str]]:
    """The processes in which each check was run."""
    found: dict[str, set[str]] = {}
    for line in ended.stderr.splitlines():
        check, process = line.split()
        found.setdefault(check, set()).add(process)
    return found


needs_two = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="needs two processors")


@needs_two
def test_two_processes_find_what_one_finds() -> None:
    ended = run("none")
    assert ended.stdout.split() == ["True", "True"], ended.stderr
    where = places(ended)
    assert all(len(processes) == 1 for processes in where.values())
    assert len(set.union(*where.values())) == 2


@needs_two
def test_a_copy_that_is_killed_costs_time_alone() -> None:
    ended = run("killed")
    assert ended.stdout.split() == ["True", "True"], ended.stderr
    assert any(len(processes) == 2 for processes in places(ended).values())


@needs_two
def test_where_the_system_allows_no_copy_all_is_judged_in_one_process() -> None:
    ended = run("refused")
    assert ended.stdout.split() == ["True", "True"], ended.stderr
    assert len(set.union(*places(ended).values())) == 1


@needs_two
@pytest.mark.parametrize("place", ["there", "here"])
def test_a_fault_of_a_check_is_told_wherever_it_came(place: str) -> None:
    ended = run(place)
    assert ended.stdout == "CheckError a fault in the check\n"
    assert "Traceback" not in ended.stderr


def evidence_of(accounts: int, people: int) -> EvidenceSet:
    return EvidenceSet(
        (
            population_of(Account, (Account(name=str(n)) for n in range(accounts)), source="a", provenance=PROVENANCE),
            population_of(
                Employment, (Employment(person_key=str(n)) for n in range(people)), source="b", provenance=PROVENANCE
            ),
        )
    )


@given(st.lists(st.sampled_from(OF_ACCOUNTS), max_size=12), st.integers(0, 1200), st.integers(0, 2400))
def test_every_task_is_in_one_half_and_the_halves_are_about_alike(
    checks: list[object], accounts: int, people: int
) -> None:
    tasks = [Task(check, {}) for check in checks]  # type: ignore[arg-type]  # hypothesis does not tell the type
    there, here, records = halves(tasks, evidence_of(accounts, people))
    assert sorted([*there, *here]) == list(range(len(tasks)))

    def weight(numbers: list[int]) -> int:
        return sum(
            (accounts if kind is Account else people if kind is Employment else 0)
            for number in numbers
            for kind in tasks[number].check.reads
        )

    assert weight([*there, *here]) == records
    assert abs(weight(there) - weight(here)) <= accounts + people


def test_checks_that_join_with_the_same_roster_are_neighbours() -> None:
    tasks = [Task(check, {}) for check in OF_ACCOUNTS]
    there, here, _ = halves(tasks, evidence_of(1000, 1000))
    joins = [Employment in tasks[number].check.reads for number in (*there, *here)]
    assert sum(one != following for one, following in pairwise(joins)) == 1
