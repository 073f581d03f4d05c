"""What is seeded in the directories, name by name, with the verdict that each account must get.

All times are relative to one `now` (UTC, whole seconds) that the session takes at its start.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal

Verdict = Literal["conforms", "deviates", "undetermined", "outside"]
"""`outside`: not in the control's population (a disabled account is not judged for disuse)."""

STALE_DAYS = 90
LAG_DAYS = 14
BULK = 220


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededAccount:
    """One account as seeded, and what must be said of it."""

    name: str
    """sAMAccountName or uid."""
    case: str
    """Why it is there."""
    display: str = ""
    """cn; the name when empty."""
    unit: Literal["Personal", "Skola", "Admin", "Service"] = "Personal"
    created: datetime
    last_used: datetime | None = None
    """None = the directory has recorded no use."""
    password_set: datetime | None = None
    """None = must be changed at next log-on."""
    enabled: bool = True
    expires: datetime | None = None
    password_never_expires: bool = False
    smartcard_required: bool = False
    service: bool = False
    """Has a service principal name."""
    explicit_zero: bool = False
    """AD: never used is written as 0 instead of left out."""
    person_key: str | None = None
    """employeeID (AD), employeeNumber (OpenLDAP)."""
    stale: Verdict | None = "conforms"
    """accounts-stale at 90 days; None = no verdict is asserted."""
    ended: Verdict | None = "outside"
    """accounts-after-employment-end with the HR roster; None = no verdict is asserted."""

    @property
    def cn(self) -> str:
        """Return the common name, unescaped."""
        return self.display or self.name


@dataclass(frozen=True, slots=True, kw_only=True)
class DirectoryTruth:
    """What is true of a directory, by name."""

    now: datetime
    accounts: tuple[SeededAccount, ...]
    privileges: dict[str, frozenset[str]]
    """Effective holders (nested groups and primary group resolved) by role, e.g. `domain-admins`."""
    not_seeded: frozenset[str] = frozenset()
    """Accounts that are there of themselves or serve the tests: built-ins and collector accounts."""

    def by_name(self, name: str) -> SeededAccount:
        """Return one account."""
        return next(account for account in self.accounts if account.name == name)

    def cases(self, *cases: str) -> frozenset[str]:
        """Return the names of the accounts of some cases."""
        return frozenset(account.name for account in self.accounts if account.case in cases)

    def stale(self, verdict: Verdict) -> frozenset[str]:
        """Return the names that accounts-stale must judge so."""
        return frozenset(account.name for account in self.accounts if account.stale == verdict)

    def ended(self, verdict: Verdict) -> frozenset[str]:
        """Return the names that accounts-after-employment-end must judge so."""
        return frozenset(account.name for account in self.accounts if account.ended == verdict)

    def passwords_older_than(self, days: int) -> frozenset[str]:
        """Return the enabled accounts whose password was set more than so many days ago."""
        limit = self.now - timedelta(days=days)
        return frozenset(
            account.name
            for account in self.accounts
            if account.enabled and account.password_set is not None and account.password_set < limit
        )


def session_start() -> datetime:
    """Return the present in UTC, whole seconds."""
    return datetime.now(UTC).replace(microsecond=0)


def bulk_accounts(now: datetime, count: int, *, lag: bool) -> Iterable[SeededAccount]:
    """Yield ordinary accounts in use: the last log-on 0 to 79 days ago, the password 5 to 204 days old."""
    for number in range(count):
        yield SeededAccount(
            name=f"anv{number:04d}",
            case="in-use",
            display=f"Användare {number:04d}",
            unit="Skola" if number % 4 == 0 else "Personal",
            created=now - timedelta(days=1000 + number),
            last_used=now - timedelta(days=number * 7 % 80, hours=1 if lag else 2),
            password_set=now - timedelta(days=5 + number * 3 % 200),
            person_key=f"{20000 + number}",
            ended="conforms",
        )


