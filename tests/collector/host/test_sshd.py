from __future__ import annotations

import subprocess

import pytest

from collector.host.script import needed, queries, script
from collector.host.sshd import PamFactors, PamIncludeError, read_matches, read_pam, read_sshd
from collector.records.identity import SshAccess

DEBIAN_AUTH = (
    "common-auth:auth\t[success=1 default=ignore]\tpam_unix.so nullok\n"
    "common-auth:auth\trequisite\t\t\tpam_deny.so\n"
    "common-auth:auth\trequired\t\t\tpam_permit.so\n"
)
OTP = "pam_google_authenticator.so"


def stack(*lines: str, more: str = "") -> PamFactors:
    return read_pam("\n".join(f"sshd:{line}" for line in lines) + "\n" + more)


def test_debians_own_stack_asks_for_the_password_alone() -> None:
    assert stack("# PAM", "@include common-auth", more=DEBIAN_AUTH) == PamFactors((), optional=False, password=True)


def test_a_required_second_factor_after_the_password() -> None:
    found = stack("@include common-auth", f"auth required {OTP}", more=DEBIAN_AUTH)
    assert found == PamFactors((OTP,), optional=False, password=True)


@pytest.mark.parametrize(
    "line",
    [f"auth required {OTP} nullok", f"auth sufficient {OTP}", f"auth optional {OTP}", f"auth [default=ignore] {OTP}"],
)
def test_a_factor_that_may_be_left_out_is_optional(line: str) -> None:
    found = stack(line, "auth required pam_unix.so")
    assert (found.modules, found.optional) == ((OTP,), True)


def test_a_factor_after_a_sufficient_password_is_never_asked_for() -> None:
    assert stack("auth sufficient pam_unix.so", f"auth required {OTP}").optional is True


def test_a_factor_that_the_passwords_success_jumps_over() -> None:
    assert stack("auth [success=1 default=ignore] pam_unix.so", f"auth required {OTP}").optional is True
    assert (
        stack(
            "auth [success=1 default=ignore] pam_unix.so", "auth requisite pam_deny.so", f"auth required {OTP}"
        ).optional
        is False
    )


def test_what_ends_a_substack_does_not_end_the_stack() -> None:
    red_hat = "password-auth:auth sufficient pam_unix.so\npassword-auth:auth required pam_deny.so\n"
    assert stack("auth substack password-auth", f"auth required {OTP}", more=red_hat).optional is False
    assert stack("auth include password-auth", f"auth required {OTP}", more=red_hat).optional is True


def test_python_modules_paths_and_continued_lines() -> None:
    found = stack(
        "auth requisite pam_python.so /lib/security/privacyidea_pam.py url=https://mfa.example.test \\", "  realm=x"
    )
    assert found.modules == ("privacyidea_pam.py",)
    assert stack("auth required /usr/lib/security/pam_u2f.so cue").modules == ("pam_u2f.so",)


def test_other_types_and_comments_do_not_count() -> None:
    assert stack(f"account required {OTP}", f"# auth required {OTP}", f"session required {OTP}").modules == ()


def test_a_stack_with_an_unread_part_is_not_known() -> None:
    with pytest.raises(PamIncludeError, match="local-mfa"):
        stack("@include local-mfa")
    with pytest.raises(PamIncludeError):
        read_pam("")
    with pytest.raises(PamIncludeError):
        stack("@include sshd")


def test_the_old_name_of_keyboard_interactive_and_of_prohibit_password() -> None:
    text = (
        "permitrootlogin without-password\npubkeyauthentication yes\npasswordauthentication no\n"
        "challengeresponseauthentication yes\nusepam yes\n"
        "authenticationmethods publickey,password publickey,keyboard-interactive\n"
    )
    found = read_sshd(text, "web1", None, None)
    assert found is not None
    assert (found.permit_root_login, found.keyboard_interactive) == ("prohibit-password", True)
    assert found.authentication_methods == ("publickey,password", "publickey,keyboard-interactive")
    assert found.pam_second_factors is None
    assert found.pam_optional is None


def test_what_is_no_print_out_of_sshd_gives_no_record() -> None:
    assert read_sshd("command not found\n", "web1", None, None) is None


