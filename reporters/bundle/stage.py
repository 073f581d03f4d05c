"""A run's folder while it is written: hidden, locked, named only when whole; docs/bundle.md, section 12."""

from __future__ import annotations

import errno
import os
import shutil
import sys
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from reporters.bundle.errors import BundleError
from reporters.bundle.layout import SIGNATURE, is_segment

PREFIX = ".partial-"
LOCK_SUFFIX = ".lock"

_NO_SPACE = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}
_PATIENCE = 50  # times 20 ms: another process holds a lock that long only when it is a run of the same name


class Stage:
    """A context in which one bundle is written: `path` is its folder, `commit` gives it its final name.

    Leaving it without `commit`, by whatever road, removes the folder. Leftovers of runs that were killed are removed
    on entry and told to `on_leftover`. Raises BundleError for a run that exists, a name that no bundle may have, a
    folder that cannot be written, and (on leaving) for a disk that filled up inside.
    """

    def __init__(self, out_dir: Path, run_id: str, on_leftover: Callable[[Path], None] = lambda _path: None) -> None:
        if not is_segment(run_id):
            raise BundleError(f"not a name for a bundle: {run_id!r:.80}")
        self.final = out_dir / run_id
        self.path = out_dir / f"{PREFIX}{run_id}"
        self._out_dir = out_dir
        self._on_leftover = on_leftover
        self._lock = -1
        self._committed = False

    def __enter__(self) -> Self:
        try:
            self._out_dir.mkdir(parents=True, exist_ok=True)
            remove_leftovers(self._out_dir, self._on_leftover)
            self._lock = _take_lock(_lock_path(self.path))
            self._refuse_existing()
            self.path.mkdir(mode=0o700)
        except BaseException as error:
            self._release()
            if isinstance(error, OSError):
                raise BundleError(f"{self._out_dir} cannot be written: {error.strerror}") from error
            raise
        return self

    def commit(self) -> Path:
        """Make the sealed folder last (fsync) and give it its final name, atomically; returns that path.

        Raises BundleError when it is not sealed or the final name was taken meanwhile; OSError.
        """
        if not (self.path / SIGNATURE).is_file():
            raise BundleError(f"{self.path} is not sealed")
        _sync_tree(self.path)
        self._refuse_existing()
        self.path.rename(self.final)
        self._committed = True
        self.path = self.final
        _sync(self._out_dir)
        return self.final

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        try:
            if not self._committed:
                full = _disk_full(error, self._out_dir, self.path)
                shutil.rmtree(self.path)
                if full is not None:
                    raise full from error
        finally:
            self._release()

    def _refuse_existing(self) -> None:
        if self.final.exists() or self.final.is_symlink():
            raise BundleError(f"{self.final} exists and is not overwritten", "name another run or folder")

    def _release(self) -> None:
        if self._lock >= 0:
            _drop_lock(_lock_path(self.path if not self._committed else self._staged()), self._lock)
            self._lock = -1

    def _staged(self) -> Path:
        return self._out_dir / f"{PREFIX}{self.final.name}"


def remove_leftovers(out_dir: Path, on_leftover: Callable[[Path], None]) -> None:
    """Remove what killed runs left: staged folders that no living process holds the lock of."""
    names = {path.name.removesuffix(LOCK_SUFFIX) for path in out_dir.glob(f"{PREFIX}*")}
    for name in sorted(names):
        leftover = out_dir / name
        lock = _try_lock(_lock_path(leftover))
        if lock is None:
            continue
        try:
            if leftover.is_dir() and not leftover.is_symlink():
                shutil.rmtree(leftover)
                on_leftover(leftover)
        finally:
            _drop_lock(_lock_path(leftover), lock)


def _lock_path(stage_path: Path) -> Path:
    return stage_path.with_name(stage_path.name + LOCK_SUFFIX)


def _take_lock(path: Path) -> int:
    for _ in range(_PATIENCE):
        lock = _try_lock(path)
        if lock is not None:
            return lock
        time.sleep(0.02)
    raise BundleError(
        f"another run is writing {path.name.removesuffix(LOCK_SUFFIX).removeprefix(PREFIX)} at this moment"
    )


def _try_lock(path: Path) -> int | None:
    """A descriptor that holds the lock; None while another process does. The system drops it when the process ends."""
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        # Another process may have removed the file between our open and our lock: then the lock guards nothing.
        if os.path.samestat(os.fstat(descriptor), path.stat()):
            return descriptor
    except OSError as error:
        if not isinstance(error, (BlockingIOError, PermissionError, FileNotFoundError)):
            os.close(descriptor)
            raise
    os.close(descriptor)
    return None


def _drop_lock(path: Path, descriptor: int) -> None:
    if sys.platform == "win32":  # an open file cannot be removed there
        os.close(descriptor)
        path.unlink(missing_ok=True)
    else:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _sync_tree(root: Path) -> None:
    for folder, _folders, files in os.walk(root, topdown=False):
        for name in files:
            _sync(Path(folder, name))
        _sync(Path(folder))


def _sync(path: Path) -> None:
    if sys.platform == "win32" and path.is_dir():
        return  # Windows has no fsync of folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _disk_full(error: BaseException | None, out_dir: Path, stage_path: Path) -> BundleError | None:
    """The error to show for a disk that filled up; None for any other reason to leave."""
    if not isinstance(error, OSError) or error.errno not in _NO_SPACE:
        return None
    written = sum(path.lstat().st_size for path in stage_path.rglob("*") if not path.is_dir())
    free = shutil.disk_usage(out_dir).free
    return BundleError(
        f"no space left for the bundle in {out_dir}: {written:,} bytes were written, {free:,} are free "
        f"({error.strerror}); nothing was kept",
        "free space there, or name another folder with --out",
    )
