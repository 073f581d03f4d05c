"""`styrk report`: write reports from a bundle, to any folder but the bundle's own."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import cast

from reporters.bundle.reader import open_bundle
from styrk.errors import UsageError
from styrk.reports import FORMATS, Language, write_report
from styrk.whole import BrokenBundleError, require_whole, signer_note

LANGUAGES = ("sv", "en")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk report evidence/20261121T075100Z --format html --lang en\n\n"
        "The bundle is verified first; one that fails gives no report (status 4)."
    )
    parser.add_argument("bundle", type=Path, metavar="BUNDLE", help="a bundle's folder, or its .zip")
    parser.add_argument(
        "--format", default="html", metavar="NAMES", help=f"comma-separated, of: {', '.join(FORMATS)} (default: html)"
    )
    parser.add_argument("--lang", choices=LANGUAGES, help="language (default: the bundle's)")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="where to write (default: here)")
    parser.add_argument("--trust", type=Path, metavar="KEY", help="public key, or allowed_signers file (ssh-keygen(1))")
    parser.add_argument("--json", action="store_true", help="print the files' names as JSON")


def run(options: argparse.Namespace) -> int:
    """Write the reports; returns 0, or 4 for a bundle that failed."""
    names = list(dict.fromkeys(name.strip() for name in options.format.split(",") if name.strip()))
    unknown = [name for name in names if name not in FORMATS]
    if unknown or not names:
        raise UsageError(f"there is no report format {', '.join(unknown)}", f"choose from: {', '.join(FORMATS)}")
    _refuse_inside(options.bundle, options.out)
    try:
        note = signer_note(options.bundle, require_whole(options.bundle, options.trust))
    except BrokenBundleError as error:
        print(f"styrk: {error}", file=sys.stderr)
        return 4
    if note:
        print(f"styrk: {note}", file=sys.stderr)
    with open_bundle(options.bundle) as bundle:  # a .zip is unpacked once for all formats
        run_id, own_language = bundle.statement().run, _language(bundle.read_json("data/policy/run.json"))
        language = cast("Language", options.lang or own_language)
        try:
            written = [
                write_report(bundle.path, name, language, options.out / f"styrk-{run_id}.{language}.{name}")
                for name in names
            ]
        except OSError as error:
            raise UsageError(
                f"{error.filename or options.out} cannot be written: {error.strerror}", "name another folder with --out"
            ) from error
    if options.json:
        print(json.dumps({"reports": [str(path) for path in written], "language": language}))
    else:
        print("\n".join(f"report  {path}" for path in written))
    return 0


def _refuse_inside(bundle: Path, out: Path) -> None:
    """A file more in a bundle's folder makes it fail verification."""
    if bundle.is_dir() and out.resolve().is_relative_to(bundle.resolve()):
        raise UsageError(f"{out} is inside the bundle, where a new file would break its seal", "name another folder")


def _language(run: object) -> str:
    organisation = run.get("organisation") if isinstance(run, dict) else None
    found = organisation.get("language") if isinstance(organisation, dict) else None
    return found if found in LANGUAGES else "sv"
