"""What answers of the DNS say about a mail domain: pure, from the answer's bytes to plain values.

The bytes are anyone's who publishes records, so sizes and numbers are bounded here.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, TypeVar

import dns.exception
import dns.flags
import dns.message
import dns.rcode
import dns.rdata
from dns.rdtypes.ANY.MX import MX
from dns.rdtypes.ANY.TLSA import TLSA
from dns.rdtypes.ANY.TXT import TXT
from dns.rdtypes.IN.A import A
from dns.rdtypes.IN.AAAA import AAAA

from collector.evidence import GapCause
from collector.records.mail import Published
from collector.source import SourceError

D = TypeVar("D", bound=dns.rdata.Rdata)

MAX_SERVERS = 20
"""Mail servers of one domain that are asked about; with more, the rest is a gap."""
MAX_ADDRESSES = 4
MAX_RECORDS = 100
"""TXT records of one name that are looked at: SPF checks of receivers read them all, and stop far sooner."""
_MAX_TEXT = 4096

_FAILURES = {
    dns.rcode.SERVFAIL: (
        GapCause.UNREACHABLE,
        "the resolver could not get an answer (SERVFAIL)",
        "look at the domain's name servers and its DNSSEC signatures: a resolver that validates answers so to bad ones",
    ),
    dns.rcode.REFUSED: (
        GapCause.DENIED,
        "the resolver refused the question (REFUSED)",
        "let this host ask the resolver, or name another one under `resolvers`",
    ),
}
_SPF_RESULTS: dict[str, Literal["pass", "fail", "softfail", "neutral"]] = {
    "-": "fail",
    "~": "softfail",
    "?": "neutral",
    "+": "pass",
    "": "pass",
}
_SPF = re.compile(r"v=spf1(?: |$)", re.IGNORECASE)
_SPF_ALL = re.compile(r"([-~?+]?)all", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Exchangers:
    """The hosts that take mail for a domain, as MX records name them."""

    hosts: tuple[tuple[int, str], ...]
    """Preference and host, the most preferred first."""
    null: bool
    """Whether the domain says that it takes no mail."""


def read_message(wire: bytes) -> dns.message.Message:
    """The answer as a message; raises SourceError (malformed) where it is none."""
    try:
        return dns.message.from_wire(wire)
    except (dns.exception.DNSException, ValueError) as error:
        raise _malformed(error) from error


def failure(message: dns.message.Message) -> SourceError | None:
    """Why the answer tells nothing of the name; None where it does, if only that there is no such name."""
    code = message.rcode()
    if code in {dns.rcode.NOERROR, dns.rcode.NXDOMAIN}:
        return None
    cause, detail, remedy = _FAILURES.get(
        code,
        (GapCause.UNSUPPORTED, f"the resolver answered {dns.rcode.to_text(code)}", "name another under `resolvers`"),
    )
    return SourceError(cause, detail, remedy)


def exchangers(wire: bytes) -> Exchangers:
    """The answer to MX; raises SourceError (absent) where there is no such domain."""
    message = read_message(wire)
    found = _rows(message, MX)
    if message.rcode() == dns.rcode.NXDOMAIN:
        raise SourceError(
            GapCause.ABSENT, "there is no such domain (NXDOMAIN)", "correct `domains`, or look at the zone"
        )
    hosts = {(int(row.preference), row.exchange.to_text(omit_final_dot=True).lower()) for row in found}
    named = {(preference, host) for preference, host in hosts if host not in {"", "."}}
    return Exchangers(tuple(sorted(named)), null=bool(hosts) and not named)


def texts(wire: bytes) -> tuple[str, ...]:
    """The answer to TXT: each record's strings put together; empty where there are none."""
    found = [b"".join(row.strings)[:_MAX_TEXT] for row in _rows(read_message(wire), TXT)]
    return tuple(sorted(each.decode("ascii", "replace") for each in found[:MAX_RECORDS]))


