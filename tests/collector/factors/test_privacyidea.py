"""What a real privacyIDEA answered (recordings), and faults that a real one cannot be made to show."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from assessment.ways_in import usable
from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause, Population
from collector.factors import privacyidea_answers as answers
from collector.factors.privacyidea import PrivacyIdea, read_login
from collector.recorder import ConfiguredSource
from collector.records.factors import FactorPolicy, Token
from collector.records.record import Record
from collector.source import SourceError
from collector.transport.https import AnswerError
from config.sources import PrivacyIdeaSource
from tests.collector.factors.record_answers import RECORDINGS, expected_of
from tests.collector.factors.recorded_privacyidea import RIGHTS, Recorded, lost

CASES = sorted(path.name for path in RECORDINGS.iterdir())
PAGE = "/token/?page={}&pagesize=20&sortby=serial&sortdir=asc".format


def load(case: str, name: str) -> Any:
    return json.loads((RECORDINGS / case / f"{name}.json").read_text(encoding="utf-8"))


def source(case: str, server: Recorded, **changes: Any) -> PrivacyIdea:
    values = load(case, "case")["settings"] | changes
    settings = PrivacyIdeaSource.model_validate_json(json.dumps(values))
    return PrivacyIdea(settings, lambda _: "", connect=lambda: (server, server))


def read(made: PrivacyIdea, folder: Path, *kinds: type[Record]) -> EvidenceSet:
    return collect([ConfiguredSource(made, frozenset(kinds) or made.provides)], folder / "evidence", "0")


def tokens(evidence: EvidenceSet) -> Population[Token]:
    (population,) = evidence.reading(Token).populations
    return population


@pytest.mark.parametrize("case", CASES)
def test_a_recorded_server_gives_what_it_gave(case: str, tmp_path: Path) -> None:
    server = Recorded(load(case, "answers"))
    assert expected_of(read(source(case, server), tmp_path)) == load(case, "expected")
    assert server.closed


def test_the_expectation_is_what_was_seeded() -> None:
    """By name and by hand: the recorder wrote expected.json with the code that is tested."""
    held = {each["serial"]: each for each in load("reader", "expected")["records"] if "serial" in each}
    assert {serial: each.get("user") for serial, each in held.items() if not serial.startswith("BULK")} == {
        "HOTP0001": "cilla.åström",
        "HOTP0002": "anna.admin",
        "PW000001": "bo.boss",
        "REG00001": "bo.boss",
        "SPASS001": "anna.admin",
        "TOTP0001": "anna.admin",
        "TOTP0002": "david.vpn",
        "TOTP0003": "david.vpn",
        "TOTP0004": "far.okand",
        "TOTP0005": "",
        "TOTP0006": "anna.admin",
    }
    assert held["TOTP0001"]["person_key"] == "1001"
    assert load("reader", "expected")["gaps"] == []


def test_which_tokens_work_as_a_second_factor(tmp_path: Path) -> None:
    found = tokens(read(source("reader", Recorded(load("reader", "answers"))), tmp_path))
    now = datetime(2026, 11, 21, tzinfo=UTC)
    works = {each.serial: usable(each, now) for each in found.records if each.user}
    assert {serial for serial, word in works.items() if word} == {"TOTP0001", "TOTP0004"}
    assert None not in works.values()
    (expiring,) = (each for each in found.records if each.serial == "TOTP0003")
    assert expiring.valid_until is not None
    assert usable(expiring, expiring.valid_until - timedelta(seconds=1)) is True
    assert usable(expiring, expiring.valid_until) is False


def test_without_a_key_no_user_is_read(tmp_path: Path) -> None:
    server = Recorded(load("reader", "answers"))
    evidence = read(source("reader", server, person_key=None), tmp_path)
    assert tokens(evidence).complete
    assert {each.person_key for each in tokens(evidence).records} == {None}
    assert not any(path.startswith(("/user/", "/realm/")) for path in server.asked)


def test_nothing_is_asked_that_was_not_planned(tmp_path: Path) -> None:
    server = Recorded(load("reader", "answers"))
    made = source("reader", server)
    planned = {query.text for query in made.plan(made.provides)}
    read(made, tmp_path)
    assert {f"GET {path}".replace("page=2", "page=1").replace("page=3", "page=1") for path in server.asked} == {
        text.replace("<n>", "1") for text in planned if text.startswith("GET")
    }
    assert all(query.rights for query in made.plan(frozenset({Token})) if "/realm/" not in query.text)
    assert list(made.plan(frozenset())) == []


def changed(path: str, change: Callable[[Any], None]) -> dict[str, Any]:
    answer = load("reader", "answers")[path]
    change(answer["result"]["value"])
    return {path: answer}


@pytest.mark.parametrize(
    ("instead", "cause", "said"),
    [
        ({PAGE(2): lost()}, GapCause.UNREACHABLE, "503"),
        ({PAGE(2): AnswerError(403, "303", "not allowed", "mfa")}, GapCause.DENIED, "303: not allowed"),
        (changed(PAGE(2), lambda page: page.update(tokens=[])), GapCause.TRUNCATED, "page 2 of the tokens is empty"),
        (changed(PAGE(2), lambda page: page["tokens"].pop()), GapCause.TRUNCATED, "41 tokens; 40 were read"),
        (changed(PAGE(3), lambda page: page.update(count=45)), GapCause.TRUNCATED, "45 tokens; 41 were read"),
        (changed(PAGE(1), lambda page: page.update(count=10**9)), GapCause.TRUNCATED, "1000000 are read at most"),
        (changed(PAGE(1), lambda page: page.pop("count")), GapCause.MALFORMED, "no count"),
        (changed(PAGE(1), lambda page: page.update(tokens=[1])), GapCause.MALFORMED, "another shape"),
        ({PAGE(1): {"result": {"status": False}}}, GapCause.MALFORMED, "not one of privacyIDEA's"),
        ({PAGE(1): {"hello": 1}}, GapCause.MALFORMED, "not one of privacyIDEA's"),
        ({RIGHTS: ["tokenlist", "policyread"]}, GapCause.DENIED, "lacks the right userlist"),
        ({RIGHTS: ["tokenlist", "userlist"]}, GapCause.DENIED, "lacks the right policyread"),
    ],
)
def test_what_goes_wrong_is_a_gap(instead: dict[str, Any], cause: GapCause, said: str, tmp_path: Path) -> None:
    evidence = read(source("reader", Recorded(load("reader", "answers"), instead=instead)), tmp_path, Token)
    gaps = [*evidence.gaps, *(gap for each in evidence.populations for gap in each.missing)]
    assert [(gap.cause, said in gap.detail) for gap in gaps] == [(cause, True)]
    assert not evidence.reading(Token).complete


def test_a_refused_log_in_is_a_gap_for_everything(tmp_path: Path) -> None:
    refused = SourceError(GapCause.DENIED, "the log-in as collector was refused (401)", "check user and password")
    server = Recorded(load("reader", "answers"), instead={RIGHTS: refused})
    evidence = read(source("reader", server), tmp_path)
    assert {(gap.kind, gap.cause) for gap in evidence.gaps} == {
        ("token", GapCause.DENIED),
        ("factor-policy", GapCause.DENIED),
    }
    assert server.asked == []


def test_policies_are_kept_when_the_tokens_cannot_be_read(tmp_path: Path) -> None:
    evidence = read(source("reader", Recorded(load("reader", "answers"), instead={PAGE(1): lost()})), tmp_path)
    assert evidence.reading(FactorPolicy).complete
    assert not evidence.reading(Token).complete


def test_an_owner_whom_the_server_cannot_name_is_said(tmp_path: Path) -> None:
    def nameless(page: Any) -> None:
        for token in page["tokens"]:
            if token["serial"] == "TOTP0001":
                token["username"] = ""

    paths = [path for path, answer in load("reader", "answers").items() if "TOTP0001" in json.dumps(answer)]
    server = Recorded(load("reader", "answers"), instead=changed(paths[0], nameless))
    found = tokens(read(source("reader", server), tmp_path))
    assert found.unreadable == ("user",)
    assert [each.user for each in found.records if each.serial == "TOTP0001"] == [None]


def test_a_time_limit_that_cannot_be_read_is_never_taken_for_none() -> None:
    page = {
        "count": 1,
        "next": None,
        "tokens": [
            {"serial": "T", "tokentype": "totp", "active": True, "info": {"validity_period_end": "31/12/19 10:00"}}
        ],
    }
    found = answers.token_page(page, {})
    assert found.unread == 1
    assert usable(found.tokens[0], datetime(2026, 11, 21, tzinfo=UTC)) is None


@pytest.mark.parametrize(
    ("form", "expected"),
    [("webauthn", True), ("TOTP", True), ("pw", False), ("question", False), ("radius", None), ("new-thing", None)],
)
def test_forms_of_tokens(form: str, expected: bool | None) -> None:
    found = answers.token_page({"count": 1, "next": None, "tokens": [{"serial": "T", "tokentype": form}]}, {})
    assert found.tokens[0].second_factor is expected


def test_an_ordinary_user_is_refused() -> None:
    with pytest.raises(SourceError, match="ordinary user"):
        read_login({"token": "t", "rights": [], "role": "user"})
    with pytest.raises(SourceError, match="no token"):
        read_login({"role": "admin", "rights": []})


def test_who_is_limited() -> None:
    def policy(**said: Any) -> dict[str, Any]:
        return {"name": "p", "scope": "admin", "active": True, "action": {"tokenlist": True}, **said}

    assert answers.hidden_tokens([], "reader") is None
    assert answers.hidden_tokens([policy()], "Reader") is None
    assert answers.hidden_tokens([policy(adminuser=["READER"])], "reader") is None
    assert answers.hidden_tokens([policy(adminuser=["reader"], realm=["a"])], "reader") == "p: realm a"
    assert answers.hidden_tokens([policy(adminuser=["reader"], realm=["a"]), policy()], "reader") is None
    assert answers.hidden_tokens([policy(adminuser=["other"])], "reader") is not None
    assert answers.hidden_tokens([policy(action={"*": True}, adminuser=["reader"])], "reader") is None


def test_doctor_says_what_is_lacking_and_what_is_too_much() -> None:
    lines = list(source("no-rights", Recorded(load("no-rights", "answers"))).diagnose())
    assert [line.text for line in lines if not line.ok] == [
        "lacks the right tokenlist",
        "lacks the right userlist",
        "lacks the right policyread",
        "may do more than read: auditlog",
    ]
    assert all(line.remedy for line in lines if not line.ok)
    assert all(line.ok for line in source("reader", Recorded(load("reader", "answers"))).diagnose())
