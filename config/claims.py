"""Supplier claims: a YAML file of their own, so that contract managers can keep it apart from the systems."""

from __future__ import annotations

from collections.abc import Set as AbstractSet
from pathlib import Path

from config.catalogue import check_control
from config.problems import SettingsError
from config.scopes import check_scope, unique
from config.settings import ClaimSettings, Settings
from config.sources import Strict
from config.validation import fit
from config.yaml_reader import read_yaml


class ClaimsFile(Strict):
    """The whole of a claims file."""

    claims: tuple[ClaimSettings, ...]


def load_claims(settings: Settings) -> tuple[ClaimSettings, ...]:
    """Load the claims that the settings name, none where they name none; raises SettingsError with every mistake."""
    if settings.claims is None:
        return ()
    systems = (*settings.sources, *settings.registers)
    return read_claims(
        settings.claims,
        {system.id for system in systems},
        {tag for system in systems for tag in system.tags},
    )


def read_claims(
    path: Path, sources: AbstractSet[str], tags: AbstractSet[str], name: str | None = None
) -> tuple[ClaimSettings, ...]:
    """Read a claims file whose scopes may name these sources and tags; raises SettingsError with every mistake."""
    document = read_yaml(path, name)
    file = fit(ClaimsFile, document)
    claims = document.root.items("claims")
    unique(document, claims, ("claims",), "id")
    for index, claim in enumerate(claims):
        control = claim.text("control")
        if control is not None:
            check_control(
                document,
                ("claims", index, "control"),
                control,
                claim.get("parameters"),
                ("claims", index, "parameters"),
            )
        check_scope(document, claim, ("claims", index, "scope"), sources, tags)
    if file is None or document.problems:
        raise SettingsError(document.problems)
    return file.claims
