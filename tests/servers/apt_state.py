"""dpkg and apt state of a pseudo-host: what is installed, and archives on its own disk that offer more."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime

INSTALLED: dict[str, str] = {
    "base-files": "12.4+deb12u1",
    "bash": "5.2.15-2+b2",
    "libssl3": "3.0.11-1~deb12u1",
    "openssl": "3.0.11-1~deb12u1",
    "sudo": "1.9.13p3-1+deb12u1",
    "tzdata": "2024a-0+deb12u1",
}
"""Packages that every pseudo-host has, with versions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Archive:
    """One archive under /srv/apt and what it offers."""

    suite: str
    """e.g. `bookworm-security`."""
    label: str
    """e.g. `Debian-Security`."""
    offers: Mapping[str, str]
    """Package -> version."""


def apt_files(archives: tuple[Archive, ...], published: datetime) -> dict[str, str]:
    """Return the files of the archives, of apt's sources and of dpkg's database, by path below /."""
    sources = [f"deb [trusted=yes] file:/srv/apt {archive.suite} main" for archive in archives]
    files = {
        "etc/apt/sources.list": "\n".join(sources) + "\n",
        "etc/apt/apt.conf.d/50test": 'APT::Sandbox::User "root";\nAcquire::Languages "none";\n',
        "etc/apt/preferences.d/README": "",
        "var/lib/dpkg/status": "".join(
            f"{_stanza(name, version)}Status: install ok installed\n\n" for name, version in INSTALLED.items()
        ),
        "var/lib/dpkg/arch": "amd64\n",
    }
    for archive in archives:
        where = f"srv/apt/dists/{archive.suite}"
        listing = "".join(
            f"{_stanza(name, version)}Filename: pool/{name}.deb\nSize: 1\nSHA256: {'0' * 64}\n\n"
            for name, version in archive.offers.items()
        )
        inside = "main/binary-amd64/Packages"
        digest = hashlib.sha256(listing.encode()).hexdigest()
        files[f"{where}/{inside}"] = listing
        files[f"{where}/Release"] = (
            f"Origin: Debian\nLabel: {archive.label}\nSuite: {archive.suite}\nCodename: {archive.suite}\n"
            f"Date: {format_datetime(published, usegmt=True)}\nArchitectures: amd64\nComponents: main\n"
            f"SHA256:\n {digest} {len(listing)} {inside}\n"
        )
    return files


def _stanza(name: str, version: str) -> str:
    return (
        f"Package: {name}\nVersion: {version}\nArchitecture: amd64\nPriority: optional\nSection: admin\n"
        f"Maintainer: Example <root@example.test>\nInstalled-Size: 1\nDescription: {name}\n"
    )
