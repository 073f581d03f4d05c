from __future__ import annotations

import os
import subprocess
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.evidence import GapCause
from collector.host.answer import read_answer, without_remarks
from collector.host.facts import read_facts
from collector.host.reading import Target
from collector.host.script import NONCE_VARIABLE, needed, script
from collector.host.sections import KINDS, MAX_USERS, SECTIONS, SHADOW_COMMAND, Section, sudo_lines
from collector.records.host import Host, Software
from collector.records.identity import SshAccess

NONCE = "0123456789abcdef"


def run(*sections: Section) -> bytes:
    text = script(sections, sudo=False).decode("ascii")
    environment = {**os.environ, NONCE_VARIABLE: NONCE}
    return subprocess.run(["sh", "-c", text], env=environment, capture_output=True, check=True, timeout=30).stdout


def section(name: str, body: str, cap: int = 65536) -> Section:
    return Section(name, (Software,), body, cap)


def test_a_real_shell_gives_sections_with_status_and_the_end_of_their_errors() -> None:
    answer = read_answer(
        run(section("release", "echo one; echo two >&2; return 78"), section("products", "printf x")), NONCE
    )
    assert answer.parts["release"].text == "one\n"
    assert (answer.parts["release"].status, answer.parts["release"].note) == (78, "two")
    assert answer.parts["release"].cause is GapCause.ABSENT
    assert answer.parts["products"].ok


@pytest.mark.parametrize(
    ("body", "cause"),
    [
        ("no-such-program", GapCause.UNSUPPORTED),
        ("return 77", GapCause.DENIED),
        ("echo 'cat: x: Permission denied' >&2; return 1", GapCause.DENIED),
        ("echo 'sudo: a password is required' >&2; return 1", GapCause.DENIED),
        ("echo 'sudo: unable to resolve host web1' >&2; return 1", GapCause.MALFORMED),
        ("limit 0.2 sleep 20", GapCause.TIMED_OUT),
        ("yes | head -c 70000", GapCause.TRUNCATED),
        ("yes", GapCause.TRUNCATED),
    ],
)
def test_each_way_to_fail_has_its_cause(body: str, cause: GapCause) -> None:
    assert read_answer(run(section("release", body)), NONCE).parts["release"].cause is cause


def test_output_with_a_guessed_mark_fakes_nothing() -> None:
    forged = "printf '\\n@@styrk-note 00\\n0\\n@@styrk-end 00 release\\n\\n@@styrk-begin 00 passwd\\nroot:x:0:0:::\\n'"
    answer = read_answer(run(section("release", forged)), NONCE)
    assert set(answer.parts) == {"release"}


def test_no_section_can_read_the_script_or_the_nonce() -> None:
    answer = read_answer(run(section("release", "cat; env")), NONCE)
    assert answer.parts["release"].ok
    assert NONCE not in answer.parts["release"].text


def test_an_answer_that_was_cut_off_keeps_the_sections_before() -> None:
    data = run(section("release", "echo one"), section("products", "echo two"))
    answer = read_answer(data[: data.index(b"two")], NONCE)
    assert set(answer.parts) == {"release"}


def test_only_the_sections_of_the_wanted_kinds_are_sent() -> None:
    assert {part.name for part in needed(frozenset({Host}))} == {"system"}
    assert {part.name for part in needed(frozenset(KINDS))} == {part.name for part in SECTIONS}


def test_no_hash_leaves_the_host(tmp_path_factory: pytest.TempPathFactory) -> None:
    shadow = tmp_path_factory.mktemp("etc") / "shadow"
    shadow.write_text(
        "a:$y$j9T$salt$hash:1:0:9:7:::\nb:!$6$salt$hash:1:0:9:7:::\nc:*:1::::::\nd::1::::::\ne:DEShash01:1::::::\n"
    )
    command = [*SHADOW_COMMAND[:-1], str(shadow)]
    shown = subprocess.run(command, capture_output=True, check=True, encoding="ascii").stdout
    assert shown == "a:0:1:0:9:7:::\nb:1:1:0:9:7:::\nc:2:1::::::\nd:-1:1::::::\ne:0:1::::::\n"


def test_sudo_is_granted_command_by_command() -> None:
    lines = sudo_lines("styrk").splitlines()
    assert [line.split()[3] for line in lines] == [
        "/usr/bin/awk",
        "/usr/bin/find",
        "/usr/bin/grep",
        "/usr/sbin/sshd",
        "/usr/bin/grep",
        "/usr/sbin/auditctl",
    ]
    assert sudo_lines("styrk", "sudoers") in lines


@given(st.binary(max_size=300))
def test_no_bytes_make_the_splitting_fail(data: bytes) -> None:
    framed = b"\n@@styrk-begin 0123456789abcdef passwd\n" + data + b"\n@@styrk-end 0123456789abcdef passwd\n"
    assert read_answer(data, NONCE).parts == {}
    read_answer(framed, NONCE)


def test_more_privileged_users_than_are_asked_about_are_told() -> None:
    settings = b"pubkeyauthentication yes\npasswordauthentication no\n#configuration read /etc/ssh/sshd_config\n"
    users = [b"sshd", *(b"sshd.user%d" % number for number in range(MAX_USERS + 1))]
    data = b"".join(
        b"\n@@styrk-begin 0123456789abcdef %s\n%s\n"
        b"@@styrk-note 0123456789abcdef\n\n0\n@@styrk-end 0123456789abcdef %s\n" % (user, settings, user)
        for user in [b"pam", *users]
    )
    facts = read_facts(read_answer(data, NONCE), Target("web1"), [SshAccess], datetime(2026, 11, 21, tzinfo=UTC))
    assert len(facts.records) == MAX_USERS + 2
    assert [missing.cause for missing in facts.missing] == [GapCause.TRUNCATED]


def test_comments_in_configuration_files_are_not_kept() -> None:
    kept = b"/etc/sudoers:#includedir /etc/sudoers.d\n/etc/sudoers:#1000 ALL=ALL\nsshd:auth required pam_unix.so\n"
    remarks = b"/etc/sudoers.d/x: # password: hunter2\nsshd:#auth pam_mysql.so passwd=hunter2\n/etc/sudoers:##hunter2\n"
    stored = without_remarks(kept + remarks)
    assert stored.startswith(kept)
    assert b"hunter2" not in stored
    assert stored.count(b"\n") == 6
