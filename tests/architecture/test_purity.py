"""Checks and assessment judge in a process where everything but their arguments raises, and with nothing installed."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from checks.discovery import discover
from tests.architecture.judge_alone import TEMPTATIONS

ROOT = Path(__file__).parents[2]


def judge_alone(*temptations: str) -> subprocess.CompletedProcess[str]:
    program = Path(__file__).with_name("judge_alone.py")
    return subprocess.run(
        [sys.executable, "-I", "-S", str(program), *temptations], capture_output=True, text=True, check=False
    )


def test_every_check_judges_alone() -> None:
    done = judge_alone()
    assert done.returncode == 0, done.stderr
    judged = json.loads(done.stdout)
    assert sorted(judged) == [check.id for check in discover() if check.module.startswith("checks.")]
    assert all(judged.values()), "a check that was given no subject has shown nothing"


@pytest.mark.parametrize("temptation", TEMPTATIONS)
def test_a_check_that_breaks_the_rule_is_caught(temptation: str) -> None:
    done = judge_alone(temptation)
    assert done.returncode != 0
    assert "ForbiddenError" in done.stderr


@pytest.mark.parametrize(
    "module",
    ["styrk.commands.verify", "styrk.commands.reperform", "reporters.bundle.reader", "reporters.bundle.verify"],
)
def test_an_auditor_needs_nothing_installed(module: str) -> None:
    program = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import {module}"
    done = subprocess.run([sys.executable, "-I", "-S", "-c", program], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
