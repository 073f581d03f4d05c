"""Users of Entra ID, out of Graph's answers; pure functions.

Sources: the Graph v1.0 pages of user, signInActivity and userRegistrationDetails.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from collector.directory.entra_values import flag, identifier, members, moment, text, texts
from collector.directory.person_keys import key_of_person
from collector.directory.times import MalformedValueError
from collector.records.cloud import AuthenticationRegistration, CloudUser, GuestType, PerUserMfa, PerUserMfaState
from collector.records.identity import Account

USER_FIELDS = ("id", "userPrincipalName", "accountEnabled", "userType", "externalUserState", "creationType")
"""What tells a user's name, state and sort."""
ACCOUNT_FIELDS = (*USER_FIELDS, "createdDateTime", "lastPasswordChangeDateTime", "passwordPolicies")
SUCCESSES_SINCE = datetime(2023, 12, 1, tzinfo=UTC)
"""Graph keeps lastSuccessfulSignInDateTime since then, and did not fill it in for earlier sign-ins."""


def parse_user(item: dict[str, Any], service_accounts: frozenset[str]) -> CloudUser:
    """A user as access policies see them; raises MalformedValueError."""
    name = _name(item)
    return CloudUser(
        name=name,
        identifier=identifier(item.get("id")),
        category="service" if name.casefold() in service_accounts else "person",
        enabled=flag(item.get("accountEnabled")),
        guest_type=guest_type(item),
    )


def guest_type(item: dict[str, Any]) -> GuestType | None:
    """What sort of guest a user is, by userType and whether they were invited; None where the type is not told."""
    kind = text(item.get("userType"))
    if kind not in {"Member", "Guest"}:
        return None
    invited = (
        text(item.get("externalUserState")) is not None
        or text(item.get("creationType")) == "Invitation"
        or "#EXT#" in _name(item)
    )
    if kind == "Guest":
        return "b2b-guest" if invited else "internal-guest"
    return "b2b-member" if invited else "none"


def parse_account(
    item: dict[str, Any], *, sign_ins_read: bool, person_key: str, service_accounts: frozenset[str]
) -> Account:
    """An account; raises MalformedValueError.

    Use is lastSuccessfulSignInDateTime alone: lastSignInDateTime and lastNonInteractiveSignInDateTime are attempts,
    which may have failed. Without any, an account counts as never used only if it was created after Graph began to
    keep it.
    """
    name, created = _name(item), moment(item.get("createdDateTime"))
    activity = members(item.get("signInActivity"))
    used = moment(activity.get("lastSuccessfulSignInDateTime")) if sign_ins_read else None
    never = sign_ins_read and used is None and created is not None and created >= SUCCESSES_SINCE
    policies = text(item.get("passwordPolicies"))
    guest = guest_type(item)
    return Account(
        name=name,
        principal_name=name if "@" in name else None,
        identifier=identifier(item.get("id")),
        category="service" if name.casefold() in service_accounts else "person",
        person_key=_person_key(item, person_key),
        enabled=flag(item.get("accountEnabled")),
        created=created,
        last_used=used,
        last_used_from="signInActivity.lastSuccessfulSignInDateTime" if used else None,
        last_used_lag_days=0 if used else None,
        never_used=True if never else (None if used is None else False),
        password_set=moment(item.get("lastPasswordChangeDateTime")),
        password_never_expires=None if policies is None else "DisablePasswordExpiration" in policies,
        external=None if guest is None else guest != "none",
    )


def parse_registration(item: dict[str, Any]) -> AuthenticationRegistration:
    """The methods that one user has registered; raises MalformedValueError."""
    return AuthenticationRegistration(
        name=_name(item),
        identifier=identifier(item.get("id")),
        mfa_registered=flag(item.get("isMfaRegistered")),
        mfa_capable=flag(item.get("isMfaCapable")),
        passwordless_capable=flag(item.get("isPasswordlessCapable")),
        methods=texts(item.get("methodsRegistered")),
        updated=moment(item.get("lastUpdatedDateTime")),
    )


def parse_per_user(name: str, user: str, item: dict[str, Any]) -> PerUserMfa:
    """The per-user MFA of one user (Graph beta: authentication-get, strongAuthenticationRequirements)."""
    state = text(item.get("perUserMfaState"))
    known: dict[str | None, PerUserMfaState] = {"disabled": "disabled", "enabled": "enabled", "enforced": "enforced"}
    return PerUserMfa(name=name, identifier=user, state=known.get(state))


def _name(item: dict[str, Any]) -> str:
    name = text(item.get("userPrincipalName"))
    if name is None:
        raise MalformedValueError("a user without userPrincipalName")
    return name


def _person_key(item: dict[str, Any], key: str) -> str | None:
    if key == "employeeId":
        return key_of_person(text(item.get(key)))
    return key_of_person(text(members(item.get("onPremisesExtensionAttributes")).get(key)))
