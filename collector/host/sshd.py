"""What sshd demands of those who log on: `sshd -T -C ...` (sshd(8)) and its PAM stack (pam.conf(5))."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from collector.host.sections import EXTERNAL_ADDRESS
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

MAX_INCLUDES = 32


@dataclass(frozen=True, slots=True)
class PamFactors:
    """The second factors of a PAM service."""

    modules: tuple[str, ...]
    optional: bool
    """Whether every one of them can be left out."""
    password: bool
    """Whether the stack asks for the password too, and refuses without it."""


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
        if "nullok" in self.arguments and self.factor is not None:
            return False
        if self.control.startswith("["):
            return bool(re.search(r"\bdefault=(?:die|bad)\b", self.control))
        return self.control in {"required", "requisite"}


class PamIncludeError(ValueError):
    """A PAM file includes one that was not read, so its stack is not known."""


def read_pam(text: str, service: str = "sshd") -> PamFactors:
    """The auth stack of a service from `grep -aH ^ FILES`: `file:line`.

    A factor that an earlier module's success skips (`sufficient`, a jump over it) does not count as demanded.
    Raises PamIncludeError when an included file is not in the text, or the service itself is not.
    """
    files: dict[str, list[str]] = {}
    for line in text.splitlines():
        name, colon, content = line.partition(":")
        if colon:
            files.setdefault(name, []).append(content)
    walk = _Walk(files)
    walk.through(service, 0)
    return PamFactors(
        tuple(dict.fromkeys(walk.demanded + walk.optional)),
        optional=bool(walk.optional) and not walk.demanded,
        password=walk.password,
    )


class _Walk:
    """One pass through a stack in the order in which PAM runs it."""

    def __init__(self, files: Mapping[str, list[str]]) -> None:
        self._files = files
        self._ended = False
        self._jump = 0
        self.demanded: list[str] = []
        self.optional: list[str] = []
        self.password = False
        self._password_asked = False

    def through(self, name: str, depth: int) -> None:
        if name not in self._files or depth > MAX_INCLUDES:
            raise PamIncludeError(f"the PAM file {name[:100]} was not read")
        for line in _joined(self._files[name]):
            if found := re.match(r"@include\s+(\S+)", line):
                self.through(found[1], depth + 1)
            elif found := re.match(r"-?auth\s+(\[[^\]]*\]|\S+)\s+(\S+)\s*(.*)", line):
                if found[1] == "include":
                    self.through(found[2], depth + 1)
                elif found[1] == "substack":
                    self._apart(found[2], depth + 1)
                else:
                    self._take(_Module(found[1], found[2].rpartition("/")[2], tuple(found[3].split())))

    def _apart(self, name: str, depth: int) -> None:
        """A substack: what ends it does not end the stack around it (pam.conf(5))."""
        before = self._ended
        self.through(name, depth)
        self._ended = before

    def _take(self, module: _Module) -> None:
        skipped = self._ended or self._jump > 0
        self._jump = max(0, self._jump - 1)
        if module.factor is not None:
            (self.demanded if module.demanded and not skipped else self.optional).append(module.factor)
        elif module.name in PASSWORDS and not skipped:
            self._password_asked = True
            self.password |= module.demanded
        elif module.name == "pam_deny.so" and module.demanded:
            self.password |= self._password_asked  # the jump over this line is the password's reward
        if module.control == "sufficient" or re.search(r"\bsuccess=done\b", module.control):
            self._ended = True
        if found := re.search(r"\bsuccess=([0-9]{1,3})\b", module.control):
            self._jump = max(self._jump, int(found[1]))


def _joined(lines: list[str]) -> list[str]:
    """Lines without comments, continued ones joined."""
    joined = "\n".join(line.partition("#")[0].rstrip() for line in lines).replace("\\\n", " ")
    return [line.strip() for line in joined.split("\n") if line.strip()]


def read_sshd(text: str, host: str, user: str | None, pam: PamFactors | None) -> SshAccess | None:
    """The effective settings as printed by `sshd -T`; None when the text is no such print-out."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        key, _, value = line.strip().partition(" ")
        values.setdefault(key.lower(), value.strip())
    if "pubkeyauthentication" not in values or "passwordauthentication" not in values:
        return None
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
    )


def _flag(value: str | None) -> bool | None:
    return {"yes": True, "no": False}.get(value or "")
