"""Nobody keeps an open account after the employment or mandate has ended.

Each person's account is joined with the HR roster by the person key. Several employments for one person count
together: the person has left when the last of them has ended. An account that is open more than `grace_days` after
that day deviates, urgently when it was used after it. Leave of absence is employment. A directory's record of use
lags, so it can prove use after the end, never that there was none. Accounts without a key, and persons that the
roster does not name, stay undetermined: nobody is matched by name.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, EXPIRED, NOT_A_PERSON, STATE_UNKNOWN
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.identity import Account, Employment

CONTROL = "accounts-after-employment-end"
READS = (Account, Employment)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days that an account may stay open, and whether use after the end makes it urgent."""

    grace_days: int = 0
    severe_if_login_after_end: bool = True


_CLOSE = Text(
    "Stäng kontot och ta reda på varför avslutet inte nådde katalogen.",
    "Close the account and find out why the leaver routine did not reach the directory.",
)
REASONS = {
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


def judge(
    accounts: Population[Account], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account."""
    roster = evidence.reading(Employment)
    last_days = _last_days(roster)
    for account in accounts.records:
        yield _judge_account(account, roster, last_days, parameters, as_of)


def _last_days(roster: Reading[Employment]) -> dict[str, date | None]:
    """Person key to the day the last employment ends; None while one is open-ended."""
    last: dict[str, date | None] = {}
    for employment in roster.records:
        if employment.person_key not in last:
            last[employment.person_key] = employment.end
        else:
            known = last[employment.person_key]
            later = None if known is None or employment.end is None else max(known, employment.end)
            last[employment.person_key] = later
    return last


def _judge_account(
    account: Account,
    roster: Reading[Employment],
    last_days: Mapping[str, date | None],
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
    if account.person_key is None:
        return undetermined(account, "no-person-key")
    if account.person_key not in last_days:
        reason = "not-in-roster" if roster.complete else "roster-incomplete"
        return undetermined(account, reason, person_key=account.person_key)
    end = last_days[account.person_key]
    if end is None or as_of.date() <= end + timedelta(days=parameters.grace_days):
        return conforms(account)
    if not roster.complete:
        # A row that could not be read may be a later employment of the same person.
        return undetermined(account, "roster-incomplete", person_key=account.person_key)
    days = (as_of.date() - end).days
    used = account.last_used
    if parameters.severe_if_login_after_end and used is not None and used.date() > end:
        return deviates(account, "used-after-end", last_used=used, end=end, days=days)
    return deviates(account, "open-after-end", end=end, days=days)
