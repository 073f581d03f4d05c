"""A directory whose every account stands for a class of person or account, with what must be said of it, by name.

Within a class ages, units and keys vary, the verdict does not. What is written in `expected` follows from the class
alone, never from the rule as the program states it.
"""

from __future__ import annotations

import csv
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any, Literal

from tests.servers.estate import DirectoryTruth, SeededAccount

Dialect = Literal["active-directory", "openldap"]
Row = tuple[object, ...]

STALE, ENDED, EXTERNAL = "accounts-stale", "accounts-after-employment-end", "accounts-external"
UNIQUE = "account-unique"
PRIVILEGED, FACTORS = "privileged-restricted", "mfa-admin-enforced"
MOVERS, REVIEWS = "accounts-mover-access", "access-review-annual"

GROUP, SYSTEM, OWNER = "GG-Skolportal", "Skolportal", "skolchef"
"""A group of the unit Skola that opens a system."""
LEVELS = ("GG-Nivå1", "GG-Nivå2", "GG-Nivå3")
"""Groups in Domain Admins; each holds the next, the last holds the first again."""
ROLES = ("domain-admins", "administrators")
"""What a member of Domain Admins holds."""
ROSTER = ("Nr", "Grupp", "Status", "Från", "Till", "Enhet", "Skyddad")
PECULIAR = (
    "Ek, Åsa {n:03d}",
    'Öst "Björn" {n:03d}',
    "Sjö + Älv = {n:03d}",
    "#Nummer <{n:03d}>; \\ bakstreck",
    "Läsare/Tecken {n:03d} 😀",
)


@dataclass(slots=True)
class IdentityTruth:
    """What is seeded and handed over, and what must come of it."""

    now: datetime
    dialect: Dialect
    accounts: list[SeededAccount] = field(default_factory=list)
    managed: list[str] = field(default_factory=list)
    """Group-managed service accounts, with their $."""
    members: defaultdict[str, list[str]] = field(default_factory=lambda: defaultdict(list))
    """Group to the names of accounts and groups in it."""
    elsewhere: dict[str, datetime] = field(default_factory=dict)
    """Account to its last log-on at the second controller."""
    roster: list[Row] = field(default_factory=list)
    moves: list[Row] = field(default_factory=list)
    outsiders: list[Row] = field(default_factory=list)
    removed: list[str] = field(default_factory=list)
    """Accounts that the last review of the system decided to remove."""
    approved: list[str] = field(default_factory=list)
    expected: defaultdict[str, Counter[tuple[str, str]]] = field(default_factory=lambda: defaultdict(Counter))
    """Check to (subject, `!reason` of an exception or `?reason` of what is undetermined)."""
    exact: dict[str, str | None] = field(default_factory=dict)
    """What accounts-stale must say instead where every controller was read: account to reason, or None."""
    waived: dict[str, tuple[str, date]] = field(default_factory=dict)
    """Account to its waiver of accounts-stale and that waiver's last day."""
    protected: list[str] = field(default_factory=list)
    """Units of people with protected identity: found nowhere in the evidence."""
    case_of: dict[str, str] = field(default_factory=dict)

    @property
    def today(self) -> date:
        """Return the day that everything is relative to."""
        return self.now.date()

    def directory(self) -> DirectoryTruth:
        """Return what the server is seeded with."""
        return DirectoryTruth(now=self.now, accounts=tuple(self.accounts), privileges={})

    def ago(self, days: float) -> datetime:
        """Return a time so many days before now."""
        return self.now - timedelta(days=days)

    def day(self, days_ago: int) -> date:
        """Return a day so many days before today."""
        return self.today - timedelta(days=days_ago)

    def add(
        self,
        case: str,
        number: int,
        used: float | None,
        *,
        stale: str | None = None,
        ended: str | None = None,
        external: str | None = None,
        employed: bool = True,
        **facts: object,
    ) -> str:
        """Add one account with a key of its own, employed without an end unless told otherwise; returns its name."""
        name = str(facts.pop("name", f"{case}.{number:04d}"))
        values: dict[str, object] = {
            "created": self.ago(700 + number),
            "last_used": None if used is None else self.ago(used),
            "password_set": self.ago(5 + number % 80),
            "unit": "Skola" if number % 4 == 0 else "Personal",
            "person_key": f"{len(self.accounts) + 10000}",
            **facts,
        }
        account = SeededAccount(name=name, case=case, **values)  # type: ignore[arg-type]
        self.accounts.append(account)
        self.case_of[name] = case
        if employed and account.person_key:
            self.employ(account.person_key)
        for check, reason in ((STALE, stale), (ENDED, ended), (EXTERNAL, external)):
            if reason is not None:
                self.expected[check][name, reason] += 1
        return name

    def employ(
        self, key: str, start: int = 2000, end: date | None = None, *, status: str = "Anställd", **facts: str
    ) -> None:
        """Add a row to the roster; `start` in days ago."""
        unit, group, flag = facts.get("unit", "Stab"), facts.get("group", "Anställd"), facts.get("protected", "nej")
        self.roster.append((key, group, status, self.day(start), end, unit, flag))

    def key_of(self, name: str) -> str:
        """Return the key of the person behind an account."""
        return next(each.person_key for each in reversed(self.accounts) if each.name == name) or ""


