"""The register of kinds: the public name of every record type."""

from __future__ import annotations

from collector.records.access import (
    AccessRequest,
    AccessReview,
    ExternalAccount,
    GroupPurpose,
    Membership,
    SharedAccount,
    UnitChange,
)
from collector.records.backup import MajorChange, ProtectedSystem, RestoreTest, Snapshot
from collector.records.cloud import (
    AccessPolicy,
    AuthenticationRegistration,
    CloudUser,
    NamedLocation,
    PolicyGroupMember,
    RoleHolder,
    SecurityDefaults,
)
from collector.records.directory import CollectorIdentity, Computer, Domain, PasswordPolicy, PolicySetting, Trust
from collector.records.factors import EntryPoint, EntryPointRule, FactorPolicy, Token
from collector.records.host import Host, Interface, Lifecycle, PatchState, PendingUpdate, Software, TimeSync
from collector.records.identity import Account, Employment, LocalPrivilege, Privilege, SshAccess
from collector.records.network import DeclaredFlow, FirewallChain, FirewallRule, Probe, Zone
from collector.records.record import Record, kind_name

KINDS: dict[str, type[Record]] = {
    kind_name(kind): kind
    for kind in (
        AccessPolicy,
        AccessRequest,
        AccessReview,
        Account,
        AuthenticationRegistration,
        CloudUser,
        CollectorIdentity,
        Computer,
        DeclaredFlow,
        Domain,
        Employment,
        EntryPoint,
        EntryPointRule,
        ExternalAccount,
        FactorPolicy,
        FirewallChain,
        FirewallRule,
        GroupPurpose,
        Host,
        Interface,
        Lifecycle,
        LocalPrivilege,
        MajorChange,
        Membership,
        NamedLocation,
        PasswordPolicy,
        PatchState,
        PendingUpdate,
        PolicySetting,
        PolicyGroupMember,
        Privilege,
        Probe,
        ProtectedSystem,
        RestoreTest,
        RoleHolder,
        SecurityDefaults,
        SharedAccount,
        Snapshot,
        Software,
        SshAccess,
        TimeSync,
        Token,
        UnitChange,
        Trust,
        Zone,
    )
}
"""Kind name to record type."""
