"""What the documents for users say is tried: their settings load, their commands exist, their links lead somewhere."""

from __future__ import annotations

import argparse
import importlib
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest
import yaml

from collector.host.sections import sudo_lines
from config.catalogue import load_catalogue, load_controls
from config.claims import read_claims
from config.contracts import load_contract_files
from config.ledgers import load_ledger_files
from config.loading import load_settings
from config.questions import load_question_files
from config.register_mappings import load_mapping
from styrk.cli import COMMANDS
from tests.styrk.runs import ROOT

DOCUMENTS = sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")])
NAMES = [path.relative_to(ROOT).as_posix() for path in DOCUMENTS]
BLOCK = re.compile(r"^```(?P<language>\w+)\n(?P<text>.*?)^```$", re.DOTALL | re.MULTILINE)
WHOLE = {
    "organisation": {"name": "Provkommun"},
    "sources": [{"id": "this-host", "type": "local"}],
}


def blocks(language: str) -> Iterator[tuple[str, str]]:
    for path in DOCUMENTS:
        for match in BLOCK.finditer(path.read_text(encoding="utf-8")):
            if match["language"] == language:
                text = match["text"]
                yield f"{path.relative_to(ROOT)}: {text.splitlines()[0]}", text


def cases(language: str) -> list[object]:
    found = list(blocks(language))
    assert found
    return [pytest.param(text, id=name) for name, text in found]


@pytest.mark.parametrize("text", cases("yaml"))
def test_settings_in_the_documents_load(text: str, tmp_path: Path) -> None:
    path, content = tmp_path / "example.yaml", yaml.safe_load(text)
    path.write_text(text, encoding="utf-8")
    if "requirements" in content:
        assert load_catalogue(str(path)).requirements
    elif "made_from" in content:
        assert load_mapping(str(path)).columns
    elif isinstance(content.get("claims"), list):
        sources = {name for claim in content["claims"] for name in claim.get("scope", {}).get("sources", [])}
        assert read_claims(path, sources, set())
    elif isinstance(content.get("questions"), list):
        assert load_question_files((path,))
    elif isinstance(content.get("contracts"), list):
        assert load_contract_files((path,))
    elif isinstance(content.get("recommendations"), list):
        assert load_ledger_files((path,))
    else:
        added = {key: value for key, value in WHOLE.items() if key not in content}
        head = yaml.safe_dump(added, allow_unicode=True) if added else ""
        path.write_text(head + text, encoding="utf-8")
        settings = load_settings(path)
        assert {source.id for source in settings.sources} >= {each["id"] for each in content.get("sources", [])}


def commands() -> list[str]:
    found = [
        shlex.join(shlex.split(line, comments=True))
        for _, text in blocks("sh")
        for line in text.splitlines()
        if line.startswith(("styrk ", "make "))
    ]
    assert len(found) > 10
    return found


@pytest.mark.parametrize("line", commands())
def test_commands_in_the_documents_are_understood(line: str) -> None:
    program, name, *rest = shlex.split(line)
    if program == "make":
        assert re.search(rf"^{name}:.*## ", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)
        return
    assert name in COMMANDS
    parser = argparse.ArgumentParser(exit_on_error=False)
    importlib.import_module(f"styrk.commands.{name}").add_arguments(parser)
    parser.parse_args(rest)


def test_the_readme_shows_every_command_that_a_user_starts_with() -> None:
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    for name in COMMANDS:
        assert f"styrk {name}" in text


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for target in re.findall(r"\]\(([^)#\s]+)\)", path.read_text(encoding="utf-8")):
        assert "://" in target or (path.parent / target).exists(), target


@pytest.mark.parametrize("name", NAMES)
def test_lines_are_short_enough_to_read(name: str) -> None:
    prose = BLOCK.sub("", (ROOT / name).read_text(encoding="utf-8"))
    long = [line for line in prose.splitlines() if len(line) > 130 and not line.startswith("|")]
    assert not long


def test_the_sudo_lines_are_those_that_the_script_needs() -> None:
    assert sudo_lines("styrk") in (ROOT / "SECURITY.md").read_text(encoding="utf-8")


def test_the_number_of_control_objectives_is_right() -> None:
    assert f"the {len(load_controls())} control objectives" in (ROOT / "README.md").read_text(encoding="utf-8")
