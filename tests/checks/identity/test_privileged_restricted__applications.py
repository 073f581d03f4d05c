from __future__ import annotations

import pytest

from checks.finding import Severity, Status
from collector.records.cloud import CloudApplication
from tests.checks.made import finding, reasons, seen

CHECK = "privileged-restricted--applications"
LIST = {"approved": ["Backup (id-1)"]}


def application(**facts: object) -> CloudApplication:
    values = {"name": "Drift (id-2)", "identifier": "id-2", "application": "app-2", "enabled": True}
    values |= {"permissions": ("Mail.Send", "RoleManagement.ReadWrite.Directory")}
    return CloudApplication(**values | facts)  # type: ignore[arg-type]


CASES = {
    "not approved": (application(), "!not-approved"),
    "registered elsewhere": (application(external=True), "!not-approved-external"),
    "approved by name and id": (application(name="Backup (id-1)"), None),
    "with an approved name and another id": (application(name="Backup (id-2)"), "!not-approved"),
    "with an approved one in its name": (application(name="Backup (id-1) (id-2)"), "!not-approved"),
    "only sends mail": (application(permissions=("Mail.Send",)), None),
    "may trust a certificate authority": (
        application(permissions=("PublicKeyInfrastructure.ReadWrite.All",)),
        "!not-approved",
    ),
    "may lift the demands on activation": (
        application(permissions=("RoleManagementPolicy.ReadWrite.Directory",)),
        "!not-approved",
    ),
    "manages what it made itself": (application(permissions=("Application.ReadWrite.OwnedBy",)), None),
    "without permissions": (application(permissions=()), None),
    "disabled": (application(enabled=False), "!disabled-holder"),
    "whose state is not known": (application(enabled=None), "!not-approved"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_application(name: str) -> None:
    made, expected = CASES[name]
    assert reasons(finding(CHECK, seen(CloudApplication, made), parameters=LIST)).get(made.name) == expected


@pytest.mark.parametrize("one", ["ID-2", "app-2", "drift (id-2)"])
def test_an_application_is_approved_by_name_with_id_by_object_id_or_by_app_id(one: str) -> None:
    found = finding(CHECK, seen(CloudApplication, application()), parameters={"approved": [one]})
    assert found.status is Status.SATISFIED


def test_without_a_list_each_is_named_and_none_accused() -> None:
    found = finding(CHECK, seen(CloudApplication, application(), application(name="x", permissions=())))
    assert reasons(found) == {"Drift (id-2)": "?no-approved-list"}


def test_what_it_may_do_is_told() -> None:
    (exception,) = finding(CHECK, seen(CloudApplication, application()), parameters=LIST).exceptions
    assert exception.facts == {"permissions": "RoleManagement.ReadWrite.Directory"}
    assert exception.severity is Severity.HIGH
