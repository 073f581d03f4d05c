"""Fetches a secret from where the settings say that it is kept, when it is needed and not before."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from collector.evidence import GapCause
from collector.source import SourceError

MAX_BYTES = 64 * 1024
CREDENTIALS = "CREDENTIALS_DIRECTORY"
"""Environment variable in which systemd names the folder of a service's credentials (systemd.exec(5))."""


def resolve(reference: str) -> str:
    """Give the secret that a reference stands for, without its last line end; no message ever holds the secret.

    `env:NAME`, `file:/path` or `cred:NAME` (systemd LoadCredential=). A file that other users can read is refused.
    Raises SourceError (absent, denied, malformed) with what the operator can do.
    """
    kind, _, name = reference.partition(":")
    if kind == "env":
        return _environment(name)
    if kind == "file":
        return _read(Path(name), f"the file {name}")
    if kind == "cred":
        return _read(credential_path(name), f"the credential {name}")
    raise SourceError(
        GapCause.ABSENT,
        "the reference to a secret is of no known kind",
        "write env:NAME, file:/path or cred:NAME in the settings",
    )


def credential_path(name: str) -> Path:
    """Find the file of a systemd credential; raises SourceError where this is no service that has any."""
    folder = os.environ.get(CREDENTIALS)
    if not folder:
        raise SourceError(
            GapCause.ABSENT,
            f"the credential {name} is not there: {CREDENTIALS} is not set",
            f"run the scan as a systemd service with LoadCredential={name}:/path, or use file:/path",
        )
    if not name or "/" in name or name in (".", ".."):
        raise SourceError(GapCause.ABSENT, f"{name} is no name of a credential", "use the name without a path")
    return Path(folder) / name


def _environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        state = "empty" if value == "" else "not set"
        remedy = f"set {name} for the scan, for example with EnvironmentFile= in its systemd service"
        raise SourceError(GapCause.ABSENT, f"the environment variable {name} is {state}", remedy)
    return value


def _read(path: Path, what: str) -> str:
    try:
        # Non-blocking: a pipe in the secret's place must not hang the scan.
        descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0))
    except PermissionError as error:
        remedy = f"let the user that runs the scan read it: chown it to that user, and chmod 600 {path}"
        raise SourceError(GapCause.DENIED, f"{what} may not be read", remedy) from error
    except OSError as error:
        reason = (error.strerror or "error").lower()
        raise SourceError(
            GapCause.ABSENT, f"{what} cannot be opened: {reason}", f"put the secret in {path}, mode 600"
        ) from error
    try:
        status = os.fstat(descriptor)
        if not stat.S_ISREG(status.st_mode):
            raise SourceError(GapCause.ABSENT, f"{what} is not a file", f"put the secret in a file at {path}")
        if os.name == "posix" and status.st_mode & stat.S_IRWXO:
            remedy = f"chmod 600 {path}, and change the secret if others had access to this machine"
            raise SourceError(GapCause.DENIED, f"{what} can be read by other users", remedy)
        content = os.read(descriptor, MAX_BYTES + 1)
    finally:
        os.close(descriptor)
    return _text(content, what)


def _text(content: bytes, what: str) -> str:
    if len(content) > MAX_BYTES:
        raise SourceError(GapCause.MALFORMED, f"{what} is larger than 64 KiB", "keep the secret alone in it")
    try:
        text = content.decode("utf-8")
    except UnicodeDecodeError:
        # Without the cause: Python's own error carries the content.
        raise SourceError(GapCause.MALFORMED, f"{what} is not UTF-8 text", "save it as UTF-8") from None
    text = text.removesuffix("\n").removesuffix("\r")
    if not text:
        raise SourceError(GapCause.ABSENT, f"{what} is empty", "put the secret in it")
    return text
