from __future__ import annotations

from collector.register.headings import USUAL_HEADINGS
from collector.register.understanding import proposed_columns
from config.columns import COLUMNS


def test_swedish_headings_are_proposed_and_each_for_one_field() -> None:
    headings = ["System", "Verksamhetskritiskt", "Servrar", "Ägare", "Anteckning"]
    assert proposed_columns(headings, "protected-system") == {
        "name": "System",
        "critical": "Verksamhetskritiskt",
        "hosts": "Servrar",
        "owner": "Ägare",
    }
    assert proposed_columns(["Kurs", "Datum", "Anst.nr"], "training") == {
        "person_key": "Anst.nr",
        "course": "Kurs",
        "completed": "Datum",
    }


def test_a_fields_own_name_goes_before_what_it_is_usually_called() -> None:
    assert proposed_columns(["Datum", "date", "system"], "restore-test") == {"system": "system", "date": "date"}


def test_the_headings_are_of_fields_that_there_are() -> None:
    fields = {name for columns in COLUMNS.values() for name in columns.names}
    for key in USUAL_HEADINGS:
        kind, dot, name = key.rpartition(".")
        assert name in (COLUMNS[kind].names if dot else fields), key
