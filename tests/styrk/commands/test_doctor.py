from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.servers.loopback import closed_port
from tests.styrk.runs import Styrk, write_estate

LDAP = """\
  - id: directory
    type: ldap
    dialect: openldap
    host: 127.0.0.1
    port: {port}
    base: dc=example,dc=test
    tls: {{mode: none}}
    bind: {{method: anonymous}}
registers:
"""


def test_all_is_well(styrk: Styrk, tmp_path: Path, sealed: object) -> None:
    run = styrk("doctor", "-c", write_estate(tmp_path), "--source", "systems", "--source", "tests")
    assert run.status == 0, run.out
    assert "3 rows" in " ".join(run.out.split())
    assert "FAIL" not in run.out


@pytest.fixture
def closed() -> Iterator[int]:
    """A port that nobody listens on."""
    with closed_port() as port:
        yield port


def test_each_thing_that_fails_has_its_remedy_and_hides_no_other(styrk: Styrk, tmp_path: Path, closed: int) -> None:
    settings = write_estate(tmp_path)
    text = settings.read_text(encoding="utf-8").replace("registers:\n", LDAP.format(port=closed))
    settings.write_text(text, encoding="utf-8")
    (tmp_path / "tests.csv").unlink()
    run = styrk("doctor", "-c", settings, "--json")
    assert run.status == 3
    lines = run.json()["diagnoses"]
    failed = {line["source"] for line in lines if not line["ok"]} - {"this-host"}
    assert failed == {"directory", "tests"}
    assert all(line["remedy"] for line in lines if not line["ok"])
    assert {line["source"] for line in lines} == {"this-host", "directory", "systems", "tests", "changes", "styrk"}
    shown = styrk("doctor", "-c", settings).out
    assert "FAIL directory" in shown
    assert "do: " in shown


def test_it_writes_nothing(styrk: Styrk, tmp_path: Path) -> None:
    settings = write_estate(tmp_path)
    before = sorted(tmp_path.rglob("*"))
    styrk("doctor", "-c", settings)
    assert sorted(tmp_path.rglob("*")) == before
