from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from checks.finding import Severity
from collector.evidence import Population
from collector.records.access import AccessReview, GroupPurpose, Membership
from collector.records.backup import ProtectedSystem
from collector.records.identity import Account
from collector.records.record import Record
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "access-review-annual"
TODAY = AS_OF.date()
REVIEWED = TODAY - timedelta(days=100)
LONG_AGO = datetime(2020, 1, 1, tzinfo=UTC)
SYSTEM = ProtectedSystem(name="Ekonomi", owner="ek.chef")


def review(**facts: object) -> AccessReview:
    values = {"system": "Ekonomi", "date": REVIEWED, "reviewer": "ek.chef", "population_count": 2} | facts
    return AccessReview(**values)  # type: ignore[arg-type]


def member(name: str, added: datetime | None = LONG_AGO, **facts: object) -> Membership:
    values = {"account": name, "group": "GG-Ekonomi", "added": added, "enabled": True, "category": "person"} | facts
    return Membership(**values)  # type: ignore[arg-type]


def evidence(
    *reviews: AccessReview,
    members: tuple[Membership, ...] = (),
    accounts: tuple[Account, ...] = (),
    system: ProtectedSystem = SYSTEM,
    missing: bool = False,
) -> list[Population[Record]]:
    lacking = [gap(AccessReview, source="log", subject="row 9")] if missing else []
    return [
        seen(ProtectedSystem, system, source="systems"),
        seen(AccessReview, *reviews, source="log", missing=lacking),
        seen(GroupPurpose, GroupPurpose(group="GG-Ekonomi", system="Ekonomi"), source="groups"),
        seen(Membership, *(members or (member("anna"), member("bo"))), source="ad"),
        seen(Account, *accounts, source="ad"),
    ]


