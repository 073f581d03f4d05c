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

_RESULTS = {
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
}

WORDS: dict[tuple[str, str], Mapping[str, str]] = {
    ("declared-flow", "protocol"): {"alla": "any", "valfritt": "any"},
    ("access-request", "approver_role"): {
        "chef": "manager",
        "systemägare": "system-owner",
        "ersättare": "delegate",
    },
    ("backup-run", "result"): {
        "success": "ok",
        "lyckad": "ok",
        "lyckat": "ok",
        "klar": "ok",
        "varning": "warning",
        "error": "failed",
        "fel": "failed",
        "misslyckad": "failed",
        "misslyckat": "failed",
        "pågår": "running",
    },
    ("integrity-check", "result"): _RESULTS,
    ("snapshot", "verification"): _RESULTS,
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
    ("change", "size"): {"liten": "minor", "mindre": "minor", "stor": "major", "större": "major"},
    ("document", "status"): {
        "utkast": "draft",
        "förslag": "draft",
        "beslutad": "decided",
        "beslutat": "decided",
        "antagen": "decided",
        "fastställd": "decided",
        "gällande": "decided",
        "upphävd": "repealed",
        "upphört": "repealed",
        "inaktuell": "repealed",
    },
    ("escalation-contact", "direction"): {"till leverantör": "to-supplier", "från leverantör": "from-supplier"},
    ("exercise", "category"): {
        "återläsning": "restore",
        "återställning": "restore",
        "växling": "failover",
        "eskalering": "escalation",
        "skrivbordsövning": "tabletop",
        "annat": "other",
    },
    ("minutes", "decision"): {
        "noterat": "noted",
        "noteras": "noted",
        "godkänns": "noted",
        "läggs till handlingarna": "noted",
        "beslut": "decided",
        "beslutat": "decided",
        "återremiss": "returned",
        "återremitteras": "returned",
    },
    ("monitored-host", "service"): {"övervakning": "monitoring", "central logg": "central-log", "siem": "central-log"},
    ("restore-test", "result"): _RESULTS,
    ("room-inspection", "category"): {"besök": "visit", "larmtest": "alarm-test", "larmprov": "alarm-test"},
    ("room-inspection", "result"): _RESULTS,
    ("security-measure", "origin"): {
        "klassning": "classification",
        "informationsklassning": "classification",
        "risk": "risk",
        "riskanalys": "risk",
        "regel": "rule",
        "leverantörens råd": "supplier-advice",
    },
    ("security-measure", "result"): {
        "uppfyllt": "met",
        "uppfylld": "met",
        "ej uppfyllt": "not-met",
        "ej uppfylld": "not-met",
    },
    ("service-level", "measure"): {
        "löst i första linjen": "first-line-share",
        "lösningstid": "resolve-working-days",
        "enkät": "survey-share",
        "annat": "other",
    },
    ("supplier", "risk_class"): {"hög": "high", "medel": "medium", "låg": "low"},
    ("supplier-follow-up", "category"): {"uppföljning": "follow-up", "revision": "audit", "granskning": "audit"},
    ("vulnerability-result", "severity"): {
        "kritisk": "critical",
        "hög": "high",
        "medel": "medium",
        "låg": "low",
        "information": "info",
    },
}
"""(kind of register, field) to: word to value."""
