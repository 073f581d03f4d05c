"""Every enabled account belongs to one person, or to a purpose that was decided.

An account deviates when its person has another ordinary account in the same directory, when its name or its number is
another's too, when its name says that several people share it, or when a person's account says nothing of whose it is;
unless it is on the approved list or in the register of shared accounts. An administrator's account beside the ordinary
one (by its name or by the rights that it holds) is as it should be. Without any list, what a name suggests is not held
against anyone: those accounts are undetermined.
"""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate
from functools import lru_cache
from itertools import pairwise

from checks.directory.account_outcomes import holders
from checks.finding import DEFERRED, Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, EXPIRED, NO_SESSION, SELF_MANAGED, STATE_UNKNOWN, is_named
from checks.packed import FREE, PackedTexts, digest
from collector.evidence import EvidenceSet, Population
from collector.records.access import SharedAccount
from collector.records.identity import Account, Privilege

CONTROL = "account-unique"
READS = (Account, SharedAccount, Privilege)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Name patterns (`*` for any text), and the accounts that were decided."""

    shared_name_patterns: tuple[str, ...] = ("delad*", "gemensam*", "shared*")
    admin_name_patterns: tuple[str, ...] = ("adm-*", "adm.*", "admin-*")
    approved: tuple[str, ...] = ()


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
    register = {each.account for each in evidence.reading(SharedAccount).records if _is_valid(each, as_of)}
    approved = frozenset({*parameters.approved, *register})
    privileged = holders(evidence, accounts.source)
    waiting = _Waiting()
    for account in accounts.records:
        outcome = _judge_alone(account, parameters, approved, as_of)
        if outcome is not None:
            yield outcome
            continue
        if account.host is not None:
            waiting.take_local(account)
        else:
            waiting.take(account, ordinary=_is_ordinary(account, parameters, privileged))
        yield DEFERRED
    yield from waiting.outcomes()


def _is_valid(shared: SharedAccount, as_of: datetime) -> bool:
    return shared.valid_until is None or shared.valid_until >= as_of.date()


def _is_ordinary(account: Account, parameters: Parameters, privileged: frozenset[str]) -> bool:
    name = account.name.casefold()
    return name not in privileged and not _matches(name, parameters.admin_name_patterns)


def _matches(name: str, patterns: tuple[str, ...]) -> bool:
    return _pattern(patterns).match(name) is not None


@lru_cache(maxsize=8)
def _pattern(patterns: tuple[str, ...]) -> re.Pattern[str]:
    """All patterns as one; without any, one that nothing matches."""
    return re.compile("|".join(translate(each.casefold()) for each in patterns) or "(?!)")


def _judge_alone(account: Account, parameters: Parameters, approved: frozenset[str], as_of: datetime) -> Outcome | None:
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
    if is_named(account, approved):
        return conforms(account)
    if _matches(account.name.casefold(), parameters.shared_name_patterns):
        return deviates(account, "shared") if approved else undetermined(account, "shared-no-list")
    return out_of_scope(account, "service") if account.category == "service" else None


class _Waiting:
    """Accounts that may have a double, kept small: a name, and a number for what must be its own alone."""

    def __init__(self) -> None:
        self._subjects = PackedTexts()
        self._names = array("q")
        self._people = array("q")
        """0: has no person key; 1: may have the key of a person who has another account."""
        self._local: dict[tuple[str, str | None], list[str]] = defaultdict(list)
        self._any_key = False

    def take(self, account: Account, *, ordinary: bool) -> None:
        """Keep a directory's account."""
        self._any_key = self._any_key or account.person_key is not None
        self._subjects.add(account.subject)
        self._names.append(digest(account.name.casefold()))
        self._people.append(1 if not ordinary else 0 if account.person_key is None else digest(account.person_key))

    def take_local(self, account: Account) -> None:
        """Keep a host's account."""
        self._local[account.host or "", account.identifier].append(account.subject)

    def outcomes(self) -> Iterator[Outcome]:
        """The outcome of every account that was kept."""
        for (_, number), subjects in self._local.items():
            for subject in subjects:
                if number is not None and len(subjects) > 1:
                    yield deviates(subject, "same-number", number=number, others=_others(subjects, subject))
                else:
                    yield conforms(subject)
        names, people = self._repeated(self._names), self._repeated(self._people)
        for subject, name, person in zip(self._subjects, self._names, self._people, strict=True):
            if name in names:
                yield deviates(subject, "same-name")
            elif person == 0:
                yield deviates(subject, "nobodys") if self._any_key else undetermined(subject, "no-person-keys")
            elif person in people:
                yield deviates(subject, "same-person", others=_others(people[person], subject))
            else:
                yield conforms(subject)

    def _repeated(self, hashes: array[int]) -> dict[int, list[str]]:
        """Each number that comes more than once, with the accounts that have it."""
        ordered = array("q", sorted(hashes))
        found: dict[int, list[str]] = {
            one: [] for one, next_one in pairwise(ordered) if one == next_one and one >= FREE
        }
        if found:
            for subject, each in zip(self._subjects, hashes, strict=True):
                if each in found:
                    found[each].append(subject)
        return found


def _others(subjects: list[str], own: str) -> str:
    return ", ".join(sorted(each for each in subjects if each != own))
