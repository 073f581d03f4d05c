"""One scan of a directory that a `GraphServer` plays, through the whole collection."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

from collector.collection import collect
from collector.directory.entra import EntraDirectory
from collector.evidence import EvidenceSet
from collector.recorder import ConfiguredSource
from collector.records.record import Record
from config.sources import EntraSource
from tests.servers.graph import CLIENT_ID, SECRET, GraphServer


def settings(server: GraphServer, **changes: Any) -> EntraSource:
    """The settings for one server."""
    values = {
        "id": "entra",
        "type": "entra",
        "tenant": "example.test",
        "client_id": CLIENT_ID,
        "client_secret": "env:GRAPH_SECRET",
        "base_url": server.url,
        "login_url": server.url,
        "ca_file": server.ca_file,
        "service_accounts": ("Sync@example.test",),
        "timeout_seconds": 5,
    }
    return EntraSource.model_validate(values | changes)


def scan(
    server: GraphServer,
    objects: dict[str, Any],
    folder: Path,
    *,
    wanted: frozenset[type[Record]] = EntraDirectory.provides,
    wait: Callable[[float], None] = lambda _seconds: None,
    **changes: Any,
) -> EvidenceSet:
    """The evidence of one scan of these objects, by the server's script in all else."""
    server.script.objects = objects
    source = EntraDirectory(settings(server, **changes), lambda _reference: SECRET, wait=wait)
    place = Path(tempfile.mkdtemp(dir=folder))
    return collect([ConfiguredSource(source, wanted)], place, "0")
