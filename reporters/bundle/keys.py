"""The signing key: an Ed25519 key in OpenSSH's own file format; docs/bundle.md, section 7."""

from __future__ import annotations

import base64
import binascii
import hashlib
import os
import stat
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from reporters.bundle.errors import BundleError

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

KEY_TYPE = "ssh-ed25519"
MAX_KEY_FILE = 64 << 10


def ssh_string(data: bytes) -> bytes:
    """A string of the SSH protocol: length in four bytes, then the bytes (RFC 4251, section 5)."""
    return struct.pack(">I", len(data)) + data


@dataclass(frozen=True, slots=True)
class PublicKey:
    """An Ed25519 public key."""

    raw: bytes
    """The 32 bytes of RFC 8032."""

    @property
    def wire(self) -> bytes:
        """The key as SSH sends it (RFC 8709, section 4)."""
        return ssh_string(KEY_TYPE.encode()) + ssh_string(self.raw)

    @property
    def text(self) -> str:
        """The key as it stands in `.pub` and `allowed_signers` files, without a comment."""
        return f"{KEY_TYPE} {base64.b64encode(self.wire).decode()}"

    @property
    def fingerprint(self) -> str:
        """`SHA256:` and the unpadded Base64 that `ssh-keygen -l` shows; also the key id in the attestation."""
        return "SHA256:" + base64.b64encode(hashlib.sha256(self.wire).digest()).decode().rstrip("=")

    @classmethod
    def parse(cls, text: str) -> PublicKey:
        """The key of a `.pub` line, comment or not; raises BundleError for anything but an Ed25519 key."""
        words = text.split(None, 2)
        if len(words) < 2 or words[0] != KEY_TYPE:
            raise BundleError("not an Ed25519 public key", f"expected a line that begins with `{KEY_TYPE} AAAA`")
        return cls.from_base64(words[1])

    @classmethod
    def from_base64(cls, text: str) -> PublicKey:
        """The key from its Base64 word; raises BundleError."""
        try:
            wire = base64.b64decode(text, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BundleError(f"not a public key: {error}") from error
        return cls.from_wire(wire)

    @classmethod
    def from_wire(cls, wire: bytes) -> PublicKey:
        """The key from SSH's form of it; raises BundleError for any other type or length."""
        key = cls(wire[-32:])
        if key.wire != wire:
            raise BundleError("not an Ed25519 public key")
        return key


class Signer(Protocol):
    """Something that signs with one Ed25519 key: a file here, a token or an agent elsewhere."""

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies the signatures."""
        ...

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""
        ...


class FileSigner:
    """Signs with a private key that was read from a file."""

    def __init__(self, key: Ed25519PrivateKey) -> None:
        self._key = key
        self._public = PublicKey(key.public_key().public_bytes_raw())

    @property
    def public_key(self) -> PublicKey:
        """The key that verifies the signatures."""
        return self._public

    def sign(self, message: bytes) -> bytes:
        """The 64 bytes of an Ed25519 signature."""
        return self._key.sign(message)


def create_key(path: Path, passphrase: bytes | None = None) -> FileSigner:
    """Make a new key and write it to a file that did not exist, readable by its owner only.

    Raises BundleError when the file exists (a key is never overwritten) or cannot be written.
    """
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

    key = Ed25519PrivateKey.generate()
    protection = serialization.BestAvailableEncryption(passphrase) if passphrase else serialization.NoEncryption()
    text = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.OpenSSH, protection)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except FileExistsError as error:
        raise BundleError(f"{path} exists and is not overwritten", "name another file, or move the old key") from error
    except OSError as error:
        raise BundleError(f"{path} cannot be written: {error.strerror}") from error
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(text)
            file.flush()
            os.fsync(descriptor)
    except OSError as error:
        path.unlink(missing_ok=True)
        raise BundleError(f"{path} cannot be written: {error.strerror}") from error
    return FileSigner(key)


def load_key(path: Path, passphrase: bytes | None = None) -> FileSigner:
    """Read a private key in OpenSSH's format.

    Raises BundleError, never with a word of the file's content, for a file that is missing, open to others, of another
    type, or protected by another passphrase.
    """
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
    from cryptography.hazmat.primitives.serialization import load_ssh_private_key

    text = _read_private(path)
    try:
        key = load_ssh_private_key(text, password=passphrase)
    except TypeError as error:
        remedy = "give its passphrase" if passphrase is None else "leave the passphrase out"
        raise BundleError(f"the key {path} does not go with the passphrase given", remedy) from error
    except (ValueError, UnsupportedAlgorithm) as error:
        raise BundleError(
            f"{path} is no private key in OpenSSH's format, or its passphrase is another one",
            "make one with `ssh-keygen -t ed25519` or `styrk init`",
        ) from error
    if not isinstance(key, Ed25519PrivateKey):
        raise BundleError(f"{path} is not an Ed25519 key", "make one with `ssh-keygen -t ed25519` or `styrk init`")
    return FileSigner(key)


def _read_private(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            mode = os.fstat(file.fileno()).st_mode
            text = file.read(MAX_KEY_FILE)
    except OSError as error:
        raise BundleError(
            f"the signing key {path} cannot be read: {error.strerror}", "`styrk init` creates one"
        ) from error
    # The group may read: systemd hands credentials over with an access list, which shows as mode 0440.
    if os.name == "posix" and mode & (stat.S_IRWXO | stat.S_IWGRP):
        raise BundleError(f"the signing key {path} is open to other users", f"run `chmod 600 {path}`")
    return text


def check_ed25519(key: PublicKey, signature: bytes, message: bytes) -> bool | None:
    """Whether a signature is right; None where `cryptography` is not installed."""
    try:
        from cryptography.exceptions import InvalidSignature
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
    except ImportError:
        return None
    try:
        Ed25519PublicKey.from_public_bytes(key.raw).verify(signature, message)
    except (InvalidSignature, ValueError):
        return False
    return True
