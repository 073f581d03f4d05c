"""A report so small that its whole HTML can be read: one exception of each sort, one requirement of each judgement."""

from __future__ import annotations

from typing import Any

from reporters.report import ReportContents

JUDGEMENTS = ("met", "largely-met", "partly-met", "not-met", "not-determined", "not-applicable")
FINDING = "accounts-stale:ad:00000000"


def _text(sv: str, en: str) -> dict[str, str]:
    return {"sv": sv, "en": en}


def _finding() -> dict[str, Any]:
    return {
        "id": FINDING,
        "check": "accounts-stale",
        "control": "accounts-stale",
        "source": "ad",
        "status": "not-satisfied",
        "population": {"count": 4, "source_count": 5, "examined": 3, "in_scope": 3},
        "whole": True,
        "exceptions": [
            {
                "subject": "anna",
                "reason": "unused",
                "severity": "medium",
                "facts": {"last_used": "2026-01-02T03:04:05Z", "days": 323},
                "waiver": None,
            },
            {
                "subject": "bo",
                "reason": "unused",
                "severity": "medium",
                "facts": {"last_used": "2025-01-02T03:04:05Z", "days": 688},
                "waiver": "ra-1",
            },
        ],
        "undetermined": [
            {"subject": "åsa", "reason": "last-use-unknown", "facts": {}},
            {"subject": "ad", "reason": "population-incomplete", "facts": {"seen": 4, "source_count": 5}},
        ],
        "out_of_scope": {"disabled": 1},
        "gaps": [],
        "parameters": {"stale_days": 90, "exempt": []},
        "evidence": ["ab" * 32],
        "obtained": "observed",
        "controlled_by": ["own"],
        "oldest_evidence": "2026-11-21T05:30:00Z",
    }


def _asked(status: str) -> list[dict[str, Any]]:
    tested = {"id": "accounts-stale", "status": "not-satisfied", "nearly": False, "findings": [FINDING]}
    missing = {"id": "account-unique", "status": "not-determined", "nearly": False, "findings": []}
    return {
        "not-met": [tested],
        "partly-met": [tested, {**missing, "missing": "no-check"}],
        "not-determined": [{**missing, "missing": "no-evidence", "needs": ["account", "employment"]}],
    }.get(status, [])


