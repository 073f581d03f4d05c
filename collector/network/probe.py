"""Connection attempts from a vantage to declared targets: opt-in, rate-capped.

By TCP first through the vantage's SSH server alone (`collector.network.tunnel`); where that forwards nothing, and by
UDP, by one script of bash's /dev/tcp and /dev/udp (bash(1), "Redirections"). Nothing is sent on a TCP connection; by
UDP one datagram is, a question that DNS or NTP answers on their ports. A refusal may be the target's or a firewall's
(nft `reject`): from outside the two look alike. `Host unreachable` that comes at once is a router's word, by which
firewalls reject (ICMP administratively prohibited reaches a socket as the same error); late, nobody was there.
"""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address, ip_network
from typing import Literal

from collector.evidence import GapCause
from collector.network.shell import Connect, LocalShell
from collector.network.tunnel import Answer, ForwardingRefusedError, Tunnel, attempt_all, packets_of
from collector.records.network import Probe, Zone
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.ssh import RemoteShell
from config.sources import ProbeSource

Outcome = Literal["open", "refused", "filtered", "no-answer", "no-route", "failed"]

MAX_ATTEMPTS = 20_000
"""Attempts of one source: targets times ports."""
_BYTES_PER_ATTEMPT = 600
_SLACK_SECONDS = 30.0
_QUICK_SECONDS = 0.8
"""`Host unreachable` sooner than this was told by a router; a host that nobody finds takes a second or more."""

_LINE = re.compile(r"probe (\d+) (\d+) (\d{9,11})(?:\.(\d+))? ?(.*)")
_QUESTIONS = {
    53: r"\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00\x00\x00\x02\x00\x01",  # DNS: name servers of the root
    123: r"\x1b" + r"\x00" * 47,  # NTP version 3, client
}
"""Port to a datagram that its service answers; others get one zero octet."""
_WORDS: tuple[tuple[str, Outcome], ...] = (
    ("connection refused", "refused"),
    ("connection timed out", "no-answer"),
    ("no route to host", "no-route"),
    ("network is unreachable", "no-route"),
    # A local firewall's refusal is EPERM or EACCES.
    ("invalid argument", "no-route"),  # a blackhole route
    ("operation not permitted", "filtered"),
    ("permission denied", "filtered"),
)


@dataclass(frozen=True, slots=True)
class Attempt:
    """One port of one target, and the zone that the target lies in."""

    target: str
    port: int
    zone: str
    protocol: Literal["tcp", "udp"] = "tcp"


