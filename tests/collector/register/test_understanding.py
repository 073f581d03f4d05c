"""When a file is sound, and what is told of it before it is read."""

from __future__ import annotations

from datetime import date

import pytest

from collector.register.understanding import Understanding, understand
from config.registers import Register

TODAY = date(2026, 11, 21)


def understood(text: str, **settings: object) -> Understanding:
    register = Register.model_validate(
        {"id": "r", "file": "r.csv", "holds": "restore-test", "columns": {"system": "System", "date": "Datum"}}
        | settings,
        strict=False,
    )
    return understand(text.encode(), "r.csv", register, TODAY)


@pytest.mark.parametrize(
    ("text", "expected", "sound"),
    [
        ("System;Datum\nLex;2026-05-04\n", None, True),
        ("System;Datum\nLex;2026-05-04\n", 1, True),
        ("System;Datum\nLex;2026-05-04\n", 2, False),  # a row is missing
        ("System;Datum\nLex;i maj\n", None, False),  # a value is not read
        ("System;Datum\nLex;2026-05-04;för mycket\n", None, False),  # a row does not fit
        ('System;Datum\nLex;2026-05-04\n"Lön;2026-05-04\n', None, False),  # the file is cut off
        ("System;När\nLex;2026-05-04\n", None, False),  # a column is missing
    ],
)
def test_a_file_is_sound_where_every_row_was_read_and_all_are_there(
    text: str, expected: int | None, sound: bool
) -> None:
    assert understood(text, **({} if expected is None else {"expected_rows": expected})).sound is sound


def test_a_row_that_does_not_fit_counts_in_no_column() -> None:
    made = understood("System;Datum\nLex;2026-05-04\nLön;2026-05-05;för mycket\n")
    assert [column.filled for column in made.columns] == [1, 1]
