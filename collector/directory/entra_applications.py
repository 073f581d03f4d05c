"""Applications of Entra ID that act as themselves: what they may do, and by which credentials.

Sources: the Graph v1.0 pages of application, servicePrincipal, passwordCredential, keyCredential, appRole and
appRoleAssignment ("List appRoleAssignments granted for a service principal"). When an application last signed in is in
Graph's beta only (servicePrincipalSignInActivity), and is not read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, Literal

from collector.directory.entra_graph import Endpoint, Graph
from collector.directory.entra_values import flag, identifier, members, moment, text
from collector.directory.faults import Faults
from collector.directory.times import MalformedValueError
from collector.evidence import GapCause
from collector.records.cloud import ApplicationCredential, CloudApplication
from collector.records.record import Record
from collector.source import Recorder, SourceError

_RIGHT = ("Application.Read.All",)
_GRAPH = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
"""Microsoft Graph itself, by the appId that it has in every directory."""
_CREDENTIALS = "keyCredentials,passwordCredentials"
APPLICATIONS = Endpoint(f"/v1.0/applications?$select=id,appId,displayName,{_CREDENTIALS}&$top=999", _RIGHT)
PRINCIPALS = Endpoint(
    f"/v1.0/servicePrincipals?$select=id,appId,displayName,accountEnabled,servicePrincipalType,{_CREDENTIALS}&$top=999",
    _RIGHT,
)
PERMISSIONS = Endpoint(f"{_GRAPH}?$select=id,appRoles", _RIGHT)
GRANTS = Endpoint(f"{_GRAPH}/appRoleAssignedTo?$top=999", _RIGHT)
APPLICATIONS_OF_DIRECTORY = (PRINCIPALS, APPLICATIONS, PERMISSIONS, GRANTS)
_FORMS: Mapping[str, Literal["application", "managed-identity", "legacy"]] = {
    "Application": "application",
    "ManagedIdentity": "managed-identity",
    "Legacy": "legacy",
}


@dataclass(frozen=True, slots=True)
class Principal:
    """One service principal, before it is known where its application is registered."""

    name: str
    identifier: str
    application: str
    form: Literal["application", "managed-identity", "legacy"] | None
    enabled: bool | None


def parse_principal(item: dict[str, Any]) -> Principal:
    """A service principal; raises MalformedValueError."""
    held = identifier(item.get("id"))
    return Principal(
        name=shown_name(item, held),
        identifier=held,
        application=identifier(item.get("appId")),
        form=_FORMS.get(text(item.get("servicePrincipalType")) or ""),
        enabled=flag(item.get("accountEnabled")),
    )


def shown_name(item: dict[str, Any], own: str) -> str:
    """`display name (id)`; raises MalformedValueError."""
    shown = text(item.get("displayName"))
    return own if shown is None else f"{shown} ({own})"


def parse_permissions(item: dict[str, Any]) -> Mapping[str, str]:
    """Id to name (`Directory.Read.All`) of what Microsoft Graph lets applications be granted."""
    roles = item.get("appRoles")
    if not isinstance(roles, list):
        raise MalformedValueError("Microsoft Graph without appRoles")
    return {identifier(members(each).get("id")): text(members(each).get("value")) or "" for each in roles}


def credentials_of(item: dict[str, Any], name: str, *, enabled: bool | None) -> Iterator[ApplicationCredential]:
    """What it proves itself by, less what signs SAML tokens: pairs of keys, and the password of the key that signs.

    Raises MalformedValueError.
    """
    keys = [members(each) for each in _list(item, "keyCredentials")]
    signing = [each for each in keys if text(each.get("usage")) == "Sign"]
    pairs = {text(each.get("customKeyIdentifier")) for each in signing} - {None}
    passwords = {text(each.get("keyId")) for each in signing} - {None}
    for each in keys:
        if each not in signing and text(each.get("customKeyIdentifier")) not in pairs:
            yield _credential(each, name, "certificate", enabled=enabled)
    for each in map(members, _list(item, "passwordCredentials")):
        if text(each.get("keyId")) not in passwords:
            yield _credential(each, name, "secret", enabled=enabled)


def _credential(
    item: dict[str, Any], name: str, form: Literal["secret", "certificate"], *, enabled: bool | None
) -> ApplicationCredential:
    return ApplicationCredential(
        application=name,
        identifier=identifier(item.get("keyId")),
        form=form,
        enabled=enabled,
        start=moment(item.get("startDateTime")),
        end=moment(item.get("endDateTime")),
    )


def _list(item: dict[str, Any], name: str) -> list[Any]:
    found = item.get(name) or []
    if not isinstance(found, list):
        raise MalformedValueError(f"{name} is no list")
    return found


class ApplicationReader:
    """Reads the applications, their permissions and their credentials."""

    def __init__(self, graph: Graph, recorder: Recorder) -> None:
        self._graph = graph
        self._recorder = recorder
        self._principals: dict[str, Principal] = {}
        """By appId."""
        self._credentials: dict[tuple[str, str], ApplicationCredential] = {}

    def read(self, wanted: frozenset[type[Record]]) -> None:
        """Read to the end; raises SourceError where applications or service principals cannot be read."""
        faults = [Faults(kind, self._recorder) for kind in wanted]
        whole = True
        for item in self._graph.items(PRINCIPALS, wanted):
            whole &= self._read_one(item, faults, self._read_principal)
        registered: set[str] = set()
        read = partial(self._read_application, registered=registered, whole=whole)
        for item in self._graph.items(APPLICATIONS, wanted):
            self._read_one(item, faults, read)
        if ApplicationCredential in wanted:
            for _, credential in sorted(self._credentials.items()):
                self._recorder.add(credential)
            self._recorder.complete(ApplicationCredential)
        if CloudApplication in wanted:
            self._give(registered)

    def _read_one(self, item: dict[str, Any], faults: Iterable[Faults], read: Callable[[dict[str, Any]], None]) -> bool:
        """Whether an object could be understood; one that could not is a gap of every wanted kind, by its name."""
        try:
            read(item)
        except MalformedValueError as error:
            for fault in faults:
                fault.take(str(item.get("displayName") or item.get("id")), error)
            return False
        return True

    def _read_principal(self, item: dict[str, Any]) -> None:
        found = parse_principal(item)
        self._principals[found.application] = found
        if found.form != "managed-identity":
            self._take(item, found.name, enabled=found.enabled)

    def _read_application(self, item: dict[str, Any], *, registered: set[str], whole: bool) -> None:
        application = identifier(item.get("appId"))
        registered.add(application)
        principal = self._principals.get(application)
        if principal is not None:
            self._take(item, principal.name, enabled=principal.enabled)
        else:  # without a service principal an application cannot act here
            self._take(item, shown_name(item, application), enabled=False if whole else None)

    def _take(self, item: dict[str, Any], name: str, *, enabled: bool | None) -> None:
        for credential in credentials_of(item, name, enabled=enabled):
            self._credentials[credential.application, credential.identifier] = credential

    def _give(self, registered: Collection[str]) -> None:
        """The applications with what they were granted; a gap where that cannot be read."""
        kinds = (CloudApplication,)
        granted: defaultdict[str, set[str]] = defaultdict(set)
        try:
            names = parse_permissions(self._graph.one(PERMISSIONS, kinds))
            for item in self._graph.items(GRANTS, kinds):
                role = identifier(item.get("appRoleId"))
                granted[identifier(item.get("principalId"))].add(names.get(role) or role)
        except MalformedValueError as error:
            self._recorder.gap(CloudApplication, GapCause.MALFORMED, f"permissions of applications: {error}")
            return
        except SourceError as error:
            self._recorder.gap(CloudApplication, error.cause, error.detail, remedy=error.remedy)
            return
        for _, found in sorted(self._principals.items()):
            self._recorder.add(
                CloudApplication(
                    name=found.name,
                    identifier=found.identifier,
                    application=found.application,
                    form=found.form,
                    external=found.application not in registered if found.form == "application" else None,
                    enabled=found.enabled,
                    permissions=tuple(sorted(granted.get(found.identifier, ()))),
                )
            )
        self._recorder.complete(CloudApplication)
