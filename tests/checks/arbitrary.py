"""Arbitrary evidence for a check: every field takes anything its type allows, and names often meet."""

from __future__ import annotations

import dataclasses
import types
import typing
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from hypothesis import strategies as st

from checks.judgement import Check
from collector.evidence import EvidenceSet, Population
from collector.records.record import Record
from tests.checks.made import evidence, gap, seen

NAMES = ("", "a", "A", "b", "root", "ntp.se", "domain-admins", "x" * 300, "\x1b[31m\u202e\n<b>", "=1+1", "å\x00")
NETWORK = ("10.0.0.1", "10.0.0.1/24", "10.0.0.0/8", "0.0.0.0/0", "fe80::1%eth0/64", "2001:db8::1/64", "10.0.0.1/33")
PORTS = ("443", "1-65535", "65535-1", "-1", "", "99999", "10.0.0.1-10.0.0.9", "b-a")
SOURCES = ("test", "other")


@dataclass(frozen=True)
class Part:
    """What one source gave of one kind."""

    kind: type[Record]
    source: str
    records: tuple[Record, ...]
    missing: tuple[str | None, ...]
    """Subjects of the gaps within the population."""
    counted: bool
    """Whether the source counts, and counts one more than it gave."""

    def population(self, *, backwards: bool = False) -> Population[Any]:
        """The part as a population."""
        records = tuple(reversed(self.records)) if backwards else self.records
        return seen(
            self.kind,
            *records,
            source=self.source,
            source_count=len(records) + 1 if self.counted else None,
            missing=[gap(self.kind, source=self.source, subject=each) for each in self.missing],
        )


def parts_of(check: Check) -> st.SearchStrategy[list[Part]]:
    """Populations of the check's kinds from up to two sources each; the first kind is there at least once."""
    first = st.builds(lambda part: [part], _part(check.reads[0], SOURCES[0]))
    others = [
        st.none() | _part(kind, source)
        for number, kind in enumerate(check.reads)
        for source in SOURCES
        if (number, source) != (0, SOURCES[0])
    ]
    return st.builds(lambda a, b: a + [each for each in b if each is not None], first, st.tuples(*others))


def as_evidence(parts: Sequence[Part], *, backwards: bool = False) -> EvidenceSet:
    """The parts as one evidence set; a kind that no source gave is simply not there."""
    return evidence(*(part.population(backwards=backwards) for part in parts))


def parameters_of(check: Check) -> st.SearchStrategy[dict[str, Any]]:
    """Any parameters that fit the check, however absurd."""
    hints = typing.get_type_hints(check.parameters)
    given = {field.name: _value(hints[field.name]) for field in dataclasses.fields(check.parameters)}
    stored = st.fixed_dictionaries({}, optional=given)
    return stored.map(lambda values: {k: list(v) if isinstance(v, tuple) else v for k, v in values.items()})


def _part(kind: type[Record], source: str) -> st.SearchStrategy[Part]:
    rare = st.lists(st.sampled_from((None, "a", "b")), max_size=1)
    return st.builds(
        Part,
        kind=st.just(kind),
        source=st.just(source),
        records=st.lists(records_of(kind), max_size=5).map(tuple),
        missing=st.just(()) | rare.map(tuple),
        counted=st.sampled_from((False, False, False, True)),
    )


def records_of(kind: type[Any]) -> st.SearchStrategy[Any]:
    """Records of one kind, every field drawn from all that its type allows."""
    hints = typing.get_type_hints(kind)
    return st.builds(kind, **{field.name: _value(hints[field.name]) for field in dataclasses.fields(kind)})


def _value(hint: Any) -> st.SearchStrategy[Any]:  # one line a type
    origin, arguments = typing.get_origin(hint), typing.get_args(hint)
    if origin in (typing.Union, types.UnionType):
        return st.one_of([_value(each) for each in arguments])
    if origin is typing.Literal:
        return st.sampled_from(arguments)
    if origin is tuple:
        return st.lists(_value(arguments[0]), max_size=3).map(tuple)
    if dataclasses.is_dataclass(hint):
        return records_of(typing.cast("type[Any]", hint))
    if hint is type(None):
        return st.none()
    if hint is datetime:
        extremes = st.sampled_from((datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)))
        return st.datetimes(timezones=st.just(UTC)) | extremes
    if hint is date:
        return st.dates() | st.sampled_from((date.min, date.max))
    if hint is bool:
        return st.booleans()
    if hint is int:
        return st.integers() | st.integers(-1, 20)
    assert hint is str, hint
    return st.sampled_from(NAMES + NETWORK + PORTS) | st.text(max_size=20)
