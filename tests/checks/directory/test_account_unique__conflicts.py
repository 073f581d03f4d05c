from __future__ import annotations

from checks.finding import Severity, Status
from collector.records.directory import ConflictObject, Domain
from tests.checks.made import finding, gap, reasons, seen

CHECK = "account-unique--conflicts"
DOMAIN = seen(Domain, Domain(name="d"))


def test_every_copy_is_told_and_an_enabled_one_first() -> None:
    group = ConflictObject(name="A-group", entry="CN=A-group\\0ACNF:1", category="group")
    account = ConflictObject(name="eva", entry="CN=eva\\0ACNF:2", category="account", enabled=True)
    found = finding(CHECK, DOMAIN, seen(ConflictObject, group, account))
    assert reasons(found) == {"A-group": "!copy", "eva": "!enabled-copy"}
    assert [each.subject for each in found.exceptions] == ["eva", "A-group"]
    assert found.exceptions[1].severity is Severity.LOW


def test_a_domain_without_copies_is_satisfied_only_where_that_was_read() -> None:
    assert finding(CHECK, DOMAIN, seen(ConflictObject)).status is Status.SATISFIED
    assert reasons(finding(CHECK, DOMAIN, gap(ConflictObject))) == {"d": "?conflicts-unread"}
    elsewhere = seen(ConflictObject, ConflictObject(name="x"), source="other")
    assert reasons(finding(CHECK, DOMAIN, elsewhere)) == {"d": "?conflicts-unread"}
