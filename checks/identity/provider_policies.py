"""What the policies of an authentication server demand: who is let through with a password alone (privacyIDEA 3.14)."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Literal

from collector.records.factors import FactorPolicy

LENIENT = frozenset({"passthru", "passOnNoToken", "passOnNoUser"})
"""Actions by which someone without a token is let in: with the directory's password, or with nothing at all."""


def lenient(policies: Iterable[FactorPolicy], realm: str | None) -> str | None:
    """The first active policy, by name, that lets someone of the realm in without a token; None where there is none."""
    names = sorted(
        policy.name
        for policy in policies
        if policy.active is not False
        and _touches(policy, realm)
        and any(action.partition("=")[0] in LENIENT for action in policy.actions)
    )
    return names[0] if names else None


def demanded(policies: Iterable[FactorPolicy], realm: str | None) -> Literal["two", "one", "unknown"]:
    """What the server demands of everyone in the realm (None: of everyone in any).

    Two only where the directory's password is demanded beside the token (otppin=userstore). Without that policy the PIN
    of a token may be empty, and then the token alone is enough.
    """
    held = tuple(policies)
    if lenient(held, realm) is not None:
        return "one"
    pins = [policy for policy in held if policy.active is not False and _touches(policy, realm) and _pin(policy)]
    if any(_pin(policy) != "userstore" for policy in pins):
        return "unknown"
    whole = any(policy.active and not policy.limited and _covers(policy, realm) for policy in pins)
    return "two" if whole else "unknown"


def _pin(policy: FactorPolicy) -> str:
    return next((action.partition("=")[2] for action in policy.actions if action.startswith("otppin=")), "")


def _touches(policy: FactorPolicy, realm: str | None) -> bool:
    return not policy.realms or realm is None or realm.casefold() in {each.casefold() for each in policy.realms}


def _covers(policy: FactorPolicy, realm: str | None) -> bool:
    return not policy.realms or (realm is not None and realm.casefold() in {each.casefold() for each in policy.realms})
