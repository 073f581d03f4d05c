"""A real privacyIDEA server: what it holds is what is read, and what it hides is a gap that names the right.

Not part of `make test`, which has recordings of this very server: `make test-privacyidea` installs it, once.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.factors.privacyidea import PrivacyIdea
from collector.recorder import ConfiguredSource
from collector.records.factors import FactorPolicy, Token
from config.sources import PrivacyIdeaSource
from tests.servers.certificates import Authority
from tests.servers.privacyidea import BULK, PrivacyIdeaServer
from tests.styrk.runs import Styrk

pytestmark = pytest.mark.privacyidea


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrivacyIdeaServer]:
    with PrivacyIdeaServer(tmp_path_factory.mktemp("privacyidea")) as started:
        yield started


def source(server: PrivacyIdeaServer, *, password: str | None = None, **changes: Any) -> PrivacyIdea:
    values = {
        "id": "mfa",
        "type": "privacyidea",
        "url": server.url,
        "ca_file": server.ca_file,
        "user": server.user,
        "password": "env:NONE",
        "person_key": "employee_number",
        "realms": ("staff", "empty"),
        "page_size": 7,
        "timeout_seconds": 20,
    }
    return PrivacyIdea(PrivacyIdeaSource.model_validate(values | changes), lambda _: password or server.password)


def read(made: PrivacyIdea, folder: Path) -> EvidenceSet:
    return collect([ConfiguredSource(made, made.provides)], folder / "evidence", "0")


def test_every_token_is_read_with_its_state(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    evidence = read(source(server), tmp_path)
    assert evidence.gaps == ()
    (population,) = evidence.reading(Token).populations
    assert population.complete
    assert population.count == population.source_count == 11 + BULK
    held = {token.serial: token for token in population.records}
    assert (held["TOTP0001"].user, held["TOTP0001"].person_key, held["TOTP0001"].second_factor) == (
        "anna.admin",
        "1001",
        True,
    )
    assert {held[serial].second_factor for serial in ("SPASS001", "PW000001", "REG00001")} == {False}
    assert (held["HOTP0001"].active, held["HOTP0001"].user) == (False, "cilla.åström")
    assert held["HOTP0002"].locked is True  # the server's own `locked` is false; its counter of failures is full
    assert held["TOTP0002"].revoked is True
    assert held["TOTP0003"].valid_until is not None
    assert (held["TOTP0004"].user, held["TOTP0004"].person_key) == ("far.okand", None)
    assert (held["TOTP0005"].user, held["TOTP0005"].subject) == ("", "TOTP0005")
    assert held["TOTP0006"].rollout_state == "verify"
    policies = {policy.name: policy for policy in evidence.reading(FactorPolicy).records}
    assert policies["second-password"].actions == ("otppin=userstore",)
    assert (policies["let-through"].active, policies["let-through"].realms) == (False, ("staff",))
    assert set(policies) == {"second-password", "let-through"}  # administrators' rights are no policy on log-ons


def test_neither_password_nor_token_is_in_the_evidence(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    evidence = read(source(server), tmp_path)
    (population,) = evidence.reading(Token).populations
    said = repr(evidence) + "".join(map(repr, population.records))
    assert server.password not in said
    assert "eyJ" not in said  # how a JSON web token begins


def test_what_is_asked_was_planned(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    made = source(server)
    planned = {query.text.replace("<n>", "1") for query in made.plan(made.provides)}
    (population,) = read(made, tmp_path).reading(Token).populations
    assert {text.replace("page=2", "page=1") for text in population.provenance.method[:6]} <= planned


def test_a_reader_without_rights_gets_gaps_and_not_an_empty_list(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    evidence = read(source(server, user="nobody"), tmp_path)
    assert {(gap.kind, gap.cause, gap.detail) for gap in evidence.gaps} == {
        ("token", GapCause.DENIED, "nobody lacks the right tokenlist"),
        ("factor-policy", GapCause.DENIED, "nobody lacks the right policyread"),
    }
    assert all("tokenlist" in gap.remedy or "policyread" in gap.remedy for gap in evidence.gaps)


def test_a_right_that_is_limited_to_a_realm_is_seen(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    (population,) = read(source(server, user="limited"), tmp_path).reading(Token).populations
    assert population.count < 11 + BULK  # and the server says that this is all
    assert {(gap.cause, gap.subject) for gap in population.missing} == {
        (GapCause.TRUNCATED, "limits of tokenlist"),
        (GapCause.ABSENT, "users of empty"),  # the server shows no other realm either
    }


def test_a_realm_whose_resolver_gives_nobody_is_a_gap(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    (population,) = read(source(server, realms=("staff", "elsewhere")), tmp_path).reading(Token).populations
    (missing,) = population.missing
    assert (missing.cause, missing.subject) == (GapCause.ABSENT, "users of elsewhere")
    assert "AUTHTYPE" in missing.remedy


def test_a_key_that_no_user_has_is_said(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    (population,) = read(source(server, person_key="employeeID"), tmp_path).reading(Token).populations
    assert population.unreadable == ("person_key",)


@pytest.mark.parametrize(
    ("changes", "cause", "said"),
    [
        ({"password": "wrong"}, GapCause.DENIED, "log-in as collector was refused (401"),
        ({"url": "https://localhost:9"}, GapCause.UNREACHABLE, "no connection"),
        ({"ca_file": None}, GapCause.DENIED, "certificate is not accepted"),
    ],
)
def test_a_server_that_cannot_be_read(
    server: PrivacyIdeaServer, tmp_path: Path, changes: dict[str, Any], cause: GapCause, said: str
) -> None:
    gaps = read(source(server, **changes), tmp_path).gaps
    assert {(gap.kind, gap.cause) for gap in gaps} == {("token", cause), ("factor-policy", cause)}
    assert all(said in gap.detail for gap in gaps)
    assert all(gap.remedy for gap in gaps)


def test_another_name_than_the_certificates(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    gaps = read(source(server, url=server.url.replace("localhost", "127.0.0.1")), tmp_path).gaps
    assert {gap.cause for gap in gaps} == {GapCause.DENIED}


def test_another_authority(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    gaps = read(source(server, ca_file=Authority(tmp_path).ca_file), tmp_path).gaps
    assert {gap.cause for gap in gaps} == {GapCause.DENIED}


def test_doctor_names_each_right(server: PrivacyIdeaServer) -> None:
    assert all(line.ok for line in source(server).diagnose())
    assert [line.ok for line in source(server, user="nobody").diagnose()] == [True, False, False, False, False]
    over = list(source(server, user="root", password=server.admin_password).diagnose())
    assert [line.text for line in over if not line.ok] == ["may do more than read: every right"]
    assert not any(line.ok for line in source(server, password="wrong").diagnose())


CATALOGUE = """\
id: own
title: Prov
kind: own
requirements:
  - {id: P-1, section: '1', kind: demand, title: Flerfaktor utifrån, controls: [{id: mfa-remote-access}]}