@pytest.mark.parametrize(
    "line",
    [
        "auth required pam_u2f.so nouserok",
        "auth required pam_u2f.so alwaysok",
        "auth required pam_yubico.so id=1 alwaysok",
        "auth required pam_radius_auth.so localifdown",
        "auth [success=ok user_unknown=ignore default=die] pam_oath.so",
        "auth [success=ok auth_err=ignore default=bad] pam_oath.so",
        "auth [success=ok default=ignore] pam_oath.so",
    ],
)
def test_a_factor_that_lets_in_whoever_has_none_is_optional(line: str) -> None:
    assert stack("auth required pam_unix.so", line).optional is True


def test_a_factor_that_refuses_in_brackets_is_demanded() -> None:
    for control in ("[success=ok new_authtok_reqd=ok ignore=ignore default=bad]", "[success=done default=die]"):
        assert stack("auth required pam_unix.so", f"auth {control} {OTP}").optional is False


@pytest.mark.parametrize(
    "condition",
    [
        "auth [success=1 default=ignore] pam_succeed_if.so quiet user ingroup no-mfa",
        "auth [default=1 success=ignore] pam_succeed_if.so quiet user ingroup mfa",
        "auth [success=ok default=1] pam_access.so accessfile=/etc/security/access-local.conf",
        "auth sufficient pam_succeed_if.so user notingroup mfa",
    ],
)
def test_a_factor_that_only_some_must_give_is_not_known_to_be_demanded(condition: str) -> None:
    found = stack("auth required pam_unix.so", condition, f"auth required {OTP}")
    assert (found.modules, found.optional, found.password) == ((OTP,), None, True)


def test_a_condition_before_the_password_leaves_the_password_open_too() -> None:
    found = stack(
        "auth sufficient pam_succeed_if.so user = backup", "auth required pam_unix.so", f"auth required {OTP}"
    )
    assert (found.optional, found.password) == (None, None)


def test_a_factor_after_what_always_succeeds_is_never_asked_for() -> None:
    assert stack("auth sufficient pam_permit.so", f"auth required {OTP}").optional is True


RED_HAT_9 = """password-auth:auth required pam_env.so
password-auth:auth required pam_faildelay.so delay=2000000
password-auth:auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
password-auth:auth [default=1 ignore=ignore success=ok] pam_localuser.so
password-auth:auth sufficient pam_unix.so nullok
password-auth:auth [default=1 ignore=ignore success=ok] pam_usertype.so isregular
password-auth:auth sufficient pam_sss.so forward_pass
password-auth:auth required pam_deny.so
"""
"""As authselect's profile sssd writes it: which module asks hangs on the user, that one does not."""


def test_red_hats_own_stack_demands_the_password_of_everyone() -> None:
    found = stack("auth substack password-auth", f"auth required {OTP}", more=RED_HAT_9)
    assert found == PamFactors((OTP,), optional=False, password=True)
    exempt = RED_HAT_9.replace("password-auth:auth required pam_env.so", "password-auth:auth sufficient pam_wheel.so")
    assert stack("auth substack password-auth", f"auth required {OTP}", more=exempt).password is None


def test_a_jump_goes_over_a_whole_substack() -> None:
    inner = f"mfa:auth required pam_env.so\nmfa:auth required {OTP}\n"
    condition = "auth [default=1 success=ignore] pam_succeed_if.so user ingroup mfa"
    found = stack(condition, "auth substack mfa", "auth required pam_unix.so", more=inner)
    assert (found.optional, found.password) == (None, True)
    jumped = stack("auth [success=1 default=ignore] pam_unix.so", "auth substack mfa", more=inner)
    assert jumped.optional is True


def test_a_module_that_may_not_be_there_is_not_known_to_be_demanded() -> None:
    assert stack("auth required pam_unix.so", f"-auth required {OTP}").optional is None


def test_types_and_controls_are_read_in_any_case() -> None:
    assert stack("AUTH Required pam_unix.so", f"auth REQUIRED {OTP}") == PamFactors(
        (OTP,), optional=False, password=True
    )


PRINTED = "pubkeyauthentication yes\npasswordauthentication yes\nhostbasedauthentication no\n"


