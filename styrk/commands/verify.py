"""`styrk verify`: check a bundle's seal, files and signer."""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path

from reporters.bundle.trust import TrustedKey, load_trust
from reporters.bundle.verify import Overall, Step, StepStatus, Verification, verify
from styrk.keys import default_key_path, public_key_path
from styrk.terminal import paint, paragraph

_MARKS = {
    StepStatus.OK: ("ok  ", "green"),
    StepStatus.FAILED: ("FAIL", "red"),
    StepStatus.NOT_CHECKED: ("-   ", "dim"),
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk verify evidence/20261121T075100Z --trust allowed_signers\n\n"
        "Without --trust, the signer is held against this user's own signing key, if\n"
        "there is one. Exit status: 0 whole and its signer confirmed, 3 whole but its\n"
        "signer not confirmed, 4 failed."
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a bundle's folder, or its .zip")
    parser.add_argument("--trust", type=Path, metavar="KEY", help="public key, or allowed_signers file (ssh-keygen(1))")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(options: argparse.Namespace) -> int:
    """Verify; returns 0, 3 (signer not confirmed) or 4 (failed)."""
    verification = verify(options.bundle, trusted(options.trust))
    print(_as_json(verification) if options.json else _as_text(verification))
    return {Overall.OK: 0, Overall.SIGNER_NOT_CONFIRMED: 3, Overall.FAILED: 4}[verification.overall]


def trusted(file: Path | None) -> Sequence[TrustedKey] | None:
    """The keys in the named file, else this user's own public key, else None."""
    own = public_key_path(default_key_path())
    if file is None and not own.is_file():
        return None
    return load_trust(file or own)


def _as_json(verification: Verification) -> str:
    return json.dumps(
        {
            "overall": verification.overall.value,
            "identity": verification.identity,
            "signer": verification.signer,
            "principals": verification.principals,
            "steps": [
                {"name": step.name, "status": step.status.value, "message": step.message} for step in verification.steps
            ],
        }
    )


def _step_lines(step: Step) -> list[str]:
    lines = paragraph(f"{step.name}: {step.message}", indent=" " * 5, hanging=" " * 7)
    lines[0] = f"{paint(*_MARKS[step.status])} {lines[0].lstrip()}"
    return lines


def _as_text(verification: Verification) -> str:
    lines = [line for step in verification.steps for line in _step_lines(step)]
    lines += ["", f"identity  {verification.identity}", f"signed by {verification.signer or 'nobody'}"]
    if verification.overall is Overall.OK:
        lines.append("The bundle is whole, unchanged, and sealed by a key that you trust.")
    elif verification.overall is Overall.FAILED:
        lines.append("THE BUNDLE FAILED: it is not what was sealed, or not sealed by a key that you trust.")
    else:
        lines.append(
            "The bundle is whole, but its signer is not confirmed: name the public key that you\n"
            "received by another road than the bundle, with --trust."
        )
    return "\n".join(lines)
