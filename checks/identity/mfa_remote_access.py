"""Nobody gets in by SSH from outside with one factor.

Judged on what sshd itself says that it demands (`sshd -T -C`), for anyone and for each privileged user, and on the
PAM stack behind it. Every way in counts: one alternative that takes a single factor is enough to deviate. A second
factor that may be left out (`nullok`) is none. What could not be read is not determined, and neither is a way in while
a Match line may let in users from outside whom sshd was not asked about.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.ssh_factors import factors
from checks.identity.ssh_matches import open_matches
from checks.identity.ssh_reasons import MATCHES_UNREAD, OTHER_RULES
from collector.evidence import EvidenceSet, Population
from collector.records.identity import SshAccess

CONTROL = "mfa-remote-access"
READS = (SshAccess,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: every way in is judged."""


REASONS = {
    "single-factor": Reason(
        Text(
            "En enda faktor räcker för att logga in med SSH (AuthenticationMethods {methods}).",
            "A single factor is enough to log on by SSH (AuthenticationMethods {methods}).",
        ),
        Text(
            "Kräv två faktorer i sshd_config, t.ex. AuthenticationMethods publickey,keyboard-interactive "
            "med en PAM-modul för engångskod.",
            "Demand two factors in sshd_config, e.g. AuthenticationMethods publickey,keyboard-interactive "
            "with a PAM module for one-time codes.",
        ),
        Severity.HIGH,
    ),
    "factors-unknown": Reason(
        Text(
            "Vad inloggningen kräver kunde inte läsas i sin helhet.",
            "What the log-on demands could not be read in full.",
        ),
        Text(
            "Ge läskontot rätt att köra sshd -T och läsa /etc/pam.d.",
            "Let the reading account run sshd -T and read /etc/pam.d.",
        ),
    ),
    "other-rules": OTHER_RULES,
    "matches-unread": MATCHES_UNREAD,
    "no-login": Reason(Text("Ingen kan logga in på detta sätt.", "Nobody can log on in this way.")),
}


def judge(
    ways: Population[SshAccess], _evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per way in."""
    for access in ways.records:
        yield _judge_way(access)


def _judge_way(access: SshAccess) -> Outcome:
    found = factors(access)
    if found == "one":
        return deviates(access, "single-factor", methods=" ".join(access.authentication_methods) or "any")
    if found == "unknown":
        return undetermined(access, "factors-unknown")
    lines = open_matches(access, access.user, "outside")
    if lines is None:
        return undetermined(access, "matches-unread")
    if lines:
        return undetermined(access, "other-rules", lines=lines)
    return conforms(access) if found == "two" else out_of_scope(access, "no-login")
