"""Everyone's access to every system was reviewed within a year by its owner, and what was to be removed is gone.

The systems come from the system register, the reviews from the review log, the members of the groups that open a system
from the directory. A system deviates when it was never reviewed, when its last review is older than `interval_months`,
when someone other than the registered owner did it, when the review looked at fewer accounts than certainly had access
that day, and, a name at a time (`system: account`), when an account whose access was decided to be removed still has it
more than `execute_days` later, unless the directory shows that it was given anew after the review.

The population of the day is re-performed from today's: members who were certainly added before the review's day (by the
clock in Sweden), and those whom the review removed since. Whoever left otherwise is no longer seen, so a review of more
accounts contradicts nothing. The log may name accounts by account name, principal name or person key; where none of
those that it removed is known by any of these, whether they are gone is undetermined. Where the directory does not keep
when members were added, a review of fewer accounts than there are today is undetermined, and only the last review's
removals are followed up. A system without groups in any directory cannot be re-performed: undetermined. A review of a
whole directory goes by the source's id as the system's name: then its enabled personal accounts are the population.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import partial

from checks.ages import local_day, months_before
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.identity.review_names import ReviewNames, name_key
from checks.record_rules.joins import as_exported
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.access import AccessReview, GroupPurpose, Membership
from collector.records.backup import ProtectedSystem
from collector.records.identity import Account

CONTROL = "access-review-annual"
READS = (ProtectedSystem, AccessReview, GroupPurpose, Membership, Account)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often, and how soon what was decided must be carried out."""

    interval_months: int = 12
    execute_days: int = 14


_REVIEW = Text(
    "Låt systemägaren kontrollera alla tilldelade behörigheter och för in kontrollen i loggen.",
    "Have the system owner review all assigned access, and enter the review in the log.",
)
REASONS = {
    "export-older": COMMON["export-older"],
    "never-reviewed": Reason(
        Text("Ingen kontroll av behörigheter finns i loggen.", "There is no review of access in the log."), _REVIEW
    ),
    "too-old": Reason(
        Text("Senaste kontrollen av behörigheter är från {reviewed}.", "The last review of access is from {reviewed}."),
        _REVIEW,
    ),
    "reviewer-not-owner": Reason(
        Text(
            "Kontrollen {reviewed} gjordes av {reviewer}; registrerad ägare är {owner}.",
            "The review of {reviewed} was done by {reviewer}; the registered owner is {owner}.",
        ),
        Text(
            "Låt ägaren göra om kontrollen, eller rätta ägaren i systemregistret.",
            "Have the owner repeat the review, or correct the owner in the system register.",
        ),
    ),
    "population-short": Reason(
        Text(
            "Kontrollen {reviewed} omfattade {count} konton, men minst {certain} hade behörighet den dagen.",
            "The review of {reviewed} covered {count} accounts, but at least {certain} had access that day.",
        ),
        _REVIEW,
    ),
    "removal-not-executed": Reason(
        Text(
            "Skulle tas bort enligt kontrollen {reviewed} men har behörigheten kvar efter {days} dagar ({group}).",
            "Was to be removed by the review of {reviewed} but still has access after {days} days ({group}).",
        ),
        Text("Ta bort behörigheten och kontrollera rutinen.", "Remove the access, and check the routine."),
        Severity.HIGH,
    ),
    "given-same-day": Reason(
        Text(
            "Skulle tas bort enligt kontrollen {reviewed}; behörigheten ({group}) gavs samma dag, och det syns inte om"
            " det var före eller efter.",
            "Was to be removed by the review of {reviewed}; the access ({group}) was given on the same day, and whether"
            " before or after is not shown.",
        ),
        Text("Jämför med kontrollens underlag.", "Compare with the review's papers."),
        Severity.LOW,
    ),
    "population-unknown": Reason(
        Text(
            "Kontrollen {reviewed} omfattade {count} konton; i dag har {now} behörighet, och det syns inte sedan när.",
            "The review of {reviewed} covered {count} accounts; {now} have access today, and since when is not shown.",
        ),
        Text(
            "Jämför med kontrollens underlag, eller ge läskontot rätt att läsa msDS-ReplValueMetaData (AD).",
            "Compare with the review's papers, or let the reading account read msDS-ReplValueMetaData (AD).",
        ),
        Severity.LOW,
    ),
    "count-missing": Reason(
        Text(
            "Loggen visar inte hur många konton kontrollen {reviewed} omfattade.",
            "The log does not show how many accounts the review of {reviewed} covered.",
        ),
        Text("Fyll i antalet i loggen.", "Fill in the number in the log."),
        Severity.LOW,
    ),
    "removals-unknown": Reason(
        Text(
            "Kontrollen {reviewed} beslutade att ta bort {removed}, men inget konto som lästes heter så: om de är"
            " borttagna går inte att se.",
            "The review of {reviewed} decided to remove {removed}, but no account that was read is called so: whether"
            " they are removed cannot be seen.",
        ),
        Text(
            "Skriv konton i loggen som katalogen gör: kontonamn, UPN eller personnyckel.",
            "Write accounts in the log as the directory does: account name, principal name or person key.",
        ),
    ),
    "owner-unknown": Reason(
        Text(
            "Ägare eller granskare saknas i registren, så kontrollen {reviewed} kan inte bedömas.",
            "The owner or the reviewer is missing in the registers, so the review of {reviewed} cannot be judged.",
        ),
        Text("Fyll i ägaren i systemregistret och granskaren i loggen.", "Fill in the owner and the reviewer."),
    ),
    "not-re-performable": Reason(
        Text(
            "Kontrollerat {reviewed}, men vilka som har behörighet till systemet har inte lästs.",
            "Reviewed {reviewed}, but who has access to the system was not read.",
        ),
        Text(
            "För in systemets grupper i gruppförteckningen och under groups på katalogen.",
            "Enter the system's groups in the register of groups and under groups of the directory.",
        ),
        Severity.LOW,
    ),
    "no-log": Reason(
        Text("Ingen logg över behörighetskontroller har lästs.", "No log of access reviews was read."),
        Text("Lägg till loggen under registers (access-review).", "Add the log under registers (access-review)."),
    ),
    "log-incomplete": Reason(
        Text(
            "En del av loggen kunde inte läsas, och där kan en senare kontroll finnas.",
            "Part of the log could not be read, and a later review may be there.",
        ),
        Text("Rätta de rader som inte kunde läsas.", "Mend the rows that could not be read."),
    ),
}