def bindings(wire: bytes) -> tuple[int, bool | None]:
    """The answer to TLSA: number of records, and whether the resolver validated them; None where there are none."""
    message = read_message(wire)
    count = len(_rows(message, TLSA))
    return count, bool(message.flags & dns.flags.AD) if count else None


def addresses(wire: bytes) -> tuple[str, ...]:
    """The answer to A or AAAA."""
    message = read_message(wire)
    found = [str(row.address) for row in _rows(message, A)] + [str(row.address) for row in _rows(message, AAAA)]
    return tuple(sorted(found)[:MAX_ADDRESSES])


def spf(records: Iterable[str]) -> tuple[Published, Literal["pass", "fail", "softfail", "neutral"] | None]:
    """SPF among a domain's texts, and what it says of all other senders; several are an error (RFC 7208, 4.5)."""
    found = [each for each in records if _SPF.match(each)]
    if len(found) != 1:
        return ("invalid" if found else "absent"), None
    words = (_SPF_ALL.fullmatch(word) for word in found[0].split()[1:])
    first = next((match for match in words if match), None)
    return "present", _SPF_RESULTS[first[1]] if first else None


def dmarc(records: Iterable[str]) -> Literal["absent", "none", "quarantine", "reject", "invalid"]:
    """The policy among the texts of `_dmarc`; several are as none (RFC 7489, 6.6.3), and said to be invalid."""
    found = _tagged(records, "v", "DMARC1")
    if len(found) != 1:
        return "invalid" if found else "absent"
    match found[0].get("p", "").lower():
        case "none":
            return "none"
        case "quarantine":
            return "quarantine"
        case "reject":
            return "reject"
        case _:
            return "invalid"


def mta_sts(records: Iterable[str]) -> Published:
    """Whether the texts of `_mta-sts` announce a policy (RFC 8461, 3.1)."""
    found = _tagged(records, "v", "STSv1")
    if not found:
        return "absent"
    name = found[0].get("id", "")
    return "present" if len(found) == 1 and name.isalnum() and name.isascii() and len(name) <= 32 else "invalid"


def tls_reports(records: Iterable[str]) -> Published:
    """Whether the texts of `_smtp._tls` say where reports go (RFC 8460, 3)."""
    found = _tagged(records, "v", "TLSRPTv1")
    if not found:
        return "absent"
    return "present" if len(found) == 1 and found[0].get("rua") else "invalid"


def has_key(records: Iterable[str]) -> bool:
    """Whether the texts of a DKIM selector hold a key; an empty one was revoked (RFC 6376, 3.6.1)."""
    tags = (_tags(each) for each in records)
    return any(each.get("v", "DKIM1") == "DKIM1" and each.get("p") for each in tags)


def _rows(message: dns.message.Message, kind: type[D]) -> list[D]:
    """The records that answer the question, over aliases; none where the name or the type is not there."""
    wrong = failure(message)
    if wrong is not None:
        raise wrong
    if not isinstance(message, dns.message.QueryMessage) or not message.question:
        raise SourceError(GapCause.MALFORMED, "the answer repeats no question", "name another under `resolvers`")
    try:
        answer = message.resolve_chaining().answer
    except dns.exception.DNSException as error:
        raise _malformed(error) from error
    return [row for row in answer or () if isinstance(row, kind)]


def _tagged(records: Iterable[str], tag: str, value: str) -> list[dict[str, str]]:
    """The records whose first tag is the given one; others of the same name are no such record."""
    found = [_tags(each) for each in records]
    return [each for each in found if next(iter(each.items()), None) == (tag, value)]


def _tags(record: str) -> dict[str, str]:
    """`a=1; b=2` as a table; the first of two alike counts."""
    found: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), value.strip())
    return found


def _malformed(error: Exception) -> SourceError:
    words = f"the answer could not be read: {type(error).__name__}"
    return SourceError(GapCause.MALFORMED, words, "ask the resolver yourself, or name another under `resolvers`")
