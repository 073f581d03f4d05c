"""Nobody gets in through a registered entry point from outside with one factor.

Each entry point in the register that can be reached from external networks is judged. One factor deviates, whatever
shows it: the register itself, sshd on the hosts behind it, the exported settings of the VPN or of NPS, or a policy of
the authentication server that lets people without a token in. Two factors must be shown by sshd or by exported
settings: that the register states them is a statement, and leaves the entry point undetermined.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.entry_points import READS as JOINED
from checks.identity.entry_points import EntryPoints
from collector.evidence import EvidenceSet, Population
from collector.records.factors import EntryPoint

CONTROL = "mfa-remote-access"
READS = (EntryPoint, *JOINED)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None: every external entry point is judged."""


_DEMAND_TWO = Text(
    "Kräv flerfaktorsautentisering i ingången, eller stäng den.",
    "Demand multi-factor authentication at the entry point, or close it.",
)
_EXPORT = Text(
    "Exportera ingångens inställningar (VPN-profiler, NPS-regler) och anslut dem som registret entry-point-rule.",
    "Export the entry point's settings (VPN profiles, NPS policies) and add them as a register of entry-point-rule.",
)

REASONS = {
    "stated-single-factor": Reason(
        Text(
            "Nås utifrån, och registret anger en enda faktor ({stated}).",
            "Reached from outside, and the register states a single factor ({stated}).",
        ),
        _DEMAND_TWO,
        Severity.HIGH,
    ),
    "rule-single-factor": Reason(
        Text(
            "Nås utifrån, och de exporterade inställningarna släpper in med en enda faktor: {rules}.",
            "Reached from outside, and the exported settings let people in with a single factor: {rules}.",
        ),
        _DEMAND_TWO,
        Severity.HIGH,
    ),
    "provider-lets-through": Reason(
        Text(
            "Nås utifrån, och policyn {policy} i {provider} släpper in den som saknar andra faktor.",
            "Reached from outside, and the policy {policy} in {provider} lets people in who have no second factor.",
        ),
        Text(
            "Ta bort passthru, passOnNoToken och passOnNoUser ur policyn {policy}.",
            "Remove passthru, passOnNoToken and passOnNoUser from the policy {policy}.",
        ),
        Severity.HIGH,
    ),
    "ssh-single-factor": Reason(
        Text(
            "Nås utifrån, och på {hosts} räcker en enda faktor för att logga in med SSH.",
            "Reached from outside, and on {hosts} a single factor is enough to log on by SSH.",
        ),
        Text(
            "Kräv två faktorer i sshd_config (AuthenticationMethods).",
            "Demand two factors in sshd_config (AuthenticationMethods).",
        ),
        Severity.HIGH,
    ),
    "ssh-unknown": Reason(
        Text(
            "Vad inloggningen på {hosts} kräver kunde inte läsas i sin helhet.",
            "What the log-on to {hosts} demands could not be read in full.",
        ),
        Text("Anslut värdarna (sources: ssh).", "Add the hosts (sources: ssh)."),
    ),
    "only-stated": Reason(
        Text(
            "Flerfaktorsautentisering uppges ({stated}), men inget underlag styrker att den krävs.",
            "Multi-factor authentication is stated ({stated}), but no evidence shows that it is demanded.",
        ),
        _EXPORT,
    ),
    "provider-not-linked": Reason(
        Text(
            "{provider} kräver två faktorer, men inget underlag visar att ingången frågar {provider}.",
            "{provider} demands two factors, but no evidence shows that the entry point asks {provider}.",
        ),
        _EXPORT,
    ),
    "rules-unknown": Reason(
        Text(
            "De exporterade inställningarna visar inte hur många faktorer som krävs av: {rules}.",
            "The exported settings do not show how many factors are demanded by: {rules}.",
        ),
        Text(
            "Ange i registrets kolumn för faktorer vad reglernas metoder innebär, eller vilken server de frågar.",
            "State in the register's column of factors what the rules' methods amount to, or which server they ask.",
        ),
    ),
    "rules-incomplete": Reason(
        Text(
            "Alla lästa regler kräver två faktorer, men inställningarna kunde inte läsas i sin helhet.",
            "Every rule that was read demands two factors, but the settings could not be read in full.",
        ),
        _EXPORT,
    ),
    "factors-unknown": Reason(
        Text(
            "Registret anger inte hur användarna loggar in.",
            "The register does not state how users log in.",
        ),
        Text(
            "Fyll i autentisering och faktorer i registret över ingångar.",
            "Fill in authentication and factors in the register of entry points.",
        ),
    ),
    "exposure-unknown": Reason(
        Text(
            "Registret anger inte om ingången nås från externa nät.",
            "The register does not state whether the entry point can be reached from external networks.",
        ),
        Text("Fyll i det i registret över ingångar.", "Fill it in in the register of entry points."),
    ),
    "internal": Reason(
        Text("Nås inte från externa nät, enligt registret.", "Not reached from external networks, by the register.")
    ),
    "no-login": Reason(Text("Ingen kan logga in på detta sätt.", "Nobody can log on in this way.")),
}


def judge(
    entries: Population[EntryPoint], evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per registered entry point."""
    points = EntryPoints(evidence)
    for entry in entries.records:
        if entry.external is False:
            yield out_of_scope(entry, "internal")
            continue
        demand = points.demand(entry)
        facts = dict(demand.facts)
        if entry.external is None:
            yield undetermined(entry, "exposure-unknown")
        elif demand.word == "two":
            yield conforms(entry)
        elif demand.word == "one":
            yield deviates(entry, demand.reason, **facts)
        elif demand.word == "no-login":
            yield out_of_scope(entry, demand.reason)
        else:
            yield undetermined(entry, demand.reason, **facts)
