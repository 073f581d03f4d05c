"""What to ask, and whom, for what the evidence leaves open of a claim; reports put it into words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from assessment.claim_evidence import ClaimReason
from assessment.policy import Claim, Policy
from collector.evidence import OWN
from collector.records.codec import JsonValue


@dataclass(frozen=True, slots=True)
class Question:
    """One question or task that would settle a part of a claim."""

    code: str
    to: Literal["supplier", "own"]
    """Who can answer: the supplier, or the organisation's own operations."""
    facts: Mapping[str, JsonValue]


ASK = {
    "no-check": "show-how",
    "no-evidence": "let-us-read",
    "suppliers-own-word": "let-us-read",
    "moment-only": "show-history",
    "outside-period": "show-history",
    "days-not-known": "show-history",
    "period-not-over": "read-later",
    "evidence-older": "read-again",
    "contradicted-by": "explain",
    "deviating": "explain",
    "nothing-in-scope": "what-is-meant",
}
"""Reason to question; what each asks for is in the message catalogues."""
OWN_TASKS = frozenset({"read-again", "read-later"})
UNSEEN = {
    "source-not-judged": "let-us-read",
    "subject-not-seen": "what-is-meant",
    "system-without-hosts": "which-hosts",
    "empty-population": "what-is-meant",
}


def questions(claim: Claim, status: str, reasons: Sequence[ClaimReason], policy: Policy) -> tuple[Question, ...]:
    """One question of each kind, in the order of the reasons; none where the claim is confirmed."""
    if status == "confirmed":
        return ()
    where = ", ".join(each for each in (claim.contract, claim.clause) if each)
    facts: dict[str, JsonValue] = {
        "supplier": claim.supplier,
        "statement": claim.statement,
        "where": f" ({where})" if where else "",
        "control": claim.control,
        "day": claim.as_of.isoformat(),
        "first": (claim.period.start if claim.period else claim.as_of).isoformat(),
    }
    asked: dict[tuple[str, Literal["supplier", "own"]], dict[str, JsonValue]] = {}
    for reason in reasons:
        code = _code(reason, status)
        if code is None:
            continue
        to: Literal["supplier", "own"] = "own" if code in OWN_TASKS or _ours(reason, code, policy) else "supplier"
        about = asked.setdefault((code, to), {**facts, "names": []})
        names = about["names"]
        if isinstance(names, list):
            names += [name for name in _names(reason) if name not in names]
    return tuple(
        Question(code, to, {**about, "names": _shortened(about["names"])}) for (code, to), about in asked.items()
    )


NAMED = 40
"""Names that a question spells out; the reasons have them all."""


def _shortened(names: JsonValue) -> JsonValue:
    if not isinstance(names, list) or len(names) <= NAMED:
        return names
    return [*names[:NAMED], f"+{len(names) - NAMED}"]


def _code(reason: ClaimReason, status: str) -> str | None:
    if reason.code == "gap":
        return "let-us-read"
    if reason.code == "undetermined":
        return UNSEEN.get(str(reason.facts["reason"]), "complete")
    if reason.code == "deviating" and status != "contradicted":
        return None
    return ASK.get(reason.code)


def _ours(reason: ClaimReason, code: str, policy: Policy) -> bool:
    """Whether the organisation's own people can mend it: the source is in their hands."""
    known = policy.sources.get(str(reason.facts.get("source", "")))
    return code in {"let-us-read", "complete"} and known is not None and known.controlled_by == OWN


def _names(reason: ClaimReason) -> list[JsonValue]:
    for key in ("subjects", "sources", "kinds"):
        found = reason.facts.get(key)
        if isinstance(found, list):
            return found
    source = reason.facts.get("source")
    return [source] if source else []
