"""The wheel holds what the tree holds: a forgotten catalogue or template would be missed only by the user."""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from styrk import __version__
from tests.architecture.tree import PACKAGES, ROOT, files


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> zipfile.ZipFile:
    folder = tmp_path_factory.mktemp("wheel")
    built = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", str(folder)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert built.returncode == 0, built.stderr
    (path,) = folder.glob("*.whl")
    assert path.name == f"styrk-{__version__}-py3-none-any.whl"
    return zipfile.ZipFile(path)


def test_every_file_of_the_packages_is_in_the_wheel(wheel: zipfile.ZipFile) -> None:
    packed = {name for name in wheel.namelist() if ".dist-info/" not in name}
    assert packed == {path.as_posix() for path in files() if path.parts[0] in PACKAGES}


def test_the_wheel_has_the_command_and_the_licence(wheel: zipfile.ZipFile) -> None:
    information = f"styrk-{__version__}.dist-info"
    assert "styrk = styrk.cli:main" in wheel.read(f"{information}/entry_points.txt").decode()
    assert Path(ROOT / "LICENSE").read_bytes() == wheel.read(f"{information}/licenses/LICENSE")
