"""Which factor each privileged person must use on each way in, and by which evidence: one table over all sources.

The words on enforcement are those of the checks of `mfa-admin-enforced`, so that the table and the findings never
differ; break-glass accounts and waivers are left out of it, for the table shows what is so and not what is accepted.
Accounts are one person's where their person keys are the same, and never because their names are.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum
from typing import Any, Literal

from checks.finding import Outcome, Verdict
from checks.judgement import Check
from collector.evidence import EvidenceSet, Gap, Population
from collector.records.cloud import AuthenticationRegistration, RoleHolder
from collector.records.codec import JsonValue
from collector.records.factors import EntryPoint, Token
from collector.records.identity import Account, LocalPrivilege, Privilege, SshAccess
from collector.records.record import Record, kind_name

WayKind = Literal["directory", "ssh", "entra", "entry-point"]

CHECKS: Mapping[str, tuple[WayKind, type[Record]]] = {
    "mfa-admin-enforced": ("directory", Privilege),
    "mfa-admin-enforced--ssh": ("ssh", LocalPrivilege),
    "mfa-admin-enforced--entra": ("entra", RoleHolder),
}
"""The checks whose words are taken, the way in that each is about, and the record that each judges."""
ENTRY_POINTS = "mfa-remote-access--entry-points"
"""The check of registered entry points (VPN, remote desktop, portals), which anyone of the directories may come by."""

_REGISTERED_LATER = frozenset({"not-registered", "not-capable"})
"""The deviations that are about registration and not about enforcement."""
_WEAKEST_FIRST = ("no", "unknown", "yes")


class Enforced(StrEnum):
    """Whether more than one factor is demanded."""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class WayIn:
    """One privileged account on one way in."""

    person: str
    """The person's key; empty where the account carries none, and then the account is a person of its own."""
    account: str
    """The account, as the checks name it: `name`, or `name@host`."""
    home: str
    """Source of the account."""
    way: WayKind
    place: str
    """The directory by its source, the host, or the entry point by its name."""
    source: str
    """Source of the evidence."""
    kinds: tuple[str, ...]
    """Kinds of the evidence that decides."""
    roles: tuple[str, ...]
    """Privileges that the account has there."""
    enforced: Enforced
    factors: tuple[str, ...]
    """What is demanded, as the source writes it: sshd's AuthenticationMethods with its PAM modules; `smart card`."""
    check: str
    reason: str
    """The check's reason code; empty where two factors are enforced."""
    facts: Mapping[str, JsonValue]
    registered: Enforced
    """Whether the person is known to hold a second factor that works now; held is not enforced."""
    held: tuple[str, ...]
    """Those factors: `form (source)`."""


@dataclass(frozen=True, slots=True)
class WaysIn:
    """The whole table."""

    rows: tuple[WayIn, ...] = ()
    gaps: tuple[Gap, ...] = ()
    """Evidence that was asked for and not obtained, for which rows may be missing."""
    joined: bool = False
    """Whether person keys were looked for: with a single source of people there is nothing to join."""


NONE = WaysIn()


@dataclass(slots=True)
class _Row:
    outcome: Outcome
    enforced: Enforced
    roles: set[str] = field(default_factory=set)


def ways_in(evidence: EvidenceSet, checks: Sequence[Check], as_of: datetime) -> WaysIn:
    """The table, ordered by person, account, way and place."""
    asked = [check for check in checks if check.id in CHECKS]
    people = _People(evidence, as_of)
    rows: list[WayIn] = []
    for check in asked:
        way, kind = CHECKS[check.id]
        for population in evidence.reading(kind).populations:
            rows += _rows(check, way, population, evidence, people, as_of)
    for check in checks:
        if check.id == ENTRY_POINTS and rows:
            rows += _by_entry_points(check, evidence, rows, as_of)
            asked.append(check)
    kinds = {kind for check in asked for kind in check.reads} | ({Token} if rows else set())
    gaps = [gap for kind in sorted(kinds, key=kind_name) for gap in evidence.reading(kind).all_gaps]
    return WaysIn(tuple(sorted(rows, key=_order)), tuple(dict.fromkeys(gaps)), joined=people.joined)


