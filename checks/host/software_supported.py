"""No software runs past the end of its support.

Each product and release is held against a dated table of end-of-support dates that lies in the bundle. Past the last
day of general support a release deviates; where extended support is still to be had, it is undetermined, as the table
cannot tell whether the organisation has it. A release that the table does not name, or names with different dates,
is undetermined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date, datetime

from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, undetermined
from collector.evidence import EvidenceSet, Population
from collector.records.host import Lifecycle, Software

CONTROL = "software-supported"
READS = (Software, Lifecycle)

Ends = tuple[date, date | None]
"""Last day of general support, and of extended support where there is any."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """`extended`: products for which the organisation has extended support by contract."""

    extended: tuple[str, ...] = ()


_UPGRADE = Text("Uppgradera till en version som stöds.", "Upgrade to a supported release.")
REASONS = {
    "ended": Reason(Text("Stödet upphörde {support_ends}.", "Support ended {support_ends}."), _UPGRADE, Severity.HIGH),
    "extended-unknown": Reason(
        Text(
            "Det allmänna stödet upphörde {support_ends}; utökat stöd finns till {extended_ends} för den som har det.",
            "General support ended {support_ends}; extended support is to be had until {extended_ends}.",
        ),
        Text(
            "Uppgradera, eller ange produkten under software-supported: extended om utökat stöd är avtalat.",
            "Upgrade, or name the product under software-supported: extended if extended support is agreed.",
        ),
    ),
    "release-unknown": Reason(
        Text(
            "Tabellen över stödtider har ingen entydig uppgift om denna version.",
            "The table of support dates says nothing, or two things, of this release.",
        ),
    ),
}


def judge(
    installed: Population[Software], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per product on a host."""
    table: defaultdict[tuple[str, str], set[Ends]] = defaultdict(set)
    for row in evidence.reading(Lifecycle).records:
        table[row.product, row.version].add((row.support_ends, row.extended_ends))
    for software in installed.records:
        ends = table.get((software.product, software.version or ""), set())
        yield _judge_release(software, ends, parameters, as_of.date())


def _judge_release(software: Software, ends: AbstractSet[Ends], parameters: Parameters, today: date) -> Outcome:
    if len(ends) != 1:
        return undetermined(software, "release-unknown", name=software.name)
    ((support_ends, extended_ends),) = ends
    if today <= support_ends:
        return conforms(software)
    if extended_ends is not None and today <= extended_ends:
        if software.product in parameters.extended:
            return conforms(software)
        return undetermined(software, "extended-unknown", support_ends=support_ends, extended_ends=extended_ends)
    return deviates(software, "ended", support_ends=support_ends)
