"""LDAP as sources see it (RFC 4511): a search, a page of its answer, and what each result code means to the operator.

Sources work against `LdapConnection`; `collector.transport.ldap_client` implements it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple, Protocol

from collector.evidence import GapCause
from collector.source import SourceError

Scope = Literal["base", "one", "subtree"]
NO_ATTRIBUTES = ("1.1",)
"""Asks for names alone (RFC 4511 section 4.5.1.8)."""
SUCCESS = 0


@dataclass(frozen=True, slots=True)
class Search:
    """One search request."""

    base: str
    """Distinguished name; empty for the server's root DSE."""
    scope: Scope
    filter: str
    """As in RFC 4515."""
    attributes: tuple[str, ...]
    page_size: int | None = None
    """Entries a page (RFC 2696); None for a search of one answer."""

    def __str__(self) -> str:
        """The search as the plan and the provenance show it."""
        attributes, page = ",".join(self.attributes), "" if self.page_size is None else f" page={self.page_size}"
        return f'search base="{self.base}" scope={self.scope} filter={self.filter} attributes={attributes}{page}'


class Entry(NamedTuple):
    """One entry as the server gave it; a tuple, since a directory has a million."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]
    """Raw values by attribute description in lower case, options kept (`member;range=0-1499`)."""

    def values(self, name: str) -> tuple[bytes, ...]:
        """All values of an attribute; empty where it has none or is hidden."""
        return self.attributes.get(name.lower(), ())

    def first(self, name: str) -> bytes | None:
        """The first value, or None."""
        values = self.attributes.get(name.lower())
        return values[0] if values else None

    def text(self, name: str) -> str | None:
        """The first value as UTF-8 text, wrong bytes shown as escapes; None where it is absent or empty."""
        return text_of(self.attributes.get(name.lower()))

    def classes(self) -> frozenset[str]:
        """The object classes in lower case."""
        return _classes(self.attributes.get("objectclass", ()))


def text_of(values: tuple[bytes, ...] | None) -> str | None:
    """The first value of an attribute as UTF-8 text, wrong bytes shown as escapes; None where absent or empty."""
    return values[0].decode("utf-8", "backslashreplace") if values and values[0] else None


@lru_cache(maxsize=256)
def _classes(values: tuple[bytes, ...]) -> frozenset[str]:
    """Object classes as text: most entries of a directory have the same few lists."""
    return frozenset(value.decode("utf-8", "backslashreplace").lower() for value in values)


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to a search: entries, and how it ended."""

    entries: tuple[Entry, ...]
    code: int = SUCCESS
    """Result code (RFC 4511 section 4.1.9)."""
    message: str = ""
    """The server's diagnostic message."""
    cookie: bytes = b""
    """Where the next page starts; empty after the last."""
    referrals: tuple[str, ...] = ()
    """URLs of search result references: parts that other servers hold."""


class ConnectionLostError(SourceError):
    """The connection ended while it was in use; nothing more can be read over it."""


class LdapConnection(Protocol):
    """One bound connection to one server, for reading."""

    @property
    def target(self) -> str:
        """Host and port, or the socket, for messages."""
        ...

    def open(self) -> str:
        """Connect, protect the connection, bind, and return as whom.

        Raises SourceError where any of it is refused.
        """
        ...

    def page(self, search: Search, cookie: bytes = b"") -> Page:
        """Issue a search, or ask for its next page.

        Raises ConnectionLostError where the connection ends or the answer comes too late, SourceError where the answer
        cannot be understood. A result code that is not success is no error here: it stands in the page.
        """
        ...

    def close(self) -> None:
        """Leave the server; never raises."""


def search_failure(page: Page, search: Search, obtained: int) -> SourceError:
    """What a search's result code means, after `obtained` entries: cause, the server's words, and what to set where."""
    name, cause, remedy = _RESULTS.get(page.code, (f"result code {page.code}", GapCause.DENIED, ""))
    if page.code in _LIMITS:
        cause = GapCause.TRUNCATED if obtained else cause
    if page.code == _OPERATIONS_ERROR and any(sign in page.message for sign in _BIND_FIRST):
        cause, remedy = GapCause.DENIED, "the server shows nothing to anonymous readers: give the source a bind user"
    words = f": {page.message}" if page.message else ""
    number = f" after {obtained} entries" if obtained else ""
    return SourceError(cause, f"{name} ({page.code}){number}{words}; {search}", remedy)


def bind_failure(code: int, message: str, user: str) -> SourceError:
    """What the result code of a bind means."""
    words = f": {message}" if message else ""
    for data, (reason, remedy) in _AD_REASONS.items():
        if code == _INVALID_CREDENTIALS and f"data {data}" in message.lower():
            return SourceError(GapCause.DENIED, f"bind as {user} refused: {reason}{words}", remedy)
    name, cause, remedy = _BIND_RESULTS.get(code) or _RESULTS.get(code, (f"result code {code}", GapCause.DENIED, ""))
    return SourceError(cause, f"bind as {user} refused: {name} ({code}){words}", remedy)


