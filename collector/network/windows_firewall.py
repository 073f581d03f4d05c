"""Windows Firewall's rules, as PowerShell writes them to JSON, to rules; pure.

Asked for as in docs/firewalls.md: Get-NetFirewallRule with its port and address filters joined. The firewall is the
host's own: it decides on what comes in and goes out, never on what passes between zones. A block counts before any
allow, whatever the order; what no rule is about is blocked inwards and allowed outwards.
"""

from __future__ import annotations

import json
from typing import Any, Literal

from collector.network.exports import Ends, Export, RuleWriter, Services, address, chain, malformed, port

_REMEDY = "hand over what the command in docs/firewalls.md writes"
_PROTOCOLS = {"6": "tcp", "17": "udp", "1": "icmp", "58": "ipv6-icmp", "icmpv4": "icmp", "icmpv6": "ipv6-icmp"}
_ACTIONS: dict[str, Literal["accept", "drop"]] = {"allow": "accept", "2": "accept", "block": "drop", "4": "drop"}
_DIRECTIONS = {"inbound": "input", "1": "input", "outbound": "output", "2": "output"}
_YES = frozenset({"true", "1"})


def parse_windows_firewall(data: bytes, device: str) -> Export:
    """The rules of one host; raises SourceError malformed."""
    text = data.decode("utf-16" if data[:2] in {b"\xff\xfe", b"\xfe\xff"} else "utf-8-sig", "replace")
    try:
        listed = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise malformed("Windows Firewall", f"no JSON, or cut off: {error}", _REMEDY) from error
    rules = listed if isinstance(listed, list) else [listed]
    if not rules or not all(
        isinstance(each, dict) and {"Direction", "Action", "Enabled"} <= set(each) for each in rules
    ):
        raise malformed("Windows Firewall", "its entries have no Direction, Action and Enabled", _REMEDY)
    writers = {"input": RuleWriter(device, "input"), "output": RuleWriter(device, "output")}
    for block in (True, False):
        for rule in rules:
            if (_action(rule) == "drop") is block:
                _write(rule, writers)
    chains = (chain(device, "input", "input", "drop"), chain(device, "output", "output", "accept"))
    return Export(chains, (*writers["input"].rules, *writers["output"].rules))


def _action(rule: dict[str, Any]) -> Literal["accept", "drop"]:
    found = _ACTIONS.get(str(rule["Action"]).lower())
    if found is None:
        raise malformed("Windows Firewall", f"the action {rule['Action']!r:.50}", _REMEDY)
    return found


def _write(rule: dict[str, Any], writers: dict[str, RuleWriter]) -> None:
    direction = _DIRECTIONS.get(str(rule["Direction"]).lower())
    if direction is None:
        raise malformed("Windows Firewall", f"the direction {rule['Direction']!r:.50}", _REMEDY)
    inwards = direction == "input"
    unknown = []
    profile = ", ".join(_list(rule.get("Profile")))
    if profile and profile.lower() not in {"any", "0", "2147483647", "domain, private, public"}:
        unknown.append(f"profile {profile}"[:200])
    if _list(rule.get("RemotePort" if inwards else "LocalPort")):
        unknown.append("source port")
    unknown += [f"{key} {rule[key]}"[:200] for key in ("Program", "Service") if str(rule.get(key) or "Any") != "Any"]
    local, remote = _side(rule.get("LocalAddress")), _side(rule.get("RemoteAddress"))
    writers[direction].write(
        _action(rule),
        remote if inwards else local,
        local if inwards else remote,
        _services(rule, "LocalPort" if inwards else "RemotePort"),
        unknown=unknown,
        comment=str(rule.get("DisplayName") or rule.get("Name") or "") or None,
        disabled=str(rule["Enabled"]).lower() not in _YES,
    )


def _side(value: Any) -> Ends:
    found = Ends()
    for text in _list(value):
        try:
            found.values.append(address(text))
        except ValueError:
            found.unknown.append(f"address {text}"[:200])  # LocalSubnet, DNS, DHCP and the like
    found.everything = not found.values and not found.unknown
    return found


def _services(rule: dict[str, Any], key: str) -> Services:
    found = Services()
    protocol = str(rule.get("Protocol") or "Any").lower()
    if protocol == "any":
        found.everything = True
        return found
    name = _PROTOCOLS.get(protocol, protocol)
    try:
        found.add(name, [port(each) for each in _list(rule.get(key))])
    except ValueError:
        return Services(unknown=[f"{key} {rule.get(key)}"[:200]])  # RPC, IPHTTPS and the like
    return found


def _list(value: Any) -> list[str]:
    """A value that PowerShell writes as a text, a list or commas; `Any` and nothing are no text."""
    texts = [str(each) for each in value] if isinstance(value, list) else str(value or "").split(",")
    return [text.strip() for text in texts if text.strip() and text.strip().lower() != "any"]
