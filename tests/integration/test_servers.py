"""The real servers show what was seeded, asked with ordinary tools."""

from __future__ import annotations

import base64
import csv
import json
import os
import socket
import ssl
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from tests.servers.certificates import Authority
from tests.servers.faults import LosingRelay, SilentSshServer
from tests.servers.hosts import Hosts
from tests.servers.network import Laboratory
from tests.servers.process import ServerError, require
from tests.servers.registers import Registers
from tests.servers.restic import ResticRepositories
from tests.servers.samba import SambaDomainController, filetime
from tests.servers.slapd import OpenLdap, SlapdFaults, generalized
from tests.servers.zones import Zones

Entry = dict[str, list[str]]


class Answer:
    def __init__(self, done: subprocess.CompletedProcess[str]) -> None:
        self.status = done.returncode
        self.errors = done.stderr
        self.text = done.stdout

    @property
    def entries(self) -> list[Entry]:
        """LDIF without line folding (RFC 2849)."""
        found: list[Entry] = []
        for block in self.text.split("\n\n"):
            entry: Entry = {}
            for line in block.splitlines():
                name, _, value = line.partition(":")
                plain = base64.b64decode(value[1:]).decode() if value.startswith(":") else value.strip()
                entry.setdefault(name, []).append(plain)
            if "dn" in entry:
                found.append(entry)
        return found


def search(
    server: SambaDomainController | OpenLdap, *arguments: str, user: str, url: str = "", sasl: bool = False
) -> Answer:
    bind = ["-Y", "EXTERNAL", "-Q"] if sasl else ["-x", "-D", user, "-w", server.bind_password]
    environment = {**os.environ, "LDAPTLS_CACERT": str(server.ca_file), "LDAPNETWORK_TIMEOUT": "60"}
    if isinstance(server, OpenLdap):
        environment["LDAPTLS_CERT"] = str(server.client_certificate.certificate)
        environment["LDAPTLS_KEY"] = str(server.client_certificate.key)
    where = ["-H", url or server.ldaps_url, "-b", server.base_dn]
    argv = ["ldapsearch", "-LLL", "-o", "ldif-wrap=no", *bind, *where, *arguments]
    return Answer(subprocess.run(argv, capture_output=True, text=True, env=environment, check=False, timeout=300))


def ssh(key: Path, known_hosts: Path, target: str, command: str) -> Answer:
    options = ["BatchMode=yes", "IdentitiesOnly=yes", f"UserKnownHostsFile={known_hosts}"]
    flags = [word for option in options for word in ("-o", option)]
    argv = ["ssh", "-F", "none", *flags, "-i", str(key), target, command]
    return Answer(subprocess.run(argv, capture_output=True, text=True, check=False, timeout=300))


@pytest.fixture
def on_host(hosts: Hosts, tmp_path: Path) -> object:
    known = tmp_path / "known_hosts"
    known.write_text(hosts.known_hosts, encoding="ascii")
    return lambda name, command: ssh(hosts.key_file, known, f"{hosts.user}@{hosts.running[name].address}", command)


def test_a_missing_program_is_named_with_the_line_to_run() -> None:
    with pytest.raises(ServerError, match=r"not installed: no-such-program\. Run as root: apt-get install .* samba "):
        require("sh", "no-such-program")


PEOPLE = "(&(objectCategory=person)(objectClass=user))"


def test_samba_shows_every_seeded_account_over_ldaps(samba_dc: SambaDomainController) -> None:
    answer = search(samba_dc, PEOPLE, "sAMAccountName", "lastLogonTimestamp", user=samba_dc.bind_user)
    truth = samba_dc.truth
    found = {entry["sAMAccountName"][0]: entry.get("lastLogonTimestamp") for entry in answer.entries}
    assert set(found) == {account.name for account in truth.accounts} | truth.not_seeded
    for account in truth.accounts:
        expected = ["0"] if account.explicit_zero else account.last_used and [filetime(account.last_used)]
        assert found[account.name] == expected, account.name


