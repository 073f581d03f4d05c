"""Secrets and certificates that applications sign in by are valid no longer than the organisation's rule allows.

Whoever has such a secret is the application, without any second factor, until it ends. The validity of every one is
judged against a rule that the organisation has decided (`application_max_days`; a number of whole years, 365 days each,
is met on the same date, leap day or not); one without an end deviates from any rule. Without a rule, those valid for
more than `report_over_days` are listed as not determined, and nothing fails. What has ended, belongs to an application
that cannot act in the directory, or is kept by the platform itself (managed identities) is not judged; nor are
certificates that sign tokens for single sign-on. When an application last signed in is not known: Graph tells in its
beta only. An application may also be let in by a trust in another provider, which no secret shows.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import months_before
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED
from collector.evidence import EvidenceSet, Population
from collector.records.cloud import ApplicationCredential

CONTROL = "password-age"
READS = (ApplicationCredential,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days; `application_max_days` 0 means that the organisation has decided no rule."""

    application_max_days: int = 0
    report_over_days: int = 365


_RENEW = Text(
    "Byt till en kortare giltighet, hellre certifikat än hemlighet; hanterad identitet där det går.",
    "Change to a shorter validity, a certificate rather than a secret; a managed identity where that can be.",
)
_DECIDE = Text(
    "Besluta en regel och ange den som controls: password-age: parameters: application_max_days.",
    "Decide a rule and give it as controls: password-age: parameters: application_max_days.",
)
REASONS = {
    "too-long": Reason(
        Text(
            "Inloggningsuppgiften är giltig i {days} dagar (till {end}); regeln är {limit} dagar.",
            "The credential is valid for {days} days (until {end}); the rule is {limit} days.",
        ),
        _RENEW,
    ),
    "never-ends": Reason(
        Text(
            "Inloggningsuppgiften har inget slutdatum; regeln är {limit} dagar.",
            "The credential has no end; the rule is {limit} days.",
        ),
        _RENEW,
        Severity.HIGH,
    ),
    "no-rule": Reason(
        Text(
            "Inloggningsuppgiften är giltig i {days} dagar (till {end}), men ingen regel är beslutad.",
            "The credential is valid for {days} days (until {end}), but no rule has been decided.",
        ),
        _DECIDE,
        Severity.LOW,
    ),
    "no-rule-never-ends": Reason(
        Text(
            "Inloggningsuppgiften har inget slutdatum, och ingen regel är beslutad.",
            "The credential has no end, and no rule has been decided.",
        ),
        _DECIDE,
    ),
    "start-unknown": Reason(
        Text(
            "När inloggningsuppgiften började gälla framgår inte; den gäller till {end}.",
            "When the credential became valid is not told; it is valid until {end}.",
        ),
        Text("Se efter i Entra, och byt den om den är gammal.", "Look in Entra, and change it if it is old."),
        Severity.LOW,
    ),
    "ended": Reason(Text("Har slutat gälla.", "Has ended.")),
    "disabled": DISABLED,
}


def judge(
    credentials: Population[ApplicationCredential], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per secret or certificate."""
    for credential in credentials.records:
        yield _judge(credential, parameters, as_of)


def _judge(credential: ApplicationCredential, parameters: Parameters, as_of: datetime) -> Outcome:
    form, start, end, limit = credential.form, credential.start, credential.end, parameters.application_max_days
    if credential.enabled is False:
        return out_of_scope(credential, "disabled")
    if end is None:
        if limit:
            return deviates(credential, "never-ends", form=form, limit=limit)
        return undetermined(credential, "no-rule-never-ends", form=form)
    if end <= as_of:
        return out_of_scope(credential, "ended")
    if start is None or start > end:
        return undetermined(credential, "start-unknown", form=form, end=end)
    days = -((start - end).days)  # begun days
    if limit and days > limit and not _is_whole_years(start, end, limit):
        return deviates(credential, "too-long", form=form, days=days, end=end, limit=limit)
    if (
        not limit
        and days > parameters.report_over_days
        and not _is_whole_years(start, end, parameters.report_over_days)
    ):
        return undetermined(credential, "no-rule", form=form, days=days, end=end)
    return conforms(credential)


def _is_whole_years(start: datetime, end: datetime, limit: int) -> bool:
    """Whether the end is no later than the same date and time so many years on: leap days make a year no longer."""
    years, rest = divmod(limit, 365)
    return not rest and end.date() <= months_before(start.date(), -12 * years) and end.timetz() <= start.timetz()
