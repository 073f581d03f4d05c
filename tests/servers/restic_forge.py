"""Restic repositories with many restore points, made in a moment: written by the repository's own crypto.

`restic backup` costs a second a restore point, most of it the key's derivation (scrypt). Here restic makes the
repository and the data; the key file may be written anew with a cheap derivation of the same master key, and further
restore points of the same data are encrypted as restic does it (its design document: "Keys, Encryption and MAC";
AES-256 in counter mode, Poly1305-AES, the file's name being the SHA-256 of what it holds). restic itself reads them.
"""

from __future__ import annotations

import base64
import hashlib
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes
from cryptography.hazmat.primitives.poly1305 import Poly1305

CHEAP = {"N": 1024, "r": 8, "p": 1}
"""Derivation of a key that protects nothing; restic takes whatever the key file names."""


@dataclass(frozen=True)
class Keys:
    """A key for AES-256 in counter mode, and the two of Poly1305-AES."""

    encrypt: bytes
    mac_k: bytes
    mac_r: bytes

    @classmethod
    def derived(cls, password: str, salt: bytes, parameters: Mapping[str, int]) -> Keys:
        """Those that a password gives (scrypt)."""
        made = hashlib.scrypt(
            password.encode(),
            salt=salt,
            n=parameters["N"],
            r=parameters["r"],
            p=parameters["p"],
            dklen=64,
            maxmem=1 << 30,
        )
        return cls(made[:32], made[32:48], made[48:])

    @classmethod
    def of(cls, master: Mapping[str, Any]) -> Keys:
        """Those of a repository's master key."""
        mac = master["mac"]
        return cls(*(base64.b64decode(each) for each in (master["encrypt"], mac["k"], mac["r"])))

    def seal(self, plain: bytes) -> bytes:
        """IV, ciphertext, and MAC."""
        nonce = os.urandom(16)
        encryptor = Cipher(algorithms.AES(self.encrypt), modes.CTR(nonce)).encryptor()
        text = encryptor.update(plain) + encryptor.finalize()
        return nonce + text + self._mac(nonce, text)

    def open(self, sealed: bytes) -> bytes:
        """The plain text; raises ValueError where the MAC is not right."""
        nonce, text, mac = sealed[:16], sealed[16:-16], sealed[-16:]
        if self._mac(nonce, text) != mac:
            raise ValueError("wrong key, or damaged")
        decryptor = Cipher(algorithms.AES(self.encrypt), modes.CTR(nonce)).decryptor()
        return decryptor.update(text) + decryptor.finalize()

    def _mac(self, nonce: bytes, text: bytes) -> bytes:
        once = Cipher(algorithms.AES(self.mac_k), modes.ECB()).encryptor()  # noqa: S305  # one block, as Poly1305-AES says
        return Poly1305.generate_tag(self.mac_r + once.update(nonce) + once.finalize(), text)


def key_of(repository: Path, password: str) -> Keys:
    """The master key, by the repository's only key file."""
    (path,) = (repository / "keys").iterdir()
    held = json.loads(path.read_bytes())
    own = Keys.derived(password, base64.b64decode(held["salt"]), held)
    return Keys.of(json.loads(own.open(base64.b64decode(held["data"]))))


def cheap_key(repository: Path, password: str) -> Keys:
    """Give the repository's only key a cheap derivation; returns the master key."""
    (path,) = (repository / "keys").iterdir()
    held = json.loads(path.read_bytes())
    own = Keys.derived(password, base64.b64decode(held["salt"]), held)
    master = own.open(base64.b64decode(held["data"]))
    salt = os.urandom(64)
    data = Keys.derived(password, salt, CHEAP).seal(master)
    made = {**held, **CHEAP, "salt": base64.b64encode(salt).decode(), "data": base64.b64encode(data).decode()}
    text = json.dumps(made).encode()
    path.unlink()
    (repository / "keys" / hashlib.sha256(text).hexdigest()).write_bytes(text)
    return Keys.of(json.loads(master))


@dataclass(frozen=True, kw_only=True)
class Forged:
    """One restore point to be made of data that the repository holds."""

    time: datetime
    host: str
    tree: str
    """Id of the tree, as `restic snapshots --json` shows it."""
    paths: tuple[str, ...] = ("/srv/data",)
    tags: tuple[str, ...] = ()
    parent: str | None = None
    """Full id of the restore point before it."""


def forge(repository: Path, keys: Keys, snapshots: Iterable[Forged]) -> list[str]:
    """Write the restore points; returns their full ids, in order."""
    made = []
    for each in snapshots:
        value: dict[str, Any] = {
            "time": each.time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "tree": each.tree,
            "paths": list(each.paths),
            "hostname": each.host,
            "username": "root",
        }
        value |= {"tags": list(each.tags)} if each.tags else {}
        value |= {"parent": each.parent} if each.parent else {}
        sealed = keys.seal(json.dumps(value).encode())
        name = hashlib.sha256(sealed).hexdigest()
        (repository / "snapshots" / name).write_bytes(sealed)
        made.append(name)
    return made


def forge_lock(repository: Path, keys: Keys, *, host: str, time: datetime) -> None:
    """An exclusive lock that somebody left behind."""
    value = {
        "time": time.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "exclusive": True,
        "hostname": host,
        "username": "root",
        "pid": 4711,
    }
    sealed = keys.seal(json.dumps(value).encode())
    (repository / "locks" / hashlib.sha256(sealed).hexdigest()).write_bytes(sealed)
