"""Builds the verifier: one zip file that verifies and re-performs bundles on any Python 3.11, nothing installed.

`python -m styrk.archive dist/styrk-verify.pyz`. The same sources give the same bytes: members are sorted, dated
1980-01-01 (the first date that a zip file knows) and stored uncompressed, since compressors differ.
"""

from __future__ import annotations

import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

from styrk.cli import COMMANDS

OFFERED = ("verify", "reperform", "checks")
ROOT = Path(__file__).parent.parent
FOLDERS = ("assessment", "checks", "collector/records", "reporters/bundle")
FILES = (
    "collector/__init__.py",
    "collector/cycles.py",
    "collector/evidence.py",
    "collector/evidence_file.py",
    "reporters/__init__.py",
    "reporters/texts/__init__.py",
    "reporters/texts/hostile.py",
    "styrk/__init__.py",
    "styrk/check_code.py",
    "styrk/cli.py",
    "styrk/commands/__init__.py",
    *(f"styrk/commands/{name}.py" for name in OFFERED),
    "styrk/errors.py",
    "styrk/judging.py",
    "styrk/keys.py",
    "styrk/reperform.py",
    "styrk/terminal.py",
)
LEGAL = ("LICENSE", "NOTICE")
SHEBANG = b"#!/usr/bin/env python3\n"
_EARLIEST = (1980, 1, 1, 0, 0, 0)


def build(target: Path) -> Path:
    """Write the archive and make it executable; returns its path. Raises OSError."""
    members = {name: (ROOT / name).read_bytes() for name in (*_sources(), *FILES)}
    members |= {name: (ROOT / name).read_bytes() for name in LEGAL if (ROOT / name).is_file()}
    members["__main__.py"] = _main_text().encode()
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("wb") as file:
        file.write(SHEBANG)
        with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
            for name, data in sorted(members.items()):
                member = zipfile.ZipInfo(name, _EARLIEST)
                member.create_system = 3  # Unix, on whatever system it is built
                member.external_attr = 0o100644 << 16
                archive.writestr(member, data)
    target.chmod(0o755)
    return target


def _sources() -> Iterator[str]:
    for folder in FOLDERS:
        for path in (ROOT / folder).rglob("*.py"):
            yield path.relative_to(ROOT).as_posix()


def _main_text() -> str:
    offered = {name: COMMANDS[name] for name in OFFERED}
    return f"import sys\n\nfrom styrk.cli import main\n\nsys.exit(main(offered={offered!r}))\n"


if __name__ == "__main__":
    print(build(Path(sys.argv[1] if len(sys.argv) > 1 else "dist/styrk-verify.pyz")))
