"""Registers for tests: what one check says of a few rows, with a named part of the registers missing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, time
from typing import Any, TypeVar

from collector.evidence import Gap, Obtained, Population
from collector.records.record import Record
from tests.checks.made import finding, gap, reasons, seen

R = TypeVar("R", bound=Record)
TODAY = date(2026, 11, 21)


def said(check: str, *parts: Population[Any] | Gap, parameters: Mapping[str, Any] | None = None) -> dict[str, str]:
    """Subject to `!exception` or `?undetermined`; nothing for what conforms."""
    return reasons(finding(check, *parts, parameters=parameters))


def without(population: Population[R], *columns: str) -> Population[R]:
    """The same rows from an export that has no such columns."""
    return replace(population, unreadable=columns)


def partly(kind: type[R], *records: R, source: str = "part") -> Population[R]:
    """A register with a row that could not be read."""
    return seen(kind, *records, source=source, missing=[gap(kind, source=source, subject="row 3")])


def exported(population: Population[R], day: date) -> Population[R]:
    """The same rows from an export that was written that day, at midday UTC."""
    written = datetime.combine(day, time(12), UTC)
    provenance = replace(population.provenance, obtained=Obtained.PROVIDED, dated=written)
    return replace(population, provenance=provenance)
