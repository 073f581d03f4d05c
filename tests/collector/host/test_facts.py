from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from collector.evidence import GapCause
from collector.host.answer import Answer, Part
from collector.host.facts import read_facts
from collector.host.reading import Facts, Target
from collector.host.sections import KINDS, SECTIONS, sudo_lines
from collector.records.directory import CollectorIdentity
from collector.records.host import Host, PatchState, PendingUpdate, TimeSync
from collector.records.identity import Account, LocalPrivilege, SshAccess
from collector.records.record import Record

NOW = datetime(2026, 11, 21, tzinfo=UTC)


def facts(
    texts: Mapping[str, str], kind: type[Record], status: Mapping[str, int] | None = None, note: str = ""
) -> Facts:
    """Facts of a host where every section failed with 127 that is neither in `texts` nor in `status`."""
    given = {section.name: (status or {}).get(section.name, 127) for section in SECTIONS} | dict.fromkeys(texts, 0)
    parts = {name: Part(name, texts.get(name, ""), code, note if code else "", False) for name, code in given.items()}
    return read_facts(Answer(parts, ""), Target("web1"), [kind], NOW)


@pytest.mark.parametrize("kind", KINDS)
def test_a_host_that_answers_nothing_gives_a_gap_and_no_record(kind: type[Record]) -> None:
    found = read_facts(Answer({}, ""), Target("web1", cut=GapCause.TIMED_OUT), [kind], NOW)
    assert found.records == []
    assert {missing.cause for missing in found.missing} == {GapCause.TIMED_OUT}
    assert {missing.kind for missing in found.missing} == {kind}


def test_no_package_index_is_not_an_empty_list_of_updates() -> None:
    found = facts({"upgradable": "", "apt-targets": ""}, PendingUpdate)
    assert (found.records, [missing.cause for missing in found.missing]) == ([], [GapCause.ABSENT])
    state = facts({"upgradable": "", "apt-targets": "", "apt-state": ""}, PatchState).records[0]
    assert isinstance(state, PatchState)
    assert (state.pending, state.security_source) == (None, False)


def test_an_index_and_no_line_is_nothing_pending() -> None:
    found = facts({"upgradable": "", "apt-targets": "Debian|stable|bookworm|x_InRelease|1795000000\n"}, PendingUpdate)
    assert (found.records, found.missing) == ([], [])


def test_what_apt_does_not_print_is_not_taken_for_no_updates() -> None:
    targets = {"apt-targets": "Debian|stable|bookworm|x_InRelease|1795000000\n"}
    found = facts({"upgradable": "E: something\n", **targets}, PendingUpdate)
    assert (found.records, [missing.cause for missing in found.missing]) == ([], [GapCause.MALFORMED])


def test_a_host_without_sudoers_gives_rights_to_uid_0_alone() -> None:
    passwd = {"passwd": "root:x:0:0::/root:/bin/sh\nanna:x:1000:1000::/home/anna:/bin/sh\n", "group": "sudo::27:anna\n"}
    found = facts(passwd, LocalPrivilege, {"sudoers": 78})
    assert ([record.subject for record in found.records], found.missing) == (["root@web1"], [])
    denied = facts(passwd, LocalPrivilege, {"sudoers": 77})
    assert [record.subject for record in denied.records] == ["root@web1"]
    assert [missing.cause for missing in denied.missing] == [GapCause.DENIED]


def test_no_ssh_server_and_one_that_is_stopped_are_told_apart() -> None:
    absent = facts({}, SshAccess, {"sshd": 78})
    stopped = facts({}, SshAccess, {"sshd": 255}, note="Missing privilege separation directory: /run/sshd")
    for found in (absent, stopped):
        assert (found.records, [missing.cause for missing in found.missing]) == ([], [GapCause.ABSENT])
    assert "not running" in stopped.missing[0].detail
    assert "not running" not in absent.missing[0].detail


def test_a_host_without_any_time_service_is_a_record_that_says_so() -> None:
    (clock,) = facts({"time-processes": "", "system": "container=none\n"}, TimeSync).records
    assert clock == TimeSync(host="web1", running=False, shares_clock=False)
    (unsure,) = facts({"time-processes": "hidden\n"}, TimeSync).records
    assert unsure == TimeSync(host="web1")