def test_samba_shows_the_rest_over_starttls(samba_dc: SambaDomainController) -> None:
    wanted = ("sAMAccountName", "pwdLastSet", "whenCreated", "userAccountControl", "accountExpires", "employeeID")
    answer = search(samba_dc, "-ZZ", PEOPLE, *wanted, user=samba_dc.bind_user, url=samba_dc.url)
    found = {entry["sAMAccountName"][0]: entry for entry in answer.entries}
    for account in samba_dc.truth.accounts:
        entry = found[account.name]
        assert entry["pwdLastSet"] == [filetime(account.password_set) if account.password_set else "0"], account.name
        assert entry["whenCreated"] == [account.created.strftime("%Y%m%d%H%M%S.0Z")]
        flags = int(entry["userAccountControl"][0])
        assert bool(flags & 0x2) is not account.enabled, account.name
        assert bool(flags & 0x40000) is account.smartcard_required
        assert entry.get("employeeID") == ([account.person_key] if account.person_key else None)


def test_samba_refuses_a_simple_bind_without_tls(samba_dc: SambaDomainController) -> None:
    answer = search(samba_dc, PEOPLE, user=samba_dc.bind_user, url=samba_dc.url)
    assert "Transport encryption required" in answer.errors


def test_samba_resolves_nested_administrators(samba_dc: SambaDomainController) -> None:
    group = f"CN=Domain Admins,CN=Users,{samba_dc.base_dn}"
    chain = f"(|(memberOf:1.2.840.113556.1.4.1941:={group})(primaryGroupID=512))"
    answer = search(samba_dc, f"(&{PEOPLE}{chain})", "sAMAccountName", user=samba_dc.bind_user)
    found = {entry["sAMAccountName"][0] for entry in answer.entries}
    assert found == samba_dc.truth.privileges["domain-admins"]


def test_samba_hides_what_the_access_lists_say(samba_dc: SambaDomainController) -> None:
    blind = search(samba_dc, PEOPLE, "lastLogonTimestamp", user=samba_dc.blind_user)
    assert len(blind.entries) == len(samba_dc.truth.accounts) + len(samba_dc.truth.not_seeded)
    assert not any("lastLogonTimestamp" in e for e in blind.entries if e["dn"][0].endswith(samba_dc.estate_dn))
    part = search(samba_dc, PEOPLE, "sAMAccountName", user=samba_dc.part_user)
    hidden = {account.name for account in samba_dc.truth.accounts if account.unit == "Skola"}
    assert hidden
    assert hidden.isdisjoint(entry["sAMAccountName"][0] for entry in part.entries)


ACCOUNTS = "(objectClass=posixAccount)"
PAGED = ("-E", "pr=300/noprompt")


@pytest.mark.parametrize("starttls", [False, True])
def test_openldap_shows_every_seeded_account(openldap: OpenLdap, starttls: bool) -> None:
    tls, url = (("-ZZ",), openldap.url) if starttls else ((), openldap.ldaps_url)
    wanted = ("uid", "pwdLastSuccess", "createTimestamp", "pwdAccountLockedTime")
    answer = search(openldap, *tls, *PAGED, ACCOUNTS, *wanted, user=openldap.bind_dn, url=url)
    found = {entry["uid"][0]: entry for entry in answer.entries}
    assert len(found) == 1200
    for account in openldap.truth.accounts:
        entry = found[account.name]
        used = account.last_used and [generalized(account.last_used)]
        assert entry.get("pwdLastSuccess") == used, account.name
        assert ("pwdAccountLockedTime" in entry) is not account.enabled
        assert entry["createTimestamp"] == [generalized(account.created)]


@pytest.mark.parametrize(
    ("faults", "status", "count"),
    [
        (SlapdFaults(hard_size_limit=500), 4, 500),
        (SlapdFaults(refuse_paging=True), 11, 0),
        (SlapdFaults(expired_certificate=True), 255, 0),
        (SlapdFaults(wrong_host_certificate=True), 255, 0),
        (SlapdFaults(only_sasl=True), 53, 0),
        (SlapdFaults(), 0, 1200),
    ],
    ids=["size-limit", "no-paging", "expired", "wrong-host", "only-sasl", "none"],
)
def test_openldap_fails_as_told(
    laboratory: Laboratory, authority: Authority, now: datetime, faults: SlapdFaults, status: int, count: int
) -> None:
    with OpenLdap(laboratory, authority, now, label="faulty", faults=faults) as server:
        answer = search(server, *PAGED, ACCOUNTS, "uid", user=server.bind_dn)
        assert (answer.status, len(answer.entries)) == (status, count), answer.errors
        if faults.only_sasl:
            assert len(search(server, *PAGED, ACCOUNTS, "uid", user="", sasl=True).entries) == 1200


