from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from collector.records.transit import TlsService
from tests.checks.made import AS_OF, seen
from tests.checks.registers import said

CHECK = "encryption-in-transit"
GOOD: dict[str, Any] = {"version": "1.3", "oldest": "1.2", "trusted": True, "not_after": AS_OF}
CASES: dict[str, tuple[dict[str, Any], str | None]] = {
    "in order": ({}, None),
    "no TLS": ({"version": None}, "!no-tls"),
    "an old version too": ({"oldest": "1.1"}, "!old-version"),
    "run out": ({"not_after": AS_OF - timedelta(seconds=1)}, "!expired"),
    "not trusted": ({"trusted": False}, "!not-trusted"),
    "oldest not seen": ({"oldest": None}, "?not-seen"),
    "trust not seen": ({"trusted": None}, "?not-seen"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_service(name: str) -> None:
    fields, expected = CASES[name]
    row = TlsService(address="192.0.2.1", port=443, **(GOOD | fields))
    assert said(CHECK, seen(TlsService, row)).get("192.0.2.1:443") == expected


def test_the_least_version_is_the_municipalitys_own() -> None:
    row = seen(TlsService, TlsService(address="a", port=1, **GOOD))
    assert said(CHECK, row, parameters={"tls_min": "1.3"}) == {"a:1": "!old-version"}
    assert said(CHECK, seen(TlsService)) == {"test": "?empty-population"}
