"""The visible text of a document, as every reader of a format gives it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

MAX_FILE = 64 << 20
"""Bytes of one document's file."""
MAX_TEXT = 4_000_000
"""Characters of one document's text."""
MAX_PAGES = 2000


@dataclass(frozen=True, slots=True)
class DocumentText:
    """What was read of one document."""

    format: Literal["pdf", "docx", "odt"]
    pages: tuple[str, ...]
    """Text page by page; one for a format without pages."""
    margins: str = ""
    """Headers, footers and footnotes of a format that keeps them apart."""
    paged: bool = True
    unread_pages: int = 0
    """Pages with pictures and no text."""
    title: str | None = None
    created: date | None = None

    @property
    def whole(self) -> str:
        """All of it."""
        return "\n".join([*self.pages, self.margins])

    @property
    def has_text(self) -> bool:
        """Whether any letter or digit was read."""
        return any(each.isalnum() for each in self.whole)