def test_a_host_that_does_not_say_is_not_said_to_forward_or_not() -> None:
    assert facts({"system": "system=Linux\n"}, Host).records == [Host(name="web1", system="Linux")]


USERS = "root:x:0:0::/root:/bin/sh\nstyrk:x:990:990::/home/styrk:/bin/sh\n"
FOUR = "\n".join(f"/etc/sudoers.d/styrk:{line}" for line in sudo_lines("styrk").splitlines())


@pytest.mark.parametrize(
    ("user", "sudoers", "roles"),
    [
        ("styrk", "/etc/sudoers:root ALL=(ALL:ALL) ALL\n", ()),
        ("styrk", FOUR, ()),
        ("styrk", "/etc/sudoers:styrk ALL=(ALL) NOPASSWD: ALL\n", ("sudo",)),
        ("styrk", "/etc/sudoers:%sudo ALL=(ALL) ALL\n", ("sudo",)),
        ("styrk", None, None),
        ("root", None, ("uid-0",)),
    ],
)
def test_what_the_reading_user_may_do_besides_reading(
    user: str, sudoers: str | None, roles: tuple[str, ...] | None
) -> None:
    texts = {"passwd": USERS, "group": "sudo::27:styrk\n"} | ({} if sudoers is None else {"sudoers": sudoers})
    code = {} if sudoers is not None else {"sudoers": 77}
    given = {section.name: code.get(section.name, 127) for section in SECTIONS} | dict.fromkeys(texts, 0)
    parts = {name: Part(name, texts.get(name, ""), status, "", False) for name, status in given.items()}
    found = read_facts(Answer(parts, ""), Target("web1", user), [CollectorIdentity], NOW)
    assert found.records == [CollectorIdentity(name=f"{user}@web1", roles=roles)]
    assert (CollectorIdentity in found.unreadable) is (roles is None)


def test_rights_that_come_from_a_directory_too_are_a_gap_and_not_nobodys() -> None:
    passwd = {"passwd": "root:x:0:0::/root:/bin/sh\n", "group": "sudo::27:\n"}
    sudoers = "/etc/sudoers:%sudo ALL=(ALL:ALL) ALL\n/etc/nsswitch.conf:sudoers: files sss\n"
    found = facts(passwd | {"sudoers": sudoers}, LocalPrivilege)
    assert [(missing.cause, missing.detail) for missing in found.missing] == [
        (GapCause.UNSUPPORTED, "rights come from sss too, which is not read")
    ]
    elsewhere = facts(passwd, LocalPrivilege, {"sudoers": 127})
    assert [missing.cause for missing in elsewhere.missing] == [GapCause.UNSUPPORTED]


LOCKED = {
    "passwd": "anna:x:1000:1000::/home/anna:/bin/sh\nbo:x:1001:1001::/home/bo:/usr/sbin/nologin\n",
    "shadow": "anna:1:1:0:9:7:::\nbo:1:1:0:9:7:::\n",
    "keys": "anna:no\n",
    "lastlog": "",
}
OWN = "authorizedkeysfile .ssh/authorized_keys .ssh/authorized_keys2\nauthorizedkeyscommand none\n"


@pytest.mark.parametrize(
    ("printed", "enabled"),
    [
        (OWN, False),
        (f"{OWN}trustedusercakeys none\n", False),
        (f"{OWN}trustedusercakeys /etc/ssh/ca.pub\n", None),
        ("authorizedkeysfile /etc/ssh/keys/%u\nauthorizedkeyscommand none\n", None),
        ("authorizedkeysfile none\nauthorizedkeyscommand /usr/bin/sss_ssh_authorizedkeys\n", None),
    ],
)
def test_an_account_whose_keys_may_be_elsewhere_is_not_known_to_be_locked(printed: str, enabled: bool | None) -> None:
    found = facts(LOCKED | {"sshd": printed}, Account)
    accounts = {each.name: each.enabled for each in found.records if isinstance(each, Account)}
    assert accounts == {"anna": enabled, "bo": False}
    assert ("enabled" in found.unreadable.get(Account, ())) is (enabled is None)
    assert [each.cause for each in found.missing] == ([] if enabled is False else [GapCause.UNSUPPORTED])
