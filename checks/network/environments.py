"""Which environment systems and hosts belong to, by the registers' words; pure."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Mapping

from checks.record_rules.joins import key_of
from collector.evidence import EvidenceSet
from collector.records.assets import RegisteredHost
from collector.records.backup import ProtectedSystem

PRODUCTION_WORDS = frozenset({"produktion", "prod", "production", "drift", "skarp"})
TEST_WORDS = frozenset(
    {
        "test", "testmiljö", "acceptans", "acceptanstest", "acceptance", "utbildning", "utbildningsmiljö", "training",
        "utveckling", "utv", "development", "dev", "staging", "qa", "stage", "demo",
    }
)  # fmt: skip
PRODUCTION, TEST = "production", "test"
_SAID_BESIDE = frozenset({"miljö", "miljön", "environment", "utb"})


def environment_of_word(word: str | None) -> str | None:
    """`production`, `test`, an empty string for another word, None where nothing is said."""
    said = (word or "").strip().casefold()
    if not said:
        return None
    if said in PRODUCTION_WORDS:
        return PRODUCTION
    return TEST if said in TEST_WORDS else ""


def environment_of(system: ProtectedSystem) -> str | None:
    """As `environment_of_word`, of a system."""
    return environment_of_word(system.environment)


def name_without_environment(name: str) -> tuple[str, ...]:
    """The words of a system's name less those that say its environment: `Journal (test)` is `Journal`."""
    words = re.findall(r"\w+", name.casefold())
    kept = tuple(each for each in words if each not in PRODUCTION_WORDS | TEST_WORDS | _SAID_BESIDE)
    return kept or tuple(words)


def environments_of_hosts(evidence: EvidenceSet) -> Mapping[str, set[str]]:
    """Host, by the key of its name, to the environments of the systems on it; else to what the register of hosts says.

    A host with a system whose environment is not understood has an empty string among them.
    """
    found: defaultdict[str, set[str]] = defaultdict(set)
    for system in evidence.reading(ProtectedSystem).records:
        for host in system.hosts:
            found[key_of(host)].add(environment_of(system) or "")
    stated: defaultdict[str, set[str]] = defaultdict(set)
    for row in evidence.reading(RegisteredHost).records:
        if environment_of_word(row.environment) is not None:
            stated[key_of(row.host)].add(environment_of_word(row.environment) or "")
    return {**stated, **found}
