"""Words by which a cell for a name or a signature says that there is none."""

from __future__ import annotations

_NONE = frozenset(
    {
        "nej", "n", "no", "false", "falskt", "0", "-", "–", "—", "?", "ej", "inte", "ingen", "inget", "none", "null",
        "saknas", "n/a", "ej utfört", "ej utförd", "ej gjort", "ej gjord", "ej aktuellt", "inte utfört", "inte gjort",
        "ej kontrollerat", "ej kontrollerad", "ej verifierat", "ej verifierad", "not done", "not verified", "missing",
    }
)  # fmt: skip


def says_none(text: str | None) -> bool:
    """Whether a text says that nobody did it, or says nothing."""
    return " ".join((text or "").split()).casefold().rstrip(".") in _NONE | {""}
