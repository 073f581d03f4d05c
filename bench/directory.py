"""An LDAP directory's accounts, beside `ldapsearch` with the same filter, attributes and page size."""

from __future__ import annotations

import json
import shlex
import socket
import subprocess
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.case import HERE, PYTHON, STYRK, Line, NotHereError, Options, find, need
from bench.enumerate_entries import FILTER, SIX
from bench.measure import compare
from collector.directory.openldap import absence_search, account_search

BASE = "dc=example,dc=test"
READER = f"cn=reader,{BASE}"
PASSWORD = "for-one-measurement"  # noqa: S105  # of a server that ends with the measurement
PAGE_SIZE = 1000
CONFIGURATION = """include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
include /etc/ldap/schema/nis.schema
modulepath /usr/lib/ldap
moduleload back_mdb
moduleload ppolicy
pidfile {folder}/pid
TLSCertificateFile {folder}/server.pem
TLSCertificateKeyFile {folder}/server.key
database mdb
suffix "{base}"
directory {folder}/data
maxsize 4294967296
index objectClass eq
lastbind on
limits * size=unlimited
access to attrs=userPassword by anonymous auth
access to * by users read
overlay ppolicy
"""

CONTROLS = (
    *(
        "account-unique",
        "accounts-stale",
        "accounts-after-employment-end",
        "accounts-external",
        "accounts-mover-access",
    ),
    *("password-age", "password-policy"),
)
"""What is judged account by account."""
JUDGED = (0, 1, 3)
"""How `styrk scan` ends when it has sealed a bundle."""


def lines(options: Options) -> Iterator[Line]:
    """Six attributes of all accounts, plain and by TLS; the LDAP source; a whole scan; each beside ldapsearch."""
    need(slapd="slapd", slapadd="slapd", ldapsearch="ldap-utils", openssl="openssl")
    folder, count = options.folder / "directory", options.entries
    with _server(folder, count) as (plain, tls):
        path, enumerator = {"PYTHONPATH": str(HERE.parent)}, str(HERE / "enumerate_entries.py")
        trust = {**path, "LDAPTLS_CACERT": str(folder / "server.pem")}
        bare = _written(folder / "plain.json", _settings(folder, plain))
        safe = _written(folder / "tls.json", _settings(folder, tls, secure=True))
        six = _reference(folder, f"ldap://127.0.0.1:{plain}", FILTER, SIX)
        compared = compare([PYTHON, enumerator, str(bare), str(count)], six, rounds=options.rounds, environment=path)
        yield Line(f"LDAP, six attributes, {count:,}", f"ldapsearch -E pr={PAGE_SIZE}", compared, count)
        compared = compare(
            [PYTHON, enumerator, str(safe), str(count)],
            _reference(folder, f"ldaps://127.0.0.1:{tls}", FILTER, SIX),
            rounds=options.rounds,
            environment=trust,
        )
        yield Line(f"LDAPS, six attributes, {count:,}", "ldapsearch -H ldaps", compared, count)
        search = account_search(BASE, PAGE_SIZE, "employeeNumber")
        whole = _reference(folder, f"ldap://127.0.0.1:{plain}", search.filter, search.attributes)
        source = [PYTHON, str(HERE / "read_source.py"), str(bare), str(count + 1), "account"]
        compared = compare(source, whole, rounds=options.rounds, environment=path)
        yield Line(f"LDAP source, {count:,} accounts", "ldapsearch, its attributes", compared, count)
        scan = [STYRK, "scan", "-c", str(_scan_settings(folder, plain)), "--out", str(folder / "bundles")]
        scan += [part for control in CONTROLS for part in ("--control", control)]
        own_key = {"XDG_CONFIG_HOME": str(folder / "settings")}
        compared = compare(scan, six, rounds=options.rounds, environment=own_key, accepted=JUDGED)
        yield Line(f"scan, judged and sealed, {count:,}", "ldapsearch, six attributes", compared, count)
        compared = compare(scan, _same(folder, plain), rounds=options.rounds, environment=own_key, accepted=JUDGED)
        yield Line(f"scan, judged and sealed, {count:,}", "ldapsearch, same queries", compared, count)


def _reference(folder: Path, url: str, wanted: str, attributes: Iterable[str]) -> list[str]:
    return [
        *("ldapsearch", "-LLL", "-x", "-H", url, "-D", READER, "-y", str(folder / "password")),
        *("-E", f"pr={PAGE_SIZE}/noprompt", "-b", BASE, wanted, *attributes),
    ]


def _same(folder: Path, port: int) -> list[str]:
    """One ldapsearch after the other, with all the searches over accounts that a scan makes."""
    searches = [absence_search(BASE, PAGE_SIZE, name) for name in ("pwdAccountLockedTime", "pwdLastSuccess")]
    searches.append(account_search(BASE, PAGE_SIZE, "employeeNumber"))
    url = f"ldap://127.0.0.1:{port}"
    commands = [shlex.join(_reference(folder, url, each.filter, each.attributes)) for each in searches]
    return ["sh", "-c", " && ".join(commands)]


def _written(path: Path, settings: dict[str, object]) -> Path:
    path.write_text(json.dumps(settings), "utf-8")
    return path


