"""The command line: finds the command, and turns errors into messages and exit statuses.

Only argparse is imported here, so that `--version` and `--help` are quick; each command imports what it needs.
"""

from __future__ import annotations

import argparse
import importlib
import io
import os
import signal
import sys
import traceback
from collections.abc import Mapping
from types import FrameType
from typing import NoReturn, Protocol

from styrk import __version__
from styrk.errors import StoppedError, UsageError

COMMANDS = {
    "init": "write a commented styrk.yaml and make the signing key",
    "doctor": "can every source be reached, and with which rights",
    "plan": "every query and command that a scan would issue",
    "scan": "read, judge and seal: the main job",
    "verify": "check a bundle's seal, files and signer",
    "reperform": "rerun a bundle's judgement and compare",
    "report": "write reports from a bundle",
    "diff": "what changed between two bundles",
    "drill": "restore chosen files to a scratch folder, compare and measure",
    "followup": "were earlier audits' recommendations heeded, by evidence",
    "checks": "the checks, their rules and parameters",
    "catalogue": "the requirement catalogues",
    "register": "how an export is understood; what registers can hold",
    "schedule": "run scans by systemd",
}
FAULT = 70
"""Exit status for a fault in Styrk itself (EX_SOFTWARE of sysexits.h)."""
STATUS = """\
exit status:
  0  all determined and satisfied (or accepted)
  1  exceptions found
  2  mistake in the call or the settings
  3  no exception, but something could not be determined
  4  a bundle failed verification or did not re-perform
  70 a fault in Styrk itself; 130 stopped (Ctrl-C, SIGTERM)
"""


class Command(Protocol):
    """A module under `styrk/commands/`."""

    def add_arguments(self, parser: argparse.ArgumentParser) -> None:
        """Declare the command's options."""

    def run(self, options: argparse.Namespace) -> int:
        """Do it; returns the exit status."""
        ...


def main(arguments: list[str] | None = None, offered: Mapping[str, str] = COMMANDS) -> int:
    """Run one command of those offered; returns the exit status."""
    words = sys.argv[1:] if arguments is None else arguments
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):  # a name that the terminal's encoding lacks must not end a command
            stream.reconfigure(errors="backslashreplace")
    name = next((word for word in words if not word.startswith("-")), None)
    if name is None or name not in offered:
        _overview(name, offered).parse_args(words)
        return 2
    return _guarded(name, words)


def _run(name: str, words: list[str]) -> int:
    from collector.cycles import search_seldom

    search_seldom()
    index = words.index(name)
    command: Command = importlib.import_module(f"styrk.commands.{name}")
    parser = argparse.ArgumentParser(
        prog=f"styrk {name}",
        description=COMMANDS[name][0].upper() + COMMANDS[name][1:] + ".",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    command.add_arguments(parser)
    status = command.run(parser.parse_args(words[:index] + words[index + 1 :]))
    sys.stdout.flush()  # here, where a reader that has gone is dealt with
    return status


def _overview(name: str | None, offered: Mapping[str, str]) -> argparse.ArgumentParser:
    width = max(map(len, offered))
    listing = "\n".join(f"  {each:<{width}}  {text}" for each, text in offered.items())
    example = "styrk scan -c styrk.yaml" if "scan" in offered else "styrk verify BUNDLE"
    parser = argparse.ArgumentParser(
        prog="styrk",
        usage="styrk COMMAND [options]",
        description="Collects control evidence, judges it, and seals it for anyone to check.",
        epilog=f"commands:\n{listing}\n\nexample: {example}\nhelp:    styrk COMMAND --help\n\n{STATUS}",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument("--version", action="version", version=f"styrk {__version__}")
    if name is None:
        parser.add_argument("command", metavar="COMMAND", help="one of those below")
    else:
        parser.add_argument("command", metavar="COMMAND", choices=list(offered), help="one of those below")
    return parser


def _guarded(name: str, words: list[str]) -> int:
    signal.signal(signal.SIGTERM, _stop)
    try:
        return _run(name, words)
    except (KeyboardInterrupt, StoppedError):
        return _fail("stopped; nothing half-written is left", 130)
    except BrokenPipeError:
        # The reader of our output has gone; what is still buffered goes nowhere, without another error.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 141
    except UsageError as error:
        return _fail(str(error), 2)
    except _known() as error:
        return _fail(str(error), 2)
    except Exception:  # noqa: BLE001  # Python's status 1 for a fault of ours would say "exceptions were found"
        traceback.print_exc()
        return _fail("this is a fault in Styrk; please report it with the lines above", FAULT)


def _known() -> tuple[type[Exception], ...]:
    """Errors of the lower stages that are a user's to mend; looked up only where they may have been raised."""
    found: list[type[Exception]] = []
    for module, name in (
        ("config.problems", "SettingsError"),
        ("reporters.bundle.errors", "BundleError"),
        ("checks.judgement", "CheckError"),
        ("assessment.policy", "PolicyError"),
    ):
        if module in sys.modules:
            found.append(getattr(sys.modules[module], name))
    return tuple(found)


def _stop(_signal: int, _frame: FrameType | None) -> NoReturn:
    raise StoppedError


def _fail(message: str, status: int) -> int:
    print(f"styrk: {message}", file=sys.stderr)
    return status


if __name__ == "__main__":
    sys.exit(main())
