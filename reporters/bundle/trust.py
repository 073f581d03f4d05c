"""Whose signatures are trusted, docs/bundle.md section 8: the ALLOWED SIGNERS files of ssh-keygen(1)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from reporters.bundle.errors import BundleError
from reporters.bundle.keys import KEY_TYPE, PublicKey
from reporters.bundle.layout import read_small
from reporters.bundle.sshsig import NAMESPACE

MAX_TRUST_FILE = 1 << 20

_LINE = re.compile(
    r"""(?P<principals>"[^"]+"|[^\s"]+)[ \t]+
        (?:(?P<options>(?:[A-Za-z-]+(?:="[^"]*")?)(?:,[A-Za-z-]+(?:="[^"]*")?)*)[ \t]+)?
        (?P<type>(?:ssh|ecdsa|sk)-[a-z0-9@.-]+)[ \t]+(?P<key>[A-Za-z0-9+/=]+)(?:[ \t].*)?""",
    re.VERBOSE,
)
_OPTION = re.compile(r'([A-Za-z-]+)(?:="([^"]*)")?')
_TIME_FORMATS = {8: "%Y%m%d", 12: "%Y%m%d%H%M", 14: "%Y%m%d%H%M%S"}


@dataclass(frozen=True, slots=True)
class TrustedKey:
    """A key that someone told the verifier to trust, by another road than the bundle's."""

    key: PublicKey
    principals: str = ""
    """The name that the trust file gives the key's owner."""
    namespaces: str = "*"
    """Comma-separated patterns of signature namespaces that the key may be used for."""
    valid_after: datetime | None = None
    """First moment of the key's validity."""
    valid_before: datetime | None = None
    """Last moment of the key's validity."""

    def refusal(self, signed_at: datetime) -> str:
        """Why this line does not cover a signature of that time in our namespace; empty when it does."""
        if not _matches(NAMESPACE, self.namespaces):
            return f"the key is trusted for {self.namespaces}, not for {NAMESPACE}"
        if self.valid_after is not None and signed_at < self.valid_after:
            return f"the key is valid from {self.valid_after.isoformat()}; the run is of {signed_at.isoformat()}"
        if self.valid_before is not None and signed_at > self.valid_before:
            return f"the key was valid until {self.valid_before.isoformat()}; the run is of {signed_at.isoformat()}"
        return ""


def load_trust(path: Path) -> tuple[TrustedKey, ...]:
    """The Ed25519 keys of an `allowed_signers` file, or of a single `.pub` file.

    Raises BundleError when it cannot be read or understood, or holds no Ed25519 key.
    """
    if not path.exists():
        raise BundleError(
            f"no file {path}",
            "give the .pub file that the signer handed you, or your own allowed_signers (docs/bundle.md)",
        )
    try:
        text = read_small(path.parent, path.name, MAX_TRUST_FILE).decode()
    except UnicodeDecodeError as error:
        raise BundleError(f"{path} is not text in UTF-8") from error
    keys = parse_allowed_signers(text, str(path))
    if not keys:
        raise BundleError(f"{path} holds no Ed25519 key", "Styrk signs with Ed25519 keys only")
    return keys


def parse_allowed_signers(text: str, name: str) -> tuple[TrustedKey, ...]:
    """The trusted keys in the text of an `allowed_signers` or `.pub` file, in its order.

    Keys of other types and certificate authorities are passed over: Styrk signs with plain Ed25519 keys. Raises
    BundleError (with the line) for what ssh-keygen would not take either.
    """
    keys = []
    for number, line in enumerate(text.splitlines(), start=1):
        stripped = line.strip()
        if not stripped or stripped.startswith("#"):
            continue
        try:
            key = PublicKey.parse(stripped) if stripped.startswith(KEY_TYPE) else None
            trusted = TrustedKey(key) if key else _parse_line(stripped)
        except BundleError as error:
            raise BundleError(f"{name}:{number}: {error.detail}", error.remedy) from error
        if trusted is not None:
            keys.append(trusted)
    return tuple(keys)


def allowed_signers_line(principal: str, key: PublicKey) -> str:
    """The line that an auditor puts in `allowed_signers` to trust a key for Styrk's signatures."""
    return f'{principal} namespaces="{NAMESPACE}" {key.text}'


def trusting(trust: Iterable[TrustedKey], key: PublicKey, signed_at: datetime) -> TrustedKey:
    """The line of the trust file that covers a signature; raises BundleError with the reasons when none does."""
    reasons = []
    for trusted in trust:
        if trusted.key != key:
            continue
        reason = trusted.refusal(signed_at)
        if not reason:
            return trusted
        reasons.append(reason)
    raise BundleError("; ".join(reasons) or f"the key {key.fingerprint} is not among the trusted keys")


def _parse_line(line: str) -> TrustedKey | None:
    match = _LINE.fullmatch(line)
    if match is None:
        raise BundleError("not `principals [options] key`", f'e.g. `styrk namespaces="{NAMESPACE}" {KEY_TYPE} AAAA...`')
    options: dict[str, str] = {}
    for option, value in _OPTION.findall(match["options"] or ""):
        if option.lower() in options:
            raise BundleError(f"option {option} twice")
        options[option.lower()] = value
    unknown = options.keys() - {"cert-authority", "namespaces", "valid-after", "valid-before"}
    if unknown:
        raise BundleError(f"unknown option {', '.join(sorted(unknown))}")
    if "cert-authority" in options or match["type"] != KEY_TYPE:
        return None
    return TrustedKey(
        PublicKey.from_base64(match["key"]),
        match["principals"].strip('"'),
        options.get("namespaces", "*"),
        _time(options.get("valid-after")),
        _time(options.get("valid-before")),
    )


def _time(text: str | None) -> datetime | None:
    """A time as ssh-keygen writes it: `YYYYMMDD[HHMM[SS]]`, local, or UTC with `Z`."""
    if text is None:
        return None
    digits = text.removesuffix("Z")
    try:
        time = datetime.strptime(digits, _TIME_FORMATS[len(digits)])  # noqa: DTZ007  # the zone is set below
    except (KeyError, ValueError) as error:
        raise BundleError(f"not a time: {text!r:.40}", "write YYYYMMDDZ or YYYYMMDDHHMMSSZ") from error
    return time.replace(tzinfo=UTC) if text.endswith("Z") else time.astimezone(UTC)


def _matches(name: str, patterns: str) -> bool:
    """Pattern lists of ssh_config(5): `*`, `?`, and `!` before a pattern that excludes."""
    matched = False
    for pattern in patterns.split(","):
        negated = pattern.startswith("!")
        expression = re.escape(pattern.removeprefix("!")).replace(r"\*", ".*").replace(r"\?", ".")
        if re.fullmatch(expression, name):
            if negated:
                return False
            matched = True
    return matched
