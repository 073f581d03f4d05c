"""No account's password is exempt from the policy, or open to guessing without the directory noticing.

Settings on single accounts undo what a policy demands, so they are judged with it: a password that may be empty or is
stored readable, Kerberos without pre-authentication or with DES, and a service principal name on an account whose
password a person chose: anyone in the domain may then fetch a ticket and guess the password in peace (kerberoasting).
Accounts under the units for service accounts have such names of necessity, and deviate only where they administer the
domain. A password that never expires deviates only where a highest age has been decided, on hosts too. One outcome per
account: the most urgent reason, and all of its settings as a fact.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.directory.account_outcomes import SHARED_REASONS, holders, outside
from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.identity import Account, Privilege

CONTROL = "password-policy"
READS = (Account, Privilege)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`max_age_days`: the decided highest age of passwords; 0 where none is decided."""

    max_age_days: int = 0


_OWN_ACCOUNT = Text(
    "Flytta tjänsten till ett hanterat tjänstekonto (gMSA) och ta bort tjänstenamnet från kontot.",
    "Move the service to a managed service account (gMSA), and take the principal name off this account.",
)
_TICKETS = "Vem som helst i domänen kan hämta en biljett för kontot och gissa lösenordet ostört"
_TICKETS_EN = "Anyone in the domain can fetch a ticket for the account and guess its password undisturbed"
REASONS = {
    "reversible-encryption": Reason(
        Text(
            "Kontots lösenord lagras så att det kan läsas i klartext ({settings}).",
            "The account's password is stored so that it can be read back in clear text ({settings}).",
        ),
        Text(
            "Stäng av reversibel kryptering på kontot och byt lösenordet.",
            "Turn reversible encryption off on the account, and change the password.",
        ),
        Severity.HIGH,
    ),
    "pre-authentication-off": Reason(
        Text(
            "Kräver ingen förautentisering i Kerberos: lösenordet kan gissas utan inloggningsförsök ({settings}).",
            "Demands no Kerberos pre-authentication: its password can be guessed without logging on ({settings}).",
        ),
        Text("Slå på förautentisering och byt lösenordet.", "Turn pre-authentication on, and change the password."),
        Severity.HIGH,
    ),
    "kerberoastable-privileged": Reason(
        Text(
            f"{_TICKETS}; kontot har administrativ behörighet ({{settings}}).",
            f"{_TICKETS_EN}; the account has administrative rights ({{settings}}).",
        ),
        _OWN_ACCOUNT,
        Severity.HIGH,
    ),
    "password-not-required": Reason(
        Text(
            "Kontot får ha tomt lösenord ({settings}).",
            "The account may have an empty password ({settings}).",
        ),
        Text(
            "Ta bort flaggan PASSWD_NOTREQD och sätt ett nytt lösenord.",
            "Take the flag PASSWD_NOTREQD off, and set a new password.",
        ),
    ),
    "des-only": Reason(
        Text(
            "Kontot använder bara DES, som går att knäcka ({settings}).",
            "The account uses DES only, which can be broken ({settings}).",
        ),
        Text("Ta bort flaggan USE_DES_KEY_ONLY.", "Take the flag USE_DES_KEY_ONLY off."),
    ),
    "kerberoastable": Reason(
        Text(f"{_TICKETS} ({{settings}}).", f"{_TICKETS_EN} ({{settings}})."),
        _OWN_ACCOUNT,
    ),
    "never-expires": Reason(
        Text(
            "Lösenordet gäller utan slut; regeln är högst {rule} dagar.",
            "The password never expires; the rule is at most {rule} days.",
        ),
        Text(
            "Ta bort undantaget, eller dokumentera det som en riskacceptans.",
            "Take the exemption off, or record it as an accepted risk.",
        ),
        Severity.LOW,
    ),
    "principals-hidden": Reason(
        Text(
            "Läskontot får inte se tjänstenamn, så det går inte att avgöra om kontots lösenord kan gissas ostört.",
            "The reading account may not see service principal names, so it is not known whether the password can be"
            " guessed undisturbed.",
        ),
        Text("Ge läskontot rätt att läsa servicePrincipalName.", "Let the reading account read servicePrincipalName."),
        Severity.LOW,
    ),
    "privileges-unknown": Reason(
        Text(
            "Tjänstekonto vars lösenord kan gissas ostört; det är inte känt om det har administrativ behörighet.",
            "A service account whose password can be guessed undisturbed; it is not known whether it has administrative"
            " rights.",
        ),
        Text("Ge läskontot rätt att läsa de privilegierade grupperna.", "Let the reading account read the groups."),
        Severity.LOW,
    ),
    "no-password": Reason(Text("Har inget lösenord.", "Has no password.")),
    **SHARED_REASONS,
}
_BY_SETTING = ("reversible-encryption", "pre-authentication-off")
_LESS_URGENT = ("password-not-required", "des-only")


def judge(
    accounts: Population[Account], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account."""
    privileged = holders(evidence, accounts.source)
    unsure = not any(
        each.source == accounts.source and each.complete for each in evidence.reading(Privilege).populations
    )
    hidden = "exposures" in accounts.unreadable
    for account in accounts.records:
        expired = account.expires is not None and account.expires <= as_of
        if account.host is not None and parameters.max_age_days > 0:
            yield _judge_local(account, parameters, expired=expired)
            continue
        outcome = outside(account, expired=expired) or _judge_account(account, parameters, privileged, hidden=hidden)
        if unsure and outcome.verdict is Verdict.CONFORMS and "service-principal" in (account.exposures or ()):
            outcome = undetermined(account, "privileges-unknown")
        yield outcome


def _judge_local(account: Account, parameters: Parameters, *, expired: bool) -> Outcome:
    """A host's account: only how long its password lasts is its own (shadow(5))."""
    if account.enabled is False or expired:
        return out_of_scope(account, "expired" if expired else "disabled")
    if account.password_present is False:
        return out_of_scope(account, "no-password")
    if account.password_present is None or account.password_never_expires is None:
        return undetermined(account, "state-unknown")
    if account.password_never_expires:
        return deviates(account, "never-expires", rule=parameters.max_age_days)
    return conforms(account)


def _judge_account(account: Account, parameters: Parameters, privileged: frozenset[str], *, hidden: bool) -> Outcome:
    reason = _reason(account, account.name.casefold() in privileged)
    if reason is not None:
        return deviates(account, reason, settings=", ".join(account.exposures or ()))
    if hidden and account.category != "managed-service":
        return undetermined(account, "principals-hidden")
    if parameters.max_age_days > 0 and account.password_never_expires and account.category in {"person", "service"}:
        return deviates(account, "never-expires", rule=parameters.max_age_days)
    return conforms(account)


def _reason(account: Account, privileged: bool) -> str | None:  # noqa: FBT001  # one fact of the account
    """The most urgent of the account's settings."""
    found = account.exposures or ()
    roastable = "service-principal" in found and account.category not in {"managed-service", "system"}
    for each in _BY_SETTING:
        if each in found:
            return each
    if roastable and privileged:
        return "kerberoastable-privileged"
    for each in _LESS_URGENT:
        if each in found:
            return each
    return "kerberoastable" if roastable and account.category != "service" else None