def _rows(
    check: Check, way: WayKind, population: Population[Any], evidence: EvidenceSet, people: _People, as_of: datetime
) -> Iterator[WayIn]:
    found: dict[tuple[str, str], _Row] = {}
    first: dict[tuple[str, str], Any] = {}
    outcomes = check.judge(population, evidence, check.parameters(), as_of)
    for record, outcome in zip(population.records, outcomes, strict=True):
        if outcome.verdict is Verdict.OUT_OF_SCOPE or getattr(record, "directory", None) is not None:
            continue
        place = record.host if isinstance(record, LocalPrivilege) else population.source
        key = (outcome.subject, place)
        enforced = _enforced(outcome)
        row = found.setdefault(key, _Row(outcome, enforced))
        first.setdefault(key, record)
        if _WEAKEST_FIRST.index(enforced) < _WEAKEST_FIRST.index(row.enforced):
            row.outcome, row.enforced = outcome, enforced
        row.roles.add(record.role_name or record.role)
    for (account, place), row in found.items():
        record = first[account, place]
        person = people.key(population.source, record)
        registered, held = people.registered(population.source, record, person)
        yield WayIn(
            person=person,
            account=account,
            home=population.source,
            way=way,
            place=place,
            source=population.source,
            kinds=tuple(kind_name(kind) for kind in check.reads[: 2 if way == "ssh" else len(check.reads)]),
            roles=tuple(sorted(row.roles)),
            enforced=row.enforced,
            factors=people.demanded(population.source, record, row.enforced),
            check=check.id,
            reason=row.outcome.reason,
            facts=row.outcome.facts,
            registered=registered,
            held=held,
        )


def _by_entry_points(check: Check, evidence: EvidenceSet, rows: Iterable[WayIn], as_of: datetime) -> list[WayIn]:
    """Every registered entry point for each person with privileges in a directory: it demands the same of all.

    Whether an entry point lets in just these people is not told; what it would demand of them is.
    """
    people: dict[tuple[str, ...], WayIn] = {}
    for row in sorted((row for row in rows if row.way != "ssh"), key=_order):
        who = (row.person,) if row.person else (row.home, row.account)
        known = people.setdefault(who, row)
        people[who] = replace(known, roles=tuple(sorted({*known.roles, *row.roles})))
    found = []
    for population in evidence.reading(EntryPoint).populations:
        outcomes = check.judge(population, evidence, check.parameters(), as_of)
        for entry, outcome in zip(population.records, outcomes, strict=True):
            if outcome.verdict is Verdict.OUT_OF_SCOPE:
                continue
            enforced = _enforced(outcome)
            found += [
                replace(
                    person,
                    way="entry-point",
                    place=entry.name,
                    source=population.source,
                    kinds=tuple(map(kind_name, check.reads)),
                    enforced=enforced,
                    factors=(entry.factor,) if entry.factor and enforced is Enforced.YES else (),
                    check=check.id,
                    reason=outcome.reason,
                    facts=outcome.facts,
                )
                for person in people.values()
            ]
    return found


def _enforced(outcome: Outcome) -> Enforced:
    if outcome.verdict is Verdict.CONFORMS or outcome.reason in _REGISTERED_LATER:
        return Enforced.YES
    return Enforced.NO if outcome.verdict is Verdict.DEVIATES else Enforced.UNKNOWN


