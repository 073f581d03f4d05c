from __future__ import annotations

import json
from contextlib import suppress
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from collector.host.inventory import read_history, read_log_state, read_packages, read_settings, read_volumes

RUN = """Start-Date: 2026-11-20  09:00:00
Requested-By: anna (1000)
Install: nginx:amd64 (1.22.1-9), libfoo:amd64 (2:1.0, automatic)
Remove: apache2:amd64 (2.4.57-2)
"""
TREE = {
    "blockdevices": [
        {
            "name": "sda",
            "type": "disk",
            "fstype": None,
            "mountpoint": None,
            "children": [
                {"name": "sda1", "type": "part", "fstype": "ext4", "mountpoint": "/boot"},
                {
                    "name": "sda2",
                    "type": "part",
                    "fstype": "crypto_LUKS",
                    "mountpoint": None,
                    "children": [
                        {
                            "name": "dm-0",
                            "type": "crypt",
                            "fstype": "LVM2_member",
                            "mountpoint": None,
                            "children": [{"name": "dm-1", "type": "lvm", "fstype": "ext4", "mountpoint": "/"}],
                        }
                    ],
                },
            ],
        }
    ]
}


def test_only_what_is_installed_is_software() -> None:
    found = list(read_packages("ii |nginx|1.22|1750775866\nrc |old|1|\nhi |held|2|\n", "s1"))
    assert [(each.product, each.version) for each in found] == [("nginx", "1.22"), ("held", "2")]
    assert found[0].installed == datetime(2025, 6, 24, 14, 37, 46, tzinfo=UTC)
    with pytest.raises(ValueError, match="not a line"):
        list(read_packages("nginx 1.22\n", "s1"))


def test_a_run_of_apt_with_who_asked_for_it() -> None:
    (change,) = read_history(f"1795000000\n==\n{RUN}", "s1")
    assert (change.action, change.packages, change.names) == ("install, remove", 3, ("nginx", "libfoo", "apache2"))
    assert (change.requested_by, change.automatic) == ("anna", False)
    (automatic,) = read_history(f"1795000000\n==\n{RUN}Automatic: yes\n", "s1")
    assert automatic.automatic


def test_times_that_do_not_match_the_runs_and_runs_that_changed_nothing() -> None:
    with pytest.raises(ValueError, match="1 runs of apt and 2 times"):
        list(read_history(f"1\n2\n==\n{RUN}", "s1"))
    assert list(read_history("1795000000\n==\nStart-Date: 2026-11-20  09:00:00\n", "s1")) == []
    assert list(read_history("==\n", "s1")) == []


def test_what_lies_on_an_encrypted_mapping_is_encrypted() -> None:
    found = {each.mounted_at: each for each in read_volumes(f"{json.dumps(TREE)}\nchassis=10\n", "s1")}
    assert {place: each.encrypted for place, each in found.items()} == {"/boot": False, "/": True}
    assert found["/"].portable
    assert found["/"].device == "dm-1"


@pytest.mark.parametrize(("chassis", "portable"), [("3", False), ("", None), ("31", True), ("x", None)])
def test_the_chassis(chassis: str, portable: bool | None) -> None:
    assert {each.portable for each in read_volumes(f"{json.dumps(TREE)}\nchassis={chassis}\n", "s1")} == {portable}


@given(
    st.text(max_size=60)
    | st.recursive(
        st.none() | st.text(max_size=5), lambda e: st.lists(e) | st.dictionaries(st.text(max_size=8), e)
    ).map(json.dumps)
)
def test_whatever_lsblk_prints_is_read_or_refused(text: str) -> None:
    with suppress(ValueError):
        list(read_volumes(f"{text}chassis=3", "s1"))


def test_settings_of_the_kernel_and_of_sshd() -> None:
    kernel = "kernel.randomize_va_space=2\nnet.ipv4.ip_forward=\n"
    found = {
        each.name: each.value
        for each in read_settings(kernel, "permitrootlogin no\nacceptenv LANG\nacceptenv LC_*\n", "s1")
    }
    assert found == {"kernel.randomize_va_space": "2", "sshd.permitrootlogin": "no", "sshd.acceptenv": "LANG, LC_*"}
    assert list(read_settings("", None, "s1")) == []


def test_what_a_host_logs() -> None:
    state = "process=auditd\nprocess=rsyslogd\nnewest=1750775866\nnewest=1795000000\n"
    log = read_log_state(state, "-w /etc/passwd -p wa -k id\nNo rules\n", "s1")
    assert (log.daemons, log.rules) == (("auditd", "rsyslogd"), ("-w /etc/passwd -p wa -k id",))
    assert log.newest == datetime(2026, 11, 18, 11, 6, 40, tzinfo=UTC)
    hidden = read_log_state("hidden=yes\n", None, "s1")
    assert (hidden.daemons, hidden.newest, hidden.rules) == (None, None, None)
