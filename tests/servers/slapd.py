"""An OpenLDAP server with RFC 2307 accounts, a password policy and recorded log-ons."""

from __future__ import annotations

import base64
import shutil
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.certificates import Authority, Certificate
from tests.servers.estate import DirectoryTruth, SeededAccount, openldap_truth
from tests.servers.network import Laboratory, Namespace, answers
from tests.servers.process import Process, require, run
from tests.servers.samba import escape_dn

BASE_DN = "dc=example,dc=test"
COLLECTOR_DN = f"cn=styrk,ou=System,{BASE_DN}"
COLLECTOR_PASSWORD = "Kollekt0r-for-one-test"
LOCKED_FOR_EVER = "000001010000Z"
"""pwdAccountLockedTime of an account that an administrator locked (draft-behera-ldap-password-policy 5.3.3)."""
UNITS = ("Personal", "Skola", "Admin", "Service", "System", "Grupper")

SLAPD_CONF = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile {folder}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
TLSVerifyClient try
authz-regexp "^cn=styrk$" "{collector}"
{globals}
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
maxsize 104857600
index objectClass,uid,entryUUID eq
security simple_bind=128
lastbind on
{limits}
{access}
overlay ppolicy
ppolicy_default "cn=default,ou=System,{base}"
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SlapdFaults:
    """What the server is made to do to the collector; nothing by default."""

    hard_size_limit: int | None = None
    """Ends every search of the collector's after so many entries, paged or not (sizeLimitExceeded)."""
    refuse_paging: bool = False
    """Refuses the paged results control (adminLimitExceeded); at most 500 entries come without it."""
    hide_last_success: bool = False
    """An access rule hides pwdLastSuccess."""
    deny_unit: str | None = None
    """An access rule hides one organisational unit and all below it, silently."""
    expired_certificate: bool = False
    wrong_host_certificate: bool = False
    only_sasl: bool = False
    """Refuses simple binds: the collector must use SASL EXTERNAL with its client certificate."""


