"""Records the answers in tests/collector/recordings/privacyidea from the real server of tests/servers.

    python -m tests.collector.factors.record_answers

Compare expected.json with what tests/servers/privacyidea_seed.py seeds before it is kept.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from collector.collection import collect
from collector.evidence import EvidenceSet
from collector.factors.privacyidea import PasswordLogin, PrivacyIdea
from collector.recorder import ConfiguredSource
from collector.records.codec import encode
from collector.transport.https import HttpsSettings, JsonApi
from config.sources import PrivacyIdeaSource
from tests.collector.factors.recorded_privacyidea import Recording
from tests.servers.privacyidea import PrivacyIdeaServer

RECORDINGS = Path(__file__).parents[1] / "recordings/privacyidea"


def expected_of(evidence: EvidenceSet) -> dict[str, Any]:
    """What a reading gave, as a document."""
    return {
        "records": [encode(record) for population in evidence.populations for record in population.records],
        "unreadable": {population.kind: list(population.unreadable) for population in evidence.populations},
        "gaps": [
            [gap.kind, gap.cause.value, gap.subject, gap.detail]
            for gap in (*evidence.gaps, *(gap for population in evidence.populations for gap in population.missing))
        ],
    }


def record(name: str, server: PrivacyIdeaServer, about: str, **chosen: Any) -> None:
    """Record one case."""
    values = {
        "id": "mfa",
        "type": "privacyidea",
        "url": server.url,
        "user": "collector",
        "password": "env:NONE",
        "person_key": "employee_number",
        "realms": ["staff"],
        "page_size": 20,
        **chosen,
    }
    settings = PrivacyIdeaSource.model_validate_json(json.dumps(values))
    https = HttpsSettings(ca_file=server.ca_file)
    login = PasswordLogin(settings, lambda _: server.password, https)
    recording = Recording(login, JsonApi(settings.url, login, https, scheme=""))
    source = PrivacyIdea(settings, lambda _: "", connect=lambda: (recording, recording))
    with tempfile.TemporaryDirectory() as made:
        expected = expected_of(collect([ConfiguredSource(source, source.provides)], Path(made), "0"))
    folder = RECORDINGS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = {**values, "url": "https://recorded.example.test"}
    for file, content in (
        ("case.json", {"about": about, "settings": kept}),
        ("answers.json", recording.answers),
        ("expected.json", expected),
    ):
        (folder / file).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Record every case."""
    with tempfile.TemporaryDirectory() as folder, PrivacyIdeaServer(Path(folder)) as server:
        record("reader", server, "privacyIDEA 3.14, an administrator who may read: every state of a token, three pages")
        record("no-rights", server, "an administrator without tokenlist, userlist and policyread", user="nobody")
        record("limited", server, "an administrator whose tokenlist is limited to one realm", user="limited")
        record("dark", server, "a realm whose LDAP resolver reaches nothing: an empty list", realms=["elsewhere"])


if __name__ == "__main__":
    main()
