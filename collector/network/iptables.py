"""Rules as iptables-save(8) and ip6tables-save(8) print them, to chains and rules; pure.

The rules mean the first packet of a connection: `--syn` is true of it, `! --syn` and established states are not. A
match that has no field in a rule record is named in `not_understood`, so that only what meets the rule is undetermined.
"""

from __future__ import annotations

import re
import shlex
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from ipaddress import ip_address, ip_network
from typing import Any, Literal

from collector.evidence import GapCause
from collector.network.ruleset import Ruleset, Verdict
from collector.records.network import FirewallChain, FirewallRule
from collector.source import SourceError

_HOOKS = {
    "PREROUTING": "prerouting",
    "INPUT": "input",
    "FORWARD": "forward",
    "OUTPUT": "output",
    "POSTROUTING": "postrouting",
}
_PRIORITIES = {
    ("raw", "PREROUTING"): -300,
    ("raw", "OUTPUT"): -300,
    ("mangle", ""): -150,
    ("nat", "PREROUTING"): -100,
    ("nat", "OUTPUT"): -100,
    ("nat", ""): 100,
    ("security", ""): 50,
}
"""Where each table's chains stand among the others of a hook (netfilter's NF_IP_PRI_*); 0 for `filter`."""

_VERDICTS: dict[str, Verdict] = {"ACCEPT": "accept", "DROP": "drop", "REJECT": "reject", "RETURN": "return"}
_TRANSLATIONS: dict[str, Literal["snat", "masquerade", "dnat", "redirect"]] = {
    "SNAT": "snat",
    "MASQUERADE": "masquerade",
    "DNAT": "dnat",
    "REDIRECT": "redirect",
}
_NO_EFFECT = frozenset(
    """AUDIT CHECKSUM CLASSIFY CONNMARK CONNSECMARK CT DSCP ECN HL HMARK IDLETIMER LED LOG MARK NFLOG RATEEST
    SECMARK SET TCPMSS TCPOPTSTRIP TOS TRACE TTL ULOG""".split()  # noqa: SIM905  # as the manual page lists them
)
"""Targets that never decide on a packet."""
_STATES = ("invalid", "established", "related", "new", "untracked")
_ANY_STATE_BUT_NEW = ("invalid", "established", "related", "untracked")
_SYN = ("FIN,SYN,RST,ACK", "SYN")
_PROTOCOLS = {"icmpv6": "ipv6-icmp", "ipv6-icmp": "ipv6-icmp"}

_MESSAGES = {"8": "echo-request", "128": "echo-request", "ping": "echo-request"}
"""The number or name of a message of ICMP or ICMPv6 to its name in nft(8), where it matters."""

_CHAIN = re.compile(r":(\S+) (\S+)(?: \[\d+:\d+\])?")
_COUNTED = re.compile(r"\[(\d+):\d+\] (-A .*)")
_LAST_PORT = 65535


@dataclass
class _Reading:
    """One rule, as far as its words have been read."""

    values: dict[str, Any] = field(default_factory=dict)
    unknown: list[str] = field(default_factory=list)
    undecided: bool = False
    """Whether its target may decide in a way that is not modelled."""

    def put(self, name: str, values: tuple[str, ...], *, negated: bool) -> None:
        """Set one dimension; a second condition on it has no field."""
        if name in self.values or (negated and name == "source_ports"):
            self.unknown.append(f"{'not ' if negated else ''}{name} {','.join(values)}"[:300])
            return
        self.values[name] = values
        if negated:
            self.values[f"{name}_negated"] = True


def parse_iptables(output: bytes, device: str, family: Literal["ip", "ip6"]) -> Ruleset:
    """The tables that `iptables-save -c` (family `ip`) or `ip6tables-save -c` (`ip6`) printed.

    Raises SourceError malformed for output that is cut off or is not of that form.
    """
    chains: list[FirewallChain] = []
    rules: list[FirewallRule] = []
    positions: dict[tuple[str, str], int] = {}
    table: str | None = None
    for line in output.decode("utf-8", "replace").splitlines():
        if not line.strip() or line.startswith("#"):
            continue
        if line.startswith("*"):
            if table is not None:
                raise _malformed(f"the table {table} has no COMMIT")
            table = line[1:].strip()
        elif table is None:
            raise _malformed(f"outside of a table: {line[:100]}")
        elif line == "COMMIT":
            table = None
        elif line.startswith(":"):
            chains.append(_chain(line, table, device, family))
        else:
            rule = _rule(line, table, device, family, {each.name for each in chains if each.table == table})
            place = (table, rule.chain)
            positions[place] = positions.get(place, 0) + 1
            rules.append(replace(rule, position=positions[place]))
    if table is not None:
        raise _malformed(f"cut off within the table {table}")
    return Ruleset(tuple(chains), tuple(rules))


