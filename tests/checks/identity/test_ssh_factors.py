from __future__ import annotations

import pytest

from checks.identity.ssh_factors import factors
from collector.records.identity import SshAccess
from tests.checks.made import ASKED


def access(*methods: str, **facts: object) -> SshAccess:
    defaults = {
        "host": "h",
        "public_key": True,
        "password": True,
        "keyboard_interactive": True,
        "use_pam": True,
        "pam_second_factors": (),
        "pam_optional": False,
        "pam_password": True,
        "authentication_methods": methods,
        **ASKED,
    }
    return SshAccess(**defaults | facts)


CODES = {"pam_second_factors": ("pam_google_authenticator.so",)}
RADIUS = {"pam_second_factors": ("pam_radius_auth.so",)}
CASES = {
    "RADIUS alone may ask for a password or for two things": (
        access("keyboard-interactive", pam_password=False, **RADIUS),
        "unknown",
    ),
    "RADIUS after the password may ask for the password again": (access("keyboard-interactive", **RADIUS), "unknown"),
    "RADIUS after a key, whatever it asks": (
        access("publickey,keyboard-interactive", pam_password=False, **RADIUS),
        "two",
    ),
    "RADIUS that may be left out": (access("keyboard-interactive", pam_optional=True, **RADIUS), "one"),
    "RADIUS demanded, perhaps beside a code that is not": (
        access("keyboard-interactive", pam_second_factors=("pam_radius_auth.so", "pam_oath.so")),
        "unknown",
    ),
    "anything": (access("any"), "one"),
    "a key alone": (access("any", password=False, keyboard_interactive=False), "one"),
    "key and password": (access("publickey,password"), "two"),
    "key and key": (access("publickey,publickey"), "one"),
    "key and code": (access("publickey,keyboard-interactive", **CODES), "two"),
    "key and what PAM asks, a password": (access("publickey,keyboard-interactive"), "two"),
    "code and password by PAM": (access("keyboard-interactive:pam", **CODES), "two"),
    "code alone": (access("keyboard-interactive", pam_password=False, **CODES), "one"),
    "key and code, no password": (access("publickey,keyboard-interactive", pam_password=False, **CODES), "two"),
    "code that may be left out": (access("keyboard-interactive", pam_optional=True, **CODES), "one"),
    "code, perhaps to be left out": (access("keyboard-interactive", pam_optional=None, **CODES), "unknown"),
    "code, and a password of some": (access("keyboard-interactive", pam_password=None, **CODES), "unknown"),
    "key, code, and a password of some": (access("publickey,keyboard-interactive", pam_password=None, **CODES), "two"),
    "PAM not read": (access("keyboard-interactive", pam_second_factors=None), "unknown"),
    "PAM not read, but a key alone is enough": (access(["keyboard-interactive", "publickey"][1]), "one"),
    "two ways, one of them weak": (access("publickey,password", "password"), "one"),
    "two ways, the weak one switched off": (
        access("publickey,password", "keyboard-interactive", keyboard_interactive=False),
        "two",
    ),
    "a method that we do not know": (access("gssapi-with-mic,publickey", gssapi=True), "unknown"),
    "settings not read": (access(public_key=None, password=None, keyboard_interactive=None), "unknown"),
    "a ticket, got by who knows what": (
        access("any", public_key=False, password=False, gssapi=True, **CODES),
        "unknown",
    ),
    "a ticket beside what one factor is enough for": (access("any", gssapi=True), "one"),
    "whether a ticket is enough was not read": (
        access("any", public_key=False, password=False, gssapi=None, **CODES),
        "unknown",
    ),
    "nothing but a ticket": (
        access("any", public_key=False, password=False, keyboard_interactive=False, gssapi=True),
        "unknown",
    ),
    "a ticket that the list of methods does not take": (access("publickey,password", gssapi=True), "two"),
    "the client's host vouches": (access("any", public_key=False, password=False, host_based=True, **CODES), "one"),
    "root by a forced command's key": (
        access("any", user="root", permit_root_login="forced-commands-only", public_key=False),
        "none-allowed",
    ),
    "one who is not among AllowUsers": (access("any", user="anna", let_in=False), "none-allowed"),
    "one of whom it is not known whether AllowGroups has them": (access("any", user="anna", let_in=None), "unknown"),
    "anyone, of whom some are let in": (access("any", let_in=None), "one"),
    "nothing is allowed": (access("any", public_key=False, password=False, keyboard_interactive=False), "none-allowed"),
    "root may not": (access("any", user="root", permit_root_login="no"), "none-allowed"),
    "root by key only": (access("any", user="root", permit_root_login="prohibit-password"), "one"),
    "root by password, forbidden": (
        access("password", user="root", permit_root_login="prohibit-password"),
        "none-allowed",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_factors(name: str) -> None:
    made, expected = CASES[name]
    assert factors(made) == expected