class OpenLdap:
    """A running slapd; simple binds need TLS (LDAPS, or StartTLS on port 389).

    Attributes for a configuration: address, url, ldaps_url, ca_file, base_dn, bind_dn, bind_password,
    client_certificate (for SASL EXTERNAL).
    """

    base_dn = BASE_DN
    bind_dn = COLLECTOR_DN
    bind_password = COLLECTOR_PASSWORD
    host_name = "ldap.example.test"

    def __init__(
        self,
        laboratory: Laboratory,
        authority: Authority,
        now: datetime,
        *,
        label: str = "ldap",
        accounts: int = 1200,
        truth: DirectoryTruth | None = None,
        faults: SlapdFaults | None = None,
    ) -> None:
        """Describe the server; entering it seeds and starts it. The label names its namespace."""
        self._laboratory = laboratory
        self._authority = authority
        self._label = label
        self._faults = faults or SlapdFaults()
        self.ca_file = authority.ca_file
        self.client_certificate: Certificate = authority.issue(f"{label}-client", ["styrk"])
        self.truth: DirectoryTruth = truth or openldap_truth(now, accounts)
        self.address = ""
        self.folder = Path()
        self._process: Process | None = None
        self._namespace: Namespace | None = None

    @property
    def url(self) -> str:
        """Return the URL for StartTLS (or a refused plain bind)."""
        return f"ldap://{self.address}"

    @property
    def ldaps_url(self) -> str:
        """Return the LDAPS URL."""
        return f"ldaps://{self.address}"

    def __enter__(self) -> Self:
        """Seed by slapadd and start: about 1 s."""
        require("slapd", "slapadd", "ldapsearch", "/usr/lib/ldap/ppolicy.so")
        namespace = self._namespace = self._laboratory.namespace(self._label)
        self.address = namespace.address
        self.folder = self._laboratory.subfolder(self._label)
        (self.folder / "data").mkdir()
        configuration = self.folder / "slapd.conf"
        configuration.write_text(self._configuration(), encoding="ascii")
        seed = self.folder / "seed.ldif"
        seed.write_text("\n".join(_ldif(self.truth)), encoding="ascii")
        run(["slapadd", "-q", "-f", str(configuration), "-l", str(seed)])
        self._process = Process(
            namespace.command(
                *("slapd", "-d", "0", "-f", str(configuration)),
                *("-h", f"ldap://{self.address} ldaps://{self.address}"),
            ),
            self.folder / "log",
        )
        self._process.wait_until(lambda: answers(self.address, 389) and answers(self.address, 636), "slapd")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server and remove its files."""
        if self._process is not None:
            self._process.stop()
        if self._namespace is not None:
            self._laboratory.remove(self._namespace)
        shutil.rmtree(self.folder)

    def _configuration(self) -> str:
        faults = self._faults
        names = ["other.example.test"] if faults.wrong_host_certificate else [self.host_name, self.address, "127.0.0.1"]
        certificate = self._authority.issue(self._label, names, expired=faults.expired_certificate)
        limits = ""
        if faults.hard_size_limit is not None:
            size = faults.hard_size_limit
            limits = f"size.soft={size} size.hard={size} size.prtotal=hard"
        elif faults.refuse_paging:
            limits = "size.soft=500 size.hard=500 size.prtotal=disabled"
        else:
            limits = "size.soft=500 size.hard=500 size.pr=500 size.prtotal=unlimited"
        rules = ["access to attrs=userPassword by anonymous auth by * none"]
        if faults.hide_last_success:
            rules.append(f'access to attrs=pwdLastSuccess by dn.exact="{COLLECTOR_DN}" none by * read')
        if faults.deny_unit is not None:
            unit = f"ou={faults.deny_unit},{BASE_DN}"
            rules.append(f'access to dn.subtree="{unit}" by dn.exact="{COLLECTOR_DN}" none by * read')
        rules.append("access to * by users read by anonymous auth")
        return SLAPD_CONF.format(
            folder=self.folder,
            ca=self.ca_file,
            certificate=certificate.certificate,
            key=certificate.key,
            collector=COLLECTOR_DN,
            base=BASE_DN,
            globals="disallow bind_simple" if faults.only_sasl else "",
            limits=f'limits dn.exact="{COLLECTOR_DN}" {limits}',
            access="\n".join(rules),
        )


def account_dn(account: SeededAccount) -> str:
    """Return the distinguished name of a seeded account."""
    return f"uid={escape_dn(account.name)},ou={account.unit},{BASE_DN}"


def generalized(when: datetime) -> str:
    """Return a time as LDAP writes it (RFC 4517 section 3.3.13)."""
    return when.strftime("%Y%m%d%H%M%SZ")


def _line(name: str, value: str) -> str:
    return f"{name}:: {base64.b64encode(value.encode()).decode()}"


def _entry(dn: str, attributes: Iterable[tuple[str, str]]) -> Iterable[str]:
    yield _line("dn", dn)
    yield from (_line(name, value) for name, value in attributes)
    yield ""


def _ldif(truth: DirectoryTruth) -> Iterable[str]:
    yield from _entry(BASE_DN, [("objectClass", "dcObject"), ("objectClass", "organization"), ("o", "Kommunen")])
    for unit in UNITS:
        yield from _entry(f"ou={unit},{BASE_DN}", [("objectClass", "organizationalUnit")])
    policy = [
        ("objectClass", "person"),
        ("objectClass", "pwdPolicy"),
        ("sn", "default"),
        ("pwdAttribute", "userPassword"),
    ]
    yield from _entry(f"cn=default,ou=System,{BASE_DN}", [*policy, ("pwdMaxAge", "0"), ("pwdMinLength", "14")])
    collector = [("objectClass", "applicationProcess"), ("objectClass", "simpleSecurityObject")]
    yield from _entry(COLLECTOR_DN, [*collector, ("userPassword", COLLECTOR_PASSWORD)])
    for number, account in enumerate(truth.accounts):
        yield from _entry(account_dn(account), _attributes(account, number))
    members = [account.name for account in truth.accounts if account.service]
    group = [("objectClass", "posixGroup"), ("gidNumber", "27"), *(("memberUid", name) for name in members)]
    yield from _entry(f"cn=sudo,ou=Grupper,{BASE_DN}", group)


def _attributes(account: SeededAccount, number: int) -> Iterable[tuple[str, str]]:
    for name in ("inetOrgPerson", "posixAccount", "shadowAccount"):
        yield ("objectClass", name)
    shown = account.cn.strip()
    yield from (("cn", shown), ("sn", shown.split()[-1]))
    yield from (("uidNumber", str(10000 + number)), ("gidNumber", "100"))
    yield from (("homeDirectory", f"/home/{number}"), ("loginShell", "/bin/bash"))
    yield ("userPassword", "{CRYPT}!")
    yield ("createTimestamp", generalized(account.created))
    if account.person_key:
        yield ("employeeNumber", account.person_key)
    if account.last_used is not None:
        yield ("pwdLastSuccess", generalized(account.last_used))
    if account.password_set is None:
        yield ("pwdReset", "TRUE")
    else:
        yield ("pwdChangedTime", generalized(account.password_set))
    if not account.enabled:
        yield ("pwdAccountLockedTime", LOCKED_FOR_EVER)
    if account.expires is not None:
        yield ("shadowExpire", str(int(account.expires.timestamp()) // 86400))
