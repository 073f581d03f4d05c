"""Reads the host itself."""

from __future__ import annotations

from dataclasses import replace

from collector.evidence import GapCause
from collector.host import clock, inventory, release, system
from collector.host.reading import Reading
from collector.host.sections import SSHD
from collector.network.addresses import parse_routes
from collector.records.configuration import ConfigurationSetting, SecurityLog, StorageVolume
from collector.records.host import Host, Interface, Listener, Route, Software, TimeSync
from collector.source import SourceError


class SystemReading(Reading):
    """The host itself: its networks, clock, storage, settings and security log."""

    def host(self) -> None:
        """The host's own description."""
        text = self.ask(Host, "system", "the host's own description could not be read")
        if text is not None:
            self.facts.records.append(system.read_host(text, self.target.name))

    def interfaces(self) -> None:
        """Its network interfaces."""
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
        """Its routes."""
        text = self.ask(Route, "routes", "the routes could not be read")
        if text is None:
            return
        try:
            self.facts.records.extend(parse_routes(text.encode(), self.target.name))
        except SourceError as error:
            self.malformed(Route, error.detail)

    def listeners(self) -> None:
        """What it listens on."""
        text = self.ask(Listener, "listeners", "the open ports could not be read")
        if text is None:
            return
        try:
            self.facts.records.extend(system.read_listeners(text, self.target.name))
        except ValueError as error:
            self.malformed(Listener, f"`ss -Hlntu` could not be understood: {error}")

    def software(self) -> None:
        """Its operating system and servers, by their versions."""
        text = self.ask(Software, "release", "os-release could not be read")
        if text is not None:
            found = release.operating_system(text, self.target.name)
            if found is None:
                self.malformed(Software, "os-release names no operating system (no ID)")
            else:
                self.facts.records.append(found)
        packages = self.ask(Software, "products", "the installed packages could not be asked for")
        self.facts.records.extend(release.servers(packages or "", self.target.name))

    def time(self) -> None:
        """How its clock is kept."""
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

    def _installed(self, section: str) -> bool:
        part = self.answer.parts.get(section)
        return part is not None and part.cause is not GapCause.UNSUPPORTED

    def volumes(self) -> None:
        """Its storage, and whether it is encrypted."""
        self.read_whole(StorageVolume, "volumes", "the storage could not be asked for", inventory.read_volumes)

    def settings(self) -> None:
        """Settings of the kernel and of sshd."""
        kernel = self.ask(ConfigurationSetting, "kernel-settings", "the kernel's settings could not be read")
        part = self.answer.parts.get(SSHD)
        if part is not None and not part.ok and part.cause is not GapCause.ABSENT:
            self.miss(ConfigurationSetting, SSHD, "sshd's settings could not be read")
        text = self.answer.text(SSHD)
        self.facts.records.extend(inventory.read_settings(kernel or "", text, self.target.name))

    def security_log(self) -> None:
        """Where its security log is kept, and what audit records."""
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
