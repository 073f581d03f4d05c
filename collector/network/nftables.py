"""Firewall rules, interfaces and routes of this host, or of hosts over SSH (nft(8), iptables-save(8))."""

from __future__ import annotations

import getpass
import re
import socket
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Literal

from collector.evidence import GapCause
from collector.network.addresses import parse_interfaces, parse_routes
from collector.network.iptables import parse_iptables, shown_in_full
from collector.network.ruleset import Ruleset, parse_ruleset
from collector.network.shell import Connect, LocalShell, Section, batch, cut, section_of
from collector.records.host import Host, Interface, Route
from collector.records.network import FirewallChain, FirewallRule
from collector.records.record import Record
from collector.source import Diagnosis, Query, Recorder, SourceError
from collector.transport.ssh import RemoteShell
from config.sources import FirewallSource, SshTarget

MAX_OUTPUT = 64 << 20
"""Bytes of one device's answer."""
TIMEOUT = 60.0
"""Seconds for one device's answer."""

_RULES: tuple[type[Record], ...] = (FirewallChain, FirewallRule)
_IPTABLES: tuple[tuple[str, Literal["ip", "ip6"]], ...] = (("iptables", "ip"), ("ip6tables", "ip6"))
_EVERY_HOSTS_RULE = re.compile(r"(?:0|32766|32767):\s+from all lookup (?:local|main|default)")
_BY_NFTABLES = b"(nf_tables)"
"""What iptables-save says of itself where it shows the tables that nft shows too."""
Commands = dict[str, tuple[str, tuple[type[Record], ...], str]]
"""Section name to command, the kinds that it serves, and the right that it needs."""

_COMMANDS: Commands = {
    "ruleset": ("nft -j list ruleset", _RULES, "CAP_NET_ADMIN on the device"),
    "iptables": ("iptables-save -c", _RULES, "CAP_NET_ADMIN on the device"),
    "ip6tables": ("ip6tables-save -c", _RULES, "CAP_NET_ADMIN on the device"),
    "legacy": ("cat /proc/net/ip_tables_names /proc/net/ip6_tables_names", _RULES, "root on the device"),
    "addresses": ("ip -j -d addr", (Interface,), ""),
    "routes": ("ip -j -4 route show table main; ip -j -6 route show table main", (Route,), ""),
    "forwarding": ("cat /proc/sys/net/ipv4/ip_forward /proc/sys/net/ipv6/conf/all/forwarding", (Host,), ""),
    "boot": ("grep ^btime /proc/stat", (Host,), ""),
    "policy": ("ip -4 rule show; ip -6 rule show", (Host,), ""),
}


