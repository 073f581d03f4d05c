"""Writes down what a run is judged by, as `assessment.policy` reads it: the JSON documents under data/policy/."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from collector.recorder import ConfiguredSource
from collector.records.codec import JsonValue, encode_time
from config.catalogue import Catalogue, Control
from config.claims import ClaimSettings
from config.contracts import ContractSettings
from config.ledgers import Ledger
from config.settings import Settings


@dataclass(frozen=True, slots=True)
class RunFacts:
    """What a run says of itself."""

    run: str
    started: datetime
    finished: datetime
    """End of collecting."""
    version: str
    only_controls: tuple[str, ...]
    only_sources: tuple[str, ...]


def policy_documents(
    settings: Settings,
    catalogues: Iterable[Catalogue],
    controls: Mapping[str, Control],
    claims: Iterable[ClaimSettings],
    sources: Sequence[tuple[ConfiguredSource, str]],
    facts: RunFacts,
    ledgers: Iterable[Ledger] = (),
    contracts: Iterable[ContractSettings] = (),
) -> dict[str, JsonValue]:
    """File name below data/policy/ to its document; `sources` come with their types.

    Secrets are not in the settings, only references to where they are kept.
    """
    documents: dict[str, JsonValue] = {
        "settings.json": settings.model_dump(mode="json", exclude_none=True, exclude_defaults=True),
        "controls.json": [control.policy() for control in controls.values()],
        "claims.json": [claim.model_dump(mode="json", exclude_none=True, by_alias=True) for claim in claims],
        "run.json": {
            "run": facts.run,
            "as_of": encode_time(facts.started),
            "started": encode_time(facts.started),
            "finished": encode_time(facts.finished),
            "organisation": settings.organisation.model_dump(mode="json", exclude_none=True),
            "tool": {"name": "styrk", "version": facts.version},
            "only_controls": list(facts.only_controls),
            "only_sources": list(facts.only_sources),
            "sources": [
                {
                    "id": configured.source.id,
                    "type": kind,
                    "controlled_by": configured.controlled_by,
                    "tags": list(configured.tags),
                }
                for configured, kind in sources
            ],
        },
    }
    signed: list[JsonValue] = [each.model_dump(mode="json", exclude_none=True) for each in contracts]
    if signed:
        documents["contracts.json"] = signed
    held: list[JsonValue] = [ledger.policy() for ledger in ledgers]
    if held:
        documents["recommendations.json"] = held
    for catalogue in catalogues:
        documents[f"catalogues/{catalogue.id}.json"] = catalogue.policy()
    return documents
