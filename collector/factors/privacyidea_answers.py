"""What privacyIDEA 3.14 answers over REST, put into records; pure.

Sources: privacyIDEA documentation, "REST API" (Token endpoints, Policy endpoints) and "Token types"; answers of a real
3.14 server (tests/collector/recordings/privacyidea).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from collector.evidence import GapCause
from collector.records.factors import FactorPolicy, Token
from collector.source import SourceError

HELD = frozenset(
    {
        *("certificate", "daplug", "daypassword", "hotp", "motp", "ocra", "paper", "passkey", "push", "sms", "tan"),
        *("tiqr", "totp", "u2f", "vasco", "webauthn", "yubico", "yubikey"),
    }
)
"""Types of tokens that are something held."""
NOT_HELD = frozenset({"applspec", "pw", "question", "registration", "spass"})
"""Types that ask for nothing, or for something known. Every other type is not known to be a second factor."""

LIST_TOKENS, LIST_USERS, READ_POLICIES = "tokenlist", "userlist", "policyread"
NEEDED = (LIST_TOKENS, LIST_USERS, READ_POLICIES)
"""Administrator rights that reading takes, as privacyIDEA names them."""
EVERY_RIGHT = "*"

_TIMES = ("%Y-%m-%dT%H:%M%z", "%Y-%m-%dT%H:%M:%S%z")

Json = dict[str, Any]
Owner = tuple[str, str]
"""Realm and user name, folded."""


@dataclass(frozen=True, slots=True)
class TokenPage:
    """One page of the tokens."""

    tokens: tuple[Token, ...]
    count: int
    """All tokens, by the server's own count."""
    more: bool
    nameless: int
    """Tokens with an owner whom the server cannot name."""
    unread: int
    """Tokens whose time limits could not be read."""


def value_of(body: Mapping[str, Any]) -> Any:
    """`result.value` of an answer; raises SourceError malformed where there is none."""
    result = body.get("result")
    if not isinstance(result, dict) or result.get("status") is not True or "value" not in result:
        raise SourceError(
            GapCause.MALFORMED, "the answer is not one of privacyIDEA's (no result.value)", "check url in the settings"
        )
    return result["value"]


def error_of(body: Mapping[str, Any]) -> tuple[int | None, str]:
    """Code and words of a refusal (`result.error`)."""
    result = body.get("result")
    error = result.get("error") if isinstance(result, dict) else None
    if not isinstance(error, dict):
        return None, ""
    code = error.get("code")
    return code if isinstance(code, int) else None, str(error.get("message", ""))[:300]


def realms_with_users(value: Any) -> dict[str, bool]:
    """Each realm, and whether any resolver gives it users."""
    return {str(name): bool(_dict(realm).get("resolver")) for name, realm in sorted(_dict(value).items())}


def keys_of_owners(value: Any, realm: str, attribute: str) -> dict[Owner, str | None]:
    """Owner to the person's key, for every user of one realm; None for a user without one."""
    keys: dict[Owner, str | None] = {}
    for user in _list(value):
        name, key = user.get("username"), user.get(attribute)
        if isinstance(name, str) and name:
            keys[realm.casefold(), name.casefold()] = str(key).strip() or None if key is not None else None
    return keys


def token_page(value: Any, keys: Mapping[Owner, str | None]) -> TokenPage:
    """One page of tokens; raises SourceError malformed."""
    page = _dict(value)
    count = page.get("count")
    if not isinstance(count, int) or isinstance(count, bool) or count < 0:
        raise SourceError(GapCause.MALFORMED, "the list of tokens has no count")
    listed = _list(page.get("tokens"))
    read = [_token(each, keys) for each in listed]
    return TokenPage(
        tokens=tuple(token for token, _ in read),
        count=count,
        more=page.get("next") is not None,
        nameless=sum(token.user is None for token, _ in read),
        unread=sum(not timely for _, timely in read),
    )


