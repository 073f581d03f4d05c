"""`styrk schedule`: systemd units that run a scan of the given settings."""

from __future__ import annotations

import argparse
import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from pydantic import BaseModel

from config.loading import load_settings
from config.settings import Settings
from styrk.errors import UsageError
from styrk.keys import default_key_path
from styrk.schedule import DEFAULT_CALENDAR, NAME, WRITTEN_BY, Job, UnitTextError, service_text, timer_text

CREDENTIAL_STORE = Path("/etc/credstore")
"""Where systemd itself looks for credentials of system services (systemd.exec(5))."""
_REFERENCE = re.compile(r"(cred|env):([A-Za-z0-9._-]+)")
_USER = re.compile(r"[a-z_][a-z0-9_-]{0,31}")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        'example: styrk schedule -c /etc/styrk/styrk.yaml --on-calendar "Mon..Fri 03:00"\n\n'
        "Writes styrk-scan.service and styrk-scan.timer; enables nothing.\n"
        "--on-calendar takes systemd.time(7) expressions (`systemd-analyze calendar`)."
    )
    parser.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="settings of the scan")
    parser.add_argument(
        "--on-calendar", default=DEFAULT_CALENDAR, metavar="WHEN", help=f'when (default: "{DEFAULT_CALENDAR}")'
    )
    where = parser.add_mutually_exclusive_group()
    where.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="folder for the units (default: here)")
    where.add_argument("--stdout", action="store_true", help="print the units instead of writing them")
    whose = parser.add_mutually_exclusive_group()
    whose.add_argument("--user", action="store_true", help="for your own service manager (systemctl --user)")
    whose.add_argument("--run-as", metavar="NAME", help="user of the system service (default: root)")
    parser.add_argument(
        "--credentials", type=Path, metavar="DIR", help=f"folder with cred: secrets (default: {CREDENTIAL_STORE})"
    )
    parser.add_argument("--environment", type=Path, metavar="FILE", help="file with NAME=value for env: secrets")
    parser.add_argument("--json", action="store_true", help="print the units' texts and names as JSON")


def run(options: argparse.Namespace) -> int:
    """Write the units; returns 0."""
    settings = load_settings(options.config)
    job = make_job(options, settings)
    try:
        units = {f"{NAME}.service": service_text(job), f"{NAME}.timer": timer_text(job)}
    except UnitTextError as error:
        raise UsageError(str(error), "choose another one") from error
    _check_calendar(job.calendar)
    paths: list[Path] = []
    if not options.stdout:
        paths = [_write(options.out / name, text) for name, text in units.items()]
    if options.json:
        print(json.dumps({"units": units, "files": [str(path) for path in paths]}))
    elif options.stdout:
        print("\n".join(f"# {name}\n{text}" for name, text in units.items()), end="")
    else:
        print("\n".join([*(f"wrote {path}" for path in paths), "", *_next_steps(options, settings, job, paths)]))
    return 0


def make_job(options: argparse.Namespace, settings: Settings) -> Job:
    """What the options and the settings ask for, every path absolute; raises UsageError."""
    key = (settings.output.signing_key or default_key_path()).absolute()
    if not key.exists():
        raise UsageError(f"there is no signing key {key}", "`styrk init` makes one; a scheduled scan makes none")
    if options.run_as and not _USER.fullmatch(options.run_as):
        raise UsageError(f"{options.run_as!r} is no user name", "name a user of this system")
    output = settings.output.directory.absolute()
    words = ("scan", "--log", "--config", options.config.absolute(), "--out", output, "--key", key)
    # -P: a folder named like one of our packages, where the service starts, is not imported.
    command = (str(Path(sys.executable).absolute()), "-P", "-m", "styrk", *map(str, words))
    store = (options.credentials or (_own_store() if options.user else CREDENTIAL_STORE)).absolute()
    return Job(
        command=command,
        output=output,
        calendar=options.on_calendar,
        credentials={name: store / name for kind, name in references(settings) if kind == "cred"},
        environment_file=options.environment.absolute() if options.environment else None,
        user=options.run_as,
        of_user=options.user,
    )


def references(model: BaseModel) -> Iterator[tuple[str, str]]:
    """Every `cred:` and `env:` reference in the settings: its kind and the name."""
    for _, value in model:
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, BaseModel):
                yield from references(each)
            elif isinstance(each, str) and (match := _REFERENCE.fullmatch(each)):
                yield match[1], match[2]


def _own_store() -> Path:
    return Path.home() / ".config" / "credstore"


def _check_calendar(expression: str) -> None:
    """Let systemd judge the expression, where it is there."""
    program = shutil.which("systemd-analyze")
    if program is None:
        return
    done = subprocess.run(
        [program, "calendar", "--", expression], capture_output=True, text=True, timeout=30, check=False
    )
    if done.returncode:
        raise UsageError(
            f"{expression!r} is no calendar expression: {done.stderr.strip()}", 'write for example "Mon..Fri 03:00"'
        )


def _write(path: Path, text: str) -> Path:
    try:
        if path.exists() and not path.read_text(encoding="utf-8").startswith(WRITTEN_BY):
            raise UsageError(f"{path} exists and was not written by Styrk", "move it, or name another folder")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8", newline="\n")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "name another folder with --out") from error
    return path


def _next_steps(options: argparse.Namespace, settings: Settings, job: Job, paths: list[Path]) -> Iterator[str]:
    control = "systemctl --user" if job.of_user else "systemctl"
    folder = Path.home() / ".config/systemd/user" if job.of_user else Path("/etc/systemd/system")
    files = " ".join(shlex.quote(str(path)) for path in paths)
    yield "To enable:"
    if not job.output.is_dir():
        owner = f" -o {job.user}" if job.user else ""
        yield f"  install -d -m 700{owner} {shlex.quote(str(job.output))}"
    for name, path in sorted(job.credentials.items()):
        yield f"  install -D -m 600 YOUR-FILE {shlex.quote(str(path))}    # the secret {name}"
    if folder.resolve() != options.out.resolve():
        yield f"  install -D -m 644 -t {shlex.quote(str(folder))} {files}"
    yield f"  {control} daemon-reload"
    yield f"  {control} enable --now {NAME}.timer"
    if job.of_user:
        yield "  loginctl enable-linger    # so that it runs when you are not logged on"
    yield ""
    yield f"Next runs:  {control} list-timers {NAME}.timer"
    yield f"Its log:    journalctl {'--user ' if job.of_user else ''}-u {NAME}.service"
    names = sorted({name for kind, name in references(settings) if kind == "env"})
    if names and job.environment_file is None:
        yield ""
        yield f"The settings read {', '.join(names)} from the environment: name a file, mode 600, with"
        yield "NAME=value lines by --environment, or use cred: references."
