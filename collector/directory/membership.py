"""Who holds a privilege: nested groups resolved, loops and all; pure."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from collector.records.identity import AccountCategory, Privilege

DOMAIN_ROLES = {512: "domain-admins", 518: "schema-admins", 519: "enterprise-admins"}
"""Relative identifiers in the domain (MS-DTYP 2.4.2.4); 518 and 519 exist in the forest's root domain only."""
BUILTIN_ROLES = {
    "S-1-5-32-544": "administrators",
    "S-1-5-32-548": "account-operators",
    "S-1-5-32-549": "server-operators",
    "S-1-5-32-550": "print-operators",
    "S-1-5-32-551": "backup-operators",
}
"""Well-known identifiers (MS-DTYP 2.4.2.4): the same in every domain and language."""
DNS_ADMINS = "DnsAdmins"
"""Has no well-known identifier, and this name in every language."""


@dataclass(frozen=True, slots=True)
class Principal:
    """A member of some group that is no group itself, or a group whose members were not read."""

    name: str
    category: AccountCategory | Literal["group", "foreign"] | None = None
    enabled: bool | None = None
    smartcard_required: bool | None = None
    person_key: str | None = None
    """Read for memberships only."""


@dataclass(frozen=True, slots=True)
class Group:
    """A group and its direct members, by key."""

    name: str
    members: tuple[str, ...] = ()
    readable: bool = True
    """Whether its members could be read to the end."""


def holders(root: str, groups: Mapping[str, Group]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Every key below the group `root` that is no group itself (or an unreadable one), with the shortest way to it.

    The way holds groups, nearest to the holder first, without the root. Each key comes once; loops end.
    """
    waiting: deque[tuple[str, tuple[str, ...]]] = deque([(root, ())] if root in groups else [])
    seen = {root}
    while waiting:
        key, way = waiting.popleft()
        group = groups[key]
        if not group.readable and key != root:
            yield key, way[1:]  # whoever else is in it holds the privilege too
        for member in group.members:
            if member in seen:
                continue
            seen.add(member)
            if member in groups:
                waiting.append((member, (member, *way)))
            else:
                yield member, way


def privileges(
    root: str, role: str, groups: Mapping[str, Group], principals: Mapping[str, Principal]
) -> Iterator[Privilege]:
    """One record per holder of the role that the group `root` gives; keys without a principal are held as they are."""
    for key, way in holders(root, groups):
        group = groups.get(key)  # one whose members could not be read
        holder = principals.get(key, Principal(key)) if group is None else Principal(group.name, "group")
        yield Privilege(
            holder=holder.name,
            role=role,
            role_name=groups[root].name,
            through=tuple(groups[each].name for each in way),
            holder_category=holder.category,
            enabled=holder.enabled,
            smartcard_required=holder.smartcard_required,
        )
