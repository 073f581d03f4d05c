"""Directories read from a real Samba AD DC and a real slapd, healthy and otherwise, compared with what was seeded."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import datetime, timedelta
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest

from collector.collection import collect
from collector.directory.names import first_value
from collector.directory.openldap import absence_search
from collector.directory.source import DirectorySource
from collector.evidence import EvidenceSet, Gap, GapCause, Population
from collector.recorder import ConfiguredSource
from collector.records.identity import Account, Privilege
from collector.records.record import Record
from collector.transport.ldap import Entry, Page, Search
from collector.transport.ldap_client import Ldap3Connection
from config.sources import LdapBind, LdapSource, LdapTls
from tests.servers.certificates import Authority
from tests.servers.network import Laboratory
from tests.servers.samba import SambaDomainController
from tests.servers.slapd import OpenLdap, SlapdFaults

pytestmark = [pytest.mark.integration, pytest.mark.root]

Server = SambaDomainController | OpenLdap
BOTH: frozenset[type[Record]] = frozenset({Account, Privilege})
SUDO = "cn=sudo,ou=Grupper,dc=example,dc=test"


def settings(server: Server, **other: Any) -> LdapSource:
    samba = isinstance(server, SambaDomainController)
    user = server.bind_user if isinstance(server, SambaDomainController) else server.bind_dn
    values: dict[str, Any] = {
        "id": "directory",
        "type": "ldap",
        "dialect": "active-directory" if samba else "openldap",
        "host": server.address,
        "base": server.base_dn,
        "bind": LdapBind(user=user, password="env:LDAP_PASSWORD"),
        "tls": LdapTls(ca_file=server.ca_file),
        "page_size": 100,
        "privileged_groups": () if samba else (SUDO,),
        **other,
    }
    return LdapSource(**values)


def read(
    server: Server, folder: Path, *, password: str | None = None, wanted: frozenset[type[Record]] = BOTH, **other: Any
) -> EvidenceSet:
    source = DirectorySource(settings(server, **other), lambda _reference: password or server.bind_password)
    return collect([ConfiguredSource(source, wanted)], folder, "0")


def accounts(evidence: EvidenceSet) -> Population[Account]:
    (found,) = evidence.reading(Account).populations
    return found


def by_name(evidence: EvidenceSet) -> dict[str, Account]:
    return {account.name: account for account in accounts(evidence).records}


def only_gap(evidence: EvidenceSet, kind: str = "account") -> Gap:
    (gap,) = [gap for gap in evidence.gaps if gap.kind == kind]
    assert kind not in {population.kind for population in evidence.populations}
    assert gap.remedy
    return gap


@pytest.fixture(scope="module", params=["samba", "slapd"])
def directory(request: pytest.FixtureRequest) -> Server:
    """Each of the healthy servers."""
    name = "samba_dc" if request.param == "samba" else "openldap"
    server: Server = request.getfixturevalue(name)
    return server


@pytest.mark.parametrize("mode", ["ldaps", "starttls"])
def test_every_seeded_account_is_read_by_name_and_no_other(directory: Server, mode: Any, tmp_path: Path) -> None:
    evidence = read(directory, tmp_path, tls=LdapTls(mode=mode, ca_file=directory.ca_file))
    found = by_name(evidence)
    truth = directory.truth
    extra = truth.not_seeded if isinstance(directory, SambaDomainController) else {"styrk"}
    assert found.keys() == {account.name for account in truth.accounts} | extra
    assert accounts(evidence).complete
    assert accounts(evidence).unreadable == ()
    for seeded in truth.accounts:
        account = found[seeded.name]
        assert (account.enabled, account.person_key, account.last_used) == (
            seeded.enabled,
            seeded.person_key,
            seeded.last_used,
        ), seeded.name
        assert account.never_used is (True if seeded.last_used is None else None), seeded.name
        assert account.password_set == seeded.password_set, seeded.name
        assert account.created == seeded.created, seeded.name


@pytest.mark.parametrize("mode", ["ldaps", "starttls"])
@pytest.mark.parametrize("page_size", [7, 500, None])
def test_the_stream_reads_what_ldap3_reads(directory: Server, mode: Any, page_size: int | None) -> None:
    chosen = settings(directory, tls=LdapTls(mode=mode, ca_file=directory.ca_file))
    unit = f"OU=Admin,{directory.estate_dn}" if isinstance(directory, SambaDomainController) else directory.base_dn
    searches = [
        Search(directory.base_dn if page_size else unit, "subtree", "(objectClass=*)", ("*", "+"), page_size),
        Search(unit, "one", "(|(cn=a*)(!(description=*)))", ("cn", "member", "memberUid"), page_size),
        Search(directory.base_dn, "subtree", "(objectClass=*)", ("1.1",), page_size),
        Search(f"cn=nowhere,{directory.base_dn}", "base", "(objectClass=*)", ("cn",), page_size),
        Search("", "base", "(objectClass=*)", ("*", "+")),
    ]
    pages: list[list[Page]] = []
    for streaming in (True, False):
        connection = Ldap3Connection(chosen, lambda _reference: directory.bind_password, streaming=streaming)
        connection.open()
        found = [page for search in searches for page in all_pages(connection, search)]
        connection.close()
        pages.append([replace(page, cookie=b"" if not page.cookie else b"some") for page in found])
    streamed, stock = pages
    assert len(streamed) == len(stock)
    for ours, theirs in zip(streamed, stock, strict=True):
        assert [steady(each) for each in ours.entries] == [steady(each) for each in theirs.entries]
        assert replace(ours, entries=()) == replace(theirs, entries=())
    assert sum(len(page.entries) for page in streamed) > 20


def all_pages(connection: Ldap3Connection, search: Search) -> Iterator[Page]:
    """Every page of a search."""
    cookie = b""
    while True:
        page = connection.page(search, cookie)
        yield page
        cookie = page.cookie
        if not cookie:
            return


CHANGING = {
    *("currenttime", "highestcommittedusn", "logoncount", "lastlogon", "lastlogontimestamp"),
    *("pwdlastsuccess", "entrycsn", "modifytimestamp", "modifiersname", "contextcsn"),
}


def steady(entry: Entry) -> tuple[str, dict[str, tuple[bytes, ...]]]:
    """An entry less what a bind changes."""
    return entry.dn, {name: values for name, values in entry.attributes.items() if name not in CHANGING}


def test_active_directory_facts_beyond_use(samba_dc: SambaDomainController, tmp_path: Path) -> None:
    service = f"OU=Service,{samba_dc.estate_dn}"
    evidence = read(samba_dc, tmp_path, service_accounts=(service,))
    found = by_name(evidence)
    for seeded in samba_dc.truth.accounts:
        account = found[seeded.name]
        assert account.expires == seeded.expires, seeded.name
        assert account.never_expires is (seeded.expires is None), seeded.name
        assert account.password_never_expires is seeded.password_never_expires, seeded.name
        assert account.password_must_change is (seeded.password_set is None), seeded.name
        assert account.smartcard_required is seeded.smartcard_required, seeded.name
        assert account.category == ("service" if seeded.unit == "Service" else "person"), seeded.name
        assert account.last_used_lag_days == (None if seeded.last_used is None else 14), seeded.name
    assert {name for name, account in found.items() if account.category == "built-in"} == {
        "Administrator",
        "Guest",
        "krbtgt",
    }
    offset = accounts(evidence).provenance.clock_offset_ms
    assert offset is not None
    assert abs(offset) < 5000


def test_administrators_are_found_through_nesting_loops_and_primary_groups(
    samba_dc: SambaDomainController, tmp_path: Path
) -> None:
    (found,) = read(samba_dc, tmp_path, page_size=2).reading(Privilege).populations
    assert found.complete
    holders: dict[str, set[str]] = {}
    for privilege in found.records:
        holders.setdefault(privilege.role, set()).add(privilege.holder)
    assert holders == {role: set(names) for role, names in samba_dc.truth.privileges.items()}
    ways = {each.holder: each.through for each in found.records if each.role == "domain-admins"}
    assert ways["adm-erik"] == ("GG-Djupast", "GG-Djup", "GG-Driftadmin")
    assert ways["adm-primary"] == ()


def test_a_posix_group_gives_its_users(openldap: OpenLdap, tmp_path: Path) -> None:
    (found,) = read(openldap, tmp_path).reading(Privilege).populations
    assert {each.holder for each in found.records} == {
        account.name for account in openldap.truth.accounts if account.service
    }
    assert {each.enabled for each in found.records} == {True}
    assert found.complete


@pytest.mark.parametrize("page_size", [1, 7, 500])
def test_the_size_of_a_page_changes_nothing(directory: Server, page_size: int, tmp_path: Path) -> None:
    base = f"OU=Admin,{directory.estate_dn}" if isinstance(directory, SambaDomainController) else directory.base_dn
    if page_size == 1 and isinstance(directory, OpenLdap):
        base = f"ou=Service,{base}"
    evidence = read(directory, tmp_path, base=base, page_size=page_size, wanted=frozenset({Account}))
    unit = None if base == directory.base_dn else base.split(",")[0][3:]
    expected = {each.name for each in directory.truth.accounts if unit in (None, each.unit)}
    assert by_name(evidence).keys() - {"styrk"} == expected
    assert accounts(evidence).complete


def test_a_wrong_password_is_refused_in_words(directory: Server, tmp_path: Path) -> None:
    evidence = read(directory, tmp_path, password="not-the-password")
    gap = only_gap(evidence)
    assert gap.cause is GapCause.DENIED
    assert "not-the-password" not in f"{gap.detail}{gap.remedy}"
    assert "bind.password" in gap.remedy
    if isinstance(directory, SambaDomainController):
        assert "wrong user name or password" in gap.detail


@pytest.mark.parametrize("mode", ["ldaps", "starttls"])
def test_a_certificate_of_an_unknown_authority_is_not_trusted(directory: Server, mode: Any, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    for ca_file in (None, Authority(other, "Another CA").ca_file):
        gap = only_gap(read(directory, tmp_path, tls=LdapTls(mode=mode, ca_file=ca_file)))
        assert gap.cause is GapCause.DENIED
        assert "not trusted" in gap.detail
        assert "tls.ca_file" in gap.remedy


def test_the_certificates_name_is_checked_and_can_be_given(directory: Server, tmp_path: Path) -> None:
    wrong = LdapTls(ca_file=directory.ca_file, server_name="other.example.test")
    gap = only_gap(read(directory, tmp_path, tls=wrong))
    assert gap.cause is GapCause.DENIED
    assert "tls.server_name" in gap.remedy
    right = LdapTls(ca_file=directory.ca_file, server_name=directory.host_name)
    assert accounts(read(directory, tmp_path, tls=right, wanted=frozenset({Account}))).complete


def test_no_password_goes_out_in_the_clear(laboratory: Laboratory, openldap: OpenLdap, tmp_path: Path) -> None:
    with socket.create_server((laboratory.gateway, 0)) as listener:
        received: list[bytes] = []

        def listen() -> None:
            client, _ = listener.accept()
            with client:
                received.append(client.recv(1000))

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        port = listener.getsockname()[1]
        gap = only_gap(read(openldap, tmp_path, host=laboratory.gateway, port=port, tls=LdapTls(mode="none")))
        thread.join(60)
    assert len(received) == 1
    assert len(received[0]) < 16, "a bind request is longer than an unbind request"
    assert gap.cause is GapCause.DENIED
    assert "clear text" in gap.detail
    assert "tls.mode" in gap.remedy


@pytest.mark.skipif(find_spec("gssapi") is not None, reason="tells what to do where the package gssapi is missing")
def test_kerberos_without_its_package_says_what_to_install(samba_dc: SambaDomainController, tmp_path: Path) -> None:
    gap = only_gap(read(samba_dc, tmp_path, bind=LdapBind(method="gssapi")))
    assert gap.cause is GapCause.UNSUPPORTED
    assert "install styrk[kerberos]" in gap.remedy


def test_anonymous_readers_are_told_to_bind(samba_dc: SambaDomainController, tmp_path: Path) -> None:
    gap = only_gap(read(samba_dc, tmp_path, bind=LdapBind(method="anonymous")))
    assert gap.cause is GapCause.DENIED
    assert "bind user" in gap.remedy


def test_a_base_that_is_not_there(directory: Server, tmp_path: Path) -> None:
    gap = only_gap(read(directory, tmp_path, base=f"OU=Nowhere,{directory.base_dn}"))
    assert gap.cause is GapCause.ABSENT
    assert "base" in gap.remedy


def test_a_hidden_last_use_is_not_known_and_nobody_is_called_never_used(
    samba_dc: SambaDomainController, tmp_path: Path
) -> None:
    bind = LdapBind(user=samba_dc.blind_user, password="env:LDAP_PASSWORD")
    evidence = read(samba_dc, tmp_path, bind=bind, base=samba_dc.estate_dn, wanted=frozenset({Account}))
    assert by_name(evidence).keys() == {account.name for account in samba_dc.truth.accounts}
    assert accounts(evidence).unreadable == ("last_used",)
    assert {(each.last_used, each.never_used) for each in accounts(evidence).records} == {(None, None)}


def test_a_hidden_unit_is_missing_without_a_trace_in_active_directory(
    samba_dc: SambaDomainController, tmp_path: Path
) -> None:
    """The limit of what a reader can know; the documentation of the source says so."""
    bind = LdapBind(user=samba_dc.part_user, password="env:LDAP_PASSWORD")
    seen = by_name(read(samba_dc, tmp_path, bind=bind, base=samba_dc.estate_dn, wanted=frozenset({Account}))).keys()
    assert seen == {account.name for account in samba_dc.truth.accounts if account.unit != "Skola"}


@contextmanager
def faulty(
    laboratory: Laboratory, authority: Authority, now: datetime, label: str, **faults: Any
) -> Iterator[OpenLdap]:
    """An OpenLDAP with faults and 700 accounts."""
    server = OpenLdap(laboratory, authority, now, label=label, accounts=700, faults=SlapdFaults(**faults))
    with server:
        yield server


def test_a_limit_of_500_entries_is_a_gap_and_not_700_accounts(
    laboratory: Laboratory, authority: Authority, now: datetime, tmp_path: Path
) -> None:
    with faulty(laboratory, authority, now, "limited", hard_size_limit=500) as server:
        evidence = read(server, tmp_path)
        lines = list(DirectorySource(settings(server), lambda _reference: server.bind_password).diagnose())
    gaps = [
        gap for gap in (*evidence.gaps, *(g for p in evidence.populations for g in p.missing)) if gap.kind == "account"
    ]
    assert [(gap.cause, gap.subject) for gap in gaps] == [(GapCause.TRUNCATED, None)]
    assert "sizeLimitExceeded (4) after 500 entries" in gaps[0].detail
    assert accounts(evidence).count == 500
    assert not accounts(evidence).complete
    assert "size.prtotal=unlimited" in gaps[0].remedy
    assert any(not line.ok and "size.prtotal" in line.remedy for line in lines)


@pytest.mark.parametrize(("faults", "page_size"), [({"refuse_paging": True}, 100), ({}, 501)])
def test_a_server_that_refuses_to_page_says_what_to_set(
    laboratory: Laboratory, authority: Authority, now: datetime, tmp_path: Path, faults: dict[str, bool], page_size: int
) -> None:
    with faulty(laboratory, authority, now, f"nopage{page_size}", **faults) as server:
        gap = only_gap(read(server, tmp_path, page_size=page_size, wanted=frozenset({Account})))
    assert gap.cause is GapCause.DENIED
    assert "adminLimitExceeded" in gap.detail
    assert "size.pr=1000 size.prtotal=unlimited" in gap.remedy


def test_openldap_that_hides_last_use(
    laboratory: Laboratory, authority: Authority, now: datetime, tmp_path: Path
) -> None:
    with faulty(laboratory, authority, now, "hidden", hide_last_success=True) as server:
        evidence = read(server, tmp_path, wanted=frozenset({Account}))
    assert len(by_name(evidence)) == 701
    assert accounts(evidence).unreadable == ("last_used",)
    assert {(each.last_used, each.never_used) for each in accounts(evidence).records} == {(None, None)}


def certainly_unused(server: OpenLdap) -> set[str]:
    """Names of the accounts that slapd brings for «no pwdLastSuccess»."""
    connection = Ldap3Connection(settings(server), lambda _reference: server.bind_password)
    connection.open()
    page = connection.page(absence_search(server.base_dn, 500, "pwdLastSuccess"))
    connection.close()
    return {first_value(entry.dn) for entry in page.entries}


def test_slapd_never_says_that_a_hidden_attribute_is_absent(
    laboratory: Laboratory, authority: Authority, now: datetime, openldap: OpenLdap
) -> None:
    unused = {account.name for account in openldap.truth.accounts if account.last_used is None}
    assert unused
    assert certainly_unused(openldap) == unused
    with faulty(laboratory, authority, now, "proof", hide_last_success=True) as server:
        assert certainly_unused(server) == set()


@pytest.mark.parametrize(
    ("fault", "words"), [("expired_certificate", "renew"), ("wrong_host_certificate", "tls.server_name")]
)
def test_a_bad_certificate_says_what_is_wrong_with_it(
    laboratory: Laboratory, authority: Authority, now: datetime, tmp_path: Path, fault: str, words: str
) -> None:
    with faulty(laboratory, authority, now, fault[:5], **{fault: True}) as server:
        gap = only_gap(read(server, tmp_path))
    assert gap.cause is GapCause.DENIED
    assert words in gap.remedy


def test_sasl_external_with_a_client_certificate(
    laboratory: Laboratory, authority: Authority, now: datetime, tmp_path: Path
) -> None:
    with faulty(laboratory, authority, now, "sasl", only_sasl=True) as server:
        gap = only_gap(read(server, tmp_path))
        assert gap.cause is not GapCause.UNREACHABLE
        files = server.client_certificate
        tls = LdapTls(ca_file=server.ca_file, certificate=files.certificate, private_key=files.key)
        evidence = read(server, tmp_path / "two", tls=tls, bind=LdapBind(method="external"))
    assert len(by_name(evidence)) == 701
    assert accounts(evidence).complete


@contextmanager
def cutting_proxy(laboratory: Laboratory, server: Server, after_bytes: int) -> Iterator[int]:
    """A TCP proxy on the test process's own address that hangs up when the server has sent so many bytes."""
    with socket.create_server((laboratory.gateway, 0)) as listener:

        def upward(client: socket.socket, upstream: socket.socket) -> None:
            try:
                while data := client.recv(65536):
                    upstream.sendall(data)
            except OSError:
                return

        def serve() -> None:
            try:
                client, _ = listener.accept()
            except OSError:
                return
            with client, socket.create_connection((server.address, 636), timeout=60) as upstream:
                threading.Thread(target=upward, args=(client, upstream), daemon=True).start()
                left = after_bytes
                with suppress(OSError):  # the reader may have gone already
                    while left > 0 and (data := upstream.recv(min(left, 65536))):
                        client.sendall(data)
                        left -= len(data)
                for each in (client, upstream):
                    with suppress(OSError):
                        each.shutdown(socket.SHUT_RDWR)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)
            thread.join(60)


