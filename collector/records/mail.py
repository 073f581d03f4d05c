"""Mail: what the DNS says of a domain, how its mail servers take mail, and the service for encrypted messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Literal

Published = Literal["absent", "present", "invalid"]
"""A policy in the DNS: not there; there; or there in a form that receivers must disregard (several, or malformed)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MailDomain:
    """What one mail domain publishes in the DNS about its mail; None where the DNS did not answer."""

    domain: str
    mail_servers: int | None = None
    """Hosts named by MX records (RFC 5321, section 5.1)."""
    takes_no_mail: bool | None = None
    """Whether it says by a null MX that it takes no mail (RFC 7505)."""
    mta_sts: Published | None = None
    """TXT of `_mta-sts` (RFC 8461); the policy itself lies on a web server and is not read."""
    tls_reports: Published | None = None
    """TXT of `_smtp._tls` (RFC 8460)."""
    spf: Published | None = None
    """TXT of the domain (RFC 7208)."""
    spf_all: Literal["pass", "fail", "softfail", "neutral"] | None = None
    """What SPF says of all other senders; None without `all`."""
    dmarc: Literal["absent", "none", "quarantine", "reject", "invalid"] | None = None
    """Policy in the TXT of `_dmarc` of this very domain (RFC 7489); that of a domain above it is not looked for."""
    dkim: tuple[str, ...] | None = None
    """Of the selectors that the settings name, those with a key (RFC 6376); None where one was not answered."""

    @property
    def subject(self) -> str:
        """The domain."""
        return self.domain


@dataclass(frozen=True, slots=True, kw_only=True)
class MailServer:
    """One host that takes mail for a domain, by its MX record."""

    domain: str
    host: str
    preference: int | None = None
    tlsa: int | None = None
    """TLSA records at `_25._tcp` of the host (DANE, RFC 7672); None where the DNS did not answer."""
    tlsa_validated: bool | None = None
    """Whether the resolver says that it validated them (flag AD, RFC 4035): without DNSSEC, DANE binds nobody."""
    starttls: bool | None = None
    """Whether TLS comes about after STARTTLS (RFC 3207); None where that was not tried or gave no answer."""
    tls_version: str | None = None
    """Version agreed to, e.g. `1.3`."""
    refusal: str | None = None
    """Why there was no TLS: the server's or OpenSSL's own words."""

    @property
    def subject(self) -> str:
        """`host: domain`: a host may take mail for several."""
        return f"{self.host}: {self.domain}"


@dataclass(frozen=True, slots=True, kw_only=True)
class MessageEncryption:
    """One service by which messages are sent encrypted to their reader (secure messages, encrypted e-mail)."""

    service: str
    audience: Literal["outside", "inside", "both"] | None = None
    """Whom messages can be sent to: outside the organisation, within it, or both."""
    decided: date | None = None
    """When it was decided on."""
    valid_until: date | None = None
    """Last day of the decision or contract; None: open-ended."""
    users: str | None = None
    """Who in the organisation may use it."""
    row: int | None = None

    @property
    def subject(self) -> str:
        """The service."""
        return self.service
