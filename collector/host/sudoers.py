"""Reads sudoers(5): who may run what as root, aliases and included files resolved.

The reading is for reviewers, not for enforcement: where the grammar leaves doubt, the right is shown.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

MAX_ALIAS_DEPTH = 16

_TAG = re.compile(
    r"(?:(NO)?(?:PASSWD|EXEC|SETENV|LOG_INPUT|LOG_OUTPUT|MAIL|FOLLOW|INTERCEPT))\s*:\s*", re.ASCII
)  # Tag_Spec
_OPTION = re.compile(r"(?:ROLE|TYPE|APPARMOR_PROFILE|PRIVS|LIMITPRIVS|NOTBEFORE|NOTAFTER|TIMEOUT|CWD|CHROOT)=\S+\s*")
_ALIAS = re.compile(r"(User|Runas|Host|Cmnd|Cmd)_Alias\s+(.*)", re.DOTALL)
_INCLUDE = re.compile(r"[@#](include|includedir)\s+(\S.*)")
_NEXT_HOSTS = re.compile(r"(?<!\\):\s*([^\s=:,()\"]+(?:\s*,\s*[^\s=:,()\"]+)*)\s*(?<!\\)=")
_SOURCES = re.compile(r"(?<![\[\w=!])[a-z]+(?![\w=\]])")
"""Names of nsswitch.conf(5), without the actions in brackets."""
_SPACE, _COMMA, _COLON, _EQUALS = "\x00", "\x01", "\x02", "\x03"
_ESCAPES = {" ": _SPACE, ",": _COMMA, ":": _COLON, "=": _EQUALS}


@dataclass(frozen=True, slots=True)
class Rule:
    """One right: these users, on these hosts, as these targets, these commands."""

    users: tuple[str, ...]
    hosts: tuple[str, ...]
    runas: tuple[str, ...]
    """Target users; empty: the invoking user (a group only)."""
    commands: tuple[str, ...]
    without_password: bool
    text: str
    """The line as written, without comments, spaces made single."""


@dataclass(slots=True)
class Sudoers:
    """What the files say, aliases not yet expanded."""

    rules: list[Rule] = field(default_factory=list)
    aliases: dict[tuple[str, str], tuple[str, ...]] = field(default_factory=dict)
    """(kind, name) to members; kind is User, Runas, Host or Cmnd."""
    without_authentication: set[str] = field(default_factory=set)
    """Users with `Defaults !authenticate`; an empty string stands for everyone."""
    not_read: list[str] = field(default_factory=list)
    """Included files that are outside /etc/sudoers.d."""
    elsewhere: list[str] = field(default_factory=list)
    """Where else rights come from: sources of nsswitch.conf beside files (`sss`, `ldap`), doas.conf."""
    not_understood: list[str] = field(default_factory=list)

    def expand(self, kind: str, items: Iterable[str]) -> Iterator[tuple[bool, str]]:
        """(negated, item) with every alias replaced by its members."""
        yield from self._expand(kind, items, negated=False, depth=0)

    def _expand(self, kind: str, items: Iterable[str], *, negated: bool, depth: int) -> Iterator[tuple[bool, str]]:
        for item in items:
            bare = item.lstrip("! ")
            minus = negated != bool(item.count("!", 0, len(item) - len(bare)) % 2)
            members = self.aliases.get((kind, bare))
            if members is None or depth >= MAX_ALIAS_DEPTH:
                yield minus, bare
            else:
                yield from self._expand(kind, members, negated=minus, depth=depth + 1)


def read_sudoers(text: str) -> Sudoers:
    """The section `sudoers`: `grep -aHr ^ /etc/sudoers /etc/sudoers.d` (`path:line`), and what else gives rights.

    Never raises on any text.
    """
    files: dict[str, list[str]] = {}
    for line in text.split("\n"):
        path, colon, content = line.partition(":")
        if colon:
            files.setdefault(path, []).append(content)
    result = Sudoers()
    for line in files.pop("/etc/nsswitch.conf", ()):
        result.elsewhere += (each for each in _SOURCES.findall(line.partition(":")[2]) if each != "files")
    result.elsewhere += sorted(path for path in files if path.endswith("/doas.conf"))
    includes_folder = _read_file(files.get("/etc/sudoers", []), result)
    for path in sorted(files) if includes_folder else ():
        name = path.rpartition("/")[2]
        if path == f"/etc/sudoers.d/{name}" and "." not in name and not name.endswith("~"):
            _read_file(files[path], result)
    return result


def _read_file(lines: Iterable[str], result: Sudoers) -> bool:
    """Add one file's statements; returns whether it includes /etc/sudoers.d."""
    folder = False
    for line in _logical_lines(lines):
        if found := _INCLUDE.fullmatch(line):
            path = found[2].strip().strip('"').rstrip("/")
            if found[1] == "includedir" and path == "/etc/sudoers.d":
                folder = True
            elif not path.startswith("/etc/sudoers.d/"):
                result.not_read.append(path)
        elif statement := _without_comment(line):
            _read_statement(statement, result)
    return folder


