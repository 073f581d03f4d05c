"""`styrk reperform`: rerun a bundle's judgement and compare."""

from __future__ import annotations

import argparse
import dataclasses
import json
import sys
from pathlib import Path

from reporters.bundle.errors import BundleError
from styrk.reperform import Reperformance, reperform
from styrk.terminal import clean, paragraph


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk reperform evidence/20261121T075100Z\n\n"
        "Verify the bundle first: this reads, and does not check the seal."
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a bundle's folder, or its .zip")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(options: argparse.Namespace) -> int:
    """Rerun; returns 0 (identical) or 4."""
    try:
        outcome = reperform(options.bundle)
    except BundleError as error:
        print(f"styrk: {error}", file=sys.stderr)
        return 4
    print(json.dumps(dataclasses.asdict(outcome)) if options.json else _as_text(outcome))
    return 0 if outcome.identical else 4


def _as_text(outcome: Reperformance) -> str:
    code = (
        "the same rules"
        if outcome.same_code
        else "OTHER rules (another version of Styrk) than the bundle was judged by"
    )
    if outcome.identical:
        same = "the rerun gave the same findings, judgements and claims, byte for byte"
        return "\n".join(paragraph(f"identical: {same}, by {code}"))
    lines = [f"NOT identical; rerun by {code}:"]
    for each in outcome.differences:
        lines += [
            f"  {each.document} {clean(each.place)}".rstrip(),
            *paragraph(f"sealed: {each.sealed}", indent="    ", hanging=" " * 12),
            *paragraph(f"rerun:  {each.rerun}", indent="    ", hanging=" " * 12),
        ]
    return "\n".join(lines)
