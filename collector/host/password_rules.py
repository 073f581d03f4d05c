"""What a Linux host demands of local passwords: PAM's own settings, and the ages that new accounts are given; pure.

Length and variety are what the module in the stack for new passwords demands (pam_pwquality(8) with pwquality.conf(5),
pam_cracklib(8), pam_passwdqc(8), pam_unix(8)); `PASS_MIN_LEN` of login.defs(5) counts for nothing beside PAM. Lockout
is what the stack for logging on does (pam_faillock(8) with faillock.conf(5), pam_tally2(8)). An age is what login.defs
gives accounts that are made; each account has its own (shadow(5)), and those that differ are told one by one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace

from collector.records.directory import PasswordPolicy

MAX_INCLUDES = 20
NEW_PASSWORDS = ("common-password", "system-auth", "password-auth", "system-login")
"""PAM files with the stack for new passwords: Debian, Red Hat, Arch."""
LOG_ON = ("common-auth", "password-auth", "system-auth", "system-login")
_QUALITY_LENGTH, _QUALITY_LEAST, _UNIX_LENGTH, _CRACKLIB_LENGTH = 8, 6, 6, 9
"""Where nothing is set; pam_pwquality takes no length below 6."""
_CREDITS = ("dcredit", "ucredit", "lcredit", "ocredit")
_FAILLOCK_DENY, _FAILLOCK_SECONDS = 3, 600
_HISTORY = 10
_CLASSES = 3
"""Kinds of characters that the directories' word «complexity» stands for (MS-SAMR 3.1.1.7.1)."""
_NEVER_DAYS = 99999


class StackUnknownError(ValueError):
    """A PAM file includes one that was not read."""


@dataclass(frozen=True, slots=True)
class Module:
    """One line of a stack."""

    control: str
    name: str
    arguments: tuple[str, ...]

    @property
    def counts(self) -> bool:
        """Whether its refusal is a refusal."""
        return self.control in {"required", "requisite"} or bool(re.search(r"\bdefault=(?:die|bad)\b", self.control))

    def number(self, name: str) -> int | None:
        """The value of `name=N`; None where it is not among the arguments."""
        found = [each.partition("=")[2] for each in self.arguments if each.startswith(f"{name}=")]
        return _number(found[-1]) if found else None


def read_policy(pam: str | None, rules: str, host: str, with_password: tuple[str, ...] | None) -> PasswordPolicy:
    """The policy of one host.

    `pam`: `file:line` of its PAM files; `rules`: the same of login.defs, pwquality.conf and faillock.conf, by their
    names; `with_password`: its accounts that have a password, where that is known.
    """
    settings = _settings(rules)
    files = _by_file(pam or "")
    new, log_on = _stack(files, NEW_PASSWORDS, "password"), _stack(files, LOG_ON, "auth")
    length, complex_ = (None, None) if new is None else _demands(new, settings.get("pwquality.conf", {}))
    threshold, minutes = (None, None) if log_on is None else _lockout(log_on, settings.get("faillock.conf", {}))
    return PasswordPolicy(
        name=host,
        host=host,
        default=None if with_password is None else False,
        applies_to=with_password,
        min_length=length,
        history_length=None if new is None else _history(new),
        max_age_days=_max_age(settings.get("login.defs")),
        complexity=complex_,
        lockout_threshold=threshold,
        lockout_minutes=minutes,
    )


def own_ages(policy: PasswordPolicy, max_days: Mapping[str, int]) -> Iterator[PasswordPolicy]:
    """A policy for each account whose password has another maximum age than new accounts are given.

    `policy`: the host's; `max_days`: of the accounts by shadow(5), 0 for ever (`chage -M`).
    """
    for name in policy.applies_to or ():
        if name in max_days and policy.max_age_days is not None and max_days[name] != policy.max_age_days:
            own = f"{name}@{policy.name}"
            yield replace(policy, name=own, applies_to=(name,), max_age_days=max_days[name])


def _by_file(text: str) -> dict[str, list[str]]:
    files: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, content = line.partition(":")
        if colon:
            files.setdefault(name.rpartition("/")[2], []).append(content)
    return files


def _settings(text: str) -> dict[str, dict[str, str]]:
    """File name to its settings, the last of each name; a word without a value stands for itself."""
    found: dict[str, dict[str, str]] = {}
    for name, lines in _by_file(text).items():
        file = found.setdefault("pwquality.conf" if name.endswith(".conf") and name not in _KNOWN else name, {})
        for line in lines:
            words = line.partition("#")[0].replace("=", " ", 1).split()
            if words:
                file[words[0]] = words[1] if len(words) > 1 else ""
    return found


_KNOWN = {"pwquality.conf", "faillock.conf", "login.defs"}
"""Further files `*.conf` come from pwquality.conf.d."""


def _stack(files: Mapping[str, list[str]], names: Iterable[str], kind: str) -> list[Module] | None:
    """The modules of the first of these files that there is; None where it is not known whole."""
    name = next((each for each in names if each in files), None)
    if name is None:
        return None
    try:
        return list(_modules(files, name, kind, 0))
    except StackUnknownError:
        return None