def _logical_lines(lines: Iterable[str]) -> Iterator[str]:
    held = ""
    for line in lines:
        held += line.rstrip("\r")
        if held.endswith("\\"):
            held = held[:-1] + " "
            continue
        yield held.strip()
        held = ""
    if held:
        yield held.strip()


def _without_comment(line: str) -> str:
    """The line up to its comment; `#` starts none in quotes, after a backslash, or before a number (a uid)."""
    quoted = False
    for index, character in enumerate(line):
        escaped = index > 0 and line[index - 1] == "\\"
        if character == '"' and not escaped:
            quoted = not quoted
        elif character == "#" and not quoted and not escaped and not re.match(r"#-?[0-9]", line[index:]):
            return line[:index].strip()
    return line


def _read_statement(line: str, result: Sudoers) -> None:
    if re.match(r"Defaults(?:[\s@:!>]|$)", line):
        if found := re.match(r"Defaults(?:([@:>!])\s*(\S+))?\s.*?!\s*authenticate\b", line):
            if found[1] in {None, ":"}:
                result.without_authentication.update((found[2] or "").split(","))
            else:
                result.not_understood.append(_single_spaced(line))  # for some hosts, targets or commands
        return
    if found := _ALIAS.match(line):
        kind = {"Cmd": "Cmnd"}.get(found[1], found[1])
        for part in re.split(r"(?<!\\):(?=\s*[A-Z][A-Z0-9_]*\s*=)", found[2]):
            name, equals, members = part.partition("=")
            if equals:
                result.aliases[(kind, name.strip())] = tuple(_items(members))
        return
    rules = list(_read_rules(line))
    result.rules.extend(rules)
    if not rules:
        result.not_understood.append(_single_spaced(line))


def _read_rules(line: str) -> Iterator[Rule]:
    """`users hosts = commands : hosts = commands ...`."""
    left, equals, right = _protect(line).partition("=")
    words = re.sub(r"!\s+", "!", re.sub(r"\s*,\s*", ",", left.strip())).rsplit(None, 1)
    if not equals or len(words) != 2:
        return
    users, hosts, start = tuple(_items(words[0])), tuple(_items(words[1])), 0
    text = _single_spaced(line)
    for found in _NEXT_HOSTS.finditer(right):
        if _TAG.search(right[: found.end(0)].split(",")[-1][: found.start(1)]) and _ends_with_tag(right, found):
            continue
        yield from _read_commands(users, hosts, right[start : found.start()], text)
        hosts, start = tuple(_items(found[1])), found.end()
    yield from _read_commands(users, hosts, right[start:], text)


def _ends_with_tag(right: str, found: re.Match[str]) -> bool:
    return re.search(_TAG.pattern + r"$", right[: found.start(1)], re.ASCII) is not None


def _read_commands(users: tuple[str, ...], hosts: tuple[str, ...], text: str, line: str) -> Iterator[Rule]:
    """Runas and tags hold for the following commands of the list until changed (sudoers(5), User Specification)."""
    runas: tuple[str, ...] = ("root",)
    nopasswd = False
    for spec in _split_outside_parentheses(text):
        rest = spec.strip()
        if found := re.match(r"\(([^)]*)\)\s*", rest):
            runas = tuple(_items(found[1].partition(":")[0]))
            rest = rest[found.end() :]
        while found := _OPTION.match(rest) or _TAG.match(rest):
            if "PASSWD" in found[0]:
                nopasswd = found[0].startswith("NO")
            rest = rest[found.end() :]
        if rest:
            yield Rule(users, hosts, runas, (_single_spaced(_unprotect(rest)),), nopasswd, line)


def _split_outside_parentheses(text: str) -> list[str]:
    return re.split(r",(?![^()]*\))", text)


def _items(text: str) -> list[str]:
    """Members of a comma-separated list."""
    return [_unprotect(item.strip()).strip('"') for item in _protect(text).split(",") if item.strip()]


def _protect(text: str) -> str:
    """Escaped and quoted separators, replaced by characters that separate nothing."""
    text = re.sub(r"\\([ ,:=])", lambda found: _ESCAPES[found[1]], text)
    return re.sub(r'"[^"]*"', lambda found: "".join(_ESCAPES.get(character, character) for character in found[0]), text)


def _unprotect(text: str) -> str:
    for plain, stand_in in _ESCAPES.items():
        text = text.replace(stand_in, plain)
    return text


def _single_spaced(text: str) -> str:
    return " ".join(text.split())
