from __future__ import annotations

import json
from pathlib import Path

from tests.styrk.runs import Run, Styrk, write_estate

ALL = ("Lönesystemet", "Ärendesystemet")


def test_exceptions_are_named_and_status_1(styrk: Styrk, tmp_path: Path) -> None:
    run = styrk("scan", "-c", write_estate(tmp_path))
    assert run.status == 1
    assert "1 exceptions" in run.out
    assert "Ärendesystemet" in run.out
    assert "Lönesystemet" not in run.out


def test_all_is_well_is_status_0(styrk: Styrk, tmp_path: Path) -> None:
    assert styrk("scan", "-c", write_estate(tmp_path, tested=ALL)).status == 0


def test_evidence_that_was_not_obtained_is_never_status_0(styrk: Styrk, tmp_path: Path) -> None:
    settings = write_estate(tmp_path, tested=ALL)
    (tmp_path / "tests.csv").unlink()
    run = styrk("scan", "-c", settings)
    assert run.status == 3
    assert "absent" in run.out


def test_the_sealed_results_are_those_of_the_design(sealed: tuple[Path, Run]) -> None:
    bundle, run = sealed
    assert run.status == run.json()["exit_status"] == 1
    findings = {each["check"]: each for each in json.loads((bundle / "data/results/findings.json").read_bytes())}
    assert {name for name, each in findings.items() if each["status"] != "not-applicable"} == {"restore-test-annual"}
    finding = findings["restore-test-annual"]
    assert finding["status"] == "not-satisfied"
    assert [each["subject"] for each in finding["exceptions"]] == ["Ärendesystemet"]
    assert finding["obtained"] == "provided"
    assessment = json.loads((bundle / "data/results/assessment.json").read_bytes())
    assert {each["id"]: each["status"] for each in assessment["requirements"]} == {
        "P-1": "not-met",
        "P-2": "not-determined",
    }
    assert assessment["coverage"]["controls_with_check"] == 2
    assert (bundle / "data/reports/report.sv.html").is_file()


def test_a_bundle_names_the_one_before_it(styrk: Styrk, tmp_path: Path) -> None:
    settings = write_estate(tmp_path)
    first = styrk("scan", "-c", settings, "--json").json()
    second = styrk("scan", "-c", settings, "--json")
    while second.status == 2:  # the two began in one second
        second = styrk("scan", "-c", settings, "--json")
    envelope = json.loads((Path(second.json()["bundle"]) / "attestation.dsse.json").read_bytes())
    import base64

    assert json.loads(base64.b64decode(envelope["payload"]))["predicate"]["previous"] == first["identity"]


def test_only_what_was_selected_is_asked(styrk: Styrk, tmp_path: Path) -> None:
    run = styrk("scan", "-c", write_estate(tmp_path), "--source", "systems", "--json")
    assert run.status == 3
    evidence = Path(run.json()["bundle"]) / "data" / "evidence"
    assert {path.name for path in evidence.iterdir() if path.is_dir()} == {"systems"}


def test_a_service_logs_one_line_per_event_and_no_names(styrk: Styrk, tmp_path: Path) -> None:
    run = styrk("scan", "--log", "-c", write_estate(tmp_path))
    assert (run.status, run.out) == (1, "")
    lines = run.err.splitlines()
    assert all(line.startswith("styrk: ") and line.isprintable() for line in lines)
    assert lines.count("styrk: reading systems") == 1
    assert "1 exceptions, 0 verdicts not determined" in run.err
    assert "status 1" in lines[-1]
    assert "Ärendesystemet" not in run.err


def test_progress_is_quiet_where_nobody_watches(sealed: tuple[Path, Run]) -> None:
    assert "reading" not in sealed[1].err


def test_a_hostile_name_does_not_drive_the_terminal(styrk: Styrk, tmp_path: Path) -> None:
    run = styrk("scan", "-c", write_estate(tmp_path, systems="System;Kritiskt\n\x1b[2JOnt\u202e;ja\n"))
    assert run.status in (1, 3), run.err
    assert "Ont" in run.out
    assert not {"\x1b", "\u202e"} & set(run.out + run.err)


def test_this_host_without_settings(styrk: Styrk, tmp_path: Path) -> None:
    run = styrk("scan", "--json", "--out", tmp_path / "evidence")
    assert run.status in (0, 1, 3), run.err
    assert styrk("verify", run.json()["bundle"]).status == 0
    assert styrk("reperform", run.json()["bundle"]).status == 0


def test_no_cell_of_a_register_is_in_the_log(styrk: Styrk, tmp_path: Path) -> None:
    settings = write_estate(tmp_path)
    with (tmp_path / "tests.csv").open("a", encoding="utf-8") as file:
        file.write("Lönesystemet;Anna Andersson;godkänd;ja\n" * 2)
    run = styrk("scan", "--log", "-c", settings)
    assert "not obtained: tests, restore-test: 2 rows cannot be read; the report names each" in run.err
    assert "Andersson" not in run.err
