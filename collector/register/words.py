"""The words that people write for the values of a field: for each kind of register and field, word to value.

A field's own values are understood too and need no line here. Words are compared without regard to case.
"""

from __future__ import annotations

from collections.abc import Mapping

_FACTORS = {
    "1": "one",
    "en": "one",
    "nej": "one",
    "no": "one",
    "ingen": "one",
    "lösenord": "one",
    "2": "two",
    "två": "two",
    "ja": "two",
    "yes": "two",
    "mfa": "two",
    "flerfaktor": "two",
}

WORDS: dict[tuple[str, str], Mapping[str, str]] = {
    ("access-request", "approver_role"): {
        "chef": "manager",
        "systemägare": "system-owner",
        "ersättare": "delegate",
    },
    ("employment", "group"): {"anställd": "employee", "förtroendevald": "elected", "konsult": "consultant"},
    ("entry-point", "category"): {
        "rd gateway": "rd-gateway",
        "fjärrskrivbord": "rd-gateway",
        "webbmejl": "webmail",
        "webbmail": "webmail",
        "annat": "other",
    },
    ("entry-point", "factors"): _FACTORS,
    ("entry-point-rule", "factors"): _FACTORS,
    ("restore-test", "result"): {
        "godkänd": "passed",
        "godkänt": "passed",
        "lyckad": "passed",
        "lyckat": "passed",
        "ok": "passed",
        "underkänd": "failed",
        "underkänt": "failed",
        "ej godkänd": "failed",
        "ej godkänt": "failed",
        "misslyckad": "failed",
        "misslyckat": "failed",
    },
}
"""(kind of register, field) to: word to value."""
