"""A directory that answers as Microsoft Graph v1.0 does: HTTPS, tokens, pages, throttling and refusals.

The shapes are those of the Graph v1.0 reference (each builder in `graph_tenants.py` names its page); the paging, the
throttling and the errors are those of "Paging Microsoft Graph data", "Throttling guidance" and "Error responses".
"""

from __future__ import annotations

import base64
import json
import ssl
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa

from tests.servers.certificates import Authority

CLIENT_ID = "3f1c6f4e-0000-4000-8000-0000000000aa"
SECRET = "a-secret-that-no-file-may-hold"
Answer = tuple[int, dict[str, str], bytes]


@dataclass
class Script:
    """What one server answers; tests change it between two scans."""

    objects: dict[str, Any] = field(default_factory=dict)
    """Path (without query) to a list of items, or to one object."""
    page_size: int = 100
    permissions: tuple[str, ...] = ("Directory.Read.All",)
    """`roles` in the tokens."""
    faults: list[Callable[[str, int], Answer | None]] = field(default_factory=list)
    """Asked in turn with the path and the number of the request to it; the first answer that is not None is given."""
    expired: set[str] = field(default_factory=set)
    certificate: Path | None = None
    """Where given, a signed assertion is demanded instead of the secret."""
    skew_seconds: int = 0
    """How far the server's clock is ahead."""
    requests: list[str] = field(default_factory=list)
    """Every GET, as asked for."""
    tokens: list[str] = field(default_factory=list)


class GraphServer:
    """One server in a thread, until `stop`."""

    def __init__(self, folder: Path) -> None:
        self.script = Script()
        authority = Authority(folder)
        files = authority.issue("graph", ["127.0.0.1", "graph.example.test"])
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(files.certificate, files.key)
        handler = type("Handler", (_Handler,), {"server_state": self})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._server.daemon_threads = True
        self._server.socket = context.wrap_socket(self._server.socket, server_side=True)
        self.ca_file = authority.ca_file
        self.url = f"https://127.0.0.1:{self._server.server_address[1]}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the server."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(10)


class _Handler(BaseHTTPRequestHandler):
    server_state: GraphServer
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
        """Nothing is printed."""

    def date_time_string(self, timestamp: float | None = None) -> str:
        """The Date header, by the server's own clock."""
        return super().date_time_string((timestamp or time.time()) + self.server_state.script.skew_seconds)

    def do_POST(self) -> None:
        script = self.server_state.script
        form = parse_qs(self.rfile.read(int(self.headers.get("Content-Length", 0))).decode())
        proven = (
            form.get("client_secret") == [SECRET]
            if script.certificate is None
            else _signed(form.get("client_assertion", [""])[0], script.certificate)
        )
        if not self.path.endswith("/oauth2/v2.0/token") or form.get("client_id") != [CLIENT_ID] or not proven:
            words = "AADSTS7000215: Invalid client secret provided.\r\nTrace ID: 0"
            self._send(401, {}, json.dumps({"error": "invalid_client", "error_description": words}).encode())
            return
        claims = {"roles": list(script.permissions), "number": len(script.tokens)}
        token = f"e30.{base64.urlsafe_b64encode(json.dumps(claims).encode()).decode().rstrip('=')}.x"
        script.tokens.append(token)
        answer = {"token_type": "Bearer", "expires_in": 3599, "access_token": token}
        self._send(200, {}, json.dumps(answer).encode())

    def do_GET(self) -> None:
        script = self.server_state.script
        script.requests.append(self.path)
        token = self.headers.get("Authorization", "").removeprefix("Bearer ")
        if token not in script.tokens or token in script.expired:
            self._send(*error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid."))
            return
        parts = urlsplit(self.path)
        number = sum(urlsplit(each).path == parts.path for each in script.requests)
        for fault in script.faults:
            answer = fault(self.path, number)
            if answer is not None:
                self._send(*answer)
                return
        self._send(*self._answer(parts.path, parse_qs(parts.query)))

    def _answer(self, path: str, query: dict[str, list[str]]) -> Answer:
        script = self.server_state.script
        found = script.objects.get(path)
        if isinstance(found, dict) and "by group" in found:
            found = found["by group"].get(query["$filter"][0].split("'")[1], [])
        if found is None:
            return error(404, "Request_ResourceNotFound", f"Resource '{path.rpartition('/')[2]}' does not exist.")
        if isinstance(found, dict):
            return 200, {}, json.dumps(found).encode()
        begin = int(query.get("$skiptoken", ["0"])[0])
        body: dict[str, Any] = {
            "@odata.context": f"{self.server_state.url}/v1.0/$metadata{path}",
            "value": found[begin : begin + script.page_size],
        }
        if "$count" in query and self.headers.get("ConsistencyLevel") == "eventual" and begin == 0:
            body["@odata.count"] = len(found)
        if begin + script.page_size < len(found):
            body["@odata.nextLink"] = f"{self.server_state.url}{path}?$skiptoken={begin + script.page_size}"
        return 200, {}, json.dumps(body).encode()

    def _send(self, status: int, headers: dict[str, str], body: bytes) -> None:
        self.send_response(status)
        for name, value in ({"Content-Type": "application/json", "Content-Length": str(len(body))} | headers).items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)


def error(status: int, code: str, message: str, **headers: str) -> Answer:
    """An error as Graph writes it ("Microsoft Graph error responses and resource types")."""
    body = {"error": {"code": code, "message": message, "innerError": {"date": "2026-11-21T08:00:00"}}}
    return status, {name.replace("_", "-"): value for name, value in headers.items()}, json.dumps(body).encode()


def _signed(assertion: str, certificate: Path) -> bool:
    """Whether an assertion carries the certificate's thumbprint and its key's signature (RFC 7515, PS256)."""
    head, _, rest = assertion.partition(".")
    payload, _, signature = rest.partition(".")
    found = x509.load_pem_x509_certificate(certificate.read_bytes())
    key = found.public_key()
    header, claims = json.loads(_bytes(head)), json.loads(_bytes(payload))
    assert isinstance(key, rsa.RSAPublicKey)
    scheme = padding.PSS(padding.MGF1(hashes.SHA256()), padding.PSS.DIGEST_LENGTH)
    key.verify(_bytes(signature), f"{head}.{payload}".encode(), scheme, hashes.SHA256())
    return (
        header["alg"] == "PS256"
        and _bytes(header["x5t#S256"]) == found.fingerprint(hashes.SHA256())
        and claims["iss"] == claims["sub"] == CLIENT_ID
        and str(claims["aud"]).endswith("/oauth2/v2.0/token")
    )


def _bytes(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))
