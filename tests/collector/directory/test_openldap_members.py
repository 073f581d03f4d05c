"""Groups with thousands of members: read together, with what reading each by name would have given."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from collector.directory.openldap_members import TOGETHER
from collector.evidence import Population
from collector.records.access import Membership
from collector.records.identity import Privilege
from collector.transport.ldap import Entry, Search
from tests.collector.directory.fake_ldap import Answer, FakeLdap, entry, read, settings
from tests.collector.directory.small_directories import BASE, GROUP, person

SIZE_LIMIT_EXCEEDED = 4
INNER = f"cn=inre,ou=Personal,{BASE}"
POSIX = f"cn=posix,ou=Grupper,{BASE}"


def people(count: int) -> dict[str, Entry]:
    """Some are locked for ever, some stand elsewhere, and one user name is two persons'."""
    found = [
        person(f"p{number}", employeeNumber=f"E{number}")
        if number % 7
        else person(f"p{number}", pwdAccountLockedTime="000001010000Z", employeeNumber=f"E{number}")
        for number in range(count)
    ]
    found.append(entry(f"cn=twin,ou=Annat,{BASE}", uid="P3", objectClass="inetOrgPerson"))
    return {each.dn: each for each in found}


def directory(*, refuses: bool = False) -> FakeLdap:
    """A group by names (one of them gone, one in another unit, one a group), and one by user names."""
    held = people(TOGETHER)
    names = [*held, f"uid=gone,ou=Personal,{BASE}", INNER]
    held[GROUP] = entry(GROUP, objectClass="groupOfNames", cn="drift", member=names)
    held[INNER] = entry(INNER, objectClass="groupOfNames", cn="inre", member=[f"uid=p1,ou=Personal,{BASE}", GROUP])
    users = [f"p{number}" for number in range(TOGETHER)]
    held[POSIX] = entry(POSIX, objectClass="posixGroup", cn="posix", memberUid=[*users, "P1", "nobody"])

    by_user: dict[str, list[Entry]] = defaultdict(list)
    for each in held.values():
        for user in each.values("uid"):
            by_user[user.decode().casefold()].append(each)

    def answer(search: Search) -> Answer:
        user = search.filter.partition("(uid=")[2].rstrip(")").casefold()
        if search.scope == "base":
            return Answer([each for each in (held.get(search.base),) if each and _matches(each, search.filter)])
        if user not in {"", "*"}:
            return Answer(by_user[user])
        if refuses:
            return Answer(code=SIZE_LIMIT_EXCEEDED)
        return Answer([each for each in held.values() if _is_in(each, search) and _matches(each, search.filter)])

    root = entry("", supportedControl=["1.2.840.113556.1.4.319", "1.3.6.1.4.1.42.2.27.8.5.1"])
    everything: dict[str, Answer | Callable[[Search], Answer]] = {'base="" ': Answer([root]), "base=": answer}
    return FakeLdap(everything)


def _is_in(found: Entry, search: Search) -> bool:
    above = found.dn.partition(",")[2]
    return above == search.base if search.scope == "one" else found.dn.endswith(search.base)


def _matches(found: Entry, text: str) -> bool:
    if "(!(pwdAccountLockedTime=*))" in text and found.values("pwdAccountLockedTime"):
        return False
    return "(objectClass=inetOrgPerson)" not in text or b"inetOrgPerson" in found.values("objectClass")


def held_by(fake: FakeLdap, kind: type[Privilege | Membership], folder: Path) -> Population[Privilege | Membership]:
    chosen = settings("openldap", privileged_groups=(GROUP, POSIX), groups=(GROUP, POSIX))
    (found,) = read(fake, chosen, folder, frozenset({kind})).reading(kind).populations
    return found


@pytest.mark.parametrize("kind", [Privilege, Membership])
def test_members_read_together_are_those_read_by_name(kind: type[Privilege | Membership], tmp_path: Path) -> None:
    together, by_name = directory(), directory(refuses=True)
    found, other = held_by(together, kind, tmp_path / "a"), held_by(by_name, kind, tmp_path / "b")
    assert list(found.records) == list(other.records)
    assert found.complete
    by_names, by_users = TOGETHER + len(("twin", "gone")), TOGETHER + len(("nobody",))
    assert found.count == by_names + by_users
    states = [each.enabled for each in found.records]
    assert states.count(False) == 2 * len(range(0, TOGETHER, 7))
    assert states.count(None) == len(("gone", "nobody", "p3, which is two persons'"))
    assert len(together.issued) < 20
    assert len(by_name.issued) > 2 * TOGETHER
