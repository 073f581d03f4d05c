"""A small estate of registers with known outcomes, and its sealed bundle."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.styrk.runs import Run, Styrk, write_estate


@pytest.fixture(scope="session")
def styrk_session() -> Iterator[Styrk]:
    with tempfile.TemporaryDirectory(prefix="styrk-test-") as folder:
        yield Styrk(Path(folder) / "home")


@pytest.fixture(scope="session")
def sealed(styrk_session: Styrk) -> Iterator[tuple[Path, Run]]:
    """A bundle that nothing may change, and the scan that made it."""
    with tempfile.TemporaryDirectory(prefix="styrk-test-") as folder:
        settings = write_estate(Path(folder))
        run = styrk_session("scan", "-c", settings, "--json")
        yield Path(run.json()["bundle"]), run


@pytest.fixture
def bundle(sealed: tuple[Path, Run], tmp_path: Path) -> Path:
    """A copy of the bundle that a test may spoil."""
    return Path(shutil.copytree(sealed[0], tmp_path / sealed[0].name))


@pytest.fixture
def styrk(styrk_session: Styrk) -> Styrk:
    """Runs the command line in a process of its own, with a home folder of its own."""
    return styrk_session


@pytest.fixture
def home(styrk_session: Styrk, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same home folder, for commands that a test calls in its own process."""
    for name, value in styrk_session.environment.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("NO_COLOR", raising=False)
    return styrk_session.home
