"""The known_hosts file of OpenSSH (sshd(8), SSH_KNOWN_HOSTS FILE FORMAT), read once and kept as a table."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path

from collector.evidence import GapCause
from collector.source import SourceError

MAX_FILE = 64 << 20
"""Bytes of a known_hosts file."""


@dataclass(frozen=True, slots=True)
class HostKey:
    """A public host key."""

    type: str
    """Key type as in the file, e.g. `ssh-ed25519`."""
    blob: bytes

    @property
    def fingerprint(self) -> str:
        """As `ssh-keygen -l` prints it: SHA-256, base64 without padding."""
        digest = hashlib.sha256(self.blob).digest()
        return f"SHA256:{base64.b64encode(digest).decode('ascii').rstrip('=')}"


@dataclass(slots=True)
class KnownHosts:
    """Which keys are pinned for which names."""

    exact: dict[str, list[HostKey]] = field(default_factory=dict)
    hashed: list[tuple[bytes, bytes, HostKey]] = field(default_factory=list)
    """Salt, HMAC-SHA1 of the name, key."""
    patterns: list[tuple[tuple[str, ...], HostKey]] = field(default_factory=list)
    revoked: set[bytes] = field(default_factory=set)

    def keys(self, name: str, port: int = 22) -> tuple[HostKey, ...]:
        """The keys pinned for a name or address and port; revoked ones are left out."""
        wanted = (name if port == 22 else f"[{name}]:{port}").lower()
        found = list(self.exact.get(wanted, ()))
        for salt, digest, key in self.hashed:
            if hmac.compare_digest(hmac.digest(salt, wanted.encode(), "sha1"), digest):
                found.append(key)
        for words, key in self.patterns:
            plain = [word for word in words if not word.startswith("!")]
            refused = [word[1:] for word in words if word.startswith("!")]
            if any(fnmatchcase(wanted, w) for w in plain) and not any(fnmatchcase(wanted, w) for w in refused):
                found.append(key)
        return tuple(dict.fromkeys(key for key in found if key.blob not in self.revoked))


def load_known_hosts(path: Path) -> KnownHosts:
    """Read the file; raises SourceError when it cannot be read."""
    try:
        with path.open("rb") as file:
            data = file.read(MAX_FILE + 1)
    except OSError as error:
        raise SourceError(
            GapCause.ABSENT,
            f"the known_hosts file {path} cannot be read: {error.strerror}",
            "write the hosts' public keys there, taken from the hosts themselves (/etc/ssh/ssh_host_ed25519_key.pub)",
        ) from error
    if len(data) > MAX_FILE:
        raise SourceError(GapCause.MALFORMED, f"the known_hosts file {path} is larger than {MAX_FILE} bytes")
    return parse_known_hosts(data.decode("utf-8", "replace"))


def parse_known_hosts(text: str) -> KnownHosts:
    """The entries; comments, broken lines and certificate authorities (which paramiko cannot follow) are left out."""
    known = KnownHosts()
    for line in text.splitlines():
        fields = line.split()
        if not fields or fields[0].startswith("#"):
            continue
        marker = fields.pop(0) if fields[0].startswith("@") else ""
        if len(fields) < 3 or marker not in {"", "@revoked"}:
            continue
        try:
            key = HostKey(fields[1], base64.b64decode(fields[2], validate=True))
        except (binascii.Error, ValueError):
            continue
        if marker == "@revoked":
            known.revoked.add(key.blob)
            continue
        _add(known, fields[0], key)
    return known


def _add(known: KnownHosts, names: str, key: HostKey) -> None:
    words = names.lower().split(",") if not names.startswith("|") else [names]
    if any(set("*?!") & set(word) for word in words) and not names.startswith("|"):
        known.patterns.append((tuple(words), key))
        return
    for word in words:
        if word.startswith("|1|"):
            known.hashed.extend((salt, digest, key) for salt, digest in _hash(word))
        else:
            known.exact.setdefault(word, []).append(key)


def _hash(word: str) -> Iterator[tuple[bytes, bytes]]:
    parts = word.split("|")
    if len(parts) == 4:
        try:
            yield base64.b64decode(parts[2], validate=True), base64.b64decode(parts[3], validate=True)
        except (binascii.Error, ValueError):
            return
