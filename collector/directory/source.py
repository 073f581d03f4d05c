"""An LDAP directory as a source of accounts and privileges."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Protocol

from collector.directory import group_policy
from collector.directory.active_directory_reading import ActiveDirectory
from collector.directory.openldap_reading import OpenLdap
from collector.directory.reading import DirectoryReader
from collector.evidence import Provenance
from collector.records.directory import PolicySetting
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.ldap import ConnectionLostError, LdapConnection, Search
from collector.transport.ldap_client import Ldap3Connection
from collector.transport.smb import Share, SmbShare
from config.sources import LdapSource

CLOCK_TOLERANCE = timedelta(minutes=5)
"""What Kerberos allows by default (RFC 4120 section 8.2, MS-KILE)."""
Reading = Callable[[DirectoryReader, Recorder], None]


class Dialect(Protocol):
    """What differs between directories."""

    def searches(self, wanted: frozenset[type[Record]]) -> Iterable[tuple[Search, tuple[type[Record], ...]]]:
        """Every search that may be issued; `<...>` stands for names that are only known when they have been read."""
        ...

    def prepare(self, reader: DirectoryReader, recorder: Recorder, wanted: frozenset[type[Record]]) -> None:
        """Read what the server says of itself."""
        ...

    def readings(self) -> Mapping[type[Record], Reading]:
        """What reads each kind to its end, in the order in which they are read."""
        ...


class DirectorySource:
    """One LDAP directory; implements `collector.source.Source`.

    `secret` returns the secret that a reference in the settings points at. `connect` makes the connection, `connect_to`
    one to another server of the same directory; tests give their own.
    """

    def __init__(
        self,
        settings: LdapSource,
        secret: Callable[[str], str],
        *,
        connect: Callable[[], LdapConnection] | None = None,
        connect_to: Callable[[str], LdapConnection] | None = None,
        open_share: Callable[[str], Share] | None = None,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.id = settings.id
        self._settings = settings
        self._connect = connect or partial(Ldap3Connection, settings, secret)
        self._connect_to = connect_to or partial(_connection_to, settings, secret)
        self._open_share = open_share or partial(SmbShare, settings, secret)
        self._now = now
        self.provides: frozenset[type[Record]] = frozenset(self._dialect().readings())

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """Every search; see `collector.source.Source`."""
        wanted &= self.provides
        target = self._connect().target
        for search, kinds in self._dialect().searches(wanted) if wanted else ():
            yield Query(target, str(search), kinds, rights="read access to the base; no rights to write, no secrets")
        for file in group_policy.FILES if PolicySetting in wanted else ():
            text = group_policy.read_request(self._settings.host, "<domain>\\Policies\\<each policy>", file)
            yield Query(f"{self._settings.host}:445", text, (PolicySetting,), rights="read access to SYSVOL")

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read the wanted kinds; what stops one kind leaves the other to be read while the connection stands."""
        wanted &= self.provides
        if not wanted:
            return
        connection, dialect = self._connect(), self._dialect()
        try:
            recorder.identity(connection.open())
            reader = DirectoryReader(connection, recorder)
            dialect.prepare(reader, recorder, wanted)
            for kind, read in dialect.readings().items():
                if kind in wanted:
                    _read_kind(kind, partial(read, reader, recorder), recorder)
            if reader.referrals:
                recorder.raw("referrals.txt", "\n".join(sorted(reader.referrals)).encode(), wanted)
        finally:
            connection.close()

    def diagnose(self) -> Iterable[Diagnosis]:
        """Connect, bind, read: one line for each step until one fails."""
        connection = self._connect()
        target = connection.target
        try:
            user = connection.open()
            yield Diagnosis(target, ok=True, text=f"connected, bound as {user}")
            notes = _Notes()
            reader, dialect = DirectoryReader(connection, notes), self._dialect()
            dialect.prepare(reader, notes, self.provides)
            yield from notes.clock_diagnosis(target)
            for kind, read in dialect.readings().items():
                notes.start()
                _read_kind(kind, partial(read, reader, notes), notes)
                yield from notes.diagnoses(target, kind)
            if reader.referrals:
                where = ", ".join(sorted(reader.referrals)[:5])
                yield Diagnosis(target, ok=True, text=f"parts that other servers hold are not read: {where}")
        except SourceError as error:
            yield Diagnosis(target, ok=False, text=f"{error.cause.value}: {error.detail}", remedy=error.remedy)
        finally:
            connection.close()

    def _dialect(self) -> Dialect:
        return (
            ActiveDirectory(self._settings, self._now, self._connect_to, self._open_share)
            if self._settings.dialect == "active-directory"
            else OpenLdap(self._settings)
        )


