"""Every host follows the configuration baseline that was chosen.

The baseline is a register of settings with the values that are in order; `baseline` picks one where the register holds
several. The settings in force are read from the kernel and from sshd. A host deviates when a setting that must be met
is not, and when less than `min_share_percent` of the settings are met; each setting that is not met is named. A
setting that a host did not show is not met by silence: the host is not determined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, Verdict, deviates, out_of_scope, undetermined
from checks.record_rules.joins import key_of, reaches, unread
from checks.record_rules.reasons import COMMON, because
from checks.record_rules.rows import (
    decide,
)
from checks.record_rules.shares import WITHIN_SHARE
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.configuration import BaselineSetting, ConfigurationSetting

CONTROL = "config-baseline"
READS = (ConfigurationSetting, BaselineSetting)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """Least share of met settings, and the baseline's name (empty: all of the register)."""

    min_share_percent: int = 90
    baseline: str = ""


_MEND = ("Rätta inställningarna, eller besluta om undantag.", "Mend the settings, or decide on an exemption.")
REASONS = COMMON | {
    "within-share": WITHIN_SHARE["within-share"],
    "must-not-met": because(
        "Krav som måste uppfyllas avviker: {names}.",
        "Demands that must be met are not: {names}.",
        *_MEND,
        severity=Severity.HIGH,
    ),
    "below": because(
        "{count} av {total} inställningar följer baslinjen ({percent} %); avviker: {names}.",
        "{count} of {total} settings follow the baseline ({percent} %); these do not: {names}.",
        *_MEND,
    ),
    "not-shown": because(
        "Värden visade inte: {names}.",
        "The host did not show: {names}.",
        "Ge läskontot rätt att läsa inställningarna, eller rätta baslinjen.",
        "Let the reading account read the settings, or correct the baseline.",
    ),
    "no-baseline": because(
        "Ingen baslinje med det namnet finns i registret.",
        "The register has no baseline of that name.",
        "Rätta baseline, eller för in baslinjen.",
        "Correct baseline, or enter the baseline.",
    ),
}


def judge(
    settings: Population[ConfigurationSetting], evidence: EvidenceSet, parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per host, and one per setting that is not met within the share."""
    register = evidence.reading(BaselineSetting)
    wanted = key_of(parameters.baseline)
    chosen = sorted(
        {each for each in register.records if not wanted or key_of(each.baseline or "") == wanted},
        key=lambda each: (each.setting, repr(each)),
    )
    shown: defaultdict[str, dict[str, set[str]]] = defaultdict(dict)
    for row in settings.records:
        shown[row.host].setdefault(key_of(row.name), set()).add(key_of(row.value))
    for host in sorted(shown):
        mine = [each for each in chosen if not each.hosts or key_of(host) in map(key_of, each.hosts)]
        if mine:
            outcome = _judge(host, shown[host], mine, register, parameters)
            yield outcome
            if outcome.verdict is not Verdict.DEVIATES:
                for each in dict.fromkeys(each.setting for each in _unmet(shown[host], mine)):
                    yield out_of_scope(f"{host}: {each}", "within-share")
        else:
            yield unread(host, register) or undetermined(host, "no-baseline")


def _unmet(shown: Mapping[str, set[str]], demands: Sequence[BaselineSetting]) -> list[BaselineSetting]:
    return [
        each
        for each in demands
        if key_of(each.setting) in shown
        and not shown[key_of(each.setting)] <= {key_of(value) for value in each.expected}
    ]


def _judge(
    host: str,
    shown: Mapping[str, set[str]],
    demands: Sequence[BaselineSetting],
    register: Reading[BaselineSetting],
    parameters: Parameters,
) -> Outcome:
    hidden = [each.setting for each in demands if key_of(each.setting) not in shown]
    unmet = _unmet(shown, demands)
    must = tuple(dict.fromkeys(each.setting for each in unmet if each.must))
    if must:
        return deviates(host, "must-not-met", names=must)
    met, total = len(demands) - len(hidden) - len(unmet), len(demands)
    if not reaches(met + len(hidden), total, parameters.min_share_percent):
        names = tuple(dict.fromkeys(each.setting for each in unmet))
        return deviates(host, "below", count=met, total=total, percent=met * 100 // total, names=names)
    if hidden:
        return undetermined(host, "not-shown", names=tuple(dict.fromkeys(hidden)))
    return decide(host, unread(host, register))
