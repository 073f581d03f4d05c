"""Errors that a command shows to its user, each with what to do next."""

from __future__ import annotations


class UsageError(Exception):
    """Something in the call or the settings must be changed first; ends the command with status 2."""

    def __init__(self, message: str, remedy: str = "") -> None:
        super().__init__(f"{message}\n  {remedy}" if remedy else message)
        self.message = message
        self.remedy = remedy


class StoppedError(BaseException):
    """The command was asked to stop (SIGTERM).

    No Exception, as KeyboardInterrupt is none: a source that fails becomes a gap, and a stop must not.
    """
