"""The members of a .zip are counted where zipfile finds them, in memory that does not grow with their number."""

from __future__ import annotations

import io
import struct
import tracemalloc
import zipfile
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporters.bundle.archive import Limits, unpack
from reporters.bundle.errors import BundleError
from reporters.bundle.zip_directory import lists_more_than


def archive(names: list[str], comment: bytes = b"", before: bytes = b"", *, large: bool = False) -> io.BytesIO:
    file = io.BytesIO()
    file.write(before)
    with zipfile.ZipFile(file, "a" if before else "w") as packed:
        for name in names:
            with packed.open(name, "w", force_zip64=large) as member:
                member.write(b"x")
        packed.comment = comment
    return file


@given(
    st.lists(st.text("abc/å", min_size=1, max_size=300), max_size=30, unique=True),
    st.binary(max_size=200).map(lambda data: data + b"PK\x05\x06") | st.binary(max_size=50),
    st.binary(max_size=50),
)
def test_as_many_as_zipfile_lists(names: list[str], comment: bytes, before: bytes) -> None:
    file = archive(names, comment, before)
    try:
        listed = len(zipfile.ZipFile(file).infolist())
    except zipfile.BadZipFile:
        return  # a comment that looks like an end: zipfile refuses it, and nothing is unpacked
    assert not lists_more_than(file, listed)
    assert listed == 0 or lists_more_than(file, listed - 1)


def test_an_archive_of_the_larger_form() -> None:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as packed:
        for number in range(0xFFFF + 2):
            packed.writestr(zipfile.ZipInfo(str(number)), b"")
    assert lists_more_than(file, 0xFFFF + 1)
    assert not lists_more_than(file, 0xFFFF + 2)


@pytest.mark.parametrize("data", [b"", b"PK", b"PK\x05\x06", b"PK\x05\x06" + b"\xff" * 18, bytes(100)])
def test_what_is_no_archive_lists_nothing(data: bytes) -> None:
    assert not lists_more_than(io.BytesIO(data), 0)


def test_a_directory_of_millions_is_refused_without_holding_it(tmp_path: Path) -> None:
    number = 400_000
    entry = struct.pack("<4s6H3L5H2L", b"PK\x01\x02", 20, 20, 0, 0, 0, 0x21, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0) + b"a"
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, 1, 1, len(entry) * number, 0, 0)  # it says that it has one
    path = tmp_path / "20261120T221500Z.zip"
    path.write_bytes(entry * number + end)
    tracemalloc.start()
    with pytest.raises(BundleError, match="more than 200,000 files"):
        unpack(path, tmp_path, Limits())
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 5_000_000
