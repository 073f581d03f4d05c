from __future__ import annotations

import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

from collector.collection import collect
from collector.evidence import EvidenceSet, GapCause
from collector.host.sections import KINDS
from collector.host.source import LocalHost, SshHosts
from collector.recorder import ConfiguredSource
from collector.records.configuration import ConfigurationSetting
from collector.records.host import Host, Interface, PendingUpdate, Software
from collector.records.identity import Account, LocalPrivilege
from collector.records.record import Record
from collector.source import SourceError
from collector.transport.ssh import DEFAULT_LIMIT, InterruptedRunError
from config.sources import LocalSource, SshLogin, SshSource, SshTarget

RECORDINGS = Path(__file__).parents[1] / "recordings/host"
NOW = datetime(2026, 11, 21, 8, 38, 30, tzinfo=UTC)

Answering = Callable[[bytes], bytes]


def recorded(name: str) -> Answering:
    """A host that gives the recorded answer under the nonce of the script that it is sent."""
    data = (RECORDINGS / name / "answer.txt").read_bytes()

    def answer(script: bytes) -> bytes:
        nonce = re.search(rb"nonce=([0-9a-f]{32})", script)
        assert nonce is not None
        return data.replace(b"0123456789abcdef", nonce[1])

    return answer


def failing(error: SourceError) -> Answering:
    def answer(_script: bytes) -> bytes:
        raise error

    return answer


def cut_off(name: str, size: int) -> Answering:
    whole = recorded(name)

    def answer(script: bytes) -> bytes:
        raise InterruptedRunError(GapCause.TRUNCATED, "too much", received=whole(script)[:size])

    return answer


@dataclass
class FakeShell:
    answering: Answering

    def run(self, script: bytes, limit: int = DEFAULT_LIMIT, timeout: float = 300) -> bytes:
        return self.answering(script)


@dataclass
class FakeReach:
    hosts: dict[str, Answering]
    trouble: SourceError | None = None
    asked: list[str] = field(default_factory=list)

    def shell(self, target: SshTarget) -> FakeShell:
        self.asked.append(target.name)
        return FakeShell(self.hosts[target.name])

    def user(self, target: SshTarget) -> str:
        return target.user or "styrk"

    def prepare(self) -> object:
        if self.trouble is not None:
            raise self.trouble
        return None


def source(hosts: dict[str, Answering], trouble: SourceError | None = None) -> SshHosts:
    login = SshLogin(user="styrk", private_key="file:/key", known_hosts=Path("/known_hosts"), sudo=True)
    settings = SshSource(id="hosts", type="ssh", login=login, hosts=tuple(SshTarget(name=name) for name in hosts))
    return SshHosts(settings, lambda _reference: "", reach=FakeReach(hosts, trouble), now=lambda: NOW)


def read(found: SshHosts | LocalHost, folder: Path, *kinds: type[Record]) -> EvidenceSet:
    return collect([ConfiguredSource(found, frozenset(kinds or KINDS))], folder, "0")


def test_one_dead_host_costs_only_itself(tmp_path: Path) -> None:
    dead = failing(SourceError(GapCause.UNREACHABLE, "connection refused", "start sshd"))
    evidence = read(source({"app1": recorded("debian-12-second-factor"), "dead1": dead}), tmp_path)
    hosts = evidence.reading(Host)
    assert [host.name for host in hosts.records] == ["app1"]
    (population,) = hosts.populations
    assert (population.source_count, population.complete) == (2, False)
    for each in evidence.populations:
        assert [(gap.subject, gap.cause, gap.remedy) for gap in each.missing if gap.subject == "dead1"] == [
            ("dead1", GapCause.UNREACHABLE, "start sshd")
        ]


def test_the_evidence_stands_in_the_order_of_the_settings_however_slow_a_host_is(tmp_path: Path) -> None:
    quick = recorded("debian-12-neglected")

    def slow(script: bytes) -> bytes:
        time.sleep(0.2)
        return recorded("debian-12-second-factor")(script)

    evidence = read(source({"slow1": slow, "quick1": quick}), tmp_path, Host, Software)
    assert [host.name for host in evidence.reading(Host).records] == ["slow1", "quick1"]
    assert [software.host for software in evidence.reading(Software).records] == ["slow1", "quick1"]


def test_a_key_that_cannot_be_read_is_a_gap_for_every_kind(tmp_path: Path) -> None:
    trouble = SourceError(GapCause.DENIED, "the private key cannot be used")
    evidence = read(source({"app1": recorded("debian-12-second-factor")}, trouble), tmp_path)
    assert evidence.populations == ()
    assert {gap.cause for gap in evidence.gaps} == {GapCause.DENIED}
    assert len(evidence.gaps) == len(KINDS)