@pytest.mark.parametrize(
    ("lists", "user", "groups", "let_in"),
    [
        ("", "anna", None, True),
        ("", None, None, True),
        ("allowusers anna\nallowusers bo", "anna", None, True),
        ("allowusers anna\nallowusers bo", "carl", None, False),
        ("allowusers a*", "anna", None, True),
        ("allowusers ?nna", "anna", None, True),
        ("allowusers [a]nna", "anna", None, False),  # a bracket is a bracket
        ("allowusers " + "*a" * 16 + "*x", "a" * 32, None, False),  # many stars take no time worth mentioning
        ("allowusers anna@10.*", "anna", None, None),
        ("allowusers anna", None, None, None),
        ("denyusers anna", "anna", None, False),
        ("denyusers anna@10.*", "anna", None, None),
        ("denyusers bo", "anna", None, True),
        ("allowgroups ssh-users", "anna", None, None),
        ("allowgroups ssh-users", "anna", frozenset({"ssh-users"}), True),
        ("allowgroups ssh-users", "anna", frozenset({"sudo"}), None),
        ("denygroups sudo", "anna", frozenset({"sudo"}), False),
        ("denygroups sudo\nallowusers anna", "anna", frozenset({"users"}), True),
    ],
)
def test_whom_the_lists_of_users_and_groups_let_in(
    lists: str, user: str | None, groups: frozenset[str] | None, let_in: bool | None
) -> None:
    found = read_sshd(PRINTED + lists, "web1", user, None, (), groups)
    assert found is not None
    assert found.let_in is let_in


def test_tickets_and_hosts_that_vouch() -> None:
    found = read_sshd(f"{PRINTED}gssapiauthentication yes\n", "web1", None, None)
    assert found is not None
    assert (found.gssapi, found.host_based) == (True, False)
    built_without = read_sshd(PRINTED, "web1", None, None)
    assert built_without is not None
    assert built_without.gssapi is False


USUAL = "#configuration read /etc/ssh/sshd_config\n#configuration Include /etc/ssh/sshd_config.d/*.conf\n"


def test_match_lines_are_read_where_every_file_was() -> None:
    lines = "#configuration match User anna\n#configuration Match=Address 10.0.0.0/8 # inside\n"
    assert read_matches(PRINTED + USUAL + lines) == ("User anna", "Address 10.0.0.0/8")
    assert read_matches(PRINTED + USUAL + lines, asked={"anna"}) == ("Address 10.0.0.0/8",)
    assert read_matches(PRINTED + USUAL) == ()
    assert read_matches(PRINTED) is None
    assert read_matches(PRINTED + USUAL + "#configuration Include /srv/sshd/*.conf\n") is None
    assert read_matches(PRINTED + USUAL.replace("ssh/sshd_config\n", "ssh/own\n")) is None


@pytest.mark.parametrize(
    ("line", "modules"), [("", (OTP,)), ("pamservicename sshd", (OTP,)), ("pamservicename x", None)]
)
def test_the_stack_of_another_service_is_not_taken_for_the_one_that_sshd_asks(
    line: str, modules: tuple[str, ...] | None
) -> None:
    found = read_sshd(PRINTED + line, "web1", None, stack(f"auth required {OTP}"))
    assert found is not None
    assert found.pam_second_factors == modules


FILES = """\
/etc/ssh/sshd_config:Include /etc/ssh/sshd_config.d/*.conf
/etc/ssh/sshd_config:  Match User anna
/etc/ssh/sshd_config.d/50-own.conf:match=Group drift
/etc/ssh/sshd_config.d/50-own.conf.rpmsave:Match Address 10.0.0.0/8
/etc/ssh/sshd_config.d/README:Match all
"""


def test_what_lies_beside_the_included_files_is_none_of_sshds_configuration() -> None:
    whole = script(needed(frozenset({SshAccess})), sudo=False, nonce="x" * 32).decode()
    function = whole[whole.index("sshd_matches() {") : whole.index("users() {")]
    given = f"sshd_lines() {{ cat; }}\n{function}\nsshd_matches"
    done = subprocess.run(["sh", "-c", given], input=FILES, check=True, capture_output=True, text=True)
    assert read_matches(PRINTED + done.stdout) == ("User anna", "Group drift")


def test_all_that_is_read_of_sshd_and_its_users_is_planned() -> None:
    (planned,) = (query for query in queries("web1", frozenset({SshAccess})) if "section sshd:" in query.text)
    for read in ("/etc/ssh/sshd_config.d", "/etc/sudoers.d", "/etc/passwd", "sshd -T"):
        assert read in planned.text
