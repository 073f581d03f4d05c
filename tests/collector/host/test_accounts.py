from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.host.accounts import read_accounts, read_groups, read_lastlog, read_shadow
from collector.records.identity import Account

NOW = datetime(2026, 11, 21, tzinfo=UTC)
HEADING = "Username         Port     From                                       Latest\n"
ANNA_USED = "anna             pts/0    192.0.2.7                                  Sat Nov  7 09:15:00 +0000 2026\n"
BO_NEVER = "bo                                                                  **Never logged in**\n"


def account(
    shadow: str | None, *, keys: str | None = "anna:no", login_shell: str = "/bin/bash", lastlog: str | None = None
) -> Account:
    passwd = f"anna:x:1000:1000::/home/anna:{login_shell}"
    entry = None if shadow is None else f"anna:{shadow}"
    return next(read_accounts(passwd, entry, lastlog, keys, "web1", NOW))


@pytest.mark.parametrize(
    ("shadow", "keys", "enabled"),
    [
        ("0:20000:0:99999:7:::", "anna:no", True),
        ("-1:20000:0:99999:7:::", "anna:no", True),
        ("1:20000:0:99999:7:::", "anna:no", False),
        ("2:20000:0:99999:7:::", "anna:no", False),
        ("1:20000:0:99999:7:::", "anna:yes", True),
        ("2:20000:0:99999:7:::", "anna:unknown", None),
        ("2:20000:0:99999:7:::", None, None),
        (None, "anna:yes", True),
        (None, "anna:no", None),
        ("0:20000:0:99999:7::20000:", "anna:no", False),
    ],
)
def test_an_account_is_enabled_by_a_password_or_a_key_and_unknown_stays_unknown(
    shadow: str | None, keys: str | None, enabled: bool | None
) -> None:
    assert account(shadow, keys=keys).enabled is enabled


def test_without_a_shell_nobody_logs_on_whatever_the_password() -> None:
    found = account(None, login_shell="/usr/sbin/nologin")
    assert (found.enabled, found.interactive) == (False, False)
    assert account("0:20000:0:99999:7:::", login_shell="").interactive is True  # an empty shell is /bin/sh


def test_what_shadow_did_not_give_is_not_known() -> None:
    found = account(None)
    assert (found.password_set, found.password_present, found.never_expires, found.password_never_expires) == (
        None,
    ) * 4


def test_dates_of_shadow_are_days_since_1970() -> None:
    found = account("0:20000:0:90:7::21000:")
    assert found.password_set == datetime(2024, 10, 4, tzinfo=UTC)
    assert found.expires == datetime(2027, 7, 1, tzinfo=UTC)
    assert (found.password_never_expires, found.never_expires) == (False, False)
    must_change = account("0:0:0:90:7:::")
    assert (must_change.password_must_change, must_change.password_set) == (True, None)


def test_last_use_and_never_used() -> None:
    log = read_lastlog(HEADING + ANNA_USED + BO_NEVER)
    assert log.last == {"anna": datetime(2026, 11, 7, 9, 15, tzinfo=UTC)}
    assert log.never == {"bo"}
    assert account(None, lastlog=HEADING + ANNA_USED).last_used == datetime(2026, 11, 7, 9, 15, tzinfo=UTC)


def test_an_empty_log_does_not_say_that_nobody_was_here() -> None:
    never = "anna                                                                **Never logged in**\n"
    assert account(None, lastlog=HEADING + never).never_used is None
    assert account(None, lastlog=HEADING + never + ANNA_USED.replace("anna", "bo  ")).never_used is True


def test_a_log_that_could_not_be_read_says_nothing() -> None:
    found = account(None)
    assert (found.last_used, found.never_used, found.last_used_from) == (None, None, None)


def test_a_groups_second_line_adds_members() -> None:
    assert read_groups("sudo::27:anna\nbroken\nsudo::27:anna,kerstin\n") == {"sudo": (27, ("anna", "kerstin"))}


LINES = st.text(alphabet="a0129:!*x/-\n ", max_size=200)


@given(st.one_of(st.text(max_size=200), LINES), st.one_of(st.text(max_size=200), LINES))
def test_no_text_makes_the_reading_fail(first: str, second: str) -> None:
    read_shadow(first)
    read_lastlog(first)
    read_groups(first)
    for found in read_accounts(first, second, second, second, "web1", NOW):
        assert found.name
        assert found.identifier is not None