def _connection_to(settings: LdapSource, secret: Callable[[str], str], host: str) -> LdapConnection:
    tls = settings.tls.model_copy(update={"server_name": None})  # each server has a name of its own
    return Ldap3Connection(settings.model_copy(update={"host": host, "tls": tls}), secret)


def _read_kind(kind: type[Record], read: Callable[[], None], recorder: Recorder) -> None:
    try:
        read()
    except ConnectionLostError:
        raise
    except SourceError as error:
        recorder.gap(kind, error.cause, error.detail, remedy=error.remedy)


class _Notes:
    """A recorder that keeps no records, only what a diagnosis says; implements `collector.source.Recorder`."""

    def __init__(self) -> None:
        self._ahead = timedelta(0)
        self.start()

    def start(self) -> None:
        """Forget the last kind."""
        self._count = 0
        self._complete = False
        self._lines: list[tuple[str, str]] = []

    def clock_diagnosis(self, target: str) -> Iterable[Diagnosis]:
        """A line where the server's clock and this host's are further apart than Kerberos allows."""
        if abs(self._ahead) > CLOCK_TOLERANCE:
            seconds = round(self._ahead.total_seconds())
            text = f"the server's clock is {abs(seconds)} s {'ahead of' if seconds > 0 else 'behind'} this host's"
            yield Diagnosis(target, ok=False, text=text, remedy="set both by the same time source")

    def diagnoses(self, target: str, kind: type[Record]) -> Iterable[Diagnosis]:
        """The lines for one kind."""
        if self._complete:
            yield Diagnosis(target, ok=True, text=f"{kind.__name__}: {self._count} read to the end")
        for text, remedy in self._lines:
            yield Diagnosis(target, ok=False, text=f"{kind.__name__}: {text}", remedy=remedy)

    def add(self, record: Record) -> None:  # noqa: ARG002
        self._count += 1

    def gap(
        self,
        kind: type[Record],  # noqa: ARG002
        cause: object,
        detail: str,
        *,
        remedy: str = "",
        subject: str | None = None,
    ) -> None:
        self._lines.append((f"{cause}: {detail}" if subject is None else f"{cause}: {subject}: {detail}", remedy))

    def complete(self, kind: type[Record], *, source_count: int | None = None) -> None:  # noqa: ARG002
        self._complete = True

    def unreadable(self, kind: type[Record], fields: Iterable[str]) -> None:  # noqa: ARG002
        for name in sorted(fields):
            self._lines.append(
                (f"{name} is hidden from the reader, or the directory does not keep it", _REMEDIES.get(name, ""))
            )

    def ran(self, text: str, kinds: Iterable[type[Record]]) -> None: ...

    def identity(self, text: str) -> None: ...

    def clock(self, source_time: datetime, read_at: datetime) -> None:
        self._ahead = source_time - read_at

    def dated(self, moment: datetime, kinds: Iterable[type[Record]]) -> None: ...

    def relayed(self, kind: type[Record], provenance: Provenance) -> None: ...

    def raw(self, name: str, data: bytes, kinds: Iterable[type[Record]]) -> None: ...


_REMEDIES = {
    "last_used": (
        "AD: let the reading account read lastLogonTimestamp (property set User-Logon) on every unit;"
        " OpenLDAP: turn on recording (database: lastbind on) and let the reading account read pwdLastSuccess"
    ),
    "enabled": (
        "AD: let the reading account read userAccountControl; OpenLDAP: let it read and search pwdAccountLockedTime"
    ),
    "exposures": "let the reading account read servicePrincipalName, as Authenticated Users may",
    "krbtgt_password_set": "let the reading account read pwdLastSet of the account krbtgt, as Authenticated Users may",
    "last_backup": (
        "let the reading account read replPropertyMetaData of the domain's own entry; a Samba server keeps no such time"
    ),
    "managed_password": (
        "where LAPS is in use, let the reading account read msLAPS-PasswordExpirationTime and"
        " ms-Mcs-AdmPwdExpirationTime on computers; never the passwords"
    ),
    "roles": "look at the reading account's memberships by hand; the server does not tell them",
}
