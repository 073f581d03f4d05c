from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from checks.finding import Status
from collector.evidence import Gap, Population
from collector.records.access import AccessRequest, GroupPurpose, Membership
from collector.records.backup import ProtectedSystem
from collector.records.identity import Account, Employment
from collector.records.record import Record
from tests.checks.made import AS_OF, finding, gap, reasons, seen

CHECK = "access-approval"
GIVEN = date(2026, 9, 10)
SYSTEMS = (ProtectedSystem(name="Ekonomi", owner="ek.chef"), ProtectedSystem(name="Ägarlöst"))
GROUPS = (GroupPurpose(group="GG-Ekonomi", system="Ekonomi"), GroupPurpose(group="GG-Löst", system="Ägarlöst"))
ROSTER = (Employment(person_key="1", manager="anna.chef"), Employment(person_key="2"))


def request(account: str, group: str = "GG-Ekonomi", **facts: object) -> AccessRequest:
    values = {
        "reference": f"R-{account}",
        "account": account,
        "group": group,
        "requested": GIVEN - timedelta(days=3),
        "approved": GIVEN,
        "approver": "ek.chef",
        **facts,
    }
    return AccessRequest(**values)  # type: ignore[arg-type]


REQUESTS = (
    request("oldest", requested=date(2026, 1, 10), approved=None),
    request("owner"),
    request("manager", approver="Anna.Chef"),
    request("late", approved=GIVEN + timedelta(days=1)),
    request("refused", refused=True),
    request("open", approved=None),
    request("self", approver="SELF"),
    request("key", approver="1"),
    request("stranger", approver="vem.som"),
    request("nobody", approver=None),
    request("loose", "GG-Löst", approver="vem.som"),
    request("ticket-role", "GG-Löst", approver="vem.som", approver_role="manager"),
    request("ticket-delegate", "GG-Löst", approver="vem.som", approver_role="delegate"),
    request("false-owner", approver="vem.som", approver_role="system-owner"),
    request("twice", refused=True),
    request("twice", reference="R-2"),
    request("nested", "GG-Inre"),
    request("Upn@Example.test"),
    request("77"),
)


def member(name: str, group: str = "GG-Ekonomi", *, given: date | None = GIVEN, **facts: object) -> Membership:
    added = None if given is None else datetime(given.year, given.month, given.day, 9, tzinfo=UTC)
    values = {"account": name, "group": group, "added": added, "person_key": "1", "category": "person"} | facts
    return Membership(**{"enabled": True} | values)  # type: ignore[arg-type]


CASES = {
    "the owner approved": (member("owner"), None),
    "names have no case": (member("OWNER"), None),
    "the manager approved": (member("manager"), None),
    "approved the day after": (member("late"), "!approved-afterwards"),
    "refused": (member("refused"), "!refused"),
    "never decided": (member("open"), "!not-decided"),
    "approved by the receiver": (member("self"), "!self-approved"),
    "approved by the receiver, by key": (member("key"), "!self-approved"),
    "approved by someone else": (member("stranger"), "!approver-not-entitled"),
    "said to be the owner, and is not": (member("false-owner"), "!approver-not-entitled"),
    "nobody is named": (member("nobody"), "?approver-unknown"),
    "no register knows the roles": (member("loose", "GG-Löst", person_key="2"), "?approver-role-unknown"),
    "the ticket knows the role": (member("ticket-role", "GG-Löst", person_key="2"), None),
    "the ticket knows another role": (member("ticket-delegate", "GG-Löst", person_key="2"), "!approver-not-entitled"),
    "refused, then approved": (member("twice"), None),
    "approved for the inner group": (member("nested", through=("GG-Inre",)), None),
    "no request": (member("x"), "!no-approval"),
    "approved after midnight here, given before it in UTC": (
        member("late", added=datetime(2026, 9, 10, 22, 30, tzinfo=UTC)),
        None,
    ),
    "approved the day after, given in the evening": (
        member("late", added=datetime(2026, 9, 10, 21, 30, tzinfo=UTC)),
        "!approved-afterwards",
    ),
    "the ticket writes the principal name": (member("upn"), None),
    "the ticket writes the person's key": (member("by.key", person_key="77"), None),
    "given within a month after the export begins": (member("x", given=date(2026, 2, 8)), "?before-export"),
    "given a month after the export begins": (member("x", given=date(2026, 2, 9)), "!no-approval"),
    "no request for this group": (member("owner", "GG-Annan"), "!no-approval"),
    "given before the export begins": (member("x", given=date(2025, 1, 1)), "?before-export"),
    "no request, and given nobody knows when": (member("x", given=None), "?given-when-unknown"),
    "approved, and given nobody knows when": (member("owner", given=None), "?given-when-unknown"),
    "refused, and given nobody knows when": (member("refused", given=None), "!refused"),
    "disabled": (member("x", enabled=False), None),
    "group that could not be read": (member("x", category="group"), "?members-unknown"),
    "service accounts need it too": (member("x", category="service"), "!no-approval"),
}


