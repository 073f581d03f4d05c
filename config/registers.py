"""The columns that each kind of register may be mapped to; tests hold them against the record types."""

from __future__ import annotations

from config.document import Document
from config.problems import did_you_mean

REQUIRED = {
    "employment": ("person_key",),
    "protected-system": ("name",),
    "restore-test": ("system", "date"),
    "major-change": ("system", "date"),
    "group-purpose": ("group",),
    "unit-change": ("person_key", "date"),
    "access-request": ("reference", "account", "group"),
    "access-review": ("system", "date"),
    "external-account": ("account",),
    "shared-account": ("account",),
    "entry-point": ("name",),
    "entry-point-rule": ("entry_point", "rule"),
}
OPTIONAL = {
    "employment": ("group", "status", "start", "end", "on_leave", "unit", "manager", "protected"),
    "protected-system": (
        "critical",
        "hosts",
        "owner",
        "supplier",
        "environment",
        "needs_extra_protection",
        "confidentiality",
        "login",
    ),
    "restore-test": (
        "scope",
        "restore_point",
        "target",
        "result",
        "duration_minutes",
        "verified_by_it",
        "verified_by_business",
    ),
    "major-change": ("reference",),
    "group-purpose": ("unit", "system"),
    "unit-change": ("unit_from", "unit_to", "protected"),
    "access-request": ("requested", "approved", "approver", "approver_role", "refused"),
    "access-review": ("reviewer", "population_count", "removed"),
    "external-account": ("supplier", "sponsor", "contract_end"),
    "shared-account": ("owner", "purpose", "decided", "valid_until"),
    "entry-point": (
        "category",
        "address",
        "hosts",
        "external",
        "authentication",
        "provider",
        "realm",
        "factors",
        "factor",
        "systems",
    ),
    "entry-point-rule": ("enabled", "methods", "factors", "provider", "groups"),
}


def check_registers(document: Document) -> None:
    """Add a problem for each column that the records do not have, for each that they need, and for stray words."""
    for index, register in enumerate(document.root.items("registers")):
        holds = register.text("holds")
        if holds not in REQUIRED:
            continue
        fields = (*REQUIRED[holds], *OPTIONAL[holds])
        columns = register.entries("columns")
        for name in columns:
            if name not in fields:
                message, suggestion = f"{holds} has no field {name}", did_you_mean(name, fields)
                document.problem(("registers", index, "columns", name), message, suggestion, key=True)
        lacking = [name for name in REQUIRED[holds] if name not in columns]
        if lacking and register.get("columns") is not None:
            document.problem(("registers", index, "columns"), f"no column is mapped to {' and '.join(lacking)}")
        for name in register.entries("values"):
            if name not in columns:
                path = ("registers", index, "values", name)
                document.problem(path, f"no column is mapped to {name}", did_you_mean(name, columns), key=True)
        if register.get("group") is not None and holds != "employment":
            document.problem(("registers", index, "group"), "only a register of employments has a group", key=True)
