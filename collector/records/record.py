"""What every record has: a subject, and a kind by which evidence files and checks name its type."""

from __future__ import annotations

import re
from typing import Protocol, runtime_checkable


@runtime_checkable
class Record(Protocol):
    """One fact row of evidence; a frozen dataclass whose absent values are None and mean *not known*."""

    @property
    def subject(self) -> str:
        """The name that the system's own people use for what the row is about."""
        ...


def kind_name(kind: type[Record]) -> str:
    """The kind's public name: `RestoreTest` -> `restore-test`."""
    return re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", kind.__name__).lower()
