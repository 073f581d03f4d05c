"""Takes the script's output apart into sections, trusting nothing outside the nonce's marks."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from collector.evidence import GapCause
from collector.host.sections import ABSENT, CAPS, DENIED, MISSING, SSHD, TIMED_OUT

_UNIMPORTANT = re.compile(r"^sudo: unable to resolve host .*$\n?", re.MULTILINE)
"""sudo says this of a host that is not in its own /etc/hosts, and works all the same."""


_REMARK = re.compile(
    rb"^([^:\n]*/sudoers[^:\n]*:|(?:sshd|postlogin|common-[a-z]+|system-[a-z-]+|password-auth):)([ \t]*#)"
    rb"(?!include|-?[0-9]|[ \t]*$)[^\n]*",
    re.MULTILINE,
)
"""A line of `grep -H` on sudoers or a PAM file that is all comment; `#include` is none (sudoers(5))."""


def without_remarks(data: bytes) -> bytes:
    """The output less the comment lines of configuration files: no check reads them, and people keep secrets there."""
    return _REMARK.sub(rb"\1\2", data)


@dataclass(frozen=True, slots=True)
class Part:
    """The answer to one section."""

    name: str
    text: str
    """Output, UTF-8 with replacement characters for what is not."""
    status: int
    """Exit status (see `sections`); what a shell gives for a signal is 128 + its number."""
    note: str
    """End of standard error."""
    truncated: bool
    """Whether the output reached the section's cap."""

    @property
    def cause(self) -> GapCause | None:
        """Why the section gave nothing; None when it answered."""
        if self.truncated:
            return GapCause.TRUNCATED
        if self.status == DENIED or re.search(
            r"^sudo: |permission denied|not permitted", self.note, re.IGNORECASE | re.MULTILINE
        ):
            return None if self.status == 0 else GapCause.DENIED
        return {0: None, ABSENT: GapCause.ABSENT, MISSING: GapCause.UNSUPPORTED, TIMED_OUT: GapCause.TIMED_OUT}.get(
            self.status, GapCause.MALFORMED
        )

    @property
    def ok(self) -> bool:
        """Whether the section was answered to its end."""
        return self.cause is None


@dataclass(frozen=True, slots=True)
class Answer:
    """All sections that came to their end mark."""

    parts: Mapping[str, Part]
    preamble: str
    """What came before the first mark, e.g. a login banner or the shell's refusal; at most 500 characters."""

    def text(self, name: str) -> str | None:
        """Output of a section that was answered to its end, else None."""
        part = self.parts.get(name)
        return part.text if part is not None and part.ok else None


def read_answer(data: bytes, nonce: str) -> Answer:
    """Split the output; a section without its end mark (output cut off) is not there.

    Nothing raises: an answer without any mark has no parts.
    """
    mark = re.escape(nonce.encode("ascii"))
    begin = rb"\n@@styrk-begin " + mark + rb" ([A-Za-z0-9_.-]{1,80})\n(.*?)"
    end = rb"\n@@styrk-note " + mark + rb"\n(.*?)\n@@styrk-end " + mark + rb" \1\n"
    pattern = re.compile(begin + end, re.DOTALL)
    parts: dict[str, Part] = {}
    first = len(data)
    for found in pattern.finditer(data):
        first = min(first, found.start())
        name = found[1].decode("ascii")
        note, _, status = found[3].decode("utf-8", "replace").rpartition("\n")
        parts[name] = Part(
            name=name,
            text=found[2].decode("utf-8", "replace"),
            status=int(status) if re.fullmatch(r"[0-9]{1,3}", status) else 255,
            note=_UNIMPORTANT.sub("", note).strip(),
            truncated=len(found[2]) >= CAPS[SSHD if name.startswith(f"{SSHD}.") else name],
        )
    return Answer(parts, data[: min(first, 500)].decode("utf-8", "replace").strip())
