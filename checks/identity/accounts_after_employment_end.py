"""Nobody keeps an open account after the employment or mandate has ended.

Each person's account is joined with the HR roster by the person key. Several employments for one person count
together: the person has left when the last of them has ended, be it by its last day or, where the roster gives none, by
a status among `ended_statuses`; one that has not begun yet does not keep an account open in the meantime. Leave of
absence is employment, and a consultant's contract ends as an employment does. A last day that has passed only since the
roster was written may have been moved, and leaves the account undetermined. An account that is open more than
`grace_days` after the last day deviates, urgently when it was used after it. A directory's record of use lags, so it
can prove use after the end, never that there was none.

Persons that the roster does not name stay undetermined, and so do accounts without a key: nobody is matched by what
looks alike. Only where `fallback` is `account-name` is an account without a key matched with the person whose key is,
to the letter, the account's name; whatever is found that way says so.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Literal

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, EXPIRED, NOT_A_PERSON, STATE_UNKNOWN
from checks.packed import PackedJoin
from checks.record_rules.reasons import COMMON
from checks.record_rules.roster import ENDED
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.identity import Account, Employment

CONTROL = "accounts-after-employment-end"
READS = (Account, Employment)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days that an account may stay open; whether use after the end makes it urgent; how people are matched."""

    grace_days: int = 0
    severe_if_login_after_end: bool = True
    ended_statuses: tuple[str, ...] = ENDED
    fallback: Literal["none", "account-name"] = "none"


_CLOSE = Text(
    "Stäng kontot och ta reda på varför avslutet inte nådde katalogen.",
    "Close the account and find out why the leaver routine did not reach the directory.",
)
_ENDED = {
    "used-after-end": Reason(
        Text(
            "Använt {last_used}, efter att anställningen eller uppdraget upphörde {end} ({days} dagar öppet).",
            "Used {last_used}, after the employment or mandate ended {end} (open for {days} days).",
        ),
        _CLOSE,
        Severity.HIGH,
    ),
    "open-after-end": Reason(
        Text(
            "Öppet {days} dagar efter att anställningen eller uppdraget upphörde {end}.",
            "Open {days} days after the employment or mandate ended {end}.",
        ),
        _CLOSE,
    ),
    "open-after-undated-end": Reason(
        Text(
            "Öppet fast anställningen eller uppdraget har upphört; personalförteckningen anger ingen dag.",
            "Open although the employment or mandate has ended; the HR roster gives no day.",
        ),
        _CLOSE,
    ),
}
_BY_NAME = Text(
    "Matchat på kontonamnet, eftersom kontot saknar personnyckel.",
    "Matched by the account's name, since the account carries no person key.",
)
REASONS = {
    **_ENDED,
    **{
        f"{code}-by-name": replace(
            reason, text=Text(f"{reason.text.sv} {_BY_NAME.sv}", f"{reason.text.en} {_BY_NAME.en}")
        )
        for code, reason in _ENDED.items()
    },
    "no-roster": Reason(
        Text("Ingen personalförteckning att jämföra med.", "No HR roster to compare with."),
        Text(
            "Lägg till en export från personalsystemet under registers.",
            "Add an export of the HR system under registers.",
        ),
    ),
    "roster-incomplete": Reason(
        Text(
            "Finns inte i den del av personalförteckningen som kunde läsas.",
            "Not in the part of the HR roster that could be read.",
        ),
        Text("Rätta exporten; raderna anges under det som inte kunde läsas.", "Mend the export; the rows are listed."),
    ),
    "not-in-roster": Reason(
        Text(
            "Personnyckeln {person_key} finns inte i personalförteckningen.",
            "The person key {person_key} is not in the HR roster.",
        ),
        Text(
            "Stäng kontot, eller lägg till personen i rätt förteckning (anställda, förtroendevalda, konsulter).",
            "Close the account, or add the person to the right roster (employees, elected, consultants).",
        ),
    ),
    "export-older": COMMON["export-older"],
    "no-person-key": Reason(
        Text("Kontot bär ingen personnyckel.", "The account carries no person key."),
        Text(
            "Ange personnyckeln i katalogen, eller flytta kontot till tjänstekontonas enhet.",
            "Set the person key in the directory, or move the account to the unit of service accounts.",
        ),
        Severity.LOW,
    ),
    "state-unknown": STATE_UNKNOWN,
    "disabled": DISABLED,
    "expired": EXPIRED,
    "not-a-person": NOT_A_PERSON,
}


class _People:
    """The roster by person, an employment a number.

    0: neither employed nor ended; 1: employed; 2: ended on a day that is not known; more: 2 and the last day's ordinal;
    less than 0: that number, for a last day that had not passed when the roster was written.
    """

    def __init__(self, roster: Reading[Employment], parameters: Parameters, today: date) -> None:
        ended_statuses = frozenset(each.casefold() for each in parameters.ended_statuses)
        self._employments = PackedJoin()
        for population in roster.populations:
            written = population.provenance.speaks_of.date()
            for employment in population.records:
                end, number = employment.end, 0
                if end is not None and (today - end).days > parameters.grace_days:
                    number = 2 + end.toordinal() if end < written else -2 - end.toordinal()
                elif end is None and (employment.status or "").strip().casefold() in ended_statuses:
                    number = 2
                elif employment.start is None or employment.start <= today:
                    number = 1
                self._employments.add(employment.person_key, number)

    def employments(self, key: str) -> list[int]:
        """The numbers of a person's employments; empty where the roster does not name the person."""
        return self._employments.of(key)


def judge(
    accounts: Population[Account], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account."""
    roster = evidence.reading(Employment)
    people = _People(roster, parameters, as_of.date())
    for account in accounts.records:
        yield _judge_account(account, roster, people, parameters, as_of)


def _judge_account(
    account: Account,
    roster: Reading[Employment],
    people: _People,
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    if account.enabled is False:
        return out_of_scope(account, "disabled")
    if account.expires is not None and account.expires <= as_of:
        return out_of_scope(account, "expired")
    if account.category not in {"person", None}:
        return out_of_scope(account, "not-a-person")
    if account.enabled is None:
        return undetermined(account, "state-unknown")
    if not roster.populations:
        return undetermined(account, "no-roster")
    by_name = account.person_key is None and parameters.fallback == "account-name"
    key = account.name if by_name else account.person_key
    employments = [] if key is None else people.employments(key)
    if key is None or (by_name and not employments):
        return undetermined(account, "no-person-key")
    if not employments:
        reason = "not-in-roster" if roster.complete else "roster-incomplete"
        return undetermined(account, reason, person_key=key)
    last = max(map(abs, employments))
    if last < 2 or 1 in employments:
        return conforms(account)
    if not roster.complete:
        # A row that could not be read may be a later employment of the same person.
        return undetermined(account, "roster-incomplete")
    if last not in employments:
        written = min(each.provenance.speaks_of for each in roster.populations)
        return undetermined(account, "export-older", written=written.date())
    end = date.fromordinal(last - 2) if last > 2 else None
    return _judge_leaver(account, end, parameters, as_of, "-by-name" if by_name else "")


def _judge_leaver(account: Account, end: date | None, parameters: Parameters, as_of: datetime, suffix: str) -> Outcome:
    if end is None:
        return deviates(account, f"open-after-undated-end{suffix}")
    days = (as_of.date() - end).days
    used = account.last_used
    if parameters.severe_if_login_after_end and used is not None and used.date() > end:
        return deviates(account, f"used-after-end{suffix}", last_used=used, end=end, days=days)
    return deviates(account, f"open-after-end{suffix}", end=end, days=days)
