"""The seal's signature: SSHSIG (OpenSSH's PROTOCOL.sshsig) with Ed25519 and SHA-512; docs/bundle.md, section 6."""

from __future__ import annotations

import base64
import binascii
import hashlib
import shutil
import subprocess
import tempfile
from dataclasses import dataclass
from pathlib import Path

from reporters.bundle.errors import BundleError
from reporters.bundle.keys import KEY_TYPE, PublicKey, Signer, check_ed25519, ssh_string

NAMESPACE = "styrk"
"""What our signatures are for: a signature made for anything else (git, files, e-mail) is none of ours."""

_MAGIC = b"SSHSIG"
_HEADER = "-----BEGIN SSH SIGNATURE-----\n"
_FOOTER = "-----END SSH SIGNATURE-----\n"
_GROUP_ORDER = 2**252 + 27742317777372353535851937790883648493
_SECONDS = 30


class CannotVerifyError(Exception):
    """This machine has nothing that can check an Ed25519 signature."""


@dataclass(frozen=True, slots=True)
class Signature:
    """What an SSHSIG file holds."""

    key: PublicKey
    namespace: str
    value: bytes
    """The 64 bytes of the Ed25519 signature."""

    @property
    def armored(self) -> str:
        """The one text that stands for this signature: 70 characters of Base64 a line, as ssh-keygen writes it."""
        blob = (
            _MAGIC
            + (1).to_bytes(4, "big")
            + ssh_string(self.key.wire)
            + _fields(self.namespace)
            + ssh_string(ssh_string(KEY_TYPE.encode()) + ssh_string(self.value))
        )
        text = base64.b64encode(blob).decode()
        lines = [text[start : start + 70] for start in range(0, len(text), 70)]
        return _HEADER + "\n".join(lines) + "\n" + _FOOTER


def sign(signer: Signer, data: bytes, namespace: str = NAMESPACE) -> str:
    """An armored signature over `data`, as `ssh-keygen -Y sign` makes it."""
    return Signature(signer.public_key, namespace, signer.sign(_signed(data, namespace))).armored


def parse(text: bytes) -> Signature:
    """The signature in an armored file; raises BundleError for anything but the one form that `armored` gives."""
    try:
        body = text.decode("ascii").removeprefix(_HEADER).removesuffix(_FOOTER)
        blob = base64.b64decode(body.replace("\n", ""), validate=True)
    except (UnicodeDecodeError, binascii.Error) as error:
        raise BundleError(f"not an SSH signature: {error}") from error
    wire, rest = _take(blob[len(_MAGIC) + 4 :])
    namespace, rest = _take(rest)
    _reserved, rest = _take(rest)
    _hash, rest = _take(rest)
    typed, _rest = _take(rest)
    value = typed[-64:]
    if not namespace.isascii() or len(value) != 64:
        raise BundleError("not an Ed25519 signature")
    signature = Signature(PublicKey.from_wire(wire), namespace.decode(), value)
    # Written again, everything that was skipped above (version, reserved field, hash, armour) must come out the same.
    if signature.armored.encode() != text:
        raise BundleError("not an SSH signature (version 1, Ed25519, SHA-512) in the form that ssh-keygen writes")
    # RFC 8032, section 5.1.7: implementations differ on larger values, so one signature would have two forms.
    if int.from_bytes(value[32:], "little") >= _GROUP_ORDER:
        raise BundleError("not an Ed25519 signature: S is out of range")
    return signature


def verify(signature: Signature, data: bytes) -> bool:
    """Whether the signature's own key made it over `data`, in our namespace; trust in that key is a question apart.

    Uses `cryptography` where it is installed, and ssh-keygen elsewhere. Raises CannotVerifyError where neither works.
    """
    if signature.namespace != NAMESPACE:
        return False
    checked = check_ed25519(signature.key, signature.value, _signed(data, signature.namespace))
    return _verify_with_ssh_keygen(signature, data) if checked is None else checked


def _verify_with_ssh_keygen(signature: Signature, data: bytes) -> bool:
    program = shutil.which("ssh-keygen")
    if program is None:
        raise CannotVerifyError("neither ssh-keygen nor Python's `cryptography` is installed here")
    with tempfile.TemporaryDirectory(prefix="styrk-") as name:
        folder = Path(name)
        (folder / "signature").write_text(signature.armored, encoding="ascii", newline="\n")
        (folder / "signers").write_text(
            f'signer namespaces="{NAMESPACE}" {signature.key.text}\n', encoding="ascii", newline="\n"
        )
        command = [program, "-Y", "verify", "-I", "signer", "-n", NAMESPACE]
        try:
            result = subprocess.run(
                [*command, "-f", str(folder / "signers"), "-s", str(folder / "signature")],
                input=data,
                capture_output=True,
                timeout=_SECONDS,
                check=False,
            )
        except (OSError, subprocess.TimeoutExpired) as error:
            raise CannotVerifyError(f"ssh-keygen did not run: {error}") from error
    if result.returncode == 0 and result.stdout.startswith(b"Good "):
        return True
    if b"incorrect signature" in result.stdout + result.stderr:
        return False
    told = result.stderr.decode("ascii", "replace").strip()[:200]
    raise CannotVerifyError(f"ssh-keygen could not check the signature (it needs OpenSSH 8.1 or later): {told}")


def _signed(data: bytes, namespace: str) -> bytes:
    return _MAGIC + _fields(namespace) + ssh_string(hashlib.sha512(data).digest())


def _fields(namespace: str) -> bytes:
    return ssh_string(namespace.encode()) + ssh_string(b"") + ssh_string(b"sha512")


def _take(data: bytes) -> tuple[bytes, bytes]:
    """The first SSH string of `data`, and what follows it."""
    length = int.from_bytes(data[:4], "big")
    if len(data) < 4 + length:
        raise BundleError("not an SSH signature: it ends too early")
    return data[4 : 4 + length], data[4 + length :]
