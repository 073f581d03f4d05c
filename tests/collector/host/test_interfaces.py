"""The kinds of interfaces, by what the kernel shows in /sys/class/net (if_arp.h; sysfs-class-net of the kernel)."""

from __future__ import annotations

from pathlib import Path

import pytest

from collector.host.interfaces import kind_of, local_interfaces

ETHERNET, LOOPBACK, TUN, SIT, INFINIBAND = 1, 772, 65534, 776, 32


def shown(folder: Path, hardware: int | str, *marks: str, virtual: bool = False) -> Path:
    """A folder as the kernel shows one: a link to the device, virtual or not."""
    device = folder / ("devices/virtual/net/x0" if virtual else "devices/pci0000:00/net/x0")
    device.mkdir(parents=True)
    (device / "type").write_text(f"{hardware}\n", encoding="ascii")
    for mark in marks:
        (device / mark).mkdir()
    (folder / "x0").symlink_to(device)
    return folder / "x0"


@pytest.mark.parametrize(
    ("hardware", "marks", "virtual", "kind"),
    [
        (ETHERNET, (), False, "ethernet"),
        (ETHERNET, (), True, "virtual"),
        (ETHERNET, ("wireless", "phy80211"), False, "wireless"),
        (ETHERNET, ("phy80211",), False, "wireless"),
        (ETHERNET, ("bridge",), True, "bridge"),
        (ETHERNET, ("tun_flags",), True, "tunnel"),  # a tap
        (TUN, ("tun_flags",), True, "tunnel"),
        (TUN, (), True, "tunnel"),  # WireGuard
        (SIT, (), True, "tunnel"),
        (LOOPBACK, (), True, "loopback"),
        (INFINIBAND, (), False, None),
        ("?", (), False, None),
    ],
)
def test_an_interface_is_of_a_kind(
    hardware: int | str, marks: tuple[str, ...], virtual: bool, kind: str | None, tmp_path: Path
) -> None:
    assert kind_of(shown(tmp_path, hardware, *marks, virtual=virtual)) == kind


def test_what_sys_does_not_show_is_not_known(tmp_path: Path) -> None:
    assert kind_of(tmp_path / "eth9") is None


def test_the_loopback_interface_of_this_host() -> None:
    (found,) = [each for each in local_interfaces("h") if each.name == "lo"]
    assert (found.kind, found.up) == ("loopback", True)
    assert "127.0.0.1/8" in found.addresses
    assert "::1/128" in found.addresses or not Path("/proc/net/if_inet6").exists()
