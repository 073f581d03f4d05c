"""A real domain controller read by Kerberos ticket instead of password: LDAP and SYSVOL, and what can be wrong."""

from __future__ import annotations

import importlib.util
import json
import os
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal

import pytest

from config.sources import LdapBind, LdapSource, LdapTls
from tests.collector.directory.registry_policies import registry_policy
from tests.servers.samba import SambaDomainController
from tests.servers.samba_second import kerberos_settings, log_on

pytestmark = [pytest.mark.integration, pytest.mark.root]

Mode = Literal["ldaps", "starttls", "none"]
DEBIAN_GSSAPI = Path("/usr/lib/python3/dist-packages")
"""Where Debian's python3-gssapi is, built for Debian's own Python."""
DEFAULT_POLICY = "{31B2F340-016D-11D2-945F-00C04FB984F9}"

SCRIPT = """
import json, sys
from pathlib import Path
from collector.collection import collect
from collector.recorder import ConfiguredSource
from collector.directory.source import DirectorySource
from collector.records.directory import PolicySetting
from collector.records.identity import Account
from config.sources import LdapSource

settings = LdapSource.model_validate_json(sys.argv[1])
source = DirectorySource(settings, lambda _: "")
kinds = frozenset({PolicySetting if settings.sysvol else Account})
evidence = collect([ConfiguredSource(source, kinds)], Path(sys.argv[2]), "0")
said = {"lines": [[each.ok, each.text, each.remedy] for each in source.diagnose()]}
for population in evidence.populations:
    said |= {"count": population.count, "identity": population.provenance.identity}
    said |= {"names": [getattr(each, "name", "") for each in population.records]}
for gap in evidence.gaps:
    said |= {"cause": gap.cause.value, "detail": gap.detail, "remedy": gap.remedy}
print(json.dumps(said))
"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the libraries that Kerberos needs; skips where there are none.

    Debian's gssapi is borrowed where this Python is of the kind that Debian's is, and this one has none. Debian has no
    krb5: smbprotocol wants it to be there, and calls nothing of it where the ticket is in a file already.
    """
    folder = tmp_path_factory.mktemp("kerberos")
    if importlib.util.find_spec("gssapi") is None:
        if not DEBIAN_GSSAPI.joinpath("gssapi").is_dir() or sys.version_info[:2] != (3, 11):
            pytest.skip("the library gssapi is not here: pip install gssapi compiles it, with libkrb5-dev")
        for name in ("gssapi", "decorator.py"):
            (folder / name).symlink_to(DEBIAN_GSSAPI / name)
    if importlib.util.find_spec("krb5") is None:
        (folder / "krb5.py").write_text('"""Stands for the library krb5; holds nothing."""\n')
    return folder


def read(
    server: SambaDomainController,
    folder: Path,
    library: Path,
    cache: Path,
    *,
    mode: Mode = "ldaps",
    server_name: str | None = SambaDomainController.host_name,
    kerberos: str = "",
    sysvol: bool = False,
) -> dict[str, Any]:
    """What a process of its own reads, since the Kerberos library takes its settings from the environment.

    `kerberos` is the krb5.conf, where it is not the right one.
    """
    settings = LdapSource(
        id="directory",
        type="ldap",
        dialect="active-directory",
        host=server.address,
        base=f"OU=Personal,{server.estate_dn}",
        bind=LdapBind(method="gssapi"),
        tls=LdapTls(mode=mode, ca_file=server.ca_file, server_name=server_name),
        sysvol=sysvol,
    )
    folder.mkdir()
    written = kerberos_settings(folder / "krb5.conf", server.address)
    if kerberos:
        written.write_text(kerberos)
    paths = (str(Path(__file__).parents[2]), str(library))
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, settings.model_dump_json(), str(folder)],
        env={
            **os.environ,
            "KRB5_CONFIG": str(written),
            "KRB5CCNAME": f"FILE:{cache}",
            "PYTHONPATH": os.pathsep.join(paths),
        },
        capture_output=True,
        check=True,
        encoding="utf-8",
        timeout=300,
    )
    said: dict[str, Any] = json.loads(done.stdout)
    return said


