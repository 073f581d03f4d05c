"""What Group Policy sets on computers: security templates, registry policies and audit settings in SYSVOL; pure.

Templates: MS-GPSB 2.2 (`GptTmpl.inf`, UTF-16). Registry policies: MS-GPREG 2.2.1 (`Registry.pol`). Audit: MS-GPAC 2.2.1
(`audit.csv`). Only values that harden are kept: a registry policy may carry a password, and nobody asked for it.
"""

from __future__ import annotations

import csv
import io
import re
import struct
from collections.abc import Iterator

from collector.directory.times import MalformedValueError, parse_integer
from collector.records.directory import PolicySetting
from collector.transport.ldap import Entry, Search

TEMPLATE = "MACHINE\\Microsoft\\Windows NT\\SecEdit\\GptTmpl.inf"
REGISTRY = "MACHINE\\Registry.pol"
AUDIT = "MACHINE\\Microsoft\\Windows NT\\Audit\\audit.csv"
FILES = (TEMPLATE, REGISTRY, AUDIT)
MAX_VALUES = 100_000
"""Values of one registry policy."""
_SERVICES = "system\\currentcontrolset\\services\\"
_LSA = "system\\currentcontrolset\\control\\lsa\\"
REGISTRY_NAMES = {
    f"{_SERVICES}ntds\\parameters\\ldapserverintegrity": "ldap-server-signing",
    f"{_SERVICES}ntds\\parameters\\ldapenforcechannelbinding": "ldap-channel-binding",
    f"{_SERVICES}ldap\\ldapclientintegrity": "ldap-client-signing",
    f"{_SERVICES}lanmanserver\\parameters\\requiresecuritysignature": "smb-server-signing",
    f"{_SERVICES}lanmanserver\\parameters\\smb1": "smb1-server",
    f"{_SERVICES}lanmanworkstation\\parameters\\requiresecuritysignature": "smb-client-signing",
    f"{_SERVICES}netbt\\parameters\\nodetype": "netbios-node-type",
    f"{_LSA}lmcompatibilitylevel": "ntlm-level",
    f"{_LSA}nolmhash": "no-lm-hash",
    f"{_LSA}runasppl": "lsa-protection",
    "system\\currentcontrolset\\control\\securityproviders\\wdigest\\uselogoncredential": "wdigest",
    "software\\policies\\microsoft\\windows nt\\dnsclient\\enablemulticast": "llmnr",
}
"""Value below HKEY_LOCAL_MACHINE, lower case, to the name in evidence."""
_SECTIONS = {"system access": "system-access", "event audit": "event-audit"}
_NUMBER = re.compile(r"-?\d{1,10}")
_LINK = re.compile(r"\[LDAP://(?P<dn>[^;\]]+);(?P<options>\d{1,10})\]", re.IGNORECASE)
_DISABLED_LINK, _COMPUTER_OFF = 1, 2
_PATH = re.compile(r"\\\\[^\\]+\\sysvol\\(?P<below>[^\\]+\\Policies\\\{[0-9A-Fa-f-]{36}\})\\?", re.IGNORECASE)
_SIGNATURE = b"PReg\x01\x00\x00\x00"
_DWORD = 4


def policy_search(domain: str, page_size: int) -> Search:
    """The domain's group policies."""
    attributes = ("displayName", "gPCFileSysPath", "flags")
    return Search(f"CN=Policies,CN=System,{domain}", "one", "(objectClass=groupPolicyContainer)", attributes, page_size)


def link_search(domain: str, page_size: int) -> Search:
    """The domain and the units that policies are linked to."""
    return Search(domain, "subtree", "(gPLink=*)", ("gPLink",), page_size)


def links(value: bytes) -> Iterator[str]:
    """The distinguished names of the policies in a gPLink whose link is not disabled (MS-GPOL 2.2.2)."""
    for found in _LINK.finditer(value.decode("utf-8", "backslashreplace")):
        if not int(found["options"]) & _DISABLED_LINK:
            yield found["dn"]


def folder_of(policy: Entry) -> str:
    r"""The policy's folder below the share: `corp.example.test\Policies\{...}`; the server in it is not believed.

    Raises MalformedValueError.
    """
    found = _PATH.fullmatch(policy.text("gPCFileSysPath") or "")
    if found is None or ".." in found["below"]:
        message = f"not a folder of SYSVOL: {policy.text('gPCFileSysPath')!r:.100}"
        raise MalformedValueError(message)
    return found["below"]


