"""Local accounts: passwd(5), what shadow(5) says beside the hash, lastlog(8) and the presence of SSH keys."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

from collector.records.identity import Account

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_NO_SESSION = {"nologin", "false", "sync", "halt", "shutdown"}
_LAST_USED = re.compile(
    r"^(\S+)\s.*?\s((?:Mon|Tue|Wed|Thu|Fri|Sat|Sun) [A-Z][a-z]{2} [ 0-9]?[0-9] [0-9:]{8} [+-][0-9]{4} [0-9]{4})\s*$"
)
_NEVER = re.compile(r"^(\S+)\s.*\*\*Never logged in\*\*\s*$")


@dataclass(frozen=True, slots=True)
class User:
    """One line of passwd(5)."""

    name: str
    uid: int
    gid: int
    home: str
    shell: str

    @property
    def has_shell(self) -> bool:
        """Whether the shell gives a session; an empty field means /bin/sh."""
        return self.shell.rsplit("/", 1)[-1] not in _NO_SESSION


@dataclass(frozen=True, slots=True)
class Shadow:
    """One line of shadow(5) without its hash; times are UTC midnights."""

    state: Literal["set", "empty", "locked", "none"]
    changed: datetime | None
    must_change: bool
    never_expires: bool
    """Whether the password has no maximum age."""
    expires: datetime | None
    """When the account itself ends."""
    max_days: int = 0
    """The password's own maximum age; 0: for ever (shadow(5) writes 0 for one that ends the day it is set: 1)."""


@dataclass(frozen=True, slots=True)
class LastLog:
    """What lastlog(8) knows."""

    last: Mapping[str, datetime]
    never: frozenset[str]

    @property
    def records_use(self) -> bool:
        """Whether anything was ever recorded: an empty log does not tell unused accounts from no recording."""
        return bool(self.last)


def read_users(text: str) -> Iterator[User]:
    """The well-formed lines of passwd(5); NIS lines (`+...`) and broken ones are left out."""
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) == 7 and fields[0] and fields[0][0] not in "+-" and _number(fields[2]) is not None:
            yield User(fields[0], int(fields[2]), _number(fields[3]) or 0, fields[5], fields[6])


def read_groups(text: str) -> dict[str, tuple[int, tuple[str, ...]]]:
    """Group name to group id and members in group(5), a later line adding members to an earlier one."""
    groups: dict[str, tuple[int, tuple[str, ...]]] = {}
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) != 4 or (gid := _number(fields[2])) is None:
            continue
        members = tuple(member for member in fields[3].split(",") if member)
        known = groups.get(fields[0], (gid, ()))[1]
        groups[fields[0]] = (gid, tuple(dict.fromkeys(known + members)))
    return groups


def read_shadow(text: str) -> dict[str, Shadow]:
    """Account name to password state, from the `shadow` section (state number in the second field)."""
    states: dict[str, Literal["set", "empty", "locked", "none"]] = {
        "0": "set",
        "-1": "empty",
        "1": "locked",
        "2": "none",
    }
    entries: dict[str, Shadow] = {}
    for line in text.splitlines():
        fields = line.split(":")
        if len(fields) != 9 or fields[1] not in states:
            continue
        maximum = _number(fields[4])
        entries[fields[0]] = Shadow(
            state=states[fields[1]],
            changed=_day(fields[2]) if fields[2] != "0" else None,
            must_change=fields[2] == "0",
            never_expires=maximum is None or maximum >= 99999,
            expires=_day(fields[7]),
            max_days=0 if maximum is None or not 0 <= maximum < 99999 else max(1, maximum),
        )
    return entries


def read_lastlog(text: str) -> LastLog:
    """lastlog(8) as printed with TZ=UTC and LC_ALL=C."""
    last: dict[str, datetime] = {}
    never: set[str] = set()
    for line in text.splitlines():
        if found := _LAST_USED.match(line):
            try:
                last[found[1]] = datetime.strptime(found[2], "%a %b %d %H:%M:%S %z %Y").astimezone(UTC)
            except (ValueError, OverflowError):
                continue
        elif found := _NEVER.match(line):
            never.add(found[1])
    return LastLog(last, frozenset(never))


def read_keys(text: str) -> dict[str, bool | None]:
    """Account name to whether it has an authorized_keys file; None where the folder may not be entered."""
    words = {"yes": True, "no": False}
    return {name: words.get(word) for name, _, word in (line.rpartition(":") for line in text.splitlines()) if name}


def read_accounts(
    passwd: str,
    shadow: str | None,
    lastlog: str | None,
    keys: str | None,
    host: str,
    now: datetime,
    *,
    keys_elsewhere: bool = False,
) -> Iterator[Account]:
    """One record per local account; what a section did not give (None) stays unknown.

    `keys_elsewhere`: sshd looks for keys in other places too, so nobody is known to have none.
    """
    entries = None if shadow is None else read_shadow(shadow)
    log = None if lastlog is None else read_lastlog(lastlog)
    with_keys = {} if keys is None else read_keys(keys)
    if keys_elsewhere:
        with_keys = {name: has or None for name, has in with_keys.items()}
    for user in read_users(passwd):
        entry = None if entries is None else entries.get(user.name)
        credential = _credential(entry, with_keys.get(user.name))
        expired = entry is not None and entry.expires is not None and entry.expires <= now
        session = _both(user.has_shell, credential)
        last = None if log is None else log.last.get(user.name)
        yield Account(
            name=user.name,
            host=host,
            identifier=str(user.uid),
            category="built-in" if user.uid == 0 else "system" if user.uid < 1000 or user.uid == 65534 else None,
            enabled=False if expired else session,
            interactive=session,
            last_used=last,
            last_used_from=None if log is None else "lastlog",
            last_used_lag_days=None if last is None else 0,
            never_used=None if log is None or not log.records_use else user.name in log.never,
            password_set=None if entry is None or entry.state != "set" else entry.changed,
            password_must_change=None if entry is None else entry.must_change,
            password_never_expires=None if entry is None else entry.never_expires,
            password_present=None if entry is None else entry.state == "set",
            expires=None if entry is None else entry.expires,
            never_expires=None if entry is None else entry.expires is None,
        )


def _credential(entry: Shadow | None, keys: bool | None) -> bool | None:  # noqa: FBT001  # three-valued, as read
    if keys or (entry is not None and entry.state in {"set", "empty"}):
        return True
    return False if entry is not None and keys is False else None


def _both(first: bool, second: bool | None) -> bool | None:  # noqa: FBT001  # three-valued logic
    return second if first else False


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"[0-9]{1,10}", text) else None


def _day(text: str) -> datetime | None:
    days = _number(text)
    if days is None:
        return None
    try:
        return _EPOCH + timedelta(days=days)
    except OverflowError:
        return None
