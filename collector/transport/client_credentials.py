"""OAuth 2.0 client credentials (RFC 6749, 4.4): a client secret, or an assertion signed by a certificate's key.

The assertion is that of Microsoft Entra ("certificate credentials"; RFC 7523): PS256, `x5t#S256`, ten minutes. A
library for signing people in (msal) would add nine dependencies to these few lines and hide its own retries.
"""

from __future__ import annotations

import base64
import json
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.https import HttpsSettings, Response, open_session, send

_ASSERTION = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"
_LIFETIME_SECONDS = 600
_EARLY_SECONDS = 300
"""A token is renewed this long before its end."""
_REMEDIES = {
    "AADSTS7000215": "the client secret is wrong: make a new one under Certificates & secrets and store its value",
    "AADSTS7000222": "the client secret has expired: make a new one under Certificates & secrets",
    "AADSTS700016": "no such application in the directory: check client_id and tenant",
    "AADSTS90002": "no such directory: check tenant",
    "AADSTS700027": "upload the certificate to the application under Certificates & secrets",
    "AADSTS700024": "set the clock of this machine: the signed assertion is outside its time",
}


class ClientCredentials:
    """Fetches tokens for one application; implements `collector.transport.https.Token`.

    `proof` gives the form fields that prove who the application is, when a token is fetched and not before.
    """

    def __init__(
        self, address: str, scope: str, client_id: str, proof: Callable[[], dict[str, str]], settings: HttpsSettings
    ) -> None:
        self._address = address
        self._form = {"grant_type": "client_credentials", "client_id": client_id, "scope": scope}
        self._proof = proof
        self._settings = settings
        self._token: str | None = None
        self._until = 0.0

    def current(self) -> str:
        """The token, a new one when its time is near."""
        if self._token is None or time.monotonic() >= self._until:
            return self.renewed()
        return self._token

    def renewed(self) -> str:
        """Fetch a token; raises SourceError with what to do, and never with a secret."""
        session = open_session(self._settings)
        try:
            response = send(
                session,
                "POST",
                self._address,
                self._settings,
                headers={"Accept": "application/json"},
                form=self._form | self._proof(),
            )
        finally:
            session.close()
        answer = _object(response)
        token, seconds = answer.get("access_token"), answer.get("expires_in")
        if response.status != 200 or not isinstance(token, str) or not token:
            raise _refused(response, answer)
        lifetime = seconds if isinstance(seconds, int) and not isinstance(seconds, bool) else 0
        self._token = token
        self._until = time.monotonic() + max(lifetime - _EARLY_SECONDS, min(lifetime, 60))
        return token


def secret_proof(secret: Callable[[], str]) -> Callable[[], dict[str, str]]:
    """Proof by a shared secret."""
    return lambda: {"client_secret": secret()}


def certificate_proof(
    certificate: Path, key: Callable[[], str], client_id: str, audience: str
) -> Callable[[], dict[str, str]]:
    """Proof by a certificate's private key; `key` gives it in PEM. Raises SourceError when it is used."""
    return lambda: {
        "client_assertion_type": _ASSERTION,
        "client_assertion": _assertion(certificate, key(), client_id, audience),
    }


def application_permissions(token: str) -> tuple[str, ...] | None:
    """The permissions that a token claims (`roles`), for advice only; None where it is not readable."""
    try:
        payload = token.split(".")[1]
        claims = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        roles = claims.get("roles", [])
        return tuple(sorted(str(each) for each in roles)) if isinstance(roles, list) else None
    except (ValueError, IndexError, AttributeError):
        return None


def _assertion(certificate: Path, key: str, client_id: str, audience: str) -> str:
    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import padding, rsa

    try:
        found = x509.load_pem_x509_certificate(certificate.read_bytes())
        private = serialization.load_pem_private_key(key.encode(), password=None)
    except OSError as error:
        raise SourceError(GapCause.ABSENT, f"{certificate} cannot be read", "give the PEM file's path") from error
    except (ValueError, TypeError) as error:
        raise SourceError(
            GapCause.MALFORMED, "the certificate or its key is not PEM", "use unencrypted PEM files of an RSA key"
        ) from error
    if not isinstance(private, rsa.RSAPrivateKey):
        raise SourceError(GapCause.UNSUPPORTED, "the certificate's key is not RSA", "Entra ID takes RSA keys")
    now = int(time.time())
    header = {"alg": "PS256", "typ": "JWT", "x5t#S256": _base64(found.fingerprint(hashes.SHA256()))}
    claims = {
        "aud": audience,
        "iss": client_id,
        "sub": client_id,
        "jti": str(uuid.uuid4()),
        "nbf": now - 60,
        "exp": now + _LIFETIME_SECONDS,
    }
    signed = ".".join(_base64(json.dumps(each).encode()) for each in (header, claims))
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    return f"{signed}.{_base64(private.sign(signed.encode(), scheme, hashes.SHA256()))}"


def _base64(data: bytes) -> str:
    return base64.urlsafe_b64encode(data).rstrip(b"=").decode()


def _object(response: Response) -> dict[str, Any]:
    try:
        answer = json.loads(response.data)
    except (ValueError, RecursionError):
        answer = None
    return answer if isinstance(answer, dict) else {}


def _refused(response: Response, answer: dict[str, Any]) -> SourceError:
    words = str(answer.get("error_description") or answer.get("error") or "no token in the answer")
    first = words.partition("\r\n")[0].partition("\n")[0].partition(" Trace ID")[0][:300]
    remedy = next((text for code, text in _REMEDIES.items() if words.startswith(f"{code}:")), "")
    cause = GapCause.UNREACHABLE if response.status >= 500 else GapCause.DENIED
    return SourceError(cause, f"no token was given ({response.status}): {first}", remedy)
