"""A report is written from a bundle's files, sealed or not, and from nothing else."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from time import process_time

import pytest

from reporters.bundle.errors import BundleError
from reporters.html.render import render
from reporters.report import ReportContents, read_contents
from tests.reporters.html.sample import estate
from tests.reporters.html.small import small

ROOT = Path(__file__).parents[3]


def write(folder: Path, contents: ReportContents) -> Path:
    """The folder of a bundle that is not sealed yet."""
    documents = {
        "policy/run.json": contents.run,
        "policy/settings.json": contents.settings,
        "policy/controls.json": contents.controls,
        "policy/claims.json": contents.stated_claims,
        "results/findings.json": contents.findings,
        "results/assessment.json": contents.assessment,
        "results/claims.json": contents.claims,
        "results/ways_in.json": contents.ways_in,
        "results/backup_chain.json": contents.backup_chain,
        "results/segmentation.json": contents.segmentation,
        "evidence/index.json": contents.evidence,
        **{f"policy/catalogues/{each['id']}.json": each for each in contents.catalogues},
    }
    for name, value in documents.items():
        path = folder / "data" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")
    return folder


def test_the_files_give_the_same_report_as_the_contents(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", estate())
    assert render(read_contents(folder), "sv") == render(estate(), "sv")


def test_a_sealed_bundle_has_an_identity(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", small())
    assert read_contents(folder).identity is None
    (folder / "tagmanifest-sha256.txt").write_bytes(b"")
    assert read_contents(folder).identity == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"


def test_a_document_that_is_missing_is_named(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", small())
    (folder / "data/results/assessment.json").unlink()
    with pytest.raises(BundleError, match=r"data/results/assessment\.json is missing"):
        read_contents(folder)


@pytest.mark.parametrize(("name", "text"), [("results/findings.json", "{}"), ("policy/run.json", "[]")])
def test_a_document_of_another_shape_is_refused(tmp_path: Path, name: str, text: str) -> None:
    folder = write(tmp_path / "run", small())
    (folder / "data" / name).write_text(text, encoding="utf-8")
    with pytest.raises(BundleError, match=name):
        read_contents(folder)


def test_the_bytes_do_not_depend_on_the_machine(tmp_path: Path) -> None:
    folder = write(tmp_path / "run", small())
    program = (
        "import sys; from pathlib import Path; from reporters.html.render import render;"
        "from reporters.report import read_contents; folder, out = map(Path, sys.argv[1:]);"
        "out.write_text(render(read_contents(folder), 'sv'), encoding='utf-8', newline='')"
    )
    written = []
    for number, (zone, seed) in enumerate((("Pacific/Kiritimati", "1"), ("America/St_Johns", "77"))):
        out = tmp_path / f"{number}.html"
        environment = {**os.environ, "TZ": zone, "PYTHONHASHSEED": seed, "LC_ALL": "C", "PYTHONPATH": str(ROOT)}
        subprocess.run([sys.executable, "-c", program, str(folder), str(out)], env=environment, check=True)
        written.append(out.read_bytes())
    assert written[0] == written[1]


def test_ten_thousand_exceptions_take_seconds_and_are_all_named() -> None:
    contents = small()
    names = [f"konto{number:05}" for number in range(10_000)]
    facts = {"last_used": "2026-01-02T03:04:05Z", "days": 323}
    found = [
        {"subject": name, "reason": "unused", "severity": "medium", "facts": {**facts, "days": number}, "waiver": None}
        for number, name in enumerate(names)
    ]
    started = process_time()
    html = render(replace(contents, findings=[{**contents.findings[0], "exceptions": found}]), "sv")
    assert process_time() - started < 10  # 1 s where nothing else runs
    assert all(f"<bdi>{name}</bdi>" in html for name in names[::97])
    assert html.count("konto") >= len(names)
