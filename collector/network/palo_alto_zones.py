"""Palo Alto firewalls' zones, and the pairs of them that a rule is about; pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from xml.etree.ElementTree import Element

_SIDES = (("from", "in_interfaces"), ("to", "out_interfaces"))
_ANY = {"any", "multicast"}


class Zones:
    """The zones of one virtual system, with the interfaces in each.

    `alone`: whether the firewall has no other virtual systems, so that any zone is any interface.
    """

    def __init__(self, members: Mapping[str, list[str]], *, alone: bool) -> None:
        self.members = members
        self._alone = alone

    def between(self, rule: Element, unknown: list[str]) -> Iterator[dict[str, tuple[str, ...]]]:
        """The interfaces that a security rule is about, once for each pair of zones where its type tells them apart."""
        kind = rule.findtext("rule-type", "universal")
        names = [self._named(rule, tag) for tag, _ in _SIDES]
        if kind == "universal" or any(not self.members.get(each) for held in names for each in held):
            if kind != "universal":
                unknown.append(f"rule-type {kind}")
            yield self.interfaces_of(rule, unknown)
            return
        for one in names[0]:
            others = [one] if kind == "intrazone" else [each for each in names[1] if each != one]
            if others:
                yield {
                    "in_interfaces": tuple(self.members[one]),
                    "out_interfaces": tuple(port for each in others for port in self.members[each]),
                }

    def interfaces_of(self, rule: Element, unknown: list[str]) -> dict[str, tuple[str, ...]]:
        """The interfaces of the zones that a rule names; a side that is not there is any interface."""
        found: dict[str, tuple[str, ...]] = {}
        for tag, name in _SIDES:
            named = members_of(rule, tag)
            if self._alone and (not named or _ANY & set(named)):
                continue
            zones = self._named(rule, tag)
            if not zones or any(not self.members.get(each) for each in named if each not in _ANY):
                unknown.append(f"{tag} {', '.join(named)}"[:200])
            else:
                found[name] = tuple(port for each in zones for port in self.members[each])
        return found

    def _named(self, rule: Element, tag: str) -> list[str]:
        """The zones of one side of a rule: all that have interfaces, where it says any."""
        named = members_of(rule, tag)
        if not named or _ANY & set(named):
            return [each for each, ports in self.members.items() if ports]
        return named


def members_of(entry: Element, path: str) -> list[str]:
    """The texts of the members of a list."""
    return [each.text or "" for each in entry.iterfind(f"{path}/member")]
