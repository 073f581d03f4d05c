"""Match expressions of nftables rules (libnftables-json(5)), normalised to the fields of a rule record; pure."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from ipaddress import ip_address, ip_network
from typing import Any

ALL_IPV4 = "0.0.0.0/0"
ALL_IPV6 = "::/0"

_STATES = ("invalid", "established", "related", "new", "untracked")
_MARK_OF_ICMP = {"icmp": "icmp", "icmpv6": "ipv6-icmp"}
_LAST_PORT = 65535


class NotModelledError(Exception):
    """An expression that the rule records have no field for."""


@dataclass(frozen=True, slots=True)
class Conditions:
    """The match fields of a `FirewallRule`, as far as the rule's expressions have been read."""

    sources: tuple[str, ...] = ()
    sources_negated: bool = False
    destinations: tuple[str, ...] = ()
    destinations_negated: bool = False
    protocols: tuple[str, ...] = ()
    source_ports: tuple[str, ...] = ()
    ports: tuple[str, ...] = ()
    ports_negated: bool = False
    in_interfaces: tuple[str, ...] = ()
    in_interfaces_negated: bool = False
    out_interfaces: tuple[str, ...] = ()
    out_interfaces_negated: bool = False
    states: tuple[str, ...] = ()
    icmp_types: tuple[str, ...] = ()
    after_dnat: bool | None = None
    not_understood: tuple[str, ...] = ()

    def with_unknown(self, text: str) -> Conditions:
        """The same, and one expression more that is not modelled."""
        return replace(self, not_understood=(*self.not_understood, text))

    def fields(self) -> dict[str, Any]:
        """The match fields by name, without `not_understood`."""
        return {name: getattr(self, name) for name in self.__slots__ if name != "not_understood"}


class NamedSets:
    """The named sets and maps of a ruleset, by family and table."""

    def __init__(self, sets: Iterable[tuple[str, str, str, Mapping[str, Any]]]) -> None:
        self._tables: dict[tuple[str, str], dict[str, Mapping[str, Any]]] = {}
        for family, table, name, body in sets:
            self._tables.setdefault((family, table), {})[name] = body

    def of_table(self, family: str, table: str) -> Mapping[str, Mapping[str, Any]]:
        """The sets that a rule of this table can name."""
        return self._tables.get((family, table), {})


def read_match(match: Any, conditions: Conditions, sets: Mapping[str, Mapping[str, Any]]) -> Conditions:
    """The conditions with one match expression added; in `not_understood` where it cannot be expressed."""
    try:
        operator, left, right = match["op"], match["left"], match["right"]
        return _read(operator, left, right, conditions, sets)
    except (NotModelledError, KeyError, TypeError, ValueError, AttributeError, StopIteration):
        return conditions.with_unknown(json.dumps(match, sort_keys=True, ensure_ascii=True)[:300])


def narrowed_by_reject(body: Any, conditions: Conditions) -> Conditions:
    """The conditions that the kind of a `reject` brings: nft leaves out a match on the family that it implies."""
    kind = body.get("type") if isinstance(body, dict) else None
    if kind in {"icmp", "icmpv6"}:
        return _of_family(conditions, ALL_IPV4 if kind == "icmp" else ALL_IPV6)
    return _with_protocols(conditions, ("tcp",)) if kind == "tcp reset" else conditions


def narrowed_by_translation(body: Any, conditions: Conditions) -> Conditions:
    """The conditions that a translation brings: in a table of both families it names the one that it is for."""
    family = {"ip": ALL_IPV4, "ip6": ALL_IPV6}.get(str(body.get("family"))) if isinstance(body, dict) else None
    return conditions if family is None else _of_family(conditions, family)


def _read(
    operator: str, left: Any, right: Any, conditions: Conditions, sets: Mapping[str, Mapping[str, Any]]
) -> Conditions:
    (kind, body) = next(iter(left.items()))
    if kind == "payload":
        return _read_payload(operator, body["protocol"], body["field"], _values(right, sets), conditions)
    if kind == "meta":
        return _read_meta(operator, body["key"], _values(right, sets), conditions)
    if kind == "ct" and body["key"] == "state" and "dir" not in body:
        return _read_states(operator, _values(right, sets), conditions)
    if kind == "ct" and body == {"key": "status"} and operator in {"in", "=="} and right in ("dnat", ["dnat"]):
        if operator == "==" or conditions.after_dnat is not None:
            raise NotModelledError  # other marks of a connection stand beside this one
        return replace(conditions, after_dnat=True)
    if kind == "&" and _asks_for_syn(body, right):
        # True of the first packet of a connection, and of no other.
        narrowed = _with_protocols(conditions, ("tcp",))
        return _read_states("!=", ["new"], narrowed) if _negated(operator) else narrowed
    raise NotModelledError