CASES = {
    "in order": ((review(),), None),
    "names have no case": ((review(system="EKONOMI", reviewer="Ek.Chef"),), None),
    "more were looked at than are left": ((review(population_count=9),), None),
    "never": ((), "!never-reviewed"),
    "of another system": ((review(system="Lön"),), "!never-reviewed"),
    "still to come": ((review(date=TODAY + timedelta(days=1)),), "!never-reviewed"),
    "a year ago": ((review(date=date(2025, 11, 21)),), None),
    "a year and a day ago": ((review(date=date(2025, 11, 20)),), "!too-old"),
    "by someone else": ((review(reviewer="it.drift"),), "!reviewer-not-owner"),
    "by two, one of them the owner": ((review(reviewer="it.drift"), review()), None),
    "by nobody knows whom": ((review(reviewer=None),), "?owner-unknown"),
    "too few": ((review(population_count=1),), "!population-short"),
    "without a count": ((review(population_count=None),), "?count-missing"),
    "the one before was in order": ((review(date=date(2026, 5, 1)), review(population_count=1)), "!population-short"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_system(name: str) -> None:
    reviews, expected = CASES[name]
    assert reasons(finding(CHECK, *evidence(*reviews))).get("Ekonomi") == expected


def test_the_population_of_the_day_is_re_performed() -> None:
    after = datetime(REVIEWED.year, REVIEWED.month, REVIEWED.day, tzinfo=UTC) + timedelta(days=1)
    members = (member("anna"), member("bo"), member("new", after), member("off", enabled=False))
    removed = review(removed=("gone", "anna"), population_count=3)
    assert "Ekonomi" not in reasons(finding(CHECK, *evidence(removed, members=members)))
    short = finding(CHECK, *evidence(review(removed=("gone", "anna")), members=members))
    (exception,) = [each for each in short.exceptions if each.subject == "Ekonomi"]
    assert (exception.reason, exception.facts["certain"]) == ("population-short", 3)


def test_members_of_unknown_age_leave_the_count_open() -> None:
    members = (member("anna", None), member("bo", None))
    assert reasons(finding(CHECK, *evidence(review(population_count=1), members=members))) == {
        "Ekonomi": "?population-unknown"
    }
    assert reasons(finding(CHECK, *evidence(review(population_count=2), members=members))) == {}


def test_a_removal_that_was_not_carried_out_is_listed_by_name() -> None:
    rows = (review(removed=("Anna", "gone")), review(removed=("bo",)))
    found = finding(CHECK, *evidence(*rows, members=(member("anna"), member("bo", None)), accounts=()))
    late = {each.subject: each for each in found.exceptions if each.reason == "removal-not-executed"}
    assert late.keys() == {"Ekonomi: Anna", "Ekonomi: bo"}
    assert late["Ekonomi: bo"].severity is Severity.HIGH
    assert late["Ekonomi: bo"].facts == {"reviewed": REVIEWED.isoformat(), "days": 100, "group": "GG-Ekonomi"}


@pytest.mark.parametrize(
    ("days_ago", "added", "listed"),
    [
        (14, LONG_AGO, False),
        (15, LONG_AGO, True),
        (15, AS_OF - timedelta(days=2), False),
        (400, LONG_AGO, True),
    ],
)
def test_the_time_to_carry_out_and_access_given_anew(days_ago: int, added: datetime, listed: bool) -> None:
    held = (review(date=TODAY - timedelta(days=days_ago), removed=("anna",)), review(date=TODAY))
    found = finding(CHECK, *evidence(*held, members=(member("anna", added), member("bo"))))
    assert ("Ekonomi: anna" in reasons(found)) is listed


def test_an_older_removal_is_not_held_against_a_member_of_unknown_age() -> None:
    held = (review(date=TODAY - timedelta(days=200), removed=("anna",)), review())
    found = finding(CHECK, *evidence(*held, members=(member("anna", None), member("bo"))))
    assert "Ekonomi: anna" not in reasons(found)


def test_a_whole_directory_is_reviewed_under_its_sources_id() -> None:
    people = tuple(Account(name=f"p{n}", enabled=True, category="person", created=LONG_AGO) for n in range(3))
    others = (Account(name="svc", enabled=True, category="service"), Account(name="off", enabled=False))
    system = ProtectedSystem(name="ad", owner="it.chef")
    done = review(system="ad", reviewer="it.chef", population_count=2, removed=("p1",))
    found = finding(CHECK, *evidence(done, system=system, accounts=(*people, *others)))
    assert reasons(found) == {"ad": "!population-short", "ad: p1": "!removal-not-executed"}


def test_a_system_whose_members_nobody_read_cannot_be_re_performed() -> None:
    system = ProtectedSystem(name="Molntjänst", owner="ek.chef")
    found = finding(CHECK, *evidence(review(system="Molntjänst"), system=system))
    assert reasons(found) == {"Molntjänst": "?not-re-performable"}
    unread = (member("anna"), member("GG-Inre", category="group"))
    assert reasons(finding(CHECK, *evidence(review(), members=unread))) == {"Ekonomi": "?not-re-performable"}


def test_a_log_with_an_unreadable_row_convicts_nobody_of_neglect() -> None:
    assert reasons(finding(CHECK, *evidence(missing=True))) == {"Ekonomi": "?log-incomplete"}
    assert reasons(finding(CHECK, seen(ProtectedSystem, SYSTEM))) == {"Ekonomi": "?no-log"}


NAMES = {
    "by principal name": ("Anna@d.test", True),
    "by person key": ("E1", True),
    "by name, with blanks and another case": (" ANNA ", True),
    "by name, an å written in two parts": ("a\u030asa", True),
    "by a name that nobody has": ("Andersson, Anna", None),
    "by the name of one who is out": ("cia", False),
}


@pytest.mark.parametrize("name", NAMES)
def test_the_log_may_write_accounts_in_several_ways(name: str) -> None:
    written, left = NAMES[name]
    accounts = tuple(
        Account(name=each, enabled=True, principal_name=f"{each}@d.test", person_key=key)
        for each, key in (("anna", "E1"), ("åsa", "E2"), ("cia", "E3"))
    )
    members = (member("anna"), member("åsa"))
    made = evidence(review(removed=(written,), population_count=3), members=members, accounts=accounts)
    kept, unknown = {f"Ekonomi: {written}": "!removal-not-executed"}, {"Ekonomi": "?removals-unknown"}
    assert reasons(finding(CHECK, *made)) == {True: kept, None: unknown, False: {}}[left]


def test_names_that_the_log_writes_in_its_own_way_are_not_counted_twice() -> None:
    looked_at = review(removed=("Andersson, Anna",), population_count=2)
    assert reasons(finding(CHECK, *evidence(looked_at))) == {"Ekonomi": "?removals-unknown"}


def test_a_persons_key_stands_for_each_of_their_accounts() -> None:
    accounts = (Account(name="anna", person_key="E1"), Account(name="adm-anna", person_key="E1"))
    held = evidence(review(removed=("E1",), population_count=9), members=(member("adm-anna"),), accounts=accounts)
    assert reasons(finding(CHECK, *held)) == {"Ekonomi: E1": "!removal-not-executed"}
    gone = evidence(review(removed=("E1",), population_count=2), members=(member("bo"),), accounts=accounts)
    assert reasons(finding(CHECK, *gone)) == {}


def on_the_day(hour: int) -> datetime:
    return datetime(REVIEWED.year, REVIEWED.month, REVIEWED.day, hour, tzinfo=UTC)


def test_one_who_was_added_on_the_day_of_the_review_may_have_come_after_it() -> None:
    members = (member("anna"), member("bo"), member("new", on_the_day(14)))
    assert reasons(finding(CHECK, *evidence(review(), members=members))) == {"Ekonomi": "?population-unknown"}
    # Half past midnight in Sweden: after the review's day.
    members = (member("anna"), member("bo"), member("new", on_the_day(22)))
    assert reasons(finding(CHECK, *evidence(review(), members=members))) == {}
    # Half past midnight of the review's day, the evening before in UTC.
    members = (member("anna"), member("bo"), member("new", on_the_day(22) - timedelta(days=2)))
    assert reasons(finding(CHECK, *evidence(review(), members=members))) == {"Ekonomi": "!population-short"}


def test_a_removal_of_one_who_was_given_the_access_on_the_same_day() -> None:
    members = (member("anna"), member("bo", on_the_day(14)))
    found = finding(CHECK, *evidence(review(removed=("bo",)), members=members))
    assert reasons(found) == {"Ekonomi: bo": "?given-same-day"}
