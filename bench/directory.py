"""An LDAP directory's accounts, beside `ldapsearch` with the same filter, attributes and page size."""

from __future__ import annotations

import json
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.case import HERE, PYTHON, Line, NotHereError, Options, find, need
from bench.measure import compare
from collector.directory.openldap import account_search

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


def lines(options: Options) -> Iterator[Line]:
    """All accounts by the LDAP source, and by ldapsearch."""
    need(slapd="slapd", slapadd="slapd", ldapsearch="ldap-utils")
    folder = options.folder / "directory"
    with _server(folder, options.entries) as port:
        settings = folder / "settings.json"
        settings.write_text(json.dumps(_settings(folder, port)), "utf-8")
        ours = [PYTHON, str(HERE / "read_source.py"), str(settings), str(options.entries + 1), "account"]
        search = account_search(BASE, PAGE_SIZE, "employeeNumber")
        reference = [
            *("ldapsearch", "-LLL", "-x", "-H", f"ldap://127.0.0.1:{port}", "-D", READER),
            *("-y", str(folder / "password"), "-E", f"pr={PAGE_SIZE}/noprompt", "-b", BASE),
            *(search.filter, *search.attributes),
        ]
        compared = compare(ours, reference, rounds=options.rounds, environment={"PYTHONPATH": str(HERE.parent)})
    yield Line(f"LDAP source, {options.entries:,} accounts", f"ldapsearch -E pr={PAGE_SIZE}", compared, options.entries)


def _settings(folder: Path, port: int) -> dict[str, object]:
    return {
        "id": "measured",
        "type": "ldap",
        "dialect": "openldap",
        "host": "127.0.0.1",
        "port": port,
        "base": BASE,
        "tls": {"mode": "none"},
        "bind": {"method": "simple", "user": READER, "password": f"file:{folder / 'password'}"},
        "page_size": PAGE_SIZE,
    }


@contextmanager
def _server(folder: Path, entries: int) -> Iterator[int]:
    """A slapd on a free port of loopback with so many accounts, and one to read them as."""
    (folder / "data").mkdir(parents=True)
    configuration, seed, password = folder / "slapd.conf", folder / "seed.ldif", folder / "password"
    configuration.write_text(CONFIGURATION.format(folder=folder, base=BASE), "utf-8")
    password.write_text(PASSWORD, "utf-8")
    password.chmod(0o600)
    with seed.open("w", encoding="utf-8") as file:
        file.writelines(_ldif(entries))
    subprocess.run([str(find("slapadd")), "-q", "-f", str(configuration), "-l", str(seed)], check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    command = [str(find("slapd")), "-d", "0", "-f", str(configuration), "-h", f"ldap://127.0.0.1:{port}"]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()


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
