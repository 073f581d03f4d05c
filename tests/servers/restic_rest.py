"""A restic REST server over plain HTTP on loopback, that writes down every request.

Made from the public description of the protocol (restic's manual, "REST Backend"), as Debian has no rest-server:
`POST /?create=true`, `HEAD`, `GET` and `POST` of `/config`, listing of `/{type}/` (version 2: names with sizes), and
`HEAD`, `GET` with ranges, `POST` and `DELETE` of `/{type}/{name}`.
"""

from __future__ import annotations

import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import TracebackType
from typing import Self

TYPES = ("data", "keys", "locks", "snapshots", "index")
_PATH = re.compile(r"/(?:(config)|(data|keys|locks|snapshots|index)/([0-9a-f]{64})?)?")
_RANGE = re.compile(r"bytes=(\d+)-(\d*)")


class RestServer:
    """A repository's folder, served; `requests` holds (method, path) of each request."""

    def __init__(self, folder: Path) -> None:
        self.requests: list[tuple[str, str]] = []
        handler = type("Handler", (_Handler,), {"folder": folder, "log": self.requests})
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)

    @property
    def address(self) -> str:
        """The address as restic takes it."""
        return f"rest:http://127.0.0.1:{self._server.server_address[1]}/"

    def reads_of(self, kind: str) -> list[str]:
        """Files of a type that were read."""
        return [path for method, path in self.requests if method == "GET" and re.match(rf"/{kind}/[0-9a-f]", path)]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: Path
    log: list[tuple[str, str]]

    def log_message(self, format: str, *_: object) -> None:  # noqa: A002  # the name that http.server calls it by
        """Say nothing."""

    def do_HEAD(self) -> None:
        """Whether a file is there, and its size."""
        path = self._file()
        if path is None or not path.is_file():
            self._answer(404)
        else:
            self._answer(200, size=path.stat().st_size)

    def do_GET(self) -> None:
        """A listing, or a file or a part of it."""
        match = _PATH.fullmatch(self.path.partition("?")[0])
        if match and match[2] and not match[3]:
            self._note()
            files = [path for path in (self.folder / match[2]).rglob("*") if path.is_file()]
            listed = [{"name": path.name, "size": path.stat().st_size} for path in sorted(files)]
            self._answer(200, json.dumps(listed).encode(), kind="application/vnd.x.restic.rest.v2")
            return
        path = self._file()
        if path is None or not path.is_file():
            self._answer(404)
            return
        data = path.read_bytes()
        part = _RANGE.fullmatch(self.headers.get("Range", ""))
        if part:
            self._answer(206, data[int(part[1]) : int(part[2]) + 1 if part[2] else None])
        else:
            self._answer(200, data)

    def do_POST(self) -> None:
        """A new repository, or a new file."""
        if self.path.endswith("?create=true"):
            self._note()
            for name in TYPES:
                (self.folder / name).mkdir(parents=True, exist_ok=True)
            self._answer(200)
            return
        path = self._file()
        data = self.rfile.read(int(self.headers.get("Content-Length", "0")))
        if path is None or path.exists():
            self._answer(403)
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)
        self._answer(200)

    def do_DELETE(self) -> None:
        """A file less."""
        path = self._file()
        if path is None or not path.is_file():
            self._answer(404)
        else:
            path.unlink()
            self._answer(200)

    def _note(self) -> None:
        self.log.append((self.command, self.path))

    def _file(self) -> Path | None:
        self._note()
        match = _PATH.fullmatch(self.path)
        if match is None or not (match[1] or match[3]):
            return None
        if match[1]:
            return self.folder / "config"
        name = match[3]
        return self.folder / match[2] / name[:2] / name if match[2] == "data" else self.folder / match[2] / name

    def _answer(self, status: int, body: bytes = b"", *, size: int | None = None, kind: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body) if size is None else size))
        if kind:
            self.send_header("Content-Type", kind)
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
