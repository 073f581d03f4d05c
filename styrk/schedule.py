"""The text of the systemd units that run a scan: systemd.service(5), systemd.timer(5), systemd.exec(5).

Pure: from a description to text. Quoting follows systemd.syntax(7) and, where the page is silent, the parser of each
setting: command lines are unquoted and unescaped, lists of paths are unquoted only, single paths are taken as they are;
`%` starts a specifier in all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

NAME = "styrk-scan"
WRITTEN_BY = "# Written by `styrk schedule`; a new run of it replaces this file."
DEFAULT_CALENDAR = "*-*-* 03:00:00"


class UnitTextError(ValueError):
    """A path or a value that a unit file cannot hold; the message says which and why."""


@dataclass(frozen=True, slots=True)
class Job:
    """One scheduled scan."""

    command: tuple[str, ...]
    """Absolute path of the program, then its arguments."""
    output: Path
    """Absolute; the only folder that the scan may write."""
    calendar: str = DEFAULT_CALENDAR
    """As systemd.time(7) writes calendar events."""
    credentials: Mapping[str, Path] = field(default_factory=dict)
    """Name of each `cred:` reference to the file that holds it."""
    environment_file: Path | None = None
    """For `env:` references: a file of NAME=value lines."""
    user: str | None = None
    """As whom a system service runs; None for root, and for a user's own service."""
    of_user: bool = False
    """For a user's own service manager, which can set up no mount namespaces."""


def service_text(job: Job) -> str:
    """The .service unit; raises UnitTextError."""
    lines = [
        WRITTEN_BY,
        "[Unit]",
        "Description=Styrk: collect, judge and seal evidence",
        "Documentation=man:systemd.exec(5)",
        *([] if job.of_user else ["Wants=network-online.target", "After=network-online.target"]),
        "",
        "[Service]",
        "Type=oneshot",
        # The colon: no `$` in a path is taken for a variable.
        f"ExecStart=:{' '.join(quoted_argument(word) for word in job.command)}",
        "# 1: exceptions were found; 3: something could not be determined. Both scans sealed a bundle.",
        "SuccessExitStatus=1 3",
        *([f"User={_plain(job.user, 'user')}"] if job.user and not job.of_user else []),
        *(
            f"LoadCredential={_plain(name, 'credential')}:{single_path(path)}"
            for name, path in sorted(job.credentials.items())
        ),
        *([f"EnvironmentFile={single_path(job.environment_file)}"] if job.environment_file else []),
        "UMask=0077",
        "Nice=10",
        "TimeoutStopSec=2min",
        "NoNewPrivileges=true",
        "RestrictSUIDSGID=true",
        "LockPersonality=true",
        "RestrictRealtime=true",
        "SystemCallArchitectures=native",
        "RestrictAddressFamilies=AF_UNIX AF_INET AF_INET6 AF_NETLINK",
    ]
    if not job.of_user:
        lines += [
            "# Everything is read-only but the folder of the bundles.",
            "ProtectSystem=strict",
            f"ReadWritePaths={listed_path(job.output)}",
            "PrivateTmp=true",
            "ProtectKernelTunables=true",
            "ProtectKernelModules=true",
            "ProtectControlGroups=true",
            "ProtectClock=true",
        ]
    return "\n".join(lines) + "\n"


def timer_text(job: Job) -> str:
    """The .timer unit; raises UnitTextError."""
    return "\n".join(
        [
            WRITTEN_BY,
            "[Unit]",
            "Description=Styrk: when to collect evidence",
            "",
            "[Timer]",
            f"OnCalendar={_plain(job.calendar, 'calendar expression')}",
            "# A scan that was missed while the machine was off is made up for.",
            "Persistent=true",
            "RandomizedDelaySec=15min",
            "",
            "[Install]",
            "WantedBy=timers.target",
            "",
        ]
    )


def quoted_argument(word: str) -> str:
    """One word of a command line: in double quotes, with C escapes and without specifiers."""
    escaped = _printable(word).replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


def listed_path(path: Path) -> str:
    """One path of a list: in quotes, where backslashes mean nothing."""
    text = _absolute(path)
    mark = '"' if '"' not in text else "'"
    if mark in text:
        raise UnitTextError(f"{text} has both kinds of quotes, which a unit file cannot hold")
    return f"{mark}{text.replace('%', '%%')}{mark}"


def single_path(path: Path) -> str:
    """A path that is a setting's whole value, or its end: taken literally, specifiers aside."""
    text = _absolute(path)
    if text != text.strip() or text.endswith("\\"):
        raise UnitTextError(f"{text!r} begins or ends with a character that a unit file cannot hold there")
    return text.replace("%", "%%")


def _absolute(path: Path) -> str:
    if not path.is_absolute():
        raise UnitTextError(f"{path} is not absolute")
    return _printable(str(path))


def _plain(text: str, what: str) -> str:
    if text != text.strip() or not text or "%" in text or text.endswith("\\"):
        raise UnitTextError(f"{text!r} is no {what}")
    return _printable(text)


def _printable(text: str) -> str:
    if not text.isprintable():
        raise UnitTextError(f"{text!r} has a character that a unit file cannot hold")
    return text
