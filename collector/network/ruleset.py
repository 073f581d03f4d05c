"""nftables rulesets as JSON (libnftables-json(5)) to chains and rules; pure.

Expressions are normalised by `collector.network.matches`. A rule is never left out: what is not modelled stays
in its `not_understood`. A verdict map becomes one rule per entry, so positions count those.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address
from typing import Any, Literal

from collector.evidence import GapCause
from collector.network.matches import (
    Conditions,
    NamedSets,
    NotModelledError,
    narrowed_by_reject,
    narrowed_by_translation,
    read_match,
)
from collector.records.network import FirewallChain, FirewallRule
from collector.source import SourceError

Verdict = Literal["accept", "drop", "reject", "jump", "goto", "return", "continue"]

_PLAIN_VERDICTS: dict[str, Verdict] = {
    "accept": "accept",
    "drop": "drop",
    "reject": "reject",
    "return": "return",
    "continue": "continue",
}
_TRANSLATIONS = ("dnat", "snat", "masquerade", "redirect")
"""Statements that end a nat chain: the packet goes on, with another address."""
_NO_EFFECT = frozenset({"log", "comment", "flow", "set", "ct helper", "ct timeout", "last"})
"""Statements that never decide on a packet."""


@dataclass(frozen=True, slots=True)
class Ruleset:
    """All chains and rules of one device, of all families."""

    chains: tuple[FirewallChain, ...]
    rules: tuple[FirewallRule, ...]


def parse_ruleset(output: bytes, device: str) -> Ruleset:
    """The ruleset that `nft -j list ruleset` printed.

    Raises SourceError malformed for output that is cut off or is not nftables' JSON, schema version 1.
    """
    items = _items(output)
    sets = NamedSets(
        (_text(body, "family"), _text(body, "table"), _text(body, "name"), body)
        for kind, body in items
        if kind in {"set", "map"}
    )
    counted = {
        tuple(str(body.get(part)) for part in ("family", "table", "name")): body.get("packets")
        for kind, body in items
        if kind == "counter"
    }
    asleep = {(body.get("family"), body.get("name")) for kind, body in items if kind == "table" and _is_dormant(body)}
    chains = tuple(_chain(body, device, asleep) for kind, body in items if kind == "chain")
    rules: list[FirewallRule] = []
    positions: dict[tuple[str, str, str], int] = {}
    for kind, body in items:
        if kind != "rule":
            continue
        for rule in _rules(body, device, sets, counted):
            place = (rule.family, rule.table, rule.chain)
            positions[place] = positions.get(place, 0) + 1
            off = (rule.family, rule.table) in asleep
            rules.append(replace(rule, position=positions[place], disabled=off))
    return Ruleset(chains, tuple(rules))


def _is_dormant(table: Mapping[str, Any]) -> bool:
    """Whether a table is switched off as a whole: its chains meet no packet.

    Raises SourceError unsupported where that cannot be told: nft 1.0.6 prints the table's name in place of its flags.
    """
    flags = table.get("flags") or []
    named = {str(each) for each in (flags if isinstance(flags, list) else [flags])}
    if not named <= {"dormant", "owner", "persist"}:
        raise SourceError(
            GapCause.UNSUPPORTED,
            f"whether the table {_text(table, 'name')} is switched off is not shown: flags {sorted(named)!r:.100}",
            "read with a newer nftables, or remove the table's flags",
        )
    return "dormant" in named


def _items(output: bytes) -> list[tuple[str, Mapping[str, Any]]]:
    try:
        listed = json.loads(output)["nftables"]
        items = [next(iter(each.items())) for each in listed]
    except (ValueError, RecursionError, KeyError, TypeError, AttributeError, StopIteration) as error:
        raise _malformed(f"not nftables' JSON, or cut off: {error!r:.200}") from error
    if not all(isinstance(body, dict) for _, body in items):
        raise _malformed("an object without content")
    version = next((body.get("json_schema_version") for kind, body in items if kind == "metainfo"), None)
    if version != 1:
        raise _malformed(f"JSON schema version {version!r:.20}; version 1 is supported")
    return items


def _chain(body: Mapping[str, Any], device: str, asleep: Collection[tuple[Any, Any]]) -> FirewallChain:
    hook, priority, policy = body.get("hook"), body.get("prio"), body.get("policy")
    if (body.get("family"), body.get("table")) in asleep:
        hook = priority = policy = None
    return FirewallChain(
        device=device,
        family=_text(body, "family"),
        table=_text(body, "table"),
        name=_text(body, "name"),
        hook=hook if isinstance(hook, str) else None,
        priority=priority if type(priority) is int else None,
        policy=policy if policy in {"accept", "drop"} else None,
    )


@dataclass
class _Statements:
    """What the statements of one rule come to."""

    conditions: Conditions
    verdict: Verdict = "continue"
    target: str | None = None
    translation: str | None = None
    translated_to: tuple[str, ...] = ()
    translated_port: str | None = None
    packets: int | None = None
    counter: str | None = None
    """Name of a counter that stands outside of the rule, and may count for several."""
    branches: tuple[tuple[Conditions, Verdict, str | None], ...] = ()
    """A verdict map's entries."""
    undecided: bool = False
    """A statement that may decide in a way that is not modelled."""


