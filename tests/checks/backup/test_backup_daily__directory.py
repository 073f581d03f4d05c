from __future__ import annotations

from datetime import timedelta

import pytest

from collector.records.directory import Domain
from tests.checks.made import AS_OF, finding, reasons, seen

CHECK = "backup-daily--directory"
HOUR = timedelta(hours=1)


@pytest.mark.parametrize(
    ("facts", "expected"),
    [
        ({"last_backup": AS_OF - 26 * HOUR}, None),
        ({"last_backup": AS_OF - 26 * HOUR - timedelta(seconds=1)}, "!too-old"),
        ({"last_backup": AS_OF - 181 * 24 * HOUR, "tombstone_days": 180}, "!useless"),
        ({"last_backup": AS_OF - 181 * 24 * HOUR}, "!too-old"),
        ({"never_backed_up": True}, "!never"),
        ({}, "?not-recorded"),
        ({"last_backup": AS_OF + 49 * HOUR}, "?dated-in-future"),
    ],
)
def test_a_domain_by_its_last_backup(facts: dict[str, object], expected: str | None) -> None:
    domain = Domain(name="d", **facts)  # type: ignore[arg-type]
    assert reasons(finding(CHECK, seen(Domain, domain))).get("d") == expected