class NftablesFirewalls:
    """The nftables rulesets of one or more devices; implements `collector.source.Source`.

    `connect` opens a shell on a host of the settings; it is not needed where this host's own rules are read.
    Raises SourceError when the settings name hosts and no `connect` is given.
    """

    provides: frozenset[type[Record]] = frozenset({FirewallChain, FirewallRule, Interface, Route, Host})

    def __init__(
        self, settings: FirewallSource, connect: Connect | None = None, local: RemoteShell | None = None
    ) -> None:
        if settings.hosts and connect is None:
            raise SourceError(GapCause.UNSUPPORTED, "hosts are named, and no way to reach them", "add `login`")
        self.id = settings.id
        self._settings = settings
        self._connect = connect
        self._local = local or LocalShell()
        self._devices: tuple[tuple[str, SshTarget | None], ...] = tuple(
            (target.name, target) for target in settings.hosts
        ) or ((settings.name or socket.gethostname(), None),)

    def plan(self, wanted: frozenset[type[Record]]) -> Iterable[Query]:
        """One command per kind and device, sent as one script."""
        for device, _ in self._devices:
            for command, kinds, rights in self._commands(wanted).values():
                yield Query(device, command, tuple(kind for kind in kinds if kind in wanted), rights)

    def collect(self, wanted: frozenset[type[Record]], recorder: Recorder) -> None:
        """Read each device in turn; a device that fails is a gap with its name."""
        login = self._settings.login
        recorder.identity(
            f"{login.user} by SSH" if login and self._settings.hosts else f"{getpass.getuser()} on this host"
        )
        for device, target in self._devices:
            try:
                self._read(device, target, wanted, recorder)
            except SourceError as error:
                for kind in wanted & self.provides:
                    recorder.gap(kind, error.cause, error.detail, remedy=error.remedy, subject=device)
        for kind in wanted & self.provides:
            recorder.complete(kind)

    def diagnose(self) -> Iterable[Diagnosis]:
        """Try to read each device's ruleset."""
        for device, target in self._devices:
            try:
                sections = self._ask(target, self._commands(frozenset(_RULES)))
                ruleset = _ruleset(sections, device)
            except SourceError as error:
                yield Diagnosis(device, ok=False, text=error.detail, remedy=error.remedy)
            else:
                forward = sum(1 for chain in ruleset.chains if chain.hook == "forward")
                text = f"{len(ruleset.chains)} chains ({forward} on forwarded traffic), {len(ruleset.rules)} rules"
                yield Diagnosis(device, ok=True, text=text)

    def _read(
        self,
        device: str,
        target: SshTarget | None,
        wanted: frozenset[type[Record]],
        recorder: Recorder,
    ) -> None:
        needed = self._commands(wanted)
        for command, kinds, _ in needed.values():
            recorder.ran(command if target is None else f"{device}: {command}", kinds)
        sections = self._ask(target, needed)
        readers = {
            "ruleset": _ruleset_records,
            "addresses": _interface_records,
            "routes": _route_records,
            "forwarding": _host_records,
        }
        for name, reader in readers.items():
            if name not in needed:
                continue
            asked = [kind for kind in needed[name][1] if kind in wanted]
            try:
                records = [each for each in reader(sections, device) if type(each) in asked]
            except SourceError as error:
                for kind in asked:
                    recorder.gap(kind, error.cause, error.detail, remedy=error.remedy, subject=device)
                continue
            for record in records:
                recorder.add(record)
        if "legacy" in needed:
            self._look_for_legacy(sections, device, wanted, recorder)

    def _look_for_legacy(
        self, sections: dict[str, Section], device: str, wanted: frozenset[type[Record]], recorder: Recorder
    ) -> None:
        """Tables of iptables-legacy filter too, and nft does not show them."""
        tables = sections["legacy"].output.decode("ascii", "replace").split() if "legacy" in sections else []
        shown = sections.get("iptables")
        if not tables or (shown is not None and shown.status == 0 and _BY_NFTABLES not in shown.output):
            return  # none, or iptables-save is the one that shows them
        for kind in _RULES:
            if kind in wanted:
                recorder.gap(
                    kind,
                    GapCause.UNSUPPORTED,
                    f"iptables-legacy tables ({', '.join(sorted(set(tables)))}) are in use, and nft does not show them",
                    remedy="move the rules to nftables (iptables-legacy-save, iptables-translate), or empty the tables",
                    subject=device,
                )

    def _commands(self, wanted: frozenset[type[Record]]) -> Commands:
        """What serves the wanted kinds, by `sudo -n` on hosts whose login says so."""
        login = self._settings.login
        sudo = login is not None and login.sudo and bool(self._settings.hosts)
        return {
            name: (f"sudo -n {command}" if sudo and rights else command, kinds, rights)
            for name, (command, kinds, rights) in _COMMANDS.items()
            if wanted & set(kinds)
        }

    def _ask(
        self, target: SshTarget | None, needed: dict[str, tuple[str, tuple[type[Record], ...], str]]
    ) -> dict[str, Section]:
        shell = self._local if target is None or self._connect is None else self._connect(target)
        return cut(shell.run(batch({name: command for name, (command, _, _) in needed.items()}), MAX_OUTPUT, TIMEOUT))


