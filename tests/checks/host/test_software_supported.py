from __future__ import annotations

from datetime import date

import pytest

from checks.finding import Status
from collector.records.host import Lifecycle, Software
from tests.checks.made import finding, reasons, seen

TABLE = (
    Lifecycle(product="debian", version="11", support_ends=date(2024, 8, 14), extended_ends=date(2026, 8, 31)),
    Lifecycle(product="debian", version="12", support_ends=date(2026, 6, 10), extended_ends=date(2028, 6, 30)),
    Lifecycle(product="debian", version="13", support_ends=date(2028, 8, 9)),
    Lifecycle(product="postgresql", version="13", support_ends=date(2026, 11, 20)),
    Lifecycle(product="postgresql", version="14", support_ends=date(2026, 11, 21)),
)
CASES = {
    "supported": (("debian", "13"), None),
    "last day": (("postgresql", "14"), None),
    "day after": (("postgresql", "13"), "!ended"),
    "extended support over, too": (("debian", "11"), "!ended"),
    "only extended support": (("debian", "12"), "?extended-unknown"),
    "not in the table": (("debian", "99"), "?release-unknown"),
    "release not known": (("debian", None), "?release-unknown"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_release(name: str) -> None:
    (product, version), expected = CASES[name]
    made = Software(host="a", product=product, version=version)
    found = finding("software-supported", seen(Software, made), seen(Lifecycle, *TABLE, source="lifecycle"))
    assert reasons(found).get(made.subject) == expected


def test_extended_support_by_contract() -> None:
    made = Software(host="a", product="debian", version="12")
    table = seen(Lifecycle, *TABLE, source="lifecycle")
    found = finding("software-supported", seen(Software, made), table, parameters={"extended": ["debian"]})
    assert found.status is Status.SATISFIED
