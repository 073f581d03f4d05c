"""Whoever administers a directory does it with an account that is for that alone.

The account of a person that holds an administrative privilege is for that alone where its name says so
(`admin_name_patterns`), or where the same person, by the person key, has another enabled account in the directory for
everything else: one without any such privilege or name. Where it is the person's only one, or the only one beside those
that are for administration by their names, it is their everyday account, with which mail is read and the web seen, and
deviates. Which of several it is, and whether there is another among accounts that were not read, or that may be
disabled, is undetermined; so is an account without a person key and such a name. Service accounts, built-in and local
ones are not judged here, and groups are resolved to those in them.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import datetime
from fnmatch import translate

from checks.directory.account_outcomes import holders
from checks.finding import DEFERRED, Outcome, Reason, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, NOT_A_PERSON
from checks.packed import digest
from collector.evidence import EvidenceSet, GapCause, Population
from collector.records.identity import Account, Privilege

CONTROL = "privileged-restricted"
READS = (Account, Privilege)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Name patterns (`*` for any text) of accounts that are for administration alone."""

    admin_name_patterns: tuple[str, ...] = ("adm-*", "adm.*", "admin-*")


REASONS = {
    "everyday-account": Reason(
        Text(
            "Har administrativ behörighet och är personens enda aktiva konto i katalogen.",
            "Has an administrative privilege, and is the person's only enabled account in the directory.",
        ),
        Text(
            "Ge personen ett särskilt konto för administration, och ta bort behörigheten från det vanliga.",
            "Give the person an account of its own for administration, and take the privilege from the ordinary one.",
        ),
    ),
    "everyday-beside-own": Reason(
        Text(
            "Har administrativ behörighet och är personens enda aktiva konto i katalogen vid sidan av det som är för"
            " administration.",
            "Has an administrative privilege, and is the person's only enabled account in the directory beside the one"
            " that is for administration.",
        ),
        Text("Ta bort behörigheten från det vanliga kontot.", "Take the privilege from the ordinary account."),
    ),
    "everyday-unclear": Reason(
        Text(
            "Har administrativ behörighet; vilket av personens konton som är vardagskontot framgår inte.",
            "Has an administrative privilege; which of the person's accounts is the everyday one is not told.",
        ),
        Text(
            "Ge konton för administration namn som visar det (admin_name_patterns).",
            "Give accounts for administration names that show it (admin_name_patterns).",
        ),
    ),
    "accounts-unread": Reason(
        Text(
            "Har administrativ behörighet; om personen har ett annat aktivt konto i katalogen kunde inte läsas.",
            "Has an administrative privilege; whether the person has another enabled account in the directory could"
            " not be read.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "person-unknown": Reason(
        Text(
            "Har administrativ behörighet, men varken namn eller personnyckel visar om det också är ett vardagskonto.",
            "Has an administrative privilege, but neither name nor person key shows whether it is an everyday account"
            " too.",
        ),
        Text(
            "Ange personens nyckel på kontot, eller ge det ett namn som visar att det är för administration"
            " (admin_name_patterns).",
            "Give the account its person's key, or a name that shows that it is for administration"
            " (admin_name_patterns).",
        ),
    ),
    "rights-unread": Reason(
        Text(
            "Alla administrativa behörigheter kunde inte läsas; fler konton kan ha någon.",
            "Not all administrative privileges could be read; more accounts may have one.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "no-privilege": Reason(Text("Har ingen administrativ behörighet.", "Has no administrative privilege.")),
    "not-a-person": NOT_A_PERSON,
    "disabled": DISABLED,
}


def judge(
    accounts: Population[Account], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account; administrators wait until all have been seen."""
    privileged = holders(evidence, accounts.source)
    pattern = re.compile("|".join(translate(each.casefold()) for each in parameters.admin_name_patterns) or "(?!)")
    others, waiting = _Others(), list[tuple[str, int]]()
    for account in accounts.records:
        person, name = account.person_key, account.name.casefold()
        if account.enabled is False or account.host is not None:
            yield out_of_scope(account, "disabled" if account.enabled is False else "no-privilege")
            continue
        own, holds = pattern.match(name) is not None, name in privileged
        if person is not None and account.category in {"person", None}:
            others.add(digest(person), own=own, privileged=holds, enabled=account.enabled is True)
        if not holds:
            yield out_of_scope(account, "no-privilege")
        elif account.category not in {"person", None}:
            yield out_of_scope(account, "not-a-person")
        elif own:
            yield conforms(account)
        elif person is None:
            yield undetermined(account, "person-unknown")
        else:
            waiting.append((account.subject, digest(person)))
            yield DEFERRED
    others.keep({number for _, number in waiting})
    for subject, number in waiting:
        yield _judge(subject, number, others, whole=accounts.complete)
    if any(gap.cause is not GapCause.UNSUPPORTED for gap in evidence.reading(Privilege).of(accounts.source).all_gaps):
        yield undetermined(accounts.source, "rights-unread")


class _Others:
    """How many accounts of each kind a person has, by the number of the person's key."""

    def __init__(self) -> None:
        self._seen = {kind: array("q") for kind in ("ordinary", "perhaps", "own", "privileged")}
        self._times: dict[str, Counter[int]] = {}

    def add(self, person: int, *, own: bool, privileged: bool, enabled: bool) -> None:
        """One account that is not known to be disabled."""
        ordinary = "ordinary" if enabled else "perhaps"
        self._seen["own" if own else "privileged" if privileged else ordinary].append(person)

    def keep(self, wanted: Collection[int]) -> None:
        """Count for these persons alone: there are few administrators."""
        self._times = {kind: Counter(each for each in seen if each in wanted) for kind, seen in self._seen.items()}

    def count(self, kind: str, person: int) -> int:
        """How many: `ordinary`, `perhaps` (may be disabled), `own` (for administration by name) or `privileged`."""
        return self._times[kind][person]


def _judge(subject: str, person: int, others: _Others, *, whole: bool) -> Outcome:
    if others.count("ordinary", person):
        return conforms(subject)
    if not whole or others.count("perhaps", person):
        return undetermined(subject, "accounts-unread")
    if others.count("privileged", person) > 1:
        return undetermined(subject, "everyday-unclear")
    return deviates(subject, "everyday-beside-own" if others.count("own", person) else "everyday-account")
