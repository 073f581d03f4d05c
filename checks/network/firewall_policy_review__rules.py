"""The rule base is kept in order: every rule is needed, has an effect, and says what it is for.

Judged on every rule that was read. A rule that lets everything through deviates; so does one that never takes effect
because rules before it in its chain decide on all that it is about (told apart: the same verdict, or another one), one
that no packet can match, and one that lets new connections through and carries no comment. A rule whose counter has
seen nothing while others of the firewall have counted is a hint: it is named, and no exception, for counters begin anew
when rules are loaded, and a rule may be for what is rare. Where `zero_hits_deviate` says so it deviates, once the
firewall has been up for `zero_hit_months`, and is undetermined where that is not known. Rules that hold something that
was not understood hide no other. Rules that are switched off are set aside.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from checks.ages import months_before
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.network.pairs import rule_name
from checks.network.parts import illegible, port_range
from checks.network.spaces import Addresses, Ports
from collector.evidence import EvidenceSet, Population
from collector.records.host import Host
from collector.records.network import FirewallChain, FirewallRule

CONTROL = "firewall-policy-review"
READS = (FirewallRule, FirewallChain, Host)

MAX_COMPARED = 5_000
"""Rules of one chain that are held against each other."""
_ENDS = frozenset({"accept", "drop", "reject"})


@dataclass(frozen=True, slots=True)
class Parameters:
    """When a rule is questioned."""

    zero_hit_months: int = 6
    zero_hits_deviate: bool = False


_NEEDED = Text("Fråga om regeln behövs; annars ta bort den.", "Ask whether the rule is needed; else remove it.")
REASONS = {
    "any-any": Reason(
        Text("Regeln släpper igenom allt från alla till alla ({rule}).", "The rule lets everything through ({rule})."),
        Text("Ersätt den med regler för de flöden som behövs.", "Replace it by rules for the flows that are needed."),
        Severity.HIGH,
    ),
    "shadowed": Reason(
        Text(
            "Regeln ({rule}) får aldrig verkan: {by} avgör tidigare, med motsatt utfall.",
            "The rule ({rule}) never takes effect: {by} decides before it, and otherwise.",
        ),
        Text("Flytta regeln, eller ta bort den.", "Move the rule, or remove it."),
    ),
    "redundant": Reason(
        Text(
            "Regeln ({rule}) får aldrig verkan: {by} avgör tidigare, med samma utfall.",
            "The rule ({rule}) never takes effect: {by} decides before it, and alike.",
        ),
        Text("Ta bort regeln.", "Remove the rule."),
        Severity.LOW,
    ),
    "never-matches": Reason(
        Text("Inget paket kan träffa regeln ({rule}).", "No packet can match the rule ({rule})."),
        Text("Rätta regeln, eller ta bort den.", "Correct the rule, or remove it."),
        Severity.LOW,
    ),
    "no-comment": Reason(
        Text(
            "Regeln ({rule}) säger inte vad den är till för eller vem som äger den.",
            "The rule ({rule}) does not say what it is for or who owns it.",
        ),
        Text("Skriv syfte och ägare i regelns kommentar.", "Write purpose and owner in the rule's comment."),
        Severity.LOW,
    ),
    "no-hits": Reason(
        Text(
            "Regelns räknare står på 0, och brandväggen har varit igång sedan {since} ({rule}).",
            "The rule's counter is at 0, and the firewall has been up since {since} ({rule}).",
        ),
        _NEEDED,
        Severity.LOW,
    ),
    "no-hits-since-unknown": Reason(
        Text(
            "Regelns räknare står på 0, och när den började räkna är inte känt ({rule}).",
            "The rule's counter is at 0, and when it began to count is not known ({rule}).",
        ),
        Text("Läs brandväggens starttid.", "Read the firewall's time of boot."),
        Severity.LOW,
    ),
    "never-hit": Reason(
        Text(
            "Regelns räknare står på 0 ({rule}). Den började räkna tidigast {since}, och på nytt om reglerna har "
            "laddats om sedan dess.",
            "The rule's counter is at 0 ({rule}). It began to count {since} at the earliest, and anew if the rules "
            "were loaded again since then.",
        ),
        _NEEDED,
        Severity.LOW,
        named=True,
    ),
    "never-hit-since-unknown": Reason(
        Text(
            "Regelns räknare står på 0 ({rule}). När den började räkna är inte känt.",
            "The rule's counter is at 0 ({rule}). When it began to count is not known.",
        ),
        _NEEDED,
        Severity.LOW,
        named=True,
    ),
    "rule-not-understood": Reason(
        Text("Regeln kunde inte tolkas i sin helhet: {text}", "The rule could not be understood in full: {text}"),
    ),
    "text-not-understood": Reason(
        Text("{text} kunde inte tolkas som adress eller port.", "{text} could not be understood as address or port."),
    ),
    "too-many-rules": Reason(
        Text("Kedjan har fler regler än som jämförs.", "The chain has more rules than are compared."),
    ),
    "disabled": Reason(Text("Regeln är avstängd.", "The rule is switched off.")),
}


@dataclass(frozen=True, slots=True)
class _Reach:
    """What a rule is about, as bits; the other dimensions as they are written."""

    sources: tuple[int, int]
    """Parts of the IPv4 and of the IPv6 addresses."""
    destinations: tuple[int, int]
    ports: int

    @property
    def empty(self) -> bool:
        """Whether no packet can match."""
        both = any(a and b for a, b in zip(self.sources, self.destinations, strict=True))
        return not both or not self.ports


def judge(
    rules: Population[FirewallRule], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per rule."""
    limit = months_before(as_of.date(), parameters.zero_hit_months)
    up_since = {
        host.name: host.boot_time.date()
        for host in evidence.reading(Host).of(rules.source).records
        if host.boot_time is not None and host.boot_time <= as_of
    }
    counting = {rule.device for rule in rules.records if rule.packets}
    chains = evidence.reading(FirewallChain).of(rules.source)
    hooks = {(chain.device, chain.family, chain.table, chain.name): chain.hook for chain in chains.records}
    ordered = sorted(rules.records, key=lambda rule: (*_chain_of(rule), rule.position, repr(rule)))
    for place, held in groupby(ordered, key=_chain_of):
        whole = list(held)
        for rule, outcome in zip(whole, _judge_chain(whole, hooks.get(place), place[1]), strict=True):
            since = up_since.get(rule.device)
            if outcome is not None:
                yield outcome
            elif rule.packets != 0 or rule.verdict not in _ENDS or rule.device not in counting:
                yield conforms(rule)
            elif since is None and parameters.zero_hits_deviate:
                yield undetermined(rule, "no-hits-since-unknown", rule=rule_name(rule))
            elif since is None:
                yield out_of_scope(rule, "never-hit-since-unknown", rule=rule_name(rule))
            elif parameters.zero_hits_deviate and since <= limit:
                yield deviates(rule, "no-hits", rule=rule_name(rule), since=since)
            else:
                yield out_of_scope(rule, "never-hit", rule=rule_name(rule), since=since)


