"""The register of kinds: the public name of every record type."""

from __future__ import annotations

from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest, Snapshot
from collector.records.host import Host, Interface, Lifecycle, PatchState, PendingUpdate, Software, TimeSync
from collector.records.identity import Account, Employment, LocalPrivilege, Privilege, SshAccess
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Probe, Zone
from collector.records.record import Record, kind_name

KINDS: dict[str, type[Record]] = {
    kind_name(kind): kind
    for kind in (
        Account,
        DeclaredFlow,
        Employment,
        FirewallChain,
        FirewallRule,
        Host,
        Interface,
        Lifecycle,
        LocalPrivilege,
        MajorChange,
        PatchState,
        PendingUpdate,
        Privilege,
        Probe,
        ProtectedSystem,
        RestoreTest,
        Snapshot,
        Software,
        SshAccess,
        TimeSync,
        Zone,
    )
}
"""Kind name to record type."""