"""


def test_a_scan_joins_the_vpns_rules_with_the_servers_policies(server: PrivacyIdeaServer, tmp_path: Path) -> None:
    (tmp_path / "ways.csv").write_text(
        "Namn;Utifrån;Faktorer;Server;Realm\nVPN;ja;ja;mfa;staff\nAnnan;ja;ja;mfa;staff\n", encoding="utf-8"
    )
    (tmp_path / "rules.csv").write_text("Namn;Regel;Server\nVPN;Alla;mfa\n", encoding="utf-8")
    (tmp_path / "own.yaml").write_text(CATALOGUE, encoding="utf-8")
    settings = tmp_path / "styrk.yaml"
    settings.write_text(
        f"""\
organisation: {{name: Provkommun, language: sv}}
sources:
  - id: mfa
    type: privacyidea
    url: {server.url}
    ca_file: {server.ca_file}
    user: {server.user}
    password: env:MFA_PASSWORD
    person_key: employee_number
registers:
  - id: ways
    holds: entry-point
    file: ways.csv
    columns: {{name: Namn, external: Utifrån, factors: Faktorer, provider: Server, realm: Realm}}
  - id: rules
    holds: entry-point-rule
    file: rules.csv
    columns: {{entry_point: Namn, rule: Regel, provider: Server}}
catalogues: [own.yaml]
output: {{directory: out}}
""",
        encoding="utf-8",
    )
    styrk = Styrk(tmp_path / "home")
    scan = styrk("scan", "-c", settings, "--out", tmp_path / "out", MFA_PASSWORD=server.password)
    (bundle,) = (path for path in (tmp_path / "out").iterdir() if path.is_dir())
    found = {each["check"]: each for each in json.loads((bundle / "data/results/findings.json").read_bytes())}
    judged = found["mfa-remote-access--entry-points"]
    assert judged["obtained"] == "provided"
    assert [(each["subject"], each["reason"]) for each in judged["undetermined"]] == [("Annan", "provider-not-linked")]
    assert (judged["exceptions"], judged["population"]["count"]) == ([], 2), scan.err
    assert styrk("reperform", bundle).status == 0
    assert not any(server.password.encode() in path.read_bytes() for path in bundle.rglob("*") if path.is_file())
