from __future__ import annotations

from datetime import timedelta

import pytest

from checks.finding import Status
from collector.records.directory import Domain
from tests.checks.made import AS_OF, finding, reasons, seen

CHECK = "default-credentials--krbtgt"
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("changed", "expected"),
    [
        (AS_OF - 180 * DAY, None),
        (AS_OF - 181 * DAY, "!old-krbtgt"),
        (None, "?age-unknown"),
        (AS_OF + 2 * DAY, "?dated-in-future"),
    ],
)
def test_the_key_of_the_domain(changed: object, expected: str | None) -> None:
    domain = Domain(name="d", krbtgt_password_set=changed)  # type: ignore[arg-type]
    found = finding(CHECK, seen(Domain, domain))
    assert reasons(found).get("d") == expected
    assert (found.status is Status.SATISFIED) is (expected is None)