def shown_in_full(ruleset: Ruleset, other: Ruleset) -> Ruleset:
    """Nft's reading of a device, with the rules that it cannot show in full taken from iptables' reading of them.

    nft leaves parts of rules that iptables made unnamed; iptables-save shows those, and leaves out parts of rules that
    nft made. A rule is taken from iptables only where nft could not show it, and both show as many rules in its chain.
    """
    named: dict[tuple[str, str, str], list[FirewallRule]] = {}
    for rule in other.rules:
        named.setdefault((rule.family, rule.table, rule.chain), []).append(rule)
    counts = Counter((rule.family, rule.table, rule.chain) for rule in ruleset.rules)
    rules = []
    for rule in ruleset.rules:
        place = (rule.family, rule.table, rule.chain)
        same = named.get(place, [])
        if len(same) != counts[place]:
            rules.append(rule)
        elif any(text.startswith('{"xt"') for text in rule.not_understood):
            rules.append(replace(same[rule.position - 1], handle=rule.handle))
        else:
            rules.append(replace(rule, comment=rule.comment or same[rule.position - 1].comment))
    return Ruleset(ruleset.chains, tuple(rules))


def _chain(line: str, table: str, device: str, family: str) -> FirewallChain:
    match = _CHAIN.fullmatch(line.strip())
    if match is None:
        raise _malformed(f"not a chain: {line[:100]}")
    name, policy = match[1], match[2]
    hook = _HOOKS.get(name) if policy != "-" else None
    priority = _PRIORITIES.get((table, name), _PRIORITIES.get((table, ""), 0))
    return FirewallChain(
        device=device,
        family=family,
        table=table,
        name=name,
        hook=hook,
        priority=None if hook is None else priority,
        policy={"ACCEPT": "accept", "DROP": "drop"}.get(policy),  # type: ignore[arg-type]  # the two words of the field
    )


def _rule(line: str, table: str, device: str, family: str, chains: set[str]) -> FirewallRule:
    counted = _COUNTED.fullmatch(line.strip())
    try:
        words = shlex.split(counted[2] if counted else line.strip())
        reading = _Reading()
        _read_words(_after_chain(words), reading, chains)
    except (ValueError, IndexError) as error:
        raise _malformed(f"{error}: {line[:200]}") from error
    verdict = reading.values.get("verdict", "continue")
    decides = verdict != "continue" or reading.undecided or "translation" in reading.values
    return FirewallRule(
        device=device,
        family=family,
        table=table,
        chain=words[1],
        position=0,
        packets=int(counted[1]) if counted else None,
        not_understood=tuple(reading.unknown) if decides else (),
        **reading.values,
    )


def _after_chain(words: list[str]) -> list[str]:
    if len(words) < 2 or words[0] != "-A":
        raise ValueError("not a rule")
    return words[2:]


def _read_words(words: list[str], reading: _Reading, chains: set[str]) -> None:
    at, negated = 0, False
    while at < len(words):
        word = words[at]
        if word == "!":
            negated, at = True, at + 1
            continue
        if word in {"-j", "-g"}:
            _read_target(word, words[at + 1], words[at + 2 :], reading, chains)
            return
        if word in _READERS:
            reader, count = _READERS[word]
            values = words[at + 1 : at + 1 + count]
            if len(values) < count:
                raise ValueError("a rule that ends within a match")
            reader(reading, values, negated)
            at += 1 + count
        else:
            end = next(
                (i for i in range(at + 1, len(words)) if words[i].startswith("-") or words[i] == "!"), len(words)
            )
            reading.unknown.append(" ".join((["!"] if negated else []) + words[at:end])[:300])
            at = end
        negated = False


def _read_target(word: str, target: str, options: list[str], reading: _Reading, chains: set[str]) -> None:
    if target in chains:
        reading.values |= {"verdict": "goto" if word == "-g" else "jump", "target": target}
    elif target in _VERDICTS:
        reading.values["verdict"] = _VERDICTS[target]
        if "tcp-reset" in options:
            reading.values.setdefault("protocols", ("tcp",))
    elif target in _TRANSLATIONS:
        reading.values |= {"verdict": "accept", "translation": _TRANSLATIONS[target]}
        given = [options[i + 1] for i, each in enumerate(options[:-1]) if each in {"--to-source", "--to-destination"}]
        reading.values["translated_to"] = tuple(filter(None, map(_translated, given)))
        ports = [port for port in map(_translated_port, given) if port]
        reading.values["translated_port"] = ports[0] if ports else None
    elif target not in _NO_EFFECT or "--notrack" in options:
        # Without a state, a packet meets other rules than a new connection does.
        reading.undecided = True
        reading.unknown.append(" ".join([word, target, *options])[:300])


def _translated(text: str) -> str:
    """The address or range of a translation without its ports; empty where it names none."""
    if text.startswith("["):
        return text[1:].partition("]")[0]
    return text.partition(":")[0] if text.count(":") <= 1 else text


def _translated_port(text: str) -> str:
    """What follows the address of a translation; empty where nothing does."""
    rest = text.partition("]")[2] if text.startswith("[") else text if text.count(":") == 1 else ""
    return rest.partition(":")[2]


