"""The shape of a rule about a share: so many of a hundred are enough."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

from checks.finding import Outcome, Verdict
from checks.record_rules.joins import reaches
from checks.record_rules.reasons import because

WITHIN_SHARE = {
    "within-share": replace(
        because("Avviker, men andelen som krävs är nådd.", "Deviates, but the share that is asked for is reached."),
        named=True,
    ),
    "share-unknown": because(
        "Avviker; om andelen som krävs ändå nås är inte känt, eftersom alla inte kunde bedömas.",
        "Deviates; whether the share asked for is reached all the same is not known, since not all were judged.",
        "Gör klart det som inte kunde bedömas.",
        "Settle what could not be judged.",
    ),
}


def tolerate(outcomes: Iterable[Outcome], percent: int) -> Iterator[Outcome]:
    """The outcomes; where at least `percent` of the subjects conform, those that deviate count as within the share.

    They are no exceptions then, and the finding names them. At 100 and above nothing is tolerated. What is undetermined
    counts as not conforming; where the share would be reached with it, whether those that deviate are within the share
    is not known.
    """
    held = list(outcomes)
    counted = sum(each.verdict is not Verdict.OUT_OF_SCOPE for each in held)
    conforming = sum(each.verdict is Verdict.CONFORMS for each in held)
    enough = percent < 100 and conforming > 0 and reaches(conforming, counted, percent)
    undecided = sum(each.verdict is Verdict.UNDETERMINED for each in held)
    perhaps = percent < 100 and undecided > 0 and not enough and reaches(conforming + undecided, counted, percent)
    for each in held:
        if perhaps and each.verdict is Verdict.DEVIATES:
            yield Outcome(each.subject, Verdict.UNDETERMINED, "share-unknown", each.facts)
        elif enough and each.verdict is Verdict.DEVIATES:
            yield Outcome(each.subject, Verdict.OUT_OF_SCOPE, "within-share", each.facts)
        else:
            yield each
