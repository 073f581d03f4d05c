"""Recorded answers of real servers give the records beside them.

Each folder of tests/collector/recordings/ldap holds case.json (settings, where it was recorded), answers.json (as
received) and expected.json (records, gaps, hidden fields), which is compared with what was seeded before it is kept.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.recorder import ConfiguredSource
from collector.records.codec import encode
from collector.records.kinds import KINDS
from config.sources import LdapSource
from tests.collector.directory.recorded_ldap import RecordedLdap

RECORDINGS = Path(__file__).parents[1] / "recordings/ldap"
CASES = sorted(path.parent.name for path in RECORDINGS.glob("*/case.json"))


def test_there_are_recordings_of_both_servers() -> None:
    assert {name.partition("-")[0] for name in CASES} == {"samba", "slapd"}


@pytest.mark.parametrize("case", CASES)
def test_a_recording_gives_its_records(case: str, tmp_path: Path) -> None:
    folder = RECORDINGS / case
    settings = LdapSource.model_validate_json(json.dumps(json.loads((folder / "case.json").read_text())["settings"]))
    connection = RecordedLdap(folder / "answers.json", settings.bind.user or "")
    source = DirectorySource(settings, lambda _reference: "", connect=lambda: connection)
    kinds = frozenset(KINDS[name] for name in json.loads((folder / "case.json").read_text())["kinds"])
    evidence = collect([ConfiguredSource(source, kinds)], tmp_path, "0")
    found = {
        "records": [encode(record) for population in evidence.populations for record in population.records],
        "unreadable": {population.kind: list(population.unreadable) for population in evidence.populations},
        "gaps": [
            [gap.kind, gap.cause.value, gap.subject, gap.detail]
            for gap in (*evidence.gaps, *(gap for population in evidence.populations for gap in population.missing))
        ],
    }
    assert found == json.loads((folder / "expected.json").read_text(encoding="utf-8"))