_OPERATIONS_ERROR, _INVALID_CREDENTIALS = 1, 49
_BIND_FIRST = ("000004DC", "00002020")
"""How a Windows and a Samba domain controller refuse a search by nobody (MS-ERREF 2.2)."""
_PROTECT = (
    "the server wants a protected connection: set tls.mode to ldaps or starttls; with bind.method gssapi over TLS,"
    " either bind with simple and a password over LDAPS, or let the server accept SASL over TLS without signing"
    " (Samba: ldap server require strong auth = allow_sasl_over_tls)"
)
_SIZE = (
    "let the reading account read everything in pages; OpenLDAP, for the database:"
    ' limits dn.exact="<reading account>" size=unlimited size.pr=1000 size.prtotal=unlimited time=unlimited'
)
_PAGE = (
    "set page_size of the source to what the server allows (AD: MaxPageSize in its query policy, 1000 by default;"
    " OpenLDAP: size.pr), and let the reading account page through everything; OpenLDAP, for the database:"
    ' limits dn.exact="<reading account>" size.pr=1000 size.prtotal=unlimited'
)
_TIME = (
    "let the reading account search longer (AD: MaxQueryDuration in the query policy; OpenLDAP: limits time=unlimited)"
    ", or lower page_size"
)
_LATER = "scan again when the server has less to do, or read another server of the same directory"
_LIMITS = frozenset({3, 4, 11, 51, 52, 80})

_RESULTS: dict[int, tuple[str, GapCause, str]] = {
    1: ("operationsError", GapCause.DENIED, ""),
    2: ("protocolError", GapCause.UNSUPPORTED, ""),
    3: ("timeLimitExceeded", GapCause.TIMED_OUT, _TIME),
    4: ("sizeLimitExceeded", GapCause.DENIED, _SIZE),
    7: ("authMethodNotSupported", GapCause.UNSUPPORTED, "choose a bind.method that the server offers"),
    8: ("strongerAuthRequired", GapCause.DENIED, _PROTECT),
    10: ("referral", GapCause.ABSENT, "this server does not hold the base: name the server that does, or correct base"),
    11: ("adminLimitExceeded", GapCause.DENIED, _PAGE),
    12: (
        "unavailableCriticalExtension",
        GapCause.UNSUPPORTED,
        "the server cannot page its answers (RFC 2696)",
    ),
    13: ("confidentialityRequired", GapCause.DENIED, _PROTECT),
    32: (
        "noSuchObject",
        GapCause.ABSENT,
        "correct base in the settings, or let the reading account read it: some servers say this of what they hide",
    ),
    34: ("invalidDNSyntax", GapCause.ABSENT, "base or a group in the source's settings is no distinguished name"),
    50: ("insufficientAccessRights", GapCause.DENIED, "let the reading account read the base and what is below it"),
    51: ("busy", GapCause.TIMED_OUT, _LATER),
    52: ("unavailable", GapCause.UNREACHABLE, _LATER),
    53: ("unwillingToPerform", GapCause.DENIED, ""),
    80: ("other", GapCause.UNSUPPORTED, ""),
}
"""Result codes of RFC 4511 appendix A.2: name, cause where nothing was obtained, remedy."""

_BIND_RESULTS: dict[int, tuple[str, GapCause, str]] = {
    32: ("noSuchObject", GapCause.DENIED, "correct bind.user"),
    34: (
        "invalidDNSyntax",
        GapCause.DENIED,
        "bind.user must be a distinguished name (Active Directory: or user@REALM)",
    ),
    48: ("inappropriateAuthentication", GapCause.DENIED, "the server refuses this bind.method for this user"),
    49: ("invalidCredentials", GapCause.DENIED, "check bind.user and the password that bind.password points at"),
    53: ("unwillingToPerform", GapCause.DENIED, "the server refuses this bind.method"),
}

_AD_REASONS: dict[str, tuple[str, str]] = {
    "525": ("there is no such user", "correct bind.user"),
    "52e": ("wrong user name or password", "check bind.user and the password that bind.password points at"),
    "530": ("the user may not log on at this hour", "change the account's log-on hours"),
    "531": ("the user may not log on from this host", "change the account's list of workstations"),
    "532": (
        "the password has expired",
        "set a new one for the reading account, and store it where bind.password points",
    ),
    "533": ("the account is disabled", "enable the reading account"),
    "568": ("the user is a member of too many groups", "use an account of its own for reading"),
    "701": ("the account has expired", "move the account's end date"),
    "773": ("the password must be changed first", "set a password that need not be changed at the next log-on"),
    "775": ("the account is locked out", "unlock the reading account, and find what uses a wrong password for it"),
}
"""Windows error codes (hexadecimal) in Active Directory's message for invalidCredentials (MS-ERREF 2.2)."""
