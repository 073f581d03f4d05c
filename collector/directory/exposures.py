"""What exposes an account or a computer of Active Directory to attack, by its own attributes; pure."""

from __future__ import annotations

from collector.transport.ldap import Entry

ATTRIBUTES = ("servicePrincipalName", "msDS-AllowedToDelegateTo")
"""Asked for beside userAccountControl."""
_FLAGS = {
    0x20: "password-not-required",
    0x80: "reversible-encryption",
    0x80000: "unconstrained-delegation",
    0x200000: "des-only",
    0x400000: "pre-authentication-off",
    0x1000000: "protocol-transition",
}
"""userAccountControl (MS-ADTS 2.2.16)."""
_ANY = sum(_FLAGS)
_NONE: tuple[str, ...] = ()


def exposures(flags: int | None, entry: Entry) -> tuple[str, ...] | None:
    """Names of what is set, as `Account.exposures` lists them; None where userAccountControl is not known."""
    if flags is None:
        return None
    given = entry.attributes  # by name in lower case; asked once for every account
    delegates, principal = bool(given.get("msds-allowedtodelegateto")), bool(given.get("serviceprincipalname"))
    if not (flags & _ANY or delegates or principal):
        return _NONE
    found = [name for bit, name in _FLAGS.items() if flags & bit]
    found += ["constrained-delegation"] * delegates + ["service-principal"] * principal
    return tuple(found)
