"""OpenLDAP: searches, and what its attributes mean (RFC 2307, RFC 2798, draft-behera-ldap-password-policy); pure.

Last use. `pwdLastSuccess` (`lastbind on`, slapd 2.5) or `authTimestamp` (the contributed overlay lastbind): successful
binds at this server, exact to the configured precision, which a reader cannot see and the settings tell
(`use_lag_days`). FreeIPA: `krbLastSuccessfulAuth`, by default neither written nor replicated, so it is a lower bound,
and its absence proves nothing.

Absence. slapd treats a filter on an attribute that the reader may not search as undefined, also under «not»: an entry
that `(!(pwdLastSuccess=*))` brings has no such value. That proves no use since recording began, and no earlier than
that: it counts for accounts that were created after the oldest use on record. Other accounts stay undetermined.

What cannot be seen: entries that an access rule hides are missing from the answer, which still says success. Units that
have entries below (`hasSubordinates`) and show none are reported as gaps; a unit that is itself hidden leaves no trace.
"""

from __future__ import annotations

from collections.abc import Container, Mapping
from dataclasses import dataclass
from datetime import datetime

from collector.directory.accounts import ParsedAccount, Proof, Seen
from collector.directory.membership import Principal
from collector.directory.names import filter_value, first_value, is_in_units, place_of
from collector.directory.person_keys import key_of_person
from collector.directory.times import parse_epoch_days, parse_generalized_time
from collector.records.identity import Account, AccountCategory
from collector.records.making import quick
from collector.transport.ldap import NO_ATTRIBUTES, Entry, Search, text_of

PASSWORD_POLICY_CONTROL = b"1.3.6.1.4.1.42.2.27.8.5.1"
"""Announced in the root DSE where the overlay ppolicy is loaded; without it there is no administrative lock."""
LOCKED_FOR_EVER = b"000001010000Z"
"""pwdAccountLockedTime of an account that only an administrator unlocks (draft-behera 5.3.3)."""
ROOT_DSE = Search("", "base", "(objectClass=*)", ("supportedControl", "namingContexts"))
MEMBER_ATTRIBUTES = ("member", "uniqueMember", "memberUid")
_ACCOUNT_CLASSES = ("posixAccount", "inetOrgPerson", "simpleSecurityObject", "shadowAccount")
_ACCOUNTS = f"(|{''.join(f'(objectClass={name})' for name in _ACCOUNT_CLASSES)})"
_NO_SHELL = frozenset({b"nologin", b"false"})
_GROUP_CLASSES = frozenset({"groupofnames", "groupofuniquenames", "posixgroup", "groupofmembers", "groupofurls"})
_HOLDER_ATTRIBUTES = ("objectClass", "uid", "cn", "pwdAccountLockedTime")


@dataclass(frozen=True, slots=True)
class ServerFacts:
    """What the server and the settings say, for reading accounts."""

    person_key: str = "employeeNumber"
    service_units: tuple[str, ...] = ()
    """Keys of units whose accounts are service accounts."""
    has_password_policy: bool = True
    external_units: tuple[str, ...] = ()
    """Keys of units whose accounts belong to outsiders."""
    use_lag_days: int = 0
    """How late use may be recorded, by the settings: the server does not show it."""


_FREEIPA_ATTRIBUTES = (
    *("ipaUniqueID", "nsAccountLock", "krbLastSuccessfulAuth", "krbLastPwdChange", "krbPrincipalExpiration"),
    "krbPasswordExpiration",
)
"""freeipa: install/share/60basev2.ldif, install/share/60kerberos.ldif."""
_KERBEROS_USE = "krbLastSuccessfulAuth"
_USES = tuple((name, name.lower()) for name in ("pwdLastSuccess", "authTimestamp", _KERBEROS_USE))
_SELDOM = frozenset(
    {
        *("pwdaccountlockedtime", "pwdreset", "shadowexpire"),
        *("krbprincipalexpiration", "krbpasswordexpiration", "nsaccountlock"),
    }
)


def account_search(base: str, page_size: int, person_key: str) -> Search:
    """All accounts below the base."""
    attributes = (
        *("uid", "cn", "objectClass", "entryUUID", "createTimestamp", "pwdLastSuccess", "authTimestamp"),
        *("pwdChangedTime", "pwdAccountLockedTime", "pwdReset", "shadowExpire", "loginShell", person_key),
        *_FREEIPA_ATTRIBUTES,
    )
    return Search(base, "subtree", _ACCOUNTS, attributes, page_size)


