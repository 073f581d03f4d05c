"""What can go wrong with a bundle, said so that the reader knows what to do."""

from __future__ import annotations


class BundleError(Exception):
    """A bundle or a key cannot be written or read; `detail` says what happened, `remedy` what to do about it."""

    def __init__(self, detail: str, remedy: str = "") -> None:
        self.detail = _printable(detail)
        self.remedy = remedy
        super().__init__(f"{self.detail}; {remedy}" if remedy else self.detail)


class NewerFormatError(BundleError):
    """A part of a bundle is in a form that this version does not know: most likely a newer one wrote it."""


def _printable(text: str) -> str:
    """Words that may come from a file nobody trusts: line breaks and terminal escapes are shown, not obeyed."""
    return "".join(each if each.isprintable() else ascii(each)[1:-1] for each in text)
