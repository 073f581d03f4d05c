"""What the sources that speak JSON over HTTPS have in common: the connection's interface, and careful reading; pure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol

from collector.evidence import GapCause
from collector.source import SourceError
from collector.transport.https import JsonAnswer


class Api(Protocol):
    """Asks the server; `collector.transport.https.JsonApi` in a run."""

    def get(self, path: str, headers: Mapping[str, str] | None = None) -> JsonAnswer:
        """The answer to one GET; raises SourceError."""
        ...

    def close(self) -> None:
        """Let the connection go."""
        ...


def listed(body: Mapping[str, Any], where: str) -> list[Any]:
    """The list under `data`; raises SourceError malformed."""
    value = body.get("data")
    if not isinstance(value, list):
        raise malformed(where, "no list `data`")
    return value


def text_of(item: Any, name: str) -> str | None:
    """A text that is not empty; None for anything else."""
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, str) and value else None


def number_of(item: Any, name: str) -> int | None:
    """A whole number from 0; None for anything else."""
    value = item.get(name) if isinstance(item, dict) else None
    return value if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 62 else None


def malformed(where: str, detail: str) -> SourceError:
    """The error for an answer that is not of the documented form."""
    return SourceError(
        GapCause.MALFORMED, f"the answer to {where} could not be understood: {detail}", "check the server's version"
    )
