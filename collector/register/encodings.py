"""The text of a file that does not say its encoding: by a fixed order, and said aloud; pure.

Detectors of encodings by statistics take Swedish cp1252 for Japanese (docs/decisions/0026-importer.md).
"""

from __future__ import annotations

import codecs
import re

from collector.evidence import GapCause
from collector.source import SourceError

_LETTERS = "åäöÅÄÖéÉüÜæøÆØèëáàóç"
_SIGNS = "\u00a0§°\u00b4½²³µ·×–—\u2018“”…€•"
"""Signs that Swedish texts hold, but never between two letters (there they are letters in another encoding)."""
_WITHIN = "’"
_PLAUSIBLE = re.compile(rf"[\x00-\x7f{_LETTERS}{_SIGNS}{_WITHIN}]*")
_MISREAD = re.compile(rf"[A-Za-z{_LETTERS}][{_SIGNS}][a-z{_LETTERS}]".replace("–", "").replace("\u00a0", ""))
_SINGLE_BYTE = ("cp1252", "cp850")


def decode(data: bytes, encoding: str | None = None) -> tuple[str, str]:
    """The text of a file, and in words how its encoding was found.

    A mark (BOM) goes before all; then the encoding that the settings name; then UTF-8 where the file is valid; then
    cp1252 or cp850 where just one of them gives words with Swedish letters. Raises SourceError malformed naming the
    settings that would read it.
    """
    if data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return _strict(data, "utf-16"), "UTF-16, by its mark"
    if data.startswith(codecs.BOM_UTF8):
        return _strict(data, "utf-8-sig"), "UTF-8, by its mark"
    if encoding is not None:
        return _strict(data, encoding), f"{encoding}, by the settings"
    try:
        text = data.decode("utf-8", "strict")
    except UnicodeDecodeError as error:
        return _single_byte(data, error.start)
    return text, "ASCII" if text.isascii() else "UTF-8, which it is throughout"


def plausible(text: str) -> bool:
    """Whether a text holds nothing but what Swedish texts hold."""
    return _PLAUSIBLE.fullmatch(text) is not None and _MISREAD.search(text) is None


def _strict(data: bytes, encoding: str) -> str:
    try:
        return data.decode(encoding, "strict")
    except UnicodeDecodeError as error:
        raise SourceError(
            GapCause.MALFORMED,
            f"the file is not {encoding.removesuffix('-sig')} (byte {error.start})",
            "check `encoding` in the settings, or export it as CSV UTF-8",
        ) from error


def _single_byte(data: bytes, place: int) -> tuple[str, str]:
    found = {}
    for encoding in _SINGLE_BYTE:
        try:
            text = data.decode(encoding, "strict")
        except UnicodeDecodeError:
            continue
        if plausible(text):
            found[encoding] = text
    if len(set(found.values())) == 1:
        encoding, text = next(iter(found.items()))
        return text, f"{encoding}: it is not UTF-8 (byte {place}), and its letters are Swedish in {encoding} alone"
    both = "both cp1252 and cp850 give" if found else "neither cp1252 nor cp850 gives"
    line = data.count(b"\n", 0, place) + 1
    raise SourceError(
        GapCause.MALFORMED,
        f"the file is not UTF-8 (byte {place}, line {line}), and {both} Swedish words",
        "set `encoding: cp1252` (Excel in Sweden) or `cp850` (older systems), or export it as CSV UTF-8",
    )
