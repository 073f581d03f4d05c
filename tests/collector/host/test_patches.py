from __future__ import annotations

from datetime import UTC, datetime

import pytest

from collector.host.patches import apt_state, read_targets, read_upgradable

# Lines as apt 2.4 and 2.6 print them on Ubuntu 22.04 and Debian 12.
TARGETS = """Ubuntu|jammy|jammy|/var/lib/apt/lists/a|1700000000
Ubuntu|jammy-updates|jammy|/var/lib/apt/lists/b|1795000000
Ubuntu|jammy-security|jammy|/var/lib/apt/lists/c|1794000000
Docker CE|jammy|jammy|/var/lib/apt/lists/d|
Debian-Security|oldstable-security|bookworm-security|/var/lib/apt/lists/e|1793000000
"""


def test_an_update_from_a_security_suite_is_one_and_known_since_the_oldest_index_that_names_it() -> None:
    line = "openssl/jammy-updates,jammy-security 3.0.2-0ubuntu1.18 amd64 [upgradable from: 3.0.2-0ubuntu1.10]\n"
    (update,) = read_upgradable(line, read_targets(TARGETS), "web1")
    assert (update.package, update.installed, update.candidate) == ("openssl", "3.0.2-0ubuntu1.10", "3.0.2-0ubuntu1.18")
    assert update.security is True
    assert update.known_since == datetime.fromtimestamp(1794000000, UTC)


def test_an_update_from_elsewhere_is_not_a_security_update() -> None:
    line = "tzdata/jammy-updates 2026a all [upgradable from: 2024a]"
    (update,) = read_upgradable(line, read_targets(TARGETS), "web1")
    assert update.security is False
    unknown = next(read_upgradable("x/unknown 2 all [upgradable from: 1]", read_targets(TARGETS), "web1"))
    assert (unknown.security, unknown.known_since) == (False, None)


def test_a_line_that_apt_does_not_print_is_an_error() -> None:
    with pytest.raises(ValueError, match="not a line"):
        list(read_upgradable("E: Could not open lock file", [], "web1"))


def test_security_sources_are_known_by_label_and_by_suite() -> None:
    assert [target.security for target in read_targets(TARGETS)] == [False, False, True, False, True]


def test_unattended_upgrades_need_the_package_and_the_switch() -> None:
    switch = 'APT::Periodic::Unattended-Upgrade "1";\n'
    assert apt_state(switch + "unattended=installed\n", [], 0, "web1").automatic is True
    assert apt_state(switch, [], 0, "web1").automatic is False
    assert apt_state(switch.replace("1", "0") + "unattended=installed\n", [], 0, "web1").automatic is False


def test_no_reboot_flag_proves_nothing_where_nothing_would_set_it() -> None:
    assert apt_state("reboot=yes\n", [], 0, "web1").reboot_required is True
    assert apt_state("reboot-reported=yes\n", [], 0, "web1").reboot_required is False
    assert apt_state("", [], 0, "web1").reboot_required is None


def test_what_was_not_obtained_is_none() -> None:
    state = apt_state("fetched=1795000000\nfetched=1795100000\nupgraded=x\n", None, None, "web1")
    assert (state.security_source, state.pending, state.last_upgrade) == (None, None, None)
    assert state.index_updated == datetime.fromtimestamp(1795100000, UTC)
