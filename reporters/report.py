"""What a report is written from: the contents of one bundle, never live objects."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from reporters.bundle.errors import BundleError
from reporters.bundle.layout import EVIDENCE_INDEX, POLICY, RESULTS, TAG_MANIFEST
from reporters.bundle.reader import Bundle, open_bundle

_ZONES = f"{RESULTS}/segmentation.json"
_FOLLOW_UP = f"{RESULTS}/recommendations.json"
_CONTRACTS = f"{RESULTS}/contracts.json"
_LEDGERS = f"{POLICY}/recommendations.json"

Json = dict[str, Any]
"""A JSON object as a bundle holds it."""


@dataclass(frozen=True, slots=True)
class ReportContents:
    """A bundle's documents, as their files hold them."""

    run: Json
    """data/policy/run.json: run, as_of, started, finished, organisation, sources, only_controls, only_sources, tool."""
    settings: Json
    """data/policy/settings.json: the settings as used, without secrets."""
    controls: Sequence[Json]
    """data/policy/controls.json."""
    catalogues: Sequence[Json]
    """data/policy/catalogues/*.json, in the order of their file names."""
    findings: Sequence[Json]
    """data/results/findings.json."""
    assessment: Json
    """data/results/assessment.json: requirements, waivers, coverage."""
    claims: Json
    """data/results/claims.json: the claims with their status."""
    ways_in: Json
    """data/results/ways_in.json: which factor each privileged person must use on each way in."""
    evidence: Json
    """data/evidence/index.json: populations and gaps with their provenance."""
    segmentation: Json = field(default_factory=dict)
    """data/results/segmentation.json: flows between zones; empty where no zone was declared."""
    stated_claims: Sequence[Json] = ()
    """data/policy/claims.json: the claims as the suppliers state them."""
    backup_chain: Json = field(default_factory=dict)
    """data/results/backup_chain.json: the chain of backup of each critical system; empty for a bundle without it."""
    follow_up: Json = field(default_factory=dict)
    """data/results/recommendations.json: whether earlier recommendations were heeded."""
    contracts: Json = field(default_factory=dict)
    """data/results/contracts.json: what the contracts with suppliers promise, and what they lack."""
    ledgers: Sequence[Json] = ()
    """data/policy/recommendations.json: the recommendations, and what the addressees say of them."""
    identity: str | None = None
    """SHA-256 (hex) of the tag manifest; None for a report that is itself part of the bundle."""
    signer: str | None = None
    """Fingerprint of the key whose signature was verified; None where nobody verified it."""


def read_contents(bundle_path: Path) -> ReportContents:
    """Read the contents of a bundle (folder or .zip), or of one that is not sealed yet.

    Verify the bundle first: this trusts what it reads. Raises BundleError for a document that is missing or is not of
    the shape that Styrk writes.
    """
    with open_bundle(bundle_path) as bundle:
        return ReportContents(
            run=_object(bundle, f"{POLICY}/run.json"),
            settings=_object(bundle, f"{POLICY}/settings.json"),
            controls=_list(bundle, f"{POLICY}/controls.json"),
            catalogues=[_object(bundle, name) for name in _catalogues(bundle)],
            findings=_list(bundle, f"{RESULTS}/findings.json"),
            assessment=_object(bundle, f"{RESULTS}/assessment.json"),
            claims=_object(bundle, f"{RESULTS}/claims.json"),
            ways_in=_object(bundle, f"{RESULTS}/ways_in.json"),
            backup_chain=_object(bundle, f"{RESULTS}/backup_chain.json")
            if _holds(bundle, f"{RESULTS}/backup_chain.json")
            else {},
            segmentation=_object(bundle, _ZONES) if _holds(bundle, _ZONES) else {},
            evidence=_object(bundle, EVIDENCE_INDEX),
            stated_claims=_list(bundle, f"{POLICY}/claims.json") if _holds(bundle, f"{POLICY}/claims.json") else [],
            follow_up=_object(bundle, _FOLLOW_UP) if _holds(bundle, _FOLLOW_UP) else {},
            contracts=_object(bundle, _CONTRACTS) if _holds(bundle, _CONTRACTS) else {},
            ledgers=_list(bundle, _LEDGERS) if _holds(bundle, _LEDGERS) else [],
            identity=bundle.identity if _holds(bundle, TAG_MANIFEST) else None,
        )


def _catalogues(bundle: Bundle) -> list[str]:
    folder = bundle.path / POLICY / "catalogues"
    return sorted(f"{POLICY}/catalogues/{path.name}" for path in folder.glob("*.json"))


def _holds(bundle: Bundle, name: str) -> bool:
    return (bundle.path / name).is_file()


def _object(bundle: Bundle, name: str) -> Json:
    value = bundle.read_json(name)
    if not isinstance(value, dict):
        raise BundleError(f"{name} is no JSON object")
    return value


def _list(bundle: Bundle, name: str) -> list[Json]:
    value = bundle.read_json(name)
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise BundleError(f"{name} is no JSON list of objects")
    return [each for each in value if isinstance(each, dict)]
