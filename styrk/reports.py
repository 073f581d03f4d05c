"""Writes a bundle's reports; each format is imported only when it is asked for."""

from __future__ import annotations

from pathlib import Path
from typing import Literal

from styrk.errors import UsageError

Language = Literal["sv", "en"]

FORMATS = ("html",)


def write_report(bundle: Path, name: str, language: Language, target: Path) -> Path:
    """Write one report from a bundle's folder, sealed or about to be; returns the file.

    Raises UsageError for an unknown format, BundleError for a bundle that cannot be read, OSError.
    """
    if name != "html":
        raise UsageError(f"there is no report format {name}", f"choose from: {', '.join(FORMATS)}")
    from reporters.html.render import render
    from reporters.report import read_contents

    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(render(read_contents(bundle), language), encoding="utf-8", newline="\n")
    return target
