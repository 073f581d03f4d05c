"""Enabled accounts are in use.

An enabled account deviates when its last use is older than `stale_days`, or when it was never used and is itself
older than that. Where the source's record of use lags (lastLogonTimestamp: up to 14 days), the lag is given to the
account: nobody is called stale inside it. A directory that was set to record use more than `directory_lag_days` late
shows nothing in between: undetermined, and so is an account inside `directory_lag_days` where the lag is not known. A
source that does not record use leaves its accounts undetermined, and so
does a time in the future, which proves a wrong clock and not use, and a last use that is only the latest that was
seen, since a domain controller could not be read.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import FUTURE_TOLERANCE, span
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import (
    DATED_IN_FUTURE,
    DISABLED,
    EXPIRED,
    NO_SESSION,
    SELF_MANAGED,
    STATE_UNKNOWN,
    is_named,
)
from collector.evidence import EvidenceSet, Population
from collector.records.identity import Account

CONTROL = "accounts-stale"
READS = (Account,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Limits in days; `exempt` names accounts that are kept unused by decision."""

    stale_days: int = 90
    directory_lag_days: int = 14
    exempt: tuple[str, ...] = ()


REASONS = {
    "unused": Reason(
        Text(
            "Aktiverat men senast använt {last_used} ({days} dagar sedan).",
            "Enabled, but last used {last_used} ({days} days ago).",
        ),
        Text(
            "Inaktivera kontot, eller dokumentera varför det behövs.",
            "Disable the account, or record why it is needed.",
        ),
    ),
    "never-used": Reason(
        Text(
            "Aktiverat och aldrig använt sedan det skapades {created} ({days} dagar sedan).",
            "Enabled and never used since it was created {created} ({days} days ago).",
        ),
        Text(
            "Inaktivera kontot om ingen väntas börja använda det.",
            "Disable the account unless someone is about to start using it.",
        ),
    ),
    "never-used-since-password": Reason(
        Text(
            "Aktiverat och aldrig använt; lösenordet sattes {password_set} ({days} dagar sedan).",
            "Enabled and never used; its password was set {password_set} ({days} days ago).",
        ),
        Text(
            "Inaktivera kontot om ingen väntas börja använda det.",
            "Disable the account unless someone is about to start using it.",
        ),
    ),
    "later-use-possible": Reason(
        Text(
            "Senast sett {last_used} ({days} dagar sedan), men en domänkontrollant som kan veta mer kunde inte läsas.",
            "Last seen {last_used} ({days} days ago), but a domain controller that may know more could not be read.",
        ),
        Text("Se till att alla domänkontrollanter kan läsas.", "See to it that all domain controllers can be read."),
        Severity.LOW,
    ),
    "lag-unknown": Reason(
        Text(
            "Senast använt {last_used} ({days} dagar sedan), men källan visar inte hur sent den för in användningen;"
            " upp till {lag} dagar räknas kontot till godo.",
            "Last used {last_used} ({days} days ago), but the source does not show how late it records use; up to"
            " {lag} days are given to the account.",
        ),
        Text(
            "Ta reda på hur noggrant källan registrerar användning, och ange directory_lag_days därefter.",
            "Find out how exactly the source records use, and set directory_lag_days accordingly.",
        ),
        Severity.LOW,
    ),
    "lag-too-long": Reason(
        Text(
            "Senast använt {last_used} ({days} dagar sedan), men källan för in användningen upp till {lag} dagar för"
            " sent.",
            "Last used {last_used} ({days} days ago), but the source records use up to {lag} days late.",
        ),
        Text(
            "Sänk msDS-LogonTimeSyncInterval i domänen (standard 14), eller läs alla domänkontrollanter.",
            "Lower msDS-LogonTimeSyncInterval of the domain (14 by default), or read all domain controllers.",
        ),
        Severity.LOW,
    ),
    "last-use-unknown": Reason(
        Text(
            "Källan visar inte när kontot senast användes.",
            "The source does not show when the account was last used.",
        ),
        Text(
            "Slå på registrering av användning i källan, eller ge läskontot rätt att se den.",
            "Turn on the recording of use in the source, or let the reading account see it.",
        ),
        Severity.LOW,
    ),
    "dated-in-future": DATED_IN_FUTURE,
    "state-unknown": STATE_UNKNOWN,
    "age-unknown": Reason(
        Text(
            "Aldrig använt, och källan visar inte när det skapades.",
            "Never used, and the source does not show when it was created.",
        ),
    ),
    "disabled": DISABLED,
    "expired": EXPIRED,
    "exempt": Reason(Text("Undantaget enligt inställningarna.", "Exempt by the settings.")),
    "no-session": NO_SESSION,
    "self-managed": SELF_MANAGED,
}


def judge(
    accounts: Population[Account], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account."""
    for account in accounts.records:
        yield _judge_account(account, parameters, as_of)


def _judge_account(account: Account, parameters: Parameters, as_of: datetime) -> Outcome:
    if account.enabled is False:
        return out_of_scope(account, "disabled")
    if account.expires is not None and account.expires <= as_of:
        return out_of_scope(account, "expired")
    if account.interactive is False:
        return out_of_scope(account, "no-session")
    if account.category in {"managed-service", "built-in", "system"}:
        return out_of_scope(account, "self-managed")
    if is_named(account, parameters.exempt):
        return out_of_scope(account, "exempt")
    if account.enabled is None:
        return undetermined(account, "state-unknown")
    if account.last_used is not None:
        return _judge_last_use(account, account.last_used, parameters, as_of)
    if not account.never_used:
        return undetermined(account, "last-use-unknown")
    return _judge_never_used(account, parameters, as_of)


def _judge_last_use(account: Account, last_used: datetime, parameters: Parameters, as_of: datetime) -> Outcome:
    idle = as_of - last_used
    if -idle > FUTURE_TOLERANCE:
        return undetermined(account, "dated-in-future", time=last_used)
    most, known = parameters.directory_lag_days, account.last_used_lag_days
    if idle <= span(days=parameters.stale_days + (0 if known is None else min(known, most))):
        return conforms(account)
    if account.last_used_at_least:
        return undetermined(account, "later-use-possible", last_used=last_used, days=idle.days)
    if known is None and idle <= span(days=parameters.stale_days + most):
        return undetermined(account, "lag-unknown", last_used=last_used, days=idle.days, lag=most)
    if known is not None and known > most and idle <= span(days=parameters.stale_days + known):
        return undetermined(account, "lag-too-long", last_used=last_used, days=idle.days, lag=known)
    return deviates(account, "unused", last_used=last_used, days=idle.days)


def _judge_never_used(account: Account, parameters: Parameters, as_of: datetime) -> Outcome:
    if account.created is None:
        return _judge_by_password(account, parameters, as_of)
    age = as_of - account.created
    if -age > FUTURE_TOLERANCE:
        return undetermined(account, "dated-in-future", time=account.created)
    if age > span(days=parameters.stale_days):
        return deviates(account, "never-used", created=account.created, days=age.days)
    return conforms(account)


def _judge_by_password(account: Account, parameters: Parameters, as_of: datetime) -> Outcome:
    """Never used, and not known when it was made: it is at least as old as its password."""
    if account.password_set is None or as_of - account.password_set <= span(days=parameters.stale_days):
        return undetermined(account, "age-unknown")
    days = (as_of - account.password_set).days
    return deviates(account, "never-used-since-password", password_set=account.password_set, days=days)
