"""Who holds root on a host: user id 0, and sudo as far as sudoers gives it."""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from collector.host.accounts import User
from collector.host.sections import ROOT_GROUPS
from collector.host.sudoers import Rule, Sudoers
from collector.records.identity import Account, LocalPrivilege

EVERYONE = "ALL"
SHELLS = frozenset({"ash", "bash", "csh", "dash", "fish", "ksh", "sh", "su", "sudo", "tcsh", "zsh"})

Groups = Mapping[str, tuple[int, tuple[str, ...]]]


@dataclass(slots=True)
class _Right:
    """What one holder has of one role, gathered from every rule that gives it."""

    lines: list[str] = field(default_factory=list)
    through: tuple[str, ...] | None = None
    without_password: bool = False


def root_accounts(accounts: Iterable[Account]) -> Iterator[LocalPrivilege]:
    """Accounts with user id 0."""
    for account in accounts:
        if account.identifier == "0" and account.host is not None:
            yield LocalPrivilege(
                holder=account.name,
                host=account.host,
                role="uid-0",
                role_name="uid 0",
                holder_category=account.category,
                enabled=account.enabled,
            )


def sudo_rights(
    sudoers: Sudoers,
    users: Sequence[User],
    groups: Groups,
    accounts: Mapping[str, Account],
    *,
    host: str,
    node: str | None = None,
) -> Iterator[LocalPrivilege]:
    """One record per holder of role `sudo`: any command as root, or one that gives a root shell.

    Rights to other named commands are left out, and so is root's own line: it gives root nothing. A group that is not
    there gives nobody anything.
    """
    names = {name.casefold() for full in (host, node) if full for name in (full, full.partition(".")[0])}
    rights: dict[tuple[str, str], _Right] = {}
    trusted = {item for negated, item in sudoers.expand("User", sorted(sudoers.without_authentication)) if not negated}
    for rule in sudoers.rules:
        role = _role(rule, sudoers)
        if role is None or not _applies(rule, sudoers, names):
            continue
        for holder, through in _holders(rule, sudoers, users, groups):
            right = rights.setdefault((holder, role), _Right())
            if rule.text not in right.lines:
                right.lines.append(rule.text)
            right.through = through if right.through is None else min(right.through, through, key=len)
            right.without_password |= rule.without_password or bool(
                {"", EVERYONE, holder, *(f"%{group}" for group in through)} & trusted
            )
    uid_0 = {user.name for user in users if user.uid == 0}
    for (holder, role), right in sorted(rights.items()):
        account = accounts.get(holder)
        if holder not in uid_0:
            yield LocalPrivilege(
                holder=holder,
                host=host,
                role=role,
                role_name="; ".join(right.lines),
                through=right.through or (),
                holder_category=account.category if account else _category(holder),
                enabled=account.enabled if account else None,
                without_password=right.without_password,
            )


def group_rights(
    users: Sequence[User], groups: Groups, accounts: Mapping[str, Account], *, host: str
) -> Iterator[LocalPrivilege]:
    """One record per member of a group that is root in all but name, and group."""
    uid_0 = {user.name for user in users if user.uid == 0}
    for group in ROOT_GROUPS:
        for holder, through in sorted(_group_members(group, users, groups)) if group in groups else ():
            account = accounts.get(holder)
            if holder not in uid_0:
                yield LocalPrivilege(
                    holder=holder,
                    host=host,
                    role="root-group",
                    role_name=group,
                    through=through,
                    holder_category=account.category if account else None,
                    enabled=account.enabled if account else None,
                    without_password=True,
                )


def _category(holder: str) -> Literal["group"] | None:
    if holder == EVERYONE or holder.startswith(("%", "+")):
        return "group"
    return None


def _role(rule: Rule, sudoers: Sudoers) -> str | None:
    """None for rules that do not give all of root's rights."""
    as_root = False
    for negated, target in sudoers.expand("Runas", rule.runas):
        if target in {EVERYONE, "root", "#0"} or (target.startswith(("%", "+")) and not negated):
            as_root = not negated
    if not as_root:
        return None
    commands = [(negated, item) for negated, item in sudoers.expand("Cmnd", rule.commands)]
    allowed = [item for negated, item in commands if not negated]
    if not allowed:
        return None
    return "sudo" if any(_is_everything(item) for item in allowed) else None


def _is_everything(command: str) -> bool:
    """ALL, or a program that hands out a root shell as it is."""
    program = command.split(maxsplit=1)[0].rpartition("/")[2] if command else ""
    return command == EVERYONE or program in SHELLS


def _applies(rule: Rule, sudoers: Sudoers, names: set[str]) -> bool:
    """Whether the rule is for this host; addresses and netgroups count, since they may be."""
    decided = False
    for negated, item in sudoers.expand("Host", rule.hosts):
        if item == EVERYONE or item.casefold() in names or item.startswith("+") or "*" in item or _is_address(item):
            decided = not negated
    return decided


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_network(text, strict=False)
    except ValueError:
        return False
    return True


def _holders(
    rule: Rule, sudoers: Sudoers, users: Sequence[User], groups: Groups
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """(holder, groups between); a later `!item` takes away what an earlier item gave."""
    found: dict[str, tuple[str, ...]] = {}
    for negated, item in sudoers.expand("User", rule.users):
        for name, through in _members(item, users, groups):
            if negated:
                found.pop(name, None)
            else:
                found.setdefault(name, through)
    yield from found.items()


def _members(item: str, users: Sequence[User], groups: Groups) -> Iterator[tuple[str, tuple[str, ...]]]:
    if item.startswith("%") and not item.startswith("%:"):
        yield from _group_members(item[1:], users, groups)
    elif item.startswith("#") and item[1:].isdigit():
        known = [user.name for user in users if str(user.uid) == item[1:]]
        yield from ((name, ()) for name in known or [item])
    else:
        yield item, ()


def _group_members(name: str, users: Sequence[User], groups: Groups) -> Iterator[tuple[str, tuple[str, ...]]]:
    if name.startswith("#"):
        name = next((known for known, (gid, _) in groups.items() if str(gid) == name[1:]), name)
    if name not in groups:
        # The usual groups were asked for by name and are not there; of others (a directory's) nothing is known.
        if name not in {"sudo", "wheel", "admin"}:
            yield f"%{name}", ()
        return
    gid, members = groups[name]
    for member in dict.fromkeys((*members, *(user.name for user in users if user.gid == gid))):
        yield member, (name,)