@pytest.fixture
def ticket(samba_dc: SambaDomainController, tmp_path: Path) -> Path:
    """A ticket of the reading account, and no ticket for any server yet."""
    settings = kerberos_settings(tmp_path / "kinit.conf", samba_dc.address)
    log_on("svc-styrk", samba_dc.bind_password, settings, tmp_path / "cache")
    return tmp_path / "cache"


@pytest.fixture
def policy(samba_dc: SambaDomainController) -> Iterator[None]:
    """One hardening value in the domain's Group Policy."""
    folder = samba_dc.folder / f"state/sysvol/corp.example.test/Policies/{DEFAULT_POLICY}/MACHINE"
    folder.mkdir(exist_ok=True)
    file = folder / "Registry.pol"
    file.write_bytes(registry_policy(("Software\\Policies\\Microsoft\\Windows NT\\DNSClient", "EnableMulticast", 0)))
    yield
    file.unlink()


@pytest.mark.parametrize("mode", ["ldaps", "starttls"])
def test_the_directory_is_read_by_ticket(
    samba_dc: SambaDomainController, tmp_path: Path, library: Path, ticket: Path, mode: Mode
) -> None:
    said = read(samba_dc, tmp_path / "e", library, ticket, mode=mode)
    assert said.get("count", 0) > 100, said
    assert said["identity"] == "svc-styrk@CORP.EXAMPLE.TEST"


@pytest.mark.usefixtures("policy")
def test_group_policy_is_read_by_ticket(
    samba_dc: SambaDomainController, tmp_path: Path, library: Path, ticket: Path
) -> None:
    said = read(samba_dc, tmp_path / "e", library, ticket, sysvol=True)
    assert (said.get("names"), said.get("identity")) == (["llmnr"], "svc-styrk@CORP.EXAMPLE.TEST"), said
    held = subprocess.run(["klist", "-c", f"FILE:{ticket}"], capture_output=True, check=True, encoding="utf-8").stdout
    assert "cifs/dc1.corp.example.test@" in held  # and not by a password


def test_without_a_ticket_the_remedy_is_to_get_one(
    samba_dc: SambaDomainController, tmp_path: Path, library: Path
) -> None:
    said = read(samba_dc, tmp_path / "e", library, tmp_path / "none")
    assert said["cause"] == "denied"
    assert "kinit" in said["remedy"]
    assert said["lines"][-1][0] is False


def test_an_expired_ticket(samba_dc: SambaDomainController, tmp_path: Path, library: Path) -> None:
    settings = kerberos_settings(tmp_path / "kinit.conf", samba_dc.address)
    log_on("svc-styrk", samba_dc.bind_password, settings, tmp_path / "short", "-l", "1s")
    time.sleep(2)
    said = read(samba_dc, tmp_path / "e", library, tmp_path / "short")
    assert (said["cause"], "the ticket has expired: Ticket expired" in said["detail"]) == ("denied", True), said
    assert "renew it before each scan" in said["remedy"]


def test_a_name_that_no_ticket_carries(
    samba_dc: SambaDomainController, tmp_path: Path, library: Path, ticket: Path
) -> None:
    said = read(samba_dc, tmp_path / "e", library, ticket, server_name=None)  # by address
    assert said["cause"] == "denied"
    assert "tls.server_name" in said["remedy"]


def test_a_name_that_krb5_conf_puts_in_another_realm(
    samba_dc: SambaDomainController, tmp_path: Path, library: Path, ticket: Path
) -> None:
    right = kerberos_settings(tmp_path / "right.conf", samba_dc.address).read_text()
    wrong = f"{right}[domain_realm]\n.corp.example.test = OTHER.EXAMPLE.TEST\n"
    said = read(samba_dc, tmp_path / "e", library, ticket, kerberos=wrong)
    assert (said["cause"], "domain_realm" in said["remedy"]) == ("denied", True), said


