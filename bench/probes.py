"""Probes of silent targets through one vantage, beside the least time that rate and time-out allow."""

from __future__ import annotations

import getpass
import json
import os
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.case import HERE, PYTHON, Line, NotHereError, Options, find, need
from bench.measure import medians, run

ATTEMPTS, RATE, TIMEOUT = 10_000, 100, 0.75
FLOOR = ATTEMPTS / RATE + TIMEOUT
NAMESPACE, OUTER, INNER = "styrk-bench", "198.18.1.1", "198.18.1.2"


def lines(options: Options) -> Iterator[Line]:
    """10,000 attempts at 100 a second, once: each takes the whole time-out."""
    need(sshd="openssh-server", ssh_keygen="openssh-client", ip="iproute2")
    if os.geteuid() != 0:
        raise NotHereError("only root can make the network namespace of the silent targets")
    folder = options.folder / "probes"
    folder.mkdir()
    with _vantage(folder):
        settings = folder / "settings.json"
        login = {"user": getpass.getuser(), "private_key": f"file:{folder / 'user'}"}
        login["known_hosts"] = str(folder / "known_hosts")
        vantage = {"name": "vantage", "address": INNER, "port": 2222}
        settings.write_text(json.dumps({"login": login, "vantage": vantage, "timeout": TIMEOUT}), "utf-8")
        command = [PYTHON, str(HERE / "probe_targets.py"), str(settings), str(ATTEMPTS), str(RATE)]
        measured = run(command)
    name = f"{ATTEMPTS} probes, {measured.wall_s / FLOOR:.2f} x floor"
    yield Line(name, "", medians([measured]), ATTEMPTS)


@contextmanager
def _vantage(folder: Path) -> Iterator[None]:
    """An sshd in a network namespace, from which one network is silent: nobody answers for its addresses."""
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    (folder / "known_hosts").write_text(f"[{INNER}]:2222 {(folder / 'host.pub').read_text('ascii')}", "ascii")
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"ListenAddress {INNER}:2222\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nPidFile none\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\n",
        "utf-8",
    )
    Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd's own working folder, which Debian's service makes
    made = (
        f"netns add {NAMESPACE}",
        f"link add styrkb0 type veth peer name eth0 netns {NAMESPACE}",
        f"addr add {OUTER}/30 dev styrkb0",
        "link set styrkb0 up",
        f"-n {NAMESPACE} addr add {INNER}/30 dev eth0",
        f"-n {NAMESPACE} link set eth0 up",
        f"-n {NAMESPACE} route add 198.18.0.0/24 dev eth0",
    )
    try:
        for each in made:
            subprocess.run(["ip", *each.split()], check=True)
        server = ["ip", "netns", "exec", NAMESPACE, str(find("sshd")), "-D", "-e", "-f", str(configuration)]
        with subprocess.Popen(server, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
            try:
                subprocess.run(["sh", "-c", "sleep 1"], check=True)
                yield
            finally:
                process.terminate()
    finally:
        subprocess.run(["ip", "netns", "delete", NAMESPACE], check=False)
