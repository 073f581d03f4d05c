"""Where this user's signing key lies, and which keys are trusted without being named."""

from __future__ import annotations

import os
from pathlib import Path

from reporters.bundle.errors import BundleError
from reporters.bundle.keys import FileSigner, create_key, load_key
from styrk.errors import UsageError


def default_key_path() -> Path:
    """`signing-key` under $XDG_CONFIG_HOME/styrk, or ~/.config/styrk (XDG Base Directory Specification)."""
    base = os.environ.get("XDG_CONFIG_HOME") or str(Path.home() / ".config")
    return Path(base) / "styrk" / "signing-key"


def public_key_path(private: Path) -> Path:
    """The file with the public half, next to the private one."""
    return private.with_name(private.name + ".pub")


def signer(path: Path | None) -> tuple[FileSigner, Path, bool]:
    """The signing key, its file, and whether it was made now; only the default key is ever made.

    Raises UsageError where a named key cannot be used.
    """
    chosen = path or default_key_path()
    try:
        if path is not None or chosen.exists():
            return load_key(chosen), chosen, False
        return make_key(chosen), chosen, True
    except BundleError as error:
        raise UsageError(str(error)) from error


def make_key(path: Path) -> FileSigner:
    """A new key with its public half next to it; raises BundleError, also when the file exists."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    made = create_key(path)
    public_key_path(path).write_text(f"{made.public_key.text} styrk\n", encoding="ascii")
    return made
