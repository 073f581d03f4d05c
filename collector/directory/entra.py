"""Entra ID by Microsoft Graph v1.0 as a source of users, roles and access policies."""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Iterable
from functools import partial

from collector.directory.entra_applications import APPLICATIONS_OF_DIRECTORY, ApplicationReader
from collector.directory.entra_graph import Endpoint, Graph, MissingLicenceError, MissingPermissionError, get, grant
from collector.directory.entra_policies import (
    groups_of,
    parse_defaults,
    parse_location,
    parse_policy,
    parse_strength,
    strengths_without_combinations,
)
from collector.directory.entra_rights import ELIGIBLE_MEMBERS, HOLDERS_OF_ROLES, GroupReader, RoleReader
from collector.directory.entra_users import (
    ACCOUNT_FIELDS,
    parse_account,
    parse_per_user,
    parse_registration,
    parse_user,
)
from collector.directory.faults import Faults
from collector.directory.times import MalformedValueError
from collector.evidence import GapCause
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
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.client_credentials import (
    ClientCredentials,
    application_permissions,
    certificate_proof,
    secret_proof,
)
from collector.transport.https import HttpsSettings, JsonApi
from config.sources import EntraSource

POLICIES = Endpoint("/v1.0/identity/conditionalAccess/policies", ("Policy.Read.All",), "Microsoft Entra ID P1")
STRENGTHS = Endpoint("/v1.0/policies/authenticationStrengthPolicies", ("Policy.Read.All",), "Microsoft Entra ID P1")
LOCATIONS = Endpoint("/v1.0/identity/conditionalAccess/namedLocations", ("Policy.Read.All",), "Microsoft Entra ID P1")
DEFAULTS = Endpoint("/v1.0/policies/identitySecurityDefaultsEnforcementPolicy", ("Policy.Read.All",))
REGISTRATIONS = Endpoint(
    "/v1.0/reports/authenticationMethods/userRegistrationDetails", ("AuditLog.Read.All",), "Microsoft Entra ID P1"
)
PER_USER_MFA = Endpoint("/beta/users/{id}/authentication/requirements", ("Policy.Read.All",))
GROUP_MEMBERS = Endpoint("/v1.0/groups/{id}/transitiveMembers?$select=id&$top=999", ("GroupMember.Read.All",))
_CANNOT_GO_ON = {GapCause.UNREACHABLE, GapCause.TIMED_OUT}
_READS = re.compile(r"\.Read(Basic)?(\.|$)")
"""Permissions that only read; every other lets the application change something."""
_USE = ("last_used", "never_used")