def small() -> ReportContents:
    """The contents; made anew, to change at will."""
    provenance = {
        "method": ["search base=DC=example,DC=test"],
        "identity": "styrk@example.test",
        "started": "2026-11-21T05:30:00Z",
        "finished": "2026-11-21T05:31:00Z",
        "obtained": "observed",
        "controlled_by": "own",
        "collector_version": "0.1.0",
    }
    return ReportContents(
        run={
            "run": "20261121T053000Z",
            "as_of": "2026-11-21T05:30:00Z",
            "started": "2026-11-21T05:30:00Z",
            "finished": "2026-11-21T05:31:00Z",
            "organisation": {"name": "Exempelkommun", "diary_number": "KS 2026/1", "language": "sv"},
            "tool": {"name": "styrk", "version": "0.1.0"},
            "only_controls": ["accounts-stale"],
            "only_sources": [],
            "sources": [
                {"id": "ad", "type": "ldap", "controlled_by": "own", "tags": ["critical"]},
                {"id": "srv", "type": "ssh", "controlled_by": "Driftbolaget Exempel", "tags": []},
            ],
        },
        settings={
            "organisation": {"name": "Exempelkommun"},
            "waivers": [
                {
                    "id": "ra-1",
                    "control": "accounts-stale",
                    "scope": {"subjects": ["bo"]},
                    "decided_by": "IT-chefen",
                    "decided": "2026-10-01",
                    "reason": "Är tjänstledig och kommer tillbaka i januari.",
                    "expires": "2027-01-31",
                }
            ],
        },
        controls=[
            {
                "id": "accounts-stale",
                "title": _text("Oanvända konton stängs av", "Inactive accounts disabled"),
                "rule": _text("Avvikelse: aktivt och inte använt.", "Exception: enabled and not used."),
                "parameters": {
                    "stale_days": {
                        "value": 90,
                        "unit": "days",
                        "origin": "default",
                        "text": _text("Dagar utan användning", "Days without use"),
                    }
                },
                "crosswalk": [],
            },
            {"id": "account-unique", "title": _text("Unika identiteter", "Unique identities"), "crosswalk": []},
        ],
        catalogues=[
            {
                "id": "egen",
                "title": _text("Egen katalog", "Own catalogue"),
                "kind": "own",
                "requirements": [
                    {
                        "id": f"K-{number}",
                        "section": str(number),
                        "kind": "demand",
                        "title": _text(f"Krav {number}", f"Requirement {number}"),
                        "evidence": _text("Kontolista", "List of accounts"),
                        "evidence_kind": ["technical", "record"],
                        "owner": "municipality",
                    }
                    for number, _ in enumerate(JUDGEMENTS, 1)
                ],
            }
        ],
        findings=[_finding()],
        assessment={
            "requirements": [
                {
                    "id": f"K-{number}",
                    "catalogue": "egen",
                    "status": status,
                    "controls": _asked(status),
                    **({} if _asked(status) else {"missing": "no-control"}),
                }
                for number, status in enumerate(JUDGEMENTS, 1)
            ],
            "waivers": [
                {"id": "ra-1", "control": "accounts-stale", "state": "in-force", "covers": 1, "expires": "2027-01-31"}
            ],
            "coverage": {
                "controls": 2,
                "controls_with_check": 1,
                "requirements": 6,
                "requirements_determined": 5,
                "requirements_with_evidence": 2,
            },
        },
        claims={
            "claims": [
                {
                    "id": "avtal-1",
                    "supplier": "Driftbolaget Exempel",
                    "control": "accounts-stale",
                    "status": "contradicted",
                    "reasons": [
                        {"code": "contradicted-by", "facts": {"source": "ad", "count": 1, "subjects": ["anna"]}}
                    ],
                    "findings": [_finding()],
                    "evidence": ["ab" * 32],
                }
            ]
        },
        evidence={
            "format": 1,
            "populations": [
                {
                    "kind": "account",
                    "source": "ad",
                    "count": 4,
                    "source_count": 5,
                    "provenance": provenance,
                    "unreadable": ["lastLogon"],
                    "digest": "ab" * 32,
                }
            ],
            "gaps": [
                {
                    "kind": "host",
                    "source": "srv",
                    "cause": "unreachable",
                    "detail": "no route to host",
                    "remedy": "check the route",
                }
            ],
        },
        ways_in={
            "rows": [
                {
                    "id": "directory ad anna ad",
                    "person": "1001",
                    "account": "anna",
                    "way": "directory",
                    "place": "ad",
                    "source": "ad",
                    "kinds": ["privilege"],
                    "roles": ["Domain Admins"],
                    "enforced": "yes",
                    "factors": ["SMARTCARD_REQUIRED"],
                    "check": "mfa-admin-enforced",
                    "reason": "",
                    "facts": {},
                    "registered": "yes",
                    "held": ["totp (mfa)"],
                },
                {
                    "id": "ssh servrar anna@app1 app1",
                    "person": "",
                    "account": "anna@app1",
                    "way": "ssh",
                    "place": "app1",
                    "source": "servrar",
                    "kinds": ["local-privilege", "ssh-access"],
                    "roles": ["sudo"],
                    "enforced": "no",
                    "factors": ["any"],
                    "check": "mfa-admin-enforced--ssh",
                    "reason": "single-factor",
                    "facts": {"role": "sudo"},
                    "registered": "unknown",
                    "held": [],
                },
            ],
            "gaps": [
                {"kind": "ssh-access", "source": "servrar", "cause": "unreachable", "detail": "", "subject": "db1"}
            ],
            "joined": True,
        },
        backup_chain={
            "rows": [
                {
                    "id": "systemregister Ekonomi",
                    "system": "Ekonomi",
                    "source": "systemregister",
                    "owner": "ekonomichef",
                    "weakest": "restorable",
                    "links": [
                        {
                            "link": "taken",
                            "state": "yes",
                            "check": "backup-daily",
                            "reason": "",
                            "facts": {},
                            "shown": "2026-11-21",
                        },
                        {
                            "link": "intact",
                            "state": "unknown",
                            "check": "restore-test-annual--integrity",
                            "reason": "no-integrity-evidence",
                            "facts": {},
                            "shown": None,
                        },
                        {
                            "link": "restorable",
                            "state": "no",
                            "check": "restore-test-annual",
                            "reason": "too-old",
                            "facts": {"tested": "2025-03-01"},
                            "shown": "2025-03-01",
                        },
                        {
                            "link": "in-time",
                            "state": "unknown",
                            "check": "",
                            "reason": "",
                            "facts": {},
                            "shown": "2025-03-01",
                        },
                        {
                            "link": "separate",
                            "state": "yes",
                            "check": "backup-separate",
                            "reason": "",
                            "facts": {},
                            "shown": "2026-11-20",
                        },
                    ],
                }
            ]
        },
        stated_claims=[
            {
                "id": "avtal-1",
                "supplier": "Driftbolaget Exempel",
                "statement": "Konton som inte används stängs av.",
                "as_of": "2026-10-31",
                "control": "accounts-stale",
                "clause": "4.2",
            }
        ],
        identity="cd" * 32,
        signer="SHA256:exempel",
    )