def _token(token: Json, keys: Mapping[Owner, str | None]) -> tuple[Token, bool]:
    info = _dict(token.get("info") or {})
    name, assigned = _text(token, "username") or "", bool(_text(token, "user_id"))
    realm = _text(token, "user_realm") or None
    starts, ends = _time(info.get("validity_period_start")), _time(info.get("validity_period_end"))
    timely = isinstance(starts, datetime | None) and isinstance(ends, datetime | None)
    failures, limit = token.get("failcount"), token.get("maxfail")
    full = isinstance(failures, int) and isinstance(limit, int) and failures >= limit
    form = (_text(token, "tokentype") or "").casefold()
    return (
        Token(
            serial=_text(token, "serial") or "",
            user=name if name or not assigned else None,
            realm=realm,
            person_key=keys.get(((realm or "").casefold(), name.casefold())) if name else None,
            form=form,
            second_factor=True if form in HELD else False if form in NOT_HELD else None,
            active=_bool(token, "active") if timely else None,
            locked=True if full else _bool(token, "locked"),
            revoked=_bool(token, "revoked"),
            rollout_state=_text(token, "rollout_state"),
            valid_from=starts if isinstance(starts, datetime) else None,
            valid_until=ends if isinstance(ends, datetime) else None,
        ),
        timely,
    )


def factor_policies(value: Any) -> tuple[FactorPolicy, ...]:
    """The policies on how log-ons are checked (scope `authentication`)."""
    return tuple(
        FactorPolicy(
            name=_text(policy, "name") or "",
            active=_bool(policy, "active"),
            actions=tuple(sorted(_actions(policy))),
            realms=tuple(sorted(str(each) for each in policy.get("realm") or ())),
            limited=_limited(policy, "resolver", "user", "client", "time", "conditions", "user_agents", "pinode"),
        )
        for policy in _list(value)
        if policy.get("scope") == "authentication"
    )


def hidden_tokens(value: Any, reader: str) -> str | None:
    """What keeps tokens from this administrator, by the policies on administrators; None where nothing does.

    A right that is limited to realms, resolvers or users hides all other tokens without a word.
    """
    policies = [each for each in _list(value) if each.get("scope") == "admin" and each.get("active") is not False]
    granting = [
        policy
        for policy in policies
        if {LIST_TOKENS, EVERY_RIGHT} & {action.partition("=")[0] for action in _actions(policy)}
        and _is_about(policy, reader)
    ]
    if not policies or any(not _limited(each, "realm", "resolver", "user", "conditions") for each in granting):
        return None
    limits = sorted(f"{policy.get('name')}: {', '.join(_limits(policy)) or 'conditions'}" for policy in granting)
    return "; ".join(limits)[:300] or "no policy that grants tokenlist was found"


def _limits(policy: Json) -> list[str]:
    return [f"{name} {', '.join(map(str, policy[name]))}" for name in ("realm", "resolver", "user") if policy.get(name)]


def _is_about(policy: Json, reader: str) -> bool:
    named = [str(each).casefold() for each in policy.get("adminuser") or ()]
    return not named or reader.casefold() in named or any(each in {"*", ".*"} for each in named)


def _actions(policy: Json) -> Iterable[str]:
    actions = policy.get("action")
    for name, chosen in _dict(actions or {}).items():
        if chosen is not False:
            yield str(name) if chosen is True else f"{name}={chosen}"


def _limited(policy: Json, *conditions: str) -> bool:
    return any(policy.get(name) for name in conditions)


def _time(text: Any) -> datetime | str | None:
    """A time of `info`, UTC; the text itself where it cannot be read; None where there is none."""
    if text is None or text == "":
        return None
    for form in _TIMES:
        try:
            return datetime.strptime(str(text), form).astimezone(UTC)
        except (ValueError, OverflowError):
            continue
    return str(text)


def _text(held: Json, name: str) -> str | None:
    value = held.get(name)
    return value if isinstance(value, str) else None


def _bool(held: Json, name: str) -> bool | None:
    value = held.get(name)
    return value if isinstance(value, bool) else None


def _dict(value: Any) -> Json:
    if not isinstance(value, dict):
        raise SourceError(GapCause.MALFORMED, "the answer has another shape than privacyIDEA's")
    return value


def _list(value: Any) -> list[Json]:
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise SourceError(GapCause.MALFORMED, "the answer has another shape than privacyIDEA's")
    return value
