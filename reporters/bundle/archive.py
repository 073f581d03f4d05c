"""A bundle as one .zip, and back, without trusting it: docs/bundle.md, section 10."""

from __future__ import annotations

import os
import shutil
import stat
import tempfile
import zipfile
import zlib
from dataclasses import dataclass
from pathlib import Path
from typing import IO

from reporters.bundle.errors import BundleError
from reporters.bundle.layout import case_collisions, is_path, is_segment, scan
from reporters.bundle.zip_directory import lists_more_than

_EPOCH = (1980, 1, 1, 0, 0, 0)
_PIECE = 1 << 20


@dataclass(frozen=True, slots=True)
class Limits:
    """How much an archive may unpack to."""

    files: int = 200_000
    total: int = 20 << 30
    """Bytes of all files together."""
    ratio: int = 200
    """Bytes unpacked for each byte of the archive, beyond the first `free` ones."""
    free: int = 64 << 20
    """Bytes that may be unpacked whatever the ratio."""


LIMITS = Limits()


def pack(bundle_dir: Path, target: Path) -> None:
    """Write a bundle's folder to a new .zip; the same bundle gives the same bytes on the same machine.

    Raises BundleError when the target exists or the folder holds what no bundle may hold; OSError.
    """
    tree = scan(bundle_dir)
    if tree.oddities:
        raise BundleError(f"{bundle_dir} holds what no bundle may hold: {tree.oddities[0].path}", "verify it first")
    if not is_segment(bundle_dir.resolve().name):
        raise BundleError(
            f"{bundle_dir.resolve().name!r} is no name for a bundle's folder", "rename it to the run's id"
        )
    _refuse_existing(target)
    with tempfile.NamedTemporaryFile(dir=target.parent, prefix=f".{target.name}-", delete=False) as file:
        partial = Path(file.name)
        try:
            _write_zip(bundle_dir, tuple(tree.files), file)
            file.flush()
            os.fsync(file.fileno())
            _refuse_existing(target)
            partial.rename(target)
        finally:
            partial.unlink(missing_ok=True)


def unpack(archive: Path, folder: Path, limits: Limits = LIMITS) -> Path:
    """Unpack a bundle's .zip into an empty private folder; returns the bundle's folder in it.

    Raises BundleError for an archive that is damaged, holds a name or file type that no bundle may hold (absolute,
    `..`, link, twice, differing by case alone), is encrypted, or would unpack to more than `limits`.
    """
    try:
        with archive.open("rb") as file, zipfile.ZipFile(_listed(file, limits)) as packed:
            members = _members(packed, limits, archive.stat().st_size)
            for member in members:
                _unpack_member(packed, member, folder)
    except (zipfile.BadZipFile, zlib.error, EOFError, NotImplementedError, ValueError) as error:
        raise BundleError(f"{archive.name} is no whole .zip file: {error}") from error
    except OSError as error:
        raise BundleError(
            f"{archive.name} cannot be unpacked to {folder}: {error.strerror}", "free space there, or set TMPDIR"
        ) from error
    return folder / members[0].filename.split("/")[0]


def _listed(file: IO[bytes], limits: Limits) -> IO[bytes]:
    """The same file, its members not too many to be held."""
    if lists_more_than(file, limits.files):
        raise BundleError(f"the archive holds more than {limits.files:,} files")
    return file


def _refuse_existing(target: Path) -> None:
    if target.exists() or target.is_symlink():
        raise BundleError(f"{target} exists and is not overwritten")


def _write_zip(bundle_dir: Path, paths: tuple[str, ...], file: IO[bytes]) -> None:
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed:
        for path in paths:
            member = zipfile.ZipInfo(f"{bundle_dir.resolve().name}/{path}", _EPOCH)
            member.compress_type = zipfile.ZIP_STORED if path.endswith(".gz") else zipfile.ZIP_DEFLATED
            member.external_attr = (stat.S_IFREG | 0o600) << 16
            member.file_size = (bundle_dir / path).stat().st_size
            with (bundle_dir / path).open("rb") as source, packed.open(member, "w") as sink:
                shutil.copyfileobj(source, sink, _PIECE)


def _members(packed: zipfile.ZipFile, limits: Limits, packed_size: int) -> list[zipfile.ZipInfo]:
    """The files of an archive, each checked before anything is written."""
    everything = packed.infolist()
    members = [member for member in everything if not member.filename.endswith("/")]
    for member in everything:
        _check_member(member)
    names = {member.filename: member.file_size for member in members}
    if len(names) != len(members) or case_collisions(names):
        raise BundleError("the archive holds a name twice, or two names that differ by case alone")
    if len({name.split("/")[0] for name in names}) != 1 or any("/" not in name for name in names):
        raise BundleError("the archive must hold exactly one folder, the bundle, at its top")
    total = sum(names.values())
    if total > limits.total or total > limits.free + limits.ratio * packed_size:
        raise BundleError(f"the archive would unpack to {total:,} bytes, more than is allowed for its size")
    return members


def _check_member(member: zipfile.ZipInfo) -> None:
    kind = stat.S_IFMT(member.external_attr >> 16)
    folder = member.filename.endswith("/")
    # orig_filename: zipfile cuts a name at a NUL byte and turns other separators.
    if member.orig_filename != member.filename or not is_path(member.filename.removesuffix("/")):
        raise BundleError(f"the archive holds a name that no bundle may hold: {ascii(member.orig_filename)[:80]}")
    if kind not in ({0, stat.S_IFDIR} if folder else {0, stat.S_IFREG}):
        raise BundleError(f"the archive holds a link or special file: {member.filename}")
    if member.flag_bits & 0x1 or member.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        raise BundleError(f"the archive holds {member.filename} encrypted or in an unusual compression")


def _unpack_member(packed: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> None:
    target = folder / member.filename
    target.parent.mkdir(parents=True, exist_ok=True)
    written = 0
    with packed.open(member) as source, target.open("xb") as sink:
        while piece := source.read(_PIECE):
            written += len(piece)
            if written > member.file_size:
                raise BundleError(f"{member.filename} unpacks to more than the archive says")
            sink.write(piece)
    if written != member.file_size:
        raise BundleError(f"{member.filename} unpacks to less than the archive says")
