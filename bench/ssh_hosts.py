"""Hosts over SSH, beside OpenSSH's own client sending the same script to the same server."""

from __future__ import annotations

import getpass
import json
import os
import socket
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from bench.case import HERE, PYTHON, Line, Options, find, need
from bench.directory import wait_for
from bench.measure import compare
from collector.host.script import needed, script
from collector.records.host import Host, Interface, TimeSync
from collector.records.identity import Account
from collector.records.record import kind_name

READ = (Account, Host, Interface, TimeSync)
"""Kinds whose commands cost the hosts little: the hosts here share this machine's cores with both clients."""
PARALLEL = 16
KEY_EXCHANGE = "curve25519-sha256"  # OpenSSH's default of today costs nine times as much and would flatter us


def lines(options: Options) -> Iterator[Line]:
    """Accounts, interfaces and time of every host, by the SSH source and by ssh; every host is one sshd on loopback."""
    need(sshd="openssh-server", ssh="openssh-client", ssh_keygen="openssh-client", xargs="findutils")
    folder = options.folder / "ssh"
    folder.mkdir()
    with _server(folder) as port:
        settings, asked = folder / "settings.json", folder / "script"
        settings.write_text(json.dumps(_settings(folder, port, options.hosts)), "utf-8")
        asked.write_bytes(script(needed(frozenset(READ)), sudo=False, nonce="0" * 32))
        ours = [PYTHON, str(HERE / "read_source.py"), str(settings), str(options.hosts), *map(kind_name, READ)]
        ssh = (
            f"ssh -F none -T -p {port} -i {folder}/user -o IdentitiesOnly=yes -o BatchMode=yes"
            f" -o KexAlgorithms={KEY_EXCHANGE} -o UserKnownHostsFile={folder}/known_hosts"
            f" {getpass.getuser()}@127.0.0.1 'exec sh -s' <{asked}"
        )
        reference = ["sh", "-c", f'seq {options.hosts} | xargs -P {PARALLEL} -n 1 sh -c "{ssh}"']
        compared = compare(ours, reference, rounds=options.rounds, environment={"PYTHONPATH": str(HERE.parent)})
    yield Line(f"SSH source, {options.hosts} hosts", f"ssh, {PARALLEL} at a time", compared, options.hosts)


def _settings(folder: Path, port: int, hosts: int) -> dict[str, object]:
    return {
        "id": "measured",
        "type": "ssh",
        "login": {
            "user": getpass.getuser(),
            "private_key": f"file:{folder / 'user'}",
            "known_hosts": str(folder / "known_hosts"),
        },
        "hosts": [{"name": f"host{number}", "address": "127.0.0.1", "port": port} for number in range(hosts)],
        "parallel": PARALLEL,
    }


@contextmanager
def _server(folder: Path) -> Iterator[int]:
    """An sshd on a free port of loopback that lets this user in by a key of its own."""
    for name in ("host", "user"):
        command = ["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(folder / name)]
        subprocess.run(command, check=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port: int = free.getsockname()[1]
    (folder / "known_hosts").write_text(f"[127.0.0.1]:{port} {(folder / 'host.pub').read_text('ascii')}", "ascii")
    configuration = folder / "sshd_config"
    configuration.write_text(
        f"ListenAddress 127.0.0.1:{port}\nHostKey {folder}/host\nAuthorizedKeysFile {folder}/user.pub\nPidFile none\n"
        "StrictModes no\nUsePAM no\nPasswordAuthentication no\nPermitRootLogin prohibit-password\nMaxStartups 200\n",
        "utf-8",
    )
    if os.geteuid() == 0:
        Path("/run/sshd").mkdir(mode=0o755, exist_ok=True)  # sshd's own working folder, which Debian's service makes
    command = [str(find("sshd")), "-D", "-e", "-f", str(configuration)]
    with subprocess.Popen(command, stdin=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        try:
            wait_for(port, process)
            yield port
        finally:
            process.terminate()
