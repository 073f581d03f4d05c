"""Three Linux hosts that differ: what each is made of, and what must be said of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from collector.host.sections import sudo_lines
from tests.servers.apt_state import Archive, apt_files
from tests.servers.pseudo_host import NO_SHELL, STANDARD_PATH, HostSpecification, SeededUser

COLLECTOR = "styrk"
PASSWORD = "Losenord-for-one-test"
PASSWORD_HASH = "$5$forthetest$h7ZmKQykbBqlrE1NnHBxMdlOmvFuTF.ivOo/rxHMRW3"
"""SHA-256 crypt(5) of something nobody knows: a password is set, and no attempt succeeds."""
OTP_SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
OTP_FILE = f'{OTP_SECRET}\n" RATE_LIMIT 3 30\n" WINDOW_SIZE 17\n" DISALLOW_REUSE\n" TOTP_AUTH\n'
"""A google-authenticator(1) file."""
TIME_SERVERS: Mapping[str, float] = {"sth1.ntp.se": 0.0, "gbg1.ntp.se": 0.0, "tid.example.test": 95.0}
"""Names of the fake NTP servers, and how many seconds each is ahead of the true time."""

SSHD_START = """Port 22
HostKey /etc/ssh/ssh_host_ed25519_key
UsePAM yes
PrintMotd no
"""
SSHD_MFA = f"""{SSHD_START}PermitRootLogin no
PasswordAuthentication no
KbdInteractiveAuthentication yes
AuthenticationMethods publickey,keyboard-interactive
Match User {COLLECTOR} Address {{collector}}
    AuthenticationMethods publickey
"""
SSHD_PASSWORD = f"{SSHD_START}PermitRootLogin yes\nPasswordAuthentication yes\nKbdInteractiveAuthentication no\n"
SSHD_MATCH = f"""{SSHD_MFA}Match User support1
    AuthenticationMethods password
    PasswordAuthentication yes
"""
PAM_OTP = """auth required pam_google_authenticator.so
account required pam_unix.so
session required pam_unix.so
"""
PAM_PASSWORD = "auth required pam_unix.so\naccount required pam_unix.so\nsession required pam_unix.so\n"
DEBIAN_12 = """PRETTY_NAME="Debian GNU/Linux 12 (bookworm)"
NAME="Debian GNU/Linux"
VERSION_ID="12"
VERSION="12 (bookworm)"
VERSION_CODENAME=bookworm
ID=debian
"""
DEBIAN_9 = DEBIAN_12.replace("12", "9").replace("bookworm", "stretch")
CHRONYD = "chronyd -x -d -f /etc/chrony/chrony.conf >/var/log/chrony.log 2>&1 &"


@dataclass(frozen=True, slots=True, kw_only=True)
class HostTruth:
    """What is true of one host."""

    name: str
    stale: frozenset[str] = frozenset()
    """Enabled local accounts unused for more than 90 days or never used and older."""
    in_use: frozenset[str] = frozenset()
    locked: frozenset[str] = frozenset()
    sudo: frozenset[str] = frozenset()
    """Users (by group or by name) that sudo lets do everything."""
    without_password: frozenset[str] = frozenset()
    """Users with a NOPASSWD line."""
    uid_0: frozenset[str] = frozenset({"root"})
    second_factor: bool = False
    """Whether sshd demands a second factor of anyone who has no Match block."""
    exempt_from_second_factor: frozenset[str] = frozenset()
    """Users that a Match block lets in from outside with one factor."""
    security_updates: frozenset[str] = frozenset()
    other_updates: frozenset[str] = frozenset()
    security_source: bool = True
    product: tuple[str, str] = ("debian", "12")
    time_sources: frozenset[str] = frozenset()
    offset_seconds: float | None = None
    """How far the clock is from its source (positive: the source is ahead); None = no time service runs."""
    published: datetime | None = field(default=None)
    """Date of the package index."""


def local_users(now: datetime, public_key: str, *more: SeededUser) -> tuple[SeededUser, ...]:
    """Return the users that every host has, and more; all have a set password unless they are the collector."""
    common = SeededUser(name=COLLECTOR, uid=1500, authorized_key=public_key, last_used=now, password_set=now)
    return (common, *more)


def _user(
    now: datetime, name: str, uid: int, used_days_ago: float | None, *groups: str, password: str = PASSWORD_HASH
) -> SeededUser:
    return SeededUser(
        name=name,
        uid=uid,
        password=password,
        groups=groups,
        last_used=None if used_days_ago is None else now - timedelta(days=used_days_ago),
        password_set=now - timedelta(days=400),
        shell=NO_SHELL if name == "tjanst" else "/bin/bash",
    )


APT_LOG = """
Start-Date: 2026-11-02  09:15:00
Commandline: apt-get install --option=secret nginx
Requested-By: drift1 (1001)
Install: nginx:amd64 (1.22.1-9), nginx-common:amd64 (1.22.1-9, automatic)
End-Date: 2026-11-02  09:15:09