def _asks_for_syn(body: Any, right: Any) -> bool:
    """Whether a match is on the flag SYN alone among those that open and close connections (iptables' --syn)."""
    field, mask = body
    flags: Any = mask.get("|") if isinstance(mask, dict) else mask
    wanted = {"payload": {"protocol": "tcp", "field": "flags"}}
    return field == wanted and set(flags) == {"fin", "syn", "rst", "ack"} and right in ("syn", ["syn"])


def _read_payload(operator: str, protocol: str, field: str, values: list[Any], conditions: Conditions) -> Conditions:
    if protocol in {"ip", "ip6"} and field in {"saddr", "daddr"}:
        name = "sources" if field == "saddr" else "destinations"
        return _put(conditions, name, tuple(_address(each) for each in values), negated=_negated(operator))
    if protocol in {"tcp", "udp", "sctp", "dccp", "udplite", "th"} and field in {"dport", "sport"}:
        ports, negated = _port_values(operator, values)
        if field == "sport" and negated:
            raise NotModelledError
        put = _put(conditions, "ports" if field == "dport" else "source_ports", ports, negated=negated)
        return put if protocol == "th" else _with_protocols(put, (protocol,))
    if (protocol, field) in {("ip", "protocol"), ("ip6", "nexthdr")} and not _negated(operator):
        family = _of_family(conditions, ALL_IPV4 if protocol == "ip" else ALL_IPV6)
        return _with_protocols(family, tuple(_protocol(each) for each in values))
    if protocol in _MARK_OF_ICMP:
        # That it is ICMP at all keeps it from meeting any other protocol, whatever else it asks for.
        narrowed = _with_protocols(conditions, (_MARK_OF_ICMP[protocol],))
        if field == "type" and not _negated(operator) and values and not conditions.icmp_types:
            return replace(narrowed, icmp_types=tuple(_message(each) for each in values))
        return narrowed.with_unknown(f"{protocol} {field} {operator} {json.dumps(values)[:200]}")
    raise NotModelledError


def _read_meta(operator: str, key: str, values: list[Any], conditions: Conditions) -> Conditions:
    if key in {"iifname", "iif", "oifname", "oif"}:
        name = "in_interfaces" if key.startswith("i") else "out_interfaces"
        return _put(conditions, name, tuple(_name(each) for each in values), negated=_negated(operator))
    if key in {"l4proto", "nfproto", "protocol"} and _negated(operator):
        raise NotModelledError
    if key == "l4proto":
        return _with_protocols(conditions, tuple(_protocol(each) for each in values))
    if key in {"nfproto", "protocol"} and len(values) == 1:
        family = {"ipv4": ALL_IPV4, "ip": ALL_IPV4, "ipv6": ALL_IPV6, "ip6": ALL_IPV6}.get(str(values[0]))
        if family is not None:
            return _of_family(conditions, family)
    raise NotModelledError


def _read_states(operator: str, values: list[Any], conditions: Conditions) -> Conditions:
    named = {str(each) for each in values}
    if not named <= set(_STATES) or not named:
        raise NotModelledError
    if _negated(operator):
        named = set(_STATES) - named
    if conditions.states:
        named &= set(conditions.states)
    if not named:
        return _never(conditions)
    return replace(conditions, states=tuple(each for each in _STATES if each in named))


def _values(right: Any, sets: Mapping[str, Mapping[str, Any]]) -> list[Any]:
    """The alternatives on the right-hand side, named sets resolved.

    Raises NotModelledError for a set whose members come and go by themselves.
    """
    if isinstance(right, str) and right.startswith("@"):
        named = sets.get(right[1:])
        if named is None or set(named.get("flags", ())) - {"interval", "constant"}:
            raise NotModelledError
        return [_bare(each) for each in named.get("elem", [])]
    if isinstance(right, list):
        return right
    if isinstance(right, dict) and "set" in right:
        return [_bare(each) for each in right["set"]]
    return [right]


def _bare(element: Any) -> Any:
    """An element without its counter and comment; one with a time limit is not modelled."""
    if isinstance(element, dict) and "elem" in element:
        body = element["elem"]
        if "timeout" in body or "expires" in body:
            raise NotModelledError
        return body["val"]
    return element


