"""When each account last logged on at the other domain controllers; `lastLogon` is kept by each for itself.

Each is asked for the accounts that have logged on there, and for nothing else of them. A controller that cannot be read
is a gap of the accounts: what is known of their use is then no more than a lower bound where no replicated time stands
beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from collector.directory import active_directory as ad
from collector.directory.reading import DirectoryReader
from collector.directory.times import MalformedValueError, parse_filetime, parse_integer
from collector.evidence import GapCause
from collector.records.identity import Account
from collector.source import Recorder, SourceError
from collector.transport.ldap import Entry, LdapConnection, Search

_KINDS = (Account,)


def logon_search(base: str, page_size: int) -> Search:
    """The accounts that have logged on at this very controller, and when."""
    return Search(base, "subtree", f"(&{ad.ACCOUNTS}(lastLogon>=1))", ("sAMAccountName", "lastLogon"), page_size)


def controller_search(domain: str, page_size: int) -> Search:
    """The domain's controllers, read-only ones too, by their account flags (MS-ADTS 2.2.16)."""
    rule = "userAccountControl:1.2.840.113556.1.4.803:"
    either = f"(|({rule}=8192)({rule}=67108864))"
    return Search(domain, "subtree", f"(&(objectCategory=computer){either})", ("dNSHostName",), page_size)


@dataclass
class Logons:
    """What the other controllers know."""

    latest: dict[bytes, int] = field(default_factory=dict)
    """Account name in lower case to the latest lastLogon (FILETIME)."""
    read: set[str] = field(default_factory=set)
    """DNS names of the controllers that were read to their end, lower case."""

    failed: bool = False
    """Whether some controller could not be read."""
    complete: bool = False
    """Whether these, with the controller that the accounts are read from, are all that the domain has."""

    def of(self, entry: Entry) -> datetime | None:
        """The latest log-on of an account at another controller; raises MalformedValueError."""
        value = self.latest.get((entry.first("sAMAccountName") or b"").lower())
        return None if value is None else parse_filetime(b"%d" % value)

    def covers(self, controllers: Iterable[str]) -> bool:
        """Whether every controller of the domain was read, and all that were named; False where none is known."""
        names = {name.casefold() for name in controllers}
        return bool(names) and names <= self.read and not self.failed


def read_logons(
    hosts: Iterable[str],
    connect_to: Callable[[str], LdapConnection],
    search: Search,
    domain: str,
    recorder: Recorder,
) -> Logons:
    """Ask each host in turn; what one cannot give is a gap in its name."""
    logons = Logons()
    for host in hosts:
        connection = connect_to(host)
        try:
            connection.open()
            name = _read(DirectoryReader(connection, recorder), search, domain, logons)
            logons.read.add(name.casefold())
        except (SourceError, MalformedValueError) as error:
            logons.failed = True
            cause = error.cause if isinstance(error, SourceError) else GapCause.MALFORMED
            recorder.gap(
                Account,
                cause,
                f"when accounts last logged on at this domain controller is not known: {error}",
                remedy=getattr(error, "remedy", ""),
                subject=host,
            )
        finally:
            connection.close()
    return logons


def _read(reader: DirectoryReader, search: Search, domain: str, logons: Logons) -> str:
    """Read one controller; returns its own name."""
    root = reader.one(ad.ROOT_DSE, _KINDS)
    if root is None or (root.text("defaultNamingContext") or "").casefold() != domain.casefold():
        raise SourceError(GapCause.ABSENT, "it is no controller of this domain", "correct controllers of the source")
    for entry in reader.entries(search, _KINDS):
        name, when = entry.first("sAMAccountName"), entry.first("lastLogon")
        if name is not None and when is not None:
            key, value = name.lower(), parse_integer(when)
            if value > logons.latest.get(key, 0):
                logons.latest[key] = value
    return root.text("dnsHostName") or ""
