"""Sets of ports and of addresses as bits: what a ruleset tells apart, computed once and compared as whole words.

A space is cut at every end of every condition, so that all addresses (ports) of one part meet the same rules. A set of
ports is an integer with one bit a part; what matches a part of the addresses is an integer with one bit a rule.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from itertools import accumulate
from operator import xor

from checks.network.parts import LAST_PORT, port_range

Address = IPv4Address | IPv6Address

_BITS = {4: 32, 6: 128}


class Ports:
    """The parts of 1 to 65535 that the given texts (`443`, `8000-8010`) tell apart."""

    def __init__(self, written: Iterable[str]) -> None:
        starts = {1}
        for low, high in map(port_range, set(written)):
            starts |= {start for start in (low, high + 1) if 1 < start <= LAST_PORT}
        self._starts = sorted(starts)
        self.all = (1 << len(self._starts)) - 1

    def bits(self, written: Iterable[str], *, negated: bool = False) -> int:
        """The parts that the texts hold; each end of each text must be one that the space was made with."""
        found = 0
        for low, high in map(port_range, written):
            first, last = bisect_left(self._starts, max(low, 1)), bisect_right(self._starts, min(high, LAST_PORT))
            if first < last:
                found |= (1 << last) - (1 << first)
        return self.all & ~found if negated else found

    def one(self, port: int) -> int:
        """The part that holds a port; raises ValueError for a number that is none."""
        if not 1 <= port <= LAST_PORT:
            raise ValueError(port)
        return 1 << (bisect_right(self._starts, port) - 1)

    def ranges(self, bits: int) -> list[tuple[int, int]]:
        """First and last port of each run of parts, in order."""
        ends = [*self._starts[1:], LAST_PORT + 1]
        found: list[tuple[int, int]] = []
        while bits:
            first = (bits & -bits).bit_length() - 1
            run = ~(bits >> first)
            length = (run & -run).bit_length() - 1
            found.append((self._starts[first], ends[first + length - 1] - 1))
            bits &= ~((1 << (first + length)) - 1)
        return found


class Addresses:
    """The parts of all addresses of one version that the given texts (CIDR, address, `first-last`) tell apart."""

    def __init__(self, version: int, written: Iterable[str]) -> None:
        self.version = version
        self._kind = IPv4Address if version == 4 else IPv6Address
        self._limit = 1 << _BITS[version]
        starts = {0}
        for text in set(written):
            own, low, high = ends_of(text)
            if own == version:
                starts |= {start for start in (low, high + 1) if 0 < start < self._limit}
        self._starts = sorted(starts)

    def __len__(self) -> int:
        return len(self._starts)

    def part_of(self, address: Address) -> int:
        """The number of the part that holds an address."""
        return bisect_right(self._starts, int(address)) - 1

    def parts(self, text: str) -> range:
        """The numbers of the parts within one text; none for the other version."""
        own, low, high = ends_of(text)
        if own != self.version or low > high:
            return range(0)
        return range(bisect_left(self._starts, low), bisect_right(self._starts, high))

    def first_of(self, part: int) -> Address:
        """The first address of a part."""
        return self._kind(self._starts[part])

    def last_of(self, part: int) -> Address:
        """The last address of a part."""
        end = self._starts[part + 1] if part + 1 < len(self._starts) else self._limit
        return self._kind(end - 1)

    def members(self, conditions: Sequence[tuple[tuple[str, ...], bool]]) -> list[int]:
        """For each part, a bit for every condition (texts, whether negated) that its addresses meet.

        No text is any address; a condition on one version is never met by the other, negated or not.
        """
        toggles = [0] * (len(self._starts) + 1)
        for number, (texts, negated) in enumerate(conditions):
            bit = 1 << number
            own = [text for text in texts if ends_of(text)[0] == self.version]
            if texts and not own:
                continue
            runs = _merged(self.parts(text) for text in own)
            for run in _complement(runs, len(self._starts)) if negated or not texts else runs:
                toggles[run.start] ^= bit
                toggles[run.stop] ^= bit
        return list(accumulate(toggles, xor))[:-1]

    def parts_of(self, conditions: Sequence[tuple[tuple[str, ...], bool]]) -> list[int]:
        """For each condition, a bit for every part whose addresses meet it; as `members`, seen from the other side."""
        found = []
        everything = (1 << len(self._starts)) - 1
        for texts, negated in conditions:
            own = [text for text in texts if ends_of(text)[0] == self.version]
            if not texts:
                found.append(everything)
            elif not own:
                found.append(0)
            else:
                bits = 0
                for run in _merged(self.parts(text) for text in own):
                    bits |= (1 << run.stop) - (1 << run.start)
                found.append(everything & ~bits if negated else bits)
        return found


def _merged(runs: Iterable[range]) -> list[range]:
    found: list[range] = []
    for run in sorted((each for each in runs if each), key=lambda each: each.start):
        if found and run.start <= found[-1].stop:
            found[-1] = range(found[-1].start, max(found[-1].stop, run.stop))
        else:
            found.append(run)
    return found


def _complement(runs: Sequence[range], length: int) -> list[range]:
    edges = [0, *(edge for run in runs for edge in (run.start, run.stop)), length]
    return [range(low, high) for low, high in zip(edges[::2], edges[1::2], strict=True) if low < high]


@lru_cache(maxsize=1 << 16)
def ends_of(text: str) -> tuple[int, int, int]:
    """Version, first and last address of `10.0.0.0/24`, `10.0.0.1` or `10.0.0.1-10.0.0.9`; raises ValueError."""
    low, dash, high = text.partition("-")
    if dash:
        first, last = ip_address(low), ip_address(high)
        if first.version != last.version:
            raise ValueError(text)
        return first.version, int(first), int(last)
    network = ip_network(text, strict=False)
    return network.version, int(network.network_address), int(network.broadcast_address)
