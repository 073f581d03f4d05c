"""Entra ID by Graph: what is read of a healthy directory, and what each fault costs, over HTTPS from a real server."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import unquote

import pytest

from collector.directory.entra import EntraDirectory
from collector.evidence import EvidenceSet, Gap, GapCause, Population
from collector.records.cloud import (
    AccessPolicy,
    ApplicationCredential,
    AuthenticationRegistration,
    CloudApplication,
    CloudUser,
    NamedLocation,
    PerUserMfa,
    PolicyGroupMember,
    RoleHolder,
    SecurityDefaults,
)
from collector.records.directory import CollectorIdentity
from collector.records.identity import Account, Privilege
from collector.records.record import Record, kind_name
from collector.source import SourceError
from tests.servers.graph import SECRET, Answer, GraphServer, Script, error
from tests.servers.graph_scan import scan, settings
from tests.servers.graph_tenants import assignment, country, guid, member, network, policy, tenant, user

R = TypeVar("R", bound=Record)
USERS = "/v1.0/users?"
NEEDED = (
    "Application.Read.All",
    "AuditLog.Read.All",
    "GroupMember.Read.All",
    "Policy.Read.All",
    "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    "RoleEligibilitySchedule.Read.Directory",
    "RoleManagement.Read.Directory",
    "User.Read.All",
)
DENIED = error(403, "Authorization_RequestDenied", "Insufficient privileges to complete the operation.")


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[GraphServer]:
    graph = GraphServer(tmp_path_factory.mktemp("graph"))
    yield graph
    graph.stop()


@pytest.fixture
def server(running: GraphServer) -> GraphServer:
    running.script = Script()
    return running


def people(count: int = 5) -> dict[str, Any]:
    return tenant(policy(), users=[user("anna"), *(user(f"u{number}") for number in range(count - 1))])


def population(evidence: EvidenceSet, kind: type[R]) -> Population[R]:
    (found,) = evidence.reading(kind).populations
    return found


def gaps(evidence: EvidenceSet, kind: type[Record]) -> tuple[Gap, ...]:
    return evidence.reading(kind).all_gaps


def at(part: str, *answers: Answer, begin: int = 1, ever: bool = False) -> Any:
    """Give these answers to the requests whose address holds `part`, from a certain one on."""
    asked: list[str] = []

    def fault(address: str, _number: int) -> Answer | None:
        if part not in unquote(address):
            return None
        asked.append(address)
        number = len(asked) - begin
        if number < 0:
            return None
        return answers[number] if number < len(answers) else (answers[-1] if ever else None)

    return fault


def test_a_healthy_directory_is_complete(server: GraphServer, tmp_path: Path) -> None:
    server.script.page_size = 2
    objects = tenant(
        policy(excludeGroups=[guid("exceptions")]),
        users=[user("anna"), user("bo"), user("cia"), user("dan"), user("eva")],
        roles=[assignment("anna"), assignment("admins", "Helpdesk Administrator", "group")],
        eligible=[assignment("cia", "Intune Administrator")],
        groups={"admins": [member("bo"), member("dan")], "exceptions": [member("eva")]},
        locations=[network("office", trusted=True), country("Sverige", "SE")],
    )
    evidence = scan(server, objects, tmp_path)
    assert not evidence.gaps
    for kind in EntraDirectory.provides:
        found = population(evidence, kind)
        assert (found.missing, found.unreadable, found.complete) == ((), (), True), kind
        assert found.provenance.identity.startswith("application 3f1c6f4e")
        assert abs(found.provenance.clock_offset_ms or 0) < 3000
    assert population(evidence, Account).source_count == 5
    assert next(each.name for each in population(evidence, CloudUser).records) == "anna@example.test"
    assert {
        (each.holder, each.role, each.eligible, each.through) for each in population(evidence, RoleHolder).records
    } == {
        ("anna@example.test", "global-administrator", False, ()),
        ("bo@example.test", "helpdesk-administrator", False, ("admins",)),
        ("dan@example.test", "helpdesk-administrator", False, ("admins",)),
        ("cia@example.test", "intune-administrator", True, ()),
    }
    assert {each.directory for each in population(evidence, Privilege).records} == {"entra"}
    assert [each.member for each in population(evidence, PolicyGroupMember).records] == [guid("eva")]
    assert {(each.name, each.trusted) for each in population(evidence, NamedLocation).records} == {
        ("office", True),
        ("Sverige", False),
    }
    assert [each.enabled for each in population(evidence, SecurityDefaults).records] == [False]
    assert len(list(population(evidence, AuthenticationRegistration).records)) == 5


ACTIVITY = {
    "success": (
        {
            "lastSignInDateTime": "2026-11-19T01:02:03Z",
            "lastNonInteractiveSignInDateTime": "2026-11-20T01:02:03Z",
            "lastSuccessfulSignInDateTime": "2026-10-01T01:02:03.4567Z",
        },
        datetime(2026, 10, 1, 1, 2, 3, tzinfo=UTC),
        False,
    ),
    "attempts only": ({"lastSignInDateTime": "2026-11-19T01:02:03Z"}, None, None),
    "year 1": ({"lastSuccessfulSignInDateTime": "0001-01-01T00:00:00Z"}, None, None),
    "none": (None, None, None),
}


@pytest.mark.parametrize("name", ACTIVITY)
def test_failed_sign_ins_are_no_use_and_what_graph_did_not_keep_is_not_known(
    name: str, server: GraphServer, tmp_path: Path
) -> None:
    activity, used, never = ACTIVITY[name]
    old = user("anna", signInActivity=activity)
    new = user("bo", signInActivity=activity, createdDateTime="2026-01-02T03:04:05Z")
    evidence = scan(server, tenant(users=[old, new]), tmp_path, wanted=frozenset({Account}))
    first, second = population(evidence, Account).records
    assert (first.last_used, first.never_used) == (used, never)
    assert (second.last_used, second.never_used) == (used, used is None)


def test_an_account_is_read_in_full(server: GraphServer, tmp_path: Path) -> None:
    objects = tenant(
        users=[
            user(
                "anna",
                employeeId="4711",
                passwordPolicies="DisablePasswordExpiration, DisableStrongPassword",
                userType="Guest",
                externalUserState="Accepted",
            ),
            user("sync"),
        ]
    )
    anna, sync = population(scan(server, objects, tmp_path, wanted=frozenset({Account})), Account).records
    assert (anna.identifier, anna.person_key, anna.enabled, anna.external) == (guid("anna"), "4711", True, True)
    assert (anna.created, anna.password_set) == (
        datetime(2022, 5, 2, 7, 11, 12, tzinfo=UTC),
        datetime(2026, 2, 3, 4, 5, 6, tzinfo=UTC),
    )
    assert (anna.password_never_expires, anna.category) == (True, "person")
    assert (sync.password_never_expires, sync.category, sync.external) == (False, "service", False)


def test_a_busy_server_is_waited_for_as_long_as_it_asks(server: GraphServer, tmp_path: Path) -> None:
    waits: list[float] = []
    server.script.faults = [
        at(
            USERS, error(429, "TooManyRequests", "Please retry", Retry_After="17"), error(503, "x", "y"), (504, {}, b"")
        ),
        at("namedLocations", error(500, "InternalServerError", "")),
    ]
    evidence = scan(server, people(), tmp_path, wait=waits.append)
    assert not evidence.gaps
    assert population(evidence, Account).complete
    assert waits == [17, 4, 8, 2]


@pytest.mark.parametrize(
    ("answer", "cause"),
    [
        (error(429, "TooManyRequests", "", Retry_After="10"), GapCause.TIMED_OUT),
        (error(429, "TooManyRequests", "", Retry_After="86400"), GapCause.TIMED_OUT),
        (error(503, "ServiceUnavailable", ""), GapCause.UNREACHABLE),
        (error(503, "x", "", Retry_After="Fri, 31 Dec 9999 23:59:59 GMT"), GapCause.UNREACHABLE),
    ],
)
def test_a_server_that_is_busy_for_ever_is_given_up(
    answer: Answer, cause: GapCause, server: GraphServer, tmp_path: Path
) -> None:
    waits: list[float] = []
    server.script.faults = [at("/v1.0/", answer, ever=True)]
    evidence = scan(server, people(), tmp_path, wait=waits.append)
    assert {gap.cause for gap in evidence.gaps} == {cause}
    assert {gap.kind for gap in evidence.gaps} == {
        kind_name(each) for each in EntraDirectory.provides - {CollectorIdentity}
    }
    assert sum(waits) <= 600
    assert len(server.script.requests) <= 6


def test_a_token_that_runs_out_in_mid_scan_is_renewed(server: GraphServer, tmp_path: Path) -> None:
    server.script.page_size = 2

    def run_out(address: str, _number: int) -> Answer | None:
        if "skiptoken=2" in address and len(server.script.tokens) == 1:
            server.script.expired.add(server.script.tokens[0])
            return error(401, "InvalidAuthenticationToken", "Access token has expired or is not yet valid.")
        return None

    server.script.faults = [run_out]
    evidence = scan(server, people(), tmp_path)
    assert not evidence.gaps
    assert population(evidence, Account).count == 5
    assert len(server.script.tokens) == 2


def test_a_server_that_refuses_every_token_is_asked_twice(server: GraphServer, tmp_path: Path) -> None:
    server.script.faults = [at(USERS, error(401, "InvalidAuthenticationToken", "no"), ever=True)]
    evidence = scan(server, people(), tmp_path, wanted=frozenset({Account}))
    (gap,) = evidence.gaps
    assert gap.cause is GapCause.DENIED
    assert len(server.script.requests) == 2


PERMISSIONS: dict[str, tuple[str, type[Record], str]] = {
    "applications": ("/v1.0/applications", ApplicationCredential, "Application.Read.All"),
    "permissions of applications": ("appRoleAssignedTo", CloudApplication, "Application.Read.All"),
    "users": (USERS, CloudUser, "User.Read.All"),
    "roles": ("roleDefinitions", RoleHolder, "RoleManagement.Read.Directory"),
    "assignments": ("roleAssignments", Privilege, "RoleManagement.Read.Directory"),
    "eligible": ("roleEligibilityScheduleInstances", RoleHolder, "RoleEligibilitySchedule.Read.Directory"),
    "holder": (f"/v1.0/users/{guid('anna')}", RoleHolder, "User.Read.All"),
    "members": (f"groups/{guid('admins')}", RoleHolder, "GroupMember.Read.All"),
    "eligible members": (
        "privilegedAccess/group",
        RoleHolder,
        "PrivilegedEligibilitySchedule.Read.AzureADGroup",
    ),
    "policies": ("conditionalAccess/policies", AccessPolicy, "Policy.Read.All"),
    "policy groups": (f"groups/{guid('exceptions')}", PolicyGroupMember, "GroupMember.Read.All"),
    "locations": ("namedLocations", NamedLocation, "Policy.Read.All"),
    "defaults": ("identitySecurityDefaults", SecurityDefaults, "Policy.Read.All"),
    "registrations": ("userRegistrationDetails", AuthenticationRegistration, "AuditLog.Read.All"),
}


@pytest.mark.parametrize("name", PERMISSIONS)
def test_a_missing_permission_is_named_and_costs_its_own_evidence(
    name: str, server: GraphServer, tmp_path: Path
) -> None:
    part, kind, permission = PERMISSIONS[name]
    objects = tenant(
        policy(excludeGroups=[guid("exceptions")]),
        roles=[assignment("anna"), assignment("admins", kind="group")],
        groups={"admins": [member("anna")], "exceptions": []},
    )
    server.script.faults = [at(part, DENIED, ever=True)]
    evidence = scan(server, objects, tmp_path)
    found = gaps(evidence, kind)
    assert {gap.cause for gap in found} == {GapCause.DENIED}
    assert all(permission in gap.remedy and permission in gap.detail for gap in found)
    assert "Nothing more is needed" in found[0].remedy
    assert not evidence.reading(kind).complete
    touched = {gap.kind for each in EntraDirectory.provides for gap in gaps(evidence, each)}
    assert len(touched) <= (3 if name == "eligible members" else 2)  # of roles, and of groups that policies exclude


@pytest.mark.parametrize(
    "answer",
    [
        DENIED,
        error(
            403, "Authentication_RequestFromNonPremiumTenantOrB2CTenant", "Neither tenant is B2C or tenant doesn't have"
        ),
    ],
    ids=["permission", "licence"],
)
def test_without_sign_ins_the_accounts_are_read_and_their_use_is_not_known(
    answer: Answer, server: GraphServer, tmp_path: Path
) -> None:
    server.script.faults = [at("signInActivity", answer, ever=True)]
    evidence = scan(server, people(), tmp_path)
    found = population(evidence, Account)
    assert (found.count, found.complete, set(found.unreadable)) == (5, True, {"last_used", "never_used"})
    assert {(each.last_used, each.never_used) for each in found.records} == {(None, None)}


def test_without_the_licence_for_it_no_role_is_eligible(server: GraphServer, tmp_path: Path) -> None:
    words = "The tenant needs to have Microsoft Entra ID P2 or Microsoft Entra ID Governance license."
    answer = error(400, "AadPremiumLicenseRequired", words)
    server.script.faults = [at("roleEligibility", answer, ever=True), at("privilegedAccess/group", answer, ever=True)]
    objects = tenant(roles=[assignment("admins", kind="group")], groups={"admins": [member("anna")]})
    found = population(scan(server, objects, tmp_path), RoleHolder)
    assert (found.complete, [each.holder for each in found.records]) == (True, ["anna@example.test"])


BROKEN: dict[str, tuple[Answer, GapCause, str]] = {
    "not JSON": ((200, {}, b"<html>"), GapCause.MALFORMED, "not JSON"),
    "deep JSON": ((200, {}, b"[" * 200_000), GapCause.MALFORMED, "not JSON"),
    "no object": ((200, {}, b"[]"), GapCause.MALFORMED, "no object"),
    "no list": ((200, {}, b'{"value": {}}'), GapCause.MALFORMED, "list of objects"),
    "a list of something else": ((200, {}, b'{"value": [1]}'), GapCause.MALFORMED, "list of objects"),
    "a link that is none": ((200, {}, b'{"value": [], "@odata.nextLink": 1}'), GapCause.MALFORMED, "no address"),
    "a link elsewhere": (
        (200, {}, b'{"value": [], "@odata.nextLink": "https://evil.example.test/v1.0/users"}'),
        GapCause.TRUNCATED,
        "another server",
    ),
    "a link without TLS": (
        (200, {}, b'{"value": [], "@odata.nextLink": "http://127.0.0.1/v1.0/users"}'),
        GapCause.TRUNCATED,
        "another server",
    ),
    "a redirect": ((302, {"Location": "https://evil.example.test/"}, b""), GapCause.UNSUPPORTED, "302"),
    "an answer that is cut off": (
        (200, {"Content-Length": "9999", "Connection": "close"}, b"{"),
        GapCause.TRUNCATED,
        "before its end",
    ),
}


@pytest.mark.parametrize("name", BROKEN)
def test_an_answer_that_cannot_be_understood_is_a_gap(name: str, server: GraphServer, tmp_path: Path) -> None:
    answer, cause, words = BROKEN[name]
    server.script.faults = [at(USERS, answer, ever=True)]
    evidence = scan(server, people(), tmp_path, wanted=frozenset({CloudUser}))
    (gap,) = gaps(evidence, CloudUser)
    assert gap.cause is cause
    assert words in gap.detail
    assert "evil" not in "".join(server.script.requests)


def test_pages_that_lead_in_a_circle_end(server: GraphServer, tmp_path: Path) -> None:
    link = f"{server.url}/v1.0/users?$skiptoken=again".encode()
    page = b'{"value": [], "@odata.nextLink": "' + link + b'"}'
    server.script.faults = [at(USERS, (200, {}, page), ever=True)]
    evidence = scan(server, people(), tmp_path, wanted=frozenset({CloudUser}))
    (gap,) = gaps(evidence, CloudUser)
    assert (gap.cause, "read already" in gap.detail) == (GapCause.TRUNCATED, True)
    assert len(server.script.requests) == 2


def test_a_later_page_that_fails_keeps_what_was_read_and_says_so(server: GraphServer, tmp_path: Path) -> None:
    server.script.page_size = 2
    server.script.faults = [at("skiptoken=4", DENIED, ever=True)]
    evidence = scan(server, people(), tmp_path, wanted=frozenset({CloudUser}))
    found = population(evidence, CloudUser)
    assert (found.count, found.complete) == (4, False)
    assert [(gap.cause, gap.detail.split(":")[0]) for gap in found.missing] == [(GapCause.TRUNCATED, "page 3")]


def test_an_answer_that_is_too_large_is_not_taken(server: GraphServer, tmp_path: Path) -> None:
    from collector.transport.https import HttpsSettings, JsonApi

    class Held:
        def current(self) -> str:
            return "t"

        def renewed(self) -> str:
            return "t"

    server.script.tokens.append("t")
    server.script.faults = [at("/v1.0/big", (200, {}, b" " * 300_000))]
    api = JsonApi(server.url, Held(), HttpsSettings(ca_file=server.ca_file, max_answer_bytes=100_000))
    with pytest.raises(SourceError, match="more than 100000 bytes") as caught:
        api.get("/v1.0/big")
    api.close()
    assert caught.value.cause is GapCause.TRUNCATED


def test_one_odd_user_costs_that_user(server: GraphServer, tmp_path: Path) -> None:
    objects = people(3)
    objects["/v1.0/users"][1] = user("u0", accountEnabled="yes")
    objects["/v1.0/users"][2] = user("u1", userPrincipalName=None)
    found = population(scan(server, objects, tmp_path, wanted=frozenset({CloudUser})), CloudUser)
    assert [each.name for each in found.records] == ["anna@example.test"]
    assert {gap.subject for gap in found.missing} == {"u0@example.test", guid("u1")}


def test_one_odd_policy_leaves_the_policies_incomplete(server: GraphServer, tmp_path: Path) -> None:
    evidence = scan(server, tenant(policy("a", includeUsers="All"), policy("b")), tmp_path)
    found = population(evidence, AccessPolicy)
    assert ([each.name for each in found.records], found.complete) == (["b"], False)
    assert not evidence.reading(PolicyGroupMember).complete


def test_the_servers_clock_is_recorded(server: GraphServer, tmp_path: Path) -> None:
    server.script.skew_seconds = 3600
    found = population(scan(server, people(), tmp_path), CloudUser)
    assert 3_590_000 < (found.provenance.clock_offset_ms or 0) < 3_610_000


def test_a_certificate_that_is_not_trusted_ends_the_scan_before_anything_is_sent(
    server: GraphServer, tmp_path: Path
) -> None:
    evidence = scan(server, people(), tmp_path, ca_file=None)
    assert {gap.cause for gap in evidence.gaps} == {GapCause.DENIED}
    assert "ca_file" in evidence.gaps[0].remedy
    assert not server.script.tokens


def test_a_wrong_secret_is_told_without_the_secret(server: GraphServer, tmp_path: Path) -> None:
    from collector.collection import collect
    from collector.recorder import ConfiguredSource

    source = EntraDirectory(settings(server), lambda _reference: "not-it")
    evidence = collect([ConfiguredSource(source, source.provides)], tmp_path, "0")
    assert {gap.cause for gap in evidence.gaps} == {GapCause.DENIED}
    assert "make a new one" in evidence.gaps[0].remedy
    assert "not-it" not in repr(evidence)


def test_no_secret_and_no_token_is_kept(server: GraphServer, tmp_path: Path) -> None:
    scan(server, people(), tmp_path)
    kept = b"".join(path.read_bytes() for path in tmp_path.rglob("*") if path.is_file())
    assert b"conditionalAccess" in kept
    assert SECRET.encode() not in kept
    assert server.script.tokens[0].encode() not in kept


def test_a_certificate_proves_the_application(server: GraphServer, tmp_path: Path) -> None:
    certificate, key = rsa_certificate(tmp_path)
    server.script.certificate = certificate
    evidence = scan_with(server, key, tmp_path, certificate=certificate)
    assert not evidence.gaps
    assert population(evidence, Account).complete


def scan_with(server: GraphServer, key: str, folder: Path, *, certificate: Path) -> EvidenceSet:
    from collector.collection import collect
    from collector.recorder import ConfiguredSource

    server.script.objects = people()
    made = settings(server, client_secret=None, certificate=certificate, private_key="file:/key")
    source = EntraDirectory(made, lambda _reference: key)
    return collect([ConfiguredSource(source, source.provides)], folder / "scan", "0")


def rsa_certificate(folder: Path) -> tuple[Path, str]:
    from datetime import timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.x509.oid import NameOID

    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "styrk")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    path = folder / "app.pem"
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    form = (serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    return path, key.private_bytes(serialization.Encoding.PEM, *form).decode()


@pytest.mark.parametrize(
    "changes",
    [{"client_secret": None}, {"certificate": Path("/c.pem")}, {"client_secret": None, "private_key": "env:K"}],
)
def test_settings_that_prove_nothing_or_two_things_cannot_work(server: GraphServer, changes: dict[str, Any]) -> None:
    with pytest.raises(SourceError, match="in one way"):
        EntraDirectory(settings(server, **changes), lambda _reference: SECRET)


def test_nothing_is_asked_for_that_is_not_in_the_plan(server: GraphServer, tmp_path: Path) -> None:
    objects = tenant(
        policy(excludeGroups=[guid("exceptions")]),
        roles=[assignment("admins", kind="group"), assignment("anna")],
        groups={"admins": [member("anna")], "exceptions": []},
    )
    scan(server, objects, tmp_path)
    planned = list(EntraDirectory(settings(server), lambda _reference: SECRET).plan(EntraDirectory.provides))
    assert all(query.rights for query in planned)
    known = {query.text.removeprefix("GET ").partition(", page by page")[0] for query in planned}
    for asked in server.script.requests:
        plain = unquote(asked)
        for name in ("admins", "exceptions", "anna"):
            plain = plain.replace(guid(name), "<id>")
        assert plain in known
    assert {each for query in planned for each in query.rights.split(", ")} == set(NEEDED)


def test_the_doctor_names_what_is_missing_and_what_is_too_much(server: GraphServer) -> None:
    server.script.objects = people()
    server.script.permissions = (*(each for each in NEEDED if each != "AuditLog.Read.All"), "Directory.ReadWrite.All")
    server.script.faults = [at("userRegistrationDetails", DENIED, ever=True)]
    found = list(EntraDirectory(settings(server), lambda _reference: SECRET).diagnose())
    wrong = [each for each in found if not each.ok]
    assert [each.text.split(" ")[-1] for each in wrong] == ["needed", "AuditLog.Read.All", "Directory.ReadWrite.All"]
    assert "AuditLog.Read.All" in wrong[0].remedy
    assert sum(each.ok for each in found) >= 8
    server.script.permissions, server.script.faults = NEEDED, []
    assert all(each.ok for each in EntraDirectory(settings(server), lambda _reference: SECRET).diagnose())
    lost = settings(server, login_url="https://127.0.0.1:9")
    (only,) = EntraDirectory(lost, lambda _reference: SECRET).diagnose()
    assert (only.ok, "no connection" in only.text) == (False, True)


@pytest.mark.parametrize(
    ("permissions", "roles"),
    [(NEEDED, ()), ((*NEEDED, "Mail.Send", "User.ReadWrite.All"), ("Mail.Send", "User.ReadWrite.All"))],
)
def test_what_the_application_may_change_is_recorded(
    permissions: tuple[str, ...], roles: tuple[str, ...], server: GraphServer, tmp_path: Path
) -> None:
    server.script.permissions = permissions
    (found,) = population(scan(server, people(), tmp_path), CollectorIdentity).records
    assert found.roles == roles


@pytest.mark.parametrize(
    ("answer", "cause", "says"),
    [
        (DENIED, GapCause.DENIED, "Policy.Read.All"),
        (error(404, "Request_ResourceNotFound", "Resource does not exist."), GapCause.ABSENT, ""),
    ],
)
def test_per_user_mfa_that_cannot_be_read_is_a_gap_and_nothing_else(
    server: GraphServer, tmp_path: Path, answer: Answer, cause: GapCause, says: str
) -> None:
    server.script.faults = [at("/beta/", answer, ever=True)]
    wanted = EntraDirectory.provides | {PerUserMfa}
    evidence = scan(server, tenant(policy()), tmp_path, per_user_mfa=True, wanted=wanted)
    (gap,) = gaps(evidence, PerUserMfa)
    assert (gap.cause, says in gap.remedy) == (cause, True)
    assert population(evidence, RoleHolder).complete
