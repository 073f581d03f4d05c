r"""Entries that two controllers made at the same time: the later one is kept, the other is renamed `name\0ACNF:GUID`.

MS-ADTS 3.1.1.5.2 and MS-DRSR 4.1.10.6.9: nothing tells an administrator, and the loser keeps its rights and members.
"""

from __future__ import annotations

from collections.abc import Iterable

from collector.directory import active_directory as ad
from collector.directory.faults import Faults
from collector.directory.names import first_value
from collector.directory.reading import DirectoryReader
from collector.directory.times import parse_generalized_time, parse_integer
from collector.records.directory import ConflictObject
from collector.source import Recorder
from collector.transport.ldap import Entry, Search

MARK = "\nCNF:"


def conflict_search(domain: str, page_size: int) -> Search:
    """The accounts, computers and groups that lost a conflict."""
    return Search(
        domain,
        "subtree",
        r"(&(|(objectClass=user)(objectClass=group))(name=*\0aCNF:*))",
        ("objectClass", "objectSid", "userAccountControl", "whenCreated"),
        page_size,
    )


def searches(domain: str, page_size: int) -> Iterable[Search]:
    """Every search that is issued."""
    return (conflict_search(domain, page_size),)


def read(reader: DirectoryReader, recorder: Recorder, domain: str, page_size: int) -> None:
    """Read every entry that lost a conflict, to the end."""
    faults = Faults(ConflictObject, recorder)
    for entry in reader.entries(conflict_search(domain, page_size), (ConflictObject,)):
        with faults.of(entry.dn):
            recorder.add(parse_conflict(entry))
    recorder.complete(ConflictObject)


def parse_conflict(entry: Entry) -> ConflictObject:
    """One of them; raises MalformedValueError."""
    flags, created, classes = entry.first("userAccountControl"), entry.first("whenCreated"), entry.classes()
    return ConflictObject(
        name=first_value(entry.dn).partition(MARK)[0],
        entry=entry.dn,
        category="group" if "group" in classes else "computer" if "computer" in classes else "account",
        identifier=ad.sid_of(entry),
        enabled=None if flags is None else not parse_integer(flags) & ad.ACCOUNTDISABLE,
        created=None if created is None else parse_generalized_time(created),
    )