def _rules(
    body: Mapping[str, Any], device: str, sets: NamedSets, counted: Mapping[tuple[str, ...], Any]
) -> Iterator[FirewallRule]:
    family, table = _text(body, "family"), _text(body, "table")
    statements = body.get("expr", [])
    if not isinstance(statements, list):
        raise _malformed("a rule whose `expr` is no list")
    read = _Statements(Conditions())
    for statement in statements:
        _read_statement(statement, read, sets.of_table(family, table))
    packets = read.packets if read.counter is None else counted.get((family, table, read.counter))
    comment, handle = body.get("comment"), body.get("handle")
    branches = read.branches or ((read.conditions, read.verdict, read.target),)
    for conditions, verdict, target in branches:
        decides = verdict != "continue" or read.undecided
        yield FirewallRule(
            device=device,
            family=family,
            table=table,
            chain=_text(body, "chain"),
            position=0,
            handle=handle if type(handle) is int else None,
            verdict=verdict,
            target=target,
            comment=comment if isinstance(comment, str) else None,
            packets=packets if type(packets) is int else None,
            translation=read.translation,  # type: ignore[arg-type]  # one of the words in _TRANSLATIONS
            translated_to=read.translated_to,
            translated_port=read.translated_port,
            **conditions.fields(),
            not_understood=conditions.not_understood if decides else (),
        )


def _read_statement(  # noqa: PLR0912  # one branch a kind of statement
    statement: Any, read: _Statements, sets: Mapping[str, Mapping[str, Any]]
) -> None:
    """Take one statement into account; what is not modelled is named."""
    if not isinstance(statement, dict) or len(statement) != 1:
        _undecided(read, statement)
        return
    kind, body = next(iter(statement.items()))
    if kind == "match":
        read.conditions = read_match(body, read.conditions, sets)
    elif kind == "counter":
        read.packets = body.get("packets") if isinstance(body, dict) else None
        read.counter = body if isinstance(body, str) else None
    elif kind in _NO_EFFECT or _changes_no_address(kind, body):
        return
    elif kind in {"limit", "quota", "ct count", "connlimit"}:
        read.conditions = read.conditions.with_unknown(_words(statement))
    elif kind == "vmap":
        _read_verdict_map(body, read, sets)
    elif kind == "xt":
        _read_xtables(statement, read)
    elif kind in _TRANSLATIONS:
        # The packet passes this hook with another address.
        read.verdict, read.translation = "accept", kind
        read.translated_to = _translated(body)
        read.conditions = narrowed_by_translation(body, read.conditions)
        port = body.get("port") if isinstance(body, dict) else None
        read.translated_port = None if port is None else str(port)[:100]
        if not read.translated_to and kind in {"snat", "dnat"}:
            read.conditions = read.conditions.with_unknown(_words(statement))
    else:
        decided = _verdict(statement)
        if decided is None:
            _undecided(read, statement)
        else:
            read.verdict, read.target = decided
            if kind == "reject":
                read.conditions = narrowed_by_reject(body, read.conditions)


