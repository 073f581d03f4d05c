"""A pseudo-host: a network namespace with an overlay of this machine's files, own users, daemons and process tree.

It shares the kernel and the installed programs; /etc/passwd, sshd, sudoers, dpkg and apt state, logs, /tmp, /run,
/home and the process list are its own. Killing the one process that holds it ends all of it.
"""

from __future__ import annotations

import os
import pwd
import stat
import struct
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

from tests.servers.network import Namespace, answers
from tests.servers.process import Process, run

OPAQUE = (
    *("etc/ssh", "etc/sudoers.d", "etc/apt", "etc/chrony", "etc/cron.d", "etc/default", "etc/profile.d"),
    *("var/log", "var/lib/apt", "var/lib/dpkg", "var/lib/chrony", "var/cache/apt", "srv", "opt"),
)
"""Folders of which the pseudo-host sees nothing of this machine's."""
LASTLOG_RECORD = struct.Struct("<i32s256s")
"""lastlog(5): seconds since 1970, terminal, host; one record per uid."""
SHELL, NO_SHELL = "/bin/bash", "/usr/sbin/nologin"
STANDARD_PATH = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

INIT = """set -eu
F={folder}
mount --make-rprivate /
mount -t overlay -o lowerdir=/,upperdir=$F/upper,workdir=$F/work overlay $F/root
cd $F/root
mount -t tmpfs -o mode=0755 tmpfs dev
for d in "null 1 3" "zero 1 5" "full 1 7" "random 1 8" "urandom 1 9" "tty 5 0"; do
  set -- $d; mknod -m 0666 dev/$1 c $2 $3
done
mkdir dev/pts dev/shm
mount -t devpts -o newinstance,ptmxmode=0666,mode=0620,gid=5 devpts dev/pts
ln -s pts/ptmx dev/ptmx; ln -s /proc/self/fd dev/fd
ln -s /proc/self/fd/0 dev/stdin; ln -s /proc/self/fd/1 dev/stdout; ln -s /proc/self/fd/2 dev/stderr
mount -t proc proc proc
mount -t sysfs -o ro sysfs sys
mount -t tmpfs -o mode=1777 tmpfs tmp
for d in run root home; do mount -t tmpfs -o mode=0755 tmpfs $d; done
cp -a $F/home/. home/
mkdir -p run/sshd run/lock run/chrony tmp/old
pivot_root . tmp/old
cd /
umount -l /tmp/old
rmdir /tmp/old
rm -f /.dockerenv
hostname {name}
{commands}
wait
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeededUser:
    """One local account of a pseudo-host."""

    name: str
    uid: int
    password: str = "*"
    """What stands in shadow(5): `*` no password, `!` before a hash locked, or a hash."""
    shell: str = SHELL
    groups: tuple[str, ...] = ()
    last_used: datetime | None = None
    password_set: datetime | None = None
    expires: datetime | None = None
    authorized_key: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    """Files in the home folder, mode 0400."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HostSpecification:
    """What a pseudo-host is made of."""

    name: str
    users: tuple[SeededUser, ...]
    sshd_config: str
    files: Mapping[str, str]
    """Path below / -> text; a path that ends in `!` (cut off) is only for root, mode 0600."""
    missing: tuple[str, ...] = ()
    """Files of this machine that the host lacks, e.g. usr/bin/apt-get."""
    commands: tuple[str, ...] = ()
    """Shell commands that run at its start, e.g. daemons with `&`."""


