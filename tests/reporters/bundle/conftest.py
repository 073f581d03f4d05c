"""A sealed bundle, made once, and copies of it to spoil."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from reporters.bundle.keys import FileSigner, create_key
from reporters.bundle.trust import TrustedKey
from tests.reporters.bundle.made import make_bundle


@pytest.fixture(scope="session")
def key_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("keys") / "signing-key"


@pytest.fixture(scope="session")
def signer(key_file: Path) -> FileSigner:
    return create_key(key_file)


@pytest.fixture(scope="session")
def trust(signer: FileSigner) -> tuple[TrustedKey, ...]:
    return (TrustedKey(signer.public_key, "styrk@example.test"),)


@pytest.fixture(scope="session")
def sealed(tmp_path_factory: pytest.TempPathFactory, signer: FileSigner) -> Path:
    """A sealed bundle; not to be changed."""
    return make_bundle(tmp_path_factory.mktemp("sealed"), signer)


@pytest.fixture
def bundle(sealed: Path, tmp_path: Path) -> Path:
    """A copy of the sealed bundle, to change at will."""
    return shutil.copytree(sealed, tmp_path / sealed.name, symlinks=True)
