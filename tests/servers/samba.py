"""A Samba Active Directory domain controller, provisioned and seeded in a namespace of its own."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.certificates import Authority
from tests.servers.estate import (
    DIRECT_MEMBERS,
    NESTED_GROUPS,
    DirectoryTruth,
    SeededAccount,
    active_directory_truth,
)
from tests.servers.network import Laboratory, all_answer
from tests.servers.process import Process, require, run

REALM = "CORP.EXAMPLE.TEST"
DOMAIN = "CORP"
BASE_DN = "DC=corp,DC=example,DC=test"
ESTATE_DN = f"OU=Kommunen,{BASE_DN}"
ADMINISTRATOR_PASSWORD = "Administrat0r-for-one-test"
COLLECTOR_PASSWORD = "Kollekt0r-for-one-test"
DOMAIN_SID = "S-1-5-21-1000000001-2000000002-3000000003"
FILES = (
    "/usr/bin/python3",
    "/usr/lib/python3/dist-packages/samba",  # python3-samba
    "/usr/share/samba/setup/provision.ldif",  # samba-ad-provision
)
TRANSACTION = 1000
"""Steps: 5,000 users take 35 s so, and 88 s in one transaction."""
SERVICES = (53, 88, 135, 389, 445, 636)
"""Ports that tests ask: DNS, Kerberos, RPC, LDAP, SMB, LDAPS. Each service listens in its own time."""
NEVER = 0x7FFFFFFFFFFFFFFF
DISABLED, NORMAL, NEVER_EXPIRES, SMARTCARD = 0x2, 0x200, 0x10000, 0x40000
LAST_LOGON_TIMESTAMP = "c0e20a04-0e5a-4ff3-9482-5efeaecd7060"
"""schemaIDGUID of lastLogonTimestamp (MS-ADA1 2.352)."""

SMB_CONF = """[global]
server role = active directory domain controller
realm = {realm}
workgroup = {domain}
netbios name = DC1
private dir = {folder}/private
state directory = {folder}/state
lock directory = {folder}/state
cache directory = {folder}/cache
pid directory = {folder}/run
ncalrpc dir = {folder}/run/ncalrpc
binddns dir = {folder}/bind-dns
log file = {folder}/log/samba
dns forwarder =
server services = s3fs, rpc, ldap, cldap, kdc, winbindd, dns
interfaces = lo {address}
bind interfaces only = yes
ldap server require strong auth = allow_sasl_over_tls
tls enabled = yes
tls keyfile = {key}
tls certfile = {certificate}
tls cafile = {ca}
[sysvol]
path = {folder}/state/sysvol
[netlogon]
path = {folder}/state/sysvol/corp.example.test/scripts
"""


class SambaDomainController:
    """A running AD DC; simple binds need TLS (LDAPS, or StartTLS on port 389).

    Attributes for a configuration: address, url, ldaps_url, ca_file, base_dn, bind_user, bind_password. `blind_user`
    may not read lastLogonTimestamp below the estate; `part_user` sees nothing of OU=Skola. Both have the same password.
    """

    bind_user = f"svc-styrk@{REALM.lower()}"
    bind_dn = f"CN=svc-styrk,CN=Users,{BASE_DN}"
    bind_password = COLLECTOR_PASSWORD
    blind_user = f"svc-styrk-blind@{REALM.lower()}"
    part_user = f"svc-styrk-part@{REALM.lower()}"
    base_dn = BASE_DN
    estate_dn = ESTATE_DN
    realm = REALM
    host_name = "dc1.corp.example.test"

    def __init__(
        self,
        laboratory: Laboratory,
        authority: Authority,
        now: datetime,
        *,
        label: str = "dc1",
        plan: list[dict[str, object]] | None = None,
    ) -> None:
        """Describe the server; entering it provisions, seeds and starts it.

        The label names its namespace; `plan` is seeded instead of the everyday truth.
        """
        self._laboratory = laboratory
        self._authority = authority
        self._label = label
        self._plan = plan
        self.ca_file = authority.ca_file
        self.truth: DirectoryTruth = active_directory_truth(now)
        self.address = ""
        self.folder = Path()
        self._process: Process | None = None

    @property
    def url(self) -> str:
        """Return the URL for StartTLS (or a refused plain bind)."""
        return f"ldap://{self.address}"

    @property
    def ldaps_url(self) -> str:
        """Return the LDAPS URL."""
        return f"ldaps://{self.address}"

    def __enter__(self) -> Self:
        """Provision (about 8 s), seed (2 s) and start (2 s)."""
        require("samba", "samba-tool", "winbindd", *FILES)
        namespace = self._laboratory.namespace(self._label)
        self.address = namespace.address
        self.folder = self._laboratory.subfolder(self._label)
        certificate = self._authority.issue(self._label, [self.host_name, self.address, "127.0.0.1"])
        for name in (
            "etc",
            "private",
            "state/sysvol/corp.example.test/scripts",
            "cache",
            "run",
            "log",
            "bind-dns",
            "sockets",
        ):
            (self.folder / name).mkdir(parents=True)
        self._smb_conf.write_text(
            SMB_CONF.format(
                realm=REALM,
                domain=DOMAIN,
                folder=self.folder,
                address=self.address,
                key=certificate.key,
                certificate=certificate.certificate,
                ca=self.ca_file,
            ),
            encoding="ascii",
        )
        (self.folder / "etc/hosts").write_text(f"127.0.0.1 localhost\n{self.address} {self.host_name} dc1\n")
        (self.folder / "etc/resolv.conf").write_text(f"nameserver {self.address}\n")
        run(
            namespace.command(
                *("samba-tool", "domain", "provision", f"--configfile={self._smb_conf}", f"--realm={REALM}"),
                *(f"--domain={DOMAIN}", "--server-role=dc", "--dns-backend=SAMBA_INTERNAL", "--host-name=dc1"),
                *(f"--host-ip={self.address}", f"--adminpass={ADMINISTRATOR_PASSWORD}", "--use-rfc2307"),
                f"--domain-sid={DOMAIN_SID}",
            )
        )
        self.seed(seeding_plan(self.truth) if self._plan is None else self._plan)
        script = (
            f"mount --bind {self.folder}/sockets /run/samba && mount --bind {self.folder}/etc/hosts /etc/hosts"
            f" && mount --bind {self.folder}/etc/resolv.conf /etc/resolv.conf"
            f" && exec samba -s {self._smb_conf} -F --no-process-group"
        )
        Path("/run/samba").mkdir(exist_ok=True)
        self._process = Process(
            namespace.command("sh", "-c", script), self.folder / "log/stdout", more_logs=self.folder / "log"
        )
        self._process.wait_until(partial(all_answer, self.address, SERVICES), "Samba AD DC")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        if self._process is not None:
            self._process.stop()

    def seed(self, steps: list[dict[str, object]]) -> None:
        """Write steps (see samba_seed.py) to the directory's database; it may be running."""
        script = Path(__file__).with_name("samba_seed.py")
        database = self.folder / "private/sam.ldb"
        for first in range(0, len(steps), TRANSACTION):
            run(
                ["/usr/bin/python3", "-B", "-P", str(script), str(self._smb_conf), str(database)],
                stdin=json.dumps(steps[first : first + TRANSACTION]),
            )

    @property
    def _smb_conf(self) -> Path:
        return self.folder / "etc/smb.conf"


