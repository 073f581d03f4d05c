"""The measure taken on each recommendation had the effect that was meant, and the effect lasts.

The controls that a ledger links to a recommendation are judged by the evidence after the measure. A recommendation
conforms when they are all satisfied, `stable_days` or more after the day of the measure. It deviates when they are met
in part or not at all. Where evidence is missing, no day of the measure is stated, or too few days have passed, it is
undetermined. The proposal is for an auditor to decide on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Reason, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.statements import RecommendationEffect

CONTROL = "recommendation-effect-verified"
READS = (RecommendationEffect,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Days."""

    stable_days: int = 30


_GO_ON = Text(
    "Se vilka kopplade åtgärder som återstår, och besluta om dem.",
    "See which linked controls remain, and decide on them.",
)
REASONS = {
    "partly": Reason(
        Text("De kopplade åtgärderna är bara delvis uppfyllda.", "The linked controls are met only in part."), _GO_ON
    ),
    "no": Reason(Text("Ingen av de kopplade åtgärderna är uppfylld.", "None of the linked controls is met."), _GO_ON),
    "not-determined": Reason(
        Text("Underlag saknas om de kopplade åtgärderna.", "Evidence on the linked controls is missing."),
        Text("Läs de källor som åtgärderna bygger på.", "Read the sources that the controls rest on."),
    ),
    "no-day-of-measure": Reason(
        Text(
            "De kopplade åtgärderna är uppfyllda, men ingen dag är införd för åtgärden.",
            "The linked controls are met, but no day is entered for the measure.",
        ),
        Text("För in dagen då åtgärden genomfördes.", "Enter the day on which the measure was carried out."),
    ),
    "too-early": Reason(
        Text(
            "Uppfylld {days} dagar efter åtgärden; effekten ska bestå {stable_days} dagar.",
            "Met {days} days after the measure; the effect must last {stable_days} days.",
        ),
        Text("Pröva igen när tiden har gått.", "Test again when the time has passed."),
    ),
}


def judge(
    effects: Population[RecommendationEffect], _evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per recommendation."""
    for effect in effects.records:
        if effect.met == "not-determined":
            yield undetermined(effect, "not-determined")
        elif effect.met != "yes":
            yield deviates(effect, effect.met)
        elif effect.days is None:
            yield undetermined(effect, "no-day-of-measure")
        elif effect.days < parameters.stable_days:
            yield undetermined(effect, "too-early", days=effect.days, stable_days=parameters.stable_days)
        else:
            yield conforms(effect)