def test_openldap_hides_an_attribute_and_a_unit(laboratory: Laboratory, authority: Authority, now: datetime) -> None:
    faults = SlapdFaults(hide_last_success=True, deny_unit="Skola")
    with OpenLdap(laboratory, authority, now, label="hiding", faults=faults) as server:
        entries = search(server, *PAGED, ACCOUNTS, "uid", "pwdLastSuccess", user=server.bind_dn).entries
        assert not any("pwdLastSuccess" in entry for entry in entries)
        visible = {account.name for account in server.truth.accounts if account.unit != "Skola"}
        assert {entry["uid"][0] for entry in entries} == visible


def test_the_relay_loses_the_connection_after_the_first_page(openldap: OpenLdap) -> None:
    with LosingRelay((openldap.address, 636), lose_after_bytes=40_000) as relay:
        url = f"ldaps://{relay.address}:{relay.port}"
        answer = search(openldap, *PAGED, ACCOUNTS, "uid", user=openldap.bind_dn, url=url)
    assert answer.status != 0
    assert 300 <= len(answer.entries) < 1200


def test_the_silent_server_sends_its_banner_only() -> None:
    with SilentSshServer() as server, socket.create_connection((server.address, server.port), timeout=60) as client:
        assert client.recv(100).startswith(b"SSH-2.0-")
        client.settimeout(0.5)
        with pytest.raises(TimeoutError):
            client.recv(1)


@pytest.mark.parametrize("name", ["app1", "db1", "web1"])
def test_hosts_show_their_accounts_updates_and_clock(hosts: Hosts, on_host: object, name: str) -> None:
    assert callable(on_host)
    truth = hosts.truth[name]
    assert on_host(name, "hostname").text.strip() == name
    offered = on_host(name, "apt-get -s dist-upgrade").text.splitlines()
    security = {line.split()[1] for line in offered if line.startswith("Inst") and "Debian-Security" in line}
    other = {line.split()[1] for line in offered if line.startswith("Inst")} - security
    assert security == truth.security_updates
    assert other == truth.other_updates
    seen = on_host(name, "lastlog -t 90").text
    old = on_host(name, "lastlog -b 90").text
    for user in truth.in_use:
        assert user in seen
    for user in truth.stale:
        assert user in old
    tracking = on_host(name, "chronyc -c tracking").text.split(",")
    if truth.offset_seconds is None:
        assert "Cannot talk" in tracking[0]
    else:
        assert float(tracking[4]) == pytest.approx(truth.offset_seconds, abs=0.5)
    release = on_host(name, "cat /etc/os-release").text
    assert f'VERSION_ID="{truth.product[1]}"' in release


def test_the_collector_may_read_with_sudo_what_it_must_and_no_more(on_host: object) -> None:
    assert callable(on_host)
    asked = "sudo -n sshd -T -C user={},host=client.example.test,addr=203.0.113.10"
    for_anyone = on_host("web1", asked.format("praktikant")).text
    assert "authenticationmethods publickey,keyboard-interactive\n" in for_anyone
    assert "authenticationmethods password\n" in on_host("web1", asked.format("support1")).text
    assert "authenticationmethods any\n" in on_host("db1", asked.format("dba")).text
    assert "dba ALL=(ALL) NOPASSWD: ALL" in on_host("db1", "sudo -n grep -aHr ^ /etc/sudoers /etc/sudoers.d").text
    assert on_host("db1", "sudo -n cat /etc/shadow").status != 0


