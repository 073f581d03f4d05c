"""A slapd with the attributes that FreeIPA keeps; FreeIPA itself (389 Directory Server and more) is not run here.

The definitions are those of MIT krb5 (kerberos.schema) and FreeIPA (60basev2.ldif, 60kerberos.ldif), of 389 Directory
Server for nsAccountLock, cut down to what is read. What a real FreeIPA server writes, and when, is not shown by this.
"""

from __future__ import annotations

from types import TracebackType
from typing import Self

from tests.servers.certificates import Authority
from tests.servers.network import Laboratory, answers
from tests.servers.process import Process, require, run

BASE_DN = "dc=ipa,dc=example,dc=test"
ACCOUNTS_DN = f"cn=users,cn=accounts,{BASE_DN}"
GROUPS_DN = f"cn=groups,cn=accounts,{BASE_DN}"
READER_DN = f"uid=styrk,cn=sysaccounts,{BASE_DN}"
PASSWORD = "Kollekt0r-for-one-test"
_TIME = "EQUALITY generalizedTimeMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.24 SINGLE-VALUE"
_TEXT = "EQUALITY caseIgnoreMatch SYNTAX 1.3.6.1.4.1.1466.115.121.1.15 SINGLE-VALUE"
SCHEMA = f"""attributetype ( 2.16.840.1.113719.1.301.4.37.1 NAME 'krbPasswordExpiration' {_TIME} )
attributetype ( 2.16.840.1.113719.1.301.4.5.1 NAME 'krbPrincipalExpiration' {_TIME} )
attributetype ( 2.16.840.1.113719.1.301.4.45.1 NAME 'krbLastPwdChange' {_TIME} )
attributetype ( 2.16.840.1.113719.1.301.4.48.1 NAME 'krbLastSuccessfulAuth' {_TIME} )
attributetype ( 2.16.840.1.113730.3.1.610 NAME 'nsAccountLock' {_TEXT} )
attributetype ( 2.16.840.1.113730.3.8.3.1 NAME 'ipaUniqueID' {_TEXT} )
objectclass ( 2.16.840.1.113719.1.301.6.8.1 NAME 'krbPrincipalAux' SUP top AUXILIARY
  MAY ( krbPasswordExpiration $ krbPrincipalExpiration $ krbLastPwdChange $ krbLastSuccessfulAuth $ nsAccountLock ) )
objectclass ( 2.16.840.1.113730.3.8.4.6 NAME 'ipaObject' SUP top AUXILIARY MUST ipaUniqueID )
"""
CONFIGURATION = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
include {folder}/ipa.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload lastbind
moduleload memberof
pidfile {folder}/slapd.pid
TLSCACertificateFile {ca}
TLSCertificateFile {certificate}
TLSCertificateKeyFile {key}
database mdb
suffix "{base}"
rootdn "cn=root,{base}"
directory {folder}/data
maxsize 10485760
security simple_bind=128
lastbind on
access to attrs=userPassword by anonymous auth by * none
access to * by users read by anonymous auth
overlay lastbind
overlay memberof
"""


class FreeIpaSchema:
    """A running slapd with these accounts; their attributes are given by name."""

    def __init__(
        self,
        laboratory: Laboratory,
        authority: Authority,
        accounts: dict[str, dict[str, str]],
        groups: dict[str, list[str]],
    ) -> None:
        """Describe the server; entering it seeds and starts it (1 s)."""
        self._laboratory = laboratory
        self._authority = authority
        self._accounts = accounts
        self._groups = groups
        self.ca_file = authority.ca_file
        self.address = ""
        self._process: Process | None = None

    def __enter__(self) -> Self:
        """Seed by slapadd, and start."""
        require("slapd", "slapadd", "/usr/lib/ldap/lastbind.so")
        namespace, folder = self._laboratory.namespace("ipa"), self._laboratory.subfolder("ipa")
        self.address = namespace.address
        (folder / "data").mkdir()
        (folder / "ipa.schema").write_text(SCHEMA, encoding="ascii")
        certificate = self._authority.issue("ipa", ["ipa.example.test", self.address])
        settings = folder / "slapd.conf"
        files = {"ca": self.ca_file, "certificate": certificate.certificate, "key": certificate.key}
        settings.write_text(CONFIGURATION.format(folder=folder, base=BASE_DN, **files), encoding="ascii")
        seed = folder / "seed.ldif"
        seed.write_text(self._entries(), encoding="ascii")
        run(["slapadd", "-q", "-f", str(settings), "-l", str(seed)])
        command = ("slapd", "-d", "0", "-f", str(settings), "-h", f"ldaps://{self.address}")
        self._process = Process(namespace.command(*command), folder / "log")
        self._process.wait_until(lambda: answers(self.address, 636), "slapd with FreeIPA's schema")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        if self._process is not None:
            self._process.stop()

    def log_on(self, name: str) -> None:
        """Bind as one of the accounts: a real log-on."""
        run(
            ["ldapwhoami", "-x", "-H", f"ldaps://{self.address}", "-D", f"uid={name},{ACCOUNTS_DN}", "-w", PASSWORD],
            env={"LDAPTLS_CACERT": str(self.ca_file)},
        )

    def _entries(self) -> str:
        lines = [f"dn: {BASE_DN}\nobjectClass: dcObject\nobjectClass: organization\no: Kommunen\ndc: ipa\n"]
        for container in ("cn=accounts", "cn=users,cn=accounts", "cn=groups,cn=accounts", "cn=sysaccounts"):
            name = container.partition(",")[0].removeprefix("cn=")
            lines.append(f"dn: {container},{BASE_DN}\nobjectClass: applicationProcess\ncn: {name}\n")
        reader = "objectClass: account\nobjectClass: simpleSecurityObject\n"
        lines.append(f"dn: {READER_DN}\n{reader}uid: styrk\nuserPassword: {PASSWORD}\n")
        for number, (name, facts) in enumerate(self._accounts.items()):
            classes = "".join(f"objectClass: {each}\n" for each in ("inetOrgPerson", "posixAccount", "ipaObject"))
            classes += "objectClass: krbPrincipalAux\n" if any(each.startswith(("krb", "ns")) for each in facts) else ""
            values = "".join(f"{key}: {value}\n" for key, value in facts.items())
            plain = f"uid: {name}\ncn: {name}\nsn: {name}\nuidNumber: {1000 + number}\ngidNumber: 100\n"
            plain += f"homeDirectory: /home/{name}\nloginShell: /bin/bash\nuserPassword: {PASSWORD}\n"
            lines.append(f"dn: uid={name},{ACCOUNTS_DN}\n{classes}{plain}ipaUniqueID: id-{name}\n{values}")
        for name, members in self._groups.items():
            held = "".join(f"member: {each}\n" for each in members)
            lines.append(f"dn: cn={name},{GROUPS_DN}\nobjectClass: groupOfNames\ncn: {name}\n{held}")
        return "\n".join(lines)
