"""Whoever administers a directory does it with an account that is for that alone.

The account of a person that holds an administrative privilege is for that alone where its name says so
(`admin_name_patterns`), or where the same person, by the person key, has another enabled account in the directory for
everything else. Where it is the person's only one it is their everyday account, with which mail is read and the web
seen, and deviates. Without a person key and such a name it is undetermined. Service accounts, built-in and local ones
are not judged here, and groups are resolved to those in them.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterator
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
            "Ge personen ett eget konto för administration, och ta bort behörigheten från det vanliga.",
            "Give the person an account of its own for administration, and take the privilege from the ordinary one.",
        ),
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
    people, waiting = array("q"), list[tuple[str, int]]()
    for account in accounts.records:
        person = account.person_key
        if account.enabled is False or account.host is not None:
            yield out_of_scope(account, "disabled" if account.enabled is False else "no-privilege")
            continue
        if person is not None and account.category in {"person", None}:
            people.append(digest(person))
        name = account.name.casefold()
        if name not in privileged:
            yield out_of_scope(account, "no-privilege")
        elif account.category not in {"person", None}:
            yield out_of_scope(account, "not-a-person")
        elif pattern.match(name):
            yield conforms(account)
        elif person is None:
            yield undetermined(account, "person-unknown")
        else:
            waiting.append((account.subject, digest(person)))
            yield DEFERRED
    wanted = {number for _, number in waiting}
    times = Counter(each for each in people if each in wanted)
    for subject, number in waiting:
        yield conforms(subject) if times[number] > 1 else deviates(subject, "everyday-account")
    if any(gap.cause is not GapCause.UNSUPPORTED for gap in evidence.reading(Privilege).of(accounts.source).all_gaps):
        yield undetermined(accounts.source, "rights-unread")
