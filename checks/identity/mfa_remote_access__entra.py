"""Every user of Entra ID must use more than a password from outside, whatever they reach and with whatever client.

Each enabled user is tried against all enabled conditional access policies, as administrators are. Places that are
marked as trusted may be left out, since they are not outside; other named networks and whole countries may not.
Security defaults ask users for a second factor only when Microsoft finds it necessary, and that is less than the
control demands. Users who belong to a service by the settings are set aside.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.access_evidence import CloudDirectory, cloud_directory, of_source
from checks.identity.access_reasons import UNCOVERED, UNTOLD
from checks.identity.account_reasons import DISABLED, NOT_A_PERSON, STATE_UNKNOWN
from collector.evidence import EvidenceSet, Population
from collector.records.cloud import (
    AccessPolicy,
    CloudUser,
    NamedLocation,
    PolicyGroupMember,
    RoleHolder,
    SecurityDefaults,
)

CONTROL = "mfa-remote-access"
READS = (CloudUser, AccessPolicy, SecurityDefaults, PolicyGroupMember, NamedLocation, RoleHolder)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: every enabled user is judged."""


REASONS = {
    **UNCOVERED,
    **UNTOLD,
    "security-defaults-only": Reason(
        Text(
            "Bara säkerhetsstandarder gäller, och de kräver en andra faktor av användare först när det bedöms behövas.",
            "Only security defaults apply, and they ask users for a second factor only when it is found necessary.",
        ),
        Text(
            "Ersätt säkerhetsstandarder med en policy för villkorsstyrd åtkomst som omfattar alla användare.",
            "Replace security defaults by a conditional access policy that covers all users.",
        ),
    ),
    "state-unknown": STATE_UNKNOWN,
    "disabled": DISABLED,
    "not-a-person": NOT_A_PERSON,
}


def judge(
    users: Population[CloudUser], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per user."""
    directory = cloud_directory(evidence, users.source, outside=True)
    unread = bool(of_source(evidence, NamedLocation, users.source).all_gaps)
    for user in users.records:
        outcome = _judge_user(user, directory)
        hidden = unread and outcome.reason == "trusted-location"
        yield undetermined(user, "locations-not-read") if hidden else outcome


def _judge_user(user: CloudUser, directory: CloudDirectory) -> Outcome:
    if user.enabled is False:
        return out_of_scope(user, "disabled")
    if user.category == "service":
        return out_of_scope(user, "not-a-person")
    found = directory.coverage(user)
    if found.covered:
        return conforms(user)
    if directory.security_defaults:
        return deviates(user, "security-defaults-only")
    if found.covered is None:
        return undetermined(user, found.reason, **found.facts)
    if user.enabled is None:
        return undetermined(user, "state-unknown")
    return deviates(user, found.reason, **found.facts)
