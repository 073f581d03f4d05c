"""Makes the pictures of `docs/images` anew, from the made-up municipality, in a headless Chromium.

`python -m tests.reporters.html.pictures docs/images` in the folder of the repository. The font is the first of the
style sheet's that is installed; the pictures in the repository were made with Inter (Debian: fonts-inter).
"""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from reporters.html.render import render
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.sample import estate

PHONE = (390, 844)
SCREEN = (1280, 1000)


class Picture(NamedTuple):
    """One picture: a part of the report, as tall as it says."""

    name: str
    language: Language
    part: str
    size: tuple[int, int]


PICTURES = (
    *(Picture("summary", language, "", SCREEN) for language in LANGUAGES),
    *(Picture("exceptions", language, "todo", SCREEN) for language in LANGUAGES),
    Picture("backup", "sv", "backup", (1280, 760)),
    Picture("zones", "sv", "zones", (1280, 600)),
    Picture("phone", "sv", "summary", PHONE),
)


def take(picture: Picture, folder: Path, out: Path) -> Path:
    """Take one picture of the report in `folder`; the path of the PNG in `out`.

    The report stands in a frame: a window of Chromium's cannot be as narrow as a phone.
    """
    width, height = picture.size
    frame = folder / f"{picture.name}.{picture.language}.html"
    frame.write_text(
        f"<!doctype html><style>body{{margin:0}}iframe{{border:0;width:{width}px;height:{height}px}}</style>"
        f'<iframe src="report.{picture.language}.html{f"#{picture.part}" if picture.part else ""}"></iframe>',
        encoding="utf-8",
    )
    file = out / f"report-{picture.name}-{picture.language}.png"
    switches = (
        "headless no-sandbox disable-gpu disable-quic no-first-run disable-background-networking disable-sync"
        " disable-component-update hide-scrollbars force-prefers-reduced-motion"
    )
    subprocess.run(
        [
            "chromium",
            *(f"--{each}" for each in switches.split()),
            f"--user-data-dir={folder / 'profile'}",
            f"--window-size={width},{height}",
            "--virtual-time-budget=5000",
            f"--screenshot={file}",
            frame.as_uri(),
        ],
        check=True,
        capture_output=True,
        timeout=60,
    )
    return file


def main(out: Path) -> None:
    """Render the report in both languages, and take every picture."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        for language in LANGUAGES:
            (folder / f"report.{language}.html").write_text(render(estate(), language), encoding="utf-8")
        for picture in PICTURES:
            sys.stdout.write(f"{take(picture, folder, out)}\n")


if __name__ == "__main__":
    main(Path(sys.argv[1]))
