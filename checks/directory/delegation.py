"""What delegation lets an account or a computer do, in words; shared by the checks on both."""

from __future__ import annotations

from collections.abc import Collection

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates
from checks.identity.account_reasons import in_directory
from collector.records.directory import Computer
from collector.records.identity import Account

DELEGATION_REASONS = {
    "unconstrained-delegation": Reason(
        Text(
            "Har obegränsad delegering: kan uppträda som var och en som ansluter till det, överallt i skogen.",
            "Has unconstrained delegation: it can act as anyone who connects to it, everywhere in the forest.",
        ),
        Text(
            "Byt till begränsad eller resursbaserad delegering, och lägg administratörerna i Protected Users.",
            "Change to constrained or resource-based delegation, and put the administrators into Protected Users.",
        ),
        Severity.HIGH,
    ),
    "protocol-transition": Reason(
        Text(
            "Får begära biljetter i vem som helsts namn utan att personen har loggat in (protokollövergång).",
            "May ask for tickets in anyone's name without that person having logged on (protocol transition).",
        ),
        Text(
            "Begränsa delegeringen till Kerberos, eller besluta om den och för in namnet på listan.",
            "Limit the delegation to Kerberos, or decide on it and add the name to the list.",
        ),
    ),
}


def judge_delegation(subject: Account | Computer, approved: Collection[str]) -> Outcome:
    """The outcome of one that is in scope; what was decided on (`approved`) conforms."""
    for reason in DELEGATION_REASONS:
        if reason in (subject.exposures or ()) and not in_directory(subject.name, approved):
            return deviates(subject, reason)
    return conforms(subject)