@dataclass(slots=True)
class _Access:
    """Who has access to one system today: account (folded) to its way in, the earliest that is known."""

    since: dict[str, datetime | None] = field(default_factory=dict)
    groups: dict[str, str] = field(default_factory=dict)
    whole: bool = True
    """Whether all members could be read."""


@dataclass(frozen=True, slots=True)
class _Review:
    """One review: the rows of one system and day."""

    day: date
    reviewers: frozenset[str]
    count: int | None
    removed: tuple[str, ...]


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system, and one per removal that was not carried out."""
    log = evidence.reading(AccessReview)
    reviews = _reviews(log, as_of.date())
    access = _access(evidence, reviews)
    names = ReviewNames(
        (name for held in reviews.values() for review in held for name in review.removed),
        evidence.reading(Account).records,
        frozenset(name for each in access.values() for name in each.since),
    )
    for system in systems.records:
        name = system.name.casefold()
        held = reviews.get(name, [])
        rule = partial(_judge_system, system, held, log, access.get(name), names, parameters)
        yield as_exported(system, log, as_of, rule) or conforms(system)
        for review in held if name in access else ():
            last = review is held[-1]
            yield from _removals(system, review, access[name], names, parameters, as_of.date(), last=last)


def _judge_system(
    system: ProtectedSystem,
    reviews: Sequence[_Review],
    log: Reading[AccessReview],
    access: _Access | None,
    names: ReviewNames,
    parameters: Parameters,
    moment: datetime,
) -> Outcome:
    if not log.populations:
        return undetermined(system, "no-log")
    last = reviews[-1] if reviews else None
    if last is None or last.day < months_before(moment.date(), parameters.interval_months):
        if not log.complete:
            return undetermined(system, "log-incomplete")
        return deviates(system, "never-reviewed") if last is None else deviates(system, "too-old", reviewed=last.day)
    if not last.reviewers or not system.owner:
        return undetermined(system, "owner-unknown", reviewed=last.day)
    if system.owner.casefold() not in {each.casefold() for each in last.reviewers}:
        reviewer = ", ".join(sorted(last.reviewers))
        return deviates(system, "reviewer-not-owner", reviewed=last.day, reviewer=reviewer, owner=system.owner)
    if access is None:
        return undetermined(system, "not-re-performable", reviewed=last.day)
    if last.count is None:
        return undetermined(system, "count-missing", reviewed=last.day)
    return _judge_count(system, last.day, last.count, last.removed, access, names)


def _judge_count(
    system: ProtectedSystem, day: date, count: int, removed: Sequence[str], access: _Access, names: ReviewNames
) -> Outcome:
    known = names.knows_any(removed)
    # Where no name is known, those who were removed may be among those who are still there, by another name.
    gone = {name_key(each) for each in removed if access.since.keys().isdisjoint(names.accounts(each))} if known else ()
    before = [name for name, since in access.since.items() if since is not None and local_day(since) < day]
    undated = [name for name, since in access.since.items() if since is None or local_day(since) == day]
    certain = len(before) + len(gone)
    if count < certain:
        return deviates(system, "population-short", reviewed=day, count=count, certain=certain)
    if count < certain + len(undated):
        return undetermined(system, "population-unknown", reviewed=day, count=count, now=len(access.since))
    if not access.whole:
        return undetermined(system, "not-re-performable", reviewed=day)
    if removed and not known:
        return undetermined(system, "removals-unknown", reviewed=day, removed=", ".join(sorted(set(removed))))
    return conforms(system)


def _removals(
    system: ProtectedSystem,
    review: _Review,
    access: _Access,
    names: ReviewNames,
    parameters: Parameters,
    today: date,
    *,
    last: bool,
) -> Iterator[Outcome]:
    days = (today - review.day).days
    if days <= parameters.execute_days:
        return
    for name in sorted(set(review.removed)):
        left = {key: _is_left(access, key, review.day, last=last) for key in names.accounts(name)}
        subject = f"{system.name}: {name}"
        if key := next((each for each, is_left in left.items() if is_left), None):
            yield deviates(subject, "removal-not-executed", reviewed=review.day, days=days, group=access.groups[key])
        elif key := next((each for each, is_left in left.items() if is_left is None), None):
            yield undetermined(subject, "given-same-day", reviewed=review.day, group=access.groups[key])


def _is_left(access: _Access, key: str, day: date, *, last: bool) -> bool | None:
    """Whether an account has the access that it had at the review; None where it was given on that day."""
    if key not in access.since:
        return False
    since = access.since[key]
    if since is None:
        return last
    given = local_day(since)
    return None if given == day else given < day


def _reviews(log: Reading[AccessReview], today: date) -> dict[str, list[_Review]]:
    """System to its reviews, the oldest first; a day that is still to come is none."""
    rows: defaultdict[tuple[str, date], list[AccessReview]] = defaultdict(list)
    for row in log.records:
        if row.date <= today:
            rows[row.system.casefold(), row.date].append(row)
    found: defaultdict[str, list[_Review]] = defaultdict(list)
    for (system, day), held in sorted(rows.items(), key=lambda each: each[0]):
        found[system].append(
            _Review(
                day,
                frozenset(row.reviewer for row in held if row.reviewer),
                max((row.population_count for row in held if row.population_count is not None), default=None),
                tuple(name for row in held for name in row.removed),
            )
        )
    return found


def _access(evidence: EvidenceSet, reviewed: Collection[str]) -> Mapping[str, _Access]:
    """Reviewed system to who has access: members of its groups, or the accounts of the directory that it is."""
    systems: defaultdict[str, set[str]] = defaultdict(set)
    for purpose in evidence.reading(GroupPurpose).records:
        if purpose.system and purpose.system.casefold() in reviewed:
            systems[purpose.group.casefold()].add(purpose.system.casefold())
    found: defaultdict[str, _Access] = defaultdict(_Access)
    members = evidence.reading(Membership)
    for membership in members.records:
        for system in systems.get(membership.group.casefold(), ()):
            access = found[system]
            if membership.category in {"group", "foreign"}:
                access.whole = False
            elif membership.enabled is not False:
                _admit(access, membership.account, membership.group, membership.added)
    for access in found.values():
        access.whole = access.whole and members.complete
    for population in evidence.reading(Account).populations:
        if population.source.casefold() not in reviewed:
            continue
        access = found[population.source.casefold()]
        access.whole = population.complete
        for account in population.records:
            if account.enabled is not False and account.category in {"person", None} and account.host is None:
                _admit(access, account.name, population.source, account.created)
    return found


def _admit(access: _Access, name: str, group: str, since: datetime | None) -> None:
    """Take an account in; of several ways the earliest counts, and one of unknown age may be the earliest."""
    key = name_key(name)
    known = access.since.get(key)
    if key not in access.since or (known is not None and (since is None or since < known)):
        access.since[key] = since
        access.groups[key] = group