def _ruleset_records(sections: dict[str, Section], device: str) -> tuple[Record, ...]:
    ruleset = _ruleset(sections, device)
    return (*ruleset.chains, *ruleset.rules)


def _ruleset(sections: dict[str, Section], device: str) -> Ruleset:
    """The rules by nft, and what only iptables-save shows of them; tables of iptables-legacy are its alone.

    A device without nft has what iptables-save shows. Raises SourceError where neither program answered.
    """
    answers = [
        (sections[name].output, family) for name, family in _IPTABLES if name in sections and sections[name].status == 0
    ]
    try:
        ruleset = parse_ruleset(_succeeded(sections, "ruleset"), device)
    except SourceError as error:
        shows_all = answers and not any(b"incompatible" in output for output, _ in answers)
        if error.cause is not GapCause.UNSUPPORTED or not shows_all:
            raise
        ruleset = Ruleset((), ())
        answers = [(output.replace(_BY_NFTABLES, b""), family) for output, family in answers]
    for output, family in answers:
        other = parse_iptables(output, device, family)
        if _BY_NFTABLES in output:
            ruleset = shown_in_full(ruleset, other)
        else:
            ruleset = Ruleset((*ruleset.chains, *other.chains), (*ruleset.rules, *other.rules))
    return ruleset


def _route_records(sections: dict[str, Section], device: str) -> tuple[Record, ...]:
    return parse_routes(_succeeded(sections, "routes"), device)


def _interface_records(sections: dict[str, Section], device: str) -> tuple[Record, ...]:
    return parse_interfaces(_succeeded(sections, "addresses"), device)


def _host_records(sections: dict[str, Section], device: str) -> tuple[Record, ...]:
    """Forwarding by IPv4 or IPv6 (a host without IPv6 has only the first line), time of boot, rules for routing."""
    section = section_of(sections, "forwarding", _COMMANDS["forwarding"][0])
    lines = section.output.decode("ascii", "replace").split()
    if not lines or not set(lines) <= {"0", "1"}:
        raise SourceError(GapCause.MALFORMED, f"no forwarding state: {section.errors or lines!r:.200}")
    host = Host(
        name=device,
        system="Linux",
        forwarding="1" in lines,
        boot_time=_boot_time(sections.get("boot")),
        policy_routing=_policy_routing(sections.get("policy")),
    )
    return (host,)


def _boot_time(section: Section | None) -> datetime | None:
    """The time in `btime 1764000000`, UTC; None where it was not given."""
    match = re.fullmatch(rb"btime ([0-9]{1,11})\s*", section.output) if section is not None else None
    return datetime.fromtimestamp(int(match[1]), UTC) if match else None


def _policy_routing(section: Section | None) -> bool | None:
    """Whether there is any rule but those that every host has (ip-rule(8)); None where none were shown."""
    lines = section.output.decode("ascii", "replace").splitlines() if section is not None else []
    shown = [line for line in lines if line.strip()]
    return any(_EVERY_HOSTS_RULE.fullmatch(line.strip()) is None for line in shown) if shown else None


def _succeeded(sections: dict[str, Section], name: str) -> bytes:
    """The output of a command that ended well; raises SourceError with its own words otherwise."""
    command = _COMMANDS[name][0]
    section = section_of(sections, name, command)
    if section.status == 0:
        return section.output
    words = section.errors.strip() or f"ended with status {section.status}"
    program = command.partition(" ")[0]
    if section.status == 127 or "command not found" in words:
        package = {"nft": "nftables", "ip": "iproute2"}[program]
        raise SourceError(GapCause.UNSUPPORTED, f"the program {program} is not installed", f"apt-get install {package}")
    if any(sign in words for sign in ("Operation not permitted", "you must be root", "sudo: ")):
        raise SourceError(
            GapCause.DENIED,
            f"`{command}`: {words}",
            "let the collector's user run it: CAP_NET_ADMIN, or `sudo: true` with a sudo rule for the read-only script",
        )
    raise SourceError(GapCause.UNSUPPORTED, f"`{command}`: {words}")
