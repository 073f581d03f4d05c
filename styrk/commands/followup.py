"""`styrk followup`: were earlier audits' recommendations heeded, by evidence before and after the measures."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from assessment.follow_up_document import follow_up_document
from assessment.recommendations import ControlChange, Difference, FollowUp, Heeded
from assessment.stand import Stand
from config.ledgers import Ledger, load_ledger_files, shipped_ledgers
from config.loading import load_settings
from reporters.texts.words import Words
from styrk.errors import UsageError
from styrk.follow_up import followed_up, recommendations_of
from styrk.terminal import clean, paint, paragraph, shortened
from styrk.whole import BrokenBundleError, require_whole, signer_note

SHOWN = 5
"""Names of a kind that the terminal shows; --json has them all."""
_COLOURS = {Heeded.YES: "green", Heeded.PARTLY: "yellow", Heeded.NO: "red", Heeded.NOT_DETERMINED: "dim"}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk followup recommendations/2025.yaml BEFORE AFTER\n"
        "         styrk followup vmkf-2023 BEFORE AFTER\n"
        "         styrk followup -c styrk.yaml AFTER\n\n"
        "Both bundles are judged by the later one's parameters. The program proposes,\n"
        "an auditor decides. Exit status: 0 every recommendation is heeded, 1 some is\n"
        "heeded in part or not at all, 3 none is, but something cannot be determined,\n"
        "4 a bundle failed verification."
    )
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="settings that name the ledgers and BEFORE")
    parser.add_argument(
        "files", nargs="+", type=Path, metavar="LEDGER BEFORE AFTER", help="one or more ledgers, and two bundles"
    )
    parser.add_argument("--trust", type=Path, metavar="KEY", help="public key, or allowed_signers file (ssh-keygen(1))")
    parser.add_argument("--lang", choices=("sv", "en"), default="sv", help="language of the outcome (default: sv)")
    parser.add_argument("--json", action="store_true", help="print the proposals as JSON")


def run(options: argparse.Namespace) -> int:
    """Propose; returns 0, 1, 3 or 4."""
    ledgers, before, after = _given(options)
    try:
        for path in (before, after):
            note = signer_note(path, require_whole(path, options.trust))
            if note:
                print(f"styrk: {note}", file=sys.stderr)
    except BrokenBundleError as error:
        print(f"styrk: {error}", file=sys.stderr)
        return 4
    was, now, followed = followed_up(recommendations_of(ledgers), before, after)
    if options.json:
        print(json.dumps(follow_up_document(followed, was, now), ensure_ascii=False))
    else:
        print("\n".join(_as_text(ledgers, was, now, followed, Words(options.lang))))
    proposals = {each.proposal for each in followed}
    if proposals & {Heeded.NO, Heeded.PARTLY}:
        return 1
    return 3 if Heeded.NOT_DETERMINED in proposals else 0


def _given(options: argparse.Namespace) -> tuple[tuple[Ledger, ...], Path, Path]:
    """The ledgers, and the two bundles."""
    files: list[Path] = options.files
    if options.config is None:
        if len(files) < 3:
            raise UsageError(
                "a ledger and two bundles are needed: LEDGER BEFORE AFTER",
                f"ledgers that come with Styrk: {', '.join(shipped_ledgers())}",
            )
        return load_ledger_files(tuple(files[:-2])), files[-2], files[-1]
    settings = load_settings(options.config)
    if settings.recommendations is None:
        raise UsageError(
            f"{options.config} names no recommendations", "add `recommendations: {ledgers: ..., before: ...}`"
        )
    bundles = [settings.recommendations.before, *files] if len(files) == 1 else files
    if len(bundles) != 2 or bundles[0] is None:
        raise UsageError(
            "two bundles are needed", "name BEFORE and AFTER, or set recommendations.before in the settings"
        )
    return load_ledger_files(settings.recommendations.ledgers), bundles[0], files[-1]


def _as_text(
    ledgers: Sequence[Ledger], was: Stand, now: Stand, followed: Sequence[FollowUp], words: Words
) -> list[str]:
    texts = {each.id: each for ledger in ledgers for each in ledger.recommendations}
    lines = [words("followup.read", before=f"{was.as_of:%Y-%m-%d}", after=f"{now.as_of:%Y-%m-%d}")]
    for each in followed:
        said = texts[each.id]
        proposal = words.code("heeded", each.proposal.value)
        lines += ["", f"{paint(clean(each.id), 'bold')}  {paint(proposal, _COLOURS[each.proposal])}"]
        lines += paragraph(getattr(said.text, words.language), indent="  ")
        answer = words.code("heeded", each.answer.value) if each.answer else words.code("difference", "no-answer")
        line = words("followup.answers", before=words.code("heeded", each.before.value), answer=answer)
        if each.difference not in {Difference.AGREES, Difference.NO_ANSWER}:
            line += f" {words.code('difference', each.difference.value)}"
        lines += paragraph(line, indent="  ")
        for remark in each.remarks:
            lines += paragraph(words.code("remark", remark), indent="  ")
        for change in each.controls:
            lines += _control(change, words)
    return lines


def _control(change: ControlChange, words: Words) -> list[str]:
    before = words.code("status", change.before.status.value) if change.before else "–"
    after = words.code("status", change.after.status.value)
    lines = paragraph(f"{change.id}: {before} → {after}", indent="    ", hanging="      ")
    if change.after.missing:
        lines += paragraph(words.code("missing", change.after.missing), indent="      ")
    names = change.after.deviating
    if names:
        shown = ", ".join(shortened(name, 60) for name in names[:SHOWN])
        more = f" (+{len(names) - SHOWN})" if len(names) > SHOWN else ""
        lines += paragraph(f"{words('recommendations.remaining')}: {shown}{more}", indent="      ")
    return lines
