"""Who holds the roles of Entra ID, and who is in the groups that policies name: read by Graph, groups resolved."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from typing import Any

from collector.directory.entra_graph import Endpoint, Graph, MissingLicenceError
from collector.directory.entra_roles import Assignment, holder_of, parse_assignment, parse_role, privilege_of
from collector.directory.entra_users import USER_FIELDS
from collector.directory.entra_values import identifier
from collector.directory.faults import Faults
from collector.directory.times import MalformedValueError
from collector.evidence import GapCause
from collector.records.cloud import PolicyGroupMember, RoleHolder
from collector.records.identity import Privilege
from collector.records.record import Record
from collector.source import Recorder, SourceError

_FIELDS = ",".join(USER_FIELDS)
DEFINITIONS = Endpoint(
    "/v1.0/roleManagement/directory/roleDefinitions?$select=id,templateId,displayName,isBuiltIn",
    ("RoleManagement.Read.Directory",),
)
ASSIGNMENTS = Endpoint(
    "/v1.0/roleManagement/directory/roleAssignments?$expand=principal", ("RoleManagement.Read.Directory",)
)
ELIGIBILITIES = Endpoint(
    "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances?$expand=principal",
    ("RoleEligibilitySchedule.Read.Directory",),
    "Microsoft Entra ID P2",
)
USER = Endpoint(f"/v1.0/users/{{id}}?$select={_FIELDS}", ("User.Read.All",))
MEMBERS = Endpoint(
    f"/v1.0/groups/{{id}}/transitiveMembers?$select={_FIELDS},displayName&$top=999",
    ("GroupMember.Read.All", "User.Read.All"),
)
ELIGIBLE_MEMBERS = Endpoint(
    "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances"
    "?$filter=groupId eq '{id}'&$expand=principal",
    ("PrivilegedEligibilitySchedule.Read.AzureADGroup",),
    "Microsoft Entra ID P2",
)
HOLDERS_OF_ROLES = (DEFINITIONS, ASSIGNMENTS, ELIGIBILITIES, USER, MEMBERS, ELIGIBLE_MEMBERS)


class RoleReader:
    """Reads the holders of every role, active and eligible, directly and through groups."""

    def __init__(self, graph: Graph, recorder: Recorder, service_accounts: frozenset[str]) -> None:
        self._graph = graph
        self._recorder = recorder
        self._services = service_accounts
        self.people: set[tuple[str, str]] = set()
        """Name and id of every user with an administrative role, as far as roles have been read."""
        self.was_read = False
        self._users: dict[str, dict[str, Any] | None] = {}
        self._groups: dict[str, list[tuple[str, dict[str, Any], bool]] | None] = {}

    def read(self, wanted: frozenset[type[Record]]) -> None:
        """Read roles and holders to the end; raises SourceError where roles or assignments cannot be read."""
        kinds = tuple(wanted)
        given: set[RoleHolder] = set()
        for assignment in self._assignments(kinds):
            try:
                holders = list(self._holders(assignment, kinds))
            except MalformedValueError as error:
                self._gap(kinds, GapCause.MALFORMED, str(error), "", assignment.principal_name)
                continue
            for holder in holders:
                if holder not in given:
                    given.add(holder)
                    self._give(holder, wanted)
        self.was_read = True
        for kind in kinds:
            self._recorder.complete(kind)

    def _give(self, holder: RoleHolder, wanted: frozenset[type[Record]]) -> None:
        if holder.administrative and holder.holder_category in {"person", "service"}:
            self.people.add((holder.holder, holder.holder_identifier))
        if RoleHolder in wanted:
            self._recorder.add(holder)
        if Privilege in wanted and holder.administrative:
            self._recorder.add(privilege_of(holder))

    def _assignments(self, kinds: tuple[type[Record], ...]) -> Iterator[Assignment]:
        try:
            roles = dict(parse_role(item) for item in self._graph.items(DEFINITIONS, kinds))
        except MalformedValueError as error:
            raise SourceError(GapCause.MALFORMED, f"a role definition: {error}") from error
        for item in self._graph.items(ASSIGNMENTS, kinds, keep="role-assignments"):
            yield from self._parsed(item, roles, kinds, eligible=False)
        try:
            for item in self._graph.items(ELIGIBILITIES, kinds, keep="role-eligibilities"):
                yield from self._parsed(item, roles, kinds, eligible=True)
        except MissingLicenceError:
            return  # without that licence no role can be eligible
        except SourceError as error:
            self._gap(kinds, error.cause, error.detail, error.remedy, "eligible roles")

    def _parsed(
        self, item: dict[str, Any], roles: dict[str, Any], kinds: tuple[type[Record], ...], *, eligible: bool
    ) -> Iterator[Assignment]:
        try:
            yield parse_assignment(item, roles, eligible=eligible)
        except MalformedValueError as error:
            self._gap(kinds, GapCause.MALFORMED, str(error), "", str(item.get("principalId") or item.get("id")))

    def _holders(self, assignment: Assignment, kinds: tuple[type[Record], ...]) -> Iterator[RoleHolder]:
        if assignment.principal_type == "user":
            yield holder_of(assignment, self._user(assignment.principal, kinds), self._services)
            return
        if assignment.principal_type != "group":
            yield holder_of(assignment, None, self._services)
            return
        members = self._members(assignment.principal, assignment.principal_name, kinds)
        if members is None:
            yield holder_of(assignment, None, self._services)
            return
        through = (assignment.principal_name,)
        for sort, member, eligible in members:
            hold = Assignment(
                identifier(member.get("id")),
                sort,
                str(member.get("displayName") or member.get("id")),
                assignment.role,
                assignment.scope,
                eligible or assignment.eligible,
            )
            user = member if sort == "user" else None
            yield holder_of(hold, user, self._services, through=through)

    def _user(self, principal: str, kinds: tuple[type[Record], ...]) -> dict[str, Any] | None:
        if principal not in self._users:
            try:
                self._users[principal] = self._graph.one(USER, kinds, identifier=principal)
            except SourceError as error:
                self._gap(kinds, error.cause, error.detail, error.remedy, principal)
                self._users[principal] = None
        return self._users[principal]

    def _members(
        self, group: str, name: str, kinds: tuple[type[Record], ...]
    ) -> list[tuple[str, dict[str, Any], bool]] | None:
        """Users and applications in a group, and whether they must activate their membership; None: not read."""
        if group not in self._groups:
            try:
                self._groups[group] = [
                    *self._inside(group, kinds, eligible=False),
                    *self._eligible(group, kinds),
                ]
            except SourceError as error:
                self._gap(kinds, error.cause, error.detail, error.remedy, name)
                self._groups[group] = None
        return self._groups[group]

    def _inside(
        self, group: str, kinds: tuple[type[Record], ...], *, eligible: bool
    ) -> Iterator[tuple[str, dict[str, Any], bool]]:
        for member in self._graph.items(MEMBERS, kinds, identifier=group):
            sort = str(member.get("@odata.type") or "").rpartition(".")[2]
            if sort not in {"group", "device", "orgContact"}:  # nested members are listed themselves
                yield sort, member, eligible

    def _eligible(self, group: str, kinds: tuple[type[Record], ...]) -> Iterator[tuple[str, dict[str, Any], bool]]:
        try:
            found = list(self._graph.items(ELIGIBLE_MEMBERS, kinds, identifier=group))
        except MissingLicenceError:
            return
        for item in found:
            principal = item.get("principal")
            sort = str(principal.get("@odata.type") if isinstance(principal, dict) else "").rpartition(".")[2]
            held = identifier(item.get("principalId"))
            if sort == "group":
                yield from self._inside(held, kinds, eligible=True)
            else:
                user = self._user(held, kinds) if sort == "user" else None
                yield ("user", user, True) if user is not None else (sort, {"id": held}, True)

    def _gap(self, kinds: Iterable[type[Record]], cause: GapCause, detail: str, remedy: str, subject: str) -> None:
        for kind in kinds:
            self._recorder.gap(kind, cause, detail, remedy=remedy, subject=subject)


class GroupReader:
    """Reads who is in the groups that policies name."""

    def __init__(self, graph: Graph, recorder: Recorder) -> None:
        self._graph = graph
        self._recorder = recorder

    def read(self, endpoint: Endpoint, groups: Iterable[str], excluded: Container[str]) -> None:
        """Read each group to its end; one that cannot be read is a gap that names it.

        Of those that some policy excludes, those who may activate a membership are read too: they may exclude
        themselves.
        """
        for group in sorted(groups):
            try:
                self._read_group(endpoint, group)
                if group in excluded:
                    self._read_eligible(endpoint, group)
            except SourceError as error:
                remedy = error.remedy or "where the group was deleted, remove it from the policies"
                self._recorder.gap(PolicyGroupMember, error.cause, error.detail, remedy=remedy, subject=group)
        self._recorder.complete(PolicyGroupMember)

    def _read_group(self, endpoint: Endpoint, group: str) -> None:
        for user in self._users(endpoint, group, group):
            self._recorder.add(PolicyGroupMember(group=group, member=user))

    def _read_eligible(self, endpoint: Endpoint, group: str) -> None:
        try:
            found = list(self._graph.items(ELIGIBLE_MEMBERS, (PolicyGroupMember,), identifier=group))
        except MissingLicenceError:
            return  # without that licence no membership can be eligible
        users: set[str] = set()
        with Faults(PolicyGroupMember, self._recorder).of(group):
            for item in found:
                principal = item.get("principal")
                sort = str(principal.get("@odata.type") if isinstance(principal, dict) else "").rpartition(".")[2]
                held = identifier(item.get("principalId"))
                users.update(self._users(endpoint, held, group) if sort == "group" else (held,))
        for user in sorted(users):
            self._recorder.add(PolicyGroupMember(group=group, member=user, eligible=True))

    def _users(self, endpoint: Endpoint, group: str, subject: str) -> Iterator[str]:
        faults = Faults(PolicyGroupMember, self._recorder)
        for item in self._graph.items(endpoint, (PolicyGroupMember,), identifier=group):
            if str(item.get("@odata.type") or "").endswith(".user"):
                with faults.of(subject):
                    yield identifier(item.get("id"))
