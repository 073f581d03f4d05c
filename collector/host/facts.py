"""From the answer to the script to records and gaps: pure, so that a recorded answer is a test case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime

from collector.evidence import GapCause
from collector.host import clock, inventory, patches, release, sshd, system
from collector.host.accounts import read_accounts, read_groups, read_shadow, read_users
from collector.host.answer import Answer
from collector.host.password_rules import own_ages, read_policy
from collector.host.privileges import root_accounts, sudo_rights
from collector.host.sections import ANY_USER, MAX_USERS, SSHD, sudo_lines
from collector.host.sudoers import read_sudoers
from collector.network.addresses import parse_routes
from collector.records.changes import InstalledSoftware, ObservedChange
from collector.records.configuration import ConfigurationSetting, SecurityLog, StorageVolume
from collector.records.directory import CollectorIdentity, PasswordPolicy
from collector.records.host import Host, Interface, Listener, PatchState, PendingUpdate, Route, Software, TimeSync
from collector.records.identity import Account, LocalPrivilege, SshAccess
from collector.records.record import Record
from collector.source import SourceError

SHADOW_FIELDS = (
    "expires",
    "never_expires",
    "password_must_change",
    "password_never_expires",
    "password_present",
    "password_set",
)
"""Fields of Account that only shadow(5) tells."""


@dataclass(frozen=True, slots=True)
class Missing:
    """Something that one host did not give."""

    kind: type[Record]
    cause: GapCause
    detail: str
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class Target:
    """The host that was asked."""

    name: str
    user: str = "styrk"
    """As whom, for the remedies."""
    collects_logs: bool | None = None
    cut: GapCause | None = None
    """Why the whole answer ended before its end, where it did."""


@dataclass(slots=True)
class Facts:
    """What one host gave."""

    records: list[Record] = field(default_factory=list)
    missing: list[Missing] = field(default_factory=list)
    unreadable: dict[type[Record], tuple[str, ...]] = field(default_factory=dict)


def read_facts(answer: Answer, target: Target, wanted: Iterable[type[Record]], now: datetime) -> Facts:
    """The wanted kinds from one host's answer.

    `now`: when it was asked, for accounts that have expired. Nothing raises: what cannot be understood is malformed.
    """
    reading = _Reading(answer, target, now)
    for kind in sorted(wanted, key=lambda kind: kind.__name__):
        if kind in _READERS:
            _READERS[kind](reading)
    return reading.facts


class _Reading:
    """The reading of one answer."""

    def __init__(self, answer: Answer, target: Target, now: datetime) -> None:
        self.answer = answer
        self.target = target
        self.now = now
        self.facts = Facts()

    def ask(self, kind: type[Record], section: str, what: str) -> str | None:
        """The section's text, or a gap for the kind and None."""
        text = self.answer.text(section)
        if text is None:
            self.miss(kind, section, what)
        return text

    def miss(self, kind: type[Record], section: str, what: str, remedy: str = "") -> None:
        part = self.answer.parts.get(section)
        cause = (part.cause if part is not None else self.target.cut) or GapCause.TRUNCATED
        words = patches.failure(part)
        if cause is GapCause.DENIED:
            remedy = remedy or _remedy(section, self.target.user)
            words = "the reading user has no right to it" if words.startswith("exit status") else words
        self.facts.missing.append(Missing(kind, cause, f"{what}: {words}", remedy))

    def malformed(self, kind: type[Record], detail: str) -> None:
        self.facts.missing.append(Missing(kind, GapCause.MALFORMED, detail))

    def host(self) -> None:
        text = self.ask(Host, "system", "the host's own description could not be read")
        if text is not None:
            self.facts.records.append(system.read_host(text, self.target.name))

    def interfaces(self) -> None:
        text = self.ask(Interface, "interfaces", "the network interfaces could not be read")
        if text is None:
            return
        try:
            found = list(system.read_interfaces(text, self.answer.text("wireless") or "", self.target.name))
        except ValueError as error:
            self.malformed(Interface, f"`ip -j -d address show` could not be understood: {error}")
        else:
            self.facts.records.extend(found)

    def routes(self) -> None:
        text = self.ask(Route, "routes", "the routes could not be read")
        if text is None:
            return
        try:
            self.facts.records.extend(parse_routes(text.encode(), self.target.name))
        except SourceError as error:
            self.malformed(Route, error.detail)

    def listeners(self) -> None:
        text = self.ask(Listener, "listeners", "the open ports could not be read")
        if text is None:
            return
        try:
            self.facts.records.extend(system.read_listeners(text, self.target.name))
        except ValueError as error:
            self.malformed(Listener, f"`ss -Hlntu` could not be understood: {error}")

    def software(self) -> None:
        text = self.ask(Software, "release", "os-release could not be read")
        if text is not None:
            found = release.operating_system(text, self.target.name)
            if found is None:
                self.malformed(Software, "os-release names no operating system (no ID)")
            else:
                self.facts.records.append(found)
        packages = self.ask(Software, "products", "the installed packages could not be asked for")
        self.facts.records.extend(release.servers(packages or "", self.target.name))

    def _accounts(self) -> list[Account] | None:
        passwd = self.answer.text("passwd")
        if passwd is None:
            return None
        return list(
            read_accounts(
                passwd,
                self.answer.text("shadow"),
                self.answer.text("lastlog"),
                self.answer.text("keys"),
                self.target.name,
                self.now,
            )
        )

    def accounts(self) -> None:
        accounts = self._accounts()
        if accounts is None:
            self.miss(Account, "passwd", "/etc/passwd could not be read")
            return
        self.facts.records.extend(accounts)
        hidden: tuple[str, ...] = ()
        if self.answer.text("shadow") is None:
            self.miss(Account, "shadow", "state, age and end of the passwords (/etc/shadow) could not be read")
            hidden += SHADOW_FIELDS
        if any(account.enabled is None for account in accounts) and "shadow" in self.answer.parts:
            self._keys_unknown()
            hidden += ("enabled", "interactive")
        if self.answer.text("lastlog") is None:
            hidden += ("last_used", "never_used")
        if hidden:
            self.facts.unreadable[Account] = hidden

    def _keys_unknown(self) -> None:
        if self.answer.text("shadow") is not None:
            self.facts.missing.append(
                Missing(
                    Account,
                    GapCause.DENIED,
                    "whether accounts without a usable password have SSH keys could not be seen, so for some it is not "
                    "known whether they can be used",
                    _remedy("keys", self.target.user),
                )
            )

    def privileges(self) -> None:
        accounts = self._accounts()
        if accounts is None:
            self.miss(LocalPrivilege, "passwd", "/etc/passwd could not be read")
            return
        self.facts.records.extend(root_accounts(accounts))
        text = self.answer.text("sudoers")
        part = self.answer.parts.get("sudoers")
        if text is None:
            if part is not None and part.cause is GapCause.ABSENT:
                return  # no sudoers file: sudo gives nobody anything
            self.miss(LocalPrivilege, "sudoers", "the sudo rules could not be read, so only uid 0 is known")
            return
        groups = self.ask(
            LocalPrivilege, "group", "the groups could not be read, so rights given to groups are not known"
        )
        if groups is None:
            return
        sudoers = read_sudoers(text)
        values = system.read_values(self.answer.text("system") or "")
        self.facts.records.extend(
            sudo_rights(
                sudoers,
                list(read_users(self.answer.text("passwd") or "")),
                read_groups(groups),
                {account.name: account for account in accounts},
                host=self.target.name,
                node=values.get("name", [None])[0],
            )
        )
        for path in sudoers.not_read:
            self.facts.missing.append(
                Missing(
                    LocalPrivilege,
                    GapCause.UNSUPPORTED,
                    f"sudoers includes {path}, which is not read",
                    "move the file to /etc/sudoers.d, where it is read",
                )
            )
        for line in sudoers.not_understood:
            self.malformed(LocalPrivilege, f"a sudoers line could not be understood: {line[:200]}")

    def collector(self) -> None:
        """What the user that reads the host may do on it, besides the single commands that sudo may grant it."""
        if self.ask(CollectorIdentity, "passwd", "/etc/passwd could not be read") is None:
            return
        user, host = self.target.user, self.target.name
        seen = _Reading(self.answer, self.target, self.now)
        seen.privileges()
        held = {
            record.role
            for record in seen.facts.records
            if isinstance(record, LocalPrivilege) and record.holder == user and record.enabled is not False
        }
        unknown = not held and user != "root" and bool(seen.facts.missing)
        roles = None if unknown else tuple(sorted(held | ({"uid-0"} if user == "root" else set())))
        self.facts.records.append(CollectorIdentity(name=f"{user}@{host}", roles=roles))
        if roles is None:
            self.facts.unreadable[CollectorIdentity] = ("roles",)

    def ssh(self) -> None:
        part = self.answer.parts.get(SSHD)
        if part is not None and part.cause is GapCause.ABSENT:
            self.facts.missing.append(Missing(SshAccess, GapCause.ABSENT, "no SSH server (sshd) on this host"))
            return
        if part is not None and "privilege separation directory" in part.note:
            self.facts.missing.append(
                Missing(
                    SshAccess,
                    GapCause.ABSENT,
                    "an SSH server is installed but not running, so it does not tell its settings",
                    "start it and scan again, or remove it where it is not needed",
                )
            )
            return
        factors = None
        pam = self.ask(SshAccess, "pam", "sshd's PAM stack could not be read")
        if pam is not None:
            try:
                factors = sshd.read_pam(pam)
            except sshd.PamIncludeError:
                factors = None  # pam_second_factors None says that it is not known
        if part is None or not part.ok:
            self.miss(SshAccess, SSHD, "sshd's settings could not be read")
            return
        asked = sorted(name for name in self.answer.parts if name == SSHD or name.startswith(f"{SSHD}."))
        if len(asked) - 1 > MAX_USERS:
            detail = f"more than {MAX_USERS} users have root rights; sshd was asked about the first of them only"
            self.facts.missing.append(Missing(SshAccess, GapCause.TRUNCATED, detail))
        for name in asked:
            user = name.partition(".")[2] or None
            text = self.ask(SshAccess, name, f"sshd's settings for {user or 'users in general'} could not be read")
            if text is None:
                continue
            access = sshd.read_sshd(text, self.target.name, user, factors)
            if access is None:
                self.malformed(SshAccess, f"`sshd -T` printed no settings for {user or ANY_USER}")
            else:
                self.facts.records.append(access)

    def patch_state(self) -> None:
        manager = self._manager()
        if manager == "dnf":
            text = self.ask(PatchState, "dnf", "dnf did not answer")
            if text is not None:
                self.facts.records.append(patches.read_dnf(text, self.target.name)[0])
        elif manager == "apt":
            state = self.ask(PatchState, "apt-state", "apt's state could not be read")
            if state is not None:
                targets, updates = self._targets(), self._updates()
                pending = None if updates is None else len(updates)
                self.facts.records.append(patches.apt_state(state, targets, pending, self.target.name))
                if targets is None:
                    self.facts.unreadable[PatchState] = ("security_source",)
        elif manager is None:
            self.facts.records.append(PatchState(host=self.target.name))
        else:
            self.miss(PatchState, "apt-state", "the package manager could not be asked")

    def pending(self) -> None:
        manager = self._manager()
        if manager == "dnf":
            text = self.ask(PendingUpdate, "dnf", "dnf did not answer")
            if text is not None:
                self.facts.records.extend(patches.read_dnf(text, self.target.name)[1])
        elif manager == "apt":
            self._pending_by_apt()
        elif manager is None:
            self.facts.missing.append(
                Missing(PendingUpdate, GapCause.UNSUPPORTED, "neither apt nor dnf on this host", "")
            )
        else:
            self.miss(PendingUpdate, "upgradable", "the package manager could not be asked")

    def _pending_by_apt(self) -> None:
        updates = self._updates()
        if updates is not None:
            self.facts.records.extend(updates)
        elif self.answer.text("upgradable") is None:
            self.miss(PendingUpdate, "upgradable", "apt could not say which updates are missing")
        elif self._targets():
            self.malformed(PendingUpdate, "`apt list --upgradable` could not be understood")
        else:
            self.facts.missing.append(
                Missing(
                    PendingUpdate,
                    GapCause.ABSENT,
                    "apt has no package index (no source, or none was fetched), so it knows of no updates",
                    "configure the distribution's sources, security updates included; run apt-get update",
                )
            )

    def _manager(self) -> str | None:
        """`apt` or `dnf`; None where neither is there; an empty string where the answer does not tell."""
        for manager, section in (("apt", "upgradable"), ("dnf", "dnf")):
            part = self.answer.parts.get(section)
            if part is None:
                return ""
            if part.cause is not GapCause.UNSUPPORTED:
                return manager
        return None

    def _targets(self) -> list[patches.AptTarget] | None:
        text = self.answer.text("apt-targets")
        return None if text is None else patches.read_targets(text)

    def _updates(self) -> list[PendingUpdate] | None:
        text = self.answer.text("upgradable")
        targets = self._targets()
        if text is None or not targets:
            return None
        try:
            return list(patches.read_upgradable(text, targets, self.target.name))
        except ValueError:
            return None

    def password_rules(self) -> None:
        rules = self.ask(PasswordPolicy, "password-rules", "the host's rules for passwords could not be read")
        if rules is None:
            return
        pam = self.ask(PasswordPolicy, "pam", "PAM's settings for passwords could not be read")
        accounts = None if self.answer.text("shadow") is None else self._accounts()
        named = None
        if accounts is not None:
            named = tuple(each.name for each in accounts if each.password_present and each.enabled is not False)
        policy = read_policy(pam, rules, self.target.name, named)
        self.facts.records.append(policy)
        shadow = self.answer.text("shadow")
        if shadow is None:
            self.miss(PasswordPolicy, "shadow", "the maximum age of each account's password (/etc/shadow) is not known")
        else:
            self.facts.records.extend(own_ages(policy, {name: s.max_days for name, s in read_shadow(shadow).items()}))

    def time(self) -> None:
        processes = self.ask(TimeSync, "time-processes", "the running processes could not be seen")
        if processes is None:
            return
        running = clock.read_processes(processes)
        text = self.answer.text
        chrony, timesyncd, ntpd = text("chrony-conf"), text("timesyncd"), text("ntpd")
        name = self.target.name
        if running.daemon == "ntpd" and ntpd is not None:
            state = clock.read_ntpd(name, ntpd, running)
        elif running.daemon == "systemd-timesyncd" and timesyncd is not None:
            state = clock.read_timesyncd(name, timesyncd, running)
        elif running.daemon == "chrony" or text("chrony-tracking") or self._installed("chrony-conf"):
            state = clock.read_chrony(name, text("chrony-tracking"), text("chrony-sources"), chrony, running)
        elif self._installed("ntpd"):
            state = clock.read_ntpd(name, ntpd or "", running)
        else:
            state = TimeSync(host=name, running=False if running.certain else None)
        container = system.in_container(text("system") or "")
        self.facts.records.append(replace(state, shares_clock=container, collects_logs=self.target.collects_logs))

    def packages(self) -> None:
        self._read(
            InstalledSoftware, "packages", "the installed packages could not be asked for", inventory.read_packages
        )

    def history(self) -> None:
        self._read(ObservedChange, "apt-history", "apt's own log could not be read", inventory.read_history)

    def volumes(self) -> None:
        self._read(StorageVolume, "volumes", "the storage could not be asked for", inventory.read_volumes)

    def _read(
        self,
        kind: type[Record],
        section: str,
        what: str,
        read: Callable[[str, str], Iterable[Record]],
    ) -> None:
        """A section that is read as a whole, or not at all."""
        text = self.ask(kind, section, what)
        if text is None:
            return
        try:
            self.facts.records.extend(list(read(text, self.target.name)))
        except ValueError as error:
            self.malformed(kind, f"{what}: {error}")

    def settings(self) -> None:
        kernel = self.ask(ConfigurationSetting, "kernel-settings", "the kernel's settings could not be read")
        part = self.answer.parts.get(SSHD)
        if part is not None and not part.ok and part.cause is not GapCause.ABSENT:
            self.miss(ConfigurationSetting, SSHD, "sshd's settings could not be read")
        text = self.answer.text(SSHD)
        self.facts.records.extend(inventory.read_settings(kernel or "", text, self.target.name))

    def security_log(self) -> None:
        state = self.ask(SecurityLog, "log-state", "the security log could not be asked for")
        if state is None:
            return
        rules = self.answer.text("audit-rules")
        part = self.answer.parts.get("audit-rules")
        if rules is None and part is not None and part.cause is GapCause.UNSUPPORTED:
            rules = ""  # no auditctl: no rule of audit is in force
        elif rules is None:
            self.miss(SecurityLog, "audit-rules", "the rules of audit could not be read")
        self.facts.records.append(inventory.read_log_state(state, rules, self.target.name))

    def _installed(self, section: str) -> bool:
        part = self.answer.parts.get(section)
        return part is not None and part.cause is not GapCause.UNSUPPORTED


_READERS: dict[type[Record], Callable[[_Reading], None]] = {
    Account: _Reading.accounts,
    CollectorIdentity: _Reading.collector,
    ConfigurationSetting: _Reading.settings,
    Host: _Reading.host,
    InstalledSoftware: _Reading.packages,
    Interface: _Reading.interfaces,
    Listener: _Reading.listeners,
    ObservedChange: _Reading.history,
    PatchState: _Reading.patch_state,
    PendingUpdate: _Reading.pending,
    LocalPrivilege: _Reading.privileges,
    PasswordPolicy: _Reading.password_rules,
    Route: _Reading.routes,
    SecurityLog: _Reading.security_log,
    Software: _Reading.software,
    SshAccess: _Reading.ssh,
    StorageVolume: _Reading.volumes,
    TimeSync: _Reading.time,
}


def _remedy(section: str, user: str) -> str:
    base = section.partition(".")[0]
    if base in {"shadow", "keys", "sudoers", SSHD, "audit-rules"}:
        return (
            "grant just this reading with `visudo -f /etc/sudoers.d/styrk` and set `sudo: true` in the login: "
            + sudo_lines(user, base)
        )
    return f"let {user} read it, or run the collector as root on this host"