@pytest.mark.parametrize(("known", "cause", "remedy"), [(True, "denied", "klist"), (False, "unreachable", "krb5.conf")])
def test_a_ticket_of_another_realm(
    samba_dc: SambaDomainController,
    tmp_path: Path,
    library: Path,
    ticket: Path,
    known: bool,
    cause: str,
    remedy: str,
) -> None:
    """As one of a realm that the domain does not trust, whose controllers krb5.conf knows or does not know."""
    ticket.write_bytes(ticket.read_bytes().replace(b"CORP.EXAMPLE.TEST", b"ANNA.EXAMPLE.TEST"))
    settings = kerberos_settings(tmp_path / "right.conf", samba_dc.address).read_text()
    if known:
        settings += f" ANNA.EXAMPLE.TEST = {{\n kdc = {samba_dc.address}:88\n}}\n"
    said = read(samba_dc, tmp_path / "e", library, ticket, kerberos=settings)
    assert (said["cause"], remedy in said["remedy"]) == (cause, True), said


@pytest.mark.parametrize("has_server_ticket", [False, True])
@pytest.mark.parametrize("seconds", [900, -900])
def test_a_clock_that_is_wrong(
    samba_dc: SambaDomainController,
    tmp_path: Path,
    library: Path,
    ticket: Path,
    seconds: int,
    has_server_ticket: bool,
) -> None:
    """The ticket's file tells the library how far this host's clock is from the domain's: so it is wrong by that."""
    if has_server_ticket:
        assert read(samba_dc, tmp_path / "before", library, ticket)["count"] > 100
    data = ticket.read_bytes()
    assert data[:8] == b"\x05\x04\x00\x0c\x00\x01\x00\x08", "version 4, and a header with nothing but the offset"
    ticket.write_bytes(data[:8] + struct.pack(">i", seconds) + data[12:])
    said = read(samba_dc, tmp_path / "e", library, ticket)
    assert (said["cause"], "the clocks of this host and of the domain differ" in said["detail"]) == ("denied", True)
    assert "time source" in said["remedy"]


@pytest.mark.parametrize(
    ("controller", "says"), [("kdc = 127.0.0.1:9", "answers for tickets"), ("", "is known for the realm")]
)
def test_no_controller_for_tickets(
    samba_dc: SambaDomainController, tmp_path: Path, library: Path, ticket: Path, controller: str, says: str
) -> None:
    right = kerberos_settings(tmp_path / "right.conf", samba_dc.address).read_text()
    wrong = right.replace(f"kdc = {samba_dc.address}:88", controller)
    assert wrong != right
    said = read(samba_dc, tmp_path / "e", library, ticket, kerberos=wrong)
    assert (said["cause"], f"no domain controller {says}" in said["detail"]) == ("unreachable", True), said
    assert "krb5.conf" in said["remedy"]


def test_without_tls_the_ticket_is_refused_by_the_server(
    samba_dc: SambaDomainController, tmp_path: Path, library: Path, ticket: Path
) -> None:
    said = read(samba_dc, tmp_path / "e", library, ticket, mode="none")
    assert (said["cause"], "strongerAuthRequired" in said["detail"]) == ("denied", True)


@pytest.mark.parametrize(("package", "sysvol"), [("gssapi", False), ("krb5", True)])
def test_without_the_libraries_the_remedy_is_to_install_them(
    samba_dc: SambaDomainController, tmp_path: Path, library: Path, ticket: Path, package: str, sysvol: bool
) -> None:
    """Without krb5 the directory itself is still read; Group Policy is a gap."""
    hidden = tmp_path / "hidden"
    hidden.mkdir()
    for each in library.iterdir():
        if each.stem != package:
            (hidden / each.name).symlink_to(each)
    (hidden / f"{package}.py").write_text(f"raise ImportError('No module named {package}')\n")
    said = read(samba_dc, tmp_path / "e", hidden, ticket, sysvol=sysvol)
    assert (said["cause"], "styrk[kerberos]" in said["remedy"]) == ("unsupported", True), said
    assert package in said["detail"]
