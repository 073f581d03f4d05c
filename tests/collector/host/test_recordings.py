"""Every recorded answer of a host gives the records and gaps that were checked by hand.

The `debian-*` cases are answers of real hosts, shortened by the kernel's name and, in `debian-12-inventory`, to a few
packages and runs of apt; `*-by-documentation` are written from the programs' manuals, where no such host was at hand.
Routes, open ports and sshd's Match lines are asked for since later: two of the cases got them from a host of the same
release and from the hosts' own sshd_config. A kind is
read where the answer has all its sections. `python tests/collector/host/test_recordings.py` writes the expectations
anew, for a reviewer to read the difference.
"""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from collector.host.answer import read_answer
from collector.host.facts import read_facts
from collector.host.reading import Target
from collector.host.script import needed
from collector.host.sections import KINDS
from collector.records.codec import encode
from collector.records.record import kind_name

RECORDINGS = Path(__file__).parents[1] / "recordings/host"
CASES = sorted(path.parent.name for path in RECORDINGS.glob("*/answer.txt"))
NONCE = "0123456789abcdef"


def read_case(name: str) -> dict[str, Any]:
    folder = RECORDINGS / name
    case = json.loads((folder / "case.json").read_text(encoding="utf-8"))
    answer = read_answer((folder / "answer.txt").read_bytes(), NONCE)
    asked = [kind for kind in KINDS if all(section.name in answer.parts for section in needed(frozenset({kind})))]
    facts = read_facts(answer, Target(case["name"]), asked, datetime.fromisoformat(case["now"]))
    return {
        "records": [{"kind": kind_name(type(record)), **_known(encode(record))} for record in facts.records],
        "missing": [f"{kind_name(m.kind)}: {m.cause}: {m.detail}" for m in facts.missing],
        "unreadable": {kind_name(kind): sorted(fields) for kind, fields in facts.unreadable.items()},
    }


def _known(encoded: Any) -> dict[str, Any]:
    values = encoded if isinstance(encoded, dict) else json.loads(encoded)
    return {key: value for key, value in values.items() if value is not None}


@pytest.mark.parametrize("name", CASES)
def test_a_recorded_answer_gives_what_was_checked(name: str) -> None:
    expected = json.loads((RECORDINGS / name / "expected.json").read_text(encoding="utf-8"))
    assert read_case(name) == expected


def test_there_are_recordings() -> None:
    assert len(CASES) >= 4


if __name__ == "__main__":
    for case in CASES:
        text = json.dumps(read_case(case), indent=1, ensure_ascii=False, sort_keys=True)
        (RECORDINGS / case / "expected.json").write_text(text + "\n", encoding="utf-8")