class ReachabilityProbe:
    """Connection attempts from one vantage; implements `collector.source.Source`.

    Raises SourceError (unsupported) at construction for a target outside every declared zone or in several, for an
    undeclared zone of the vantage, and for a vantage without `connect`: those are mistakes in the settings.
    """

    provides: frozenset[type[Record]] = frozenset({Probe})

    def __init__(
        self,
        settings: ProbeSource,
        zones: Sequence[Zone],
        connect: Connect | None = None,
        local: RemoteShell | None = None,
    ) -> None:
        if settings.vantage is not None and connect is None:
            raise SourceError(GapCause.UNSUPPORTED, "a vantage is named, and no way to reach it", "add `login`")
        if settings.zone not in {zone.name for zone in zones}:
            raise SourceError(
                GapCause.UNSUPPORTED,
                f"the vantage's zone {settings.zone} is not declared",
                f"declare it under `zones`, or use one of {', '.join(sorted(zone.name for zone in zones)) or 'none'}",
            )
        self.id = settings.id
        self._settings = settings
        self._connect = connect
        self._local = local or LocalShell()
        self._attempts = tuple(
            Attempt(target.address, port, zone_of(target.address, zones), target.protocol)
            for target in settings.targets
            for port in target.ports
        )
        if len(self._attempts) > MAX_ATTEMPTS:
            raise SourceError(
                GapCause.UNSUPPORTED, f"{len(self._attempts)} attempts; at most {MAX_ATTEMPTS}", "name fewer ports"
            )

    @property
    def vantage(self) -> str:
        """The host that the attempts are made from."""
        return self._settings.vantage.name if self._settings.vantage else socket.gethostname()

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """One attempt per target and port, in the way that is tried first and the one that is tried else."""
        if Probe in wanted:
            for attempt in self._attempts:
                for text in self._ways(attempt):
                    yield Query(f"{attempt.target}:{attempt.port}/{attempt.protocol}", text, (Probe,))

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Make every attempt in one script; an attempt without an answer of its own is a gap."""
        if Probe not in wanted:
            return
        login = self._settings.login if self._settings.vantage else None
        recorder.identity(f"{login.user} by SSH" if login else f"{getpass.getuser()} on this host")
        results = self._results(recorder)
        alive = {attempt.target for attempt, (outcome, _) in results.items() if outcome in {"open", "refused"}}
        for attempt in self._attempts:
            if attempt not in results:
                recorder.gap(
                    Probe,
                    GapCause.TRUNCATED,
                    "the attempt gave no answer: the script ended before it",
                    subject=f"{attempt.target}:{attempt.port}/{attempt.protocol}",
                )
                continue
            outcome, at = results[attempt]
            recorder.add(
                Probe(
                    vantage=self.vantage,
                    source=self._settings.source_address,
                    zone=self._settings.zone,
                    target=attempt.target,
                    target_zone=attempt.zone,
                    port=attempt.port,
                    protocol=attempt.protocol,
                    outcome=outcome,
                    target_alive=True if attempt.target in alive else None,
                    time=at,
                )
            )
        recorder.complete(Probe, source_count=len(self._attempts))

    def diagnose(self) -> Iterable[Diagnosis]:
        """Whether the vantage has what the attempts need; no target is touched.

        Whether its SSH server forwards is seen at the first attempt only; by TCP it needs nothing else.
        """
        by_udp = sum(1 for each in self._attempts if each.protocol == "udp")
        tunnel: object = self._shell() if self._settings.vantage is not None else None
        try:
            if isinstance(tunnel, Tunnel):
                yield self._log_on(tunnel, len(self._attempts) - by_udp)
            answer = self._shell().run(b"command -v bash && command -v timeout", 4096, _SLACK_SECONDS)
        except SourceError as error:
            yield Diagnosis(self.vantage, ok=False, text=error.detail, remedy=error.remedy)
            return
        ready = sum(1 for word in answer.split() if word.startswith(b"/")) == 2
        if ready:
            yield Diagnosis(self.vantage, ok=True, text=f"ready for {len(self._attempts)} attempts by its shell")
        elif tunnel is None or by_udp:
            text = "bash or timeout is missing" + (f", which {by_udp} attempts by UDP need" if by_udp else "")
            yield Diagnosis(self.vantage, ok=False, text=text, remedy="apt-get install bash coreutils")

    def _log_on(self, tunnel: Tunnel, by_tcp: int) -> Diagnosis:
        with tunnel.opener(_SLACK_SECONDS):
            pass
        text = f"logged on; {by_tcp} attempts by TCP go through its SSH server, if that forwards"
        return Diagnosis(self.vantage, ok=True, text=text)

    def _results(self, recorder: Recorder) -> dict[Attempt, tuple[Outcome, datetime]]:
        by_tcp = [each for each in self._attempts if each.protocol == "tcp"]
        results: dict[Attempt, tuple[Outcome, datetime]] = {}
        left = list(self._attempts)
        tunnel = self._shell() if self._settings.vantage is not None else None
        if by_tcp and tunnel is not None and isinstance(tunnel, Tunnel):
            try:
                results = self._through(tunnel, by_tcp)
            except ForwardingRefusedError:
                pass  # the script does it
            else:
                for attempt in by_tcp:
                    recorder.ran(self._ways(attempt)[0], (Probe,))
                left = [each for each in self._attempts if each.protocol != "tcp"]
        for attempt in left:
            recorder.ran(self._shown(attempt), (Probe,))
        if left:
            results |= parse_results(self._run(left), left)
        return results

    def _through(self, tunnel: Tunnel, attempts: Sequence[Attempt]) -> dict[Attempt, tuple[Outcome, datetime]]:
        answers = attempt_all(
            tunnel,
            [(each.target, each.port) for each in attempts],
            self._settings.per_second,
            self._settings.timeout_ms / 1000,
        )
        return {
            attempts[number]: (outcome_of_channel(answer), answer.at)
            for number, answer in answers.items()
            if isinstance(answer, Answer)
        }

    def _run(self, attempts: Sequence[Attempt]) -> bytes:
        count = len(attempts)
        wait = self._settings.timeout_ms / 1000
        seconds = count * (packets_of(wait) / self._settings.per_second + 0.1) + wait
        script = probe_script(attempts, self._settings.per_second, self._settings.timeout_ms)
        return self._shell().run(script, _BYTES_PER_ATTEMPT * count + 4096, seconds + _SLACK_SECONDS)

    def _ways(self, attempt: Attempt) -> tuple[str, ...]:
        """An attempt as it is made first, and as it is made where that is refused."""
        if self._settings.vantage is None or attempt.protocol == "udp":
            return (self._shown(attempt),)
        return (f"{self.vantage}: SSH direct-tcpip to {attempt.target} port {attempt.port}", self._shown(attempt))

    def _shell(self) -> RemoteShell:
        vantage = self._settings.vantage
        return self._local if vantage is None or self._connect is None else self._connect(vantage)

    def _shown(self, attempt: Attempt) -> str:
        seconds = self._settings.timeout_ms / 1000
        place = f"/dev/{attempt.protocol}/{attempt.target}/{attempt.port}"
        return f"{self.vantage}: timeout {seconds:g} bash -c 'exec 3<>{place}'"


def zone_of(address: str, zones: Iterable[Zone]) -> str:
    """The declared zone with the narrowest network that holds an address; raises SourceError where there is not one."""
    try:
        wanted = ip_address(address)
        held = [
            (network.prefixlen, zone.name)
            for zone in zones
            for network in map(ip_network, zone.networks)
            if network.version == wanted.version and wanted in network
        ]
        narrowest = max((length for length, _ in held), default=0)
        found = sorted({name for length, name in held if length == narrowest})
    except ValueError as error:
        raise SourceError(GapCause.UNSUPPORTED, f"not an address or a network: {error}", "use an IP address") from error
    if len(found) != 1:
        where = f"lies in several zones: {', '.join(found)}" if found else "lies in no declared zone"
        raise SourceError(
            GapCause.UNSUPPORTED, f"the target {address} {where}", "probe only addresses of one declared zone"
        )
    return found[0]


def probe_script(attempts: Sequence[Attempt], per_second: int, timeout_ms: int) -> bytes:
    """The script: attempts at the given rate, one line of result each.

    Addresses and ports are checked values (an IP address, a number), so nothing in them can be read as shell.
    """
    lines = [
        "LC_ALL=C; export LC_ALL",
        "try() {",
        "  began=$(date +%s%3N)",
        f'  words=$(timeout {timeout_ms / 1000:g} bash -c "exec 3<>$2 && $3" 2>&1 </dev/null)',
        "  status=$?",
        "  words=$(printf '%s' \"$words\" | tr '\\n' ' ' | cut -c 1-300)",
        "  ended=$(date +%s%3N)",
        '  printf \'probe %s %s %s.%s %s\\n\' "$1" "$status" "${began%???}" "$((ended - began))" "$words"',
        "}",
    ]
    pause = packets_of(timeout_ms / 1000) / per_second
    for number, each in enumerate(attempts):
        then = ":"
        if each.protocol == "udp":
            question = _QUESTIONS.get(each.port, r"\x00")
            then = f"printf '{question}' >&3 && dd bs=1500 count=1 <&3 >/dev/null"
        place = f"/dev/{each.protocol}/{ip_address(each.target)}/{int(each.port)}"
        lines += [f'try {number} {place} "{then}" &', f"sleep {pause:.3f}"]
    lines.append("wait")
    return ("\n".join(lines) + "\n").encode()


def parse_results(answer: bytes, attempts: Sequence[Attempt]) -> dict[Attempt, tuple[Outcome, datetime]]:
    """What each attempt came to, and when by the vantage's clock; an attempt without a whole line is left out.

    Raises SourceError unsupported where the vantage lacks the programs.
    """
    results: dict[Attempt, tuple[Outcome, datetime]] = {}
    for line in answer.decode("utf-8", "replace").splitlines():
        match = _LINE.fullmatch(line.strip())
        if match is None or int(match[1]) >= len(attempts):
            continue
        if int(match[2]) == 127:
            raise SourceError(
                GapCause.UNSUPPORTED, "bash or timeout is missing on the vantage", "apt-get install bash coreutils"
            )
        at = datetime.fromtimestamp(int(match[3]), UTC)
        quick = match[4] is not None and int(match[4]) < _QUICK_SECONDS * 1000
        results[attempts[int(match[1])]] = (outcome_of(int(match[2]), match[5], quick=quick), at)
    return results


def outcome_of(status: int, words: str, *, quick: bool = False) -> Outcome:
    """An attempt's outcome from its exit status (124: `timeout` ended it), bash's words, and whether they came soon."""
    if status == 0:
        return "open"
    if status == 124:
        return "no-answer"
    lowered = words.lower()
    if quick and "no route to host" in lowered:
        return "filtered"
    return next((outcome for sign, outcome in _WORDS if sign in lowered), "failed")


def outcome_of_channel(answer: Answer) -> Outcome:
    """An attempt's outcome from how its SSH channel ended."""
    if answer.code is None:
        return "no-answer"
    return outcome_of(answer.code, answer.words, quick=answer.seconds < _QUICK_SECONDS)
