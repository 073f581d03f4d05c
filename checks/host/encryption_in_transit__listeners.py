"""No host listens for a protocol that sends everything, passwords too, in clear text.

By their ports: FTP (21), telnet (23), TFTP (69/udp), finger (79), rexec, rlogin and rsh (512 to 514/tcp). Such a port
that only the host itself can reach is left out. What is sent on other ports is not seen here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from checks.finding import Outcome, Severity, conforms, deviates, out_of_scope
from checks.record_rules.reasons import COMMON, because
from collector.evidence import EvidenceSet, Population
from collector.records.host import Listener

CONTROL = "encryption-in-transit"
READS = (Listener,)


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


REASONS = COMMON | {
    "clear-text": because(
        "Lyssnar för {protocol}, som sänder allt i klartext.",
        "Listens for {protocol}, which sends everything in clear text.",
        "Stäng av tjänsten, eller ersätt den med SSH eller TLS.",
        "Switch it off, or replace it by SSH or TLS.",
        Severity.HIGH,
    ),
    "own": because("Nås bara från värden själv.", "Reached from the host itself only."),
}
_CLEAR = {
    ("tcp", 21): "FTP",
    ("tcp", 23): "telnet",
    ("udp", 69): "TFTP",
    ("tcp", 79): "finger",
    ("tcp", 512): "rexec",
    ("tcp", 513): "rlogin",
    ("tcp", 514): "rsh",
}


def judge(
    listeners: Population[Listener], _evidence: EvidenceSet, _parameters: Parameters, _as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per port."""
    for row in listeners.records:
        protocol = _CLEAR.get((row.protocol, row.port))
        if protocol is None:
            yield conforms(row)
        elif row.address is not None and row.address.startswith(("127.", "::1", "[::1]")):
            yield out_of_scope(row, "own")
        else:
            yield deviates(row, "clear-text", protocol=protocol)
