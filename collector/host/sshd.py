"""What sshd demands of those who log on: `sshd -T -C ...` (sshd(8)) and its PAM stack (pam.conf(5))."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from fnmatch import fnmatchcase

from collector.host.sections import EXTERNAL_ADDRESS, MATCH_LINE, MATCHES_READ
from collector.records.identity import SshAccess

SECOND_FACTORS = frozenset(
    {
        "pam_duo.so",
        "pam_google_authenticator.so",
        "pam_linotp.so",
        "pam_oath.so",
        "pam_otp.so",
        "pam_privacyidea.so",
        "privacyidea_pam.py",
        "pam_radius_auth.so",
        "pam_totp.so",
        "pam_u2f.so",
        "pam_yubico.so",
    }
)
"""Modules that ask for something beside the password."""

PASSWORDS = frozenset({"pam_unix.so", "pam_sss.so", "pam_ldap.so", "pam_krb5.so", "pam_winbind.so"})
"""Modules that ask for the password."""

LEAVES_OUT = frozenset({"nullok", "nouserok", "alwaysok", "localifdown"})
"""Arguments by which a module lets in whoever has no factor, or everyone while its server is silent: pam_u2f(8),
pam_yubico(8), pam_google_authenticator(8), pam_radius_auth(8)."""

_NO_REFUSALS = frozenset({"success", "new_authtok_reqd", "ignore"})
"""Return values that say nothing of a user who gave no factor: `required` itself lets them pass (pam.conf(5))."""

_LISTS = ("allowusers", "denyusers", "allowgroups", "denygroups")
_OWN_KEYS = {
    *("none", ".ssh/authorized_keys", ".ssh/authorized_keys2"),
    *("%h/.ssh/authorized_keys", "%h/.ssh/authorized_keys2"),
}
_USUAL_FILE = "/etc/ssh/sshd_config"
_INCLUDED = {
    "/etc/ssh/sshd_config.d/*.conf",
    "sshd_config.d/*.conf",
    "/etc/crypto-policies/back-ends/opensshserver.config",  # algorithms and nothing else (crypto-policies(7))
}
"""What sshd's own file includes by habit: read with it, or without bearing on who is let in."""

MAX_INCLUDES, MAX_JUMP = 32, 999


@dataclass(frozen=True, slots=True)
class PamFactors:
    """The second factors of a PAM service."""

    modules: tuple[str, ...]
    optional: bool | None
    """Whether every one of them can be left out; None where that hangs on who comes and from where."""
    password: bool | None
    """Whether the stack asks for the password too, and refuses without it; None where that hangs on who comes."""


@dataclass(frozen=True, slots=True)
class _Module:
    control: str
    name: str
    arguments: tuple[str, ...]

    @property
    def factor(self) -> str | None:
        """The second factor that the line asks for; PAM modules in Python stand as pam_python.so's argument."""
        for word in (self.name, *self.arguments):
            base = word.rpartition("/")[2]
            if base in SECOND_FACTORS:
                return base
        return None

    @property
    def demanded(self) -> bool:
        """Whether a user without the factor is refused."""
        if self.factor is not None and not LEAVES_OUT.isdisjoint(self.arguments):
            return False
        if self.control.startswith("["):
            actions = self.actions
            refused = actions.keys() - _NO_REFUSALS | {"default"}
            return all(actions.get(each) in {"die", "bad"} for each in refused)
        return self.control in {"required", "requisite"}

    @property
    def actions(self) -> Mapping[str, str]:
        """What each return value leads to, of a control in brackets; of the four words, what bears on the way."""
        if self.control.startswith("["):
            return dict(re.findall(r"([a-z_]+)=([a-z0-9]+)", self.control))
        return {"success": "done"} if self.control == "sufficient" else {}

    @property
    def asks(self) -> bool:
        """Whether its result hangs on what the user gives, or on nothing, and not on who they are."""
        return self.factor is not None or self.name in PASSWORDS or self.name == "pam_permit.so"


class PamIncludeError(ValueError):
    """A PAM file includes one that was not read, so its stack is not known."""


def read_pam(text: str, service: str = "sshd") -> PamFactors:
    """The auth stack of a service from `grep -aH ^ FILES`: `file:line`.

    A factor that an earlier module's result skips (`sufficient`, a jump over it) does not count as demanded. Where that
    module asks for nothing itself (pam_succeed_if.so, pam_access.so: who comes, from where), whether the factor is left
    out hangs on the user and is not known.
    Raises PamIncludeError when an included file is not in the text, or the service itself is not.
    """
    files: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, content = line.partition(":")
        if colon:
            files.setdefault(name, []).append(content)
    walk = _Walk(files)
    walk.through(service, 0)
    modules = tuple(dict.fromkeys(walk.demanded + walk.perhaps + walk.optional))
    optional = None if walk.perhaps else bool(walk.optional)
    return PamFactors(modules, False if walk.demanded else optional, password=walk.password)