def test_what_came_before_the_output_was_cut_off_is_kept_and_the_rest_is_missing(tmp_path: Path) -> None:
    evidence = read(source({"db1": cut_off("debian-12-neglected", 9000)}), tmp_path)
    assert [host.name for host in evidence.reading(Host).records] == ["db1"]
    (updates,) = evidence.reading(PendingUpdate).populations
    assert updates.count == 0
    assert [gap.cause for gap in updates.missing] == [GapCause.TRUNCATED]


@pytest.mark.parametrize("size", [0, 30])
def test_an_answer_without_a_whole_section_is_no_evidence(tmp_path: Path, size: int) -> None:
    evidence = read(source({"db1": cut_off("debian-12-neglected", size)}), tmp_path)
    assert all(population.count == 0 and not population.complete for population in evidence.populations)
    assert {gap.cause for population in evidence.populations for gap in population.missing} == {GapCause.TRUNCATED}


def test_a_user_without_a_shell_is_told_with_the_hosts_own_words_made_harmless(tmp_path: Path) -> None:
    refusing = source({"app1": lambda _script: b"\x1b[31mThis account is currently not available.\x07\n"})
    evidence = read(refusing, tmp_path, Account)
    (accounts,) = evidence.reading(Account).populations
    (gap,) = accounts.missing
    assert gap.cause is GapCause.MALFORMED
    assert "not available" in gap.detail
    assert "\x1b" not in gap.detail
    assert "\x1b" not in "".join(line.text for line in refusing.diagnose())


def test_an_answer_to_another_script_is_not_believed(tmp_path: Path) -> None:
    old = (RECORDINGS / "debian-12-second-factor/answer.txt").read_bytes()
    evidence = read(source({"app1": lambda _script: old}), tmp_path, Account)
    (accounts,) = evidence.reading(Account).populations
    assert (accounts.count, [gap.cause for gap in accounts.missing]) == (0, [GapCause.MALFORMED])


def test_without_sudo_nothing_is_guessed_and_the_remedy_names_the_one_right(tmp_path: Path) -> None:
    evidence = read(source({"web1": recorded("debian-9-without-sudo")}), tmp_path, Account, LocalPrivilege)
    (accounts,) = evidence.reading(Account).populations
    assert "password_set" in accounts.unreadable
    assert {account.name: account.enabled for account in accounts.records}["support1"] is None
    (privileges,) = evidence.reading(LocalPrivilege).populations
    assert [privilege.role for privilege in privileges.records] == ["uid-0"]
    (gap,) = privileges.missing
    assert (gap.cause, gap.subject) == (GapCause.DENIED, "web1")
    assert "styrk ALL=(root) NOPASSWD: /usr/bin/grep -aHr ^ /etc/sudoers /etc/sudoers.d" in gap.remedy
    assert "shadow" not in gap.remedy


def test_diagnosis_names_what_is_missing_and_the_hosts_that_are_well() -> None:
    found = source({"app1": recorded("debian-12-second-factor"), "rhel1": recorded("rhel-9-by-documentation")})
    lines = [line for line in found.diagnose() if "cut off" not in line.text]  # the recordings lack newer sections
    assert [(line.target, line.ok) for line in lines] == [
        ("app1", True),
        ("rhel1", True),
        ("rhel1", False),
        ("rhel1", False),
    ]


def test_the_plan_lists_every_command_of_the_script_that_is_sent() -> None:
    sent: list[str] = []

    def listen(script: bytes) -> bytes:
        sent.append(script.decode("ascii"))
        raise SourceError(GapCause.UNREACHABLE, "enough")

    found = source({"app1": listen})
    wanted = frozenset({Account, Software})
    planned = [query.text.partition(": ")[2] for query in found.plan(wanted)]
    list(found.diagnose())
    assert planned
    assert all(body in sent[0] for body in planned)
    assert not any("apt" in body for body in planned)


def test_this_host_is_read_in_full_as_the_user_that_runs_the_scan(tmp_path: Path) -> None:
    evidence = read(LocalHost(LocalSource(id="local", type="local", name="here")), tmp_path)
    (host,) = evidence.reading(Host).records
    assert (host.name, host.system) == ("here", "Linux")
    assert host.boot_time is not None
    accounts = {account.name: account for account in evidence.reading(Account).records}
    assert accounts["root"].identifier == "0"
    counts = {each.kind: (each.count, each.source_count) for each in evidence.populations}
    assert (counts["host"], counts["account"]) == ((1, 1), (len(accounts), None))
    loopback = next(interface for interface in evidence.reading(Interface).records if interface.name == "lo")
    assert loopback.kind == "loopback"
    assert "127.0.0.1/8" in loopback.addresses
    settings = {each.name: each.value for each in evidence.reading(ConfigurationSetting).records}
    assert settings["kernel.randomize_va_space"] in {"0", "1", "2"}
    assert {population.kind for population in evidence.populations} | {gap.kind for gap in evidence.gaps} >= {
        "installed-software",
        "observed-change",
        "security-log",
        "storage-volume",
        "local-privilege",
        "patch-state",
        "time-sync",
    }