def test_a_connection_cut_between_pages_keeps_what_was_read(
    laboratory: Laboratory, directory: Server, tmp_path: Path
) -> None:
    after = 40_000 if isinstance(directory, SambaDomainController) else 260_000
    with cutting_proxy(laboratory, directory, after) as port:
        tls = LdapTls(ca_file=directory.ca_file, server_name=directory.host_name)
        evidence = read(directory, tmp_path, host=laboratory.gateway, port=port, tls=tls, page_size=50)
    found = accounts(evidence)
    names = {account.name for account in found.records}
    everyone = {account.name for account in directory.truth.accounts} | directory.truth.not_seeded | {"styrk"}
    assert names < everyone
    assert len(names) >= 50
    (gap,) = found.missing
    assert gap.cause is GapCause.TRUNCATED
    assert f"after {len(names)} entries" in gap.detail
    assert not found.complete
    assert [gap.kind for gap in evidence.gaps] == ["privilege"]


def test_what_was_asked_is_what_was_planned(directory: Server, tmp_path: Path) -> None:
    import re

    source = DirectorySource(settings(directory), lambda _reference: directory.bind_password)
    planned = [re.compile(".*".join(map(re.escape, re.split(r"<[^>]*>", query.text)))) for query in source.plan(BOTH)]
    evidence = read(directory, tmp_path)
    asked = [text for population in evidence.populations for text in population.provenance.method]
    assert len(asked) >= 5
    assert [text for text in asked if not any(plan.fullmatch(text) for plan in planned)] == []


def test_doctor_finds_nothing_wrong_with_a_healthy_directory(directory: Server) -> None:
    source = DirectorySource(settings(directory), lambda _reference: directory.bind_password)
    lines = list(source.diagnose())
    not_kept = ("last_backup", "managed_password")  # by Samba and its schema; with what it takes elsewhere
    assert [line for line in lines if not line.ok and not any(name in line.text for name in not_kept)] == []
    assert all(line.remedy for line in lines if not line.ok)
    assert len(lines) >= 3


def test_the_readers_own_log_on_is_seen(directory: Server, tmp_path: Path, now: datetime) -> None:
    """The directory records use, and shows it: the collector's own bind."""
    own = by_name(read(directory, tmp_path, wanted=frozenset({Account})))
    account = own["svc-styrk" if isinstance(directory, SambaDomainController) else "styrk"]
    assert account.last_used is not None
    assert account.last_used >= now - timedelta(minutes=5)
