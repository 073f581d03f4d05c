"""The requirements of the catalogues that come with Styrk, by the controls that they ask for."""

from __future__ import annotations

from functools import cache

from assessment.policy import Policy
from config.catalogue import Catalogue, available_catalogues, load_catalogue
from config.settings import Organisation, Settings
from config.sources import LocalSource
from styrk.scan import planned_policy

_ANY = Settings(organisation=Organisation(name="-"), sources=(LocalSource(id="any", type="local"),))
"""Which systems there are does not matter to what a catalogue asks."""


def catalogue_policy(catalogue: Catalogue) -> Policy:
    """What a catalogue asks for, with no organisation's own values."""
    return planned_policy(_ANY, [catalogue])


@cache
def requirements_by_control() -> dict[str, dict[str, list[str]]]:
    """Control id to catalogue id to the ids of the requirements that ask for it."""
    found: dict[str, dict[str, list[str]]] = {}
    for name in available_catalogues():
        policy = catalogue_policy(load_catalogue(name))
        for requirement in policy.requirements:
            for asked in policy.asked(requirement):
                found.setdefault(asked.id, {}).setdefault(name, []).append(requirement.id)
    return found
