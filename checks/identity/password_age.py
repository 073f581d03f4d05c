"""Passwords are not older than the organisation's own rule allows.

Age is judged only against a rule that the organisation has decided (`max_age_days`); without one, the passwords older
than `report_over_days` are listed as not determined, and nobody fails on age alone. Where there is a rule, a password
older than `severe_over_days` on an account that may log on without a smart card is urgent. A password dated in the
future is undetermined: no clock that is right wrote that.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import FUTURE_TOLERANCE
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DATED_IN_FUTURE, DISABLED, SELF_MANAGED, STATE_UNKNOWN
from collector.evidence import EvidenceSet, Population
from collector.records.identity import Account

CONTROL = "password-age"
READS = (Account,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days; `max_age_days` 0 means that the organisation has decided no rule."""

    max_age_days: int = 0
    report_over_days: int = 365
    severe_over_days: int = 730


_CHANGE = Text(
    "Byt lösenordet, och inför hellre flerfaktorsautentisering än tätare byten.",
    "Change the password, and prefer multi-factor authentication to more frequent changes.",
)
REASONS = {
    "years-old": Reason(
        Text(
            "Lösenordet är {days} dagar gammalt (satt {password_set}); regeln är {max_age_days} dagar.",
            "The password is {days} days old (set {password_set}); the rule is {max_age_days} days.",
        ),
        _CHANGE,
        Severity.HIGH,
    ),
    "older-than-rule": Reason(
        Text(
            "Lösenordet är {days} dagar gammalt (satt {password_set}); regeln är {max_age_days} dagar.",
            "The password is {days} days old (set {password_set}); the rule is {max_age_days} days.",
        ),
        _CHANGE,
    ),
    "no-rule": Reason(
        Text(
            "Lösenordet är {days} dagar gammalt (satt {password_set}), men ingen regel är beslutad.",
            "The password is {days} days old (set {password_set}), but no rule has been decided.",
        ),
        Text(
            "Besluta en regel och ange den som controls: password-age: parameters: max_age_days.",
            "Decide a rule and set it as controls: password-age: parameters: max_age_days.",
        ),
        Severity.LOW,
    ),
    "age-unknown": Reason(
        Text("Källan visar inte när lösenordet sattes.", "The source does not show when the password was set."),
        Text("Ge läskontot rätt att se tidpunkten.", "Let the reading account see the time."),
        Severity.LOW,
    ),
    "dated-in-future": DATED_IN_FUTURE,
    "state-unknown": STATE_UNKNOWN,
    "younger-than-reported": Reason(
        Text(
            "Ingen regel är beslutad, och lösenordet är yngre än det som redovisas.",
            "No rule has been decided, and the password is younger than what is reported.",
        )
    ),
    "disabled": DISABLED,
    "self-managed": SELF_MANAGED,
    "smartcard": Reason(Text("Loggar in med smartkort.", "Logs on with a smart card.")),
    "no-password": Reason(Text("Har inget lösenord.", "Has no password.")),
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
    if account.category in {"managed-service", "built-in", "system"} and account.password_present is not True:
        return out_of_scope(account, "self-managed")
    if account.password_present is False:
        return out_of_scope(account, "no-password")
    if account.smartcard_required:
        return out_of_scope(account, "smartcard")
    if account.enabled is None:
        return undetermined(account, "state-unknown")
    if account.password_must_change:
        return conforms(account)
    if account.password_set is None:
        return undetermined(account, "age-unknown")
    if account.password_set - as_of > FUTURE_TOLERANCE:
        return undetermined(account, "dated-in-future", time=account.password_set)
    days = (as_of - account.password_set).days
    if parameters.max_age_days <= 0:
        if days <= parameters.report_over_days:
            return out_of_scope(account, "younger-than-reported")
        return undetermined(account, "no-rule", days=days, password_set=account.password_set)
    if days <= parameters.max_age_days:
        return conforms(account)
    return deviates(
        account,
        "years-old" if days > parameters.severe_over_days else "older-than-rule",
        days=days,
        password_set=account.password_set,
        max_age_days=parameters.max_age_days,
    )