class EntraDirectory:
    """One Entra ID directory; implements `collector.source.Source`.

    `secret` returns the secret that a reference in the settings points at; `wait` sleeps. Raises SourceError for
    settings that cannot work.
    """

    provides: frozenset[type[Record]] = frozenset(
        {
            AccessPolicy,
            Account,
            ApplicationCredential,
            AuthenticationRegistration,
            CloudApplication,
            CloudUser,
            CollectorIdentity,
            NamedLocation,
            PolicyGroupMember,
            Privilege,
            RoleHolder,
            SecurityDefaults,
        }
    )

    def __init__(
        self, settings: EntraSource, secret: Callable[[str], str], *, wait: Callable[[float], None] = time.sleep
    ) -> None:
        self.id = settings.id
        self._settings = settings
        if settings.per_user_mfa:
            self.provides = self.provides | {PerUserMfa}
        self._services = frozenset(each.casefold() for each in settings.service_accounts)
        https = HttpsSettings(timeout_seconds=settings.timeout_seconds, ca_file=settings.ca_file, proxy=settings.proxy)
        address = f"{settings.login_url.rstrip('/')}/{settings.tenant}/oauth2/v2.0/token"
        self._token = ClientCredentials(
            address,
            f"{settings.base_url.rstrip('/')}/.default",
            settings.client_id,
            _proof(settings, secret, address),
            https,
        )
        self._api = JsonApi(settings.base_url, self._token, https, wait=wait)

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Every GET, with its least permission; `<id>` stands for a group or user that is known when it is read."""
        for endpoint, kinds in self._endpoints():
            held = tuple(kind for kind in kinds if kind in wanted)
            if held:
                text = f"GET {endpoint.path.replace('{id}', '<id>')}, page by page"
                yield Query(self._api.base, text, held, rights=", ".join(endpoint.permissions))

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read the wanted kinds; what stops one leaves the others to be read while the server answers."""
        wanted &= self.provides
        if not wanted:
            return
        recorder.identity(f"application {self._settings.client_id} in {self._settings.tenant}")
        graph = Graph(self._api, recorder, self._settings.client_id)
        roles = RoleReader(graph, recorder, self._services)
        try:
            self._give_identity(self._token.current(), wanted, recorder)
            for kinds, read in (
                ({Account, CloudUser}, partial(self._read_users, graph, recorder)),
                ({RoleHolder, Privilege}, roles.read),
                ({CloudApplication, ApplicationCredential}, ApplicationReader(graph, recorder).read),
                ({PerUserMfa}, partial(self._read_per_user, graph, recorder, roles)),
                ({AccessPolicy, PolicyGroupMember}, partial(self._read_policies, graph, recorder)),
                ({NamedLocation}, partial(self._read_locations, graph, recorder)),
                ({SecurityDefaults}, partial(self._read_defaults, graph, recorder)),
                ({AuthenticationRegistration}, partial(self._read_registrations, graph, recorder)),
            ):
                held = wanted & kinds
                if held:
                    _read(held, read, recorder)
        finally:
            self._api.close()

    def diagnose(self) -> Iterable[Diagnosis]:
        """Fetch a token, try each GET once, and compare what the token may do with what is needed."""
        target = self._api.base
        try:
            token = self._token.current()
        except SourceError as error:
            yield Diagnosis(self._settings.login_url, ok=False, text=error.detail, remedy=error.remedy)
            return
        yield Diagnosis(self._settings.login_url, ok=True, text=f"a token for {self._settings.client_id}")
        try:
            for endpoint, _ in self._endpoints():
                if "{id}" in endpoint.path:
                    continue
                try:
                    get(self._api, endpoint, endpoint.path, self._settings.client_id)
                except MissingLicenceError as error:
                    yield Diagnosis(target, ok=True, text=f"{endpoint.path}: {error.remedy}; not read")
                except SourceError as error:
                    yield Diagnosis(target, ok=False, text=f"{endpoint.path}: {error.detail}", remedy=error.remedy)
                else:
                    yield Diagnosis(target, ok=True, text=f"{endpoint.path}: can be read")
        finally:
            self._api.close()
        yield from self._granted(application_permissions(token))

    def _granted(self, permissions: tuple[str, ...] | None) -> Iterable[Diagnosis]:
        if permissions is None:
            return
        needed = {each for endpoint, _ in self._endpoints() for each in endpoint.permissions}
        missing, excess = sorted(needed - set(permissions)), sorted(set(permissions) - needed)
        if missing:
            yield Diagnosis(
                self._api.base,
                ok=False,
                text=f"the token does not carry {', '.join(missing)}",
                remedy=grant(missing, self._settings.client_id),
            )
        if excess:
            yield Diagnosis(
                self._api.base,
                ok=False,
                text=f"the application may do more than it needs: {', '.join(excess)}",
                remedy="remove these permissions from the application",
            )

    def _endpoints(self) -> Iterable[tuple[Endpoint, tuple[type[Record], ...]]]:
        yield self._users(with_sign_ins=True), (Account,)
        yield self._users(with_sign_ins=False), (Account, CloudUser)
        for endpoint in HOLDERS_OF_ROLES:
            also = (PolicyGroupMember,) if endpoint is ELIGIBLE_MEMBERS else ()
            yield endpoint, (RoleHolder, Privilege, *also)
        for endpoint in APPLICATIONS_OF_DIRECTORY:
            yield endpoint, (CloudApplication, ApplicationCredential)
        yield POLICIES, (AccessPolicy, PolicyGroupMember)
        yield STRENGTHS, (AccessPolicy,)
        yield GROUP_MEMBERS, (PolicyGroupMember,)
        yield LOCATIONS, (NamedLocation,)
        yield DEFAULTS, (SecurityDefaults,)
        yield REGISTRATIONS, (AuthenticationRegistration,)
        if self._settings.per_user_mfa:
            yield PER_USER_MFA, (PerUserMfa,)

    def _users(self, *, with_sign_ins: bool) -> Endpoint:
        fields = [*ACCOUNT_FIELDS]
        key = self._settings.person_key
        fields.append(key if key == "employeeId" else "onPremisesExtensionAttributes")
        permissions = ["User.Read.All"]
        if with_sign_ins:
            fields.append("signInActivity")
            permissions.append("AuditLog.Read.All")
        path = f"/v1.0/users?$select={','.join(fields)}&$top={self._settings.page_size}&$count=true"
        return Endpoint(path, tuple(permissions), "Microsoft Entra ID P1", counted=True)

    def _give_identity(self, token: str, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """What the application may do besides reading."""
        if CollectorIdentity in wanted:
            permissions = application_permissions(token)
            writing = None if permissions is None else tuple(each for each in permissions if not _READS.search(each))
            name = f"application {self._settings.client_id}"
            recorder.add(CollectorIdentity(name=name, identifier=self._settings.client_id, roles=writing))
            recorder.ran("POST /oauth2/v2.0/token (claim roles)", (CollectorIdentity,))
            recorder.complete(CollectorIdentity)

    def _read_users(self, graph: Graph, recorder: Recorder, wanted: frozenset[type[Record]]) -> None:
        if Account in wanted:
            try:
                self._read_users_from(graph, recorder, wanted, with_sign_ins=True)
            except (MissingPermissionError, MissingLicenceError):
                recorder.unreadable(Account, _USE)
            else:
                return
        self._read_users_from(graph, recorder, wanted, with_sign_ins=False)

    def _read_users_from(
        self, graph: Graph, recorder: Recorder, wanted: frozenset[type[Record]], *, with_sign_ins: bool
    ) -> None:
        faults = {kind: Faults(kind, recorder) for kind in wanted}
        counts: list[int] = []
        for item in graph.items(self._users(with_sign_ins=with_sign_ins), wanted, counted=counts.append):
            name = str(item.get("userPrincipalName") or item.get("id") or "a user without a name")
            if Account in wanted:
                with faults[Account].of(name):
                    recorder.add(
                        parse_account(
                            item,
                            sign_ins_read=with_sign_ins,
                            person_key=self._settings.person_key,
                            service_accounts=self._services,
                        )
                    )
            if CloudUser in wanted:
                with faults[CloudUser].of(name):
                    recorder.add(parse_user(item, self._services))
        for kind in wanted:
            recorder.complete(kind, source_count=counts[0] if counts else None)

    def _read_per_user(
        self, graph: Graph, recorder: Recorder, roles: RoleReader, _wanted: frozenset[type[Record]]
    ) -> None:
        """Ask for each person with an administrative role; without the right to it nobody else is asked for."""
        for name, user in sorted(roles.people):
            try:
                recorder.add(parse_per_user(name, user, graph.one(PER_USER_MFA, (PerUserMfa,), identifier=user)))
            except MissingPermissionError:
                raise
            except SourceError as error:
                if error.cause in _CANNOT_GO_ON:
                    raise
                recorder.gap(PerUserMfa, error.cause, error.detail, remedy=error.remedy, subject=name)
        if roles.was_read:
            recorder.complete(PerUserMfa)

    def _read_policies(self, graph: Graph, recorder: Recorder, wanted: frozenset[type[Record]]) -> None:
        items = list(graph.items(POLICIES, wanted, keep="conditional-access-policies"))
        strengths = {}
        if strengths_without_combinations(items):
            try:
                strengths = dict(parse_strength(item) for item in graph.items(STRENGTHS, {AccessPolicy} & wanted))
            except (SourceError, MalformedValueError):
                recorder.unreadable(AccessPolicy, ("strength_combinations",))
        policies = []
        for item in items:
            try:
                policies.append(parse_policy(item, strengths))
            except MalformedValueError as error:
                subject = str(item.get("displayName") or item.get("id"))
                for kind in wanted:
                    recorder.gap(kind, GapCause.MALFORMED, str(error), subject=subject)
        if AccessPolicy in wanted:
            for policy in policies:
                recorder.add(policy)
            recorder.complete(AccessPolicy)
        if PolicyGroupMember in wanted:
            groups = {group for policy in policies if policy.state != "disabled" for group in groups_of(policy)}
            excluded = {group for policy in policies if policy.state != "disabled" for group in policy.exclude_groups}
            GroupReader(graph, recorder).read(GROUP_MEMBERS, groups, excluded)

    def _read_locations(self, graph: Graph, recorder: Recorder, _wanted: frozenset[type[Record]]) -> None:
        faults = Faults(NamedLocation, recorder)
        for item in graph.items(LOCATIONS, (NamedLocation,), keep="named-locations"):
            with faults.of(str(item.get("displayName") or item.get("id"))):
                recorder.add(parse_location(item))
        recorder.complete(NamedLocation)

    def _read_defaults(self, graph: Graph, recorder: Recorder, _wanted: frozenset[type[Record]]) -> None:
        with Faults(SecurityDefaults, recorder).of("security-defaults"):
            recorder.add(parse_defaults(graph.one(DEFAULTS, (SecurityDefaults,), keep="security-defaults")))
        recorder.complete(SecurityDefaults)

    def _read_registrations(self, graph: Graph, recorder: Recorder, _wanted: frozenset[type[Record]]) -> None:
        faults = Faults(AuthenticationRegistration, recorder)
        for item in graph.items(REGISTRATIONS, (AuthenticationRegistration,)):
            with faults.of(str(item.get("userPrincipalName") or item.get("id"))):
                recorder.add(parse_registration(item))
        recorder.complete(AuthenticationRegistration)


def _read(kinds: frozenset[type[Record]], read: Callable[[frozenset[type[Record]]], None], recorder: Recorder) -> None:
    try:
        read(kinds)
    except SourceError as error:
        if error.cause in _CANNOT_GO_ON:
            raise
        for kind in sorted(kinds, key=lambda each: each.__name__):
            recorder.gap(kind, error.cause, error.detail, remedy=error.remedy)


def _proof(settings: EntraSource, secret: Callable[[str], str], audience: str) -> Callable[[], dict[str, str]]:
    reference, certificate, key = settings.client_secret, settings.certificate, settings.private_key
    if reference is not None and certificate is None and key is None:
        return secret_proof(lambda: secret(reference))
    if reference is None and certificate is not None and key is not None:
        return certificate_proof(certificate, lambda: secret(key), settings.client_id, audience)
    raise SourceError(
        GapCause.ABSENT,
        "how the application proves who it is must be told in one way",
        "give either client_secret, or certificate and private_key",
    )