class PseudoHost:
    """A running pseudo-host with sshd on port 22 of its address."""

    port = 22

    def __init__(self, specification: HostSpecification, namespace: Namespace, folder: Path) -> None:
        """Write its files and start it; wait_until_ready tells when it answers."""
        self.name = specification.name
        self.specification = specification
        self.namespace = namespace
        self.address = namespace.address
        self.folder = folder
        for part in ("upper", "work", "root", "home"):
            (folder / part).mkdir(parents=True)
        (folder / "upper").chmod(0o755)
        self._write_files()
        init = folder / "init.sh"
        commands = "\n".join((*specification.commands, "/usr/sbin/sshd -D -e &"))
        init.write_text(INIT.format(folder=folder, name=self.name, commands=commands), encoding="utf-8")
        isolated = ("unshare", "--mount", "--uts", "--pid", "--ipc", "--fork", "--kill-child", "bash", str(init))
        self._process = Process(namespace.command(*isolated), folder / "log")

    @property
    def host_key(self) -> str:
        """Return the host's public key, `ssh-ed25519 AAAA...`."""
        text = (self.folder / "upper/etc/ssh/ssh_host_ed25519_key.pub").read_text(encoding="ascii")
        return " ".join(text.split()[:2])

    @property
    def known_hosts_line(self) -> str:
        """Return the line that pins the host's key, by address and by name."""
        return f"{self.address},{self.name} {self.host_key}"

    def wait_until_ready(self) -> None:
        """Wait until sshd answers; raises ServerError with the host's log when it does not."""
        self._process.wait_until(lambda: answers(self.address, self.port), f"host {self.name}")

    def inside(self, *argv: str) -> str:
        """Run a program inside the host as root and return its standard output."""
        child = f"/proc/{self._process.pid}/task/{self._process.pid}/children"
        init = Path(child).read_text(encoding="ascii").split()[0]
        return run(["nsenter", "--target", init, "--all", "--wd=/", "--", *argv])

    def wait_until(self, ready: Callable[[], bool], what: str) -> None:
        """Wait for a condition while the host runs."""
        self._process.wait_until(ready, f"host {self.name}: {what}")

    def stop(self) -> None:
        """End the host and everything in it."""
        self._process.stop()

    def _write(self, path: str, text: str, mode: int = 0o644) -> None:
        target = self.folder / "upper" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        target.chmod(mode)

    def _write_files(self) -> None:
        upper = self.folder / "upper"
        for path in OPAQUE:
            (upper / path).mkdir(parents=True, exist_ok=True)
            os.setxattr(upper / path, "trusted.overlay.opaque", b"y")
        for path in self.specification.missing:
            (upper / path).parent.mkdir(parents=True, exist_ok=True)
            os.mknod(upper / path, stat.S_IFCHR, os.makedev(0, 0))  # an overlay whiteout
        for path, text in self.specification.files.items():
            secret = path.endswith("!")
            self._write(path.rstrip("!"), text, 0o600 if secret else 0o644)
        self._write("etc/hostname", f"{self.name}\n")
        self._write("etc/hosts", f"127.0.1.1 {self.name}\n{self.specification.files.get('etc/hosts', '')}")
        self._write("etc/ssh/sshd_config", self.specification.sshd_config)
        key = upper / "etc/ssh/ssh_host_ed25519_key"
        run(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", "", "-f", str(key)])
        os.chown(upper / "var/lib/chrony", *_owner("_chrony"))
        self._write_users()

    def _write_users(self) -> None:
        users = (*_system_users(), *self.specification.users)
        groups: dict[str, list[str]] = {"sudo": []}
        for user in users:
            for group in user.groups:
                groups.setdefault(group, []).append(user.name)
        passwd = [f"{u.name}:x:{u.uid}:{u.uid}:{u.name}:{_home(u)}:{u.shell}" for u in users]
        group_lines = [f"{u.name}:x:{u.uid}:" for u in users]
        group_lines += ["tty:x:5:", "shadow:x:42:", "nogroup:x:65533:"]
        group_lines += [
            f"{name}:x:{27 if name == 'sudo' else 3000 + n}:{','.join(m)}" for n, (name, m) in enumerate(groups.items())
        ]
        self._write("etc/passwd", "\n".join(passwd) + "\n")
        self._write("etc/group", "\n".join(group_lines) + "\n")
        self._write("etc/shadow", "\n".join(_shadow(user) for user in users) + "\n", 0o640)
        os.chown(self.folder / "upper/etc/shadow", 0, 42)
        self._write("etc/gshadow", "", 0o640)
        with (self.folder / "upper/var/log/lastlog").open("wb") as lastlog:
            for user in users:
                lastlog.seek(user.uid * LASTLOG_RECORD.size)
                seconds = 0 if user.last_used is None else int(user.last_used.timestamp())
                lastlog.write(
                    LASTLOG_RECORD.pack(seconds, b"pts/0" if seconds else b"", b"192.0.2.7" if seconds else b"")
                )
        for user in self.specification.users:
            self._write_home(user)

    def _write_home(self, user: SeededUser) -> None:
        home = self.folder / "home" / user.name
        (home / ".ssh").mkdir(parents=True)
        if user.authorized_key:
            (home / ".ssh/authorized_keys").write_text(user.authorized_key + "\n", encoding="ascii")
        for name, text in user.files.items():
            (home / name).write_text(text, encoding="utf-8")
            (home / name).chmod(0o400)
        for path in (home, *home.rglob("*")):
            os.chown(path, user.uid, user.uid)
            if path.is_dir():
                path.chmod(0o700)


def _home(user: SeededUser) -> str:
    if user.uid == 0:
        return "/root"
    return f"/home/{user.name}" if user.uid >= 1000 else "/nonexistent"


def _shadow(user: SeededUser) -> str:
    changed = 19000 if user.password_set is None else int(user.password_set.timestamp()) // 86400
    expires = "" if user.expires is None else str(int(user.expires.timestamp()) // 86400)
    return f"{user.name}:{user.password}:{changed}:0:99999:7::{expires}:"


def _owner(name: str) -> tuple[int, int]:
    entry = pwd.getpwnam(name)
    return entry.pw_uid, entry.pw_gid


def _system_users() -> tuple[SeededUser, ...]:
    own = {"_chrony": _owner("_chrony")[0], "sshd": _owner("sshd")[0], "_apt": _owner("_apt")[0]}
    fixed = {"daemon": 1, "bin": 2, "sys": 3, "www-data": 33, "nobody": 65534}
    return (
        SeededUser(name="root", uid=0),
        *(SeededUser(name=name, uid=uid, shell=NO_SHELL) for name, uid in (*fixed.items(), *own.items())),
    )
