"""The small report, whole, as it was last looked at.

After a change that is meant, write it anew and look at the difference:
`STYRK_WRITE_SNAPSHOTS=1 pytest tests/reporters/html/test_snapshots.py`
"""

from __future__ import annotations

import os
import re
from pathlib import Path

import pytest

from reporters.html.render import render
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.small import small

SNAPSHOTS = Path(__file__).parent / "snapshots"


def normalised(html: str) -> str:
    """Without the style sheet and its hash, and without empty lines: what it says, not how it looks."""
    html = re.sub(r"<style>.*?</style>", "<style></style>", html, flags=re.DOTALL)
    html = re.sub(r"sha256-[A-Za-z0-9+/=]+", "sha256-…", html)
    return "\n".join(line.rstrip() for line in html.splitlines() if line.strip()) + "\n"


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_small_report_is_as_it_was(language: Language) -> None:
    path = SNAPSHOTS / f"small.{language}.html"
    now = normalised(render(small(), language))
    if os.environ.get("STYRK_WRITE_SNAPSHOTS"):
        path.write_text(now, encoding="utf-8")
    assert now == path.read_text(encoding="utf-8")
