"""Which releases of servers the packages are of: as far as support is told by."""

from __future__ import annotations

import pytest

from collector.host.release import operating_system, servers


@pytest.mark.parametrize(
    ("line", "product", "version"),
    [
        ("ii |postgresql-15|15.8-0+deb12u1", "postgresql", "15"),
        ("ii |postgresql-9.6|9.6.24-0+deb9u1", "postgresql", "9.6"),
        ("ii |mariadb-server|1:10.11.6-0+deb12u1", "mariadb", "10.11"),
    ],
)
def test_a_server_by_its_package(line: str, product: str, version: str) -> None:
    (found,) = servers(f"{line}\nrc |{line.split('|')[1]}|1.0\nii |bash|5.2\nnot a line\n", "h")
    assert (found.product, found.version) == (product, version)


@pytest.mark.parametrize(
    ("text", "version"),
    [
        ('ID=debian\nVERSION_ID="12"\n', "12"),
        ('ID=ubuntu\nVERSION_ID="22.04.3"\n', "22.04"),
        ("ID=debian\n", None),
        ('NAME="Något"\n', "none"),
    ],
)
def test_an_operating_system_by_its_own_word(text: str, version: str | None) -> None:
    found = operating_system(text, "h")
    assert ("none" if found is None else found.version) == version
