"""A real privacyIDEA server over HTTPS on loopback, in a virtual environment of its own.

The environment is made once by pip, from the index that pip is set up with, and kept in the folder for temporary files:
33 s on an idle machine with two cores. Server and seed take another 20 s.
"""

from __future__ import annotations

import fcntl
import os
import secrets
import shutil
import socket
import ssl
import sys
import tempfile
import urllib.request
from pathlib import Path
from types import TracebackType
from typing import Self

from tests.servers.certificates import Authority
from tests.servers.process import Process, run

VERSION = "3.14"
SEED = Path(__file__).with_name("privacyidea_seed.py")
BULK = 30
"""Tokens that nobody has, so that there are several pages."""


def environment_folder() -> Path:
    """Return the folder of the environment, made where it is not there yet."""
    python = f"{sys.version_info.major}.{sys.version_info.minor}"
    folder = Path(tempfile.gettempdir()) / f"styrk-test-privacyidea-{VERSION}-python-{python}"
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        made = folder / "made"
        if not made.exists():
            shutil.rmtree(folder / "venv", ignore_errors=True)
            run([sys.executable, "-m", "venv", str(folder / "venv")])
            pip = [str(folder / "venv/bin/python"), "-m", "pip", "--quiet", "--disable-pip-version-check", "--no-input"]
            run([*pip, "install", f"privacyidea=={VERSION}"], env=os.environ, seconds=500)
            made.touch()
    return folder / "venv"


class PrivacyIdeaServer:
    """One server with seeded people, tokens and policies.

    Administrators: `collector` may read and no more, `nobody` may not, `limited` only in one realm, `root` everything.
    """

    user = "collector"

    def __init__(self, folder: Path) -> None:
        """Describe the server; entering starts it."""
        self._folder = folder
        self._authority = Authority(folder)
        self._process: Process | None = None
        self.ca_file = self._authority.ca_file
        self.password = secrets.token_urlsafe(16)
        self.admin_password = secrets.token_urlsafe(16)
        self.port = _free_port()
        self.url = f"https://localhost:{self.port}"

    def __enter__(self) -> Self:
        """Make the database, fill it and start the server: 20 s when idle."""
        programs = environment_folder() / "bin"
        configuration = self._folder / "pi.cfg"
        settings = {
            "SQLALCHEMY_DATABASE_URI": f"sqlite:///{self._folder}/pi.db",
            "SECRET_KEY": secrets.token_hex(16),
            "PI_PEPPER": secrets.token_hex(16),
            "PI_ENCFILE": f"{self._folder}/enckey",
            "PI_AUDIT_KEY_PRIVATE": f"{self._folder}/private.pem",
            "PI_AUDIT_KEY_PUBLIC": f"{self._folder}/public.pem",
            "PI_LOGFILE": f"{self._folder}/pi.log",
            "SUPERUSER_REALM": ["super"],
        }
        configuration.write_text("".join(f"{name} = {value!r}\n" for name, value in settings.items()), encoding="utf-8")
        env = {"PRIVACYIDEA_CONFIGFILE": str(configuration)}
        for step in ("create_enckey", "create_audit_keys", "create_tables"):
            run([str(programs / "pi-manage"), "setup", step], env=env)
        seeded = [str(configuration), self.password, self.admin_password, str(BULK)]
        run([str(programs / "python"), "-P", str(SEED), *seeded], env=env)  # -P: its folder holds a privacyidea.py
        certificate = self._authority.issue("mfa", ["localhost"])
        self._process = Process(
            [
                *(str(programs / "pi-manage"), "run", "-h", "127.0.0.1", "-p", str(self.port)),
                *("--cert", str(certificate.certificate), "--key", str(certificate.key)),
            ],
            self._folder / "server.log",
            env=env,
        )
        self._process.wait_until(self._answers, "privacyIDEA")
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop the server."""
        if self._process is not None:
            self._process.stop()

    def _answers(self) -> bool:
        context = ssl.create_default_context(cafile=str(self.ca_file))
        try:
            with urllib.request.urlopen(f"{self.url}/healthz/livez", context=context, timeout=5):  # noqa: S310
                return True
        except OSError:
            return False


def _free_port() -> int:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port: int = held.getsockname()[1]
        return port
