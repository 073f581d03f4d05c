"""Reads a host's packages and their updates."""

from __future__ import annotations

from collector.evidence import GapCause
from collector.host import inventory, patches
from collector.host.reading import Missing, Reading
from collector.records.changes import InstalledSoftware, ObservedChange
from collector.records.host import PatchState, PendingUpdate


class UpdateReading(Reading):
    """What is installed, what was changed, and what waits to be installed."""

    def patch_state(self) -> None:
        """How the package manager stands: when it asked for updates, and how many wait."""
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
        """Each update that waits to be installed."""
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

    def packages(self) -> None:
        """What is installed."""
        self.read_whole(
            InstalledSoftware, "packages", "the installed packages could not be asked for", inventory.read_packages
        )

    def history(self) -> None:
        """What was installed, changed and removed, by apt's own log."""
        self.read_whole(ObservedChange, "apt-history", "apt's own log could not be read", inventory.read_history)
