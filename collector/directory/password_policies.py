"""Rules for passwords and lockout as directories hold them; pure.

Active Directory: the domain's own entry (MS-SAMR 3.1.1.5, MS-ADA1) and its fine-grained policies
(msDS-PasswordSettings, MS-ADA2). OpenLDAP: pwdPolicy entries (draft-behera-ldap-password-policy 5.2).

A fine-grained policy can be read by domain administrators only, where nobody has changed that. Its links
(msDS-PSOApplied on accounts and groups) can be read by everyone: a policy that is linked and not seen is a gap.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator

from collector.directory.names import dn_key, first_value, relative_names
from collector.directory.times import parse_integer
from collector.records.directory import PasswordPolicy
from collector.transport.ldap import Entry, Search

COMPLEX, STORE_CLEARTEXT = 1, 16
"""pwdProperties (MS-SAMR 2.2.3.14)."""
DOMAIN_ATTRIBUTES = (
    *("minPwdLength", "maxPwdAge", "pwdHistoryLength", "pwdProperties"),
    *("lockoutThreshold", "lockoutDuration"),
)
PSO_CONTAINER = "CN=Password Settings Container,CN=System"
_PSO = "msDS-PasswordSettings"
_PSO_ATTRIBUTES = (
    *("cn", "msDS-PasswordSettingsPrecedence", "msDS-PSOAppliesTo", "msDS-MinimumPasswordLength"),
    *("msDS-MaximumPasswordAge", "msDS-PasswordHistoryLength", "msDS-PasswordComplexityEnabled"),
    *("msDS-PasswordReversibleEncryptionEnabled", "msDS-LockoutThreshold", "msDS-LockoutDuration"),
)
_PPOLICY_ATTRIBUTES = (
    *("cn", "pwdMinLength", "pwdInHistory", "pwdMaxAge", "pwdLockout", "pwdMaxFailure", "pwdLockoutDuration"),
    *("pwdCheckQuality",),
)
_NEVER = -(2**63)
_DAY, _MINUTE = 864_000_000_000, 600_000_000
"""In steps of 100 nanoseconds."""


def pso_search(domain: str, page_size: int) -> Search:
    """The fine-grained policies of a domain."""
    return Search(f"{PSO_CONTAINER},{domain}", "one", f"(objectClass={_PSO})", _PSO_ATTRIBUTES, page_size)


def linked_search(domain: str, page_size: int) -> Search:
    """The accounts and groups that a fine-grained policy is linked to."""
    return Search(domain, "subtree", "(msDS-PSOApplied=*)", ("msDS-PSOApplied",), page_size)


def ppolicy_search(base: str, page_size: int) -> Search:
    """The policies below a base of OpenLDAP."""
    return Search(base, "subtree", "(objectClass=pwdPolicy)", _PPOLICY_ATTRIBUTES, page_size)


def ppolicy_use_search(base: str, page_size: int) -> Search:
    """The entries that a policy is named for."""
    return Search(base, "subtree", "(pwdPolicySubentry=*)", ("pwdPolicySubentry",), page_size)


def domain_policy(entry: Entry) -> PasswordPolicy | None:
    """The domain's own policy; None where all of it is hidden. Raises MalformedValueError."""
    if not any(entry.values(name) for name in DOMAIN_ATTRIBUTES):
        return None
    properties = _integer(entry, "pwdProperties")
    return PasswordPolicy(
        name=dns_name(entry.dn),
        default=True,
        min_length=_integer(entry, "minPwdLength"),
        history_length=_integer(entry, "pwdHistoryLength"),
        max_age_days=_interval(entry, "maxPwdAge", _DAY),
        complexity=None if properties is None else bool(properties & COMPLEX),
        reversible_encryption=None if properties is None else bool(properties & STORE_CLEARTEXT),
        lockout_threshold=_integer(entry, "lockoutThreshold"),
        lockout_minutes=_interval(entry, "lockoutDuration", _MINUTE),
    )


def fine_grained_policy(entry: Entry, targets: Collection[bytes]) -> PasswordPolicy:
    """A fine-grained policy and the distinguished names that it is linked to; raises MalformedValueError."""
    return PasswordPolicy(
        name=entry.text("cn") or first_value(entry.dn),
        default=False,
        precedence=_integer(entry, "msDS-PasswordSettingsPrecedence"),
        applies_to=tuple(sorted(first_value(each.decode("utf-8", "backslashreplace")) for each in targets)),
        min_length=_integer(entry, "msDS-MinimumPasswordLength"),
        history_length=_integer(entry, "msDS-PasswordHistoryLength"),
        max_age_days=_interval(entry, "msDS-MaximumPasswordAge", _DAY),
        complexity=_boolean(entry, "msDS-PasswordComplexityEnabled"),
        reversible_encryption=_boolean(entry, "msDS-PasswordReversibleEncryptionEnabled"),
        lockout_threshold=_integer(entry, "msDS-LockoutThreshold"),
        lockout_minutes=_interval(entry, "msDS-LockoutDuration", _MINUTE),
    )


def unseen_policies(linked: Iterator[Entry], seen: Collection[str]) -> dict[str, str]:
    """Key and name of each policy that some entry is linked to, and that is not among the keys seen."""
    found: dict[str, str] = {}
    for entry in linked:
        for value in entry.values("msDS-PSOApplied"):
            name = value.decode("utf-8", "backslashreplace")
            if dn_key(name) not in seen:
                found[dn_key(name)] = name
    return found


def overlay_policy(entry: Entry, targets: Collection[str], *, default: bool | None) -> PasswordPolicy:
    """A policy of the overlay ppolicy and the entries that name it; raises MalformedValueError.

    An absent attribute stands for its default (draft-behera-ldap-password-policy 5.2): nothing is demanded.
    """
    locks = _boolean(entry, "pwdLockout") or False
    minimum = _integer(entry, "pwdMinLength") or 0
    if not _integer(entry, "pwdCheckQuality"):
        minimum = 0  # the length counts only where quality is checked (sections 5.2.5 and 5.2.6)
    return PasswordPolicy(
        name=entry.text("cn") or first_value(entry.dn),
        default=default,
        applies_to=tuple(sorted(targets)) if default is not True else None,
        min_length=minimum,
        history_length=_integer(entry, "pwdInHistory") or 0,
        max_age_days=-(-(_integer(entry, "pwdMaxAge") or 0) // 86400),
        lockout_threshold=_integer(entry, "pwdMaxFailure") or 0 if locks else 0,
        lockout_minutes=-(-(_integer(entry, "pwdLockoutDuration") or 0) // 60),
    )


def dns_name(dn: str) -> str:
    """`DC=corp,DC=example,DC=test` as `corp.example.test`; the name itself where it has other parts."""
    parts = [part.partition("=") for part in relative_names(dn)]
    if not parts or any(kind.strip().casefold() != "dc" for kind, _, _ in parts):
        return dn
    return ".".join(value.strip() for _, _, value in parts)


def _integer(entry: Entry, name: str) -> int | None:
    value = entry.first(name)
    return None if value is None else parse_integer(value)


def _boolean(entry: Entry, name: str) -> bool | None:
    value = entry.first(name)
    return None if value is None else value.upper() == b"TRUE"


def _interval(entry: Entry, name: str, unit: int) -> int | None:
    """A negative count of 100-nanosecond steps in begun units; 0 for «never» (0 or -2^63)."""
    steps = _integer(entry, name)
    if steps is None:
        return None
    return 0 if steps == _NEVER else -(steps // unit)
