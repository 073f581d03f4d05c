"""Every critical system has been restored in a test within a year, and the business has looked at the result.

The systems come from the system register, the tests from the restore-test log. A system deviates when it was never
tested, when the last passed test is older than `interval_months`, when a later test failed, when no one from the
business verified it (unless `business_verified` is off), or when a major change came after it (`after_major_change`).
While part of the log could not be read, or a later test has no result in it, the system is undetermined: what is
missing may be a passed test, or a failed one. Whether there was a major change is known only from a change log:
without one, or with one that was written before the last test, a system that is otherwise in order stays undetermined.
A log tells of the time when it was written: what has aged since may have been done since, and is undetermined too.
So is a system whose name stands for another one as well.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import partial

from checks.ages import months_before
from checks.backup.backup_reasons import SCOPE, names_of_several, told_apart
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.record_rules.denials import says_none
from checks.record_rules.joins import as_exported, ends_before, lacks_column, latest
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest

CONTROL = "restore-test-annual"
READS = (ProtectedSystem, RestoreTest, MajorChange)


@dataclass(frozen=True, slots=True)
class Parameters:
    """How often, and what a test must have."""

    interval_months: int = 12
    after_major_change: bool = True
    business_verified: bool = True


_TEST = Text(
    "Gör ett återläsningstest, låt verksamheten kontrollera resultatet och för in det i loggen.",
    "Do a restore test, have the business check the result, and enter it in the log.",
)
REASONS = {
    "name-not-unique": SCOPE["name-not-unique"],
    "export-older": COMMON["export-older"],
    "no-column": COMMON["no-column"],
    "never-tested": Reason(
        Text("Inget återläsningstest finns i loggen.", "There is no restore test in the log."), _TEST, Severity.HIGH
    ),
    "failed": Reason(
        Text(
            "Återläsningstestet {tested} misslyckades och har inte gjorts om.",
            "The restore test of {tested} failed and was not repeated.",
        ),
        _TEST,
        Severity.HIGH,
    ),
    "too-old": Reason(Text("Senaste godkända test är från {tested}.", "The last passed test is from {tested}."), _TEST),
    "not-verified-by-business": Reason(
        Text(
            "Testet {tested} är inte kontrollerat av verksamheten.",
            "The test of {tested} was not verified by the business.",
        ),
        Text(
            "Låt systemägaren kontrollera det återlästa innehållet.",
            "Have the system owner check what was restored.",
        ),
    ),
    "before-major-change": Reason(
        Text(
            "En större ändring gjordes {changed}, efter senaste godkända test {tested}.",
            "A major change was made {changed}, after the last passed test of {tested}.",
        ),
        _TEST,
    ),
    "no-change-log": Reason(
        Text(
            "Testat {tested}, men utan ändringslogg syns inte om en större ändring gjorts därefter.",
            "Tested {tested}, but without a change log it cannot be seen whether a major change came after.",
        ),
        Text(
            "Lägg till en export av större ändringar under registers.",
            "Add an export of major changes under registers.",
        ),
        Severity.LOW,
    ),
    "result-unknown": Reason(
        Text("Loggen visar inte hur testet {tested} gick.", "The log does not show how the test of {tested} went."),
        Text("Fyll i resultatet i loggen.", "Fill in the result in the log."),
    ),
    "no-log": Reason(
        Text("Ingen logg över återläsningstester har lästs.", "No log of restore tests was read."),
        Text("Lägg till loggen under registers.", "Add the log under registers."),
    ),
    "log-incomplete": Reason(
        Text(
            "En del av loggen kunde inte läsas, och där kan ett senare test finnas.",
            "Part of the log could not be read, and a later test may be there.",
        ),
        Text("Rätta de rader som inte kunde läsas.", "Mend the rows that could not be read."),
    ),
    "criticality-unknown": Reason(
        Text(
            "Systemregistret säger inte om systemet är verksamhetskritiskt.",
            "The system register does not say whether the system is critical.",
        ),
        Text("Fyll i uppgiften i systemregistret.", "Fill it in in the system register."),
        Severity.LOW,
    ),
    "not-critical": Reason(Text("Inte verksamhetskritiskt.", "Not mission-critical.")),
}


def judge(
    systems: Population[ProtectedSystem], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per system."""
    log = evidence.reading(RestoreTest)
    changes = evidence.reading(MajorChange)
    today = as_of.date()
    tests: defaultdict[str, list[RestoreTest]] = defaultdict(list)
    for test in log.records:
        if test.date <= today:
            tests[test.system.casefold()].append(test)
    changed: defaultdict[str, list[date]] = defaultdict(list)
    for change in changes.records:
        changed[change.system.casefold()].append(change.date)
    shared = names_of_several(systems)
    for system in systems.records:
        name = system.name.casefold()
        rule = partial(_judge_tests, system, tests[name], log, parameters)
        outcome = as_exported(system, log, as_of, rule)
        if outcome is None:
            last = max(test.date for test in tests[name] if test.result == "passed")
            outcome = _judge_changes(system, last, changed[name], log, changes, parameters, as_of)
        yield told_apart(system, shared, outcome)


def _judge_tests(
    system: ProtectedSystem,
    tests: Sequence[RestoreTest],
    log: Reading[RestoreTest],
    parameters: Parameters,
    moment: datetime,
) -> Outcome | None:
    """The outcome by the tests alone; None where they are in order."""
    if system.critical is False:
        return out_of_scope(system, "not-critical")
    if system.critical is None:
        return undetermined(system, "criticality-unknown")
    if not log.populations:
        return undetermined(system, "no-log")
    passed = [test for test in tests if test.result == "passed"]
    last = max((test.date for test in passed), default=None)
    failed = [test.date for test in tests if test.result == "failed" and (last is None or test.date >= last)]
    unclear = [test.date for test in tests if test.result is None and test.date >= max([last or date.min, *failed])]
    if unclear:
        return undetermined(system, "result-unknown", tested=max(unclear))
    if not log.complete:
        return undetermined(system, "log-incomplete")
    if failed:
        return deviates(system, "failed", tested=max(failed))
    if last is None:
        return deviates(system, "never-tested")
    if last < months_before(moment.date(), parameters.interval_months):
        return deviates(system, "too-old", tested=last)
    if parameters.business_verified and all(
        says_none(test.verified_by_business) for test in passed if test.date == last
    ):
        column = lacks_column(system, log, "verified_by_business")
        return column or deviates(system, "not-verified-by-business", tested=last)
    return None


def _judge_changes(
    system: ProtectedSystem,
    last: date,
    changed: Sequence[date],
    log: Reading[RestoreTest],
    changes: Reading[MajorChange],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    if not parameters.after_major_change:
        return conforms(system)
    after = as_exported(system, log, as_of, partial(_changed_after, system, last, changed))
    if after is not None:
        return after
    if not changes.complete:
        return undetermined(system, "no-change-log", tested=last)
    return ends_before(system, changes, last) or conforms(system)


def _changed_after(system: ProtectedSystem, last: date, changed: Sequence[date], moment: datetime) -> Outcome | None:
    day = latest(changed, moment)
    return deviates(system, "before-major-change", changed=day, tested=last) if day and day > last else None
