"""What sshd was not asked about: Match lines for other users and places than those of the question (sshd_config(5)).

`sshd -T -C` answers for one user from one address. A Match line that holds for somebody else, or for the same user from
elsewhere, may demand less. A line is open where nothing shows that it does not hold.
"""

from __future__ import annotations

import ipaddress
import re
from fnmatch import fnmatchcase
from typing import Literal

from checks.identity.ssh_factors import Factors, factors
from collector.records.identity import SshAccess

From = Literal["outside", "anywhere"]
"""`outside`: from the address that sshd was asked about, which stands for any external network."""

_ALONE = frozenset({"all", "invalid-user"})
"""Criteria without a value: of everyone, so of whoever was asked about; of users that there are not."""


def open_matches(access: SshAccess, user: str | None, reach: From) -> tuple[str, ...] | None:
    """The lines that may hold for a user (None: for anyone), beyond what sshd was asked; None where they were not read.

    `access` is the user's own, or that of anyone where sshd was not asked about the user.
    """
    if access.matches is None:
        return None
    return tuple(line for line in access.matches if _is_open(line, access, user, reach))


def fewest_from(access: SshAccess, reach: From) -> Factors:
    """The fewest factors, of the record's user or of anyone; `unknown` where open lines may take fewer."""
    found = factors(access)
    if found in {"two", "none-allowed"} and open_matches(access, access.user, reach) != ():
        return "unknown"
    return found


def _is_open(line: str, access: SshAccess, user: str | None, reach: From) -> bool:
    """Whether every criterion may hold, and one of them was not part of the question."""
    words = re.split(r"[ \t=]+", line.strip())
    criteria = list(zip((word.lower() for word in words[::2]), words[1::2], strict=False))
    if len(words) == 1 and words[0].lower() in _ALONE:
        return False
    if len(words) % 2:
        return True  # a form that is not known
    answers = [_answer(name, patterns.strip('"'), access, user, reach) for name, patterns in criteria]
    return False not in answers and None in answers


def _answer(name: str, patterns: str, access: SshAccess, user: str | None, reach: From) -> bool | None:
    """False: does not hold; True: may hold, and was part of the question; None: may hold, and was not."""
    asked = access.user is not None
    if name == "user":
        held = None if user is None else _listed(patterns, user)
        return held if held is False else (True if asked else None)
    if name == "group":
        return True if asked else None
    if name in {"address", "host"} and reach == "outside":
        return name == "host" or _has_address(patterns, access.address)
    return False if name == "invalid-user" else None


def _listed(patterns: str, value: str) -> bool:
    """Whether a list of patterns holds a value; one that is negated overrides (ssh_config(5), PATTERNS)."""
    held = False
    for each in patterns.split(","):
        bare = each.removeprefix("!")
        if _like(bare, value):
            if bare != each:
                return False
            held = True
    return held


def _like(pattern: str, value: str) -> bool:
    return fnmatchcase(value, pattern.replace("[", "[[]"))  # sshd's patterns know no sets of letters


def _has_address(patterns: str, address: str | None) -> bool:
    """Whether a list of addresses may hold the one that sshd was asked about; it was asked, so the answer is known."""
    if address is None:
        return True
    held = False
    for each in patterns.split(","):
        bare = each.removeprefix("!")
        try:
            inside = ipaddress.ip_address(address) in ipaddress.ip_network(bare, strict=False)
        except (ValueError, TypeError):
            inside = _like(bare, address)
        if inside and bare != each:
            return False
        held |= inside
    return held