class _Walk:
    """One pass through a stack in the order in which PAM runs it."""

    def __init__(self, files: Mapping[str, list[str]]) -> None:
        self._files = files
        self._ended = False
        self._perhaps_ended = False
        self._jump = 0
        self._perhaps_jump = 0
        self.demanded: list[str] = []
        self.perhaps: list[str] = []
        self.optional: list[str] = []
        self.password: bool | None = False
        self._password_asked = False
        self._let_by = False

    def through(self, name: str, depth: int) -> None:
        if name not in self._files or depth > MAX_INCLUDES:
            raise PamIncludeError(f"the PAM file {name[:100]} was not read")
        for line in _joined(self._files[name]):
            if found := re.match(r"@include\s+(\S+)", line):
                self.through(found[1], depth + 1)
            elif found := re.match(r"(-?)auth\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)", line, re.IGNORECASE):
                control = found[2].lower()
                if control == "include":
                    self.through(found[3], depth + 1)
                elif control == "substack":
                    self._apart(found[3], depth + 1)
                else:
                    module = _Module(control, found[3].rpartition("/")[2], tuple(found[4].split()))
                    self._take(module, may_be_missing=bool(found[1]))

    def _apart(self, name: str, depth: int) -> None:
        """A substack: what ends it does not end the stack around it, and a jump goes over it as one (pam.conf(5))."""
        before = self._ended, self._perhaps_ended, self._let_by
        jumps = max(0, self._jump - 1), max(0, self._perhaps_jump - 1)
        self._ended |= self._jump > 0
        self._perhaps_ended |= self._perhaps_jump > 0
        self._jump = self._perhaps_jump = 0
        self.through(name, depth)
        self._ended, self._perhaps_ended, self._let_by = before
        self._jump, self._perhaps_jump = jumps

    def _take(self, module: _Module, *, may_be_missing: bool) -> None:
        skipped = self._ended or self._jump > 0
        perhaps = self._perhaps_ended or self._perhaps_jump > 0
        over_this = self._perhaps_jump > 0
        self._jump, self._perhaps_jump = max(0, self._jump - 1), max(0, self._perhaps_jump - 1)
        if module.factor is not None:
            known = self.perhaps if perhaps or may_be_missing else self.demanded
            (known if module.demanded and not skipped else self.optional).append(module.factor)
        elif module.name in PASSWORDS and not skipped:
            self._password_asked = True
            if module.demanded:
                self.password = self.password or (None if perhaps else True)
        elif module.name == "pam_deny.so" and module.demanded and self._password_asked:
            # To get past this line is the password's reward, unless some are let by for who they are.
            self.password = self.password or (None if self._let_by or over_this else True)
        self._let_by |= not module.asks and "done" in module.actions.values()
        self._move_on(module, sure=module.asks and not perhaps)

    def _move_on(self, module: _Module, *, sure: bool) -> None:
        """Where the module's results lead; `sure`: some user gets there, whoever they are."""
        for action in module.actions.values():
            if action == "done":
                self._ended |= sure
                self._perhaps_ended |= not sure
            elif action.isdigit():
                count = min(int(action), MAX_JUMP)
                if sure:
                    self._jump = max(self._jump, count)
                else:
                    self._perhaps_jump = max(self._perhaps_jump, count)


def _joined(lines: list[str]) -> list[str]:
    """Lines without comments, continued ones joined."""
    joined = "\n".join(line.partition("#")[0].rstrip() for line in lines).replace("\\\n", " ")
    return [line.strip() for line in joined.split("\n") if line.strip()]


