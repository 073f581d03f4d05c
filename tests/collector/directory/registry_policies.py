"""Registry policies made for tests (MS-GPREG 2.2.1)."""

from __future__ import annotations

import struct


def registry_policy(*values: tuple[str, str, int], kind: int = 4) -> bytes:
    """A `Registry.pol` with numbers."""
    parts = [b"PReg\x01\x00\x00\x00"]
    for key, name, number in values:
        parts += [text.encode("utf-16-le") for text in ("[", key, "\0;", name, "\0;")]
        parts.append(struct.pack("<I2sI2sI2s", kind, b";\0", 4, b";\0", number, b"]\0"))
    return b"".join(parts)
