"""The shapes that rules about records are made of: what holds whatever the rows say."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from checks.ages import months_before
from checks.finding import Outcome, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.joins import grouped, has_one, held, key_of, lacking, latest, reaches, unread
from checks.record_rules.roster import Roster
from checks.record_rules.rows import ahead, dated, decide, done_by, filled, not_older
from checks.record_rules.shares import tolerate
from collector.evidence import Gap, Population
from collector.records.documents import Document
from collector.records.identity import Employment
from tests.checks.made import AS_OF, evidence, gap, seen
from tests.checks.registers import TODAY, partly, without

DAYS = st.dates() | st.dates(date(2024, 1, 1), date(2028, 1, 1)) | st.sampled_from((date.min, date.max, TODAY))
OUTCOMES = st.sampled_from(
    (conforms("a"), deviates("a", "x"), deviates("b", "y"), undetermined("a", "z"), out_of_scope("a", "w"))
)
MOMENTS = st.sampled_from((AS_OF, datetime(1, 1, 1, tzinfo=UTC), datetime(9999, 12, 31, tzinfo=UTC)))


@given(st.lists(st.none() | OUTCOMES.filter(lambda each: each.verdict is not Verdict.CONFORMS), max_size=5))
def test_a_deviation_is_certain_before_what_is_not_determined(steps: list[Outcome | None]) -> None:
    found = decide("s", *steps)
    told = [step for step in steps if step is not None]
    assert (found.verdict is Verdict.DEVIATES) == any(step.verdict is Verdict.DEVIATES for step in told)
    assert (found.verdict is Verdict.CONFORMS) == (not told)
    assert found in [*told, conforms("s")]


@given(st.sampled_from((None, "", "x")), st.booleans())
def test_an_empty_cell_is_a_deviation_and_a_column_that_is_not_there_is_not_known(
    value: str | None, there: bool
) -> None:
    document = Document(title="d", body=value)
    register = seen(Document, document)
    found = filled(document, register if there else without(register, "body"), ("body",))
    if value:
        assert found is None
    else:
        assert found is not None
        assert found.verdict is (Verdict.DEVIATES if there else Verdict.UNDETERMINED)


@given(st.none() | DAYS, MOMENTS)
def test_a_date_is_one_that_has_been(day: date | None, as_of: datetime) -> None:
    document = Document(title="d", decided=day)
    found = dated(document, seen(Document, document), "decided", as_of)
    assert (found is None) == (day is not None and day <= as_of.date())
    assert (ahead(document, day, as_of) is None) == (day is None or day <= as_of.date())


@given(st.none() | DAYS, st.integers(-20, 200), MOMENTS)
def test_not_older_is_by_the_calendar(day: date | None, months: int, as_of: datetime) -> None:
    old = not_older("s", day, months, as_of)
    assert (old is None) == (day is None or day >= months_before(as_of.date(), months))


@given(st.none() | DAYS, st.none() | DAYS, MOMENTS)
def test_done_in_time(due: date | None, done: date | None, as_of: datetime) -> None:
    found = done_by("s", due, done, as_of)
    late = due is not None and (done > due if done is not None else as_of.date() > due)
    assert (found is not None) == late
    if found is not None:
        assert found.reason == ("overdue" if done is None else "late")


@given(st.lists(st.dates(date(2024, 6, 1), date(2027, 6, 1)), max_size=9), st.integers(0, 6), st.booleans())
def test_so_many_times_a_year(days: list[date], needed: int, whole: bool) -> None:
    register = evidence(seen(Document) if whole else partly(Document)).reading(Document)
    begins = min(days, default=None)
    found = held("s", days, needed, register, begins, AS_OF)
    count = sum(date(2025, 11, 21) <= day <= TODAY for day in set(days))
    if count >= needed:
        assert found is None
    elif not whole or begins is None or begins > date(2025, 11, 21):
        assert found is not None
        assert found.verdict is Verdict.UNDETERMINED
    else:
        assert found == deviates("s", "too-few", count=count, needed=needed)


@given(st.lists(st.dates(date(2025, 9, 1), TODAY), max_size=4), st.integers(0, 40), st.integers(1, 4))
def test_what_has_aged_since_the_export_is_not_known(days: list[date], old: int, needed: int) -> None:
    written = AS_OF - timedelta(days=old)
    days = [day for day in days if day <= written.date()]
    register = evidence(seen(Document, started=written)).reading(Document)
    found = held("s", days, needed, register, date(2020, 1, 1), AS_OF)
    now, then = (
        held("s", days, needed, evidence(seen(Document)).reading(Document), date(2020, 1, 1), moment)
        for moment in (AS_OF, written)
    )
    if now is None or then is not None:
        assert found == now
    else:
        assert found == undetermined("s", "export-older", written=written)


@given(st.booleans(), st.sampled_from(("none", "part", "whole", "gap")))
def test_what_was_not_found_is_missing_only_in_a_whole_register(there: bool, read: str) -> None:
    parts: dict[str, tuple[Population[Document] | Gap, ...]] = {
        "none": (),
        "part": (partly(Document),),
        "whole": (seen(Document),),
        "gap": (gap(Document),),
    }
    register = evidence(*parts[read]).reading(Document)
    found = has_one("s", ("x",) if there else (), register, "missing")
    if there:
        assert found is None
    else:
        assert found is not None
        assert (found.verdict is Verdict.DEVIATES) == (read == "whole")
    assert (unread("s", register) is None) == (read == "whole")


@given(st.lists(st.tuples(st.none() | st.sampled_from(("A", " a ", "b", "")), DAYS), max_size=6))
def test_grouping_loses_nothing_and_names_meet_without_regard_to_case(rows: list[tuple[str | None, date]]) -> None:
    records = [Document(title="t", system=system, decided=day) for system, day in rows]
    groups = grouped(evidence(seen(Document, *records)).reading(Document), lambda each: each.system)
    assert sum(map(len, groups.values())) == sum(system is not None for system, _ in rows)
    assert set(groups) == {key_of(system) for system, _ in rows if system is not None}
    assert all(key_of(each.system or "") == key for key, held_there in groups.items() for each in held_there)


@given(st.lists(st.none() | DAYS, max_size=5), MOMENTS)
def test_the_latest_day_has_been(days: list[date | None], as_of: datetime) -> None:
    found = latest(days, as_of)
    been = [day for day in days if day is not None and day <= as_of.date()]
    assert found == (max(been) if been else None)


@given(st.lists(st.sampled_from(("a", "b", "c"))), st.lists(st.sampled_from(("A", "bee", "x"))))
def test_topics_that_are_lacking(wanted: list[str], there: list[str]) -> None:
    known = {{"A": "a", "bee": "b"}.get(each, each) for each in there}
    assert lacking(wanted, there, (("bee", "b"),)) == tuple(each for each in wanted if each not in known)


@given(st.integers(0, 50), st.integers(1, 50), st.integers(-10, 110))
def test_a_share_in_whole_numbers(part: int, whole: int, percent: int) -> None:
    assert reaches(part, whole, percent) == (part / whole * 100 >= percent - 1e-9)


@given(st.lists(OUTCOMES, max_size=8), st.integers(-10, 120))
def test_a_share_changes_only_what_deviates_and_nothing_at_a_hundred(outcomes: list[Outcome], percent: int) -> None:
    found = list(tolerate(outcomes, percent))
    assert [each.subject for each in found] == [each.subject for each in outcomes]
    for before, after in zip(outcomes, found, strict=True):
        assert after == before or (
            before.verdict is Verdict.DEVIATES and after.reason in {"within-share", "share-unknown"}
        )
    if percent >= 100 or all(each.verdict is Verdict.DEVIATES for each in outcomes):
        assert found == outcomes


@given(st.integers(0, 9), st.integers(0, 9), st.integers(0, 9), st.integers(1, 99))
def test_a_share_that_others_may_still_reach(good: int, bad: int, unknown: int, percent: int) -> None:
    outcomes = [conforms("a")] * good + [deviates("b", "x")] * bad + [undetermined("c", "y")] * unknown
    said = {each.reason for each in tolerate(outcomes, percent) if each.subject == "b"}
    if not bad:
        return
    whole = good + bad + unknown
    if good and good * 100 >= percent * whole:
        assert said == {"within-share"}
    elif unknown and (good + unknown) * 100 >= percent * whole:
        assert said == {"share-unknown"}
    else:
        assert said == {"x"}


EMPLOYMENTS = st.lists(
    st.builds(
        Employment,
        person_key=st.sampled_from(("1", "2")),
        start=st.none() | st.sampled_from((TODAY, TODAY + timedelta(days=1))),
        end=st.none() | st.sampled_from((TODAY, TODAY - timedelta(days=1))),
        status=st.sampled_from((None, "Avslutad", "anställd")),
        unit=st.sampled_from((None, "Skola")),
    ),
    max_size=4,
)


@given(EMPLOYMENTS)
def test_who_works_here_today(rows: list[Employment]) -> None:
    def current(row: Employment) -> bool:
        begun = row.start is None or row.start <= TODAY
        return begun and (row.end >= TODAY if row.end is not None else row.status != "Avslutad")

    roster = Roster(evidence(seen(Employment, *rows)).reading(Employment), AS_OF)
    for key in ("1", "2", "3"):
        mine = [row for row in rows if row.person_key == key]
        assert roster.employed(key) == (any(map(current, mine)) if mine else None)
    assert roster.units.get("Skola", frozenset()) == {row.person_key for row in rows if row.unit and current(row)}
    again = Roster(evidence(seen(Employment, *reversed(rows))).reading(Employment), AS_OF)
    assert again.units == roster.units


def test_the_order_of_the_rows_does_not_matter_to_a_key_of_several_names() -> None:
    rows = [Document(title="A", reference="1"), Document(title="1", reference="a")]
    groups = grouped(evidence(seen(Document, *rows)).reading(Document), lambda d: d.title, lambda d: d.reference)
    assert {key: len(held_there) for key, held_there in groups.items()} == {"a": 2, "1": 2}
    assert replace(rows[0], title="B") not in groups["a"]
