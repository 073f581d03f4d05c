"""What a host is - client, server, wireless device - by everything that says so; pure.

Three things tell: the register of hosts, by its word for the role; the system register, which names the hosts that
systems run on; and the operating system that a directory has for a computer. That it is Windows 11 tells a client, and
not whose: which clients are for administration only the register of hosts can say.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass

from checks.record_rules.joins import key_of
from collector.evidence import EvidenceSet, Reading
from collector.records.assets import RegisteredHost
from collector.records.backup import ProtectedSystem
from collector.records.directory import Computer

USER, ADMIN, SERVER, WIRELESS = "user-clients", "admin-clients", "servers", "wireless"
CLIENT = "clients"
"""A client of which it is not said whether it is a user's or an administrator's."""
NODE = "network"
"""A router, a switch, a firewall: it stands between segments, and in none."""

_WORDS = {
    USER: """user-clients user-client användarklienter användarklient användardator användardatorer elevdator
        elevdatorer personaldator personaldatorer""",
    ADMIN: """admin-clients admin-client adminklienter adminklient administrationsklienter administrationsklient
        administratörsklient administratörsklienter administratörsdator admindator admindatorer paw""",
    SERVER: "servers server servrar",
    WIRELESS: "wireless trådlöst trådlös trådlösa accesspunkt accesspunkter",
    CLIENT: """clients client klienter klient arbetsstation arbetsstationer workstation workstations pc laptop dator
        datorer""",
    NODE: "network nätverk nätverksutrustning router routrar switch switchar brandvägg brandväggar firewall firewalls",
}
_MEANING = {word: role for role, words in _WORDS.items() for word in words.split()}

FITS: dict[str, frozenset[str]] = {
    USER: frozenset({USER, WIRELESS}),
    ADMIN: frozenset({ADMIN}),
    SERVER: frozenset({SERVER}),
    WIRELESS: frozenset({WIRELESS}),
    CLIENT: frozenset({USER, ADMIN, WIRELESS}),
}
"""A role to the segments that a host of it may stand in: a user's client may be on the wireless network."""


@dataclass(frozen=True, slots=True, order=True)
class Said:
    """One word on what a host is."""

    role: str
    """As in `FITS`, `NODE`, a role of one's own; empty where the word is not understood."""
    words: str
    """As the evidence has it: the register's word, the system that runs on it, the operating system."""


@dataclass(frozen=True, slots=True)
class Role:
    """What is known of one host, everything that says something taken together."""

    name: str
    """As `Said.role`; empty where nothing is known, a word is not understood, or the words contradict each other."""
    said: tuple[Said, ...]
    doubted: bool = False
    """Whether a register that would have had more to say was asked for and not all obtained."""

    @property
    def words(self) -> tuple[str, ...]:
        """What was said, in the evidence's words."""
        return tuple(dict.fromkeys(each.words for each in self.said))


class Roles:
    """The roles of all hosts that anything is said of; `own` are the roles that the organisation itself declares."""

    def __init__(self, evidence: EvidenceSet, own: Collection[str]) -> None:
        self._own = {key_of(each): each for each in own}
        register = evidence.reading(RegisteredHost)
        systems = evidence.reading(ProtectedSystem)
        self._doubts = (_is_partial(register), _is_partial(systems))
        self._said: defaultdict[str, set[Said]] = defaultdict(set)
        for row in register.records:
            if row.role:
                self._said[key_of(row.host)].add(Said(self._meaning(row.role), row.role))
        self._tells_admins = register.complete and any(
            each.role == ADMIN for said in self._said.values() for each in said
        )
        self._stated = frozenset(self._said)
        for system in systems.records:
            for host in system.hosts:
                self._said[key_of(host)].add(Said(SERVER, system.name))
        self._computers: defaultdict[str, set[Said]] = defaultdict(set)
        for computer in evidence.reading(Computer).records:
            role = role_of_system(computer.system, domain_controller=computer.domain_controller)
            if role is not None:
                self._computers[key_of(computer.name)].add(Said(role, computer.system or "domain controller"))

    def of(self, host: str, *, short: bool = True) -> Role:
        """The role of a host; `short`: by the first part of its name too, as directories name it."""
        name = key_of(host)
        names = [name, name.partition(".")[0]] if short and not name.partition(".")[0].isdigit() else [name]
        said: set[Said] = set()
        for known in (self._said, self._computers):
            said |= next((known[each] for each in names if each in known), set())
        return Role(self._together(said), tuple(sorted(said)), doubted=bool(said) and self._is_doubted(names))

    def _is_doubted(self, names: Collection[str]) -> bool:
        """Whether a word before those that are known is missing: the register of hosts', then the system register's."""
        if not self._stated.isdisjoint(names):
            return False
        of_hosts, of_systems = self._doubts
        return of_hosts or (of_systems and not any(each in self._said for each in names))

    def _together(self, said: Iterable[Said]) -> str:
        roles = {each.role for each in said}
        if roles == {CLIENT}:
            return USER if self._tells_admins else CLIENT
        if roles > {CLIENT} and roles <= {CLIENT, USER, ADMIN, WIRELESS}:
            roles -= {CLIENT}
        return roles.pop() if len(roles) == 1 else ""

    def _meaning(self, word: str) -> str:
        key = key_of(word)
        return self._own.get(key) or _MEANING.get(key, "")


def _is_partial(reading: Reading[RegisteredHost] | Reading[ProtectedSystem]) -> bool:
    """Whether something that was asked for was not obtained; False for what was never asked for."""
    return bool(reading.populations or reading.gaps) and not reading.complete


def role_of_system(system: str | None, *, domain_controller: bool | None = None) -> str | None:
    """The role that an operating system's name shows; None where it shows none."""
    name = key_of(system or "")
    if domain_controller or "server" in name:
        return SERVER
    if "multi-session" in name or "virtual desktop" in name or "iot" in name:
        return None  # many people's desktop on one machine, or a machine that is nobody's
    return CLIENT if name.startswith(("windows", "mac os", "macos")) else None
