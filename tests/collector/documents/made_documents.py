"""Documents with Swedish text, made by the tests: DOCX and ODT part by part, PDF by headless Chromium."""

from __future__ import annotations

import io
import subprocess
import zipfile
from pathlib import Path

_W = 'xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"'
_ODF = (
    'xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" '
    'xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" '
    'xmlns:style="urn:oasis:names:tc:opendocument:xmlns:style:1.0" '
    'xmlns:meta="urn:oasis:names:tc:opendocument:xmlns:meta:1.0" '
    'xmlns:dc="http://purl.org/dc/elements/1.1/"'
)
_CHROMIUM = (
    "--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run",
    "--no-pdf-header-footer",
)  # fmt: skip


def packed(parts: dict[str, str | bytes]) -> bytes:
    """A ZIP of these parts."""
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in parts.items():
            archive.writestr(name, data)
    return held.getvalue()


def paragraph(text: str) -> str:
    return f"<w:p><w:r><w:t>{text}</w:t></w:r></w:p>"


def docx(*paragraphs: str, footer: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    """A DOCX of paragraphs (ECMA-376); text, or XML that begins with `<w:`."""
    body = "".join(each if each.startswith("<w:") else paragraph(each) for each in paragraphs)
    parts: dict[str, str | bytes] = {
        "[Content_Types].xml": "<Types/>",
        "word/document.xml": f'<?xml version="1.0"?><w:document {_W}><w:body>{body}</w:body></w:document>',
        "docProps/core.xml": (
            '<cp:coreProperties xmlns:cp="http://schemas.openxmlformats.org/package/2006/metadata/core-properties" '
            'xmlns:dc="http://purl.org/dc/elements/1.1/" xmlns:dcterms="http://purl.org/dc/terms/">'
            "<dcterms:created>2020-02-03T08:00:00Z</dcterms:created></cp:coreProperties>"
        ),
    }
    if footer:
        parts["word/footer1.xml"] = f"<w:ftr {_W}>{paragraph(footer)}</w:ftr>"
    return packed({**parts, **(more or {})})


def odt(*paragraphs: str, header: str = "", more: dict[str, str | bytes] | None = None) -> bytes:
    """An ODT of paragraphs (OpenDocument 1.3); text, or XML that begins with `<text:`."""
    body = "".join(each if each.startswith("<text:") else f"<text:p>{each}</text:p>" for each in paragraphs)
    parts: dict[str, str | bytes] = {
        "mimetype": "application/vnd.oasis.opendocument.text",
        "content.xml": (
            f"<office:document-content {_ODF}><office:body><office:text>{body}</office:text></office:body>"
            "</office:document-content>"
        ),
        "meta.xml": (
            f"<office:document-meta {_ODF}><office:meta><dc:title>Rutin</dc:title></office:meta></office:document-meta>"
        ),
        "styles.xml": (
            f"<office:document-styles {_ODF}><office:master-styles><style:master-page><style:header>"
            f"<text:p>{header}</text:p></style:header></style:master-page></office:master-styles></office:document-styles>"
        ),
    }
    return packed({**parts, **(more or {})})


def printed(folder: Path, pages: dict[str, str]) -> None:
    """Print HTML to PDF, one file per name; Chromium is started once for each."""
    for name, html in pages.items():
        source = folder / f"{name}.html"
        source.write_text(f'<!doctype html><html lang="sv"><meta charset="utf-8"><title>{name}</title>{html}', "utf-8")
        subprocess.run(
            [
                "chromium",
                *_CHROMIUM,
                f"--user-data-dir={folder / 'profile'}",
                f"--print-to-pdf={folder / name}.pdf",
                source.as_uri(),
            ],
            check=True,
            capture_output=True,
            timeout=150,
        )
        source.unlink()