def filetime(when: datetime) -> str:
    """Return a time as 100-nanosecond steps since 1601-01-01 (MS-DTYP 2.3.3)."""
    return str((when - datetime(1601, 1, 1, tzinfo=UTC)) // timedelta(microseconds=1) * 10)


def escape_dn(value: str) -> str:
    """Escape an attribute value for a distinguished name (RFC 4514 section 2.4)."""
    escaped = "".join(f"\\{character}" if character in '\\,+"<>;=' else character for character in value)
    if escaped.startswith((" ", "#")):
        escaped = f"\\{escaped}"
    return f"{escaped[:-1]}\\ " if escaped.endswith(" ") else escaped


def account_dn(account: SeededAccount) -> str:
    """Return the distinguished name of a seeded account."""
    return f"CN={escape_dn(account.cn)},OU={account.unit},{ESTATE_DN}"


def seeding_plan(truth: DirectoryTruth) -> list[dict[str, object]]:
    """Return the steps that write the truth into a fresh domain."""
    steps = _unit_steps()
    steps.extend(step for account in truth.accounts for step in _account_steps(account))
    steps.extend(_group_steps(truth))
    for name in ("svc-styrk", "svc-styrk-blind", "svc-styrk-part"):
        steps.extend(_collector_steps(name))
    steps.append({"deny": [ESTATE_DN, "svc-styrk-blind", f"(OD;CI;RP;{LAST_LOGON_TIMESTAMP};;{{sid}})"]})
    steps.append({"deny": [f"OU=Skola,{ESTATE_DN}", "svc-styrk-part", "(D;CI;RPLCLORC;;;{sid})"]})
    principals = [f"ldap/dc1.{REALM.lower()}", f"ldap/dc1.{REALM.lower()}/{REALM.lower()}", "ldap/DC1"]
    steps.append({"extend": {"dn": f"CN=DC1,OU=Domain Controllers,{BASE_DN}", "servicePrincipalName": principals}})
    return steps


def identity_plan(
    accounts: Iterable[SeededAccount], managed: Iterable[str], members: Mapping[str, Iterable[str]]
) -> list[dict[str, object]]:
    """Return the steps that write accounts, group-managed service accounts and groups into a fresh domain.

    To save half the time, only accounts without any use get the day of their making: the others are made today.
    """
    steps, where = _unit_steps(), {"Domain Admins": f"CN=Domain Admins,CN=Users,{BASE_DN}"}
    for account in accounts:
        where[account.name] = account_dn(account)
        added, corrected = _account_steps(account)
        steps.extend([added, corrected] if account.last_used is None or account.smartcard_required else [added])
    steps.extend(_managed_account(name) for name in managed)
    for group in members.keys() - where.keys():
        where[group] = f"CN={group},OU=Grupper,{ESTATE_DN}"
        steps.append({"add": {"dn": where[group], "objectClass": "group", "sAMAccountName": group}})
    for group, held in members.items():
        steps.append({"extend": {"dn": where[group], "member": [where[member] for member in held]}})
    return [*steps, *_collector_steps("svc-styrk")]


def _unit_steps() -> list[dict[str, object]]:
    units = [f"OU={unit},{ESTATE_DN}" for unit in ("Personal", "Skola", "Admin", "Service", "Grupper", "Datorer")]
    return [{"add": {"dn": dn, "objectClass": "organizationalUnit"}} for dn in (ESTATE_DN, *units)]


def _managed_account(name: str) -> dict[str, object]:
    return {
        "add": {
            "dn": f"CN={name.rstrip('$')},CN=Managed Service Accounts,{BASE_DN}",
            "objectClass": "msDS-GroupManagedServiceAccount",
            "sAMAccountName": name,
            "msDS-ManagedPasswordInterval": "30",
            "userAccountControl": "4096",
        }
    }


def _collector_steps(name: str) -> list[dict[str, object]]:
    return [
        _plain_user(name),
        {"password": [name, COLLECTOR_PASSWORD]},
        {"modify-plainly": {"dn": f"CN={name},CN=Users,{BASE_DN}", "userAccountControl": str(NORMAL)}},
    ]


def _plain_user(name: str) -> dict[str, object]:
    return {
        "add": {
            "dn": f"CN={name},CN=Users,{BASE_DN}",
            "objectClass": "user",
            "sAMAccountName": name,
            "userPrincipalName": f"{name}@{REALM.lower()}",
            "description": "Collector of control evidence, read-only",
        }
    }


def _account_steps(account: SeededAccount) -> list[dict[str, object]]:
    control = NORMAL | (0 if account.enabled else DISABLED)
    control |= (NEVER_EXPIRES if account.password_never_expires else 0) | (
        SMARTCARD if account.smartcard_required else 0
    )
    password_set = "0" if account.password_set is None else filetime(account.password_set)
    entry = {
        "dn": account_dn(account),
        "objectClass": "user",
        "sAMAccountName": account.name,
        "displayName": account.cn.strip(),
        "userAccountControl": str(control),
        "pwdLastSet": password_set,
        "accountExpires": str(NEVER) if account.expires is None else filetime(account.expires),
    }
    if account.last_used is not None:
        entry["lastLogonTimestamp"] = entry["lastLogon"] = filetime(account.last_used)
    elif account.explicit_zero:
        entry["lastLogonTimestamp"] = entry["lastLogon"] = "0"
    if account.person_key:
        entry["employeeID"] = account.person_key
    if account.service:
        entry["servicePrincipalName"] = f"HTTP/{account.name}.{REALM.lower()}"
    after = {"dn": entry["dn"], "whenCreated": account.created.strftime("%Y%m%d%H%M%S.0Z")}
    if account.smartcard_required:  # the server set pwdLastSet to the present, as it did whenCreated
        after["pwdLastSet"] = password_set
    return [{"add": entry}, {"modify": after}]


def _group_steps(truth: DirectoryTruth) -> list[dict[str, object]]:
    where = {account.name: account_dn(account) for account in truth.accounts}
    where |= {name: f"CN={name},OU=Grupper,{ESTATE_DN}" for name in NESTED_GROUPS}
    where |= {"Domain Admins": f"CN=Domain Admins,CN=Users,{BASE_DN}", "DnsAdmins": f"CN=DnsAdmins,CN=Users,{BASE_DN}"}
    where["Backup Operators"] = f"CN=Backup Operators,CN=Builtin,{BASE_DN}"
    steps: list[dict[str, object]] = [
        {"add": {"dn": where[name], "objectClass": "group", "sAMAccountName": name}} for name in NESTED_GROUPS
    ]
    for group, members in (*NESTED_GROUPS.items(), *DIRECT_MEMBERS.items()):
        steps.append({"extend": {"dn": where[group], "member": [where[member] for member in members]}})
    primary = where["adm-primary"]
    steps.append({"extend": {"dn": where["Domain Admins"], "member": [primary]}})
    steps.append({"modify-plainly": {"dn": primary, "primaryGroupID": "512"}})
    computers = (("PC001", 3), ("PC002", 200), ("SRV-APP1", 1))
    steps.extend(_computer(name, truth.now - timedelta(days=days)) for name, days in computers)
    return steps


def _computer(name: str, last_used: datetime) -> dict[str, object]:
    return {
        "add": {
            "dn": f"CN={name},OU=Datorer,{ESTATE_DN}",
            "objectClass": "computer",
            "sAMAccountName": f"{name}$",
            "userAccountControl": "4096",
            "operatingSystem": "Windows Server 2016 Standard" if name.startswith("SRV") else "Windows 11 Enterprise",
            "lastLogonTimestamp": filetime(last_used),
        }
    }
