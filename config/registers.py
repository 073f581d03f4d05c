"""Holds the column mapping of each register against the fields of what it holds."""

from __future__ import annotations

from config.columns import COLUMNS
from config.document import Document
from config.problems import did_you_mean


def check_registers(document: Document) -> None:
    """Add a problem for each column that the records do not have, for each that they need, and for stray words."""
    for index, register in enumerate(document.root.items("registers")):
        holds = register.text("holds")
        if holds not in COLUMNS:
            continue
        fields = COLUMNS[holds].names
        columns = register.entries("columns")
        for name in columns:
            if name not in fields:
                message, suggestion = f"{holds} has no field {name}", did_you_mean(name, fields)
                document.problem(("registers", index, "columns", name), message, suggestion, key=True)
        lacking = [name for name in COLUMNS[holds].required if name not in columns]
        if lacking and register.get("columns") is not None:
            document.problem(("registers", index, "columns"), f"no column is mapped to {' and '.join(lacking)}")
        for name in register.entries("values"):
            if name not in columns:
                path = ("registers", index, "values", name)
                document.problem(path, f"no column is mapped to {name}", did_you_mean(name, columns), key=True)
        if register.get("group") is not None and holds != "employment":
            document.problem(("registers", index, "group"), "only a register of employments has a group", key=True)
