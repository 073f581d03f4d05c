"""Who is a member of a group, by which way, and since when; pure."""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from collector.directory.membership import Group, Principal, holders
from collector.directory.names import dn_key
from collector.records.access import Membership

_ELEMENT = re.compile(r"<(pszAttributeName|pszObjectDn|ftimeDeleted|ftimeLastOriginatingChange)>([^<]{0,4000})</\1>")
_PRESENT = "1601-01-01T00:00:00Z"
"""ftimeDeleted of a value that is there."""

Added = Mapping[str, Mapping[str, datetime]]
"""Key of a group to key of a member that it holds itself to the time of adding."""


def added_times(values: Iterable[bytes]) -> dict[str, datetime]:
    """Key of each present member to the time when it was added, from msDS-ReplValueMetaData.

    Each value is a fragment of XML (MS-ADTS 3.1.1.4.5, DS_REPL_VALUE_META_DATA). The last change of a value that is
    there was its adding, which a member who was taken out and put back again needs. What cannot be read is left out.
    """
    found: dict[str, datetime] = {}
    for value in values:
        parts = {name: html.unescape(text) for name, text in _ELEMENT.findall(value.decode("utf-8", "replace"))}
        if parts.get("pszAttributeName", "").casefold() != "member" or parts.get("ftimeDeleted") != _PRESENT:
            continue
        try:
            when = datetime.strptime(parts["ftimeLastOriginatingChange"], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
            found[dn_key(parts["pszObjectDn"])] = when
        except (KeyError, ValueError):
            continue
    return found


def memberships(
    root: str, groups: Mapping[str, Group], principals: Mapping[str, Principal], added: Added
) -> Iterator[Membership]:
    """One record per member below the group `root`, nested groups resolved; the shortest way to each."""
    for key, way in holders(root, groups):
        group = groups.get(key)  # one whose members could not be read
        holder = principals.get(key, Principal(key)) if group is None else Principal(group.name, "group")
        yield Membership(
            account=holder.name,
            group=groups[root].name,
            through=tuple(groups[each].name for each in way),
            added=added.get(way[0] if way else root, {}).get(key),
            person_key=holder.person_key,
            category=holder.category,
            enabled=holder.enabled,
        )
