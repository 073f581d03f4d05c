"""Real servers, started at the first test that asks for them and stopped by process id at the session's end."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pytest

from tests.servers.certificates import Authority
from tests.servers.estate import active_directory_truth, session_start
from tests.servers.hosts import Hosts
from tests.servers.network import Laboratory
from tests.servers.registers import Registers, write_registers
from tests.servers.restic import ResticRepositories
from tests.servers.samba import SambaDomainController
from tests.servers.slapd import OpenLdap
from tests.servers.zones import Zones

HERE = Path(__file__).parent
SECONDS = 600
"""For one test. The first one of a file starts its servers: the whole estate takes 45 s when the machine is idle, and
four times that beside others."""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test of this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.integration)
            item.add_marker(pytest.mark.root)
            if item.get_closest_marker("timeout") is None:
                item.add_marker(pytest.mark.timeout(SECONDS))


@pytest.fixture(scope="session")
def now() -> datetime:
    """The moment that everything seeded is relative to."""
    return session_start()


@pytest.fixture(scope="session")
def laboratory() -> Iterator[Laboratory]:
    """The network that the servers stand in."""
    with Laboratory() as made:
        yield made


@pytest.fixture(scope="session")
def authority(laboratory: Laboratory) -> Authority:
    """The private CA that issued every server's certificate."""
    return Authority(laboratory.subfolder("ca"))


@pytest.fixture(scope="session")
def samba_dc(laboratory: Laboratory, authority: Authority, now: datetime) -> Iterator[SambaDomainController]:
    """A Samba AD DC with about 260 seeded users."""
    with SambaDomainController(laboratory, authority, now) as server:
        yield server


@pytest.fixture(scope="session")
def openldap(laboratory: Laboratory, authority: Authority, now: datetime) -> Iterator[OpenLdap]:
    """An OpenLDAP server with 1,200 seeded accounts."""
    with OpenLdap(laboratory, authority, now) as server:
        yield server


@pytest.fixture(scope="session")
def hosts(laboratory: Laboratory, now: datetime) -> Iterator[Hosts]:
    """Three Linux hosts with sshd: app1, db1 and web1."""
    with Hosts(laboratory, now) as made:
        yield made


@pytest.fixture(scope="session")
def restic_repositories(laboratory: Laboratory, now: datetime) -> ResticRepositories:
    """Restic repositories: good, empty, locked and none."""
    return ResticRepositories(laboratory.subfolder("restic"), now)


@pytest.fixture(scope="session")
def zones(laboratory: Laboratory) -> Iterator[Zones]:
    """Three network zones behind a router, and a vantage host."""
    with Zones(laboratory) as made:
        yield made


@pytest.fixture(scope="session")
def registers(laboratory: Laboratory, now: datetime) -> Registers:
    """The HR roster that belongs to the directories, the system register and the restore-test log."""
    return write_registers(laboratory.subfolder("registers"), now, active_directory_truth(now))