def _translated(body: Any) -> tuple[str, ...]:
    """The one new address of a translation; empty where it is a map, a range of its own, or the interface's."""
    address = body.get("addr") if isinstance(body, dict) else None
    try:
        return (str(ip_address(address)),) if isinstance(address, str) else ()
    except ValueError:
        return ()


def _read_verdict_map(body: Any, read: _Statements, sets: Mapping[str, Mapping[str, Any]]) -> None:
    try:
        branches = [
            _branch(body["key"], key, statement, read, sets) for key, statement in _map_entries(body["data"], sets)
        ]
    except (NotModelledError, KeyError, TypeError, ValueError, AttributeError):
        _undecided(read, {"vmap": body})
        return
    if not branches:
        return  # an empty map decides nothing
    read.branches = tuple(branches)


def _branch(
    left: Any, key: Any, statement: Any, read: _Statements, sets: Mapping[str, Mapping[str, Any]]
) -> tuple[Conditions, Verdict, str | None]:
    decided = _verdict(statement)
    if decided is None:
        raise NotModelledError
    return read_match({"op": "==", "left": left, "right": key}, read.conditions, sets), *decided


def _map_entries(data: Any, sets: Mapping[str, Mapping[str, Any]]) -> list[tuple[Any, Any]]:
    if isinstance(data, str) and data.startswith("@"):
        named = sets[data[1:]]
        if named.get("flags") and not set(named["flags"]) <= {"interval", "constant"}:
            raise NotModelledError
        elements = named.get("elem", [])
    else:
        elements = data["set"]
    return [(key, value) for key, value in elements]


def _verdict(statement: Any) -> tuple[Verdict, str | None] | None:
    """A verdict statement and its target; None for anything else."""
    if not isinstance(statement, dict) or len(statement) != 1:
        return None
    kind, body = next(iter(statement.items()))
    if kind in _PLAIN_VERDICTS:
        return _PLAIN_VERDICTS[kind], None
    if kind in {"jump", "goto"} and isinstance(body, dict) and isinstance(body.get("target"), str):
        return ("jump" if kind == "jump" else "goto"), body["target"]
    return None


def _read_xtables(statement: Any, read: _Statements) -> None:
    """A part that iptables-nft keeps in its own form; older nft versions do not even name it."""
    body = statement["xt"] if isinstance(statement["xt"], dict) else {}
    name, kind = body.get("name"), body.get("type")
    if (kind, name) in {("match", "comment"), ("target", "LOG"), ("target", "MARK"), ("target", "CONNMARK")}:
        return
    if kind == "match":
        read.conditions = read.conditions.with_unknown(_words(statement))
    else:
        _undecided(read, statement)


def _changes_no_address(kind: str, body: Any) -> bool:
    """Whether a `mangle` sets a mark or the like and leaves the packet's own fields alone."""
    if kind != "mangle" or not isinstance(body, dict) or not isinstance(body.get("key"), dict):
        return False
    return set(body["key"]) <= {"meta", "ct"} and "notrack" not in body


def _undecided(read: _Statements, statement: Any) -> None:
    read.undecided = True
    read.conditions = read.conditions.with_unknown(_words(statement))


def _words(statement: Any) -> str:
    return json.dumps(statement, sort_keys=True, ensure_ascii=True)[:300]


def _text(body: Mapping[str, Any], name: str) -> str:
    value = body.get(name)
    if not isinstance(value, str):
        raise _malformed(f"an object without {name}")
    return value


def _malformed(detail: str) -> SourceError:
    return SourceError(
        GapCause.MALFORMED,
        f"the ruleset could not be understood: {detail}",
        "run `nft -j list ruleset` by hand and compare; nftables 0.9.3 and later are supported",
    )
