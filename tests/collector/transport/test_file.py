from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.file import read_file


def test_it_gives_the_bytes_and_when_they_were_written(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(b"12345")
    os.utime(file, (86400.9, 86400.9))
    assert read_file(file, max_bytes=5, smaller="") == (b"12345", datetime(1970, 1, 2, tzinfo=UTC))


def test_a_file_that_is_too_large_is_not_read_in_part(tmp_path: Path) -> None:
    file = tmp_path / "export.csv"
    file.write_bytes(b"123456")
    with pytest.raises(SourceError) as raised:
        read_file(file, max_bytes=5, smaller="export less")
    assert (raised.value.cause, raised.value.remedy) == (GapCause.TRUNCATED, "export less")


@pytest.mark.parametrize(
    ("name", "cause"),
    [("nothing.csv", GapCause.ABSENT), ("folder", GapCause.UNREACHABLE), ("a" * 300, GapCause.UNREACHABLE)],
)
def test_what_cannot_be_read_says_why(name: str, cause: GapCause, tmp_path: Path) -> None:
    (tmp_path / "folder").mkdir()
    with pytest.raises(SourceError) as raised:
        read_file(tmp_path / name, max_bytes=5, smaller="")
    assert raised.value.cause is cause
