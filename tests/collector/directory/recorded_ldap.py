"""Answers of real servers, kept as they came, and played back; both implement `LdapConnection`."""

from __future__ import annotations

import base64
import json
from pathlib import Path
from typing import Any

from collector.transport.ldap import Entry, LdapConnection, Page, Search


class RecordingLdap:
    """A real connection whose answers are written down."""

    def __init__(self, real: LdapConnection) -> None:
        self._real = real
        self.answers: list[dict[str, Any]] = []

    @property
    def target(self) -> str:
        """A name for the file instead of an address of the moment."""
        return "recorded.example.test:636"

    def open(self) -> str:
        """As the real one."""
        return self._real.open()

    def page(self, search: Search, cookie: bytes = b"") -> Page:
        """As the real one, written down."""
        page = self._real.page(search, cookie)
        self.answers.append(
            {
                "search": str(search),
                "cookie": cookie.hex(),
                "entries": [
                    {
                        "dn": each.dn,
                        "attributes": {
                            name: [base64.b64encode(value).decode() for value in values]
                            for name, values in each.attributes.items()
                        },
                    }
                    for each in page.entries
                ],
                "code": page.code,
                "message": page.message,
                "next": page.cookie.hex(),
                "referrals": list(page.referrals),
            }
        )
        return page

    def close(self) -> None:
        """As the real one."""
        self._real.close()


class RecordedLdap:
    """Gives what was written down; a request that is not in the file raises KeyError."""

    target = "recorded.example.test:636"

    def __init__(self, file: Path, user: str) -> None:
        self._user = user
        self._pages: dict[tuple[str, str], list[Page]] = {}
        for answer in json.loads(file.read_text(encoding="utf-8")):
            page = Page(
                tuple(_entry(each) for each in answer["entries"]),
                answer["code"],
                answer["message"],
                bytes.fromhex(answer["next"]),
                tuple(answer["referrals"]),
            )
            self._pages.setdefault((answer["search"], answer["cookie"]), []).append(page)

    def open(self) -> str:
        """The user of the recording."""
        return self._user

    def page(self, search: Search, cookie: bytes = b"") -> Page:
        """The recorded page; a server may give one cookie for each of them, so the order counts."""
        pages = self._pages[str(search), cookie.hex()]
        return pages.pop(0) if len(pages) > 1 else pages[0]

    def close(self) -> None:
        """Nothing is open."""


def _entry(value: dict[str, Any]) -> Entry:
    attributes = {
        name: tuple(base64.b64decode(each) for each in values) for name, values in value["attributes"].items()
    }
    return Entry(value["dn"], attributes)
