from __future__ import annotations

import pytest

from collector.host.sshd import PamFactors, PamIncludeError, read_pam, read_sshd

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
