"""The shape of a rule about a share: so many of a hundred are enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from checks.finding import Outcome, Verdict
from checks.record_rules.joins import reaches
from checks.record_rules.reasons import because

WITHIN_SHARE = {
    "within-share": because(
        "Avviker, men andelen som krävs är nådd.", "Deviates, but the share that is asked for is reached."
    )
}


def tolerate(outcomes: Iterable[Outcome], percent: int) -> Iterator[Outcome]:
    """The outcomes; where at least `percent` of the subjects conform, those that deviate count as within the share.

    At 100 and above nothing is tolerated. What is undetermined counts as not conforming.
    """
    held = list(outcomes)
    counted = sum(each.verdict is not Verdict.OUT_OF_SCOPE for each in held)
    conforming = sum(each.verdict is Verdict.CONFORMS for each in held)
    enough = percent < 100 and conforming > 0 and reaches(conforming, counted, percent)
    for each in held:
        if enough and each.verdict is Verdict.DEVIATES:
            yield Outcome(each.subject, Verdict.OUT_OF_SCOPE, "within-share", each.facts)
        else:
            yield each
