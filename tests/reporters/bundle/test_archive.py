"""A .zip is unpacked without trusting it."""

from __future__ import annotations

import stat
import struct
import subprocess
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from reporters.bundle.archive import Limits, pack, unpack
from reporters.bundle.errors import BundleError
from reporters.bundle.reader import open_bundle
from reporters.bundle.trust import TrustedKey
from reporters.bundle.verify import Overall, verify


def member(name: str, mode: int = stat.S_IFREG | 0o644) -> zipfile.ZipInfo:
    info = zipfile.ZipInfo(name)
    info.filename = name  # zipfile cuts it at a NUL
    info.external_attr = mode << 16
    return info


def add(name: str, mode: int = stat.S_IFREG | 0o644, data: bytes = b"x") -> Callable[[zipfile.ZipFile], None]:
    return lambda packed: packed.writestr(member(name, mode), data)


def add_compressed(name: str, compression: int) -> Callable[[zipfile.ZipFile], None]:
    return lambda packed: packed.writestr(member(name), b"x", compression)


# What is added to a good archive, and what is said of it.
HOSTILE: dict[str, tuple[Callable[[zipfile.ZipFile], None], str]] = {
    "a name that climbs": (add("run/data/../../../x"), "name"),
    "a name that climbs at once": (add("../x"), "name"),
    "an absolute name": (add("/etc/x"), "name"),
    "a name with a backslash": (add("run\\data\\x"), "name"),
    "a Windows drive": (add("C:/x"), "name"),
    "a NUL in a name": (add("run/data/x\0.json"), "name"),
    "a line break in a name": (add("run/data/x\n"), "name"),
    "a dot": (add("run/./x"), "name"),
    "a doubled separator": (add("run//x"), "name"),
    "a name that is not ASCII": (add("run/data/å"), "name"),
    "a folder that climbs": (add("run/../../x/", stat.S_IFDIR | 0o755, b""), "name"),
    "a link": (add("run/data/link", stat.S_IFLNK | 0o777, b"/etc/passwd"), "link"),
    "a pipe": (add("run/data/pipe", stat.S_IFIFO | 0o644, b""), "special"),
    "a link called a folder": (add("run/data/link/", stat.S_IFLNK | 0o777, b""), "link"),
    "a file twice": (add("run/bagit.txt"), "twice"),
    "names that differ by case": (add("run/BAGIT.txt"), "case"),
    "folders that differ by case": (add("run/Data/x"), "case"),
    "a file where a folder is": (add("run/data"), "no whole .zip|cannot be unpacked"),
    "a second folder": (add("other/x"), "exactly one folder"),
    "a file beside the folder": (add("x"), "exactly one folder"),
    "an unusual compression": (add_compressed("run/data/x", zipfile.ZIP_LZMA), "compression"),
    "a bomb": (
        lambda packed: packed.writestr(member("run/data/x"), bytes(120 << 20), zipfile.ZIP_DEFLATED),
        "more than is allowed",
    ),
}


@pytest.fixture
def good(sealed: Path, tmp_path: Path) -> Path:
    """A good archive whose folder is called `run`, of plain zipfile making."""
    path = tmp_path / "good.zip"
    with zipfile.ZipFile(path, "w") as packed:
        for file in sorted(sealed.rglob("*")):
            if file.is_file():
                packed.write(file, f"run/{file.relative_to(sealed)}")
    return path


@pytest.mark.parametrize("name", HOSTILE)
@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_hostile_archive_is_refused(name: str, good: Path, tmp_path: Path, trust: tuple[TrustedKey, ...]) -> None:
    spoil, reason = HOSTILE[name]
    assert verify(good, trust).overall is Overall.OK
    with zipfile.ZipFile(good, "a") as packed:
        spoil(packed)
    (tmp_path / "out").mkdir()

    with pytest.raises(BundleError, match=reason):
        unpack(good, tmp_path / "out")

    assert verify(good, trust).overall is Overall.FAILED
    assert not (tmp_path / "x").exists()
    assert all(path.is_relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*"))


def test_every_cut_of_an_archive_is_refused(good: Path, trust: tuple[TrustedKey, ...]) -> None:
    data = good.read_bytes()
    for length in range(0, len(data), 97):
        good.write_bytes(data[:length])

        assert verify(good, trust).overall is Overall.FAILED, length


def test_an_entry_that_says_less_than_it_holds_is_refused(good: Path, trust: tuple[TrustedKey, ...]) -> None:
    """The sizes in the central directory decide what is allowed; a lie there must not be believed."""
    name = b"run/data/evidence/index.json"
    with zipfile.ZipFile(good) as packed:
        size = packed.getinfo(name.decode()).file_size
    data = good.read_bytes()
    directory = data.rindex(name) - 46
    assert data[directory : directory + 4] == b"PK\x01\x02"
    assert struct.unpack_from("<I", data, directory + 24)[0] == size
    lie = bytearray(data)
    struct.pack_into("<I", lie, directory + 24, 10)
    good.write_bytes(lie)

    assert verify(good, trust).overall is Overall.FAILED


@pytest.mark.parametrize("limits", [Limits(files=10), Limits(total=1000), Limits(free=100, ratio=0)])
def test_limits(good: Path, tmp_path: Path, limits: Limits) -> None:
    with pytest.raises(BundleError, match="more than"):
        unpack(good, tmp_path / "out", limits)


def test_an_archive_by_another_program_opens(sealed: Path, tmp_path: Path, trust: tuple[TrustedKey, ...]) -> None:
    path = tmp_path / "bundle.zip"
    subprocess.run(["python3", "-m", "zipfile", "-c", path, sealed.name], cwd=sealed.parent, check=True)
    with zipfile.ZipFile(path) as packed:
        assert any(name.endswith("/") for name in packed.namelist())

    assert verify(path, trust).overall is Overall.OK


def test_packing_twice_gives_the_same_bytes_and_overwrites_nothing(sealed: Path, tmp_path: Path) -> None:
    pack(sealed, tmp_path / "one.zip")
    pack(sealed, tmp_path / "two.zip")

    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    assert stat.S_IMODE((tmp_path / "one.zip").stat().st_mode) == 0o600
    with pytest.raises(BundleError, match="exists"):
        pack(sealed, tmp_path / "one.zip")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["one.zip", "two.zip"]


def test_a_folder_with_a_link_is_not_packed(bundle: Path, tmp_path: Path) -> None:
    (bundle / "data/link").symlink_to("/etc/passwd")

    with pytest.raises(BundleError, match="data/link"):
        pack(bundle, tmp_path / "bundle.zip")

    assert not (tmp_path / "bundle.zip").exists()


def test_a_folder_whose_name_no_archive_may_hold_is_not_packed(bundle: Path, tmp_path: Path) -> None:
    renamed = bundle.rename(bundle.with_name("min bunt"))

    with pytest.raises(BundleError, match=r"min bunt.*rename"):
        pack(renamed, tmp_path / "bundle.zip")


def test_the_unpacked_files_are_gone_afterwards(sealed: Path, tmp_path: Path) -> None:
    pack(sealed, tmp_path / "bundle.zip")

    with open_bundle(tmp_path / "bundle.zip") as opened:
        folder = opened.path
        assert opened.read_json("data/results/assessment.json") == {"requirements": []}

    assert not folder.exists()