def _put(conditions: Conditions, name: str, values: tuple[str, ...], *, negated: bool) -> Conditions:
    """Set one dimension; a second condition on the same dimension has no field, but for the ports that meet both."""
    held = getattr(conditions, name)
    if name == "ports" and held and values and not (negated or conditions.ports_negated):
        both = _meeting(held, values)
        return replace(conditions, ports=both) if both else _never(conditions)
    if held and not _is_family(conditions, name):
        raise NotModelledError
    if _is_family(conditions, name) and not all(_same_family(each, getattr(conditions, name)[0]) for each in values):
        return _never(conditions)
    if not values:
        return conditions if negated else _never(conditions)
    changes: dict[str, Any] = {name: values}
    if name != "source_ports":
        changes[f"{name}_negated"] = negated
    return replace(conditions, **changes)


def _meeting(one: tuple[str, ...], other: tuple[str, ...]) -> tuple[str, ...]:
    """The ports and ranges that are in both."""
    ranges = [(max(a, c), min(b, d)) for a, b in map(_range, one) for c, d in map(_range, other)]
    return tuple(str(first) if first == last else f"{first}-{last}" for first, last in ranges if first <= last)


def _range(ports: str) -> tuple[int, int]:
    first, _, last = ports.partition("-")
    return int(first), int(last or first)


def _of_family(conditions: Conditions, everything: str) -> Conditions:
    """Narrow to IPv4 or IPv6 by the source address."""
    if not conditions.sources:
        return replace(conditions, sources=(everything,), sources_negated=False)
    if all(_same_family(each, everything) for each in conditions.sources):
        return conditions
    return _never(conditions)


def _never(conditions: Conditions) -> Conditions:
    """Conditions that no packet meets: neither an IPv4 nor an IPv6 source."""
    return replace(conditions, sources=(ALL_IPV4, ALL_IPV6), sources_negated=True)


def _is_family(conditions: Conditions, name: str) -> bool:
    return name == "sources" and not conditions.sources_negated and conditions.sources in {(ALL_IPV4,), (ALL_IPV6,)}


def _same_family(one: str, other: str) -> bool:
    return (":" in one) == (":" in other)


def _with_protocols(conditions: Conditions, protocols: tuple[str, ...]) -> Conditions:
    if not conditions.protocols:
        return replace(conditions, protocols=protocols) if protocols else _never(conditions)
    both = tuple(each for each in conditions.protocols if each in protocols)
    return replace(conditions, protocols=both) if both else _never(conditions)


def _negated(operator: str) -> bool:
    if operator not in {"==", "in", "!="}:
        raise NotModelledError
    return operator == "!="


def _address(value: Any) -> str:
    """`10.0.0.0/24`, an address, or `first-last`; raises NotModelledError or ValueError for anything else."""
    if isinstance(value, str):
        return str(ip_address(value))
    if "prefix" in value:
        return str(ip_network((value["prefix"]["addr"], value["prefix"]["len"])))
    first, last = value["range"]
    return f"{ip_address(first)}-{ip_address(last)}"


def _port_values(operator: str, values: list[Any]) -> tuple[tuple[str, ...], bool]:
    if operator in {"<", "<=", ">", ">="} and len(values) == 1 and type(values[0]) is int:
        return (_port_range(operator, values[0]),), False
    return tuple(_ports(each) for each in values), _negated(operator)


def _port_range(operator: str, port: int) -> str:
    first, last = {
        "<": (0, port - 1),
        "<=": (0, port),
        ">": (port + 1, _LAST_PORT),
        ">=": (port, _LAST_PORT),
    }[operator]
    if first > last:
        raise NotModelledError
    return f"{first}-{last}"


def _ports(value: Any) -> str:
    if type(value) is int:
        return str(value)
    if isinstance(value, dict):
        first, last = value["range"]
        if type(first) is int and type(last) is int:
            return f"{first}-{last}"
    raise NotModelledError  # a service name: nft prints numbers unless told otherwise


def _protocol(value: Any) -> str:
    """The protocol as nft names it; a number that it has no name for stays a number."""
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return {"icmpv6": "ipv6-icmp"}.get(str(value), str(value))
    raise NotModelledError


def _message(value: Any) -> str:
    """A message of ICMP by its name, or by its number where nft has no name for it."""
    if isinstance(value, (str, int)) and not isinstance(value, bool):
        return str(value)
    raise NotModelledError


def _name(value: Any) -> str:
    if not isinstance(value, str):
        raise NotModelledError
    return value