def identity_truth(now: datetime, count: int, dialect: Dialect) -> IdentityTruth:
    """Return `count` accounts in all classes, a fifth of them with something to say."""
    truth = IdentityTruth(now, dialect)
    many = max(4, count // 50)
    few = max(4, count // 250)
    _use(truth, many)
    _service(truth, few)
    _employment(truth, many, few)
    _peculiar_names(truth, many)
    if dialect == "active-directory":
        _second_controller(truth, few)
        _administrators(truth, few)
        _movers(truth, few)
    for number in range(count - len(truth.accounts) - len(truth.managed)):
        truth.add("in-use", number, number * 7 % 80 + 0.1)
    return truth


def _use(truth: IdentityTruth, many: int) -> None:
    within = None if truth.dialect == "active-directory" else "!unused"
    for number in range(many):
        truth.add("never-new", number, None, created=truth.ago(number % 89 + 0.5))
        truth.add("never-old", number, None, created=truth.ago(91 + number), stale="!never-used")
        name = truth.add("within-lag", number, 90.5 + number % 13, stale=within)
        truth.exact[name] = "!unused"
        truth.add("stale", number, 105 + number * 8, stale="!unused")
        truth.add("disabled", number, 300, enabled=False)


def _service(truth: IdentityTruth, few: int) -> None:
    service: dict[str, Any] = {"unit": "Service", "service": True, "person_key": None}
    for number in range(few):
        truth.add("service", number, number % 60, **service)
        truth.add("service-stale", number, 200 + number, stale="!unused", **service)
        if truth.dialect == "active-directory":
            truth.managed.append(f"gmsa{number:04d}$")
        for case, until in (("break-glass-waived", 30), ("break-glass-late", -1)):
            name = truth.add(
                case,
                number,
                400 + number,
                unit="Admin",
                person_key=None,
                stale="!unused",
                ended="?no-person-key",
                external="?outsider-unknown",
            )
            truth.expected[UNIQUE][name, "!nobodys"] += 1
            truth.waived[name] = (case, truth.today + timedelta(days=until))


def _employment(truth: IdentityTruth, many: int, few: int) -> None:
    def person(case: str, number: int, used: float, **facts: object) -> str:
        return truth.key_of(truth.add(case, number, used, employed=False, **facts))  # type: ignore[arg-type]

    for number in range(many):
        left = truth.day(20 + number % 300)
        flagged = number < few
        unit = f"Skyddsenhet {number}" if flagged else "Stab"
        truth.protected += [unit] if flagged else []
        key = person("leaver-used", number, 3, ended="!used-after-end")
        truth.employ(key, end=left, status="Avslutad", unit=unit, protected="ja" if flagged else "nej")
        truth.employ(person("leaver-open", number, 80, ended="!open-after-end"), end=truth.day(1 + number % 79))
        truth.employ(person("leaver-closed", number, 80, enabled=False), end=left)
        truth.employ(person("leaver-soon", number, 2), end=truth.today + timedelta(days=number))
        key = person("rehire", number, 2)
        truth.employ(key, end=truth.day(400))
        truth.employ(key, start=30)
        key = person("consultant-late", number, 80, ended="!open-after-end", external="!contract-ended")
        truth.employ(key, end=truth.day(1 + number % 79), group="Konsult")
    for number in range(few):
        truth.employ(person("leave", number, 40), status="Tjänstledig")
        truth.employ(person("leave-unused", number, 150, stale="!unused"), status="Tjänstledig")
        truth.employ(person("undated", number, 2, ended="!open-after-undated-end"), status="Avslutad")
        key = person("two-posts", number, 2)
        truth.employ(key, end=truth.day(100), unit="Skola")
        truth.employ(key, unit="Kultur")
        shared = f"D{number:04d}"
        truth.employ(shared)
        for each in (2 * number, 2 * number + 1):
            person("duplicate-key", each, 5, person_key=shared)
            truth.expected[UNIQUE][f"duplicate-key.{each:04d}", "!same-person"] += 1
        person("stranger", number, 5, ended="?not-in-roster", external="?outsider-unknown")
        name = truth.add("consultant", number, 5, expires=truth.now + timedelta(days=200), employed=False)
        truth.employ(truth.key_of(name), end=truth.today + timedelta(days=200), group="Konsult")
        truth.outsiders.append((name, "Example Drift AB", "it.chef", truth.today + timedelta(days=200)))


def _peculiar_names(truth: IdentityTruth, many: int) -> None:
    for number in range(many):
        shown = PECULIAR[number % len(PECULIAR)].format(n=number)
        truth.add("peculiar", number, 10, display=shown, name=f"åsa.öberg-{number:03d}")
        truth.add("peculiar-stale", number, 200, display=f"{shown} G ", name=f"kåre.ängö-{number:03d}", stale="!unused")


def _second_controller(truth: IdentityTruth, few: int) -> None:
    for number in range(few):
        truth.elsewhere[truth.add("second-recent", number, 100)] = truth.ago(88)
        name = truth.add("second-old", number, 103)
        truth.elsewhere[name], truth.exact[name] = truth.ago(92), "!unused"
        truth.elsewhere[truth.add("second-only", number, None, created=truth.ago(60))] = truth.ago(2)


def _administrators(truth: IdentityTruth, few: int) -> None:
    def admin(case: str, number: int, *reasons: tuple[str, str], group: str = "Domain Admins", **facts: object) -> None:
        name = truth.add(case, number, 5, unit="Admin", **facts)  # type: ignore[arg-type]
        truth.members[group].append(name)
        truth.approved += [name] if case == "admin-card" else []
        for check, reason in reasons:
            truth.expected[check][name, reason] += len(ROLES)

    unapproved, password = (PRIVILEGED, "!not-approved"), (FACTORS, "!password-enough")
    for number in range(few):
        admin("admin-card", number, smartcard_required=True)
        admin("admin-password", number, unapproved, password)
        admin("admin-disabled", number, (PRIVILEGED, "!disabled-holder"), enabled=False)
        card = number % 2 == 0
        for level in LEVELS:
            reasons = (unapproved,) if card else (unapproved, password)
            admin(f"nested-{level[3:]}", number, *reasons, group=level, smartcard_required=card)
    truth.members["Domain Admins"].append(LEVELS[0])
    for outer, inner in zip(LEVELS, (*LEVELS[1:], LEVELS[0]), strict=True):
        truth.members[outer].append(inner)
    for role in ROLES:
        truth.expected[PRIVILEGED][role, "!too-many"] += 1


def _movers(truth: IdentityTruth, few: int) -> None:
    def member(case: str, number: int, unit: str) -> tuple[str, str]:
        name = truth.add(case, number, 5, employed=False)
        key = truth.key_of(name)
        truth.employ(key, unit=unit)
        truth.members[GROUP].append(name)
        return name, key

    for number in range(few):
        name, key = member("mover-kept", number, "Kultur")
        truth.moves.append((key, truth.day(60 + number), "Skola", "Kultur"))
        truth.expected[MOVERS][f"{name}: {GROUP}", "!kept-after-move"] += 1
        _, key = member("mover-recent", number, "Kultur")
        truth.moves.append((key, truth.day(number % 30), "Skola", "Kultur"))
        _, key = member("mover-back", number, "Skola")
        truth.moves += [(key, truth.day(300), "Skola", "Kultur"), (key, truth.day(100), "Kultur", "Skola")]
        name, _ = member("stayed", number, "Skola")
        if number % 2:
            truth.removed.append(name)
            truth.expected[REVIEWS][f"{SYSTEM}: {name}", "!removal-not-executed"] += 1


@dataclass(frozen=True, slots=True)
class HandedOver:
    """The registers' files."""

    roster: Path
    moves: Path
    groups: Path
    outsiders: Path
    systems: Path
    reviews: Path


def write_registers(folder: Path, truth: IdentityTruth) -> HandedOver:
    """Write the registers that belong to a truth."""
    removed = ", ".join(truth.removed)
    held = HandedOver(*(folder / f"{name}.csv" for name in HandedOver.__slots__))
    _write(held.roster, ROSTER, truth.roster)
    _write(held.moves, ("Nr", "Datum", "Från", "Till"), truth.moves)
    _write(held.groups, ("Grupp", "Enhet", "System"), [(GROUP, "Skola", SYSTEM)])
    _write(held.outsiders, ("Konto", "Leverantör", "Ansvarig", "Avtal till"), truth.outsiders)
    _write(held.systems, ("System", "Ägare"), [(SYSTEM, OWNER)])
    columns = ("System", "Datum", "Granskare", "Antal", "Bort")
    _write(held.reviews, columns, [(SYSTEM, truth.day(40), OWNER, len(truth.accounts), removed)])
    return held


def _write(file: Path, columns: Sequence[str], rows: Iterable[Row]) -> None:
    with file.open("w", encoding="utf-8", newline="") as opened:
        writer = csv.writer(opened, delimiter=";")
        writer.writerow(columns)
        writer.writerows(["" if cell is None else str(cell) for cell in row] for row in rows)
