"""SSH keys of the tests' clients."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from tests.servers.process import run


@dataclass(frozen=True, slots=True)
class SshKey:
    """A key pair: the private key's file, and the public key as one line."""

    file: Path
    public: str


def make_key(folder: Path, name: str) -> SshKey:
    """Make an Ed25519 key without a passphrase."""
    file = folder / name
    run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(file)])
    return SshKey(file, " ".join(file.with_suffix(".pub").read_text(encoding="ascii").split()[:2]))
