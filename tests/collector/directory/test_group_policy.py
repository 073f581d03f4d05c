"""Files of Group Policy, well formed and hostile; tests/integration/test_active_directory.py reads a real share."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.collection import collect
from collector.directory.group_policy import (
    AUDIT,
    REGISTRY,
    TEMPLATE,
    folder_of,
    is_for_computers,
    links,
    settings_of,
)
from collector.directory.source import DirectorySource
from collector.directory.times import MalformedValueError
from collector.evidence import EvidenceSet, GapCause
from collector.recorder import ConfiguredSource
from collector.records.directory import PolicySetting
from collector.source import SourceError
from tests.collector.directory.fake_ldap import Answer, entry, settings
from tests.collector.directory.registry_policies import registry_policy
from tests.collector.directory.small_directories import DOMAIN, domain, population, with_first

KINDS = frozenset({PolicySetting})
LSA = "System\\CurrentControlSet\\Control\\Lsa"
GUID = "{31B2F340-016D-11D2-945F-00C04FB984F9}"
FOLDER = f"corp.example.test\\Policies\\{GUID}"


def parsed(file: str, data: bytes) -> dict[str, str]:
    return {each.name: each.value for each in settings_of(file, data, "GPO", ())}


def test_a_template_in_each_encoding() -> None:
    text = f"[System Access]\r\nLockoutBadCount = 0\r\n[Registry Values]\r\nMACHINE\\{LSA}\\NoLMHash=4,1\r\n"
    for data in (
        b"\xff\xfe" + text.encode("utf-16-le"),
        text.encode("utf-16"),
        text.encode(),
        b"\xef\xbb\xbf" + text.encode(),
    ):
        assert parsed(TEMPLATE, data) == {"system-access: LockoutBadCount": "0", "no-lm-hash": "1"}


def test_texts_and_unknown_values_of_a_template_are_left_there() -> None:
    text = f'[System Access]\nNewGuestName = "x"\n[Registry Values]\nMACHINE\\{LSA}\\NoLMHash=1,"x"\nMACHINE\\A=4,1\n'
    assert parsed(TEMPLATE, text.encode()) == {}


def test_a_registry_policy_gives_known_numbers_and_no_texts() -> None:
    known = (LSA, "LmCompatibilityLevel", 5)
    assert parsed(REGISTRY, registry_policy(("Software\\X", "Password", 7), known)) == {"ntlm-level": "5"}
    assert parsed(REGISTRY, registry_policy(known, kind=1)) == {}


@pytest.mark.parametrize("cut", [1, 7, 9, 30, -1, -3, -6])
def test_a_registry_policy_that_is_cut_off_is_malformed(cut: int) -> None:
    with pytest.raises(MalformedValueError):
        parsed(REGISTRY, registry_policy((LSA, "LmCompatibilityLevel", 5))[:cut])


def test_a_huge_length_is_malformed() -> None:
    data = registry_policy((LSA, "NoLMHash", 1)).replace(b"\x04\0\0\0;\0\x01", b"\xff\xff\xff\xff;\0\x01")
    with pytest.raises(MalformedValueError):
        parsed(REGISTRY, data)


@given(st.binary(max_size=300), st.sampled_from([TEMPLATE, REGISTRY, AUDIT]))
def test_no_file_raises_anything_else(data: bytes, file: str) -> None:
    try:
        parsed(file, (b"PReg\x01\0\0\0" if file == REGISTRY else b"") + data)
    except MalformedValueError:
        return


def test_audit_settings() -> None:
    head = (
        "Machine Name,Policy Target,Subcategory,Subcategory GUID,Inclusion Setting,Exclusion Setting,Setting Value\r\n"
    )
    row = ",System,Audit Logon,{0cce9215-69ae-11d9-bed3-505054503030},Success and Failure,,3\r\n"
    assert parsed(AUDIT, (head + row).encode()) == {"audit: Audit Logon": "3"}


def test_links_that_are_switched_off_do_not_count() -> None:
    value = b"[LDAP://cn={A},cn=policies;0][LDAP://cn={B},cn=policies;1][ldap://CN={C},CN=Policies;2]"
    assert list(links(value)) == ["cn={A},cn=policies", "CN={C},CN=Policies"]


@pytest.mark.parametrize(
    "path",
    [
        "",
        "C:\\x",
        f"\\\\evil\\share\\{GUID}",
        f"\\\\d\\sysvol\\..\\Policies\\{GUID}",
        "\\\\d\\sysvol\\d\\Policies\\..\\x",
    ],
)
def test_a_folder_outside_sysvol_is_not_followed(path: str) -> None:
    with pytest.raises(MalformedValueError):
        folder_of(entry("CN=x", gPCFileSysPath=path))


def test_the_server_in_a_path_is_not_believed() -> None:
    assert folder_of(entry("CN=x", gPCFileSysPath=f"\\\\evil.example.test\\SysVol\\{FOLDER}")) == FOLDER


@pytest.mark.parametrize(("flags", "on"), [("0", True), ("1", True), ("2", False), ("3", False)])
def test_a_policy_whose_computer_part_is_off(flags: str, on: bool) -> None:  # a case
    assert is_for_computers(entry("CN=x", flags=flags)) is on


class FakeShare:
    """A share in memory; implements `collector.transport.smb.Share`."""

    def __init__(self, files: dict[str, bytes], failure: SourceError | None = None) -> None:
        self.files = files
        self.failure = failure
        self.closed = False

    def read(self, path: str) -> bytes | None:
        """One file."""
        if self.failure is not None:
            raise self.failure
        return self.files.get(path)

    def close(self) -> None:
        """Remember it."""
        self.closed = True


def scan(share: FakeShare, folder: Path) -> EvidenceSet:
    dn = f"CN={GUID},CN=Policies,CN=System,{DOMAIN}"
    policy = entry(dn, displayName="Säkerhet", gPCFileSysPath=f"\\\\corp.example.test\\sysvol\\{FOLDER}", flags="0")
    fake = with_first(domain(), **{"(objectClass=groupPolicyContainer)": Answer([policy])})
    with_first(fake, **{"(gPLink=*)": Answer([entry(DOMAIN, gPLink=f"[LDAP://{dn.lower()};0]")])})
    source = DirectorySource(
        settings("active-directory", sysvol=True),
        lambda _reference: "",
        connect=lambda: fake,
        open_share=lambda _name: share,
    )
    return collect([ConfiguredSource(source, KINDS)], folder, "0")


def test_a_policy_its_links_and_its_files(tmp_path: Path) -> None:
    share = FakeShare({f"{FOLDER}\\{REGISTRY}": registry_policy((LSA, "NoLMHash", 1))})
    found = population(scan(share, tmp_path), PolicySetting)
    assert [(each.policy, each.name, each.value, each.linked_to) for each in found.records] == [
        ("Säkerhet", "no-lm-hash", "1", (DOMAIN,))
    ]
    assert found.complete
    assert share.closed


def test_a_malformed_file_costs_its_policy(tmp_path: Path) -> None:
    found = population(scan(FakeShare({f"{FOLDER}\\{REGISTRY}": b"x"}), tmp_path), PolicySetting)
    assert [gap.cause for gap in found.missing] == [GapCause.MALFORMED]


def test_a_share_that_cannot_be_read_is_a_gap_and_is_left(tmp_path: Path) -> None:
    share = FakeShare({}, SourceError(GapCause.UNREACHABLE, "no route to port 445", "open the port"))
    (gap,) = scan(share, tmp_path).gaps
    assert (gap.cause, gap.remedy) == (GapCause.UNREACHABLE, "open the port")
    assert share.closed


def test_the_plan_lists_the_files_and_only_where_they_are_asked_for() -> None:
    source = DirectorySource(settings("active-directory", sysvol=True), lambda _: "", connect=domain)
    texts = [query.text for query in source.plan(KINDS)]
    for file in (TEMPLATE, REGISTRY, AUDIT):
        assert f"read \\\\fake.example.test\\sysvol\\<domain>\\Policies\\<each policy>\\{file}" in texts
    silent = DirectorySource(settings("active-directory"), lambda _: "", connect=domain)
    assert list(silent.plan(KINDS)) == []