def _settings(folder: Path, port: int, *, secure: bool = False) -> dict[str, object]:
    return {
        "id": "measured",
        "type": "ldap",
        "dialect": "openldap",
        "host": "127.0.0.1",
        "port": port,
        "base": BASE,
        "tls": {"mode": "ldaps", "ca_file": str(folder / "server.pem")} if secure else {"mode": "none"},
        "bind": {"method": "simple", "user": READER, "password": f"file:{folder / 'password'}"},
        "page_size": PAGE_SIZE,
        "external_accounts": [f"ou=External,{BASE}"],  # no outsider among them; without it, each is undetermined
    }


def _scan_settings(folder: Path, port: int) -> Path:
    """Settings of a scan that judges accounts, and a roster that they are joined with."""
    roster = folder / "roster.csv"
    with roster.open("w", encoding="utf-8") as file:
        file.write("key;start;end\n")
        for number in range(_count(folder)):
            file.write(f"{number};2020-01-01;{'' if number % 100 else '2026-01-31'}\n")
    controls = "".join(f"{{id: {control}}}, " for control in CONTROLS)
    (folder / "catalogue.yaml").write_text(
        "id: measured\ntitle: Measured\nkind: own\nrequirements:\n"
        f"  - {{id: M-1, section: '1', kind: demand, title: Accounts, controls: [{controls}]}}\n",
        "utf-8",
    )
    settings = folder / "styrk.yaml"
    text = json.dumps(_settings(folder, port))
    settings.write_text(
        f"organisation: {{name: Example, language: en}}\nsources:\n  - {text}\nregisters:\n"
        f"  - {{id: roster, holds: employment, file: {roster}, columns: {{person_key: key, start: start, end: end}}}}\n"
        "catalogues: [catalogue.yaml]\n",
        "utf-8",
    )
    return settings


def _count(folder: Path) -> int:
    return int((folder / "count").read_text("ascii"))


@contextmanager
def _server(folder: Path, entries: int) -> Iterator[tuple[int, int]]:
    """A slapd on free ports of loopback, plain and TLS, with so many accounts, and one to read them as."""
    (folder / "data").mkdir(parents=True)
    configuration, seed, password = folder / "slapd.conf", folder / "seed.ldif", folder / "password"
    configuration.write_text(CONFIGURATION.format(folder=folder, base=BASE), "utf-8")
    password.write_text(PASSWORD, "utf-8")
    password.chmod(0o600)
    (folder / "count").write_text(str(entries), "ascii")
    _certificate(folder)
    with seed.open("w", encoding="utf-8") as file:
        file.writelines(_ldif(entries))
    subprocess.run([str(find("slapadd")), "-q", "-f", str(configuration), "-l", str(seed)], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free, socket.create_server(("127.0.0.1", 0)) as other:
        port, tls = free.getsockname()[1], other.getsockname()[1]
    urls = f"ldap://127.0.0.1:{port} ldaps://127.0.0.1:{tls}"
    command = [str(find("slapd")), "-d", "0", "-f", str(configuration), "-h", urls]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process)
            yield port, tls
        finally:
            process.terminate()


def _certificate(folder: Path) -> None:
    """A certificate that is its own authority, for 127.0.0.1."""
    command = [
        "openssl",
        "req",
        "-x509",
        "-newkey",
        "ec",
        "-pkeyopt",
        "ec_paramgen_curve:P-256",
        "-nodes",
        "-days",
        "2",
    ]
    command += ["-subj", "/CN=measured", "-addext", "subjectAltName=IP:127.0.0.1"]
    command += ["-keyout", str(folder / "server.key"), "-out", str(folder / "server.pem")]
    subprocess.run(command, check=True, capture_output=True)


def wait_for(port: int, process: subprocess.Popen[bytes], seconds: float = 20) -> None:
    """Wait until the server takes connections; raises NotHereError when it has ended or the time is up."""
    deadline = time.monotonic() + seconds
    while process.poll() is None and time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    message = f"{process.args!r} does not answer on port {port}"
    raise NotHereError(message)


def _ldif(entries: int) -> Iterator[str]:
    yield f"dn: {BASE}\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n\n"
    yield (
        f"dn: {READER}\nobjectClass: organizationalRole\nobjectClass: simpleSecurityObject\ncn: reader\n"
        f"userPassword: {PASSWORD}\n\n"
    )
    yield f"dn: ou=People,{BASE}\nobjectClass: organizationalUnit\nou: People\n\n"
    for number in range(entries):
        yield (
            f"dn: uid=user{number:07},ou=People,{BASE}\n"
            "objectClass: inetOrgPerson\nobjectClass: posixAccount\nobjectClass: shadowAccount\n"
            f"uid: user{number:07}\ncn: Given Name {number}\nsn: Name {number}\ngivenName: Given\n"
            f"mail: user{number:07}@example.test\nemployeeNumber: {number}\nemployeeType: person\n"
            f"uidNumber: {number + 10_000}\ngidNumber: 1000\nhomeDirectory: /home/user{number:07}\n"
            "loginShell: /bin/bash\nuserPassword: {SSHA}AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n"
            "pwdChangedTime: 20260401080000Z\npwdLastSuccess: 20260901080000Z\n\n"
        )
