from __future__ import annotations

from pathlib import Path

import pytest

from styrk import __version__
from styrk.cli import COMMANDS, main
from tests.styrk.runs import ROOT, SETTINGS, Styrk, write_estate

BROKEN = (
    SETTINGS.replace("type: local", "type: lokal")
    .replace("holds: restore-test", "holds: restore-tests")
    .replace("language: sv", "langage: sv")
)


@pytest.mark.parametrize("command", [None, *COMMANDS])
def test_help_has_an_example_and_fits_80_columns(
    command: str | None, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit) as ended:
        main([*([command] if command else []), "--help"])
    assert ended.value.code == 0
    said = capsys.readouterr().out
    assert "example: styrk" in said
    assert max(map(len, said.splitlines())) <= 80
    if command:
        assert "--json" in said


def test_every_command_has_its_module_and_every_module_its_command() -> None:
    modules = {path.stem for path in (ROOT / "styrk" / "commands").glob("*.py")} - {"__init__"}
    assert modules == set(COMMANDS)


def test_version(styrk: Styrk) -> None:
    assert styrk("--version").out == f"styrk {__version__}\n"


@pytest.mark.parametrize(
    "words", [["skan"], [], ["scan", "--nonsense"], ["verify"], ["report", "x", "--format", "doc"]]
)
def test_a_mistake_in_the_call_is_status_2(styrk: Styrk, words: list[str]) -> None:
    run = styrk(*words)
    assert run.status == 2
    assert run.err
    assert "Traceback" not in run.err


@pytest.mark.parametrize("command", ["scan", "doctor", "plan", "schedule"])
def test_every_mistake_in_the_settings_is_told_at_once_with_its_place(
    styrk: Styrk, tmp_path: Path, command: str
) -> None:
    settings = write_estate(tmp_path)
    settings.write_text(BROKEN, encoding="utf-8")
    run = styrk(command, "-c", settings)
    assert run.status == 2
    for place, words in (("1:34", "langage"), ("3:27", "did you mean local?"), ("11:12", "did you mean restore-test?")):
        told = [text for text in run.err.splitlines() if f"{settings}:{place}:" in text]
        assert told, run.err
        assert words in told[0]
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize(
    ("words", "remedy"),
    [
        (["scan", "--source", "nothing"], "choose from: changes, systems, tests, this-host"),
        (["scan", "--control", "made-up"], "styrk checks"),
        (["plan", "--source", "nothing"], "choose from"),
        (["doctor", "--source", "nothing"], "choose from"),
        (["scan", "--key", "nothing"], "styrk init"),
    ],
)
def test_a_selection_that_matches_nothing_is_no_clean_run(
    styrk: Styrk, tmp_path: Path, words: list[str], remedy: str
) -> None:
    run = styrk(*words, "-c", write_estate(tmp_path))
    assert run.status == 2
    assert remedy in run.err
    assert not list(tmp_path.glob("out/*"))


@pytest.mark.parametrize("words", [["checks", "nothing"], ["catalogue", "nothing"], ["verify", "nothing"]])
def test_what_is_not_there_is_told(styrk: Styrk, words: list[str]) -> None:
    run = styrk(*words)
    assert run.status in (2, 4)
    assert "nothing" in run.err
    assert "Traceback" not in run.err


def test_names_go_to_a_terminal_of_another_encoding(styrk: Styrk, tmp_path: Path) -> None:
    run = styrk("scan", "-c", write_estate(tmp_path), LC_ALL="C", PYTHONUTF8="0", PYTHONCOERCECLOCALE="0")
    assert run.status == 1, run.err
    assert "\\xc4rendesystemet" in run.out


def test_a_fault_of_our_own_is_no_statement_about_the_systems(styrk: Styrk, tmp_path: Path) -> None:
    """A module that cannot be imported stands for any fault: its status must not be 1, exceptions found."""
    (tmp_path / "psutil.py").write_text("raise RuntimeError('broken')\n")
    (tmp_path / "yaml.py").write_text("raise RuntimeError('broken')\n")
    run = styrk("scan", PYTHONPATH=f"{tmp_path}:{ROOT}")
    assert run.status == 70
    assert "this is a fault in Styrk" in run.err
