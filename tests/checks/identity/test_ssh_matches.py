from __future__ import annotations

from dataclasses import replace
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from checks.identity.ssh_factors import factors
from checks.identity.ssh_matches import From, fewest_from, open_matches
from collector.records.identity import SshAccess
from tests.checks.made import ASKED

OUTSIDE = "203.0.113.10"
TWO = SshAccess(
    host="h", address=OUTSIDE, public_key=True, password=True, authentication_methods=("publickey,password",), **ASKED
)
CASES = [
    ("Address 0.0.0.0/0", "outside", False),  # it was asked from there
    ("Address 0.0.0.0/0", "anywhere", True),
    ("Address 10.*,192.168.?.1", "outside", False),
    ("Group a Address 10.0.0.0/8", "outside", False),
    ("Group a Address *", "outside", True),
    ("Group a Address !203.0.113.0/24,*", "outside", False),
    ("Group a Address 2001:db8::/32", "outside", False),
    ('User "a,b"', "outside", True),
    ("User a Group b", "outside", True),
    ("Host *.example.test", "outside", False),
    ("Host *.example.test", "anywhere", True),
    ("RDomain x", "outside", True),
    ("Invalid-User yes", "outside", False),
    ("user a", "outside", True),
    ("Address [2]03.0.113.10", "outside", False),  # a bracket is a bracket
    ("all", "anywhere", False),
    ("All", "anywhere", False),
    ("Invalid-User", "outside", False),
    ("of a form that nobody knows", "outside", True),
    ("odd", "outside", True),
]


@pytest.mark.parametrize(("line", "reach", "is_open"), CASES)
def test_which_lines_are_open_for_anyone(line: str, reach: From, is_open: bool) -> None:  # a case
    assert open_matches(replace(TWO, matches=(line,)), None, reach) == ((line,) if is_open else ())


@given(st.text(alphabet="UserGoupAdhs 10./*!?,=\"'\t", max_size=40), st.sampled_from(get_args(From)))
def test_no_line_makes_the_reading_fail_or_more_certain_than_without_it(line: str, reach: From) -> None:
    with_line = replace(TWO, matches=(line,))
    assert open_matches(with_line, "anna", reach) in {(), (line,)}
    assert fewest_from(with_line, reach) in {factors(TWO), "unknown"}


def test_weak_stays_weak_whatever_else_there_is() -> None:
    weak = replace(TWO, authentication_methods=("password",), matches=("Group a",))
    assert fewest_from(weak, "anywhere") == "one"
    assert fewest_from(replace(TWO, matches=None), "outside") == "unknown"


def test_a_pattern_of_many_stars_takes_no_time_worth_mentioning() -> None:
    user = "a" * 32
    line = "User " + "*a" * 16 + "*x"
    assert open_matches(replace(TWO, user=user, matches=(line,)), user, "outside") == ()
