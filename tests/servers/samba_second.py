"""A second domain controller: it joins the first one's domain, holds all of it, and sees log-ons of its own."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.certificates import Authority
from tests.servers.network import Laboratory, all_answer
from tests.servers.process import Process, run
from tests.servers.samba import ADMINISTRATOR_PASSWORD, DOMAIN, REALM, SERVICES, SMB_CONF, SambaDomainController

FOLDERS = (*("etc", "private", "state/sysvol/corp.example.test/scripts", "cache", "run", "log", "bind-dns", "sockets"),)


class SecondDomainController:
    """A joined and running AD DC; the first must run as long as this one joins."""

    host_name = "dc2.corp.example.test"

    def __init__(self, laboratory: Laboratory, authority: Authority, first: SambaDomainController) -> None:
        """Describe the server; entering it joins and starts it."""
        self._laboratory = laboratory
        self._authority = authority
        self._first = first
        self.address = ""
        self._process: Process | None = None

    def __enter__(self) -> Self:
        """Join (about 4 s) and start (1 s)."""
        namespace, folder = self._laboratory.namespace("dc2"), self._laboratory.subfolder("dc2")
        self.address = namespace.address
        for name in FOLDERS:
            (folder / name).mkdir(parents=True)
        certificate = self._authority.issue("dc2", [self.host_name, self.address])
        configuration = SMB_CONF.format(
            realm=REALM,
            domain=DOMAIN,
            folder=folder,
            address=self.address,
            key=certificate.key,
            certificate=certificate.certificate,
            ca=self._authority.ca_file,
        ).replace("netbios name = DC1", "netbios name = DC2")
        (folder / "etc/smb.conf").write_text(configuration, encoding="ascii")
        names = f"{self._first.address} {self._first.host_name} dc1\n{self.address} {self.host_name} dc2\n"
        (folder / "etc/hosts").write_text(f"127.0.0.1 localhost\n{names}")
        (folder / "etc/resolv.conf").write_text(f"search {REALM.lower()}\nnameserver {self._first.address}\n")
        kerberos = kerberos_settings(folder / "etc/krb5.conf", self._first.address)
        prepare = (
            f"mount --bind {folder}/sockets /run/samba && mount --bind {folder}/etc/hosts /etc/hosts"
            f" && mount --bind {folder}/etc/resolv.conf /etc/resolv.conf && export KRB5_CONFIG={kerberos} && exec "
        )
        join = (
            f"samba-tool domain join {REALM.lower()} DC --configfile={folder}/etc/smb.conf -UAdministrator"
            f" --password={ADMINISTRATOR_PASSWORD} --server={self._first.host_name} --dns-backend=SAMBA_INTERNAL"
            " --option='netbios name=DC2'"
        )
        run(namespace.command("sh", "-c", prepare + join))
        serve = f"samba -s {folder}/etc/smb.conf -F --no-process-group"
        self._process = Process(
            namespace.command("sh", "-c", prepare + serve), folder / "log/stdout", more_logs=folder / "log"
        )
        self._process.wait_until(partial(all_answer, self.address, SERVICES), "second DC")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server, and take it out of the domain: other tests count the controllers."""
        if self._process is not None:
            self._process.stop()
        first = self._first.folder
        run(
            ["samba-tool", "domain", "demote", "--remove-other-dead-server=DC2", "-H", f"{first}/private/sam.ldb"],
            env={"SMB_CONF_PATH": f"{first}/etc/smb.conf"},
        )


def kerberos_settings(file: Path, controller: str) -> Path:
    """Write a krb5.conf that asks one domain controller, by address, and returns it."""
    file.write_text(
        f"[libdefaults]\ndefault_realm = {REALM}\ndns_lookup_realm = false\ndns_lookup_kdc = false\nrdns = false\n"
        f"dns_canonicalize_hostname = false\n[realms]\n{REALM} = {{\n kdc = {controller}:88\n}}\n"
    )
    return file


def log_on(user: str, password: str, settings: Path, cache: Path, *options: str) -> None:
    """Get a ticket: a real log-on at the controller that the settings name, with kinit's options."""
    run(
        ["kinit", *options, "-c", f"FILE:{cache}", f"{user}@{REALM}"],
        stdin=f"{password}\n",
        env={"KRB5_CONFIG": str(settings)},
    )
