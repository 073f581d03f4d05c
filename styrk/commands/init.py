"""`styrk init`: write a commented styrk.yaml, its schema for editors, and make the signing key."""

from __future__ import annotations

import argparse
import json
from pathlib import Path

from config.loading import example_text
from config.schema import schema_text
from reporters.bundle.errors import BundleError
from reporters.bundle.keys import load_key
from styrk.errors import UsageError
from styrk.keys import default_key_path, make_key, public_key_path

SETTINGS = "styrk.yaml"
SCHEMA = "styrk.schema.json"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk init /etc/styrk\n\n"
        "Nothing that exists is overwritten, except the schema, which is Styrk's own.\n"
        "The key that seals bundles is made for this user, if there is none."
    )
    parser.add_argument("folder", type=Path, nargs="?", default=Path(), metavar="DIR", help="where (default: here)")
    parser.add_argument("--json", action="store_true", help="print what was written as JSON")


def run(options: argparse.Namespace) -> int:
    """Write the files; returns 0, also where they were there."""
    settings = options.folder / SETTINGS
    key = default_key_path()
    try:
        options.folder.mkdir(parents=True, exist_ok=True)
        wrote_settings = _write_new(settings, example_text())
        (options.folder / SCHEMA).write_text(schema_text(SCHEMA), encoding="utf-8", newline="\n")
        made_key = not key.exists()
        signer = make_key(key) if made_key else load_key(key)
    except OSError as error:
        raise UsageError(
            f"{error.filename or options.folder} cannot be written: {error.strerror}", "name another folder"
        ) from error
    except BundleError as error:
        raise UsageError(error.detail, error.remedy) from error
    if options.json:
        done = {
            "settings": str(settings),
            "settings_written": wrote_settings,
            "signing_key": str(key),
            "signing_key_made": made_key,
            "public_key": str(public_key_path(key)),
            "fingerprint": signer.public_key.fingerprint,
        }
        print(json.dumps(done))
        return 0
    print(f"{'wrote' if wrote_settings else 'kept '} {settings}")
    print(f"{'made ' if made_key else 'kept '} {key}")
    print(_next_steps(settings, public_key_path(key), signer.public_key.fingerprint))
    return 0


def _write_new(path: Path, text: str) -> bool:
    try:
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(text)
    except FileExistsError:
        return False
    return True


def _next_steps(settings: Path, public: Path, fingerprint: str) -> str:
    return f"""
Next:
  1. Describe your systems in {settings}: each part has an example to uncomment.
  2. styrk doctor -c {settings}    can they be reached, and with which rights?
  3. styrk plan -c {settings}      what will be read?
  4. styrk scan -c {settings}      read, judge and seal

Hand the public key to those who will check your bundles, by another road than
the bundles themselves, and tell them its fingerprint:
  {public}
  {fingerprint}"""