def _chain_of(rule: FirewallRule) -> tuple[str, str, str, str]:
    return rule.device, rule.family, rule.table, rule.chain


def _judge_chain(rules: Sequence[FirewallRule], hook: str | None, family: str) -> Iterator[Outcome | None]:
    """An outcome per rule of one chain; None for one that is in order as far as the chain tells."""
    legible = [rule for rule in rules if next(iter(illegible(rule)), None) is None]
    if len(legible) > MAX_COMPARED:
        yield from (undetermined(rule, "too-many-rules") for rule in rules)
        return
    reaches = _reaches(legible, family)
    before: list[tuple[FirewallRule, _Reach]] = []
    for rule in rules:
        strange = next(iter(illegible(rule)), None)
        if rule.disabled:
            yield out_of_scope(rule, "disabled")
        elif strange is not None:
            yield undetermined(rule, "text-not-understood", text=strange)
        elif rule.not_understood:
            yield undetermined(rule, "rule-not-understood", text=rule.not_understood[0])
        else:
            reach = reaches[rule]
            yield _judge_rule(rule, reach, before, hook)
            if rule.verdict in {*_ENDS, "return", "goto"} and _source_ports_any(rule):
                before.append((rule, reach))


def _judge_rule(
    rule: FirewallRule, reach: _Reach, before: Sequence[tuple[FirewallRule, _Reach]], hook: str | None
) -> Outcome | None:
    name = rule_name(rule)
    if reach.empty:
        return deviates(rule, "never-matches", rule=name)
    left = reach.ports
    hiding: list[FirewallRule] = []
    for other, wider in before:
        if wider.ports & left and _covers(other, wider, rule, reach):
            left &= ~wider.ports
            hiding.append(other)
            if not left:
                reason = "redundant" if {each.verdict for each in hiding} == {rule.verdict} else "shadowed"
                return deviates(rule, reason, rule=name, by=", ".join(rule_name(each) for each in hiding[:5]))
    opens = rule.verdict == "accept" and (not rule.states or "new" in rule.states) and rule.translation is None
    if opens and hook in {"forward", "input", None}:
        if _is_about_everything(rule):
            return deviates(rule, "any-any", rule=name)
        if not (rule.comment or "").strip():
            return deviates(rule, "no-comment", rule=name)
    return None


