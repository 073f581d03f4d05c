"""Multi-factor authentication of administrators in Entra ID: a truth set of directories, read over HTTPS."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from checks.discovery import discover
from checks.finding import Finding, Status
from checks.judgement import judge
from collector.directory.entra import EntraDirectory
from collector.evidence import EvidenceSet, Gap, GapCause
from collector.records.cloud import AuthenticationRegistration, PerUserMfa
from collector.records.record import Record, kind_name
from tests.checks.made import AS_OF, reasons
from tests.servers.graph import GraphServer, Script
from tests.servers.graph_cases import CASES
from tests.servers.graph_scan import scan
from tests.servers.graph_tenants import guid, policy, tenant

CHECK = "mfa-admin-enforced--entra"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphServer]:
    graph = GraphServer(tmp_path_factory.mktemp("graph"))
    yield graph
    graph.stop()


def finding(evidence: EvidenceSet, check_id: str = CHECK) -> Finding:
    check = next(each for each in discover() if each.id == check_id)
    (found,) = judge(check, evidence, {"break_glass": ["Glas@example.test"]}, AS_OF)
    return found


def test_the_truth_set_is_large_enough() -> None:
    assert len(CASES) >= 60


@pytest.mark.parametrize("name", CASES)
def test_every_administrator_gets_the_outcome_of_the_truth_set(name: str, server: GraphServer, tmp_path: Path) -> None:
    page, objects, expected = CASES[name]
    server.script = Script()
    assert page
    found = finding(scan(server, objects, tmp_path))
    outcomes = {each.subject: f"!{each.reason}" for each in found.exceptions}
    outcomes |= {each.subject: f"?{each.reason}" for each in found.undetermined if each.subject not in outcomes}
    assert outcomes == {who: what for who, what in expected.items() if what is not None and what[0] != "-"}
    set_aside = {what[1:] for what in expected.values() if what is not None and what[0] == "-"}
    assert set_aside <= set(found.out_of_scope)
    if any(what is not None and what[0] in "!?" for what in expected.values()):
        assert found.status in {Status.NOT_SATISFIED, Status.NOT_DETERMINED}
    elif not set_aside:
        assert found.status is Status.SATISFIED


PER_USER = f"/beta/users/{guid('anna')}/authentication/requirements"


@pytest.mark.parametrize(
    ("policies", "state", "expected"),
    [
        ([], "enforced", {"anna@example.test": "?per-user-mfa"}),
        ([], "enabled", {"anna@example.test": "!not-covered"}),
        ([], "disabled", {"anna@example.test": "!not-covered"}),
        ([], "unknownFutureValue", {"anna@example.test": "?per-user-mfa-unread"}),
        ([policy()], "disabled", {}),
        ([policy()], "enforced", {}),
    ],
)
def test_per_user_mfa_never_satisfies_and_keeps_from_accusing(
    policies: list[Any], state: str, expected: dict[str, str], server: GraphServer, tmp_path: Path
) -> None:
    # Graph beta: api/authentication-get, example 2; resources/strongauthenticationrequirements
    server.script = Script()
    objects = tenant(*policies) | {PER_USER: {"perUserMfaState": state}}
    wanted = EntraDirectory.provides | {PerUserMfa}
    found = finding(scan(server, objects, tmp_path, per_user_mfa=True, wanted=wanted))
    assert reasons(found) == expected


def test_without_the_setting_the_beta_is_never_asked(server: GraphServer, tmp_path: Path) -> None:
    server.script = Script()
    scan(server, tenant() | {PER_USER: {"perUserMfaState": "enforced"}}, tmp_path)
    assert not [each for each in server.script.requests if each.startswith("/beta")]


def without(held: EvidenceSet, kind: type[Record], source: str = "entra") -> EvidenceSet:
    """The same scan, where one kind was refused."""
    rest = tuple(each for each in held.populations if each.kind != kind_name(kind))
    return EvidenceSet(rest, (*held.gaps, Gap(kind_name(kind), source, GapCause.DENIED, "403")))


def test_registration_that_was_not_read_is_not_taken_for_done(server: GraphServer, tmp_path: Path) -> None:
    server.script = Script()
    held = scan(server, tenant(policy()), tmp_path)
    assert finding(held).status is Status.SATISFIED
    assert reasons(finding(without(held, AuthenticationRegistration))) == {"anna@example.test": "?registration-unknown"}


def test_the_older_setting_that_was_not_read_accuses_nobody(server: GraphServer, tmp_path: Path) -> None:
    server.script = Script()
    held = scan(server, tenant(), tmp_path)
    assert reasons(finding(held)) == {"anna@example.test": "!not-covered"}
    assert reasons(finding(without(held, PerUserMfa))) == {"anna@example.test": "?per-user-mfa-unread"}
