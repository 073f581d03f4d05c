"""`styrk diff`: what changed between two bundles."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from reporters.bundle.errors import BundleError
from reporters.bundle.reader import open_bundle
from styrk.compare import Comparison, Item, RunResults, compare
from styrk.terminal import clean, paint, paragraph, shortened, table
from styrk.whole import BrokenBundleError, require_whole, signer_note

SHOWN = 20
"""Unchanged exceptions that the terminal names; --json and --all name every one."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk diff evidence/20261020T030000Z evidence/20261121T030000Z\n\n"
        "An exception is resolved only where the new run could see its subject.\n"
        "Exit status: 0 nothing new, 1 new exceptions, 3 none, but something can\n"
        "no longer be determined, 4 a bundle failed verification."
    )
    parser.add_argument("old", type=Path, metavar="OLD", help="the earlier bundle: a folder or .zip")
    parser.add_argument("new", type=Path, metavar="NEW", help="the later bundle: a folder or .zip")
    parser.add_argument("--trust", type=Path, metavar="KEY", help="public key, or allowed_signers file (ssh-keygen(1))")
    parser.add_argument("--all", action="store_true", help="name every unchanged exception too")
    parser.add_argument("--json", action="store_true", help="print the comparison as JSON")


def run(options: argparse.Namespace) -> int:
    """Compare; returns 0, 1, 3 or 4."""
    try:
        for path in (options.old, options.new):
            note = signer_note(path, require_whole(path, options.trust))
            if note:
                print(f"styrk: {note}", file=sys.stderr)
    except BrokenBundleError as error:
        print(f"styrk: {error}", file=sys.stderr)
        return 4
    old, new = read_results(options.old), read_results(options.new)
    outcome = compare(old, new)
    if options.json:
        print(json.dumps(dataclasses.asdict(outcome)))
    else:
        shown = None if options.all else SHOWN
        print("\n".join(_as_text(outcome, (old, new), shown)))
    if outcome.new:
        return 1
    return 3 if outcome.no_longer_determined or outcome.newly_undetermined else 0


def read_results(path: Path) -> RunResults:
    """What a comparison reads of a bundle; raises BundleError for one that is not of the shape that Styrk writes."""
    with open_bundle(path) as bundle:
        findings = bundle.read_json("data/results/findings.json")
        assessment = bundle.read_json("data/results/assessment.json")
        requirements = assessment.get("requirements") if isinstance(assessment, dict) else None
        return RunResults(bundle.statement().predicate, _objects(findings), _objects(requirements))


def _objects(value: Any) -> list[dict[str, Any]]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BundleError("the bundle's results are not lists of objects", "compare bundles of the same format")
    return value


def _as_text(outcome: Comparison, runs: tuple[RunResults, RunResults], shown: int | None) -> list[str]:
    old, new = (str(each.statement["as_of"]) for each in runs)
    lines = [f"from {clean(old)} to {clean(new)}"]
    if outcome.basis:
        lines += ["", paint("Not judged alike:", "yellow"), *(line for each in outcome.basis for line in _bullet(each))]
    lines += _listed("new", outcome.new, "red", None)
    lines += _listed("resolved", outcome.resolved, "green", None)
    lines += _listed("no longer determined", outcome.no_longer_determined, "yellow", None)
    lines += _listed("subjects newly not determined", outcome.newly_undetermined, "yellow", None)
    lines += _listed("unchanged", outcome.unchanged, "dim", shown)
    if outcome.judgements:
        lines += ["", f"{len(outcome.judgements)} judgements of requirements changed:"]
        rows = [(each.catalogue, each.id, f"{each.old or '-'} -> {each.new or '-'}") for each in outcome.judgements]
        lines += table(rows)
    else:
        lines += ["", "No judgement of a requirement changed."]
    return lines


def _listed(what: str, items: Sequence[Item], colour: str, shown: int | None) -> list[str]:
    lines = ["", paint(f"{len(items)} {what}", colour if items else "dim")]
    rows = [
        (
            each.severity or "-",
            shortened(each.subject, 28),
            f"{each.check} ({each.source}): {each.reason}{f'; {each.note}' if each.note else ''}",
        )
        for each in items[:shown]
    ]
    lines += table(rows)
    if len(rows) < len(items):
        lines.append(f"  ... and {len(items) - len(rows)} more: --all")
    return lines


def _bullet(text: str) -> list[str]:
    return paragraph(text, indent="  - ", hanging="    ")
