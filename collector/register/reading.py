"""Chooses the importer of a register's file: by what the file is, not by its name alone; pure."""

from __future__ import annotations

import re

from collector.evidence import GapCause
from collector.register.delimited import read_csv
from collector.register.objects import read_json
from collector.register.table import Table
from collector.register.workbook import read_workbook
from collector.source import SourceError
from config.registers import ColumnMapping

UNMAPPED = ColumnMapping(columns={"-": "-"})
"""Says nothing of how a file is to be read."""

_ZIP, _OLE, _PDF = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"%PDF-"
_MARKUP = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*<(?:!doctype|html|table|\?xml)", re.IGNORECASE)
_OBJECTS = re.compile(rb"\A(?:\xef\xbb\xbf)?\s*[\[{]\s*[\[{\"\]}]")


def read_table(data: bytes, name: str, mapping: ColumnMapping) -> Table:
    """The table of a CSV, XLSX or JSON file; raises SourceError where it is none of them, or cannot be read."""
    suffix = name.lower().rpartition(".")[2]
    if data.startswith(_OLE):
        raise _other("an old .xls, or a workbook with a password", "save it as .xlsx without a password")
    if data.startswith(_PDF):
        raise _other("a PDF", "export it as CSV or XLSX; a PDF belongs to a source of documents")
    if data.startswith(_ZIP) or suffix in ("xlsx", "xlsm"):
        return read_workbook(data, mapping.sheet, mapping.header_row)
    if _MARKUP.match(data):
        raise _other("an HTML or XML page, whatever its name says", "open it in a spreadsheet and save it as .xlsx")
    if suffix == "json" or (suffix not in ("csv", "tsv", "txt") and _OBJECTS.match(data)):
        return read_json(data, mapping.items)
    return read_csv(data, mapping.encoding, mapping.delimiter, mapping.header_row)


def _other(what: str, remedy: str) -> SourceError:
    return SourceError(GapCause.MALFORMED, f"the file is {what}", remedy)