def absence_search(base: str, page_size: int, attribute: str) -> Search:
    """The names of the accounts that certainly do not have an attribute."""
    return Search(base, "subtree", f"(&{_ACCOUNTS}(!({attribute}=*)))", NO_ATTRIBUTES, page_size)


def unlocked_search(dn: str) -> Search:
    """Brings an entry only if it certainly has no pwdAccountLockedTime."""
    return Search(dn, "base", "(!(pwdAccountLockedTime=*))", NO_ATTRIBUTES)


def unit_search(base: str, page_size: int) -> Search:
    """The units, and whether they have entries below."""
    return Search(base, "subtree", "(objectClass=organizationalUnit)", ("hasSubordinates",), page_size)


def below_search(unit: str) -> Search:
    """Whether anything below a unit can be seen."""
    return Search(unit, "one", "(objectClass=*)", NO_ATTRIBUTES, 1)


def entry_search(dn: str, person_key: str | None = None) -> Search:
    """A group or a member by name."""
    return Search(dn, "base", "(objectClass=*)", (*_holder_attributes(person_key), *MEMBER_ATTRIBUTES))


def beside_search(above: str, page_size: int, person_key: str | None = None) -> Search:
    """All that stands directly below an entry: members that many groups would ask for one by one."""
    attributes = (*_holder_attributes(person_key), *MEMBER_ATTRIBUTES)
    return Search(above, "one", "(objectClass=*)", attributes, page_size)


def unlocked_beside_search(above: str, page_size: int) -> Search:
    """Of what stands directly below an entry, what certainly has no pwdAccountLockedTime."""
    return Search(above, "one", "(!(pwdAccountLockedTime=*))", NO_ATTRIBUTES, page_size)


def users_search(base: str, page_size: int, person_key: str | None = None) -> Search:
    """All accounts that have a user name."""
    return Search(base, "subtree", f"(&{_ACCOUNTS}(uid=*))", _holder_attributes(person_key), page_size)


def user_search(base: str, user: str, person_key: str | None = None) -> Search:
    """A member that a posixGroup names by user name."""
    return Search(base, "subtree", f"(&{_ACCOUNTS}(uid={user}))", _holder_attributes(person_key), 10)


def user_search_for(base: str, user: str, person_key: str | None = None) -> Search:
    """As `user_search`, for a name as read."""
    return user_search(base, filter_value(user), person_key)


def _holder_attributes(person_key: str | None) -> tuple[str, ...]:
    """What is read of a member; the person's key only where it is needed."""
    return _HOLDER_ATTRIBUTES if person_key is None else (*_HOLDER_ATTRIBUTES, person_key)


def is_group(entry: Entry) -> bool:
    """Whether an entry has members of its own."""
    return bool(entry.classes() & _GROUP_CLASSES) or any(entry.values(name) for name in MEMBER_ATTRIBUTES)


def name_of(entry: Entry) -> str:
    """uid, else the entry's own name."""
    return entry.text("uid") or first_value(entry.dn)


