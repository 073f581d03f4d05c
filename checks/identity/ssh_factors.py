"""How many factors a log-on by SSH takes, from what sshd and PAM demand (sshd_config(5), pam.conf(5))."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from collector.records.identity import SshAccess

Factors = Literal["two", "one", "none-allowed", "unknown"]

_KEY, _PASSWORD, _CODE, _ELSEWHERE, _PERHAPS = "key", "password", "code", "elsewhere", "perhaps"

_ROOT_WITHOUT_PASSWORD = frozenset({"prohibit-password", "without-password", "forced-commands-only"})
ASK_ANOTHER_SERVER = frozenset({"pam_radius_auth.so"})
"""PAM modules that leave it to a server what is asked for: RADIUS may ask for a code, or for the same password."""


def factors(access: SshAccess) -> Factors:
    """The fewest factors with which someone gets in; `none-allowed` where nobody can log on at all.

    A key, a password and a code from another device are one factor each; two of the same are one. keyboard-interactive
    is what PAM makes of it: a password where PAM asks for one, a code only where a module demands it and it cannot be
    left out. A Kerberos ticket may be got by a password or by a card, which sshd does not tell. Whether the user, and
    root among them, may log on at all must be known before it is said that one factor is enough.
    """
    if access.user is not None and access.let_in is False:
        return "none-allowed"
    if access.user == "root" and access.permit_root_login == "no":
        return "none-allowed"
    alternatives = _alternatives(access)
    if not alternatives:
        return "none-allowed"
    kinds = [None if each is None else _settled(_kinds(each, access)) for each in alternatives]
    if any(kind is not None and len(kind) < 2 for kind in kinds):
        closed = access.user is not None and access.let_in is None
        return "unknown" if closed or (access.user == "root" and access.permit_root_login is None) else "one"
    return "unknown" if None in kinds else "two"


def fewest(found: Iterable[Factors]) -> Factors:
    """What several ways in come to together, the weakest deciding; `unknown` where there is none."""
    several = set(found)
    order: tuple[Factors, ...] = ("one", "unknown", "two", "none-allowed")
    return next((each for each in order if each in several), "unknown")


def _alternatives(access: SshAccess) -> tuple[tuple[str, ...] | None, ...]:
    """Lists of methods, each of which is enough together; None for one that sshd did not tell of."""
    allowed = {
        "publickey": access.public_key,
        "password": access.password,
        "keyboard-interactive": access.keyboard_interactive,
        "gssapi-with-mic": access.gssapi,
        "hostbased": access.host_based,
    }
    if access.user == "root" and access.permit_root_login in _ROOT_WITHOUT_PASSWORD:
        allowed["password"] = allowed["keyboard-interactive"] = False
    listed = tuple(each for each in access.authentication_methods if each != "any")
    if listed:
        split = [tuple(each.split(",")) for each in listed]
        return tuple(methods for methods in split if all(allowed.get(_method(name)) is not False for name in methods))
    return tuple(None if on is None else (name,) for name, on in allowed.items() if on is not False)


def _method(name: str) -> str:
    return name.partition(":")[0]


def _kinds(methods: tuple[str, ...], access: SshAccess) -> set[str] | None:
    kinds: set[str] = set()
    for method in map(_method, methods):
        if method == "publickey":
            kinds.add(_KEY)
        elif method == "password":
            kinds.add(_PASSWORD)
        elif method == "hostbased":
            continue  # the client's host vouches for the user, who shows nothing
        elif method == "keyboard-interactive":
            asked = _interactive(access)
            if asked is None:
                return None
            kinds |= asked
        else:
            return None
    return kinds


def _settled(kinds: set[str] | None) -> set[str] | None:
    """The sorts, or None where it is not known whether they are one or two.

    Beside a key, whatever another server asks for is a second factor; beside a password it may be the password again. A
    password that may be asked for (`perhaps`) is none.
    """
    if kinds is not None and _PERHAPS in kinds:
        kinds = kinds - {_PERHAPS}
        return kinds if len(kinds - {_ELSEWHERE}) > 1 else None
    if kinds is None or _ELSEWHERE not in kinds or _KEY in kinds or _CODE in kinds:
        return kinds
    return None


def _interactive(access: SshAccess) -> set[str] | None:
    if access.use_pam is False:
        return {_PASSWORD}
    if access.use_pam is None or access.pam_second_factors is None:
        return None
    if not access.pam_second_factors or access.pam_optional:
        return {_PASSWORD}
    if access.pam_optional is None:
        return None
    asked = {_ELSEWHERE} if ASK_ANOTHER_SERVER & set(access.pam_second_factors) else {_CODE}
    if access.pam_password is None:
        return asked | {_PERHAPS}
    return asked | {_PASSWORD} if access.pam_password else asked
