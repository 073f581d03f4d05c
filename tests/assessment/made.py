"""A small policy for tests, in the form that a bundle holds it."""

from __future__ import annotations

from typing import Any

from assessment.policy import Policy, read_policy
from tests.checks.made import AS_OF

CONTROLS: list[dict[str, Any]] = [
    {
        "id": "accounts-stale",
        "parameters": {"stale_days": {"value": 90}},
        "crosswalk": [{"framework": "iso-27002-2022", "reference": "5.16"}],
    },
    {
        "id": "password-age",
        "parameters": {"max_age_days": {"value": 180}},
        "crosswalk": [{"framework": "iso-27002-2022", "reference": "5.17"}],
    },
    {"id": "made-up", "parameters": {}, "crosswalk": []},
]


def documents(**changes: Any) -> dict[str, Any]:
    """Policy documents; `changes` replaces settings, requirements, claims or fields of run.json."""
    run = {"as_of": AS_OF.isoformat().replace("+00:00", "Z"), "sources": changes.pop("sources", [])}
    held = {f"{name}.json": changes.pop(name) for name in ("recommendations", "before", "contracts") if name in changes}
    return held | {
        "run.json": {**run, "only_controls": changes.pop("only_controls", [])},
        "settings.json": changes.pop("settings", {}),
        "controls.json": CONTROLS,
        "claims.json": changes.pop("claims", []),
        "catalogues/own.json": {"id": "own", "requirements": changes.pop("requirements", [])},
    }


def policy(**changes: Any) -> Policy:
    """The policy of those documents."""
    return read_policy(documents(**changes))


def asks(name: str, *controls: str, **parameters: Any) -> dict[str, Any]:
    """A requirement that names controls."""
    return {"id": name, "controls": [{"id": control, "parameters": parameters} for control in controls]}


def source(name: str, *tags: str, controlled_by: str = "own") -> dict[str, Any]:
    """A source, as run.json lists it."""
    return {"id": name, "type": "ldap", "controlled_by": controlled_by, "tags": list(tags)}