def test_a_second_factor_is_really_demanded(hosts: Hosts, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(hosts.known_hosts, encoding="ascii")
    answer = ssh(hosts.key_file, known, f"drift1@{hosts.addresses['app1']}", "true")
    assert "Permission denied (keyboard-interactive)" in answer.errors


def test_a_stranger_and_a_changed_host_key_are_refused(hosts: Hosts, tmp_path: Path) -> None:
    known, changed = tmp_path / "known_hosts", tmp_path / "changed"
    known.write_text(hosts.known_hosts, encoding="ascii")
    changed.write_text(hosts.changed_known_hosts, encoding="ascii")
    target = f"{hosts.user}@{hosts.addresses['db1']}"
    assert "Permission denied" in ssh(hosts.stranger_key_file, known, target, "true").errors
    assert "IDENTIFICATION HAS CHANGED" in ssh(hosts.key_file, changed, target, "true").errors


def test_a_host_lacks_commands(hosts: Hosts, tmp_path: Path) -> None:
    with hosts.without("usr/bin/apt-get", "usr/bin/chronyc") as host:
        known = tmp_path / "known_hosts"
        known.write_text(hosts.known_hosts, encoding="ascii")
        answer = ssh(hosts.key_file, known, f"{hosts.user}@{host.address}", "command -v chronyc apt-get lastlog")
        assert answer.text.split() == ["/usr/bin/lastlog"]


def test_a_host_floods(hosts: Hosts, tmp_path: Path) -> None:
    with hosts.flooding() as host:
        known = tmp_path / "known_hosts"
        known.write_text(f"{host.known_hosts_line}\n", encoding="ascii")
        argv = ["ssh", "-F", "none", "-o", f"UserKnownHostsFile={known}", "-i", str(hosts.key_file)]
        with subprocess.Popen([*argv, f"{hosts.user}@{host.address}", "id"], stdout=subprocess.PIPE) as client:
            assert client.stdout is not None
            taken = sum(len(client.stdout.read(1 << 20)) for _ in range(64))
            client.kill()
    assert taken == 64 << 20


def test_restic_holds_the_seeded_snapshots(restic_repositories: ResticRepositories) -> None:
    repositories = restic_repositories
    snapshots = json.loads(repositories.restic(repositories.good, "snapshots", "--json"))
    found: dict[str, list[datetime]] = {}
    for snapshot in snapshots:
        found.setdefault(snapshot["hostname"], []).append(datetime.fromisoformat(snapshot["time"]))
    assert {host: max(times) for host, times in found.items()} == repositories.truth.latest
    assert {host: len(times) for host, times in found.items()} == repositories.truth.counts
    assert json.loads(repositories.restic(repositories.empty, "snapshots", "--json")) in (None, [])


def test_restic_repositories_fail_as_told(restic_repositories: ResticRepositories) -> None:
    repositories = restic_repositories
    with pytest.raises(ServerError, match="already locked exclusively"):
        repositories.restic(repositories.locked, "snapshots")
    with pytest.raises(ServerError, match="wrong password"):
        repositories.restic(repositories.good, "snapshots", password_file=repositories.wrong_password_file)
    with pytest.raises(ServerError, match="unable to open config file"):
        repositories.restic(repositories.not_there, "snapshots")


def test_zones_pass_just_what_is_configured(zones: Zones, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(zones.known_hosts, encoding="ascii")
    for (address, port), expected in zones.truth.probes.items():
        probe = f"timeout 3 bash -c 'exec 3<>/dev/tcp/{address}/{port}'; echo $?"
        answer = ssh(zones.key_file, known, f"{zones.user}@{zones.vantage_address}", probe)
        refused = "refused" if "refused" in answer.errors else "filtered"
        outcome = {"0": "open", "124": "no-answer", "1": refused}[answer.text.strip()]
        assert outcome == expected, (address, port, answer.errors)


def test_the_router_shows_its_rules(zones: Zones, tmp_path: Path) -> None:
    known = tmp_path / "known_hosts"
    known.write_text(zones.known_hosts, encoding="ascii")
    answer = ssh(zones.key_file, known, f"{zones.user}@{zones.router_address}", "sudo -n nft -j list ruleset")
    comments = [item["rule"].get("comment") for item in json.loads(answer.text)["nftables"] if "rule" in item]
    assert comments == [None, "e-tjanst", "glomd", None, None, "allt"]


def test_the_roster_joins_with_the_directory(registers: Registers, samba_dc: SambaDomainController) -> None:
    with registers.roster.open(encoding="cp1252", newline="") as file:
        keys = {row["Anställningsnr"] for row in csv.DictReader(file, delimiter=";")}
    accounts = {account.person_key: account for account in samba_dc.truth.accounts if account.person_key}
    assert keys - accounts.keys() == set()
    assert {accounts[key].name for key in accounts.keys() - keys} == samba_dc.truth.ended("undetermined")


def test_the_authority_is_not_trusted_by_default(samba_dc: SambaDomainController) -> None:
    untrusting = ssl.create_default_context()
    with socket.create_connection((samba_dc.address, 636), timeout=60) as plain, pytest.raises(ssl.SSLError):
        untrusting.wrap_socket(plain, server_hostname=samba_dc.host_name)
