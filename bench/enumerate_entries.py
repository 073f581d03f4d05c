"""Enumerates a directory as the LDAP source does, and makes nothing of it: `enumerate_entries.py SETTINGS.json COUNT`.

Ends with 1, saying why, unless COUNT entries came to the end.
"""

from __future__ import annotations

import sys
from pathlib import Path

from collector.cycles import search_seldom
from collector.secrets import resolve
from collector.transport.ldap import Search
from collector.transport.ldap_client import Ldap3Connection
from config.sources import LdapSource

FILTER = "(objectClass=inetOrgPerson)"
SIX = ("uid", "cn", "mail", "employeeType", "pwdChangedTime", "employeeNumber")


def main() -> None:
    """Enumerate, and compare the count."""
    search_seldom()
    file, expected = sys.argv[1:]
    settings = LdapSource.model_validate_json(Path(file).read_bytes())
    connection = Ldap3Connection(settings, resolve)
    connection.open()
    search = Search(settings.base, "subtree", FILTER, SIX, settings.page_size)
    count, cookie = 0, b""
    while True:
        page = connection.page(search, cookie)
        count += len(page.entries)
        cookie = page.cookie
        if not cookie or page.code:
            break
    connection.close()
    if page.code or count != int(expected):
        sys.exit(f"{count} of {expected} entries, result code {page.code} {page.message}")


if __name__ == "__main__":
    main()
