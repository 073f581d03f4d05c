"""Identifiers that mean the same in every Windows domain and language (MS-DTYP 2.4.2.4): names for people to read."""

from __future__ import annotations

EVERYBODY = {
    "S-1-1-0": "Everyone",
    "S-1-2-0": "Local",
    "S-1-2-1": "Console Logon",
    "S-1-5-1": "Dialup",
    "S-1-5-2": "Network",
    "S-1-5-3": "Batch",
    "S-1-5-4": "Interactive",
    "S-1-5-7": "Anonymous",
    "S-1-5-11": "Authenticated Users",
    "S-1-5-13": "Terminal Server Users",
    "S-1-5-14": "Remote Interactive Logon",
    "S-1-5-15": "This Organization",
    "S-1-5-32-545": "Users",
    "S-1-5-32-546": "Guests",
    "S-1-5-64-10": "NTLM Authentication",
    "S-1-5-64-14": "SChannel Authentication",
    "S-1-5-64-21": "Digest Authentication",
    "S-1-5-113": "Local Account",
    "S-1-5-1000": "Other Organization",
    "S-1-18-1": "Authentication Authority Asserted Identity",
    "S-1-18-2": "Service Asserted Identity",
}
"""Identifiers that stand for everybody, or for everybody who comes in by one usual way."""
_OWN = {
    "S-1-3-0": "Creator Owner",
    "S-1-3-1": "Creator Group",
    "S-1-5-6": "Service",
    "S-1-5-8": "Proxy",
    "S-1-5-9": "Enterprise Domain Controllers",
    "S-1-5-10": "Self",
    "S-1-5-12": "Restricted Code",
    "S-1-5-17": "IUSR",
    "S-1-5-18": "Local System",
    "S-1-5-19": "Local Service",
    "S-1-5-20": "Network Service",
    "S-1-5-33": "Write Restricted",
    "S-1-5-114": "Local Account and Member of Administrators Group",
}
WELL_KNOWN = EVERYBODY | _OWN
"""Every identifier that has a name and no domain."""


def shown(identifier: str) -> str:
    """`Authenticated Users (S-1-5-11)` for one that has a name everywhere; anything else as it is."""
    name = WELL_KNOWN.get(identifier)
    return identifier if name is None else f"{name} ({identifier})"
