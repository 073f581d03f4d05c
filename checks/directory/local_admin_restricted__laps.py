"""Every Windows computer's local administrator has a password that the directory manages (LAPS).

A computer deviates where the directory certainly manages none for it, or has stopped changing it: the computer was in
use more than 30 days after the password should have been changed. Every such computer is listed; where less than
`laps_coverage_percent` of the computers are covered, that is an exception of its own. Domain controllers have no local
accounts and other systems no LAPS: both are outside. Passwords that are kept in Entra ID do not show in the directory.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta

from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, STATE_UNKNOWN
from collector.evidence import EvidenceSet, Population
from collector.records.directory import Computer

CONTROL = "local-admin-restricted"
READS = (Computer,)
ROTATION_TOLERANCE = timedelta(days=30)
"""A computer that was away changes its password when it is back, not before."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """Percent of the computers in scope, begun ones not counted."""

    laps_coverage_percent: int = 95


REASONS = {
    "no-managed-password": Reason(
        Text(
            "Katalogen hanterar inget lösenord för datorns lokala administratör ({system}).",
            "The directory manages no password for the computer's local administrator ({system}).",
        ),
        Text(
            "Inför Windows LAPS på datorn; finns lösenordet i Entra ID, dokumentera det som en riskacceptans.",
            "Bring Windows LAPS to the computer; is the password kept in Entra ID, record that as an accepted risk.",
        ),
    ),
    "rotation-stopped": Reason(
        Text(
            "Lösenordet skulle ha bytts {expires}; datorn har använts sedan dess ({last_used}) utan att det har skett.",
            "The password should have been changed {expires}, but the computer has been in use since ({last_used})"
            " without changing it.",
        ),
        Text("Ta reda på varför LAPS har slutat fungera på datorn.", "Find out why LAPS has stopped working there."),
    ),
    "coverage-too-low": Reason(
        Text(
            "{percent} procent av datorerna ({covered} av {computers}) har ett hanterat lösenord; gränsen är {limit}.",
            "{percent} per cent of the computers ({covered} of {computers}) have one; the limit is {limit}.",
        ),
        Text("Inför Windows LAPS på resten av datorerna.", "Bring Windows LAPS to the other computers."),
        Severity.HIGH,
    ),
    "not-visible": Reason(
        Text(
            "Katalogen känner till hanterade lösenord, men läskontot ser dem inte på någon dator.",
            "The directory knows managed passwords, but the reading account sees them on no computer.",
        ),
        Text(
            "Ge läskontot rätt att läsa msLAPS-PasswordExpirationTime och ms-Mcs-AdmPwdExpirationTime (aldrig"
            " lösenorden).",
            "Let the reading account read msLAPS-PasswordExpirationTime and ms-Mcs-AdmPwdExpirationTime (never the"
            " passwords).",
        ),
    ),
    "system-unknown": Reason(
        Text("Datorn har inte uppgett sitt operativsystem.", "The computer has not named its operating system.")
    ),
    "state-unknown": STATE_UNKNOWN,
    "disabled": DISABLED,
    "domain-controller": Reason(Text("Domänkontrollant.", "A domain controller.")),
    "other-system": Reason(Text("Inte Windows.", "Not Windows.")),
}


def judge(
    computers: Population[Computer], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per computer, and one for the directory where too few are covered."""
    covered = lacking = 0
    for computer in computers.records:
        outcome = _judge_computer(computer)
        covered += outcome.verdict is Verdict.CONFORMS
        lacking += outcome.verdict is Verdict.DEVIATES
        yield outcome
    judged = covered + lacking
    if judged and covered * 100 < parameters.laps_coverage_percent * judged:
        yield deviates(
            computers.source,
            "coverage-too-low",
            percent=covered * 100 // judged,
            covered=covered,
            computers=judged,
            limit=parameters.laps_coverage_percent,
        )


def _judge_computer(computer: Computer) -> Outcome:
    if computer.domain_controller:
        return out_of_scope(computer, "domain-controller")
    if computer.enabled is False:
        return out_of_scope(computer, "disabled")
    if computer.system is not None and not computer.system.startswith("Windows"):
        return out_of_scope(computer, "other-system")
    if computer.enabled is None:
        return undetermined(computer, "state-unknown")
    if computer.managed_password:
        expires, used = computer.managed_password_expires, computer.last_used
        if expires is not None and used is not None and used - expires > ROTATION_TOLERANCE:
            return deviates(computer, "rotation-stopped", expires=expires, last_used=used)
        return conforms(computer)
    if computer.system is None:
        return undetermined(computer, "system-unknown")
    if computer.managed_password is None:
        return undetermined(computer, "not-visible")
    return deviates(computer, "no-managed-password", system=computer.system)