def is_for_computers(policy: Entry) -> bool:
    """Whether its computer part is on (flags, MS-GPOL 2.2.3); raises MalformedValueError."""
    flags = policy.first("flags")
    return flags is None or not parse_integer(flags) & _COMPUTER_OFF


def read_request(host: str, folder: str, file: str) -> str:
    """How the plan and the provenance write a file."""
    return f"read \\\\{host}\\sysvol\\{folder}\\{file}"


def settings_of(file: str, data: bytes, policy: str, linked_to: tuple[str, ...]) -> Iterator[PolicySetting]:
    """The values of one file that harden; raises MalformedValueError."""
    parse = {TEMPLATE: _template, REGISTRY: _registry, AUDIT: _audit}[file]
    for name, value in parse(data):
        yield PolicySetting(policy=policy, name=name, value=value, linked_to=linked_to)


def _template(data: bytes) -> Iterator[tuple[str, str]]:
    section = ""
    for line in _text(data).splitlines():
        stripped = line.strip()
        if stripped.startswith("[") and stripped.endswith("]"):
            section = stripped[1:-1].strip().lower()
            continue
        name, equals, value = (part.strip() for part in stripped.partition("="))
        if not equals:
            continue
        if section == "registry values":
            key = name.lower().removeprefix("machine\\")
            kind, _, content = value.partition(",")
            if key in REGISTRY_NAMES and kind.strip() == str(_DWORD) and _NUMBER.fullmatch(content.strip()):
                yield REGISTRY_NAMES[key], content.strip()
        elif section in _SECTIONS and _NUMBER.fullmatch(value):
            yield f"{_SECTIONS[section]}: {name}", value


def _text(data: bytes) -> str:
    encoding = "utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig"
    try:
        return data.decode(encoding)
    except UnicodeDecodeError as error:
        message = f"not a text in {encoding}: {error.reason}"
        raise MalformedValueError(message) from error


def _registry(data: bytes) -> Iterator[tuple[str, str]]:
    """`[key;value;type;size;data]`, each mark a UTF-16 character, until the end of the file."""
    if not data.startswith(_SIGNATURE):
        message = f"not a registry policy: {data[:8].hex()}"
        raise MalformedValueError(message)
    at = len(_SIGNATURE)
    for _ in range(MAX_VALUES):
        if at == len(data):
            return
        at = _mark(data, at, "[")
        key, at = _string(data, at)
        name, at = _string(data, at)
        kind, at = _number(data, at)
        size, at = _number(data, at)
        content, at = data[at : at + size], at + size
        at = _mark(data, at, "]")
        known = REGISTRY_NAMES.get(f"{key}\\{name}".lower())
        if known is not None and kind == _DWORD and len(content) == 4:
            yield known, str(struct.unpack("<I", content)[0])
    message = f"a registry policy with more than {MAX_VALUES} values"
    raise MalformedValueError(message)


def _mark(data: bytes, at: int, mark: str) -> int:
    if data[at : at + 2] != mark.encode("utf-16-le"):
        message = f"a registry policy without {mark} at byte {at}"
        raise MalformedValueError(message)
    return at + 2


def _string(data: bytes, at: int) -> tuple[str, int]:
    end = at
    while data[end : end + 2] not in {b"\0\0", b""}:
        end += 2
    return data[at:end].decode("utf-16-le", "backslashreplace"), _mark(data, end + 2, ";")


def _number(data: bytes, at: int) -> tuple[int, int]:
    if at + 4 > len(data):
        message = "a registry policy that is cut off"
        raise MalformedValueError(message)
    found: int = struct.unpack_from("<I", data, at)[0]
    return found, _mark(data, at + 4, ";")


def _audit(data: bytes) -> Iterator[tuple[str, str]]:
    rows = csv.DictReader(io.StringIO(_text(data)))
    try:
        for row in rows:
            name, value = (row.get("Subcategory") or "").strip(), (row.get("Setting Value") or "").strip()
            if name and _NUMBER.fullmatch(value):
                yield f"audit: {name}", value
    except csv.Error as error:
        message = f"audit.csv: {error}"
        raise MalformedValueError(message) from error