Start-Date: 2026-11-03  06:20:00
Commandline: /usr/bin/unattended-upgrade
Upgrade: openssl:amd64 (3.0.15-1~deb12u1, 3.0.16-1~deb12u1)
End-Date: 2026-11-03  06:20:04
"""
"""What apt writes of its runs (apt's history.log): one by a person, one by itself."""


def _files(
    now: datetime,
    hosts: str,
    *,
    os_release: str,
    pam: str,
    archives: tuple[Archive, ...],
    chrony: str = "",
    sudoers: str = "",
) -> dict[str, str]:
    files = {
        "etc/hosts": hosts,
        "usr/lib/os-release": os_release,
        "etc/os-release": os_release,
        "etc/pam.d/sshd": pam,
        "etc/sudoers!": f"Defaults env_reset\nDefaults secure_path={STANDARD_PATH}\n"
        "root ALL=(ALL:ALL) ALL\n%sudo ALL=(ALL:ALL) ALL\n"
        f"{sudoers}@includedir /etc/sudoers.d\n",
        "etc/sudoers.d/styrk!": sudo_lines(COLLECTOR) + "\n",
        "var/log/apt/history.log": APT_LOG,
        **apt_files(archives, now - timedelta(days=40)),
    }
    if chrony:
        files["etc/chrony/chrony.conf"] = chrony + "driftfile /var/lib/chrony/chrony.drift\nbindcmdaddress 127.0.0.1\n"
    return files


def app1(now: datetime, public_key: str, hosts: str, collector: str) -> tuple[HostSpecification, HostTruth]:
    """A well-kept host: second factor, two time sources of the Swedish service, nothing pending; one stale account."""
    users = local_users(
        now,
        public_key,
        SeededUser(
            name="drift1",
            uid=1001,
            password=PASSWORD_HASH,
            groups=("sudo",),
            last_used=now - timedelta(days=3),
            password_set=now - timedelta(days=30),
            authorized_key=public_key,
            files={".google_authenticator": OTP_FILE},
        ),
        _user(now, "drift2", 1002, 200, "sudo"),
        _user(now, "gammal", 1003, 500, password=f"!{PASSWORD_HASH}"),
        _user(now, "tjanst", 1004, None, password="*"),
    )
    archive = Archive(
        suite="bookworm-security", label="Debian-Security", offers={"openssl": "3.0.9-1", "sudo": "1.9.10-1"}
    )
    chrony = "server sth1.ntp.se iburst\nserver gbg1.ntp.se iburst\n"
    files = _files(now, hosts, os_release=DEBIAN_12, pam=PAM_OTP, archives=(archive,), chrony=chrony)
    specification = HostSpecification(
        name="app1",
        users=users,
        sshd_config=SSHD_MFA.format(collector=collector),
        files=files,
        commands=(CHRONYD, "apt-get -q update"),
    )
    truth = HostTruth(
        name="app1",
        stale=frozenset({"drift2"}),
        in_use=frozenset({"drift1"}),
        locked=frozenset({"gammal", "tjanst"}),
        sudo=frozenset({"root", "drift1", "drift2"}),
        without_password=frozenset({COLLECTOR}),
        second_factor=True,
        time_sources=frozenset({"sth1.ntp.se", "gbg1.ntp.se"}),
        offset_seconds=0.0,
        published=now - timedelta(days=40),
    )
    return specification, truth


def db1(now: datetime, public_key: str, hosts: str, collector: str) -> tuple[HostSpecification, HostTruth]:
    """A neglected host: passwords only, a clock 95 s off, two security updates pending, a second uid 0, NOPASSWD."""
    users = local_users(
        now,
        public_key,
        _user(now, "dba", 1001, 5),
        _user(now, "konsult", 1002, 300),
        _user(now, "aldrig", 1003, None),
        _user(now, "toor", 0, None, password="*"),
    )
    archives = (
        Archive(suite="bookworm", label="Debian", offers={"tzdata": "2025b-0+deb12u1"}),
        Archive(
            suite="bookworm-security",
            label="Debian-Security",
            offers={"openssl": "3.0.17-1~deb12u2", "libssl3": "3.0.17-1~deb12u2"},
        ),
    )
    files = _files(
        now,
        hosts,
        os_release=DEBIAN_12,
        pam=PAM_PASSWORD,
        archives=archives,
        chrony="server tid.example.test iburst\n",
        sudoers="dba ALL=(ALL) NOPASSWD: ALL\n",
    )
    specification = HostSpecification(
        name="db1", users=users, sshd_config=SSHD_PASSWORD, files=files, commands=(CHRONYD, "apt-get -q update")
    )
    truth = HostTruth(
        name="db1",
        stale=frozenset({"konsult", "aldrig"}),
        in_use=frozenset({"dba"}),
        sudo=frozenset({"root", "dba"}),
        without_password=frozenset({COLLECTOR, "dba"}),
        uid_0=frozenset({"root", "toor"}),
        security_updates=frozenset({"openssl", "libssl3"}),
        other_updates=frozenset({"tzdata"}),
        time_sources=frozenset({"tid.example.test"}),
        offset_seconds=95.0,
        published=now - timedelta(days=40),
    )
    return specification, truth


def web1(now: datetime, public_key: str, hosts: str, collector: str) -> tuple[HostSpecification, HostTruth]:
    """A host past its release's end: no security source, no time service, one user exempt from MFA."""
    users = local_users(
        now,
        public_key,
        _user(now, "support1", 1001, 8, "sudo"),
        _user(now, "webb", 1002, 89),
        _user(now, "praktikant", 1003, 91),
    )
    archive = Archive(suite="stretch", label="Debian", offers={"tzdata": "2023c-0"})
    files = _files(now, hosts, os_release=DEBIAN_9, pam=PAM_OTP, archives=(archive,))
    specification = HostSpecification(
        name="web1",
        users=users,
        sshd_config=SSHD_MATCH.format(collector=collector),
        files=files,
        commands=("apt-get -q update",),
    )
    truth = HostTruth(
        name="web1",
        stale=frozenset({"praktikant"}),
        in_use=frozenset({"support1", "webb"}),
        sudo=frozenset({"root", "support1"}),
        without_password=frozenset({COLLECTOR}),
        second_factor=True,
        exempt_from_second_factor=frozenset({"support1"}),
        security_source=False,
        product=("debian", "9"),
        published=now - timedelta(days=40),
    )
    return specification, truth
