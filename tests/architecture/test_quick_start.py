"""The command's start stays quick: nothing is imported that `--version` and `--help` do not need."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from bench.measure import compare

LIBRARIES = {"cryptography", "defusedxml", "jinja2", "ldap3", "openpyxl", "paramiko", "psutil", "pydantic", "requests"}
LIBRARIES |= {"xlsxwriter", "yaml", "asyncio", "ssl", "subprocess"}
STAGES = {"config", "collector", "checks", "assessment", "reporters"}
PROGRAM = """
import sys
from styrk.cli import main
try:
    main(sys.argv[1:])
except SystemExit as leaving:
    status = leaving.code
print(status, *sorted({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
"""


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_start_imports_no_library_and_no_stage(option: str) -> None:
    done = subprocess.run([sys.executable, "-c", PROGRAM, option], capture_output=True, text=True, check=True)
    status, *loaded = done.stderr.split()
    assert status == "0"
    assert "argparse" in loaded
    assert not (LIBRARIES | STAGES) & set(loaded)


@pytest.mark.parametrize("option", ["--version", "--help"])
def test_the_start_takes_at_most_two_and_a_half_times_argparse(option: str) -> None:
    styrk = Path(sys.executable).with_name("styrk")
    compared = compare([str(styrk), option], [sys.executable, "-c", "import argparse"], rounds=9)
    assert compared.cpu_ratio < 2.5, compared
