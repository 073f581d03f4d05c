from __future__ import annotations

from pathlib import Path

from tests.styrk.runs import Run, Styrk, write_estate


def test_it_lists_what_is_asked_and_what_is_not_covered(styrk: Styrk, tmp_path: Path) -> None:
    run = styrk("plan", "-c", write_estate(tmp_path))
    assert run.status == 0, run.err
    for words in (
        "read systems.csv, columns Kritiskt, System",
        "needs to read the file",
        "Nothing else is ever issued, and nothing is written to any target.",
        "email-encryption",
        "reads it: this-host",
    ):
        assert words in run.out
    assert not (tmp_path / "out").exists()


def test_what_was_issued_had_been_planned(styrk: Styrk, tmp_path: Path, sealed: tuple[Path, Run]) -> None:
    import json

    planned = styrk("plan", "-c", write_estate(tmp_path), "--json").json()["sources"]
    queries = {(source["id"], _file(query["text"])) for source in planned for query in source["queries"]}
    index = json.loads((sealed[0] / "data/evidence/index.json").read_bytes())
    issued = {
        (population["source"], _file(text))
        for population in index["populations"]
        for text in population["provenance"]["method"]
    }
    assert issued == queries


def _file(text: str) -> str:
    """`read tests.csv`: the plan goes on with the columns, the record with the file's hash."""
    return " ".join(text.replace(",", "").split()[:2])


def test_a_control_without_a_source_is_told(styrk: Styrk, tmp_path: Path) -> None:
    plan = styrk("plan", "-c", write_estate(tmp_path), "--source", "systems", "--json").json()
    assert plan["controls_without_source"]["email-encryption"] == [
        "message-encryption",
        "mail-server",
        "mail-domain",
    ]
    unsourced = plan["checks_without_source"]
    assert {name: kinds for name, kinds in unsourced.items() if name.startswith("restore")} == {
        "restore-test-annual": ["restore-test", "major-change"],
        "restore-test-annual--drill": ["restore-drill"],
        "restore-test-annual--integrity": ["snapshot", "integrity-check", "backup-repository"],
        "restore-test-annual--rto": ["restore-test"],
    }
    assert plan["controls_without_source"]["restore-test-annual"] == [
        *("restore-test", "major-change", "restore-drill"),
        *("snapshot", "integrity-check", "backup-repository"),
    ]
    (catalogue,) = plan["catalogues"]
    assert (catalogue["requirements"], catalogue["covered"], catalogue["uncovered"]) == (2, 0, ["P-1", "P-2"])


def test_this_host_fits_80_columns(styrk: Styrk) -> None:
    run = styrk("plan")
    assert run.status == 0, run.err
    wide = [line for line in run.out.splitlines() if len(line) > 80]
    assert all(max(map(len, line.split())) > 66 for line in wide), wide  # one word that is kept whole
