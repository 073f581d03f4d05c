"""Fills a privacyIDEA server; run by the Python that privacyIDEA is installed in, with its configuration as argument.

It imports nothing of this project: the environment has only privacyIDEA.
"""

from __future__ import annotations

import json
import sqlite3
import sys
from pathlib import Path
from typing import Any

PEOPLE = (
    # user name, employee number, active in the directory
    ("anna.admin", "1001"),
    ("bo.boss", "1002"),
    ("cilla.åström", "1003"),
    ("david.vpn", "1004"),
    ("eva.utan", "1005"),
    ("far.okand", ""),
)
READER_ACTIONS = "userlist, tokenlist, policyread"


def tokens() -> list[tuple[str, str, dict[str, Any]]]:
    """Serial, user ('' for nobody), and what privacyIDEA is told of the token."""
    return [
        ("TOTP0001", "anna.admin", {"type": "totp", "genkey": 1}),
        ("SPASS001", "anna.admin", {"type": "spass"}),
        ("PW000001", "bo.boss", {"type": "pw", "otpkey": "not-a-second-factor"}),
        ("REG00001", "bo.boss", {"type": "registration"}),
        ("HOTP0001", "cilla.åström", {"type": "hotp", "genkey": 1}),
        ("TOTP0002", "david.vpn", {"type": "totp", "genkey": 1}),
        ("TOTP0003", "david.vpn", {"type": "totp", "genkey": 1}),
        ("TOTP0004", "far.okand", {"type": "totp", "genkey": 1}),
        ("TOTP0005", "", {"type": "totp", "genkey": 1}),
        ("TOTP0006", "anna.admin", {"type": "totp", "genkey": 1}),
        ("HOTP0002", "anna.admin", {"type": "hotp", "genkey": 1}),
    ]


def seed(configuration: Path, reader_password: str, admin_password: str, bulk: int) -> None:
    """Make people, tokens in every state, policies, and the administrators `root` and `collector`."""
    from privacyidea.app import create_app  # type: ignore[import-not-found]

    application = create_app(config_name="production", config_file=str(configuration), silent=True)
    with application.app_context():
        from privacyidea.lib import token as lib  # type: ignore[import-not-found]
        from privacyidea.lib.auth import create_db_admin  # type: ignore[import-not-found]
        from privacyidea.lib.policy import set_policy  # type: ignore[import-not-found]
        from privacyidea.lib.realm import set_default_realm, set_realm  # type: ignore[import-not-found]
        from privacyidea.lib.resolver import save_resolver  # type: ignore[import-not-found]
        from privacyidea.lib.user import User  # type: ignore[import-not-found]

        directory = _people(configuration.parent / "people.db")
        save_resolver(
            {
                "resolver": "people",
                "type": "sqlresolver",
                "Driver": "sqlite",
                "Server": f"/{directory.parent}",
                "Database": f"/{directory.name}",
                "Table": "people",
                "Limit": "5000",
                "Map": json.dumps(
                    {"userid": "id", "username": "name", "givenname": "name", "employee_number": "employee_number"}
                ),
                "Editable": False,
            }
        )
        save_resolver(
            {
                "resolver": "unreachable",
                "type": "ldapresolver",
                "LDAPURI": "ldap://127.0.0.1:9",
                "LDAPBASE": "dc=example,dc=test",
                "AUTHTYPE": "simple",
                "BINDDN": "cn=reader,dc=example,dc=test",
                "BINDPW": "none",
                "LOGINNAMEATTRIBUTE": "uid",
                "LDAPSEARCHFILTER": "(uid=*)",
                "USERINFO": json.dumps({"username": "uid"}),
                "UIDTYPE": "entryUUID",
            }
        )
        for realm, resolvers in (("staff", ["people"]), ("elsewhere", ["unreachable"]), ("empty", [])):
            set_realm(realm, [{"name": name} for name in resolvers])
        set_default_realm("staff")
        for serial, name, told in tokens():
            owner = User(name, realm="staff") if name else None
            lib.init_token({**told, "serial": serial}, user=owner)
        lib.enable_token("HOTP0001", enable=False)
        lib.revoke_token("TOTP0002")
        lib.set_validity_period_end("TOTP0003", None, "2020-01-01T10:00+0000")
        half = lib.get_one_token(serial="TOTP0006")
        half.token.rollout_state = "verify"
        half.token.save()
        locked = lib.get_one_token(serial="HOTP0002")
        for _ in range(locked.token.maxfail):
            locked.inc_failcount()
        for number in range(bulk):
            lib.init_token({"type": "hotp", "genkey": 1, "serial": f"BULK{number:05}"})
        create_db_admin("root", password=admin_password)
        create_db_admin("collector", password=reader_password)
        create_db_admin("nobody", password=reader_password)
        set_policy("everything", scope="admin", action="*", adminuser="root")
        set_policy("read", scope="admin", action=READER_ACTIONS, adminuser="collector")
        create_db_admin("limited", password=reader_password)
        set_policy("nothing", scope="admin", action="auditlog", adminuser="nobody")
        set_policy("some", scope="admin", action=READER_ACTIONS, adminuser="limited", realm="staff")
        set_policy("second-password", scope="authentication", action="otppin=userstore", realm="staff")
        set_policy("let-through", scope="authentication", action="passthru=userstore", realm="staff", active=False)


def _people(path: Path) -> Path:
    with sqlite3.connect(path) as database:
        database.execute("create table people (id integer primary key, name text, employee_number text)")
        database.executemany("insert into people (name, employee_number) values (?, ?)", PEOPLE)
    return path


if __name__ == "__main__":
    seed(Path(sys.argv[1]).resolve(), sys.argv[2], sys.argv[3], int(sys.argv[4]))