def _addresses(name: str) -> Callable[[_Reading, list[str], bool], None]:
    def read(reading: _Reading, values: list[str], negated: bool) -> None:  # noqa: FBT001  # one form for all readers
        low, dash, high = values[0].partition("-")
        if dash:
            shown = f"{ip_address(low)}-{ip_address(high)}"
        else:
            network = ip_network(values[0], strict=False)
            shown = str(network.network_address) if network.prefixlen == network.max_prefixlen else str(network)
        reading.put(name, (shown,), negated=negated)

    return read


def _interfaces(name: str) -> Callable[[_Reading, list[str], bool], None]:
    def read(reading: _Reading, values: list[str], negated: bool) -> None:  # noqa: FBT001  # one form for all readers
        reading.put(name, (re.sub(r"\+$", "*", values[0]),), negated=negated)

    return read


def _ports(*names: str) -> Callable[[_Reading, list[str], bool], None]:
    def read(reading: _Reading, values: list[str], negated: bool) -> None:  # noqa: FBT001  # one form for all readers
        if len(names) > 1:  # --ports: source or destination
            reading.unknown.append(f"--ports {values[0]}"[:300])
            return
        reading.put(names[0], tuple(_port(each) for each in values[0].split(",")), negated=negated)

    return read


def _port(text: str) -> str:
    first, colon, last = text.partition(":")
    if not colon:
        return str(int(text))
    return f"{int(first or 0)}-{int(last or _LAST_PORT)}"


def _protocol(reading: _Reading, values: list[str], negated: bool) -> None:  # noqa: FBT001  # one form for all readers
    if values[0] in {"all", "0"} and not negated:
        return
    if negated:
        reading.unknown.append(f"! -p {values[0]}")
        return
    reading.put("protocols", (_PROTOCOLS.get(values[0], values[0]),), negated=False)


def _states(reading: _Reading, values: list[str], negated: bool) -> None:  # noqa: FBT001  # one form for all readers
    named = {each.lower() for each in values[0].split(",")}
    if named == {"dnat"} and "after_dnat" not in reading.values:
        reading.values["after_dnat"] = not negated
        return
    if not named <= set(_STATES):  # SNAT and DNAT are states of conntrack's match too
        reading.unknown.append(f"{'! ' if negated else ''}--ctstate {values[0]}"[:300])
        return
    wanted = set(_STATES) - named if negated else named
    reading.put("states", tuple(each for each in _STATES if each in wanted), negated=False)


def _flags(reading: _Reading, values: list[str], negated: bool) -> None:  # noqa: FBT001  # one form for all readers
    if (values[0], values[1]) != _SYN:
        reading.unknown.append(f"{'! ' if negated else ''}--tcp-flags {' '.join(values)}"[:300])
    elif negated:
        reading.put("states", _ANY_STATE_BUT_NEW, negated=False)


def _message(reading: _Reading, values: list[str], negated: bool) -> None:  # noqa: FBT001  # one form for all readers
    """`8`, `echo-request`, `3/1`, `any`: a type with a code has no field."""
    if values[0] in {"any", "255"} and not negated:
        return
    if negated or "/" in values[0]:
        reading.unknown.append(f"{'! ' if negated else ''}--icmp-type {values[0]}"[:300])
        return
    reading.put("icmp_types", (_MESSAGES.get(values[0], values[0]),), negated=False)


def _passed_over(_reading: _Reading, _values: list[str], _negated: bool) -> None:  # noqa: FBT001  # as the others
    """A word that names a module; its options say what it matches."""


def _comment(reading: _Reading, values: list[str], _negated: bool) -> None:  # noqa: FBT001  # one form for all readers
    reading.values["comment"] = values[0]


_READERS: dict[str, tuple[Callable[[_Reading, list[str], bool], None], int]] = {
    "-s": (_addresses("sources"), 1),
    "-d": (_addresses("destinations"), 1),
    "--src-range": (_addresses("sources"), 1),
    "--dst-range": (_addresses("destinations"), 1),
    "-i": (_interfaces("in_interfaces"), 1),
    "-o": (_interfaces("out_interfaces"), 1),
    "-p": (_protocol, 1),
    "-m": (_passed_over, 1),
    "--dport": (_ports("ports"), 1),
    "--dports": (_ports("ports"), 1),
    "--sport": (_ports("source_ports"), 1),
    "--sports": (_ports("source_ports"), 1),
    "--ports": (_ports("ports", "source_ports"), 1),
    "--ctstate": (_states, 1),
    "--state": (_states, 1),
    "--tcp-flags": (_flags, 2),
    "--icmp-type": (_message, 1),
    "--icmpv6-type": (_message, 1),
    "--comment": (_comment, 1),
}
"""A word of a rule to its reader, and how many values follow it."""


def _malformed(detail: str) -> SourceError:
    return SourceError(
        GapCause.MALFORMED,
        f"the iptables rules could not be understood: {detail}",
        "run `iptables-save -c` by hand and compare; iptables 1.4 and later are supported",
    )