class _People:
    """Joins accounts, tokens and registrations by the person's key."""

    def __init__(self, evidence: EvidenceSet, as_of: datetime) -> None:
        keys = _keys(evidence)
        self.joined = keys is not None
        self._keys = keys or {}
        tokens = evidence.reading(Token)
        self._held: defaultdict[str, set[str]] = defaultdict(set)
        self._told = tokens.complete
        for population in tokens.populations:
            for token in population.records:
                works = usable(token, as_of)
                if works is False or token.user == "":
                    continue
                if token.person_key and works:
                    self._held[token.person_key].add(f"{token.form} ({population.source})")
                else:
                    self._told = False  # somebody's, and it is not known whose, or whether it works
        self._registrations = {
            (population.source, each.identifier): each
            for population in evidence.reading(AuthenticationRegistration).populations
            for each in population.records
        }
        self._ssh: defaultdict[tuple[str, str, str | None], list[SshAccess]] = defaultdict(list)
        for ways in evidence.reading(SshAccess).populations:
            for access in ways.records:
                self._ssh[ways.source, access.host, access.user].append(access)

    def key(self, source: str, record: Record) -> str:
        """The person's key that the holder's own account carries; empty where it carries none."""
        host = record.host if isinstance(record, LocalPrivilege) else None
        return self._keys.get((source, host, getattr(record, "holder", "")), "")

    def registered(self, source: str, record: Record, person: str) -> tuple[Enforced, tuple[str, ...]]:
        """Whether a second factor is held, and which; `no` only where nothing that could tell otherwise is missing."""
        held = set(self._held.get(person, ())) if person else set()
        told = self._told and bool(person)
        if isinstance(record, RoleHolder):
            own = self._registrations.get((source, record.holder_identifier))
            if own is not None and own.mfa_registered is not None:
                told = True
                if own.mfa_registered:
                    held |= {f"{method} ({source})" for method in own.methods} or {f"MFA ({source})"}
        if held:
            return Enforced.YES, tuple(sorted(held))
        return (Enforced.NO if told else Enforced.UNKNOWN), ()

    def demanded(self, source: str, record: Record, enforced: Enforced) -> tuple[str, ...]:
        """What is demanded, in the source's own words."""
        if isinstance(record, LocalPrivilege):
            ways = self._ssh.get((source, record.host, record.holder)) or self._ssh.get((source, record.host, None), [])
            return tuple(dict.fromkeys(text for access in ways for text in _as_sshd_says(access)))
        if isinstance(record, Privilege) and enforced is Enforced.YES:
            return ("SMARTCARD_REQUIRED",)
        return ()


def _as_sshd_says(access: SshAccess) -> Iterator[str]:
    yield from access.authentication_methods
    if access.use_pam:
        yield from access.pam_second_factors or ()


def _keys(evidence: EvidenceSet) -> dict[tuple[str, str | None, str], str] | None:
    """(source, host, account) to person key, for the holders of privileges alone.

    Accounts are read only where there is something to join: more than one source with privileged people or tokens;
    None where there is not.
    """
    wanted: dict[str, set[tuple[str | None, str]]] = {}
    sources = {population.source for population in evidence.reading(Token).populations}
    for kind in (Privilege, LocalPrivilege, RoleHolder):
        for population in evidence.reading(kind).populations:
            sources.add(population.source)
            held = wanted.setdefault(population.source, set())
            held.update((getattr(each, "host", None), each.holder) for each in _holders(population))
    if len(sources) < 2:
        return None
    return {
        (population.source, account.host, account.name): account.person_key
        for population in evidence.reading(Account).populations
        if population.source in wanted
        for account in population.records
        if account.person_key and (account.host, account.name) in wanted[population.source]
    }


def _holders(population: Population[Any]) -> Iterable[Any]:
    return population.records


def usable(token: Token, as_of: datetime) -> bool | None:
    """Whether a token is a second factor that works now; None where that is not known."""
    known_out = (
        token.second_factor is False
        or token.active is False
        or token.locked is True
        or token.revoked is True
        or token.rollout_state not in {None, "", "enrolled"}
        or (token.valid_until is not None and token.valid_until <= as_of)
        or (token.valid_from is not None and token.valid_from > as_of)
    )
    if known_out:
        return False
    return True if token.second_factor and token.active else None


def _order(row: WayIn) -> tuple[bool, str, str, str, str, str]:
    return not row.person, row.person, row.account, row.way, row.place, f"{row.source} {row.home}"
