"""What the checks of protected systems share: which systems they are about, and reasons that mean the same in each."""

from __future__ import annotations

from collections.abc import Container, Iterable, Iterator
from datetime import datetime

from checks.backup.restore_points import Newest, Points, other_name
from checks.finding import Outcome, Reason, Severity, Text, Verdict, out_of_scope, undetermined
from checks.record_rules.joins import lacks_column
from checks.record_rules.reasons import COMMON
from collector.evidence import Obtained, Population, Reading
from collector.records.backup import ProtectedSystem, Snapshot

SCOPE: dict[str, Reason] = {
    "criticality-unknown": Reason(
        Text(
            "Systemregistret säger inte om systemet är verksamhetskritiskt.",
            "The system register does not say whether the system is critical.",
        ),
        Text("Fyll i uppgiften i systemregistret.", "Fill it in in the system register."),
        Severity.LOW,
    ),
    "not-critical": Reason(Text("Inte verksamhetskritiskt.", "Not mission-critical.")),
    "no-column": COMMON["no-column"],
    "name-not-unique": Reason(
        Text(
            "Flera system i registret heter så; vilket av dem det gäller framgår inte.",
            "Several systems of the register have this name; which of them is meant does not show.",
        ),
        Text("Ge systemen var sitt namn, i registret och i loggen.", "Give each its own name, in register and log."),
    ),
    "named-otherwise": Reason(
        Text(
            "Systemregistret skriver {host} och säkerhetskopieringen {other}; om det är samma värd framgår inte.",
            "The system register says {host} and the backup {other}; whether that is the same host does not show.",
        ),
        Text("Skriv värdens namn lika på båda ställena.", "Write the host's name alike in both places."),
    ),
}
"""Of every check whose subjects are critical systems."""

POINTS: dict[str, Reason] = {
    "no-restore-point": Reason(
        Text("Ingen återställningspunkt finns för {host}.", "There is no restore point of {host}."),
        Text("Lägg till systemet i säkerhetskopieringen.", "Add the system to the backup."),
        Severity.HIGH,
    ),
    "repositories-unread": Reason(
        Text(
            "Ingen återställningspunkt för {host} i de lager som kunde läsas; andra kunde inte läsas.",
            "No restore point of {host} in the repositories that could be read; others could not.",
        ),
        Text("Åtgärda de lager som inte kunde läsas.", "See to the repositories that could not be read."),
    ),
    "no-backup-source": Reason(
        Text("Inget lager med säkerhetskopior har lästs.", "No backup repository was read."),
        Text("Lägg till lagret bland källorna.", "Add the repository to the sources."),
    ),
}
"""Of every check that reads restore points."""

REPOSITORIES_INCOMPLETE = Reason(
    Text(
        "Alla återställningspunkter kunde inte läsas, och de som saknas kan ändra bilden.",
        "Not every restore point could be read, and those that are missing may change the picture.",
    ),
    Text("Åtgärda de lager som inte kunde läsas.", "See to the repositories that could not be read."),
)
"""Where what was read looks wrong, and something was not read."""


def unread_of(source: str, snapshots: Reading[Snapshot]) -> Iterator[Outcome]:
    """Says of a system register that restore points were not all read: any of its systems may have some there."""
    if snapshots.populations and not snapshots.complete:
        yield undetermined(source, "repositories-incomplete")


HISTORY: dict[str, Reason] = {
    "jobs-unread": Reason(
        Text(
            "Jobbens körningar kunde inte läsas, och de kan visa att {host} säkerhetskopierades.",
            "The runs of the jobs could not be read, and they may show that {host} was backed up.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "export-older": Reason(
        Text(
            "Förteckningen över återställningspunkter för {host} är från {written}; vad som tagits senare syns inte.",
            "The list of restore points of {host} is from {written}; what was taken since is not seen.",
        ),
        Text("Lämna över en nyare förteckning.", "Hand over a newer list."),
    ),
    "thinned-out": Reason(
        Text(
            "Återställningspunkterna för {host} ligger glest, och kan ha gallrats.",
            "The restore points of {host} are few and far between, and may have been thinned out.",
        ),
        Text("Lämna över jobbhistoriken.", "Hand over the history of the jobs."),
        Severity.LOW,
    ),
}
"""Of every check that asks when a host was backed up."""


def written(snapshots: Reading[Snapshot]) -> dict[str, datetime]:
    """When each list of restore points that was handed over, or that another run read, was written, by source."""
    return {
        population.source: population.provenance.speaks_of
        for population in snapshots.populations
        if population.provenance.obtained is not Obtained.OBSERVED
        or population.provenance.dated is not None
        or population.provenance.relayed
    }


def hosts_untold(
    system: ProtectedSystem, systems: Population[ProtectedSystem], held: Points | Newest, snapshots: Reading[Snapshot]
) -> Outcome | None:
    """Undetermined where the system's restore points cannot be told from others'.

    So it is where the register's export has no column for hosts, or the system has none in it and a list of restore
    points has no column for tags, unless something is tagged with the system's name. And so it is where a host has no
    restore points, and another one has that differs from it by a domain alone.
    """
    if system.name.casefold() in held.by_tag:
        return None
    for host in system.hosts:
        if host.casefold() not in held.by_host and host.casefold() not in held.by_tag:
            other = other_name(host, held.shorts)
            if other is not None:
                return undetermined(system, "named-otherwise", host=host, other=other)
    if system.hosts:
        return None
    if "hosts" in systems.unreadable:
        return undetermined(system, "no-column", columns=("hosts",))
    return lacks_column(system, snapshots, "tags")


def names_of_several(systems: Population[ProtectedSystem]) -> frozenset[str]:
    """Names (case-folded) that stand for more than one system: rows with other hosts, or of another environment."""
    found: dict[str, set[tuple[frozenset[str], str]]] = {}
    for system in systems.records:
        what = frozenset(host.casefold() for host in system.hosts), (system.environment or "").casefold()
        found.setdefault(system.name.casefold(), set()).add(what)
    return frozenset(name for name, held in found.items() if len(held) > 1)


def told_apart(system: ProtectedSystem, shared: Container[str], outcome: Outcome) -> Outcome:
    """The outcome by what names the system alone, unless that may be another one's of the name."""
    if outcome.verdict is Verdict.CONFORMS and system.name.casefold() in shared:
        return undetermined(system, "name-not-unique")
    return outcome


_ORDER = ("deviates", "undetermined", "conforms", "out-of-scope")


def outside(system: ProtectedSystem) -> Outcome | None:
    """The outcome for a system that is not critical, or of which that is not known; None for a critical one."""
    if system.critical is False:
        return out_of_scope(system, "not-critical")
    if system.critical is None:
        return undetermined(system, "criticality-unknown")
    return None


def worst(outcomes: Iterable[Outcome]) -> Outcome:
    """The outcome that decides for a system with several hosts, the first of its kind; there is at least one."""
    return min(outcomes, key=lambda outcome: _ORDER.index(outcome.verdict.value))
