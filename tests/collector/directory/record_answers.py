"""Records the answers in tests/collector/recordings/ldap from the servers of tests/servers (as root).

    python -m tests.collector.directory.record_answers

Compare expected.json with what tests/servers/estate.py seeds before it is kept.
"""

from __future__ import annotations

import json
import shutil
import tempfile
from pathlib import Path
from typing import Any

from collector.collection import collect
from collector.directory.source import DirectorySource
from collector.recorder import ConfiguredSource
from collector.records.codec import encode
from collector.records.directory import (
    CollectorIdentity,
    Computer,
    ConflictObject,
    Domain,
    PasswordPolicy,
    ResourceDelegation,
    Trust,
)
from collector.records.record import Record, kind_name
from collector.transport.ldap_client import Ldap3Connection
from config.sources import LdapSource
from tests.collector.directory.fake_ldap import BOTH
from tests.collector.directory.recorded_ldap import RecordingLdap
from tests.servers import samba_weaknesses
from tests.servers.certificates import Authority
from tests.servers.estate import session_start
from tests.servers.network import Laboratory
from tests.servers.samba import ADMINISTRATOR_PASSWORD, COLLECTOR_PASSWORD, SambaDomainController
from tests.servers.slapd import OpenLdap, SlapdFaults

RECORDINGS = Path(__file__).parents[1] / "recordings/ldap"


def record(
    name: str,
    server: SambaDomainController | OpenLdap,
    about: str,
    kinds: frozenset[type[Record]] = BOTH,
    **chosen: Any,
) -> None:
    """Record one case."""
    values = {"id": "directory", "type": "ldap", "host": server.address, **chosen}
    values["tls"] = {"mode": "ldaps", "ca_file": str(server.ca_file)}
    settings = LdapSource.model_validate_json(json.dumps(values))
    connection = RecordingLdap(Ldap3Connection(settings, lambda _reference: server.bind_password))
    source = DirectorySource(settings, lambda _reference: "", connect=lambda: connection)
    with tempfile.TemporaryDirectory() as made:
        evidence = collect([ConfiguredSource(source, kinds)], Path(made), "0")
        expected = {
            "records": [encode(record) for population in evidence.populations for record in population.records],
            "unreadable": {population.kind: list(population.unreadable) for population in evidence.populations},
            "gaps": [
                [gap.kind, gap.cause.value, gap.subject, gap.detail]
                for gap in (*evidence.gaps, *(gap for population in evidence.populations for gap in population.missing))
            ],
        }
    folder = RECORDINGS / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    kept = {**values, "host": "recorded.example.test", "tls": {"mode": "ldaps"}}
    for file, content in (
        ("case.json", {"about": about, "kinds": sorted(map(kind_name, kinds)), "settings": kept}),
        ("answers.json", connection.answers),
        ("expected.json", expected),
    ):
        (folder / file).write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def main() -> None:
    """Start each server and record."""
    with Laboratory() as laboratory:
        authority, now = Authority(laboratory.subfolder("ca")), session_start()
        with SambaDomainController(laboratory, authority, now) as dc:
            common: dict[str, Any] = {"dialect": "active-directory", "page_size": 5}
            bind = {"user": dc.bind_user, "password": "env:LDAP_PASSWORD"}
            unit = f"OU=Admin,{dc.estate_dn}"
            record(
                "samba-admin-unit",
                dc,
                "Samba 4.17 AD DC: one unit, nested administrators",
                base=unit,
                bind=bind,
                **common,
            )
            service = f"OU=Service,{dc.estate_dn}"
            blind = {**bind, "user": dc.blind_user}
            about = "Samba 4.17 AD DC: lastLogonTimestamp denied to the reader"
            record("samba-blind-reader", dc, about, base=service, bind=blind, service_accounts=[service], **common)
            dc.seed(samba_weaknesses.plan(now))
            state: frozenset[type[Record]] = frozenset(
                {PasswordPolicy, Computer, Trust, Domain, CollectorIdentity, ResourceDelegation, ConflictObject}
            )
            about = "Samba 4.17 AD DC: policies, computers, trusts and upkeep, by an ordinary reader"
            record("samba-domain-state", dc, about, state, base=dc.base_dn, bind=bind, **common)
            about = "Samba 4.17 AD DC: what its administrator sees of the same"
            master = {**bind, "user": f"Administrator@{dc.realm.lower()}"}
            dc.bind_password = ADMINISTRATOR_PASSWORD
            record("samba-domain-state-all", dc, about, state, base=dc.base_dn, bind=master, **common)
            exposed = samba_weaknesses.UNIT
            dc.bind_password = COLLECTOR_PASSWORD
            about = "Samba 4.17 AD DC: accounts with settings that expose them"
            record("samba-exposed-accounts", dc, about, base=exposed, bind=bind, **common)
        for name, about, faults in (
            ("slapd-service-unit", "OpenLDAP 2.5: one unit, posixGroup sudo", SlapdFaults()),
            ("slapd-size-limit", "OpenLDAP 2.5: ends after 3 entries", SlapdFaults(hard_size_limit=3)),
            (
                "slapd-last-use-hidden",
                "OpenLDAP 2.5: pwdLastSuccess hidden by a rule",
                SlapdFaults(hide_last_success=True),
            ),
        ):
            with OpenLdap(laboratory, authority, now, label=name[6:10], accounts=60, faults=faults) as server:
                record(
                    name,
                    server,
                    about,
                    dialect="openldap",
                    base=f"ou=Service,{server.base_dn}" if name != "slapd-size-limit" else f"ou=Skola,{server.base_dn}",
                    bind={"user": server.bind_dn, "password": "env:LDAP_PASSWORD"},
                    page_size=2,
                    service_accounts=[f"ou=Service,{server.base_dn}"],
                    privileged_groups=[f"cn=sudo,ou=Grupper,{server.base_dn}"],
                )


if __name__ == "__main__":
    main()
