"""How many factors a log-on by SSH takes, from what sshd and PAM demand (sshd_config(5), pam.conf(5))."""

from __future__ import annotations

from typing import Literal

from collector.records.identity import SshAccess

Factors = Literal["two", "one", "none-allowed", "unknown"]

_KEY, _PASSWORD, _CODE = "key", "password", "code"


def factors(access: SshAccess) -> Factors:
    """The fewest factors with which someone gets in; `none-allowed` where nobody can log on at all.

    A key, a password and a code from another device are one factor each; two of the same are one. keyboard-interactive
    is what PAM makes of it: a password where PAM asks for one, a code only where a module demands it and it cannot be
    left out.
    """
    if access.user == "root" and access.permit_root_login == "no":
        return "none-allowed"
    alternatives = _alternatives(access)
    if alternatives is None:
        return "unknown"
    if not alternatives:
        return "none-allowed"
    kinds = [_kinds(alternative, access) for alternative in alternatives]
    if any(kind is not None and len(kind) < 2 for kind in kinds):
        return "one"
    return "unknown" if None in kinds else "two"


def _alternatives(access: SshAccess) -> tuple[tuple[str, ...], ...] | None:
    """Lists of methods, each of which is enough together; None where sshd did not tell."""
    allowed = {
        "publickey": access.public_key,
        "password": access.password,
        "keyboard-interactive": access.keyboard_interactive,
    }
    if access.user == "root" and access.permit_root_login in {"prohibit-password", "without-password"}:
        allowed["password"] = allowed["keyboard-interactive"] = False
    listed = tuple(each for each in access.authentication_methods if each != "any")
    if listed:
        split = [tuple(each.split(",")) for each in listed]
        return tuple(methods for methods in split if all(allowed.get(_method(name)) is not False for name in methods))
    if None in allowed.values():
        return None
    return tuple((name,) for name, on in allowed.items() if on)


def _method(name: str) -> str:
    return name.partition(":")[0]


def _kinds(methods: tuple[str, ...], access: SshAccess) -> set[str] | None:
    kinds: set[str] = set()
    for method in map(_method, methods):
        if method == "publickey":
            kinds.add(_KEY)
        elif method == "password":
            kinds.add(_PASSWORD)
        elif method == "keyboard-interactive":
            asked = _interactive(access)
            if asked is None:
                return None
            kinds |= asked
        else:
            return None
    return kinds


def _interactive(access: SshAccess) -> set[str] | None:
    if access.use_pam is False:
        return {_PASSWORD}
    if access.use_pam is None or access.pam_second_factors is None:
        return None
    if not access.pam_second_factors or access.pam_optional:
        return {_PASSWORD}
    if access.pam_optional is None:
        return None
    return {_CODE, _PASSWORD} if access.pam_password else {_CODE}
