"""A made-up municipality, `example.test`: hand-made populations, judged by the real checks and catalogues."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from functools import cache
from typing import Any, Literal, TypeVar

from assessment.performance import documents, perform
from assessment.policy import read_policy
from checks.discovery import discover
from collector.evidence import EvidenceSet, Gap, GapCause, Obtained, Population, Provenance, population_of
from collector.records.backup import ProtectedSystem, RestoreTest, Snapshot
from collector.records.codec import JsonValue, encode, encode_time
from collector.records.host import Host, Interface, Lifecycle, PatchState, PendingUpdate, Software, TimeSync
from collector.records.identity import Account, Employment, LocalPrivilege, Privilege, SshAccess
from collector.records.network import DeclaredFlow, Probe, Zone
from collector.records.record import Record, kind_name
from config.catalogue import load_catalogue, load_controls
from reporters.report import ReportContents

AS_OF = datetime(2026, 11, 21, 5, 30, tzinfo=UTC)
R = TypeVar("R", bound=Record)
SUPPLIER = "Driftbolaget Exempel"
GIVEN = (
    "anna", "bengt", "cecilia", "david", "elin", "fredrik", "gunilla", "henrik", "ida", "johan", "karin", "lars",
    "maria", "nils", "olga", "per", "rut", "sven", "tove", "ulf", "vera", "wilma", "yngve", "åsa", "östen",
)  # fmt: skip
FAMILY = ("lind", "berg", "ek", "dahl", "holm", "sund", "nord", "vik", "strand", "hed")


def days(number: int) -> datetime:
    """That many days before the run."""
    return AS_OF - timedelta(days=number)


def provenance(
    method: Iterable[str],
    identity: str,
    obtained: Obtained = Obtained.OBSERVED,
    controlled_by: str = "own",
    offset: int | None = None,
) -> Provenance:
    """Where made-up evidence comes from."""
    return Provenance(
        method=tuple(method),
        identity=identity,
        started=AS_OF,
        finished=AS_OF + timedelta(minutes=2, seconds=11),
        obtained=obtained,
        controlled_by=controlled_by,
        collector_version="0.1.0",
        clock_offset_ms=offset,
    )


LDAP = provenance(
    ["search base=DC=example,DC=test scope=sub filter=(&(objectCategory=person)(objectClass=user)) page=1000"],
    "styrk-las@example.test",
    offset=-12,
)
SSH = provenance(["ssh sh -s < read-only.sh (sha256 5f1c…)"], "styrk", controlled_by=SUPPLIER)
HR = provenance(["personal/anstallda.csv"], "filen lämnades över 2026-11-20", Obtained.PROVIDED)


def made(kind: type[R], records: Sequence[R], source: str, origin: Provenance, **more: Any) -> Population[R]:
    """A population with the digest that its file might have."""
    population = population_of(kind, records, source=source, provenance=origin, **more)
    digest = hashlib.sha256(f"{source} {population.kind} {len(records)}".encode()).hexdigest()
    return replace(population, digest=digest)


def accounts(number: int) -> list[Account]:
    """Accounts of which some are stale, some have old passwords, and some belong to people who have left."""
    made_accounts = []
    for index in range(number):
        name = f"{GIVEN[index % len(GIVEN)]}.{FAMILY[(index * 7) % len(FAMILY)]}{index // 25 or ''}"
        made_accounts.append(
            Account(
                name=name.replace("å", "a").replace("ö", "o") if index % 5 else name,
                category="person",
                person_key=f"{1000 + index}",
                enabled=index % 17 != 3,
                created=days(900),
                last_used=None if index % 41 == 7 else days(index % 10 if index % 9 else 120 + index),
                never_used=True if index % 41 == 7 else None,
                last_used_from="lastLogonTimestamp",
                last_used_lag_days=14,
                password_set=days(30 + (index * 13) % 800),
                smartcard_required=False,
            )
        )
    made_accounts.append(Account(name="svc-skanner", category="service", enabled=True, created=days(2000)))
    return made_accounts


def privileges() -> list[Privilege]:
    """Domain administrators, and who is root on the hosts."""
    admins = (
        "adm-anna.lind",
        "adm-bengt.berg",
        "adm-konsult1",
        "adm-konsult2",
        "adm-henrik.ek",
        "svc-backup",
        "adm-ut",
    )
    return [
        Privilege(
            holder=name,
            role="domain-admins",
            role_name="Domänadministratörer",
            through=("IT-drift",) if index % 2 else (),
            holder_category="service" if name.startswith("svc") else "person",
            enabled=name != "adm-ut",
            smartcard_required=index == 0,
        )
        for index, name in enumerate(admins)
    ]


PROBED: tuple[tuple[int, Literal["open", "no-answer", "filtered"]], ...] = (
    (443, "open"),
    (22, "open"),
    (3389, "open"),
    (5432, "no-answer"),
    (445, "filtered"),
)
HOSTS = ("web1.example.test", "web2.example.test", "db1.example.test", "fil1.example.test", "mail1.example.test")


def host_populations() -> list[Population[Any]]:
    """Five servers that a supplier runs; one does not let its updates be read."""
    closed = "fil1.example.test"
    detail = "apt-get -s dist-upgrade: E: Could not open file /var/lib/dpkg/status - open (13: Permission denied)"

    def missing(kind: type[Record]) -> tuple[Gap, ...]:
        remedy = "let the reading account read /var/lib/dpkg and /var/lib/apt"
        return (Gap(kind_name(kind), "servrar", GapCause.DENIED, detail, remedy, closed),)

    live = [host for host in HOSTS if host != closed]
    packages = ("openssl", "libc6", "linux-image-amd64", "sudo", "nginx")
    more = {"tags": ("critical",)}
    return [
        made(Host, [Host(name=h, system="Linux", kernel="6.1.0-40") for h in HOSTS], "servrar", SSH,
             **more),
        made(LocalPrivilege,
             [LocalPrivilege(holder="drift", host=h, role="sudo", role_name="%sudo ALL=(ALL:ALL) NOPASSWD: ALL",
                        holder_category="person", enabled=True, without_password=True) for h in live[:2]]
             + [LocalPrivilege(holder="root2", host=live[2], role="uid-0", holder_category="person", enabled=True)],
             "servrar", SSH, **more),
        made(SshAccess,
             [SshAccess(host=h, address="198.51.100.7", permit_root_login="no", public_key=True, password=index == 1,
                        keyboard_interactive=False, authentication_methods=("any",), use_pam=True)
              for index, h in enumerate(HOSTS)],
             "servrar", SSH, **more),
        made(PatchState,
             [PatchState(host=h, manager="apt", security_source=True, index_updated=days(1 if i else 40),
                         last_upgrade=days(60), pending=5 if i == 1 else 0) for i, h in enumerate(live)],
             "servrar", SSH, missing=missing(PatchState), **more),
        made(PendingUpdate,
             [PendingUpdate(host=live[1], package=p, installed="1.0", candidate="1.1", security=True,
                            known_since=days(33)) for p in packages],
             "servrar", SSH, missing=missing(PendingUpdate), **more),
        made(TimeSync,
             [TimeSync(host=h, daemon="chrony", running=True, configured=("ntp.se", "gbg1.ntp.se"), selected="ntp.se",
                       stratum=2, offset_us=120, leap="normal", last_update=days(0)) for h in HOSTS],
             "servrar", SSH, **more),
        made(Software,
             [Software(host=h, product="debian", version="12", name="Debian GNU/Linux 12 (bookworm)") for h in HOSTS],
             "servrar", SSH, **more),
        made(Interface, [Interface(host=h, name="eth0", addresses=(f"192.0.2.{10 + i}/24",), up=True)
                         for i, h in enumerate(HOSTS)], "servrar", SSH, **more),
    ]  # fmt: skip


def register_populations(number: int) -> list[Population[Any]]:
    """What people handed over: HR roster, system register, log of restore tests."""
    roster = [
        Employment(
            person_key=f"{1000 + index}",
            group="employee",
            status="avslutad" if index % 23 == 5 else "anställd",
            end=(AS_OF - timedelta(days=40 + index)).date() if index % 23 == 5 else None,
            row=index + 2,
        )
        for index in range(number)
        if index % 37 != 11
    ]
    systems = [
        ProtectedSystem(name=name, critical=critical, hosts=hosts, owner=owner)
        for name, critical, hosts, owner in (
            ("Treserva", True, ("db1.example.test",), "socialchef"),
            ("Ekonomisystemet", True, ("fil1.example.test",), "ekonomichef"),
            ("Ärendehantering", True, ("web1.example.test", "web2.example.test"), "kanslichef"),
            ("E-post", True, ("mail1.example.test",), "IT-chef"),
            ("Lunchmenyn", False, ("web2.example.test",), "kostchef"),
            ("Biblioteket", False, (), None),
        )
    ]
    tests = [
        RestoreTest(system="Treserva", date=date(2026, 4, 14), result="passed", verified_by_business="systemägare"),
        RestoreTest(system="Ekonomisystemet", date=date(2024, 10, 2), result="passed", verified_by_business="ja"),
        RestoreTest(system="E-post", date=date(2026, 9, 1), result="passed", verified_by_it="drift"),
    ]
    restic = provenance(["restic snapshots --json --no-lock"], "styrk (läsrätt)", controlled_by=SUPPLIER)
    snapshots = [
        Snapshot(identifier="a1b2c3d4", time=days(0), host="db1.example.test"),
        Snapshot(identifier="b2c3d4e5", time=days(0), host="web1.example.test"),
        Snapshot(identifier="c3d4e5f6", time=days(9), host="web2.example.test"),
        Snapshot(identifier="d4e5f6a7", time=days(0), host="mail1.example.test"),
    ]
    zones = [
        Zone(name="kontor", roles=("user-clients", "wireless"), networks=("198.51.100.0/24",)),
        Zone(name="servrar", roles=("servers",), networks=("192.0.2.0/24",)),
        Zone(name="drift", roles=("admin-clients",), networks=("203.0.113.0/24",)),
    ]
    flows = [
        DeclaredFlow(source="kontor", destination="servrar", protocol="tcp", ports=("443",)),
        DeclaredFlow(source="kontor", destination="servrar", ports=("3389",), valid_until=date(2026, 6, 30)),
    ]
    probed = [
        Probe(vantage="sond-kontor", zone="kontor", target="192.0.2.10", target_zone="servrar", port=port,
              outcome=outcome, target_alive=True, time=AS_OF)
        for port, outcome in PROBED
    ]  # fmt: skip
    table = [
        Lifecycle(product="debian", version="12", support_ends=date(2028, 6, 30)),
        Lifecycle(product="debian", version="10", support_ends=date(2024, 6, 30)),
    ]
    declared = provenance(["styrk.yaml"], "inställningarna", Obtained.PROVIDED)
    log = provenance(
        ["drift/aterlasningstester.xlsx, blad Tester"], "lämnad av leverantören", Obtained.PROVIDED, SUPPLIER
    )
    return [
        made(Employment, roster, "personal", HR, source_count=len(roster)),
        made(ProtectedSystem, systems, "systemregister", HR, source_count=6),
        made(RestoreTest, tests, "aterlasning", log),
        made(Snapshot, snapshots, "backup", restic, tags=("critical",)),
        made(Zone, zones, "declared", declared),
        made(DeclaredFlow, flows, "declared", declared),
        made(Probe, probed, "sond-kontor", provenance(["connect 192.0.2.10:443", "connect 192.0.2.10:22"], "styrk")),
        made(Lifecycle, table, "lifecycle", declared),
    ]


def evidence_set(number: int = 160) -> EvidenceSet:
    """The evidence of a whole estate; `number` of people."""
    whole = accounts(number)
    ad: list[Population[Any]] = [
        made(Account, whole, "ad", LDAP, source_count=len(whole), unreadable=("lastLogon",), tags=("critical",)),
        made(Privilege, privileges(), "ad", LDAP),
    ]
    refused = "bind as cn=styrk,dc=skola,dc=example,dc=test refused: invalidCredentials (49)"
    remedy = "check the password that the settings refer to; the account needs read access only"
    asked = provenance(["search base=dc=skola,dc=example,dc=test filter=(objectClass=posixAccount)"], "cn=styrk")
    gaps = tuple(
        Gap(kind, "skolkatalog", GapCause.DENIED, refused, remedy, None, asked) for kind in ("account", "privilege")
    )
    return EvidenceSet((*ad, *host_populations(), *register_populations(number)), gaps)


SETTINGS: dict[str, Any] = {
    "organisation": {"name": "Exempelkommun", "diary_number": "KS 2026/0142", "language": "sv"},
    "controls": {"privileged-restricted": {"parameters": {"approved": ["adm-anna.lind", "adm-bengt.berg"]}}},
    "waivers": [
        {
            "id": "ra-2026-3", "control": "restore-test-annual",
            "scope": {"subjects": ["E-post", "Ärendehantering", "Ekonomisystemet"]},
            "decided_by": "IT-chefen", "decided": "2026-09-15", "diary_number": "KS 2026/0113",
            "reason": "Systemen flyttas till ny drift i mars 2027 och återläses i samband med det.",
            "expires": "2027-03-31",
        },
        {
            "id": "ra-2025-1", "control": "accounts-stale", "scope": {"subjects": ["svc-skanner"]},
            "decided_by": "IT-chefen", "decided": "2025-05-01", "expires": "2026-04-30",
            "reason": "Skannrarnas konto används sällan och ska ersättas av certifikat.",
        },
    ],
}  # fmt: skip
CLAIMS: list[dict[str, Any]] = [
    {
        "id": "driftavtal-4-2", "supplier": SUPPLIER, "contract": "Driftavtal 2024", "clause": "4.2",
        "statement": "Samtliga servrar har de senaste säkerhetsuppdateringarna.", "as_of": "2026-10-31",
        "control": "patch-level", "parameters": {}, "scope": {"sources": ["servrar"]},
    },
    {
        "id": "driftavtal-5-1", "supplier": SUPPLIER, "contract": "Driftavtal 2024", "clause": "5.1",
        "statement": "Återläsning av verksamhetskritiska system testas varje år.", "as_of": "2026-10-31",
        "control": "restore-test-annual", "parameters": {}, "scope": {"subjects": ["Treserva"]},
    },
    {
        "id": "driftavtal-7-3", "supplier": SUPPLIER, "contract": "Driftavtal 2024", "clause": "7.3",
        "statement": "All personal hos leverantören har genomgått säkerhetsutbildning.", "as_of": "2026-10-31",
        "control": "training-completion", "parameters": {}, "scope": {},
    },
]  # fmt: skip
CATALOGUES = ("kungalv-2022", "norrkoping-2017", "stenungsund-2020", "cybersakerhetslagen-2-3", "nationella-tio")


def contents_of(
    evidence: EvidenceSet,
    catalogues: Sequence[str] = CATALOGUES,
    settings: dict[str, Any] = SETTINGS,
    claims: Sequence[dict[str, Any]] = CLAIMS,
    **run: Any,
) -> ReportContents:
    """The contents of the bundle that a scan of this evidence would seal."""
    everything: list[Population[Any] | Gap] = [*evidence.populations, *evidence.gaps]
    sources = {each.source: each for each in everything}
    types = {"ad": "ldap", "skolkatalog": "ldap", "servrar": "ssh", "backup": "restic", "sond-kontor": "probe",
             "declared": "declared", "lifecycle": "lifecycle"}  # fmt: skip
    documents_: dict[str, Any] = {
        "run.json": {
            "run": "20261121T053000Z",
            "as_of": encode_time(AS_OF),
            "started": encode_time(AS_OF),
            "finished": encode_time(AS_OF + timedelta(minutes=3)),
            "organisation": {**settings["organisation"], "classification": "intern"},
            "tool": {"name": "styrk", "version": "0.1.0"},
            "only_controls": [],
            "only_sources": [],
            "sources": [
                {
                    "id": name,
                    "type": types.get(name, "register"),
                    "controlled_by": each.provenance.controlled_by if each.provenance else "own",
                    "tags": list(getattr(each, "tags", ())),
                }
                for name, each in sorted(sources.items())
            ],
            **run,
        },
        "settings.json": settings,
        "controls.json": [control.policy() for control in load_controls().values()],
        "claims.json": list(claims),
        **{f"catalogues/{name}.json": load_catalogue(name).policy() for name in catalogues},
    }
    plain: dict[str, JsonValue] = json.loads(json.dumps(documents_))
    results = documents(perform(evidence, read_policy(plain), discover()))
    return ReportContents(
        run=documents_["run.json"],
        settings=settings,
        controls=documents_["controls.json"],
        catalogues=[documents_[name] for name in sorted(documents_) if name.startswith("catalogues/")],
        findings=json.loads(results["findings.json"]),
        assessment=json.loads(results["assessment.json"]),
        claims=json.loads(results["claims.json"]),
        ways_in=json.loads(results["ways_in.json"]),
        segmentation=json.loads(results.get("segmentation.json", b"{}")),
        backup_chain=json.loads(results["backup_chain.json"]),
        evidence={
            "format": 1,
            "populations": [encode(each) for each in evidence.populations],
            "gaps": [encode(each) for each in evidence.gaps],
        },
        stated_claims=claims,
    )


@cache
def estate() -> ReportContents:
    """A whole municipality."""
    return contents_of(evidence_set())
