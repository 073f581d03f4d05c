from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.directory.active_directory import DomainFacts, parse_account
from collector.directory.entra_users import parse_account as parse_user
from collector.directory.person_keys import key_of_person
from collector.transport.ldap import Entry


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("1001", "1001"),
        ("0042", "0042"),
        (" 1001 ", "1001"),
        ("aB-12", "aB-12"),
        (None, None),
        ("", None),
        (" ", None),
        ("0", None),
        ("000000", None),
        ("-", None),
        ("N/A", None),
        ("saknas", None),
    ],
)
def test_a_filler_is_nobodys_key(text: str | None, key: str | None) -> None:
    assert key_of_person(text) == key


@given(st.text(max_size=12))
def test_a_key_loses_nothing_but_outer_blanks_and_is_read_the_same_again(text: str) -> None:
    key = key_of_person(text)
    assert key is None or (key == text.strip() and key_of_person(key) == key)


def test_directories_are_read_so() -> None:
    entry = Entry("CN=a,DC=x", {"samaccountname": (b"a",), "employeeid": (b"1001 ",)})
    assert parse_account(entry, DomainFacts()).account.person_key == "1001"
    user = {"id": "1", "userPrincipalName": "a@x.test", "employeeId": "0"}
    made = parse_user(user, sign_ins_read=False, person_key="employeeId", service_accounts=frozenset())
    assert made.person_key is None
