from __future__ import annotations

import csv
import io
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from collector.records.record import Record
from collector.register.columns import form_of
from collector.register.delimited import read_csv
from collector.register.rows import read_rows
from config.registers import Register

FORM = form_of(
    Register.model_validate(
        {"id": "r", "holds": "shared-account", "file": Path("/r.csv"), "columns": {"account": "a", "owner": "b"}}
    )
)
CELLS = st.text(alphabet='ab;"\n\r å\u2028', max_size=4)


@given(st.lists(st.tuples(st.sampled_from("xyz"), st.sampled_from(("1", "2", ""))), max_size=12))
def test_rows_of_the_same_content_are_told_with_the_first_of_them(pairs: list[tuple[str, str]]) -> None:
    text = "a;b\n" + "".join(f"{a};{b}\n" for a, b in pairs)
    read = read_rows(read_csv(text.encode()), FORM)
    first: dict[tuple[str, str], int] = {}
    expected = [
        (first[pair], number) for number, pair in enumerate(pairs, start=2) if first.setdefault(pair, number) != number
    ]
    assert read.same == expected
    assert read.read == read.rows == len(pairs)


def test_each_record_is_handed_on_as_it_is_read() -> None:
    taken: list[Record] = []
    read = read_rows(read_csv(b"a;b\nx;1\n;2\ny;3\n"), FORM, take=taken.append)
    assert [record.subject for record in taken] == ["x", "y"]
    assert [problem.number for problem in read.problems] == [3]


@given(st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8))
def test_a_large_file_is_read_anew_and_says_the_same(pairs: list[tuple[str, str]]) -> None:
    written = io.StringIO(newline="")
    csv.writer(written, delimiter=";", quoting=csv.QUOTE_ALL).writerows([("a", "b"), *pairs])
    rows = read_csv(written.getvalue().encode()).rows
    assert [row.cells for row in rows] == pairs
    assert list(rows) == list(rows)
    assert len(rows) == len(pairs)
    assert rows[0] == next(iter(rows))
    assert rows[-1].number == len(pairs) + 1
    assert list(rows[1:3]) == list(rows)[1:3]