def parse_account(entry: Entry, facts: ServerFacts, unlocked: Container[str]) -> ParsedAccount:
    """One account from its raw attributes; `unlocked`: names of accounts that certainly have no pwdAccountLockedTime.

    Raises MalformedValueError.
    """
    found = entry.attributes
    seldom = not _SELDOM.isdisjoint(found)  # most accounts have none of these, and there are a million of them
    last_used, source = _last_use(found)
    created = found.get("createtimestamp")
    password_set = found.get("pwdchangedtime") or found.get("krblastpwdchange")
    shell = found.get("loginshell")
    sure = entry.dn in unlocked or not facts.has_password_policy or (seldom and "pwdaccountlockedtime" in found)
    expires, never_expires = _expiry(entry) if seldom else (None, None)
    container, (is_service, is_external) = place_of(entry.dn, (facts.service_units, facts.external_units))
    account = _account(
        name=text_of(found.get("uid")) or first_value(entry.dn),
        identifier=text_of(found.get("entryuuid")) or text_of(found.get("ipauniqueid")),
        category="service" if is_service else _category_by_class(entry.classes()),
        person_key=key_of_person(text_of(found.get(facts.person_key.lower()))),
        enabled=_enabled(entry, sure=sure) if seldom else sure or None,
        interactive=False if shell and shell[0].rpartition(b"/")[2] in _NO_SHELL else None,
        created=parse_generalized_time(created[0]) if created else None,
        last_used=last_used,
        last_used_from=source,
        last_used_lag_days=None if source in {None, _KERBEROS_USE} else facts.use_lag_days,
        password_set=parse_generalized_time(password_set[0]) if password_set else None,
        password_must_change=_must_change(entry) if seldom else None,
        expires=expires,
        never_expires=never_expires,
        external=is_external,
        last_used_at_least=True if source == _KERBEROS_USE else None,
    )
    return ParsedAccount(
        account=account,
        dn=entry.dn,
        container=container,
        shows_use=last_used is not None,
        may_be_unused=last_used is None and "krbprincipalaux" not in entry.classes(),
        state_open=not sure and account.enabled is None,
    )


_account = quick(Account)


def _last_use(found: Mapping[str, tuple[bytes, ...]]) -> tuple[datetime | None, str | None]:
    """The latest use, and the attribute that tells of it; None where none does."""
    latest: tuple[datetime, str] | None = None
    for name, low in _USES:
        if low in found:
            for value in found[low]:
                use = (parse_generalized_time(value), name)
                latest = use if latest is None else max(latest, use)
    return latest or (None, None)


def _enabled(entry: Entry, *, sure: bool) -> bool | None:
    """By nsAccountLock (389 Directory Server) and pwdAccountLockedTime; `sure`: it is known that this one is absent."""
    if (entry.first("nsAccountLock") or b"").upper() == b"TRUE":
        return False
    return entry.first("pwdAccountLockedTime") != LOCKED_FOR_EVER if sure else None


def _must_change(entry: Entry) -> bool | None:
    """By pwdReset; in FreeIPA a password that an administrator set ends at the moment when it was set."""
    reset, end, change = (entry.first(name) for name in ("pwdReset", "krbPasswordExpiration", "krbLastPwdChange"))
    if reset is not None:
        return reset.upper() == b"TRUE"
    if end is None or change is None:
        return None
    return parse_generalized_time(end) <= parse_generalized_time(change)


def _expiry(entry: Entry) -> tuple[datetime | None, bool | None]:
    """The earlier end of what shadow(5) and Kerberos say; whether shadow says that there is none, and Kerberos too."""
    days, kerberos = entry.first("shadowExpire"), entry.first("krbPrincipalExpiration")
    by_shadow = None if days is None else parse_epoch_days(days)
    ends = [by_shadow, None if kerberos is None else parse_generalized_time(kerberos)]
    end = min((each for each in ends if each is not None), default=None)
    return end, None if days is None else by_shadow is None and end is None


def proof(unused: Container[str]) -> Proof:
    """Never used: certainly no value, and created after recording began. `unused`: accounts without a value."""

    def never_used(parsed: ParsedAccount, seen: Seen) -> bool:
        created = parsed.account.created
        recorded = seen.oldest_use is not None and created is not None and created >= seen.oldest_use
        return recorded and parsed.dn in unused

    return Proof(never_used=never_used, enabled=lambda _parsed: None)


def category_of(entry: Entry, service_units: tuple[str, ...] = ()) -> AccountCategory | None:
    """What an account is for: by its unit, else a person by class; None where the classes leave it open."""
    return "service" if is_in_units(entry.dn, service_units) else _category_by_class(entry.classes())


def _category_by_class(classes: frozenset[str]) -> AccountCategory | None:
    if "inetorgperson" in classes:
        return "person"
    return "service" if "simplesecurityobject" in classes and "posixaccount" not in classes else None


def parse_holder(entry: Entry, facts: ServerFacts, *, unlocked: bool) -> Principal:
    """A member that is no group; `unlocked`: it certainly has no pwdAccountLockedTime."""
    locked = entry.first("pwdAccountLockedTime")
    sure = locked is not None or unlocked or not facts.has_password_policy
    return Principal(
        name_of(entry), category_of(entry, facts.service_units), locked != LOCKED_FOR_EVER if sure else None
    )
