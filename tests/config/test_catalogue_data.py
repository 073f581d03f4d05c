"""The shipped catalogues and controls are complete, bilingual and hang together."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import yaml

CONFIG = Path(__file__).parents[2] / "config"
REPORTS = {
    "stenungsund-2020": 69,
    "norrkoping-2017": 74,
    "tranemo-2024": 90,
    "vmkf-2023": 34,
    "kungalv-2022": 153,
}
FRAMEWORKS = {
    "cybersakerhetslagen-2-3": ("csl-2-3", 10),
    "msbfs-2020-7": ("msbfs-2020-7", 25),
    "iso-27002-2022": ("iso-27002-2022", 93),
    "nationella-tio": ("ncsc-10", 10),
    "eu-2024-2690": ("eu-2024-2690", 53),
}
AREAS = {
    "identity": 14,
    "host": 9,
    "crypto_time": 5,
    "network": 4,
    "logging": 4,
    "backup": 9,
    "assets": 10,
    "suppliers": 10,
    "changes": 4,
    "incidents": 5,
    "governance": 16,
}
NO_CATALOGUE = {
    "iso-27002-2017": "the edition that one municipality names; its numbers are shown beside those of 2022",
    "iso-27001-2022": "clauses of the management system, named by a few controls only",
    "nis2-21-2": "the ten letters are the ten points of the act, in the same order",
    "msbfs-2020-6": "only its title and scope were read: no paragraph can be named",
    "cis-8.1": "its licence forbids derived lists",
    "nist-800-53r5": "a reference for readers who use it",
    "nist-csf-2": "a reference for readers who use it",
}
REFERENCES = {
    "iso-27002-2022": r"[5-8]\.\d{1,2}",
    "iso-27002-2017": r"\d{1,2}\.\d\.\d",
    "iso-27001-2022": r"(4|5|6|7|8|9|10)\.\d(\.\d)?",
    "nis2-21-2": r"[a-j]",
    "csl-2-3": r"[1-9]|10",
    "eu-2024-2690": r"([1-9]|1[0-3])\.\d{1,2}",
    "msbfs-2020-7": r"[2-4]:\d{1,2}",
    "msbfs-2020-6": r"-",
    "cis-8.1": r"([1-9]|1[0-8])\.\d{1,2}",
    "nist-800-53r5": r"[A-Z]{2}-\d{1,2}(\(\d{1,2}\))?",
    "nist-csf-2": r"(GV|ID|PR|DE|RS|RC)\.[A-Z]{2}-\d{2}",
    "ncsc-10": r"[a-z]+(-[a-z]+)+",
}
KINDS = {"question", "criterion", "rule", "demand", "claim", "practice", "finding", "recommendation"}
OWNERS = {"municipality", "supplier", "both", "federation"}
CONFIDENCE = {"text", "secondary", "inferred", "general"}
FIELDS = {"id", "title", "objective", "rule", "evidence", "mode", "parameters", "crosswalk"}
MODES = {"AUTO", "AUTO+RECORD", "AUTO+ATTEST", "RECORD", "RECORD+ATTEST"}
LONGEST = 300

# The checks read these by name: a renamed parameter would silently keep its default.
CHECKED: dict[str, dict[str, object]] = {
    "mfa-admin-enforced": {"break_glass": [], "break_glass_max": 2},
    "mfa-remote-access": {},
    "accounts-stale": {"stale_days": 90, "directory_lag_days": 14, "exempt": []},
    "accounts-after-employment-end": {
        "grace_days": 0,
        "severe_if_login_after_end": True,
        "ended_statuses": [
            *("avslutad", "avslutat", "avgått", "entledigad", "slutat", "upphört"),
            *("ended", "left", "terminated"),
        ],
        "fallback": "none",
    },
    "accounts-mover-access": {"mover_days": 30},
    "accounts-external": {"max_expiry_months": 12},
    "access-approval": {"approver_roles": ["manager", "system-owner"]},
    "access-review-annual": {"interval_months": 12, "execute_days": 14},
    "password-age": {
        "max_age_days": 0,
        "report_over_days": 365,
        "application_max_days": 0,
        "severe_over_days": 730,
    },
    "local-admin-restricted": {"approved": [], "laps_coverage_percent": 95},
    "privileged-restricted": {
        "approved": [],
        "max_domain_admins": 5,
        "max_holders": 5,
        "admin_name_patterns": ["adm-*", "adm.*", "admin-*"],
    },
    "backup-coverage": {"critical_coverage_percent": 100},
    "backup-daily": {
        "max_age_hours": 24,
        "tolerance_hours": 2,
        "period_days": 7,
        "shrunken_percent": 50,
        "retention_tolerance_days": 2,
        "rpo_tolerance_minutes": 30,
    },
    "backup-separate": {"copies_other_site_min": 1, "immutable_or_offline": True, "offsite_max_age_hours": 192},
    "restore-test-annual": {
        "interval_months": 12,
        "after_major_change": True,
        "business_verified": True,
        "integrity_max_days": 31,
        "data_read_max_days": 366,
        "data_read_percent": 1,
        "lock_max_hours": 24,
    },
    "recovery-rules": {"required_time_source": "classification"},
    "recovery-exercise": {"interval_months": 12},
    "redundancy-separate-rooms": {},
    "segmentation-zones": {"required_roles": ["user-clients", "admin-clients", "servers", "wireless"]},
    "segmentation-flows": {"rules_max_hours_apart": 6},
    "time-sync-source": {"allowed": ["ntp.se", "*.ntp.se", "*.netnod.se"], "min_sources": 2},
    "time-sync-offset": {"max_offset_ms": 1000, "log_hosts_max_offset_ms": 100},
    "patch-level": {"critical_days": 14, "other_days": 30, "index_max_age_days": 7},
    "software-supported": {"extended": []},
}


@cache
def _load(path: Path) -> Any:
    return yaml.safe_load(path.read_text(encoding="utf-8"))


def _catalogue(name: str) -> dict[str, Any]:
    found: dict[str, Any] = _load(CONFIG / "catalogues" / f"{name}.yaml")
    return found


def _area(name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = _load(CONFIG / "controls" / f"{name}.yaml")["controls"]
    return found


def _controls() -> dict[str, dict[str, Any]]:
    return {control["id"]: control for area in AREAS for control in _area(area)}


def _audit_requirements() -> list[dict[str, Any]]:
    return [requirement for name in REPORTS for requirement in _catalogue(name)["requirements"]]


def _given() -> list[tuple[str, str, str, object]]:
    """Every parameter that a requirement sets: (requirement, control, name, value)."""
    return [
        (requirement["id"], control["id"], name, value)
        for requirement in _audit_requirements()
        for control in requirement["controls"]
        for name, value in control.get("parameters", {}).items()
    ]


def _framework_requirements() -> list[dict[str, Any]]:
    return [requirement for name in FRAMEWORKS for requirement in _catalogue(name)["requirements"]]


def _files() -> list[Path]:
    return sorted((CONFIG / "catalogues").glob("*.yaml")) + sorted((CONFIG / "controls").glob("*.yaml"))


def _leaves(node: Any, place: str = "") -> Iterator[tuple[str, object]]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield f"{place}/{key}", key
            yield from _leaves(value, f"{place}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _leaves(value, f"{place}/{index}")
    else:
        yield place, node


def _texts(node: Any, place: str = "") -> Iterator[tuple[str, dict[str, Any]]]:
    """Every mapping that has a Swedish or an English text."""
    if isinstance(node, dict):
        if node.keys() & {"sv", "en"}:
            yield place, node
        for key, value in node.items():
            yield from _texts(value, f"{place}/{key}")
    elif isinstance(node, list):
        for index, value in enumerate(node):
            yield from _texts(value, f"{place}/{index}")


def test_the_folders_hold_the_named_files_and_no_other() -> None:
    assert {path.stem for path in (CONFIG / "catalogues").glob("*.yaml")} == {*REPORTS, *FRAMEWORKS}
    assert {path.stem for path in (CONFIG / "controls").glob("*.yaml")} == set(AREAS)


@pytest.mark.parametrize(("name", "count"), REPORTS.items())
def test_a_report_has_all_of_its_requirements(name: str, count: int) -> None:
    catalogue = _catalogue(name)
    assert catalogue["id"] == name
    assert catalogue["kind"] == "audit-report"
    assert len(catalogue["requirements"]) == count


@pytest.mark.parametrize(("name", "count"), AREAS.items())
def test_an_area_has_all_of_its_controls(name: str, count: int) -> None:
    assert len(_area(name)) == count


def test_there_are_420_requirements_and_90_controls() -> None:
    assert len(_audit_requirements()) == 420
    assert len(_controls()) == 90


@pytest.mark.parametrize(("name", "framework", "count"), [(n, f, c) for n, (f, c) in FRAMEWORKS.items()])
def test_a_framework_has_all_of_its_points(name: str, framework: str, count: int) -> None:
    catalogue = _catalogue(name)
    points = [requirement["crosswalk"] for requirement in catalogue["requirements"]]
    assert catalogue["id"] == name
    assert catalogue["kind"] == "framework"
    assert {point["framework"] for point in points} == {framework}
    assert len({point["reference"] for point in points}) == len(points) == count


def test_ids_are_unique_and_plain() -> None:
    ids = [requirement["id"] for requirement in _audit_requirements() + _framework_requirements()]
    ids += [control["id"] for area in AREAS for control in _area(area)]
    assert [name for name, times in Counter(ids).items() if times > 1] == []
    assert [name for name in ids if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9.-]*", name)] == []


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.stem)
def test_a_file_has_only_exact_and_short_values(path: Path) -> None:
    wrong = [
        (place, value)
        for place, value in _leaves(_load(path))
        if not isinstance(value, str | int) or (isinstance(value, str) and len(value) > LONGEST)
    ]
    assert wrong == []


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.stem)
def test_every_text_is_in_both_languages(path: Path) -> None:
    texts = list(_texts(_load(path)))
    assert texts
    wrong = [
        place
        for place, text in texts
        if set(text) != {"sv", "en"}
        or not all(isinstance(words, str) and words.strip() == words != "" for words in text.values())
        or text["sv"] == text["en"]
    ]
    assert wrong == []


@pytest.mark.parametrize("path", _files(), ids=lambda path: path.stem)
def test_no_text_is_in_the_wrong_language(path: Path) -> None:
    english = re.compile(r"\b(the|and|with|of|is|are|not)\b")
    swedish = re.compile(r"\b(och|med|som|är|inte|för|av|till)\b")
    texts = list(_texts(_load(path)))
    assert [place for place, text in texts if english.search(text["sv"])] == []
    assert [place for place, text in texts if swedish.search(text["en"])] == []


def test_dates_are_text() -> None:
    issued = [_catalogue(name)["issued"] for name in (*REPORTS, *FRAMEWORKS)]
    assert [date for date in issued if not re.fullmatch(r"\d{4}(-\d\d-\d\d)?", date)] == []


def test_a_requirement_says_what_shows_it_who_owns_it_and_what_tests_it() -> None:
    for requirement in _audit_requirements():
        place = requirement["id"]
        assert requirement["kind"] in KINDS, place
        assert requirement["owner"] in OWNERS, place
        assert isinstance(requirement["section"], str), place
        assert requirement["title"], place
        assert requirement["evidence"], place
        assert requirement["frequency"], place
        assert ("frequency_sv" in requirement) == (requirement["frequency"] != "not-stated"), place
        assert requirement["controls"], place
        assert "quote" not in requirement, place


def test_every_control_that_a_requirement_names_exists_and_every_control_is_named() -> None:
    named = {control["id"] for requirement in _audit_requirements() for control in requirement["controls"]}
    assert named == set(_controls())


def test_a_requirement_sets_only_parameters_that_the_control_has_and_of_its_type() -> None:
    controls = _controls()
    assert len(_given()) > 40
    for place, control, name, value in _given():
        assert name in controls[control]["parameters"], (place, control, name)
        assert type(value) is type(controls[control]["parameters"][name]["value"]), (place, control, name)


def test_a_control_says_what_is_true_how_it_is_judged_and_from_what() -> None:
    known = {requirement["id"] for requirement in _audit_requirements()}
    for control in _controls().values():
        place = control["id"]
        assert set(control) == FIELDS, place
        assert control["mode"] in MODES, place
        assert control["crosswalk"], place
        for name, parameter in control["parameters"].items():
            assert set(parameter) <= {"value", "unit", "origin", "text"}, (place, name)
            assert parameter["text"], (place, name)
            assert parameter["origin"] in known | {"default", "municipality", "law"}, (place, name)


@pytest.mark.parametrize(("control", "expected"), CHECKED.items())
def test_the_parameters_that_checks_read_have_their_names_and_defaults(
    control: str, expected: dict[str, object]
) -> None:
    parameters = _controls()[control]["parameters"]
    assert {name: parameter["value"] for name, parameter in parameters.items()} == expected


def test_a_number_that_a_requirement_states_is_the_control_s_default() -> None:
    controls = _controls()
    defaults = [
        (value, controls[control]["parameters"][name]["value"])
        for place, control, name, value in _given()
        if controls[control]["parameters"][name]["origin"] == place and not isinstance(value, list)
    ]
    assert len(defaults) > 15
    assert [pair for pair in defaults if pair[0] != pair[1]] == []


def test_every_reference_is_well_formed_and_said_once() -> None:
    points = [(c["id"], point) for c in _controls().values() for point in c["crosswalk"]]
    points += [(r["id"], r["crosswalk"] | {"confidence": r["confidence"]}) for r in _framework_requirements()]
    for place, point in points:
        assert set(point) == {"framework", "reference", "confidence"}, place
        assert point["confidence"] in CONFIDENCE, place
        assert re.fullmatch(REFERENCES[point["framework"]], point["reference"]), (place, point)
    said = Counter((place, point["framework"], point["reference"]) for place, point in points)
    assert [key for key, times in said.items() if times > 1] == []


def test_every_reference_of_a_control_is_a_point_of_its_framework() -> None:
    points = [requirement["crosswalk"] for requirement in _framework_requirements()]
    known = {(point["framework"], point["reference"]) for point in points}
    for control in _controls().values():
        for point in control["crosswalk"]:
            if point["framework"] not in NO_CATALOGUE:
                assert (point["framework"], point["reference"]) in known, (control["id"], point)


def test_the_act_s_points_are_the_directive_s_letters() -> None:
    for control in _controls().values():
        letters = [p["reference"] for p in control["crosswalk"] if p["framework"] == "nis2-21-2"]
        numbers = [p["reference"] for p in control["crosswalk"] if p["framework"] == "csl-2-3"]
        assert [str("abcdefghij".index(letter) + 1) for letter in letters] == numbers, control["id"]


def test_no_control_is_surer_of_a_paragraph_than_its_catalogue() -> None:
    order = ["text", "secondary", "inferred", "general"]
    paragraphs = {r["section"]: r["confidence"] for r in _catalogue("msbfs-2020-7")["requirements"]}
    for control in _controls().values():
        for point in control["crosswalk"]:
            if point["framework"] == "msbfs-2020-7":
                surest = order.index(paragraphs[point["reference"]])
                assert order.index(point["confidence"]) >= surest, (control["id"], point)
