"""Makes attempts through one vantage to targets that are silent. Arguments: settings (JSON), attempts, rate."""

from __future__ import annotations

import json
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from collector.network.tunnel import Answer, attempt_all
from collector.secrets import resolve
from collector.transport.ssh import SshClient
from config.sources import SshLogin, SshTarget

SILENT = "198.18.0.9"  # RFC 2544: an address for measurements
FIRST_PORT = 20_000


def main() -> None:
    """Attempt every port; ends with an error where some attempt had no end of its own."""
    held = json.loads(Path(sys.argv[1]).read_text("utf-8"))
    attempts, rate = map(int, sys.argv[2:])
    login = SshLogin.model_validate_json(json.dumps(held["login"]))
    shell = SshClient(login, resolve).shell(SshTarget.model_validate_json(json.dumps(held["vantage"])))
    targets = [(SILENT, FIRST_PORT + number) for number in range(attempts)]
    answers = attempt_all(shell, targets, rate, held["timeout"])  # type: ignore[arg-type]  # it is a Tunnel too
    silent = sum(1 for each in answers.values() if isinstance(each, Answer) and each.code is None)
    if silent != attempts:
        sys.exit(f"{silent} of {attempts} attempts ended in silence")


if __name__ == "__main__":
    main()