def _is_about_everything(rule: FirewallRule) -> bool:
    conditions = (rule.protocols, rule.ports, rule.source_ports, rule.in_interfaces, rule.out_interfaces, rule.states)
    ends = (*rule.sources, *rule.destinations)
    return (
        not any(conditions)
        and rule.after_dnat is None
        and all(each in {"0.0.0.0/0", "::/0"} for each in ends)
        and not rule.sources_negated
    )


def _covers(other: FirewallRule, wider: _Reach, rule: FirewallRule, reach: _Reach) -> bool:
    """Whether another rule is about all that this one is, but for the ports."""
    if other.protocols and not (rule.protocols and set(rule.protocols) <= set(other.protocols)):
        return False
    if other.after_dnat not in {None, rule.after_dnat}:
        return False
    if other.icmp_types and not (rule.icmp_types and set(rule.icmp_types) <= set(other.icmp_types)):
        return False
    if other.states and not (rule.states and set(rule.states) <= set(other.states)):
        return False
    for name in ("in_interfaces", "out_interfaces"):
        wanted, own = getattr(other, name), getattr(rule, name)
        negated, own_negated = getattr(other, f"{name}_negated"), getattr(rule, f"{name}_negated")
        if wanted and not (own and set(own) <= set(wanted) and not negated and not own_negated):
            return False
    pairs = zip((*wider.sources, *wider.destinations), (*reach.sources, *reach.destinations), strict=True)
    return all(not own & ~wide for wide, own in pairs)


def _source_ports_any(rule: FirewallRule) -> bool:
    return not rule.source_ports or any(port_range(each) == (0, 65535) for each in rule.source_ports)


def _reaches(rules: Sequence[FirewallRule], family: str) -> dict[FirewallRule, _Reach]:
    """What each rule is about, in parts that all of them tell apart; a family has addresses of its version alone."""
    written = {text for rule in rules for text in (*rule.sources, *rule.destinations)}
    spaces = [Addresses(version, written) for version in (4, 6)]
    ports = Ports(text for rule in rules for text in rule.ports)
    versions = {"ip": (True, False), "ip6": (False, True)}.get(family, (True, True))
    sources = _columns(spaces, versions, [(rule.sources, rule.sources_negated) for rule in rules])
    targets = _columns(spaces, versions, [(rule.destinations, rule.destinations_negated) for rule in rules])
    return {
        rule: _Reach(
            sources[number],
            targets[number],
            ports.bits(rule.ports, negated=rule.ports_negated) if rule.ports else ports.all,
        )
        for number, rule in enumerate(rules)
    }


def _columns(
    spaces: Sequence[Addresses], versions: tuple[bool, bool], conditions: Sequence[tuple[tuple[str, ...], bool]]
) -> list[tuple[int, int]]:
    """For each condition the parts (bits) of both versions that meet it."""
    four, six = (
        space.parts_of(conditions) if wanted else [0] * len(conditions)
        for space, wanted in zip(spaces, versions, strict=True)
    )
    return list(zip(four, six, strict=True))
