"""What a directory does wrong costs what it must and nothing more, and the gap says what to do."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet, Gap, GapCause
from collector.records.identity import Account, Privilege
from collector.source import SourceError
from collector.transport.ldap import Entry, Page, Search, bind_failure
from tests.collector.directory.fake_ldap import BOTH, Answer, FakeLdap, entry, read, settings
from tests.collector.directory.small_directories import (
    DOMAIN,
    GROUP,
    LOST,
    USED,
    domain,
    domain_sid,
    group,
    names,
    population,
    server,
    sid,
    user,
    with_first,
)


def test_a_healthy_domain_is_complete(tmp_path: Path) -> None:
    evidence = read(domain(), settings("active-directory", page_size=2), tmp_path)
    assert names(evidence) == [f"u{number}" for number in range(5)]
    assert not evidence.gaps
    for kind in (Account, Privilege):
        found = population(evidence, kind)
        assert (found.missing, found.unreadable, found.complete) == ((), (), True)
        assert found.provenance.identity == "cn=reader"
        assert found.provenance.clock_offset_ms is not None
    assert {(record.holder, record.role, record.through) for record in population(evidence, Privilege).records} == {
        ("anna", "domain-admins", ()),
        ("anna", "administrators", ("Domain Admins",)),
    }


@pytest.mark.parametrize(
    ("code", "words", "remedy"),
    [
        (4, "sizeLimitExceeded", "size.prtotal=unlimited"),
        (11, "adminLimitExceeded", "MaxPageSize"),
        (51, "busy", "scan again"),
        (52, "unavailable", "scan again"),
        (3, "timeLimitExceeded", "MaxQueryDuration"),
    ],
)
def test_a_limit_on_a_later_page_keeps_what_was_read_and_says_so(
    tmp_path: Path, code: int, words: str, remedy: str
) -> None:
    accounts = Answer(
        [user(f"u{number}", 2000 + number) for number in range(5)], code=code, message="no more", fails_on_page=2
    )
    evidence = read(domain(accounts), settings("active-directory", page_size=2), tmp_path)
    assert names(evidence) == ["u0", "u1"]
    (gap,) = population(evidence, Account).missing
    assert gap.cause is GapCause.TRUNCATED
    assert words in gap.detail
    assert "after 2 entries: no more" in gap.detail
    assert remedy in gap.remedy
    assert population(evidence, Privilege).complete


@pytest.mark.parametrize(
    ("code", "cause"),
    [
        (4, GapCause.DENIED),
        (11, GapCause.DENIED),
        (50, GapCause.DENIED),
        (52, GapCause.UNREACHABLE),
        (32, GapCause.ABSENT),
    ],
)
def test_a_refusal_before_the_first_entry_is_a_gap_and_no_empty_population(
    tmp_path: Path, code: int, cause: GapCause
) -> None:
    evidence = read(domain(Answer(code=code)), settings("active-directory"), tmp_path)
    (gap,) = evidence.gaps
    assert (gap.kind, gap.cause) == ("account", cause)
    assert gap.remedy
    assert [each.kind for each in evidence.populations] == ["privilege"]


def test_a_limit_after_the_last_entry_still_counts(tmp_path: Path) -> None:
    evidence = read(domain(Answer([user("u0", 2000)], code=4)), settings("active-directory"), tmp_path)
    assert not population(evidence, Account).complete


def test_a_connection_that_is_cut_on_page_two_keeps_page_one(tmp_path: Path) -> None:
    accounts = Answer([user(f"u{number}", 2000 + number) for number in range(5)], fails_on_page=2, failure=LOST)
    evidence = read(domain(accounts), settings("active-directory", page_size=2), tmp_path)
    assert names(evidence) == ["u0", "u1"]
    (gap,) = population(evidence, Account).missing
    assert (gap.cause, gap.remedy) == (GapCause.TRUNCATED, "scan again")
    assert "after 2 entries in 1 pages" in gap.detail
    assert [gap.kind for gap in evidence.gaps] == ["privilege"], "nothing more is read over a lost connection"


def test_a_connection_that_is_never_made_is_a_gap_for_every_kind(tmp_path: Path) -> None:
    fake = domain()
    fake.refusal = SourceError(GapCause.UNREACHABLE, "no route", "check the route")
    evidence = read(fake, settings("active-directory"), tmp_path)
    assert {(gap.kind, gap.cause, gap.remedy) for gap in evidence.gaps} == {
        ("account", GapCause.UNREACHABLE, "check the route"),
        ("privilege", GapCause.UNREACHABLE, "check the route"),
    }
    assert not evidence.populations
    assert fake.closed == 1


def test_a_server_that_sends_empty_pages_for_ever_is_left(tmp_path: Path) -> None:
    class Endless(FakeLdap):
        def page(self, search: Search, cookie: bytes = b"") -> Page:
            endless = "(objectCategory=person)" in str(search)
            return Page((), cookie=b"more") if endless else super().page(search, cookie)

    evidence = read(Endless(domain().answers), settings("active-directory"), tmp_path)
    (gap,) = evidence.gaps
    assert gap.cause is GapCause.TRUNCATED
    assert "empty pages" in gap.detail


def test_one_malformed_account_costs_itself(tmp_path: Path) -> None:
    accounts = [user("good", 2001), user("bad", 2002, userAccountControl="0x200"), user("also", 2003)]
    evidence = read(domain(Answer(accounts)), settings("active-directory"), tmp_path)
    assert names(evidence) == ["good", "also"]
    (gap,) = population(evidence, Account).missing
    assert (gap.cause, gap.subject) == (GapCause.MALFORMED, f"CN=bad,CN=Users,{DOMAIN}")


def test_too_many_malformed_accounts_end_the_reading(tmp_path: Path) -> None:
    accounts = [user(f"u{number}", number, userAccountControl="?") for number in range(300)]
    evidence = read(domain(Answer(accounts)), settings("active-directory"), tmp_path)
    gaps = [gap for gap in (*evidence.gaps, *population_gaps(evidence)) if gap.kind == "account"]
    assert any("more than 100 entries" in gap.detail for gap in gaps)
    assert len(gaps) <= 101


def population_gaps(evidence: EvidenceSet) -> list[Gap]:
    return [gap for found in evidence.populations for gap in found.missing]


def test_hidden_last_use_is_never_called_never_used(tmp_path: Path) -> None:
    blind = [
        entry(each.dn, **{k: list(v) for k, v in each.attributes.items() if k != "lastlogontimestamp"})
        for each in (user("a", 2001), user("b", 2002, lastLogon="0", logonCount="0"))
    ]
    evidence = read(domain(Answer(blind)), settings("active-directory"), tmp_path)
    found = population(evidence, Account)
    assert [(each.last_used, each.never_used) for each in found.records] == [(None, None)] * 2
    assert found.unreadable == ("last_used",)


def test_absence_counts_only_where_the_same_unit_shows_last_use(tmp_path: Path) -> None:
    def without(name: str, number: int, unit: str, **other: str) -> Entry:
        whole = user(name, number, unit, **other)
        return Entry(whole.dn, {k: v for k, v in whole.attributes.items() if k != "lastlogontimestamp"})

    accounts = [
        without("new", 2001, "OU=Open"),
        without("here-only", 2002, "OU=Open", lastLogon=USED),
        user("old", 2003, "OU=Open"),
        without("unknown", 2004, "OU=Closed"),
        user("zero", 2005, "OU=Zero", lastLogonTimestamp="0"),
    ]
    evidence = read(domain(Answer(accounts)), settings("active-directory", page_size=1), tmp_path)
    found = population(evidence, Account)
    assert {each.name: each.never_used for each in found.records} == {
        "new": True,
        "here-only": None,
        "old": None,
        "unknown": None,
        "zero": True,
    }
    assert found.unreadable == ("last_used",)


def test_members_are_fetched_range_by_range_to_the_end(tmp_path: Path) -> None:
    members = [f"CN=m{number},OU=Elsewhere,DC=other,DC=test" for number in range(7)]
    ranges = {
        "member;range=3-*": Answer([entry("x", **{"member__range=3-5": members[3:6]})]),
        "member;range=6-*": Answer([entry("x", **{"member__range=6-*": members[6:]})]),
    }
    whole = group("Domain Admins", domain_sid(512))
    first = Entry(whole.dn, {**whole.attributes, "member;range=0-2": tuple(m.encode() for m in members[:3])})
    fake = with_first(domain(), **ranges)
    fake.answers = {
        **fake.answers,
        "objectSid=S-1-5-32-544": Answer([first, group("Administrators", sid(32, 544), whole.dn)]),
    }
    found = population(read(fake, settings("active-directory"), tmp_path), Privilege)
    holders = {each.holder: each.holder_category for each in found.records if each.role == "domain-admins"}
    assert {name for name, category in holders.items() if category == "foreign"} == set(members)


def test_a_range_that_breaks_off_is_a_gap_that_names_the_group(tmp_path: Path) -> None:
    whole = group("Domain Admins", domain_sid(512))
    first = Entry(whole.dn, {**whole.attributes, "member;range=0-0": (b"CN=m0,DC=other",)})
    fake = domain()
    fake.answers = {
        **fake.answers,
        "objectSid=S-1-5-32-544": Answer([first, group("Administrators", sid(32, 544), whole.dn)]),
    }
    found = population(read(fake, settings("active-directory"), tmp_path), Privilege)
    assert [(gap.cause, gap.subject) for gap in found.missing] == [(GapCause.TRUNCATED, "Domain Admins")]
    assert ("Domain Admins", "group") in {(each.holder, each.holder_category) for each in found.records}


def test_administrators_without_a_visible_member_are_a_gap(tmp_path: Path) -> None:
    fake = domain()
    fake.answers = {
        **{key: value for key, value in fake.answers.items() if "memberOf" not in key},
        "objectSid=S-1-5-32-544": Answer(
            [group("Domain Admins", domain_sid(512)), group("Administrators", sid(32, 544))]
        ),
    }
    found = population(read(fake, settings("active-directory"), tmp_path), Privilege)
    assert {gap.subject for gap in found.missing} == {"Domain Admins", "Administrators"}


def test_a_privileged_group_that_cannot_be_seen_is_a_gap(tmp_path: Path) -> None:
    fake = domain()
    fake.answers = {**fake.answers, "objectSid=S-1-5-32-544": Answer()}
    chosen = settings("active-directory", privileged_groups=("CN=Gone,DC=corp",))
    found = population(read(fake, chosen, tmp_path), Privilege)
    assert found.count == 0
    assert {gap.subject for gap in found.missing} == {"domain-admins", "administrators", "CN=Gone,DC=corp"}


@pytest.mark.parametrize("wanted", [BOTH, frozenset({Account}), frozenset({Privilege})])
@pytest.mark.parametrize("dialect", ["active-directory", "openldap"])
def test_nothing_is_asked_that_the_plan_does_not_list(
    tmp_path: Path, dialect: str, wanted: frozenset[type[Account | Privilege]]
) -> None:
    fake = domain() if dialect == "active-directory" else server()
    chosen = settings(dialect, privileged_groups=("CN=Extra,DC=corp" if dialect == "active-directory" else GROUP,))
    plan = list(DirectorySource(chosen, lambda _reference: "", connect=lambda: fake).plan(wanted))
    read(fake, chosen, tmp_path, wanted)
    assert fake.issued
    for search in fake.issued:
        assert any(_fits(query.text, str(search)) for query in plan), str(search)
    assert all("userPassword" not in query.text and "unicodePwd" not in query.text for query in plan)
    assert all(set(query.kinds) <= wanted for query in plan)


def _fits(planned: str, issued: str) -> bool:
    parts = re.split(r"<[^>]*>", planned)
    return re.fullmatch(".*".join(map(re.escape, parts)), issued) is not None


def test_what_other_servers_hold_is_noted_and_not_followed(tmp_path: Path) -> None:
    accounts = Answer([user("u0", 2000)], referrals=("ldap://child.corp.example.test/DC=child",))
    evidence = read(domain(accounts), settings("active-directory"), tmp_path)
    assert (tmp_path / "raw/directory/referrals.txt").read_text() == "ldap://child.corp.example.test/DC=child"
    assert population(evidence, Account).provenance.raw


@pytest.mark.parametrize(
    ("data", "words"),
    [
        ("52e", "wrong user name"),
        ("532", "expired"),
        ("533", "disabled"),
        ("773", "must be changed"),
        ("775", "locked out"),
    ],
)
def test_active_directorys_refusals_are_put_into_words(data: str, words: str) -> None:
    message = f"80090308: LdapErr: DSID-0C09044E, comment: AcceptSecurityContext error, data {data}, v2580"
    failure = bind_failure(49, message, "svc@CORP")
    assert failure.cause is GapCause.DENIED
    assert words in failure.detail
    assert failure.remedy


@pytest.mark.parametrize("code", [8, 13])
def test_a_server_that_wants_protection_says_how_to_give_it(code: int) -> None:
    failure = bind_failure(code, "", "svc")
    assert failure.cause is GapCause.DENIED
    assert "tls.mode" in failure.remedy


def at_the_server() -> datetime:
    """The time that the fake domain's controller shows."""
    return datetime(2026, 11, 21, 7, 51, tzinfo=UTC)


def test_doctor_says_each_step_and_what_to_grant() -> None:
    lines = list(
        DirectorySource(
            settings("active-directory"), lambda _reference: "", connect=domain, now=at_the_server
        ).diagnose()
    )
    assert [line.text for line in lines if not line.ok] == []
    assert {line.text.partition(":")[0] for line in lines[1:]} == {
        *("Account", "Privilege", "PasswordPolicy", "Computer", "Trust", "Domain", "CollectorIdentity"),
        *("ResourceDelegation", "ConflictObject"),
    }
    fake = domain(Answer([entry(f"CN=a,{DOMAIN}", sAMAccountName="a", objectClass="user")]))
    lines = list(
        DirectorySource(
            settings("active-directory"), lambda _reference: "", connect=lambda: fake, now=at_the_server
        ).diagnose()
    )
    (hidden,) = [line for line in lines if "last_used" in line.text]
    assert not hidden.ok
    assert "lastLogonTimestamp" in hidden.remedy
    fake.refusal = bind_failure(49, "data 533", "svc")
    (line,) = DirectorySource(settings("active-directory"), lambda _reference: "", connect=lambda: fake).diagnose()
    assert not line.ok
    assert line.remedy == "enable the reading account"