def evidence(*members: Membership, requests: Population[Record] | Gap | None) -> list[Population[Record] | Gap]:
    held: list[Population[Record] | Gap | None] = [
        seen(Membership, *members, source="ad"),
        requests,
        seen(GroupPurpose, *GROUPS, source="groups"),
        seen(ProtectedSystem, *SYSTEMS, source="systems"),
        seen(Employment, *ROSTER, source="hr"),
        seen(Account, Account(name="UPN", principal_name="upn@example.test"), source="ad"),
    ]
    return [part for part in held if part is not None]


@pytest.mark.parametrize("name", CASES)
def test_one_membership(name: str) -> None:
    made, expected = CASES[name]
    others = (member("joined"),)
    requests = seen(AccessRequest, *REQUESTS, request("joined"), source="tickets")
    found = finding(CHECK, *evidence(made, *others, requests=requests))
    assert reasons(found).get(made.subject) == expected
    assert found.population.count == 2


def test_who_may_approve_is_the_organisations_decision() -> None:
    requests = seen(AccessRequest, *REQUESTS, source="tickets")
    made = (member("owner"), member("manager"), member("ticket-delegate", "GG-Löst", person_key="2"))
    found = finding(CHECK, *evidence(*made, requests=requests), parameters={"approver_roles": ["system-owner"]})
    assert reasons(found) == {
        "manager: GG-Ekonomi": "!approver-not-entitled",
        "ticket-delegate: GG-Löst": "!approver-not-entitled",
    }
    found = finding(CHECK, *evidence(*made, requests=requests), parameters={"approver_roles": ["delegate"]})
    assert reasons(found) == {
        "owner: GG-Ekonomi": "?approver-role-unknown",
        "manager: GG-Ekonomi": "?approver-role-unknown",
    }


def test_without_an_export_nothing_is_known() -> None:
    found = finding(CHECK, *evidence(member("x"), requests=None))
    assert (reasons(found), found.status) == ({"x: GG-Ekonomi": "?no-requests"}, Status.NOT_DETERMINED)


def test_an_export_with_an_unreadable_row_convicts_nobody_for_lack_of_a_request() -> None:
    lacking = [gap(AccessRequest, source="tickets", subject="row 9")]
    requests = seen(AccessRequest, *REQUESTS, source="tickets", missing=lacking)
    found = finding(CHECK, *evidence(member("x"), member("refused"), requests=requests))
    assert reasons(found) == {"x: GG-Ekonomi": "?requests-incomplete", "refused: GG-Ekonomi": "!refused"}


@pytest.mark.parametrize("name", ["x", "refused", "open", "stranger", "self"])
def test_what_was_decided_after_the_export_was_written_is_not_known(name: str) -> None:
    for hours, expected in ((1, "?export-older"), (-1, "!")):
        written = datetime(2026, 9, 10, 9, tzinfo=UTC) - timedelta(hours=hours)
        requests = seen(AccessRequest, *REQUESTS, source="tickets", started=written)
        made = (member(name), member("owner"))
        found = reasons(finding(CHECK, *evidence(*made, requests=requests)))[f"{name}: GG-Ekonomi"]
        assert found.startswith(expected)


def test_a_request_that_was_open_when_exported_may_have_been_approved_since() -> None:
    earlier = seen(AccessRequest, *REQUESTS, source="tickets", started=AS_OF - timedelta(hours=1))
    made = member("open", given=None)
    assert reasons(finding(CHECK, *evidence(made, requests=earlier))) == {"open: GG-Ekonomi": "?export-older"}
    same = seen(AccessRequest, *REQUESTS, source="tickets")
    assert reasons(finding(CHECK, *evidence(made, requests=same))) == {"open: GG-Ekonomi": "!not-decided"}


def test_an_export_that_names_nobody_as_the_directory_does_accuses_nobody() -> None:
    shown = seen(AccessRequest, request("Anna Berg"), request("Bo Ek", requested=date(2026, 1, 1)), source="tickets")
    found = finding(CHECK, *evidence(member("aber01"), member("boek02"), requests=shown))
    assert set(reasons(found).values()) == {"?not-joined"}
