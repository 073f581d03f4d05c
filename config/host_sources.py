"""The settings of hosts: this one, and others by SSH."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, StringConstraints

from config.source_basics import SecretReference, SourceSettings, Strict


class SshTarget(Strict):
    """One host that is reached by SSH."""

    name: Annotated[str, Field(min_length=1)]
    """The name that its own people use; findings carry it."""
    address: str | None = None
    """DNS name or IP address; the name where not given."""
    port: Annotated[int, Field(ge=1, le=65535)] = 22
    user: str | None = None
    """Instead of the source's user."""
    collects_logs: bool = False
    """Whether it receives other hosts' logs (stricter clock limit)."""


class SshLogin(Strict):
    """How to log on by SSH: one key, strict host keys, nothing else is tried."""

    user: Annotated[str, Field(min_length=1)]
    private_key: Annotated[str, StringConstraints(pattern=r"^(file:.+|cred:.+)$")]
    """Reference to an OpenSSH private key file."""
    passphrase: SecretReference | None = None
    known_hosts: Path
    """OpenSSH known_hosts file; a host that is not in it, or whose key changed, is refused."""
    sudo: bool = False
    """Whether the few commands that need root are run by `sudo -n`, one by one; `styrk doctor` tells which lines."""
    timeout_seconds: Annotated[int, Field(ge=1, le=600)] = 30
    """For connecting, for authentication, and between two pieces of output."""


class LocalSource(SourceSettings):
    """The host that Styrk runs on."""

    type: Literal["local"]
    name: str | None = None
    """Host name in findings; the system's own where not given."""


class SshSource(SourceSettings):
    """Linux hosts over SSH."""

    type: Literal["ssh"]
    login: SshLogin
    hosts: Annotated[tuple[SshTarget, ...], Field(min_length=1)]
    parallel: Annotated[int, Field(ge=1, le=64)] = 16
    """Hosts read side by side."""
