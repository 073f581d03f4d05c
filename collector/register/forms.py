"""What a register may hold: for each kind of register its record type, and how each field's cell is read; pure."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from collector.records.access import (
    AccessRequest,
    AccessReview,
    ExternalAccount,
    GroupPurpose,
    SharedAccount,
    UnitChange,
)
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest
from collector.records.factors import EntryPoint, EntryPointRule
from collector.records.identity import Employment
from collector.records.record import Record
from collector.register.table import Cell
from collector.register.values import (
    ValueUnreadableError,
    read_bool,
    read_date,
    read_int,
    read_names,
    read_text,
)

Read = Callable[[Cell], Any]

_RESULTS = {
    "passed": "passed",
    "godkänd": "passed",
    "godkänt": "passed",
    "lyckad": "passed",
    "lyckat": "passed",
    "ok": "passed",
    "failed": "failed",
    "underkänd": "failed",
    "underkänt": "failed",
    "ej godkänd": "failed",
    "ej godkänt": "failed",
    "misslyckad": "failed",
    "misslyckat": "failed",
}
_GROUPS = {
    "employee": "employee",
    "anställd": "employee",
    "elected": "elected",
    "förtroendevald": "elected",
    "consultant": "consultant",
    "konsult": "consultant",
}
_APPROVER_ROLES = {
    "manager": "manager",
    "chef": "manager",
    "system-owner": "system-owner",
    "systemägare": "system-owner",
    "delegate": "delegate",
    "ersättare": "delegate",
}
_FACTORS = {
    "one": "one",
    "1": "one",
    "en": "one",
    "nej": "one",
    "no": "one",
    "ingen": "one",
    "lösenord": "one",
    "two": "two",
    "2": "two",
    "två": "two",
    "ja": "two",
    "yes": "two",
    "mfa": "two",
    "flerfaktor": "two",
}
_ENTRY_POINTS = {
    "vpn": "vpn",
    "rd-gateway": "rd-gateway",
    "rd gateway": "rd-gateway",
    "fjärrskrivbord": "rd-gateway",
    "citrix": "citrix",
    "webmail": "webmail",
    "webbmejl": "webmail",
    "webbmail": "webmail",
    "portal": "portal",
    "ssh": "ssh",
    "other": "other",
    "annat": "other",
}


def _word_of(words: Mapping[str, str]) -> Read:
    def read(cell: Cell) -> str | None:
        text = read_text(cell)
        if text is None:
            return None
        if text.casefold() not in words:
            raise ValueUnreadableError(f"means none of {', '.join(sorted(set(words.values())))}")
        return words[text.casefold()]

    return read


FORMS: dict[str, tuple[type[Record], Mapping[str, Read], frozenset[str]]] = {
    "employment": (
        Employment,
        {
            "person_key": read_text,
            "group": _word_of(_GROUPS),
            "status": read_text,
            "start": read_date,
            "end": read_date,
            "on_leave": read_bool,
            "unit": read_text,
            "manager": read_text,
            "protected": read_bool,
        },
        frozenset({"person_key"}),
    ),
    "protected-system": (
        ProtectedSystem,
        {
            "name": read_text,
            "critical": read_bool,
            "hosts": read_names,
            "owner": read_text,
            "supplier": read_text,
            "environment": read_text,
            "needs_extra_protection": read_bool,
            "confidentiality": read_int,
            "login": read_names,
        },
        frozenset({"name"}),
    ),
    "restore-test": (
        RestoreTest,
        {
            "system": read_text,
            "date": read_date,
            "scope": read_text,
            "restore_point": read_text,
            "target": read_text,
            "result": _word_of(_RESULTS),
            "duration_minutes": read_int,
            "verified_by_it": read_text,
            "verified_by_business": read_text,
        },
        frozenset({"system", "date"}),
    ),
    "major-change": (
        MajorChange,
        {"system": read_text, "date": read_date, "reference": read_text},
        frozenset({"system", "date"}),
    ),
    "group-purpose": (
        GroupPurpose,
        {"group": read_text, "unit": read_text, "system": read_text},
        frozenset({"group"}),
    ),
    "unit-change": (
        UnitChange,
        {
            "person_key": read_text,
            "date": read_date,
            "unit_from": read_text,
            "unit_to": read_text,
            "protected": read_bool,
        },
        frozenset({"person_key", "date"}),
    ),
    "access-request": (
        AccessRequest,
        {
            "reference": read_text,
            "account": read_text,
            "group": read_text,
            "requested": read_date,
            "approved": read_date,
            "approver": read_text,
            "approver_role": _word_of(_APPROVER_ROLES),
            "refused": read_bool,
        },
        frozenset({"reference", "account", "group"}),
    ),
    "access-review": (
        AccessReview,
        {
            "system": read_text,
            "date": read_date,
            "reviewer": read_text,
            "population_count": read_int,
            "removed": read_names,
        },
        frozenset({"system", "date"}),
    ),
    "external-account": (
        ExternalAccount,
        {"account": read_text, "supplier": read_text, "sponsor": read_text, "contract_end": read_date},
        frozenset({"account"}),
    ),
    "shared-account": (
        SharedAccount,
        {
            "account": read_text,
            "owner": read_text,
            "purpose": read_text,
            "decided": read_date,
            "valid_until": read_date,
        },
        frozenset({"account"}),
    ),
    "entry-point": (
        EntryPoint,
        {
            "name": read_text,
            "category": _word_of(_ENTRY_POINTS),
            "address": read_text,
            "hosts": read_names,
            "external": read_bool,
            "authentication": read_text,
            "provider": read_text,
            "realm": read_text,
            "factors": _word_of(_FACTORS),
            "factor": read_text,
            "systems": read_names,
        },
        frozenset({"name"}),
    ),
    "entry-point-rule": (
        EntryPointRule,
        {
            "entry_point": read_text,
            "rule": read_text,
            "enabled": read_bool,
            "methods": read_names,
            "factors": _word_of(_FACTORS),
            "provider": read_text,
            "groups": read_names,
        },
        frozenset({"entry_point", "rule"}),
    ),
}
"""What a register may hold: its record type, how each field's cell is read, and the fields that a row cannot lack."""

WITHHELD: dict[type[Record], tuple[str, ...]] = {
    Employment: ("unit", "status", "manager"),
    UnitChange: ("unit_from", "unit_to"),
}
"""Fields that tell where a person works, not taken over where the row says that their identity is protected."""