def directory_cases(now: datetime, *, lag: bool) -> tuple[SeededAccount, ...]:
    """Return the accounts with something to say; `lag`: use is known to 14 days only, as in Active Directory."""

    def ago(days: float) -> datetime:
        return now - timedelta(days=days)

    old, recent = ago(1500), ago(40)

    def account(name: str, case: str, used: float | None, **other: object) -> SeededAccount:
        values: dict[str, object] = {
            "created": old,
            "last_used": None if used is None else ago(used),
            "password_set": recent,
            **other,
        }
        return SeededAccount(name=name, case=case, **values)  # type: ignore[arg-type]

    within: Verdict = "conforms" if lag else "deviates"
    return (
        account("eva.ek", "stale", 120, stale="deviates"),
        account("nils.holm", "stale", 400, stale="deviates", password_set=ago(800)),
        account("åsa.öberg", "stale", 200, display="Öberg, Åsa", stale="deviates"),
        account("kaj.strom", "stale", 150, display='Ström, Kaj + "Konsult" <ext>; x=1', stale="deviates"),
        account("lisa.hash", "stale", 91 + LAG_DAYS + 1, display="#1 Lisa/Lotta ", stale="deviates"),
        account("jag.emoji", "in-use", 3, display=" 😀 Emoji \\ Test", stale="conforms"),
        account("lag.095", "within-lag", 95, stale=within),
        account("lag.103", "within-lag", 103, stale=within),
        account("lag.106", "stale", 106, stale="deviates"),
        account("dag.089", "in-use", 89, stale="conforms"),
        account("ny.aldrig", "never-new", None, created=ago(20), password_set=ago(20)),
        account("gammal.aldrig", "never-old", None, created=ago(400), password_set=ago(400), stale="deviates"),
        account("noll.aldrig", "never-old", None, explicit_zero=True, created=ago(300), stale="deviates"),
        account("avstangd.gammal", "disabled", 700, enabled=False, stale="outside"),
        account("avstangd.ny", "disabled", 2, enabled=False, stale="outside"),
        account("utgatt.konto", "expired", 200, expires=ago(190), stale=None),
        account("slutar.snart", "in-use", 4, expires=ago(-25)),
        account("maste.byta", "must-change", 6, password_set=None),
        account("gammalt.losen", "old-password", 1, password_set=ago(900), password_never_expires=True),
        account("arsgammalt.losen", "old-password", 1, password_set=ago(500)),
        account("svc-backup", "service", 2, unit="Service", service=True, password_never_expires=True),
        account("svc-gammal", "service", 300, unit="Service", service=True, stale="deviates"),
        account("leaver.aktiv", "leaver-used", 5, person_key="10001", ended="deviates"),
        account("leaver.oppen", "leaver-open", 70, person_key="10002", ended="deviates"),
        account(
            "leaver.stangd", "leaver-closed", 130, person_key="10003", enabled=False, stale="outside", ended="conforms"
        ),
        account("leaver.framtid", "leaver-future", 1, person_key="10004", ended="conforms"),
        account("leaver.aterkom", "leaver-returned", 1, person_key="10005", ended="conforms"),
        account("leaver.utgangen", "leaver-expired", 61, person_key="10006", expires=ago(60), stale=None, ended=None),
        account("tjanst.ledig", "on-leave", 75, person_key="10007", ended="conforms"),
        account("okand.person", "not-in-roster", 2, person_key="99999", ended="undetermined"),
        account("utan.nyckel", "no-key", 2, ended="outside"),
    )


def administrators(now: datetime) -> tuple[SeededAccount, ...]:
    """Return the accounts that hold administrative groups (Active Directory)."""

    def admin(name: str, case: str, used: float, **other: object) -> SeededAccount:
        values: dict[str, object] = {
            "created": now - timedelta(days=900),
            "last_used": now - timedelta(days=used),
            "password_set": now - timedelta(days=60),
            "unit": "Admin",
            **other,
        }
        return SeededAccount(name=name, case=case, **values)  # type: ignore[arg-type]

    return (
        admin("adm-anna", "admin-smartcard", 1, smartcard_required=True),
        admin("adm-björn", "admin-direct", 3),
        admin("adm-carl", "admin-nested-1", 8, smartcard_required=True),
        admin("adm-dora", "admin-nested-2", 9),
        admin("adm-erik", "admin-nested-3", 160, stale="deviates"),
        admin("adm-primary", "admin-primary-group", 4),
        admin("adm-gone", "admin-disabled", 500, enabled=False, stale="outside"),
        admin("adm-dns", "admin-dns", 12),
        admin("adm-backup", "admin-backup-operators", 13),
    )


NESTED_GROUPS: dict[str, tuple[str, ...]] = {
    "GG-Driftadmin": ("adm-carl", "GG-Djup"),
    "GG-Djup": ("adm-dora", "GG-Djupast"),
    "GG-Djupast": ("adm-erik", "GG-Driftadmin"),
}
"""Groups and their members; the last holds the first again."""
DIRECT_MEMBERS: dict[str, tuple[str, ...]] = {
    "Domain Admins": ("adm-anna", "adm-björn", "adm-gone", "GG-Driftadmin"),
    "DnsAdmins": ("adm-dns",),
    "Backup Operators": ("adm-backup",),
}
_DOMAIN_ADMINS = frozenset(
    {"Administrator", "adm-anna", "adm-björn", "adm-carl", "adm-dora", "adm-erik", "adm-primary", "adm-gone"}
)


def active_directory_truth(now: datetime) -> DirectoryTruth:
    """Return what the Samba AD DC is seeded with: about 260 users."""
    return DirectoryTruth(
        now=now,
        accounts=(*directory_cases(now, lag=True), *administrators(now), *bulk_accounts(now, BULK, lag=True)),
        privileges={
            "domain-admins": _DOMAIN_ADMINS,
            "enterprise-admins": frozenset({"Administrator"}),
            "schema-admins": frozenset({"Administrator"}),
            "administrators": _DOMAIN_ADMINS,
            "dns-admins": frozenset({"adm-dns"}),
            "backup-operators": frozenset({"adm-backup"}),
        },
        not_seeded=frozenset({"Administrator", "Guest", "krbtgt", "svc-styrk", "svc-styrk-blind", "svc-styrk-part"}),
    )


def openldap_truth(now: datetime, count: int) -> DirectoryTruth:
    """Return what slapd is seeded with: the cases, and ordinary accounts up to `count` in all."""
    cases = directory_cases(now, lag=False)
    return DirectoryTruth(now=now, accounts=(*cases, *bulk_accounts(now, count - len(cases), lag=False)), privileges={})
