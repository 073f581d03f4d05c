"""The mappings that come with Styrk: sound, and each with where its columns are described."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.register.register import RegisterFile
from config.columns import COLUMNS
from config.problems import SettingsError
from config.register_mappings import SHIPPED, available_mappings, load_mapping
from config.registers import ColumnMapping, Register
from tests.collector.register.gathering import gathered, told

EXPORTS = {
    "moodle-course-completion": (
        (
            "ID,Name,ID number,Email address,Quiz 1,Quiz 1 - Completion date,Course complete\n"
            '7,A Example,1001,a@example.test,Completed,03/04/26 10:15,"03/04/26, 10:15"\n'
            "8,B Example,1002,b@example.test,Not completed,,\n"
        ),
        {"course": "Informationssäkerhet"},
        ["1001: Informationssäkerhet", "1002: Informationssäkerhet"],
    ),
    "osticket-tickets": (
        (
            '\ufeff"Ticket Number";"Date Created";"Subject";"From";"From Email";"Closed Date"\r\n'
            '"100200";"2026-05-04 08:00:00";"Hjälp\nmed lösenord";"A";"a@example.test";""\r\n'
        ),
        {},
        ["100200"],
    ),
}


@pytest.mark.parametrize("name", available_mappings())
def test_each_is_of_a_kind_and_says_where_its_columns_are_described(name: str) -> None:
    mapping = load_mapping(name)
    assert mapping.id == name
    assert mapping.holds in COLUMNS
    assert mapping.made_from == "export" or "github.com/" in mapping.source
    assert (SHIPPED / f"{name}.yaml").is_file()


@pytest.mark.parametrize("name", available_mappings())
def test_a_file_of_the_shape_that_is_described_is_read(name: str, tmp_path: Path) -> None:
    text, fixed, subjects = EXPORTS[name]
    mapping = load_mapping(name)
    settings = {key: getattr(mapping, key) for key in ColumnMapping.model_fields} | {"fixed": fixed}
    evidence = gathered(tmp_path, text.encode(), holds=mapping.holds, **settings)
    assert told(evidence) == []
    (population,) = evidence.populations
    assert [record.subject for record in population.records] == subjects
    RegisterFile(Register(id="r", file=Path("x"), holds=mapping.holds, **settings))


def test_a_name_that_is_none_names_those_that_are() -> None:
    with pytest.raises(SettingsError, match="did you mean osticket-tickets"):
        load_mapping("osticket-ticket")
