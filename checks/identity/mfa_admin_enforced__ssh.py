"""Everyone with administrative rights on a host needs two factors to log on to it by SSH.

Each holder of sudo or user id 0 is held against what sshd demands of that user, or of anyone where sshd was not asked
about the user. One alternative, from one address, that takes a single factor is enough to deviate. sshd is asked about
an external address; where its configuration has a Match line that may hold for the user from elsewhere (a network
inside), or that may tell the user from anyone, the rest is undetermined: a network is no factor.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, MEMBERS_UNKNOWN
from checks.identity.ssh_factors import factors, fewest
from checks.identity.ssh_matches import open_matches
from checks.identity.ssh_reasons import MATCHES_UNREAD, OTHER_RULES
from collector.evidence import EvidenceSet, Population
from collector.records.identity import LocalPrivilege, SshAccess

CONTROL = "mfa-admin-enforced"
READS = (LocalPrivilege, SshAccess)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`break_glass`: accounts kept for emergencies by decision, as `name` or `name@host`."""

    break_glass: tuple[str, ...] = ()


REASONS = {
    "single-factor": Reason(
        Text(
            "Har fulla rättigheter ({role}) och kan logga in med SSH med en enda faktor.",
            "Has full rights ({role}) and can log on by SSH with a single factor.",
        ),
        Text(
            "Kräv två faktorer för administratörer i sshd_config (AuthenticationMethods).",
            "Demand two factors of administrators in sshd_config (AuthenticationMethods).",
        ),
        Severity.HIGH,
    ),
    "factors-unknown": Reason(
        Text(
            "Vad inloggningen kräver av {role} kunde inte läsas.",
            "What the log-on demands of {role} could not be read.",
        ),
        Text(
            "Ge läskontot rätt att köra sshd -T och läsa /etc/pam.d.",
            "Let the reading account run sshd -T and read /etc/pam.d.",
        ),
    ),
    "other-rules": OTHER_RULES,
    "matches-unread": MATCHES_UNREAD,
    "members-unknown": MEMBERS_UNKNOWN,
    "no-login": Reason(Text("Kan inte logga in med SSH.", "Cannot log on by SSH.")),
    "break-glass": Reason(Text("Registrerat nödkonto.", "Registered break-glass account.")),
    "disabled": DISABLED,
}


def judge(
    privileges: Population[LocalPrivilege], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per holder and privilege."""
    ways: defaultdict[tuple[str, str | None], list[SshAccess]] = defaultdict(list)
    for access in evidence.reading(SshAccess).of(privileges.source).records:
        ways[access.host, access.user].append(access)
    for privilege in privileges.records:
        yield _judge_holder(privilege, ways, parameters)


def _judge_holder(
    privilege: LocalPrivilege, ways: Mapping[tuple[str, str | None], Sequence[SshAccess]], parameters: Parameters
) -> Outcome:
    role = privilege.role_name or privilege.role
    if privilege.enabled is False:
        return out_of_scope(privilege, "disabled")
    if privilege.holder_category in {"group", "foreign"}:
        return undetermined(privilege, "members-unknown", role=role)
    if privilege.holder in parameters.break_glass or privilege.subject in parameters.break_glass:
        return out_of_scope(privilege, "break-glass")
    own = ways.get((privilege.host, privilege.holder))
    access = own or ways.get((privilege.host, None), ())
    found = fewest(factors(each) for each in access)
    if found == "unknown":
        return undetermined(privilege, "factors-unknown", role=role)
    if found == "one" and own:
        return deviates(privilege, "single-factor", role=role)
    lines = [open_matches(each, privilege.holder, "outside" if found == "one" else "anywhere") for each in access]
    if None in lines:
        return undetermined(privilege, "matches-unread", role=role)
    if others := sorted({line for each in lines for line in each or ()}):
        return undetermined(privilege, "other-rules", role=role, lines=tuple(others))
    if found == "one":
        if any(each.let_in is None for each in access):
            return undetermined(privilege, "factors-unknown", role=role)
        return deviates(privilege, "single-factor", role=role)
    return conforms(privilege) if found == "two" else out_of_scope(privilege, "no-login")
