from __future__ import annotations

from datetime import date

import pytest

from checks.finding import Status
from collector.records.backup import MajorChange, ProtectedSystem
from collector.records.changes import Change
from tests.checks.made import finding, gap, reasons, seen

CHECK = "test-prod-separation--changes"
JOURNAL = ProtectedSystem(name="Journal", environment="Produktion", hosts=("app1",))
CHANGE = Change(reference="Ä-17", system="journal", deployed=date(2026, 11, 3))


def system(name: str, environment: str | None) -> ProtectedSystem:
    return ProtectedSystem(name=name, environment=environment)


def judged(*systems: ProtectedSystem, change: Change = CHANGE) -> dict[str, str]:
    return reasons(finding(CHECK, seen(ProtectedSystem, JOURNAL, *systems), seen(Change, change)))


@pytest.mark.parametrize(
    ("other", "said"),
    [
        (system("Journal", "test"), {}),
        (system("Journal (test)", "Test"), {}),
        (system("JOURNAL utbildningsmiljö", "utbildning"), {}),
        (system("Journal 2 test", "test"), {"Journal": "?test-unclear"}),
        (system("J-TEST", "test"), {"Journal": "?test-unclear"}),
        (system("Journal lab", "lab"), {"Journal": "!no-test-environment"}),
        (system("Journal test", None), {"Journal": "?test-unclear"}),
    ],
)
def test_a_changed_system_and_what_else_is_registered(other: ProtectedSystem, said: dict[str, str]) -> None:
    assert judged(other) == said


def test_another_systems_environment_of_test_is_not_its_own() -> None:
    other = (system("Ekonomi", "prod"), system("Ekonomi test", "test"))
    found = finding(CHECK, seen(ProtectedSystem, JOURNAL, *other), seen(Change, CHANGE))
    assert reasons(found) == {"Journal": "!no-test-environment"}
    assert found.exceptions[0].facts == {"date": "2026-11-03", "reference": "Ä-17"}
    assert found.out_of_scope == {"not-changed": 1, "test": 1}


def test_a_change_counts_by_the_host_and_by_the_log_of_major_changes() -> None:
    assert judged(change=Change(reference="1", system="APP1", deployed=date(2026, 1, 1))) == {
        "Journal": "!no-test-environment"
    }
    log = seen(MajorChange, MajorChange(system="Journal", date=date(2026, 2, 1)))
    assert reasons(finding(CHECK, seen(ProtectedSystem, JOURNAL), log)) == {"Journal": "!no-test-environment"}


@pytest.mark.parametrize("deployed", [None, date(2026, 11, 22)])
def test_what_is_not_deployed_has_changed_nothing(deployed: date | None) -> None:
    change = Change(reference="1", system="Journal", deployed=deployed)
    found = finding(CHECK, seen(ProtectedSystem, JOURNAL), seen(Change, change))
    assert (found.status, found.out_of_scope) == (Status.NOT_APPLICABLE, {"not-changed": 1})


def test_what_is_not_said_or_not_read_is_not_settled() -> None:
    silent, lab = system("Journal", None), system("Journal", "lab")
    for one, said in ((silent, "?environment-not-said"), (lab, "?environment-unknown")):
        assert reasons(finding(CHECK, seen(ProtectedSystem, one), seen(Change, CHANGE))) == {"Journal": said}
    assert judged(change=Change(reference="9", system="Okänt", deployed=date(2026, 1, 1))) == {
        "Okänt": "?system-not-registered"
    }
    assert reasons(finding(CHECK, seen(ProtectedSystem, JOURNAL))) == {"Journal": "?no-register"}
    partly = seen(Change, missing=[gap(Change, subject="row 4")])
    assert reasons(finding(CHECK, seen(ProtectedSystem, JOURNAL), partly)) == {"Journal": "?register-incomplete"}
    partly_systems = seen(ProtectedSystem, JOURNAL, missing=[gap(ProtectedSystem, subject="row 4")])
    assert reasons(finding(CHECK, partly_systems, seen(Change, CHANGE))) == {"Journal": "?register-incomplete"}
