"""Group Policy has switched off what nobody should need any more.

Old functions stay on until somebody turns them off, and in a domain that is done by Group Policy: SMB 1, LDAP binds and
SMB sessions without a signature, LAN Manager and the first NTLM, the keeping of their hashes and of clear text, and
name resolution that asks everyone (LLMNR). A policy that is linked somewhere and sets one of them to the weak value
deviates. What no linked policy sets is left to each computer's version and is undetermined; a policy that is linked
nowhere is outside. Which of several policies wins on a computer is not worked out: a weak one is one too many.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.directory import PolicySetting

CONTROL = "services-unneeded"
READS = (PolicySetting,)
EXPECTED: dict[str, tuple[str, Callable[[int], bool]]] = {
    "ldap-server-signing": ("2", lambda value: value >= 2),
    "smb-server-signing": ("1", lambda value: value == 1),
    "smb1-server": ("0", lambda value: value == 0),
    "ntlm-level": ("5", lambda value: value >= 5),
    "no-lm-hash": ("1", lambda value: value == 1),
    "wdigest": ("0", lambda value: value == 0),
    "llmnr": ("0", lambda value: value == 0),
}
"""Setting to what it should be: as told, and as judged."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """`approved` names settings that were decided to be as they are: `llmnr`, or `policy: llmnr` for one policy."""

    approved: tuple[str, ...] = ()


REASONS = {
    "weak-setting": Reason(
        Text(
            "Grupprincipen {policy} sätter {name} till {value}; det ska vara {expected} (länkad till {linked_to}).",
            "The group policy {policy} sets {name} to {value}; it should be {expected} (linked to {linked_to}).",
        ),
        Text(
            "Ändra värdet i principen, efter prov på några datorer.",
            "Change the value in the policy, after a trial on a few computers.",
        ),
    ),
    "not-set": Reason(
        Text(
            "Ingen länkad grupprincip sätter {name}; vad som gäller beror på varje dators version.",
            "No linked group policy sets {name}; what holds depends on each computer's version.",
        ),
        Text("Sätt {name} till {expected} i en grupprincip.", "Set {name} to {expected} in a group policy."),
    ),
    "not-understood": Reason(
        Text("Värdet {value} går inte att tolka.", "The value {value} cannot be understood."),
    ),
    "not-linked": Reason(Text("Principen är inte länkad någonstans.", "The policy is linked nowhere.")),
    "other-setting": Reason(Text("Inställningen bedöms inte här.", "The setting is not judged here.")),
}


def judge(
    settings: Population[PolicySetting], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per setting in a policy, and one per expected setting that no linked policy has."""
    seen: set[str] = set()
    for setting in settings.records:
        if setting.linked_to:
            seen.add(setting.name)
        yield _judge_setting(setting, parameters)
    for name, (expected, _) in EXPECTED.items():
        if name not in seen and name not in parameters.approved:
            yield undetermined(name, "not-set", name=name, expected=expected)


def _judge_setting(setting: PolicySetting, parameters: Parameters) -> Outcome:
    if setting.name not in EXPECTED:
        return out_of_scope(setting, "other-setting")
    if not setting.linked_to:
        return out_of_scope(setting, "not-linked")
    if setting.name in parameters.approved or setting.subject in parameters.approved:
        return conforms(setting)
    expected, is_met = EXPECTED[setting.name]
    if not setting.value.isascii() or not setting.value.isdecimal():
        return undetermined(setting, "not-understood", value=setting.value)
    if is_met(int(setting.value[:20])):
        return conforms(setting)
    return deviates(
        setting,
        "weak-setting",
        policy=setting.policy,
        name=setting.name,
        value=setting.value,
        expected=expected,
        linked_to=", ".join(setting.linked_to),
    )
