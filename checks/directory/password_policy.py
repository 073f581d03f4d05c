"""What directories and hosts demand of passwords is at least as strict as the decided rule.

Every technical policy is compared with the rule, the domain's own and the fine-grained ones: a fine-grained policy that
is weaker weakens the rule for whom it is linked to. A value of 0 in the rule means that nothing is decided on that
point; where nothing at all is decided, no policy can be judged. Passwords that the directory stores so that they can be
read back deviate from any rule. A fine-grained policy that is linked to nobody is outside, and so is a host where no
account has a password. An account on a host whose password has another maximum age than the host gives (chage) is
judged by that age, one by one.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Fact, Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.directory import PasswordPolicy

CONTROL = "password-policy"
READS = (PasswordPolicy,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """The decided rule: characters, failed attempts, days; 0 where nothing is decided."""

    min_length: int = 0
    lockout_threshold: int = 0
    max_age_days: int = 0


REASONS = {
    "reversible": Reason(
        Text(
            "Lösenorden lagras så att de kan läsas i klartext.",
            "Passwords are stored so that they can be read back in clear text.",
        ),
        Text(
            "Stäng av reversibel kryptering i policyn och byt de lösenord som har lagrats så.",
            "Turn reversible encryption off in the policy, and change the passwords that were stored so.",
        ),
        Severity.HIGH,
    ),
    "too-short": Reason(
        Text(
            "Policyn tillåter {min_length} tecken; regeln är minst {rule}.",
            "The policy allows {min_length} characters; the rule is at least {rule}.",
        ),
        Text("Höj minsta längd i policyn.", "Raise the least length in the policy."),
    ),
    "never-locks": Reason(
        Text(
            "Policyn låser aldrig ett konto; regeln är högst {rule} misslyckade försök.",
            "The policy never locks an account; the rule is at most {rule} failed attempts.",
        ),
        Text("Slå på utlåsning i policyn.", "Turn lockout on in the policy."),
    ),
    "locks-late": Reason(
        Text(
            "Policyn låser efter {lockout_threshold} misslyckade försök; regeln är högst {rule}.",
            "The policy locks after {lockout_threshold} failed attempts; the rule is at most {rule}.",
        ),
        Text("Sänk antalet försök i policyn.", "Lower the number of attempts in the policy."),
    ),
    "never-expires": Reason(
        Text(
            "Lösenord gäller utan slut; regeln är högst {rule} dagar.",
            "Passwords never expire; the rule is at most {rule} days.",
        ),
        Text(
            "Ange högsta ålder i policyn, eller ändra regeln.", "Set a highest age in the policy, or change the rule."
        ),
        Severity.LOW,
    ),
    "lasts-long": Reason(
        Text(
            "Lösenord gäller i {max_age_days} dagar; regeln är högst {rule}.",
            "Passwords last {max_age_days} days; the rule is at most {rule}.",
        ),
        Text(
            "Sänk högsta ålder i policyn, eller ändra regeln.",
            "Lower the highest age in the policy, or change the rule.",
        ),
        Severity.LOW,
    ),
    "no-rule": Reason(
        Text(
            "Policyn kräver {min_length} tecken och låser efter {lockout_threshold} försök, men ingen regel är beslutad"
            " att jämföra med.",
            "The policy demands {min_length} characters and locks after {lockout_threshold} attempts, but no rule has"
            " been decided to compare with.",
        ),
        Text(
            "Besluta en lösenordsregel och ange den under controls: password-policy.",
            "Decide a password rule and set it under controls: password-policy.",
        ),
    ),
    "value-unknown": Reason(
        Text("Källan visar inte {value} i policyn.", "The source does not show {value} of the policy."),
        Text("Ge läskontot rätt att läsa policyn.", "Let the reading account read the policy."),
        Severity.LOW,
    ),
    "no-age-rule": Reason(
        Text(
            "Lösenordet har en egen högsta ålder, och ingen regel är beslutad om ålder.",
            "The password has a maximum age of its own, and no rule has been decided on age.",
        )
    ),
    "for-nobody": Reason(Text("Policyn gäller ingen.", "The policy applies to nobody.")),
}


def judge(
    policies: Population[PasswordPolicy], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per policy."""
    for policy in policies.records:
        yield _judge_policy(policy, parameters)


def _judge_policy(policy: PasswordPolicy, rule: Parameters) -> Outcome:
    if policy.applies_to == () and policy.default is False:
        return out_of_scope(policy, "for-nobody")
    if policy.host is not None and policy.name != policy.host:
        return _judge_own_age(policy, rule)
    if policy.reversible_encryption:
        return deviates(policy, "reversible")
    decided = {
        "min_length": rule.min_length,
        "lockout_threshold": rule.lockout_threshold,
        "max_age_days": rule.max_age_days,
    }
    weaker = next((each for each in (_length(policy, rule), _lockout(policy, rule), _age(policy, rule)) if each), None)
    if weaker is not None:
        reason, facts = weaker
        return deviates(policy, reason, **facts)
    if not any(value > 0 for value in decided.values()):
        return undetermined(policy, "no-rule", min_length=policy.min_length, lockout_threshold=policy.lockout_threshold)
    unknown = [name for name, value in decided.items() if value > 0 and getattr(policy, name) is None]
    if unknown:
        return undetermined(policy, "value-unknown", value=", ".join(unknown))
    return conforms(policy)


def _judge_own_age(policy: PasswordPolicy, rule: Parameters) -> Outcome:
    """All but its age is the host's, which is judged by itself."""
    weaker = _age(policy, rule)
    if weaker is not None:
        return deviates(policy, weaker[0], **weaker[1])
    return conforms(policy) if rule.max_age_days > 0 else out_of_scope(policy, "no-age-rule")


def _length(policy: PasswordPolicy, rule: Parameters) -> tuple[str, dict[str, Fact]] | None:
    if policy.min_length is None or policy.min_length >= rule.min_length:
        return None
    return "too-short", {"min_length": policy.min_length, "rule": rule.min_length}


def _lockout(policy: PasswordPolicy, rule: Parameters) -> tuple[str, dict[str, Fact]] | None:
    if policy.lockout_threshold is None or rule.lockout_threshold <= 0:
        return None
    if policy.lockout_threshold == 0:
        return "never-locks", {"rule": rule.lockout_threshold}
    if policy.lockout_threshold > rule.lockout_threshold:
        return "locks-late", {"lockout_threshold": policy.lockout_threshold, "rule": rule.lockout_threshold}
    return None


def _age(policy: PasswordPolicy, rule: Parameters) -> tuple[str, dict[str, Fact]] | None:
    if policy.max_age_days is None or rule.max_age_days <= 0:
        return None
    if policy.max_age_days == 0:
        return "never-expires", {"rule": rule.max_age_days}
    if policy.max_age_days > rule.max_age_days:
        return "lasts-long", {"max_age_days": policy.max_age_days, "rule": rule.max_age_days}
    return None
