"""No built-in account stands open with the password that it was born with.

Built-in accounts are known to every attacker, whatever they have been renamed to, so they are found by their well-known
identifiers: the guest account (501) and other built-in ones are disabled; the administrator (500) is disabled, or kept
for emergencies with a password that is changed at least every `builtin_password_max_days` days and unused for the last
`builtin_unused_days`. On hosts, an account of the system itself that has a password deviates, and so does an account
that system images are delivered with (`default_names`) while it has one; root has none, or one that is changed as often
as the administrator's. krbtgt is judged by itself. Log-ons are never tried.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.ages import FUTURE_TOLERANCE, span
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DATED_IN_FUTURE, STATE_UNKNOWN, is_named
from collector.evidence import EvidenceSet, Population
from collector.records.identity import Account

CONTROL = "default-credentials"
READS = (Account,)
ADMINISTRATOR, GUEST, KRBTGT = "500", "501", "502"
"""Well-known relative identifiers (MS-DTYP 2.4.2.4)."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days; `approved` names built-in accounts that are used by decision."""

    builtin_password_max_days: int = 365
    builtin_unused_days: int = 30
    approved: tuple[str, ...] = ()
    default_names: tuple[str, ...] = ("ec2-user", "osboxes", "pi", "ubuntu", "vagrant")


_EMERGENCY = Text(
    "Använd personliga administratörskonton; behåll kontot för nödlägen, med långt lösenord i kassaskåp.",
    "Use personal administrator accounts; keep this one for emergencies, with a long password in a safe.",
)
REASONS = {
    "guest-enabled": Reason(
        Text("Gästkontot är aktiverat.", "The guest account is enabled."),
        Text("Inaktivera gästkontot.", "Disable the guest account."),
        Severity.HIGH,
    ),
    "old-password": Reason(
        Text(
            "Det inbyggda administratörskontot är aktiverat och dess lösenord är {days} dagar gammalt"
            " (satt {password_set}).",
            "The built-in administrator account is enabled, and its password is {days} days old (set {password_set}).",
        ),
        Text("Byt lösenordet, eller inaktivera kontot.", "Change the password, or disable the account."),
        Severity.HIGH,
    ),
    "in-use": Reason(
        Text(
            "Det inbyggda administratörskontot används (senast {last_used}); ingen kan se av vem.",
            "The built-in administrator account is in use (last {last_used}); nobody can see by whom.",
        ),
        _EMERGENCY,
    ),
    "built-in-enabled": Reason(
        Text("Det inbyggda kontot är aktiverat.", "The built-in account is enabled."),
        Text("Inaktivera kontot.", "Disable the account."),
    ),
    "root-old-password": Reason(
        Text(
            "root har ett lösenord som är {days} dagar gammalt (satt {password_set}).",
            "root has a password that is {days} days old (set {password_set}).",
        ),
        Text(
            "Lås lösenordet (passwd --lock root) och använd sudo, eller byt det.",
            "Lock the password (passwd --lock root) and use sudo, or change it.",
        ),
    ),
    "default-account": Reason(
        Text(
            "Kontot har ett namn som systemavbilder levereras med, och ett lösenord (satt {password_set}).",
            "The account has a name that system images are delivered with, and a password (set {password_set}).",
        ),
        Text(
            "Ta bort kontot eller lås lösenordet: passwd --lock {name}.",
            "Remove the account or lock its password: passwd --lock {name}.",
        ),
        Severity.HIGH,
    ),
    "system-password": Reason(
        Text(
            "Systemkontot har ett lösenord och kan logga in.",
            "The system account has a password, and can log on.",
        ),
        Text("Lås lösenordet: passwd --lock {name}.", "Lock the password: passwd --lock {name}."),
    ),
    "password-age-unknown": Reason(
        Text("Källan visar inte när lösenordet sattes.", "The source does not show when the password was set."),
        Text("Ge läskontot rätt att se tidpunkten.", "Let the reading account see the time."),
        Severity.LOW,
    ),
    "state-unknown": STATE_UNKNOWN,
    "dated-in-future": DATED_IN_FUTURE,
    "not-built-in": Reason(Text("Inte inbyggt.", "Not built in.")),
    "judged-elsewhere": Reason(Text("Bedöms för sig (krbtgt).", "Judged by itself (krbtgt).")),
}


def judge(
    accounts: Population[Account], _evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account."""
    for account in accounts.records:
        if account.host is not None:
            yield _judge_local(account, parameters, as_of)
        else:
            yield _judge_account(account, parameters, as_of)


def _judge_local(account: Account, parameters: Parameters, as_of: datetime) -> Outcome:
    delivered = account.name.casefold() in {each.casefold() for each in parameters.default_names}
    if account.category not in {"system", "built-in"} and not delivered:
        return out_of_scope(account, "not-built-in")
    if account.enabled is False or account.password_present is False or is_named(account, parameters.approved):
        return conforms(account)
    if account.password_present is None:
        return undetermined(account, "state-unknown")
    if account.category == "built-in":
        return _judge_root(account, parameters, as_of)
    if delivered:
        return deviates(account, "default-account", name=account.name, password_set=account.password_set)
    return deviates(account, "system-password", name=account.name)


def _judge_root(account: Account, parameters: Parameters, as_of: datetime) -> Outcome:
    if account.password_set is None:
        return undetermined(account, "password-age-unknown")
    age = as_of - account.password_set
    if -age > FUTURE_TOLERANCE:
        return undetermined(account, "dated-in-future", time=account.password_set)
    if age > span(days=parameters.builtin_password_max_days):
        return deviates(account, "root-old-password", days=age.days, password_set=account.password_set)
    return conforms(account)


def _judge_account(account: Account, parameters: Parameters, as_of: datetime) -> Outcome:
    if account.category != "built-in":
        return out_of_scope(account, "not-built-in")
    number = (account.identifier or "").rpartition("-")[2]
    if number == KRBTGT:
        return out_of_scope(account, "judged-elsewhere")
    if account.enabled is False or is_named(account, parameters.approved):
        return conforms(account)
    if account.enabled is None:
        return undetermined(account, "state-unknown")
    if number != ADMINISTRATOR:
        return deviates(account, "guest-enabled" if number == GUEST else "built-in-enabled")
    if account.password_set is None:
        return undetermined(account, "password-age-unknown")
    age = as_of - account.password_set
    if -age > FUTURE_TOLERANCE:
        return undetermined(account, "dated-in-future", time=account.password_set)
    if age > span(days=parameters.builtin_password_max_days):
        return deviates(account, "old-password", days=age.days, password_set=account.password_set)
    if account.last_used is not None and as_of - account.last_used <= span(days=parameters.builtin_unused_days):
        return deviates(account, "in-use", last_used=account.last_used)
    return conforms(account)
