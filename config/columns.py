"""Which columns each kind of register may be mapped to: one line per kind, the record type's own field names.

`row` is not among them: every record keeps its own. Tests hold this table against the record types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields of one kind of register."""

    required: tuple[str, ...]
    """Fields without which a row gives no record."""
    optional: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the required ones first."""
        return (*self.required, *self.optional)


def _columns(required: str, optional: str = "") -> Columns:
    return Columns(tuple(required.split()), tuple(optional.split()))


COLUMNS: dict[str, Columns] = {
    "access-request": _columns("reference account group", "requested approved approver approver_role refused"),
    "access-review": _columns("system date", "reviewer population_count removed"),
    "employment": _columns("person_key", "group status start end on_leave unit manager protected"),
    "entry-point": _columns(
        "name", "category address hosts external authentication provider realm factors factor systems"
    ),
    "entry-point-rule": _columns("entry_point rule", "enabled methods factors provider groups"),
    "external-account": _columns("account", "supplier sponsor contract_end"),
    "group-purpose": _columns("group", "unit system"),
    "major-change": _columns("system date", "reference"),
    "protected-system": _columns(
        "name", "critical hosts owner supplier environment needs_extra_protection confidentiality login"
    ),
    "restore-test": _columns(
        "system date", "scope restore_point target result duration_minutes verified_by_it verified_by_business"
    ),
    "shared-account": _columns("account", "owner purpose decided valid_until"),
    "unit-change": _columns("person_key date", "unit_from unit_to protected"),
}
"""Kind of record to its columns."""

if TYPE_CHECKING:
    Holds = str
else:
    Holds = Literal[tuple(COLUMNS)]
"""What a register may hold: a word of `COLUMNS`; anything else is a mistake in the settings."""
