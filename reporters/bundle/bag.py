"""BagIt's own tag files (RFC 8493, sections 2.1.1 and 2.2.2); docs/bundle.md, section 4."""

from __future__ import annotations

import re
from collections.abc import Mapping

from reporters.bundle.errors import BundleError

DECLARATION_TEXT = b"BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n"

OXUM = "Payload-Oxum"
DATE = "Bagging-Date"

_LABEL = re.compile(r"[A-Za-z][A-Za-z0-9-]*")
_UNFIT = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\s]+")


def oxum(files: Mapping[str, int]) -> str:
    """`bytes.count` of the payload (RFC 8493, section 2.2.2)."""
    return f"{sum(files.values())}.{len(files)}"


def format_info(fields: Mapping[str, str]) -> bytes:
    """`Label: value` lines in order of label; blanks, line breaks and control characters become one blank each.

    Empty values are left out. Raises BundleError for a label that is none.
    """
    lines = []
    for label in sorted(fields):
        if not _LABEL.fullmatch(label):
            raise BundleError(f"not a label of bag-info.txt: {label!r:.80}")
        value = _UNFIT.sub(" ", fields[label]).strip()
        if value:
            lines.append(f"{label}: {value}\n")
    return "".join(lines).encode()


def parse_info(data: bytes) -> dict[str, str]:
    """Label to value; raises BundleError for anything that `format_info` would not have written."""
    try:
        lines = data.decode().split("\n")
        fields = dict(line.split(": ", 1) for line in lines[:-1])
        same = format_info(fields) == data
    except ValueError as error:
        raise BundleError("bag-info.txt is not made of `Label: value` lines in UTF-8") from error
    if not same:
        raise BundleError("bag-info.txt is not in order of label, or a label stands twice")
    return fields
