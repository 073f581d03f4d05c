"""Nobody may come to a computer or an account in everyone's name, unless that was decided.

Resource-based delegation is set on the resource itself, by whoever may write to it, and no group shows it. Whoever the
resource lets act can come to it as an administrator; towards a domain controller that is the domain. A principal that
was decided on stands in the list of the privileges. A domain that was read to its end and has none conforms; a resource
whose list lets nobody act conforms too.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from checks.identity.account_reasons import in_directory
from collector.evidence import EvidenceSet, Population
from collector.records.directory import Domain, ResourceDelegation
from collector.records.principals import shown

CONTROL = "privileged-restricted"
READS = (Domain, ResourceDelegation)


@dataclass(frozen=True, slots=True)
class Parameters:
    """`approved` names those who may act by decision."""

    approved: tuple[str, ...] = ()


_REMOVE = Text(
    "Töm listan (Set-ADComputer {resource} -PrincipalsAllowedToDelegateToAccount $null), och ta reda på vem som satte"
    " den; eller besluta om den och för in {may_act} på listan.",
    "Empty the list (Set-ADComputer {resource} -PrincipalsAllowedToDelegateToAccount $null), and find out who set it;"
    " or decide on it and add {may_act} to the list.",
)
REASONS = {
    "anyone-may-act": Reason(
        Text(
            "Låter vem som helst ({may_act}) uppträda i andras namn mot {resource}.",
            "Lets anyone ({may_act}) act in others' names towards {resource}.",
        ),
        Text(
            "Töm listan nu (Set-ADComputer {resource} -PrincipalsAllowedToDelegateToAccount $null), och ta reda på vem"
            " som satte den.",
            "Empty the list now (Set-ADComputer {resource} -PrincipalsAllowedToDelegateToAccount $null), and find out"
            " who set it.",
        ),
        Severity.HIGH,
    ),
    "acts-on-controller": Reason(
        Text(
            "{may_act} får uppträda i vems namn som helst mot domänkontrollanten: det är hela domänen.",
            "{may_act} may act in anyone's name towards the domain controller: that is the whole domain.",
        ),
        _REMOVE,
        Severity.HIGH,
    ),
    "may-act": Reason(
        Text(
            "{may_act} får uppträda i vems namn som helst mot {resource} (resursbaserad delegering).",
            "{may_act} may act in anyone's name towards {resource} (resource-based delegation).",
        ),
        _REMOVE,
    ),
    "delegation-unread": Reason(
        Text(
            "Vilka som får uppträda i andras namn mot datorer och konton kunde inte läsas.",
            "Who may act in others' names towards computers and accounts could not be read.",
        ),
        Text(
            "Ge läskontot rätt att läsa egenskapsuppsättningen Account Restrictions.",
            "Let the reading account read the property set Account Restrictions.",
        ),
    ),
}


def judge(
    domains: Population[Domain], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per domain, and one per resource and principal that it lets act."""
    own = evidence.reading(ResourceDelegation).of(domains.source)
    for domain in domains.records:
        yield conforms(domain) if own.complete else undetermined(domain, "delegation-unread")
    for delegation in own.records:
        yield _judge_delegation(delegation, parameters)


def _judge_delegation(delegation: ResourceDelegation, parameters: Parameters) -> Outcome:
    who = delegation.may_act or delegation.identifier
    if who is None:
        return conforms(delegation)
    facts = {"resource": delegation.resource, "may_act": who}
    if delegation.category == "everyone":
        return deviates(delegation, "anyone-may-act", resource=delegation.resource, may_act=shown(who))
    if in_directory(who, parameters.approved):
        return conforms(delegation)
    return deviates(delegation, "acts-on-controller" if delegation.domain_controller else "may-act", **facts)
