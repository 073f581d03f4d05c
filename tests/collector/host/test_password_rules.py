"""What PAM and its settings demand; the lines are those that Debian 12 and Red Hat 9 install, or their manuals name."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.host.accounts import read_shadow
from collector.host.password_rules import own_ages, read_policy
from collector.records.directory import PasswordPolicy

DEBIAN = """\
common-password:password\t[success=1 default=ignore]\tpam_unix.so obscure yescrypt
common-password:password\trequisite\tpam_deny.so
common-password:password\trequired\tpam_permit.so
common-auth:auth\t[success=1 default=ignore]\tpam_unix.so nullok
common-auth:auth\trequisite\tpam_deny.so
sshd:@include common-auth
"""
RED_HAT = """\
system-auth:auth        required      pam_env.so
system-auth:auth        required      pam_faillock.so preauth silent
system-auth:auth        sufficient    pam_unix.so nullok
system-auth:password    requisite     pam_pwquality.so local_users_only
system-auth:password    required      pam_pwhistory.so use_authtok remember=5
system-auth:password    sufficient    pam_unix.so sha512 shadow use_authtok
password-auth:auth        required      pam_faillock.so preauth silent
password-auth:auth        sufficient    pam_unix.so nullok
"""
LOGIN_DEFS = "login.defs:PASS_MAX_DAYS\t99999\nlogin.defs:PASS_MIN_DAYS 0\n"


def policy(
    pam: str | None = DEBIAN, rules: str = LOGIN_DEFS, accounts: tuple[str, ...] | None = ("root",)
) -> PasswordPolicy:
    return read_policy(pam, rules, "h", accounts)


def with_module(line: str, rules: str = "") -> PasswordPolicy:
    return policy(f"common-password:password {line}\n{DEBIAN}", LOGIN_DEFS + rules)


def test_what_debian_installs_demands_six_characters_and_never_locks() -> None:
    found = policy()
    assert (found.min_length, found.complexity, found.history_length) == (6, False, 0)
    assert (found.lockout_threshold, found.lockout_minutes, found.max_age_days) == (0, None, 0)
    assert (found.subject, found.host, found.default, found.applies_to) == ("h", "h", False, ("root",))


def test_what_red_hat_installs_with_its_profile_for_faillock() -> None:
    found = policy(
        RED_HAT, LOGIN_DEFS + "pwquality.conf:minlen = 12\nfaillock.conf:deny = 5\nfaillock.conf:unlock_time=901\n"
    )
    assert (found.min_length, found.complexity, found.history_length) == (12, False, 5)
    assert (found.lockout_threshold, found.lockout_minutes) == (5, 16)


LENGTHS = {
    "the manual's own default": ("requisite pam_pwquality.so retry=3", "", 8, False),
    "from the file": ("requisite pam_pwquality.so", "pwquality.conf:minlen=14\n", 14, False),
    "from a further file": ("requisite pam_pwquality.so", "50-kommun.conf:minlen = 15\n", 15, False),
    "the line beside the file": ("requisite pam_pwquality.so minlen=10", "pwquality.conf:minlen=14\n", 10, False),
    "a comment is none": ("requisite pam_pwquality.so", "pwquality.conf:# minlen = 20\n", 8, False),
    "never below six": ("requisite pam_pwquality.so minlen=4", "", 6, False),
    "paid for with variety": ("requisite pam_pwquality.so minlen=14 dcredit=1 ocredit=2", "", 11, False),
    "three kinds demanded": ("requisite pam_pwquality.so dcredit=-1 ucredit=-1 ocredit=-1", "", 8, True),
    "by classes": ("requisite pam_pwquality.so", "pwquality.conf:minclass = 3\n", 8, True),
    "asked and not heeded": ("optional pam_pwquality.so minlen=20", "", 6, False),
    "the older module": ("required pam_cracklib.so minlen=12", "", 8, False),
    "a module with five lengths": ("requisite pam_passwdqc.so min=disabled,24,11,8,7", "", 7, None),
    "the system's own": ("[success=1 default=ignore] pam_unix.so minlen=11", "", 11, False),
}


@pytest.mark.parametrize("name", LENGTHS)
def test_length_and_variety(name: str) -> None:
    line, rules, length, complexity = LENGTHS[name]
    found = with_module(line, rules)
    assert (found.min_length, found.complexity) == (length, complexity)


@pytest.mark.parametrize(
    ("line", "rules", "attempts", "minutes"),
    [
        ("required pam_faillock.so preauth", "", 3, 10),
        ("required pam_faillock.so preauth deny=5 unlock_time=never", "", 5, 0),
        ("required pam_faillock.so preauth", "faillock.conf:deny = 0\n", 0, 10),
        ("required pam_tally2.so deny=4", "", 4, 0),
        ("required pam_tally2.so deny=4 unlock_time=90", "", 4, 2),
    ],
)
def test_lockout(line: str, rules: str, attempts: int, minutes: int) -> None:
    found = policy(f"common-auth:auth {line}\n{DEBIAN}", LOGIN_DEFS + rules)
    assert (found.lockout_threshold, found.lockout_minutes) == (attempts, minutes)


@pytest.mark.parametrize(("days", "expected"), [("90", 90), ("-1", 0), ("99999", 0), ("ninety", None)])
def test_the_age_that_new_accounts_are_given(days: str, expected: int | None) -> None:
    assert policy(rules=f"login.defs:PASS_MAX_DAYS {days}\n").max_age_days == expected


def test_what_was_not_read_is_not_known() -> None:
    for pam in (None, "", "common-password:@include missing\ncommon-auth:@include missing\n"):
        found = policy(pam)
        assert (found.min_length, found.history_length, found.lockout_threshold) == (None, None, None)
    assert policy(rules="").max_age_days is None
    assert (policy(accounts=None).default, policy(accounts=None).applies_to) == (None, None)


def test_files_that_include_each_other_end() -> None:
    assert policy("common-password:@include common-password\n").min_length is None


@given(
    st.text(alphabet="common-pasword:\n @includeth=0123456789 ".replace(" ", " "), max_size=200), st.text(max_size=80)
)
def test_whatever_stands_there(pam: str, rules: str) -> None:
    found = policy(pam, rules)
    assert found.min_length is None or found.min_length >= 0


@pytest.mark.parametrize(("field", "days"), [("", 0), ("-1", 0), ("99999", 0), ("365", 365), ("0", 1), ("x", 0)])
def test_an_account_may_have_an_age_of_its_own(field: str, days: int) -> None:
    shadow = read_shadow(f"root:0:20000:0:{field}:7:::\nanna:0:20000:0:90:7:::\ngone:1:20000:0:7:7:::\n")
    made = policy(rules="login.defs:PASS_MAX_DAYS 90\n", accounts=("anna", "root", "unseen"))
    own = list(own_ages(made, {name: each.max_days for name, each in shadow.items()}))
    assert [(each.subject, each.host, each.applies_to, each.max_age_days) for each in own] == [
        ("root@h", "h", ("root",), days)
    ]
    assert not list(own_ages(policy(rules=""), {"root": 1}))  # what new accounts are given is not known
