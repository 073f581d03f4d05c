"""How services protect what is sent to them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class TlsService:
    """One service that was asked for TLS (RFC 8446, RFC 5246), by handshakes as clients make them."""

    address: str
    port: int
    name: str | None = None
    """Server name that was asked for, and that the certificate must carry."""
    version: str | None = None
    """Newest version that it agrees to, e.g. `1.3`; None where it answered without TLS."""
    oldest: str | None = None
    """Oldest version that it agrees to, of 1.0 and later; None where that was not seen."""
    cipher: str | None = None
    trusted: bool | None = None
    """Whether a client that trusts the given authorities takes its certificate, name and dates included."""
    distrust: str | None = None
    """Why not, in the words of OpenSSL."""
    not_after: datetime | None = None
    """End of its certificate, UTC."""

    @property
    def subject(self) -> str:
        """`name:port`, or the address where no name was asked for."""
        return f"{self.name or self.address}:{self.port}"
