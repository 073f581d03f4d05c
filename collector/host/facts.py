"""From the answer to the script to records and gaps: pure, so that a recorded answer is a test case."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from datetime import datetime

from collector.host.access_facts import AccessReading
from collector.host.answer import Answer
from collector.host.reading import Facts, Target
from collector.host.system_facts import SystemReading
from collector.host.update_facts import UpdateReading
from collector.records.changes import InstalledSoftware, ObservedChange
from collector.records.configuration import ConfigurationSetting, SecurityLog, StorageVolume
from collector.records.directory import CollectorIdentity, PasswordPolicy
from collector.records.host import Host, Interface, Listener, PatchState, PendingUpdate, Route, Software, TimeSync
from collector.records.identity import Account, LocalPrivilege, SshAccess
from collector.records.record import Record


def read_facts(answer: Answer, target: Target, wanted: Iterable[type[Record]], now: datetime) -> Facts:
    """The wanted kinds from one host's answer.

    `now`: when it was asked, for accounts that have expired. Nothing raises: what cannot be understood is malformed.
    """
    reading = _Reading(answer, target, now)
    for kind in sorted(wanted, key=lambda kind: kind.__name__):
        if kind in _READERS:
            _READERS[kind](reading)
    return reading.facts


class _Reading(AccessReading, UpdateReading, SystemReading):
    """All that can be read of one answer."""


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
