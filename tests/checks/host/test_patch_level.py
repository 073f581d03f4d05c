from __future__ import annotations

from datetime import timedelta

import pytest

from checks.finding import Status
from collector.records.host import PatchState, PendingUpdate
from tests.checks.made import AS_OF, finding, gap, reasons, seen


def state(**facts: object) -> PatchState:
    defaults = {
        "host": "a",
        "manager": "apt",
        "security_source": True,
        "index_updated": AS_OF - timedelta(days=1),
        "pending": 0,
    }
    return PatchState(**defaults | facts)  # type: ignore[arg-type]


def update(days: int | None, *, security: bool = True) -> PendingUpdate:
    since = None if days is None else AS_OF - timedelta(days=days)
    return PendingUpdate(host="a", package="openssl", security=security, known_since=since)


CASES = {
    "nothing pending": (state(), [], None),
    "security, overdue": (state(pending=1), [update(15)], "!security-overdue"),
    "security, at the limit": (state(pending=1), [update(14)], "?age-not-proven"),
    "security, age not known": (state(pending=1), [update(None)], "?age-not-proven"),
    "other, overdue": (state(pending=1), [update(31, security=False)], "!overdue"),
    "other, in time": (state(pending=1), [update(20, security=False)], None),
    "no security archive": (state(security_source=False), [], "!no-security-source"),
    "old index": (state(index_updated=AS_OF - timedelta(days=8)), [], "?index-old"),
    "old index, yet overdue": (
        state(pending=1, index_updated=AS_OF - timedelta(days=60)),
        [update(61)],
        "!security-overdue",
    ),
    "never fetched": (state(index_updated=None), [], "?index-unknown"),
    "not asked": (state(pending=None), [], "?updates-unread"),
    "index from the future": (state(index_updated=AS_OF + timedelta(days=8)), [], "?index-old"),
    "fewer named than counted": (state(pending=2), [update(1, security=False)], "?updates-unread"),
    "security archive not known": (state(security_source=None), [], "?security-source-unknown"),
    "kind not known": (
        state(pending=1),
        [PendingUpdate(host="a", package="openssl", known_since=AS_OF - timedelta(days=20))],
        "?kind-unknown",
    ),
    "no package manager": (state(manager=None), [], "?no-package-manager"),
}


@pytest.mark.parametrize("name", CASES)
def test_one_host(name: str) -> None:
    made, pending, expected = CASES[name]
    found = finding("patch-level", seen(PatchState, made), seen(PendingUpdate, *pending))
    assert reasons(found).get("a") == expected


def test_packages_are_named() -> None:
    found = finding("patch-level", seen(PatchState, state(pending=1)), seen(PendingUpdate, update(20)))
    assert found.exceptions[0].facts["packages"] == "openssl"


def test_a_host_whose_updates_were_not_read_is_not_patched() -> None:
    partly = seen(PendingUpdate, missing=[gap(PendingUpdate, subject="a")])
    assert reasons(finding("patch-level", seen(PatchState, state()), partly)) == {"a": "?updates-unread"}
    assert finding("patch-level", seen(PatchState, state())).status is Status.NOT_DETERMINED


def test_a_host_of_the_same_name_elsewhere_is_another_host() -> None:
    here = seen(PatchState, state()), seen(PendingUpdate)
    elsewhere = seen(PendingUpdate, update(99), source="other")
    assert finding("patch-level", *here, elsewhere).status is Status.SATISFIED
    assert finding("patch-level", *here, gap(PendingUpdate, source="dead")).status is Status.SATISFIED
