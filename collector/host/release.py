"""Which products a host runs: os-release(5) and the server packages whose support period matters."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterator

from collector.records.host import Software

_WHOLE_NUMBER = {"debian", "rhel", "centos", "rocky", "almalinux", "ol", "fedora", "amzn"}
"""Distributions that are supported by their first number."""

_PACKAGE = re.compile(r"(postgresql|mariadb|mysql)(?:-server)?(?:-([0-9]+(?:\.[0-9]+)?))?(?:-core)?")


def read_release(text: str) -> dict[str, str]:
    """The assignments of an os-release file; lines that are none are left out."""
    values: dict[str, str] = {}
    for line in text.splitlines():
        key, equals, value = line.partition("=")
        if not equals or not re.fullmatch(r"[A-Z][A-Z0-9_]*", key):
            continue
        try:
            values[key] = "".join(shlex.split(value))
        except ValueError:
            values[key] = value.strip("\"'")
    return values


def operating_system(text: str, host: str) -> Software | None:
    """The operating system by its own word; None when the file names none."""
    values = read_release(text)
    product = values.get("ID")
    if not product:
        return None
    return Software(
        host=host,
        product=product,
        version=_release(product, values.get("VERSION_ID")),
        name=values.get("PRETTY_NAME") or values.get("NAME"),
    )


def _release(product: str, version: str | None) -> str | None:
    if not version:
        return None
    parts = version.split(".")
    return parts[0] if product in _WHOLE_NUMBER else ".".join(parts[:2])


def servers(text: str, host: str) -> Iterator[Software]:
    """Database servers among the installed packages: `status|package|version` lines (dpkg-query, rpm)."""
    seen: set[tuple[str, str | None]] = set()
    for line in text.splitlines():
        fields = line.split("|")
        if len(fields) != 3 or not fields[0].startswith("ii"):
            continue
        found = _PACKAGE.fullmatch(fields[1])
        if found is None:
            continue
        version = _server_version(found[1], fields[2])
        if (found[1], version) not in seen:
            seen.add((found[1], version))
            yield Software(host=host, product=found[1], version=version, name=f"{fields[1]} {fields[2]}")


def _server_version(product: str, package_version: str) -> str | None:
    """PostgreSQL is supported by major version since 10; MariaDB and MySQL by the first two numbers."""
    numbers = re.match(r"(?:[0-9]+:)?([0-9]+)(?:\.([0-9]+))?", package_version)
    if numbers is None:
        return None
    major, minor = numbers[1], numbers[2]
    if minor is None or (product == "postgresql" and int(major) >= 10):
        return major
    return f"{major}.{minor}"
