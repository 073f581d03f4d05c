"""Kerberos by the library gssapi, which is there only where someone installed it: as whom, and what its errors mean."""

from __future__ import annotations

from collector.evidence import GapCause
from collector.source import SourceError

_GET_TICKET = "get a ticket for the reading account: kinit <account>@<REALM>, by a keytab for scheduled scans"
_MEANINGS = (
    ("No Kerberos credentials", "there is no ticket", _GET_TICKET),
    ("No credentials", "there is no ticket", _GET_TICKET),
    ("expired", "the ticket has expired", f"{_GET_TICKET}; renew it before each scan"),
    (
        "not found in Kerberos database",
        "no ticket is to be had for a server of this name",
        "give the server by its name in the domain (dc1.corp.example.test), as host or tls.server_name; not by address",
    ),
    (
        "Clock skew",
        "the clocks of this host and of the domain differ by more than Kerberos allows (5 minutes)",
        "set this host's clock by the domain's time source",
    ),
    (
        "Cannot contact any KDC",
        "no domain controller answers for tickets",
        "let this host reach port 88 of a domain controller, and name one in krb5.conf where DNS does not",
    ),
    (
        "Cannot find KDC",
        "no domain controller is known for the realm",
        "name one in krb5.conf, or let this host ask the domain's DNS",
    ),
)
"""What the libraries say (MIT krb5), what it means, and what to do."""


def missing(where: str) -> SourceError:
    """The library is not there."""
    return SourceError(
        GapCause.UNSUPPORTED,
        f"{where}: Kerberos needs the Python package gssapi, which is not installed",
        "install styrk[kerberos] into Styrk's environment (gssapi is compiled there and needs libkrb5-dev), or use"
        " bind.method simple over TLS",
    )


def failure(error: Exception, where: str) -> SourceError:
    """What an error of the library means."""
    words = str(error)
    meaning, remedy = next(
        ((meaning, remedy) for sign, meaning, remedy in _MEANINGS if sign.casefold() in words.casefold()),
        ("no log-on by ticket", f"{_GET_TICKET}; and give the host by the name that its ticket carries"),
    )
    return SourceError(GapCause.DENIED, f"{where}: Kerberos: {meaning}: {words}", remedy)


def principal() -> str | None:
    """As whom the ticket in use was given; None where that cannot be told."""
    try:
        import gssapi  # type: ignore[import-not-found,unused-ignore]  # not in the lock, and has no wheels

        return str(gssapi.Credentials(usage="initiate").name)
    except Exception:  # noqa: BLE001  # a name for the provenance: the library raises its own errors and ImportError
        return None
