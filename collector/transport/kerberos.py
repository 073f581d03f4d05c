"""Kerberos by the library gssapi, which is there only where someone installed it: as whom, and what its errors mean."""

from __future__ import annotations

import re

from collector.evidence import GapCause
from collector.source import SourceError

_GET_TICKET = "get a ticket for the reading account: kinit <account>@<REALM>, by a keytab for scheduled scans"
_CLOCK = (
    "the clocks of this host and of the domain differ by more than Kerberos allows (5 minutes)",
    GapCause.DENIED,
    "set this host's clock by the domain's time source",
)
_OTHER_REALM = (
    "the ticket is of another realm than the server's",
    GapCause.DENIED,
    f"{_GET_TICKET}, in the realm of the directory or one that it trusts; klist shows the ticket that is there",
)
_SERVER_NAME = (
    "give the server by its name in the domain (dc1.corp.example.test), as host or tls.server_name, not by address; and"
    " see to it that krb5.conf (domain_realm) puts that name in the domain's realm"
)
_MEANINGS = (
    ("No Kerberos credentials", "there is no ticket", GapCause.DENIED, _GET_TICKET),
    ("No credentials", "there is no ticket", GapCause.DENIED, _GET_TICKET),
    ("expired", "the ticket has expired", GapCause.DENIED, f"{_GET_TICKET}; renew it before each scan"),
    (
        "not found in Kerberos database",
        "no ticket is to be had for a server of this name",
        GapCause.DENIED,
        _SERVER_NAME,
    ),
    ("Clock skew", *_CLOCK),
    ("not yet valid", *_CLOCK),
    ("isn't for us", *_OTHER_REALM),
    ("Matching credential not found", *_OTHER_REALM),
    (
        "Cannot contact any KDC",
        "no domain controller answers for tickets",
        GapCause.UNREACHABLE,
        "let this host reach port 88 of a domain controller, and name one in krb5.conf where DNS does not",
    ),
    (
        "Cannot find KDC",
        "no domain controller is known for the realm",
        GapCause.UNREACHABLE,
        "name one in krb5.conf, or let this host ask the domain's DNS",
    ),
)
"""What the libraries say (MIT krb5), what it means, and what to do."""
_TOLD = re.compile(r"Minor \(\d+\): (.+?)(?:, Context: [^,]*)?$", re.DOTALL)
"""The part of an error that says something: what is before it is the same in every one."""


def missing(where: str, error: Exception) -> SourceError:
    """The library is not there."""
    return SourceError(
        GapCause.UNSUPPORTED,
        f"{where}: Kerberos needs the Python packages gssapi and krb5, which are not both installed: {error}",
        "install styrk[kerberos] into Styrk's environment (it is compiled there and needs libkrb5-dev), or use"
        " bind.method simple over TLS",
    )


def failure(error: Exception, where: str) -> SourceError:
    """What an error of the library means."""
    words = str(error)
    meaning, cause, remedy = next(
        ((meaning, cause, remedy) for sign, meaning, cause, remedy in _MEANINGS if sign.casefold() in words.casefold()),
        (
            "no log-on by ticket",
            GapCause.DENIED,
            f"{_GET_TICKET}; and give the host by the name that its ticket carries",
        ),
    )
    told = _TOLD.search(words)
    return SourceError(cause, f"{where}: Kerberos: {meaning}: {told[1] if told else words}", remedy)


def principal() -> str | None:
    """As whom the ticket in use was given; None where that cannot be told."""
    try:
        import gssapi  # type: ignore[import-not-found,unused-ignore]  # not in the lock, and has no wheels

        return str(gssapi.Credentials(usage="initiate").name)
    except Exception:  # noqa: BLE001  # a name for the provenance: the library raises its own errors and ImportError
        return None
