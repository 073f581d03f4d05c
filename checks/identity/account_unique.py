"""Every enabled account belongs to one person, or to a purpose that was decided.

An account deviates when its person has another ordinary account in the same directory, when its name, its principal
name or its number is another's too, when its name says that several people share it, or when a person's account says
nothing of whose it is; unless it is on the approved list or in the register of shared accounts, by its name or its
principal name. A row of that register counts by the day of its decision: without one the account is undetermined, and
so is one whose decision has run out, or which was made, only since the register was written. An administrator's
account beside the ordinary one (by its name or by the rights that it holds) is as it should be. Without any list, what
a name suggests is not held against anyone: those accounts are undetermined. A person may well have an account in each
of several directories; the sources that the organisation counts as one directory are named in `one_directory`, and are
then judged together.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate
from functools import lru_cache

from checks.directory.account_outcomes import holders
from checks.finding import DEFERRED, Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, EXPIRED, NO_SESSION, SELF_MANAGED, STATE_UNKNOWN
from checks.identity.double_accounts import Hidden, Waiting
from checks.identity.shared_accounts import SharedAccounts
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, GapCause, Population
from collector.records.access import SharedAccount
from collector.records.identity import Account, Privilege

CONTROL = "account-unique"
READS = (Account, SharedAccount, Privilege)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Name patterns (`*` for any text), the accounts that were decided, and ids of the sources that count as one."""

    shared_name_patterns: tuple[str, ...] = ("delad*", "gemensam*", "shared*")
    admin_name_patterns: tuple[str, ...] = ("adm-*", "adm.*", "admin-*")
    approved: tuple[str, ...] = ()
    one_directory: tuple[str, ...] = ()


