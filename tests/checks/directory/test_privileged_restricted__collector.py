from __future__ import annotations

import pytest

from collector.records.directory import CollectorIdentity
from tests.checks.made import finding, reasons, seen

CHECK = "privileged-restricted--collector"


@pytest.mark.parametrize(
    ("roles", "expected"),
    [((), {}), (("domain-admins",), {"svc": "!collector-overprivileged"}), (None, {"svc": "?rights-unknown"})],
)
def test_the_reading_account(roles: tuple[str, ...] | None, expected: dict[str, str]) -> None:
    found = finding(CHECK, seen(CollectorIdentity, CollectorIdentity(name="svc", roles=roles)))
    assert reasons(found) == expected
