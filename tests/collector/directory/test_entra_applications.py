"""Applications, their permissions and credentials, out of answers in the shapes of the Graph v1.0 reference."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from collector.directory.entra_applications import credentials_of, parse_permissions, parse_principal
from collector.directory.entra_graph import without_credentials
from collector.directory.times import MalformedValueError
from collector.evidence import EvidenceSet, GapCause
from collector.records.cloud import ApplicationCredential, CloudApplication, RoleHolder
from collector.records.identity import Privilege
from collector.records.record import Record
from collector.source import SourceError
from collector.transport.https import JsonAnswer
from tests.servers.graph import GraphServer, Script, error
from tests.servers.graph_scan import scan
from tests.servers.graph_tenants import (
    HINT,
    application,
    assignment,
    certificate,
    granted,
    guid,
    principal,
    secret,
    tenant,
)

WANTED: frozenset[type[Record]] = frozenset({CloudApplication, ApplicationCredential})
SAML = (
    certificate("saml", customKeyIdentifier="AB12", usage="Sign", keyId=guid("signing")),
    certificate("saml-public", customKeyIdentifier="AB12"),
    secret("saml-password", keyId=guid("signing")),
)
"""What a service principal for SAML has: a pair of keys, and the password of the one that signs."""


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphServer]:
    graph = GraphServer(tmp_path_factory.mktemp("graph"))
    yield graph
    graph.stop()


@pytest.fixture
def server(running: GraphServer) -> GraphServer:
    running.script = Script()
    return running


def directory() -> dict[str, Any]:
    return tenant(
        principals=[
            principal("backup"),
            principal("mail", *SAML, secret("added-here"), accountEnabled=False),
            principal("store"),
            principal("robot", certificate("rolled"), servicePrincipalType="ManagedIdentity"),
        ],
        applications=[
            application("backup", secret("old", "2024-01-01", "2299-12-30"), certificate("new")),
            application("mail"),
            application("unused", secret("lonely", end=None)),
        ],
        grants=[
            granted("backup", "RoleManagement.ReadWrite.Directory"),
            granted("backup", "User.Read.All"),
            granted("store", "Directory.ReadWrite.All"),
            granted("robot", "x", appRoleId=guid("not in the list")),
            granted("anna", "User.Read.All", principalType="User"),
        ],
    )


def records(evidence: EvidenceSet, kind: type[Any]) -> list[Any]:
    (found,) = evidence.reading(kind).populations
    assert found.complete
    return list(found.records)


def shown(name: str) -> str:
    return f"{name} ({guid(name)})"


def test_what_each_application_may_do_and_where_it_is_registered(server: GraphServer, tmp_path: Path) -> None:
    server.script.page_size = 2
    found = {each.name: each for each in records(scan(server, directory(), tmp_path, wanted=WANTED), CloudApplication)}
    assert {name: (each.form, each.external, each.enabled, each.permissions) for name, each in found.items()} == {
        shown("backup"): ("application", False, True, ("RoleManagement.ReadWrite.Directory", "User.Read.All")),
        shown("mail"): ("application", False, False, ()),
        shown("store"): ("application", True, True, ("Directory.ReadWrite.All",)),
        shown("robot"): ("managed-identity", None, True, (guid("not in the list"),)),
    }
    assert found[shown("backup")].application == guid("app backup")


def test_what_each_application_proves_itself_by(server: GraphServer, tmp_path: Path) -> None:
    found = records(scan(server, directory(), tmp_path, wanted=WANTED), ApplicationCredential)
    assert {(each.application, each.identifier): (each.form, each.enabled) for each in found} == {
        (shown("backup"), guid("key old")): ("secret", True),
        (shown("backup"), guid("key new")): ("certificate", True),
        (shown("mail"), guid("key added-here")): ("secret", False),
        (f"unused ({guid('app unused')})", guid("key lonely")): ("secret", False),
    }
    old = next(each for each in found if each.identifier == guid("key old"))
    assert (old.start, old.end) == (datetime(2024, 1, 1, tzinfo=UTC), datetime(2299, 12, 30, tzinfo=UTC))
    assert {each.end for each in found if "lonely" in each.subject or each.application.startswith("unused")} == {None}


def test_nothing_of_a_secret_lands_not_even_with_the_answers_that_are_kept(server: GraphServer, tmp_path: Path) -> None:
    """Graph expands the principal of a role with all that it shows of it, and tells how each secret begins."""
    held = assignment("backup", kind="servicePrincipal")
    held["principal"] |= principal("backup", secret("old", secretText="never told"), certificate("new", key="TUlJ"))
    objects = directory() | tenant(roles=[held])
    evidence = scan(server, objects, tmp_path, wanted=WANTED | {RoleHolder, Privilege})
    assert records(evidence, Privilege)[0].holder == shown("backup")
    kept = [each.read_bytes() for each in tmp_path.rglob("*") if each.is_file()]
    assert any(b"roleDefinitionId" in each for each in kept), "the raw answer is kept"
    for part in (HINT, "never told", "TUlJ", "passwordCredentials"):
        assert not any(part.encode() in each for each in kept), part


def test_an_application_with_the_name_of_an_approved_user_is_not_taken_for_it(
    server: GraphServer, tmp_path: Path
) -> None:
    roles = [assignment("anna"), assignment("robot", kind="servicePrincipal")]
    roles[1]["principal"]["displayName"] = "anna@example.test"
    found = records(scan(server, tenant(roles=roles), tmp_path, wanted=frozenset({Privilege})), Privilege)
    assert [each.holder for each in found] == ["anna@example.test", f"anna@example.test ({guid('robot')})"]


def test_permissions_that_cannot_be_read_leave_the_credentials(server: GraphServer, tmp_path: Path) -> None:
    refusal = error(503, "ServiceUnavailable", "later")
    server.script.faults = [lambda path, _number: refusal if "appRoleAssignedTo" in path else None]
    evidence = scan(server, directory(), tmp_path, wanted=WANTED)
    assert len(records(evidence, ApplicationCredential)) == 4
    assert not evidence.reading(CloudApplication).complete
    assert [gap.kind for gap in evidence.gaps] == ["cloud-application"]


@pytest.mark.parametrize(
    "item",
    [
        principal("odd", keyCredentials="none"),
        principal("odd", passwordCredentials=[{"keyId": None}]),
        principal("odd", secret("odd", "2026-13-01")),
        principal("odd", appId=7),
        principal("odd", accountEnabled="yes"),
    ],
)
def test_an_application_that_cannot_be_understood_costs_itself(
    item: dict[str, Any], server: GraphServer, tmp_path: Path
) -> None:
    objects = directory()
    objects["/v1.0/servicePrincipals"].append(item)
    evidence = scan(server, objects, tmp_path, wanted=WANTED)
    gaps = {(gap.kind, gap.cause, gap.subject) for gap in evidence.gaps}
    (found,) = evidence.reading(ApplicationCredential).populations
    gaps |= {(gap.kind, gap.cause, gap.subject) for gap in found.missing}
    assert ("application-credential", GapCause.MALFORMED, "odd") in gaps
    # an application without a service principal may be the one that was not understood
    assert {each.enabled for each in found.records if each.application.startswith("unused")} == {None}


def test_answers_that_are_no_objects() -> None:
    with pytest.raises(MalformedValueError):
        parse_permissions({"id": "x"})
    with pytest.raises(MalformedValueError):
        parse_principal({"id": "x"})
    with pytest.raises(MalformedValueError):
        list(credentials_of({"keyCredentials": ["x"]}, "x", enabled=None))


@pytest.mark.parametrize(
    "raw",
    [
        rb'{"value": [{"id": "1", "\u0070asswordCredentials": [{"hint": "abc"}]}]}',
        '{"value": [{"id": "1", "passwordCredentials": [{"hint": "abc"}]}]}'.encode("utf-16"),
    ],
)
def test_credentials_are_left_out_however_they_are_written(raw: bytes) -> None:
    assert json.loads(without_credentials(JsonAnswer(json.loads(raw), raw, None))) == {"value": [{"id": "1"}]}


def test_an_answer_without_credentials_is_kept_as_it_came() -> None:
    raw = rb'{"value": [{"displayName": "Anna\u0027s"}]}'
    assert without_credentials(JsonAnswer(json.loads(raw), raw, None)) == raw


def test_an_answer_that_is_hard_to_write_anew_ends_no_scan() -> None:
    half = rb'{"value": [{"displayName": "\ud800\u00e5", "passwordCredentials": []}]}'
    kept = without_credentials(JsonAnswer(json.loads(half), half, None))
    assert json.loads(kept) == {"value": [{"displayName": "\ud800\u00e5"}]}
    deep: dict[str, Any] = {"passwordCredentials": []}
    for _ in range(2000):
        deep = {"a": deep}
    with pytest.raises(SourceError):
        without_credentials(JsonAnswer(deep, b"passwordCredentials", None))