def _modules(files: Mapping[str, list[str]], name: str, kind: str, depth: int) -> Iterator[Module]:
    if name not in files or depth > MAX_INCLUDES:
        raise StackUnknownError(name)
    joined = "\n".join(line.partition("#")[0].rstrip() for line in files[name]).replace("\\\n", " ")
    for line in joined.split("\n"):
        if found := re.match(r"\s*@include\s+(\S+)", line):
            yield from _modules(files, found[1].rpartition("/")[2], kind, depth + 1)
        elif found := re.match(rf"\s*-?{kind}\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)", line):
            if found[1] in {"include", "substack"}:
                yield from _modules(files, found[2].rpartition("/")[2], kind, depth + 1)
            else:
                yield Module(found[1], found[2].rpartition("/")[2], tuple(found[3].split()))


def _demands(stack: Iterable[Module], quality: Mapping[str, str]) -> tuple[int | None, bool | None]:
    """The least length, and whether several kinds of characters are demanded; None for what is not known."""
    least: int | None = None
    for module in stack:
        if module.name == "pam_pwquality.so" and module.counts:
            return _by_quality(module, quality)
        if module.name == "pam_cracklib.so" and module.counts:
            given = {name: value for name in _CREDITS if (value := module.number(name)) is not None}
            credit_of = {name: given.get(name, 1) for name in _CREDITS}
            return _length(module.number("minlen") or _CRACKLIB_LENGTH, credit_of, module.number("minclass"))
        if module.name == "pam_passwdqc.so" and module.counts:
            return _by_passwdqc(module), None
        if module.name == "pam_unix.so":
            least = max(least or 0, module.number("minlen") or _UNIX_LENGTH)
    return least, None if least is None else False


def _by_quality(module: Module, quality: Mapping[str, str]) -> tuple[int, bool]:
    def value(name: str, default: int) -> int:
        given = module.number(name)
        if given is None:
            given = _number(quality.get(name, ""))
        return default if given is None else given

    credit_of = {name: value(name, 0) for name in _CREDITS}
    return _length(value("minlen", _QUALITY_LENGTH), credit_of, value("minclass", 0))


def _length(length: int, credit_of: Mapping[str, int], classes: int | None) -> tuple[int, bool]:
    """What is left of a length when variety is paid for with it (a credit above 0)."""
    demanded = sum(value < 0 for value in credit_of.values())
    paid = sum(value for value in credit_of.values() if value > 0)
    return max(_QUALITY_LEAST, length - paid), max(demanded, classes or 0) >= _CLASSES


def _by_passwdqc(module: Module) -> int | None:
    """The shortest of the lengths for each kind of password; `disabled` allows none of that kind."""
    given = next((each.partition("=")[2] for each in module.arguments if each.startswith("min=")), None)
    lengths = [_number(each) for each in (given or "disabled,24,11,8,7").split(",")]
    return min((each for each in lengths if each is not None), default=None)


def _history(stack: Iterable[Module]) -> int:
    """Earlier passwords that are remembered."""
    found = 0
    for module in stack:
        remembered = module.number("remember")
        if module.name == "pam_pwhistory.so":
            found = max(found, _HISTORY if remembered is None else remembered)
        elif module.name == "pam_unix.so":
            found = max(found, remembered or 0)
    return found


def _lockout(stack: Iterable[Module], settings: Mapping[str, str]) -> tuple[int, int | None]:
    """Failed attempts (0: never locks), and minutes (0: until an administrator unlocks; None where it never locks)."""
    for module in stack:
        if module.name == "pam_faillock.so":
            deny, seconds = module.number("deny"), _argument(module, "unlock_time")
            deny = _number(settings.get("deny", "")) if deny is None else deny
            return _FAILLOCK_DENY if deny is None else deny, _minutes(seconds or settings.get("unlock_time"))
        if module.name in {"pam_tally2.so", "pam_tally.so"}:
            return module.number("deny") or 0, _minutes(_argument(module, "unlock_time") or "never")
    return 0, None


def _argument(module: Module, name: str) -> str | None:
    return next((each.partition("=")[2] for each in module.arguments if each.startswith(f"{name}=")), None)


def _minutes(seconds: str | None) -> int | None:
    if seconds == "never":
        return 0
    number = _FAILLOCK_SECONDS if seconds is None else _number(seconds)
    return None if number is None else -(-number // 60)


def _max_age(login_defs: Mapping[str, str] | None) -> int | None:
    """Days that a new account's password lasts; 0: for ever, which is so where nothing is set (login.defs(5))."""
    if login_defs is None:
        return None
    days = _number(login_defs.get("PASS_MAX_DAYS", "-1"))
    if days is None:
        return None
    return 0 if days < 0 or days >= _NEVER_DAYS else max(1, days)


def _number(text: str) -> int | None:
    return int(text) if re.fullmatch(r"-?[0-9]{1,9}", text) else None
