"""The files of the project, as a clone has them."""

from __future__ import annotations

import subprocess
from pathlib import Path

ROOT = Path(__file__).parents[2]
PACKAGES = ("config", "collector", "checks", "assessment", "reporters", "styrk")


def files() -> list[Path]:
    """Files that are tracked or would be, relative to the root; raises CalledProcessError outside a clone."""
    listed = subprocess.run(
        ["git", "-C", str(ROOT), "ls-files", "--cached", "--others", "--exclude-standard", "-z"],
        capture_output=True,
        text=True,
        check=True,
    ).stdout
    return sorted({Path(name) for name in listed.split("\0") if name and (ROOT / name).is_file()})