def read_sshd(
    text: str,
    host: str,
    user: str | None,
    pam: PamFactors | None,
    matches: tuple[str, ...] | None = None,
    groups: frozenset[str] | None = None,
) -> SshAccess | None:
    """The effective settings as printed by `sshd -T`; None when the text is no such print-out.

    `groups` are those that the user is in, as far as the host's own files tell; None: not known.
    """
    printed: dict[str, list[str]] = {}
    for line in text.splitlines():
        key, _, value = line.strip().partition(" ")
        printed.setdefault(key.lower(), []).append(value.strip())
    values = {key: found[0] for key, found in printed.items()}
    if "pubkeyauthentication" not in values or "passwordauthentication" not in values:
        return None
    if values.get("pamservicename", "sshd") != "sshd":
        pam = None  # another stack than the one that was read (OpenSSH 9.8)
    permit = values.get("permitrootlogin")
    interactive = values.get("kbdinteractiveauthentication", values.get("challengeresponseauthentication"))
    return SshAccess(
        host=host,
        user=user,
        address=EXTERNAL_ADDRESS,
        permit_root_login="prohibit-password" if permit == "without-password" else permit,
        public_key=_flag(values.get("pubkeyauthentication")),
        password=_flag(values.get("passwordauthentication")),
        keyboard_interactive=_flag(interactive),
        authentication_methods=tuple(values.get("authenticationmethods", "any").split()),
        use_pam=_flag(values.get("usepam")),
        pam_second_factors=None if pam is None else pam.modules,
        pam_password=None if pam is None else pam.password,
        pam_optional=None if pam is None or not pam.modules else pam.optional,
        gssapi=_flag(values.get("gssapiauthentication", "no")),  # not printed where sshd was built without it
        host_based=_flag(values.get("hostbasedauthentication")),
        let_in=_let_in(printed, user, groups),
        matches=matches,
    )


def read_matches(text: str, asked: Container[str] = ()) -> tuple[str, ...] | None:
    """The Match lines that the section `sshd` lists, less the word; None where they were not read to their end.

    Those that are for users alone, by names that sshd was `asked` about one by one, are left out.
    """
    found: list[str] = []
    file = None
    for line in text.splitlines():
        if line.startswith(MATCHES_READ):
            file = line.removeprefix(MATCHES_READ).strip()
        elif line.startswith(MATCH_LINE):
            word, _, rest = re.sub(r"[\t=]", " ", line.removeprefix(MATCH_LINE)).strip().partition(" ")
            rest = " ".join(rest.partition("#")[0].split())
            if word.lower() == "match":
                found.append(rest)
            elif file != _USUAL_FILE or not {each.strip('"') for each in rest.split()} <= _INCLUDED:
                return None  # a file that was not read
    return None if file is None else tuple(each for each in dict.fromkeys(found) if not _is_for(each, asked))


def _is_for(line: str, asked: Container[str]) -> bool:
    word, _, names = line.partition(" ")
    return word.lower() == "user" and all(name in asked for name in names.strip('"').split(","))


def keys_elsewhere(text: str) -> tuple[str, ...]:
    """Where sshd looks for keys beside the users' own folders, of the section `sshd`; empty where it does not."""
    found: list[str] = []
    for line in text.splitlines():
        key, _, value = line.strip().partition(" ")
        if key in {"authorizedkeyscommand", "trustedusercakeys"} and value not in {"", "none"}:
            found.append(f"{key} {value}")
        elif key == "authorizedkeysfile":
            found += (f"{key} {each}" for each in value.split() if each not in _OWN_KEYS)
    return tuple(found)


def _let_in(printed: Mapping[str, list[str]], user: str | None, groups: frozenset[str] | None) -> bool | None:
    """Whether the lists of users and groups let a user in (sshd_config(5)); all of them must."""
    lists = {name: [each for line in printed.get(name, ()) for each in line.split()] for name in _LISTS}
    if user is None:
        return None if any(lists.values()) else True
    answers: list[bool | None] = [_is_listed(lists["denyusers"], user) is False or None]
    if _is_listed([each for each in lists["denyusers"] if "@" not in each], user):
        return False
    if lists["allowusers"]:
        answers.append(_is_listed(lists["allowusers"], user))
    if lists["denygroups"] or lists["allowgroups"]:
        answers += _by_groups(lists["denygroups"], lists["allowgroups"], groups)
    if False in answers:
        return False
    return None if None in answers else True


def _by_groups(denied: list[str], allowed: list[str], groups: frozenset[str] | None) -> Iterator[bool | None]:
    """The host's own files need not name every group of a user: to be in none that is allowed is not known."""
    if groups is None:
        yield None
        return
    yield not any(_is_listed(denied, each) for each in groups)
    yield True if not allowed or any(_is_listed(allowed, each) for each in groups) else None


def _is_listed(patterns: Iterable[str], name: str) -> bool | None:
    """None for one who is listed from certain addresses only (`user@host`)."""
    found = [
        None if "@" in each else True
        for each in patterns
        if fnmatchcase(name, each.partition("@")[0].replace("[", "[[]"))
    ]
    return True if True in found else (None if found else False)


def _flag(value: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(value or "")
