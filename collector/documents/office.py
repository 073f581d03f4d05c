"""The visible text of DOCX (ECMA-376) and ODT (OpenDocument 1.3): XML within ZIP, by defusedxml; pure.

Nothing is run, fetched or computed: a date that the program writes anew each day is no date of the document, deleted
and hidden text is not what a reader sees, and a file with macros is not opened further.
"""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator
from datetime import date
from typing import Any, Literal
from xml.etree.ElementTree import Element, ParseError

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from collector.documents.text import MAX_TEXT, DocumentText
from collector.evidence import GapCause
from collector.source import SourceError

MAX_PART = 64 << 20
"""Bytes of one XML part, unpacked."""
MAX_UNPACKED = 512 << 20
"""Bytes of all parts, unpacked."""

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_TEXT = "{urn:oasis:names:tc:opendocument:xmlns:text:1.0}"
_STYLE = "{urn:oasis:names:tc:opendocument:xmlns:style:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_DC = "{http://purl.org/dc/elements/1.1/}"
_TERMS = "{http://purl.org/dc/terms/}"
_META = "{urn:oasis:names:tc:opendocument:xmlns:meta:1.0}"

_ODT = "application/vnd.oasis.opendocument.text"
_CHANGING = re.compile(r"\s*(?:DATE|TIME|SAVEDATE|PRINTDATE)\b", re.IGNORECASE)
_MARGINS = re.compile(r"word/(?:header|footer)\d*\.xml|word/(?:footnotes|endnotes)\.xml")


def read_office(data: bytes) -> DocumentText:
    """The text of a DOCX or ODT file; raises SourceError: malformed, denied (a password), unsupported (macros)."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            names = _checked(archive)
            if "word/document.xml" in names:
                return _docx(archive, names)
            if "content.xml" in names and _mimetype(archive, names).startswith(_ODT):
                return _odt(archive, names)
    except DefusedXmlException as error:
        raise SourceError(
            GapCause.MALFORMED, f"declares XML entities ({type(error).__name__}): it is not opened", "save it anew"
        ) from error
    except ParseError as error:
        raise _damaged(f"its XML is not well-formed ({error})") from error
    except (zipfile.BadZipFile, zlib.error, KeyError, ValueError, EOFError, NotImplementedError, OSError) as error:
        raise _damaged(f"{type(error).__name__}: {error}") from error
    except RecursionError as error:
        raise _damaged("its XML is nested without end") from error
    raise SourceError(GapCause.UNSUPPORTED, "is a ZIP file, but no DOCX or ODT", "save it as PDF, DOCX or ODT")


def _checked(archive: zipfile.ZipFile) -> set[str]:
    parts = archive.infolist()
    largest = max((part.file_size for part in parts if part.filename.endswith(".xml")), default=0)
    if sum(part.file_size for part in parts) > MAX_UNPACKED or largest > MAX_PART:
        raise SourceError(GapCause.MALFORMED, "unpacks to more than a document holds", "save it anew")
    if any(part.flag_bits & 1 for part in parts):
        raise SourceError(GapCause.DENIED, "needs a password", "hand over a copy without one")
    names = {part.filename for part in parts}
    macros = [name for name in names if name.endswith("vbaProject.bin") or name.startswith(("Basic/", "Scripts/"))]
    if macros:
        raise SourceError(
            GapCause.UNSUPPORTED, f"holds macros ({min(macros)}): it is not opened", "save it as PDF or without macros"
        )
    return names


def _part(archive: zipfile.ZipFile, name: str) -> Element:
    with archive.open(name) as opened:
        data = opened.read(MAX_PART + 1)
    if len(data) > MAX_PART:
        raise SourceError(GapCause.MALFORMED, "unpacks to more than a document holds", "save it anew")
    made: Element = fromstring(data, forbid_dtd=True)
    return made


def _mimetype(archive: zipfile.ZipFile, names: set[str]) -> str:
    if "mimetype" not in names:
        return ""
    with archive.open("mimetype") as opened:
        return opened.read(200).decode("ascii", "replace")


def _docx(archive: zipfile.ZipFile, names: set[str]) -> DocumentText:
    body = _bounded("".join(_word(_part(archive, "word/document.xml"))))
    margins = [_bounded("".join(_word(_part(archive, name)))) for name in sorted(names) if _MARGINS.fullmatch(name)]
    title, created = None, None
    if "docProps/core.xml" in names:
        about = _part(archive, "docProps/core.xml")
        title, created = about.findtext(f"{_DC}title"), about.findtext(f"{_TERMS}created")
    return _made("docx", body, "\n".join(margins), title, created)


def _word(part: Element) -> Iterator[str]:
    """Visible text of a part; the result of a field that changes by itself is left out."""
    fields: list[dict[str, Any]] = []
    for element in _walk(part):
        tag = element.tag
        if tag == f"{_W}fldChar":
            kind = element.get(f"{_W}fldCharType")
            if kind == "begin":
                fields.append({"code": "", "result": False})
            elif kind == "separate" and fields:
                fields[-1]["result"] = True
            elif kind == "end" and fields:
                fields.pop()
        elif tag == f"{_W}instrText" and fields and not fields[-1]["result"]:
            fields[-1]["code"] += element.text or ""
        elif tag == f"{_W}t" and not any(_CHANGING.match(field["code"]) for field in fields):
            yield element.text or ""
        elif tag == f"{_W}tab":
            yield "\t"
        elif tag in (f"{_W}br", f"{_W}cr") or tag == f"{_W}p":
            yield "\n"
        elif tag == f"{_W}tc":
            yield " "


def _walk(element: Element) -> Iterator[Element]:
    """Elements in order, without deleted text, hidden runs, changing fields, and the old form of what has two."""
    stack = [element]
    while stack:
        found = stack.pop()
        yield found
        if found.tag == f"{_W}r" and _hidden(found):
            continue
        if found.tag == f"{_W}fldSimple" and _CHANGING.match(found.get(f"{_W}instr") or ""):
            continue
        if found.tag == f"{_W}del" or found.tag.endswith("}Fallback"):
            continue
        stack += reversed(list(found))


def _hidden(run: Element) -> bool:
    mark = run.find(f"{_W}rPr/{_W}vanish")
    return mark is not None and mark.get(f"{_W}val") not in ("0", "false", "off")


def _odt(archive: zipfile.ZipFile, names: set[str]) -> DocumentText:
    if "META-INF/manifest.xml" in names and b"encryption-data" in archive.read("META-INF/manifest.xml")[:MAX_PART]:
        raise SourceError(GapCause.DENIED, "needs a password", "hand over a copy without one")
    content = _part(archive, "content.xml").find(f"{_OFFICE}body")
    body = _bounded("".join(_open_document(content))) if content is not None else ""
    margins = ""
    if "styles.xml" in names:
        styles = _part(archive, "styles.xml")
        masters = [each for each in styles.iter() if each.tag in (f"{_STYLE}header", f"{_STYLE}footer")]
        margins = _bounded("\n".join("".join(_open_document(each)) for each in masters))
    title, created = None, None
    if "meta.xml" in names:
        about = _part(archive, "meta.xml")
        found = {each.tag: each.text for each in about.iter()}
        title, created = found.get(f"{_DC}title"), found.get(f"{_META}creation-date")
    return _made("odt", body, margins, title, created)


_UNSEEN = (f"{_TEXT}tracked-changes", f"{_OFFICE}annotation", f"{_TEXT}hidden-paragraph", f"{_TEXT}hidden-text")
_BREAKS = {f"{_TEXT}p": "\n", f"{_TEXT}h": "\n", f"{_TEXT}line-break": "\n", f"{_TEXT}tab": "\t", f"{_TEXT}s": " "}


def _open_document(element: Element) -> Iterator[str]:
    """Visible text of an element and what is in it; a date or time that is not fixed is left out."""
    stack: list[tuple[Element | None, str]] = [(element, "")]
    while stack:
        found, tail = stack.pop()
        if found is None:
            yield tail
            continue
        if found.tag in _BREAKS:
            yield _BREAKS[found.tag]
        changing = found.tag in (f"{_TEXT}date", f"{_TEXT}time") and found.get(f"{_TEXT}fixed") != "true"
        if changing or found.tag in _UNSEEN:
            continue
        yield found.text or ""
        for child in reversed(list(found)):
            stack += [(None, child.tail or ""), (child, "")]


def _bounded(text: str) -> str:
    if len(text) > MAX_TEXT:
        raise SourceError(GapCause.TRUNCATED, f"has more than {MAX_TEXT} characters", "hand over its parts")
    return text


def _made(
    kind: Literal["docx", "odt"], body: str, margins: str, title: str | None, created: str | None
) -> DocumentText:
    day = None
    if created is not None and re.match(r"\d{4}-\d\d-\d\d", created):
        try:
            day = date.fromisoformat(created[:10])
        except ValueError:
            day = None
    return DocumentText(kind, (body,), margins, paged=False, title=(title or "").strip() or None, created=day)


def _damaged(detail: str) -> SourceError:
    return SourceError(GapCause.MALFORMED, f"is damaged: {detail:.200}", "save it anew")
