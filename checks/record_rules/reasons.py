"""Reasons that every check of records shares: what the register does not tell."""

from __future__ import annotations

from checks.finding import Reason, Severity, Text

COMMON = {
    "incomplete": Reason(
        Text("Uppgift saknas: {columns}.", "What is missing: {columns}."),
        Text("Fyll i uppgiften i registret.", "Fill it in in the register."),
    ),
    "no-column": Reason(
        Text("Exporten har ingen kolumn för {columns}.", "The export has no column for {columns}."),
        Text(
            "Ta med uppgiften i exporten och peka ut kolumnen under columns (docs/registers.md).",
            "Export it too, and map its column under columns (docs/registers.md).",
        ),
    ),
    "no-register": Reason(
        Text("Underlaget har inte lästs: {kind}.", "This was not read: {kind}."),
        Text("Lägg till registret under registers: {kind}.", "Add the register under registers: {kind}."),
    ),
    "register-incomplete": Reason(
        Text(
            "En del av underlaget kunde inte läsas, och svaret kan finnas där: {kind}.",
            "A part could not be read, and the answer may be there: {kind}.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "export-older": Reason(
        Text(
            "Underlaget skrevs ut {written}; vad som har hänt sedan dess syns inte.",
            "The export was written {written}; what has happened since is not seen.",
        ),
        Text("Exportera på nytt.", "Export it anew."),
        Severity.LOW,
    ),
    "date-ahead": Reason(
        Text("Registret anger en dag som inte har varit ({date}).", "The register gives a day to come ({date})."),
        Text("Rätta datumet.", "Correct the date."),
        Severity.LOW,
    ),
    "period-not-covered": Reason(
        Text(
            "Registret börjar {first}; vad som hänt från {start} syns inte.",
            "The register begins {first}; what happened from {start} is not seen.",
        ),
        Text("Exportera hela perioden.", "Export the whole period."),
    ),
}
"""Code to words; a check joins its own reasons to these."""


def because(sv: str, en: str, fix_sv: str = "", fix_en: str = "", severity: Severity = Severity.MEDIUM) -> Reason:
    """A reason by its words and its cure in both languages."""
    return Reason(Text(sv, en), Text(fix_sv, fix_en), severity)
