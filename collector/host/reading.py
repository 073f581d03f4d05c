"""What is asked of one host's answer, and what it did not give."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime

from collector.evidence import GapCause
from collector.host import patches
from collector.host.answer import Answer
from collector.host.sections import SSHD, sudo_lines
from collector.records.record import Record


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


class Reading:
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
        """A gap for the kind, for what the section did not give."""
        part = self.answer.parts.get(section)
        cause = (part.cause if part is not None else self.target.cut) or GapCause.TRUNCATED
        words = patches.failure(part)
        if cause is GapCause.DENIED:
            remedy = remedy or remedy_of(section, self.target.user)
            words = "the reading user has no right to it" if words.startswith("exit status") else words
        self.facts.missing.append(Missing(kind, cause, f"{what}: {words}", remedy))

    def malformed(self, kind: type[Record], detail: str) -> None:
        """A gap for the kind, for what could not be understood."""
        self.facts.missing.append(Missing(kind, GapCause.MALFORMED, detail))

    def read_whole(
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


def remedy_of(section: str, user: str) -> str:
    """What gives the reading user a right to the section, and to nothing else."""
    base = section.partition(".")[0]
    if base in {"shadow", "keys", "sudoers", SSHD, "audit-rules"}:
        return (
            "grant just this reading with `visudo -f /etc/sudoers.d/styrk` and set `sudo: true` in the login: "
            + sudo_lines(user, base)
        )
    return f"let {user} read it, or run the collector as root on this host"
