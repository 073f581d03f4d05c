"""Accounts in doubt: none is lost, none is judged without proof."""

from __future__ import annotations

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from collector.directory import active_directory
from collector.directory.accounts import ParsedAccount, Undecided
from collector.records.identity import Account


def parsed(number: int, container: str, *, shows: bool) -> ParsedAccount:
    used = datetime(2026, 1, 1, tzinfo=UTC) if shows else None
    return ParsedAccount(
        account=Account(name=f"u{number}", enabled=True, last_used=used),
        dn=f"cn=u{number},{container}",
        container=container,
        shows_use=shows,
        may_be_unused=not shows,
    )


@given(st.lists(st.tuples(st.sampled_from("abc"), st.booleans()), max_size=30), st.integers(1, 5))
def test_every_account_comes_once_and_a_small_memory_proves_no_more(rows: list[tuple[str, bool]], held: int) -> None:
    proven: dict[int, set[str]] = {}
    for size in (held, 1000):
        undecided = Undecided(active_directory.proof(), size)
        found = [
            account
            for number, (container, shows) in enumerate(rows)
            for account in undecided.add(parsed(number, container, shows=shows))
        ]
        found += undecided.rest()
        assert sorted(account.name for account in found) == sorted(f"u{number}" for number in range(len(rows)))
        proven[size] = {account.name for account in found if account.never_used}
        unproven = {account.name for account in found if account.last_used is None} - proven[size]
        assert undecided.hidden == ({"last_used"} if unproven else set())
    shown = {container for container, shows in rows if shows}
    assert proven[1000] == {f"u{n}" for n, (container, shows) in enumerate(rows) if not shows and container in shown}
    assert proven[held] <= proven[1000]
