from __future__ import annotations

from pathlib import Path

import pytest

from collector.directory.resource_delegation import ATTRIBUTE
from collector.evidence import EvidenceSet, GapCause
from collector.records.directory import ConflictObject, ResourceDelegation
from collector.transport.ldap import Entry
from tests.collector.directory.fake_ldap import Answer, entry, read, settings
from tests.collector.directory.small_directories import DOMAIN, domain, population, with_first
from tests.collector.directory.test_security_descriptor import ALLOW, descriptor
from tests.collector.directory.test_security_descriptor import entry as right

CONTROLLERS = Answer([entry(f"CN=DC1,{DOMAIN}", dNSHostName="dc1")])


def resource(value: bytes) -> Entry:
    found = entry(f"CN=SRV,{DOMAIN}", sAMAccountName="SRV$", objectClass=["computer"], userAccountControl="4096")
    return Entry(found.dn, {**found.attributes, ATTRIBUTE.lower(): (value,)})


def scan(
    folder: Path, *resources: Entry, controllers: Answer = CONTROLLERS, actors: tuple[Entry, ...] = ()
) -> EvidenceSet:
    fake = with_first(
        domain(),
        **{f"({ATTRIBUTE}=*)": Answer(list(resources)), "dNSHostName": controllers, "ACNF:": Answer()},
        **{f"objectSid=S-1-5-21-{each.text('number')})": Answer([each]) for each in actors},
    )
    kinds = frozenset({ResourceDelegation, ConflictObject})
    return read(fake, settings("active-directory"), folder, kinds)


def test_one_who_is_not_to_be_found_is_told_by_identifier(tmp_path: Path) -> None:
    found = population(scan(tmp_path, resource(descriptor(right(ALLOW, 7)))), ResourceDelegation)
    (delegation,) = found.records
    assert (delegation.resource, delegation.may_act, delegation.category) == ("SRV", "S-1-5-21-7", None)
    assert (delegation.domain_controller, found.complete) == (False, True)


@pytest.mark.parametrize(
    ("number", "category"), [(513, "everyone"), (514, "everyone"), (515, "group"), (1513, "group")]
)
def test_a_group_that_every_account_is_in_is_everyone(number: int, category: str, tmp_path: Path) -> None:
    actor = entry(f"CN=x,{DOMAIN}", sAMAccountName="Domänanvändare", objectClass=["group"], number=str(number))
    made = scan(tmp_path, resource(descriptor(right(ALLOW, number))), actors=(actor,))
    (delegation,) = population(made, ResourceDelegation).records
    assert (delegation.may_act, delegation.category) == ("Domänanvändare", category)


def test_a_list_that_cannot_be_understood_is_a_gap_of_that_computer(tmp_path: Path) -> None:
    found = population(scan(tmp_path, resource(b"\1"), resource(descriptor())), ResourceDelegation)
    assert [each.may_act for each in found.records] == [None]
    (gap,) = found.missing
    assert (gap.cause, gap.subject) == (GapCause.MALFORMED, f"CN=SRV,{DOMAIN}")


def test_a_reader_who_sees_no_account_restrictions_learns_nothing(tmp_path: Path) -> None:
    evidence = scan(tmp_path, controllers=Answer())
    (gap,) = (each for each in evidence.gaps if each.kind == "resource-delegation")
    assert gap.cause is GapCause.DENIED
    assert "Account Restrictions" in gap.remedy
    assert population(evidence, ConflictObject).complete
