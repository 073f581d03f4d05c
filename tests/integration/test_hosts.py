"""Linux hosts over real OpenSSH: what is seeded is what is read, and each fault has its cause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from checks.identity.ssh_factors import Factors, factors
from checks.identity.ssh_matches import open_matches
from collector.collection import collect
from collector.evidence import EvidenceSet, Gap, GapCause, Population
from collector.host.sections import KINDS
from collector.host.source import SshHosts
from collector.recorder import ConfiguredSource
from collector.records.changes import ObservedChange
from collector.records.configuration import ConfigurationSetting
from collector.records.directory import CollectorIdentity, PasswordPolicy
from collector.records.host import Host, Listener, PatchState, PendingUpdate, Software, TimeSync
from collector.records.identity import Account, LocalPrivilege, SshAccess
from collector.records.record import Record
from collector.source import Diagnosis
from config.sources import SshLogin, SshSource, SshTarget
from tests.servers.hosts import Hosts
from tests.servers.pseudo_host import PseudoHost

pytestmark = [pytest.mark.integration, pytest.mark.root]


def source(
    hosts: Hosts,
    folder: Path,
    *,
    addresses: Mapping[str, str] | None = None,
    known_hosts: str | None = None,
    key: Path | None = None,
    sudo: bool = True,
    seconds: int = 120,
) -> SshHosts:
    pinned = folder / "known_hosts"
    pinned.write_text(hosts.known_hosts if known_hosts is None else known_hosts, encoding="ascii")
    login = SshLogin(
        user=hosts.user,
        private_key=f"file:{key or hosts.key_file}",
        known_hosts=pinned,
        sudo=sudo,
        timeout_seconds=seconds,
    )
    targets = tuple(SshTarget(name=name, address=where) for name, where in (addresses or hosts.addresses).items())
    settings = SshSource(id="hosts", type="ssh", login=login, hosts=targets)
    return SshHosts(settings, lambda reference: Path(reference.removeprefix("file:")).read_text(encoding="ascii"))


def read(found: SshHosts, folder: Path, *kinds: type[Record]) -> EvidenceSet:
    return collect([ConfiguredSource(found, frozenset(kinds or KINDS))], folder / "evidence", "0")


def only_gap(found: SshHosts, folder: Path, kind: type[Record] = Host) -> Gap:
    (population,) = read(found, folder, kind).reading(kind).populations
    assert population.count == 0
    assert not population.complete
    (gap,) = population.missing
    return gap


def one(hosts: Hosts, host: PseudoHost) -> Mapping[str, str]:
    return {host.name: host.address}


@pytest.fixture(scope="module")
def evidence(hosts: Hosts, tmp_path_factory: pytest.TempPathFactory) -> EvidenceSet:
    folder = tmp_path_factory.mktemp("hosts")
    return read(source(hosts, folder), folder)


def test_everything_is_read_with_no_more_rights_than_the_three_hosts_grant(evidence: EvidenceSet) -> None:
    assert evidence.gaps == ()
    for population in evidence.populations:
        assert (population.missing, population.unreadable) == ((), ()), population.kind
    assert len(evidence.populations) == len(KINDS)


def test_accounts_with_their_last_use(evidence: EvidenceSet, hosts: Hosts, now: datetime) -> None:
    limit = now - timedelta(days=90)
    for name, truth in hosts.truth.items():
        local = [
            a
            for a in evidence.reading(Account).records
            if a.host == name and a.category is None and a.name != hosts.user
        ]
        enabled = {a.name for a in local if a.enabled}
        stale = {a.name for a in local if a.enabled and (a.never_used or (a.last_used and a.last_used < limit))}
        assert stale == truth.stale, name
        assert enabled - stale == truth.in_use, name
        assert {a.name for a in local if a.enabled is False} == truth.locked, name


def test_changes_in_the_hosts_own_logs(evidence: EvidenceSet, hosts: Hosts) -> None:
    changes = list(evidence.reading(ObservedChange).records)
    assert {change.host for change in changes} == set(hosts.truth)
    by_hand, by_itself = (change for change in changes if change.host == "app1")
    assert (by_hand.requested_by, by_hand.names, by_hand.automatic) == ("drift1", ("nginx", "nginx-common"), False)
    assert (by_itself.action, by_itself.automatic) == ("upgrade", True)


def test_settings_of_the_hosts(evidence: EvidenceSet, hosts: Hosts) -> None:
    settings = {(each.host, each.name): each.value for each in evidence.reading(ConfigurationSetting).records}
    for name in hosts.truth:
        assert settings[name, "kernel.randomize_va_space"] == "2"
        assert settings[name, "sshd.permitrootlogin"]


def test_privileges(evidence: EvidenceSet, hosts: Hosts) -> None:
    for name, truth in hosts.truth.items():
        held = [p for p in evidence.reading(LocalPrivilege).records if p.host == name]
        assert {p.holder for p in held if p.role == "uid-0"} == truth.uid_0
        assert {p.holder for p in held if p.role == "sudo"} == truth.sudo - truth.uid_0
        assert {p.holder for p in held if p.without_password} == truth.without_password - {hosts.user}


def test_second_factors_at_sshd(evidence: EvidenceSet, hosts: Hosts) -> None:
    for name, truth in hosts.truth.items():
        asked = {a.user: a for a in evidence.reading(SshAccess).records if a.host == name}
        anyone = asked[None]
        assert bool(anyone.pam_second_factors and not anyone.pam_optional) is truth.second_factor
        both = ("publickey,keyboard-interactive",)
        one_factor = {user for user, access in asked.items() if access.authentication_methods != both}
        assert one_factor == (truth.exempt_from_second_factor if truth.second_factor else set(asked))
        assert set(asked) >= {None, *truth.sudo, *truth.uid_0}
        # The block of support1 is not among them: sshd was asked about that user.
        own = [f"User {hosts.user} Address "] if truth.second_factor else []
        assert [line[: len(f"User {hosts.user} Address ")] for line in anyone.matches or ()] == own
        assert all(access.let_in and access.gssapi is False for access in asked.values())


PAM_REST = "account required pam_unix.so\nsession required pam_unix.so\n"
OTP = "pam_google_authenticator.so"


@pytest.mark.parametrize(
    ("name", "methods", "auth", "expected"),
    [
        ("nullok1", "keyboard-interactive", f"auth required pam_unix.so\nauth required {OTP} nullok\n", "one"),
        ("otp1", "keyboard-interactive", f"auth required pam_unix.so\nauth required {OTP}\n", "two"),
        ("skip1", "keyboard-interactive", f"auth sufficient pam_unix.so\nauth required {OTP}\n", "one"),
        ("radius1", "keyboard-interactive", "auth required pam_radius_auth.so\n", "unknown"),
        ("radius2", "publickey,keyboard-interactive", "auth required pam_radius_auth.so\n", "two"),
        ("either1", "publickey keyboard-interactive", f"auth required {OTP}\n", "one"),
    ],
)
def test_traps_of_pam_on_a_real_host(
    hosts: Hosts, tmp_path: Path, name: str, methods: str, auth: str, expected: Factors
) -> None:
    lines = f"AuthenticationMethods {methods}\n"  # sshd takes the first; the collector has a Match block of its own
    with hosts.variant("app1", name, sshd_lines=lines, other_files={"etc/pam.d/sshd": auth + PAM_REST}) as host:
        found = read(source(hosts, tmp_path, addresses=one(hosts, host)), tmp_path, SshAccess)
    assert found.gaps == ()
    (population,) = found.reading(SshAccess).populations
    assert population.missing == ()
    (anyone,) = (each for each in population.records if each.user is None)
    assert factors(anyone) == expected


def test_match_lines_and_lists_of_groups_on_a_real_host(hosts: Hosts, tmp_path: Path) -> None:
    files = {
        "etc/ssh/sshd_config.d/inside.conf!": "Match Address 10.0.0.0/8\n    AuthenticationMethods publickey\n",
        "etc/pam.d/sshd": f"auth required pam_unix.so\nauth required {OTP}\n{PAM_REST}",
    }
    lines = f"Include /etc/ssh/sshd_config.d/*.conf\nAllowGroups {hosts.user} sudo\n"
    with hosts.variant("app1", "inside1", sshd_lines=lines, other_files=files) as host:
        found = read(source(hosts, tmp_path, addresses=one(hosts, host)), tmp_path)
    asked = {each.user: each for each in found.reading(SshAccess).records}
    assert "Address 10.0.0.0/8" in (asked[None].matches or ())
    administrator = next(each.holder for each in found.reading(LocalPrivilege).records if each.role == "sudo")
    assert (asked[administrator].let_in, asked["root"].let_in, asked[None].let_in) == (True, None, None)
    assert factors(asked[administrator]) == "two"
    assert open_matches(asked[administrator], administrator, "anywhere") == ("Address 10.0.0.0/8",)
    assert open_matches(asked[administrator], administrator, "outside") == ()


def test_updates_and_releases(evidence: EvidenceSet, hosts: Hosts) -> None:
    states = {state.host: state for state in evidence.reading(PatchState).records}
    for name, truth in hosts.truth.items():
        updates = [update for update in evidence.reading(PendingUpdate).records if update.host == name]
        assert {update.package for update in updates if update.security} == truth.security_updates
        assert {update.package for update in updates if not update.security} == truth.other_updates
        assert {update.known_since for update in updates} <= {
            truth.published and truth.published.replace(microsecond=0)
        }
        assert (states[name].pending, states[name].security_source) == (len(updates), truth.security_source)
        products = {(s.product, s.version) for s in evidence.reading(Software).records if s.host == name}
        assert products == {truth.product}


def test_what_a_host_demands_of_passwords_and_where_it_listens(evidence: EvidenceSet, hosts: Hosts) -> None:
    policies = {each.name: each for each in evidence.reading(PasswordPolicy).records}
    assert policies.keys() == set(hosts.addresses)
    for policy in policies.values():  # as Debian installs it: pam_unix alone, and no lockout
        assert (policy.min_length, policy.lockout_threshold, policy.max_age_days) == (6, 0, 0)
        assert policy.default is False
    listening = {(each.host, each.protocol, each.port) for each in evidence.reading(Listener).records}
    assert {(name, "tcp", 22) for name in hosts.addresses} <= listening


def test_the_reading_user_administers_nothing(evidence: EvidenceSet, hosts: Hosts) -> None:
    found = {each.name: each.roles for each in evidence.reading(CollectorIdentity).records}
    assert found == {f"{hosts.user}@{name}": () for name in hosts.addresses}


def test_clocks(evidence: EvidenceSet, hosts: Hosts) -> None:
    clocks = {clock.host: clock for clock in evidence.reading(TimeSync).records}
    for name, truth in hosts.truth.items():
        clock = clocks[name]
        assert set(clock.configured or ()) == truth.time_sources
        assert clock.running is bool(truth.time_sources)
        if truth.offset_seconds is None:
            assert (clock.selected, clock.offset_us) == (None, None)
        else:
            assert clock.selected in truth.time_sources
            assert clock.offset_us is not None
            # A slow clock: negative. On a busy machine either end may mistake the time by some tenths of a second.
            assert abs(clock.offset_us + truth.offset_seconds * 1_000_000) < 500_000


def test_no_hash_and_no_one_time_secret_is_kept(
    evidence: EvidenceSet, hosts: Hosts, tmp_path_factory: pytest.TempPathFactory
) -> None:
    (population,) = evidence.reading(Host).populations
    kept = [path.read_bytes() for path in tmp_path_factory.getbasetemp().glob("hosts[0-9]*/evidence/raw/hosts/*")]
    assert len(kept) == len(population.provenance.raw) == 3
    for data in kept:
        assert b"forthetest" not in data
        assert b"option=secret" not in data
        assert b"JBSWY3DP" not in data


def test_without_sudo_the_rights_that_are_missing_are_named(hosts: Hosts, tmp_path: Path) -> None:
    found = read(source(hosts, tmp_path, sudo=False), tmp_path)
    denied = {p.kind: {gap.subject for gap in p.missing if gap.cause is GapCause.DENIED} for p in found.populations}
    needs_root = {"account", "configuration-setting", "local-privilege", "password-policy", "ssh-access"}
    assert {kind for kind, names in denied.items() if names} == needs_root
    assert denied["local-privilege"] == set(hosts.truth)
    (accounts,) = found.reading(Account).populations
    assert {"password_set", "password_present"} <= set(accounts.unreadable)
    assert all(account.password_set is None and account.password_present is None for account in accounts.records)


def test_a_changed_host_key_an_unknown_host_and_a_refused_key(hosts: Hosts, tmp_path: Path) -> None:
    address = {"db1": hosts.addresses["db1"]}
    changed = only_gap(
        source(hosts, tmp_path, addresses=address, known_hosts=hosts.changed_known_hosts), tmp_path / "a"
    )
    assert (changed.cause, changed.subject, "another host key" in changed.detail) == (GapCause.DENIED, "db1", True)
    unknown = only_gap(source(hosts, tmp_path, addresses=address, known_hosts=""), tmp_path / "b")
    assert (unknown.cause, "is not in" in unknown.detail) == (GapCause.DENIED, True)
    refused = only_gap(source(hosts, tmp_path, addresses=address, key=hosts.stranger_key_file), tmp_path / "c")
    assert (refused.cause, "refused the key of styrk" in refused.detail) == (GapCause.DENIED, True)


def test_a_gibibyte_of_output_is_not_taken(hosts: Hosts, tmp_path: Path) -> None:
    with hosts.flooding() as host:
        gap = only_gap(source(hosts, tmp_path, addresses=one(hosts, host)), tmp_path)
    assert (gap.cause, "sent more than" in gap.detail) == (GapCause.TRUNCATED, True)


def test_missing_programs_are_gaps_for_what_needed_them_and_nothing_else(hosts: Hosts, tmp_path: Path) -> None:
    missing = ("usr/bin/apt", "usr/bin/apt-get", "usr/bin/chronyc", "usr/bin/lastlog", "usr/sbin/sshd.none")
    with hosts.without(*missing) as host:
        found = read(source(hosts, tmp_path, addresses=one(hosts, host)), tmp_path)
    populations: dict[str, Population[Record]] = {population.kind: population for population in found.populations}
    assert [gap.cause for gap in populations["pending-update"].missing] == [GapCause.UNSUPPORTED]
    assert [state.manager for state in found.reading(PatchState).records] == [None]
    (clock,) = found.reading(TimeSync).records
    assert (clock.daemon, clock.offset_us, clock.stratum) == ("chrony", None, None)
    assert "last_used" in populations["account"].unreadable
    assert all(account.last_used is None and account.never_used is None for account in found.reading(Account).records)
    assert populations["local-privilege"].complete
    assert populations["host"].complete


def test_a_dead_address_beside_living_hosts(hosts: Hosts, tmp_path: Path) -> None:
    addresses = {"dead1": "10.77.255.254", **hosts.addresses}
    known = hosts.known_hosts + hosts.known_hosts.splitlines()[0].replace(
        hosts.known_hosts.split(",", 1)[0], addresses["dead1"]
    )
    found = read(source(hosts, tmp_path, addresses=addresses, known_hosts=known + "\n"), tmp_path, Host)
    (population,) = found.reading(Host).populations
    assert [host.name for host in population.records] == list(hosts.addresses)
    assert [(gap.subject, gap.cause) for gap in population.missing] == [("dead1", GapCause.UNREACHABLE)]


def test_diagnosis(hosts: Hosts, tmp_path: Path) -> None:
    well = list(source(hosts, tmp_path).diagnose())
    assert [(line.target, line.ok) for line in well] == [(name, True) for name in hosts.addresses]
    lines: list[Diagnosis] = list(source(hosts, tmp_path, sudo=False).diagnose())
    remedies = "\n".join(line.remedy for line in lines if not line.ok)
    assert "styrk ALL=(root) NOPASSWD: /usr/bin/grep -aHr ^ /etc/sudoers /etc/sudoers.d" in remedies
    assert "styrk ALL=(root) NOPASSWD: /usr/sbin/sshd" in remedies
