"""Records pages as they came over the wire in tests/collector/recordings/ldap_pages, from tests/servers (as root).

python -m tests.collector.transport.record_pages
"""

from __future__ import annotations

import json
from pathlib import Path

from collector.directory import active_directory, openldap
from collector.transport.ldap import Search
from collector.transport.ldap_client import Ldap3Connection
from config.sources import LdapSource
from tests.servers.certificates import Authority
from tests.servers.estate import session_start
from tests.servers.network import Laboratory
from tests.servers.samba import SambaDomainController
from tests.servers.slapd import OpenLdap

PAGES = Path(__file__).parents[1] / "recordings/ldap_pages"


class _Tap:
    """A socket that keeps what it received."""

    def __init__(self, inner: object) -> None:
        self._inner = inner
        self.received = b""

    def recv(self, size: int) -> bytes:
        """As the socket."""
        data: bytes = self._inner.recv(size)  # type: ignore[attr-defined]
        self.received += data
        return data

    def sendall(self, data: bytes) -> None:
        """As the socket."""
        self._inner.sendall(data)  # type: ignore[attr-defined]


def record(name: str, server: SambaDomainController | OpenLdap, user: str, search: Search) -> None:
    """Keep the first page of a search."""
    values = {
        "id": "directory",
        "type": "ldap",
        "dialect": "openldap",
        "host": server.address,
        "base": search.base,
        "tls": {"mode": "ldaps", "ca_file": str(server.ca_file)},
        "bind": {"user": user, "password": "env:LDAP_PASSWORD"},
    }
    settings = LdapSource.model_validate_json(json.dumps(values))
    connection = Ldap3Connection(settings, lambda _reference: server.bind_password)
    connection.open()
    stream = connection._stream  # noqa: SLF001  # what is kept is what passes below it
    if stream is None:
        message = "the connection does not stream"
        raise RuntimeError(message)
    tap = stream._channel = _Tap(stream._channel)  # noqa: SLF001
    connection.page(search)
    connection.close()
    (PAGES / f"{name}.ber").write_bytes(tap.received)


def main() -> None:
    """Start each server and record."""
    PAGES.mkdir(exist_ok=True)
    with Laboratory() as laboratory:
        authority, now = Authority(laboratory.subfolder("ca")), session_start()
        with OpenLdap(laboratory, authority, now, label="pages", accounts=60) as slapd:
            record("slapd-accounts", slapd, slapd.bind_dn, openldap.account_search(slapd.base_dn, 8, "employeeNumber"))
            record("slapd-names", slapd, slapd.bind_dn, openldap.absence_search(slapd.base_dn, 8, "pwdLastSuccess"))
        with SambaDomainController(laboratory, authority, now) as dc:
            search = active_directory.account_search(dc.base_dn, 8, "employeeID")
            record("samba-accounts", dc, dc.bind_user, search)
            whole = Search(dc.base_dn, "subtree", "(objectClass=group)", ("member", "objectSid", "cn"), 6)
            record("samba-groups-and-references", dc, dc.bind_user, whole)


if __name__ == "__main__":
    main()
