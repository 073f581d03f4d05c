"""The attestation's envelope, docs/bundle.md section 5: DSSE v1 (github.com/secure-systems-lab/dsse), one signature."""

from __future__ import annotations

import base64
from dataclasses import dataclass

from collector.evidence_file import canonical, parse_json
from reporters.bundle.errors import BundleError
from reporters.bundle.keys import PublicKey, Signer, check_ed25519

PAYLOAD_TYPE = "application/vnd.in-toto+json"


@dataclass(frozen=True, slots=True)
class Envelope:
    """A payload with the signature of one key."""

    payload: bytes
    key_id: str
    """The key's fingerprint as ssh-keygen shows it."""
    signature: bytes

    def encode(self) -> bytes:
        """The envelope as canonical JSON."""
        return canonical(
            {
                "payload": base64.b64encode(self.payload).decode(),
                "payloadType": PAYLOAD_TYPE,
                "signatures": [{"keyid": self.key_id, "sig": base64.b64encode(self.signature).decode()}],
            }
        )

    def verify(self, key: PublicKey) -> bool | None:
        """Whether `key` signed the payload; None where `cryptography` is not installed."""
        return check_ed25519(key, self.signature, pae(self.payload))


def pae(payload: bytes) -> bytes:
    """The bytes that are signed: DSSE's pre-authentication encoding."""
    kind = PAYLOAD_TYPE.encode()
    return b"DSSEv1 %d %b %d %b" % (len(kind), kind, len(payload), payload)


def seal_payload(signer: Signer, payload: bytes) -> Envelope:
    """The payload in an envelope signed by `signer`."""
    return Envelope(payload, signer.public_key.fingerprint, signer.sign(pae(payload)))


def parse(data: bytes) -> Envelope:
    """The envelope in a file; raises BundleError for anything but the one form that `encode` gives."""
    try:
        match parse_json(data):
            case {"payload": str(payload), "signatures": [{"keyid": str(key_id), "sig": str(signature)}]}:
                envelope = Envelope(
                    base64.b64decode(payload, validate=True), key_id, base64.b64decode(signature, validate=True)
                )
            case _:
                raise BundleError("not a DSSE envelope with one signature")
        same = envelope.encode() == data
    except (ValueError, RecursionError) as error:
        raise BundleError(f"not a DSSE envelope: {error}") from error
    if not same:
        raise BundleError(f"not a DSSE envelope of {PAYLOAD_TYPE} in canonical JSON")
    return envelope
