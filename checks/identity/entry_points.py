"""What a registered entry point demands, by the strongest evidence there is: sshd, exported settings, the provider.

The register's own word can show that an entry point has one factor. That it has two must be shown by something else.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from checks.finding import Fact
from checks.identity.provider_policies import demanded, lenient
from checks.identity.ssh_factors import Factors, fewest
from checks.identity.ssh_matches import From, fewest_from
from collector.evidence import EvidenceSet
from collector.records.factors import EntryPoint, EntryPointRule, FactorPolicy
from collector.records.identity import SshAccess

READS = (EntryPointRule, FactorPolicy, SshAccess)
"""What the judgement of an entry point is joined with."""

Word = Literal["two", "one", "no-login", "unknown"]


@dataclass(frozen=True, slots=True)
class Demand:
    """What an entry point demands, why that is said, and the facts of the reason."""

    word: Word
    reason: str
    facts: tuple[tuple[str, Fact], ...] = ()


class EntryPoints:
    """Judges entry points against the rest of the evidence."""

    def __init__(self, evidence: EvidenceSet) -> None:
        ways: defaultdict[str, list[SshAccess]] = defaultdict(list)
        self._ssh = evidence.reading(SshAccess)
        for access in self._ssh.records:
            ways[access.host].append(access)
        self._on_host = dict(ways)
        rules = evidence.reading(EntryPointRule)
        self._rules_complete = rules.complete
        self._rules: defaultdict[str, list[EntryPointRule]] = defaultdict(list)
        for rule in rules.records:
            if rule.enabled is not False:
                self._rules[rule.entry_point.casefold()].append(rule)
        policies = evidence.reading(FactorPolicy)
        self._policies = {each.source: tuple(each.records) for each in policies.populations}
        self._whole = {each.source: policies.of(each.source).complete for each in policies.populations}

    def demand(self, entry: EntryPoint) -> Demand:
        """What the entry point demands; the weakest evidence of one factor decides."""
        if entry.category == "ssh" and (seen := self._by_ssh(entry)) is not None:
            return seen
        if entry.factors == "one":
            return Demand("one", "stated-single-factor", (("stated", entry.authentication),))
        rules = sorted(self._rules.get(entry.name.casefold(), ()), key=lambda rule: rule.rule)
        if weak := tuple(rule.rule for rule in rules if rule.factors == "one"):
            return Demand("one", "rule-single-factor", (("rules", weak),))
        providers = sorted({each for each in (entry.provider, *(rule.provider for rule in rules)) if each})
        for provider in providers:
            if policy := lenient(self._policies.get(provider, ()), entry.realm):
                return Demand("one", "provider-lets-through", (("provider", provider), ("policy", policy)))
        return self._shown(entry, rules)

    def _shown(self, entry: EntryPoint, rules: list[EntryPointRule]) -> Demand:
        """Whether the exported settings show two factors; nothing else does."""
        if not rules:
            if entry.factors is None:
                return Demand("unknown", "factors-unknown")
            if entry.provider and self._provider_demands(entry.provider, entry.realm):
                return Demand("unknown", "provider-not-linked", (("provider", entry.provider),))
            return Demand("unknown", "only-stated", (("stated", entry.factor or entry.authentication),))
        open_ = tuple(rule.rule for rule in rules if not self._rule_demands(rule, entry))
        if open_:
            return Demand("unknown", "rules-unknown", (("rules", open_),))
        return Demand("two", "") if self._rules_complete else Demand("unknown", "rules-incomplete")

    def _rule_demands(self, rule: EntryPointRule, entry: EntryPoint) -> bool:
        provider = rule.provider or entry.provider
        return rule.factors == "two" or (provider is not None and self._provider_demands(provider, entry.realm))

    def _provider_demands(self, provider: str, realm: str | None) -> bool:
        return self._whole.get(provider, False) and demanded(self._policies[provider], realm) == "two"

    def _by_ssh(self, entry: EntryPoint) -> Demand | None:
        """What the hosts behind it demand; None where no evidence is about any of them."""
        hosts = entry.hosts or tuple(each for each in (entry.name, entry.address) if each in self._on_host)
        known = [host for host in hosts if host in self._on_host]
        if not known:
            return None
        return _on_hosts(hosts, fewest(self.on_host(host) for host in hosts))

    def on_host(self, host: str, reach: From = "outside") -> Factors:
        """The fewest factors that sshd takes of anyone on a host; `unknown` for a host that was not read whole."""
        found = self._on_host.get(host)
        if found is None:
            return "unknown"
        word = fewest(fewest_from(access, reach) for access in found)
        return word if word == "one" or self._ssh.covers(host) else "unknown"


def _on_hosts(hosts: Iterable[str], found: Factors) -> Demand:
    facts: tuple[tuple[str, Fact], ...] = (("hosts", tuple(hosts)),)
    if found == "one":
        return Demand("one", "ssh-single-factor", facts)
    if found == "two":
        return Demand("two", "")
    if found == "none-allowed":
        return Demand("no-login", "no-login")
    return Demand("unknown", "ssh-unknown", facts)
