"""A secret that the settings refer to reaches neither bundle nor screen, whatever goes wrong with it."""

from __future__ import annotations

import gzip
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.styrk.runs import Styrk

IN_FILE, IN_ENVIRONMENT = "hemligt-9f27c1d4e8", "dolt-51b3aa70cc"
CATALOGUE = """\
id: provkatalog
title: Provkatalog
kind: own
requirements:
  - id: P-1
    section: '1'
    kind: demand
    title: Konton och kopior
    controls: [{id: accounts-stale}, {id: backup-daily}, {id: time-sync-offset}, {id: password-age}]
"""
SETTINGS = """\
organisation: {{name: Provkommun}}
sources:
  - {{id: this-host, type: local}}
  - id: directory
    type: ldap
    dialect: openldap
    host: 127.0.0.1
    port: {port}
    base: dc=example,dc=test
    tls: {{mode: none}}
    bind: {{method: simple, user: "cn=styrk,dc=example,dc=test", password: "file:password"}}
    timeout_seconds: 5
  - {{id: backup, type: restic, repository: repository, password: "env:STYRK_TEST_SECRET"}}
catalogues: [catalogue.yaml]
output: {{directory: out}}
"""


@pytest.fixture
def closing() -> Iterator[int]:
    """The port of a server that hangs up on everyone."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            while True:
                try:
                    server.accept()[0].close()
                except OSError:
                    return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server.getsockname()[1]
        server.shutdown(socket.SHUT_RDWR)
        thread.join(10)


def contents(folder: Path) -> Iterator[tuple[Path, bytes]]:
    for path in folder.rglob("*"):
        if path.is_file():
            data = path.read_bytes()
            yield path, data + gzip.decompress(data) if path.suffix == ".gz" else data


@pytest.mark.parametrize("mode", [0o600, 0o644], ids=["right", "open-to-others"])
@pytest.mark.parametrize("command", ["scan", "doctor", "plan"])
def test_no_secret_lands_anywhere(styrk: Styrk, tmp_path: Path, closing: int, command: str, mode: int) -> None:
    settings, secret = tmp_path / "styrk.yaml", tmp_path / "password"
    settings.write_text(SETTINGS.format(port=closing), encoding="utf-8")
    (tmp_path / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    (tmp_path / "repository").mkdir()
    secret.write_text(IN_FILE, encoding="utf-8")
    secret.chmod(mode)
    run = styrk(command, "-c", settings, STYRK_TEST_SECRET=IN_ENVIRONMENT)
    assert run.status in (0, 1, 3), run.err
    told = run.out + run.err
    assert IN_FILE not in told
    assert IN_ENVIRONMENT not in told
    sealed = dict(contents(tmp_path / "out"))
    assert bool(sealed) == (command == "scan")
    for path, data in sealed.items():
        assert IN_FILE.encode() not in data, path
        assert IN_ENVIRONMENT.encode() not in data, path


def test_the_signing_key_is_not_in_the_bundle(styrk: Styrk, bundle: Path) -> None:
    private = styrk.public_key.with_suffix("").read_text(encoding="ascii").splitlines()[1:-1]
    assert private
    for path, data in contents(bundle):
        for line in private[1:]:
            assert line.encode() not in data, path


def test_a_password_in_the_settings_is_refused_without_repeating_it(styrk: Styrk, tmp_path: Path) -> None:
    settings = tmp_path / "styrk.yaml"
    text = SETTINGS.format(port=389).replace('"file:password"', IN_FILE)
    settings.write_text(text, encoding="utf-8")
    (tmp_path / "catalogue.yaml").write_text(CATALOGUE, encoding="utf-8")
    run = styrk("scan", "-c", settings)
    assert run.status == 2
    assert f"{settings}:11:" in run.err
    assert IN_FILE not in run.out + run.err