_DECIDE = Text(
    "Ge var och en ett eget konto, eller besluta om det delade kontot och för in det på listan.",
    "Give everyone an account of their own, or decide on the shared one and add it to the list.",
)
REASONS = {
    "same-person": Reason(
        Text(
            "Samma person har också det vanliga kontot {others}, och båda är aktiva.",
            "The same person also has the ordinary account {others}, and both are enabled.",
        ),
        Text(
            "Inaktivera det konto som inte behövs; är det ett administratörskonto, ge det ett namn som visar det.",
            "Disable the account that is not needed; is it an administrator's, give it a name that says so.",
        ),
    ),
    "same-name": Reason(
        Text("Flera konton i katalogen heter så.", "Several accounts in the directory have this name."),
        Text("Ge kontona olika namn.", "Give the accounts different names."),
    ),
    "same-principal": Reason(
        Text(
            "Har samma huvudnamn som {others}: vem av dem som loggar in är slumpen.",
            "Has the same principal name as {others}: which of them logs on is chance.",
        ),
        Text("Ge varje konto ett eget userPrincipalName.", "Give each account a userPrincipalName of its own."),
        Severity.HIGH,
    ),
    "directory-unread": Reason(
        Text(
            "{directories} räknas till samma katalog men kunde inte läsas i sin helhet: personen kan ha ett konto där.",
            "{directories} count as one directory with this, but could not be read in full: the person may have an"
            " account there.",
        ),
        Text("Se till att alla källor i one_directory läses.", "See to it that every source in one_directory is read."),
        Severity.LOW,
    ),
    "same-number": Reason(
        Text(
            "Har samma användar-id ({number}) som {others}: en och samma användare under olika namn.",
            "Has the same user id ({number}) as {others}: one user under different names.",
        ),
        Text("Ge varje konto ett eget användar-id.", "Give each account a user id of its own."),
        Severity.HIGH,
    ),
    "shared": Reason(
        Text(
            "Namnet tyder på ett delat konto, och det finns inte på den beslutade listan.",
            "The name suggests a shared account, and it is not on the approved list.",
        ),
        _DECIDE,
    ),
    "decision-undated": Reason(
        Text(
            "Finns i registret över delade konton, men utan dag för beslutet.",
            "Is in the register of shared accounts, but without the day of the decision.",
        ),
        Text("För in beslutets dag i registret.", "Enter the day of the decision in the register."),
        Severity.LOW,
    ),
    "export-older": COMMON["export-older"],
    "shared-unread": Reason(
        Text(
            "Finns inte i den del av registret över delade konton som kunde läsas.",
            "Not in the part of the register of shared accounts that could be read.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "rights-unread": Reason(
        Text(
            "Samma person har också {others}; om det ena är en administratörs är inte känt, för alla behörigheter"
            " kunde inte läsas.",
            "The same person also has {others}; whether one is an administrator's is not known, for not all rights"
            " could be read.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "shared-no-list": Reason(
        Text(
            "Namnet tyder på ett delat konto, men det finns ingen beslutad lista att jämföra med.",
            "The name suggests a shared account, but there is no approved list to compare with.",
        ),
        _DECIDE,
    ),
    "nobodys": Reason(
        Text(
            "Kontot saknar personnyckel, och det finns inte på den beslutade listan.",
            "The account has no person key, and is not on the approved list.",
        ),
        Text(
            "Ange personens nyckel på kontot, eller för in kontot på listan över delade konton och tjänstekonton.",
            "Give the account its person's key, or add it to the list of shared and service accounts.",
        ),
        Severity.LOW,
    ),
    "no-person-keys": Reason(
        Text(
            "Inget konto i källan har någon personnyckel, så det går inte att avgöra vems kontot är.",
            "No account in the source has a person key, so it is not known whose the account is.",
        ),
        Text(
            "Fyll i personnyckeln i katalogen, eller ange rätt attribut som person_key på källan.",
            "Fill in the person key in the directory, or name the right attribute as person_key of the source.",
        ),
        Severity.LOW,
    ),
    "state-unknown": STATE_UNKNOWN,
    "disabled": DISABLED,
    "expired": EXPIRED,
    "no-session": NO_SESSION,
    "self-managed": SELF_MANAGED,
    "service": Reason(Text("Tjänstekonto.", "A service account.")),
}


def judge(
    accounts: Population[Account], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account; those that may have a double wait until all have been seen."""
    shared = evidence.reading(SharedAccount)
    decided = SharedAccounts(shared, parameters.approved, as_of)
    privileged = holders(evidence, accounts.source)
    waiting = Waiting()
    hidden = Hidden(
        shared=bool(shared.all_gaps),
        # A directory without administrative groups of its own has no rights to be read (OpenLDAP).
        privileges=any(
            gap.cause is not GapCause.UNSUPPORTED for gap in evidence.reading(Privilege).of(accounts.source).all_gaps
        ),
    )
    for account in accounts.records:
        outcome = _judge_alone(account, parameters, decided, as_of)
        if outcome is not None:
            lost = hidden.shared and outcome.reason == "shared"
            yield undetermined(account, "shared-unread") if lost else outcome
            continue
        if account.host is not None:
            waiting.take_local(account)
        else:
            waiting.take(account, ordinary=_is_ordinary(account, parameters, privileged))
        yield DEFERRED
    unread = _look_elsewhere(waiting, accounts.source, evidence, parameters, decided, as_of)
    yield from waiting.outcomes(unread, hidden)


def _look_elsewhere(
    waiting: Waiting,
    source: str,
    evidence: EvidenceSet,
    parameters: Parameters,
    decided: SharedAccounts,
    as_of: datetime,
) -> str:
    """Tell the accounts that wait of those in the sources that count as the same directory; gives the ones not read."""
    if source not in parameters.one_directory:
        return ""
    reading, unread = evidence.reading(Account), []
    for other in sorted(set(parameters.one_directory) - {source}):
        there, privileged = reading.of(other), holders(evidence, other)
        if not there.complete:
            unread.append(other)
        for account in there.records:
            if account.host is None and _judge_alone(account, parameters, decided, as_of) is None:
                waiting.meet(account, other, ordinary=_is_ordinary(account, parameters, privileged))
    return ", ".join(unread)


def _is_ordinary(account: Account, parameters: Parameters, privileged: frozenset[str]) -> bool:
    name = account.name.casefold()
    return name not in privileged and not _matches(name, parameters.admin_name_patterns)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return _pattern(patterns).match(name) is not None


@lru_cache(maxsize=8)
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """All patterns as one; without any, one that nothing matches."""
    return re.compile("|".join(translate(each.casefold()) for each in patterns) or "(?!)")


def _judge_alone(account: Account, parameters: Parameters, decided: SharedAccounts, as_of: datetime) -> Outcome | None:
    """The outcome that no other account can change; None where one can."""
    if account.enabled is False:
        return out_of_scope(account, "disabled")
    if account.expires is not None and account.expires <= as_of:
        return out_of_scope(account, "expired")
    if account.interactive is False:
        return out_of_scope(account, "no-session")
    if account.category in {"managed-service", "system"} or (account.category == "built-in" and account.host is None):
        return out_of_scope(account, "self-managed")
    if account.enabled is None:
        return undetermined(account, "state-unknown")
    stands = decided.stands(account)
    if stands == "decided":
        return conforms(account)
    if stands == "undated":
        return undetermined(account, "decision-undated")
    if stands == "aged":
        return undetermined(account, "export-older", written=decided.written)
    if _matches(account.name.casefold(), parameters.shared_name_patterns):
        if decided.is_newer(account):
            return undetermined(account, "export-older", written=decided.written)
        return deviates(account, "shared") if decided else undetermined(account, "shared-no-list")
    return out_of_scope(account, "service") if account.category == "service" else None
