"""What an assessor of Active Directory looks for, seeded in Samba: who is exposed, which policies, whom it trusts.

The entries are put in beside the estate, and taken out again: other tests count the domain's accounts.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from tests.servers.samba import BASE_DN, DOMAIN_SID, ESTATE_DN, NORMAL, REALM, filetime

UNIT = f"OU=Svagheter,{ESTATE_DN}"
PSO_CONTAINER = f"CN=Password Settings Container,CN=System,{BASE_DN}"
DAY, MINUTE = 864_000_000_000, 600_000_000
EXPOSED: dict[str, tuple[int, dict[str, object], tuple[str, ...]]] = {
    "w-ren": (0, {}, ()),
    "w-utan-losen": (0x20, {}, ("password-not-required",)),
    "w-klartext": (0x80, {}, ("reversible-encryption",)),
    "w-des": (0x200000, {}, ("des-only",)),
    "w-preauth": (0x400000, {}, ("pre-authentication-off",)),
    "w-spn": (0, {"servicePrincipalName": f"HTTP/w-spn.{REALM.lower()}"}, ("service-principal",)),
    "w-delegering": (0x80000, {}, ("unconstrained-delegation",)),
    "w-begransad": (
        0x1000000,
        {"msDS-AllowedToDelegateTo": [f"cifs/files.{REALM.lower()}"]},
        ("protocol-transition", "constrained-delegation"),
    ),
}
"""Account to flags beside an ordinary account's, further attributes, and what must be said of it."""
KRBTGT_AGE_DAYS = 400
TRUSTS = {
    "skola.example.test": {"trustDirection": "3", "trustType": "2", "trustAttributes": "8"},
    "partner.example.test": {"trustDirection": "2", "trustType": "2", "trustAttributes": "0"},
    "gammal.example.test": {"trustDirection": "2", "trustType": "2", "trustAttributes": "72"},
    "sluten.example.test": {"trustDirection": "2", "trustType": "2", "trustAttributes": "20"},
    "in.example.test": {"trustDirection": "1", "trustType": "2", "trustAttributes": "0"},
}
RESOURCES: dict[str, tuple[str, ...]] = {
    "SRV-RBCD": ("w-ren", "GG-Svaga", "PC002"),
    "SRV-ALLA": ("S-1-5-11",),
    "SRV-TOM": (),
    "SRV-NEKAD": ("PC002",),
}
"""Computer to those whom it lets act in others' names."""
_DESCRIPTORS = {
    "SRV-RBCD": "O:BAD:(A;;RPWP;;;{w-ren})(OA;;CR;;;{GG-Svaga})(A;;RPWP;;;{PC002$})",
    "SRV-ALLA": "O:BAD:(A;;RPWP;;;AU)",
    "SRV-TOM": "O:BAD:",
    "SRV-NEKAD": "O:BAD:(D;;RPWP;;;{w-ren})(A;;RPWP;;;{w-ren})(A;;RPWP;;;{PC002$})",
}
COPY = f"CN=w-kopia\\0ACNF:11111111-2222-3333-4444-555555555555,{UNIT}"
FOREIGN = f"{DOMAIN_SID[:-1]}1-4711"
"""A principal of partner.example.test, which administers this domain."""
_FOREIGN_DN = f"CN={FOREIGN},CN=ForeignSecurityPrincipals,{BASE_DN}"
EVERYBODY = "S-1-5-11"
"""Authenticated Users, which are account operators by the group GG-Alla."""
_EVERYBODY_DN = f"CN={EVERYBODY},CN=ForeignSecurityPrincipals,{BASE_DN}"
_OPEN = f"CN=GG-Alla,{UNIT}"
_ADMINISTRATORS = f"CN=Administrators,CN=Builtin,{BASE_DN}"
MANAGED = "gmsa-drift$"
LAPS = "ms-Mcs-AdmPwdExpirationTime"
LAPS_NUMBER = "1.2.840.113556.1.8000.2554.50051.45980.28112.18903.35903.6685103.1224907.2.2"
"""The attribute of Microsoft LAPS, which Samba's schema lacks."""


def plan(now: datetime) -> list[dict[str, object]]:
    """The steps that put everything in."""
    steps: list[dict[str, object]] = [{"add": {"dn": UNIT, "objectClass": "organizationalUnit"}}]
    for name, (flags, further, _) in EXPOSED.items():
        entry = {
            "dn": f"CN={name},{UNIT}",
            "objectClass": "user",
            "sAMAccountName": name,
            "userAccountControl": str(NORMAL | flags),
            "pwdLastSet": filetime(now - timedelta(days=10)),
            "lastLogonTimestamp": filetime(now - timedelta(days=3)),
            "employeeID": f"W{name}",
            **further,
        }
        steps.append({"add": entry})
    steps.append(
        {
            "add": {
                "dn": f"CN=gmsa-drift,{UNIT}",
                "objectClass": "msDS-GroupManagedServiceAccount",
                "sAMAccountName": MANAGED,
                "userAccountControl": "4096",
                "msDS-ManagedPasswordInterval": "30",
                "servicePrincipalName": f"HTTP/drift.{REALM.lower()}",
            }
        }
    )
    steps.append({"add": {"dn": f"CN=GG-Svaga,{UNIT}", "objectClass": "group", "sAMAccountName": "GG-Svaga"}})
    steps.append(_policy("Stark", 10, 16, lockout=5, targets=["CN=Domain Admins,CN=Users," + BASE_DN]))
    steps.append(_policy("Svag", 20, 4, lockout=0, targets=[f"CN=GG-Svaga,{UNIT}", f"CN=w-ren,{UNIT}"]))
    steps.append(_policy("Oanvänd", 30, 1, lockout=0, targets=[]))
    steps.append(
        {
            "modify": {
                "dn": f"CN=krbtgt,CN=Users,{BASE_DN}",
                "pwdLastSet": filetime(now - timedelta(days=KRBTGT_AGE_DAYS)),
            }
        }
    )
    for number, (name, facts) in enumerate(TRUSTS.items()):
        identifier = f"{DOMAIN_SID[:-1]}{number}"
        steps.append({"trust": [f"CN={name},CN=System,{BASE_DN}", name, identifier, facts]})
    steps.append({"schema": [LAPS, LAPS_NUMBER, "Computer"]})
    expiry = {"dn": f"CN=PC001,OU=Datorer,{ESTATE_DN}", LAPS: filetime(now + timedelta(days=20))}
    steps.append({"modify": expiry})
    # The value is a header without signatures; only the time at which it is written means anything.
    steps.append({"modify": {"dn": BASE_DN, "dSASignature": "\x01\x00\x00\x00(\x00\x00\x00"}})
    computer = f"CN=SRV-DELEG,OU=Datorer,{ESTATE_DN}"
    steps.append(
        {
            "add": {
                "dn": computer,
                "objectClass": "computer",
                "sAMAccountName": "SRV-DELEG$",
                "userAccountControl": str(4096 | 0x80000),
                "operatingSystem": "Windows Server 2022 Standard",
                "operatingSystemVersion": "10.0 (20348)",
                "lastLogonTimestamp": filetime(now - timedelta(days=2)),
            }
        }
    )
    return [*steps, *_further_steps()]


def _further_steps() -> list[dict[str, object]]:
    """Resource-based delegation, a copy left by a conflict, an administrator from elsewhere."""
    steps: list[dict[str, object]] = []
    for name, descriptor in _DESCRIPTORS.items():
        dn = f"CN={name},OU=Datorer,{ESTATE_DN}"
        entry = {"dn": dn, "objectClass": "computer", "sAMAccountName": f"{name}$", "userAccountControl": "4096"}
        steps.append({"add": {**entry, "operatingSystem": "Samba"}})
        steps.append({"descriptor": [dn, "msDS-AllowedToActOnBehalfOfOtherIdentity", descriptor]})
    copy = {"dn": COPY, "objectClass": "user", "sAMAccountName": "$DUPLICATE-1", "userAccountControl": str(NORMAL)}
    steps.append({"add": copy})
    # The server makes the entry of a principal from elsewhere when it becomes a member.
    steps.append({"extend-plainly": {"dn": _ADMINISTRATORS, "member": [f"<SID={FOREIGN}>"]}})
    steps.append({"add": {"dn": _OPEN, "objectClass": "group", "sAMAccountName": "GG-Alla"}})
    steps.append({"extend-plainly": {"dn": _OPEN, "member": [_EVERYBODY_DN]}})
    steps.append({"extend-plainly": {"dn": f"CN=Account Operators,CN=Builtin,{BASE_DN}", "member": [_OPEN]}})
    return steps


def undoing() -> list[dict[str, object]]:
    """The steps that take everything out again."""
    names = [f"CN={name},CN=System,{BASE_DN}" for name in TRUSTS]
    names += [f"CN={name},{PSO_CONTAINER}" for name in ("Stark", "Svag", "Oanvänd")]
    names += [f"CN=SRV-DELEG,OU=Datorer,{ESTATE_DN}", f"CN=GG-Svaga,{UNIT}", f"CN=gmsa-drift,{UNIT}"]
    names += [f"CN={name},{UNIT}" for name in EXPOSED]
    names += [f"CN={name},OU=Datorer,{ESTATE_DN}" for name in RESOURCES]
    names += [COPY, _FOREIGN_DN, _OPEN]
    expiry: dict[str, object] = {"modify": {"dn": f"CN=PC001,OU=Datorer,{ESTATE_DN}", LAPS: []}}
    removals: list[dict[str, object]] = [{"delete": name} for name in (*names, UNIT)]
    return [expiry, *removals]


def _policy(name: str, precedence: int, length: int, *, lockout: int, targets: list[str]) -> dict[str, object]:
    entry: dict[str, object] = {
        "dn": f"CN={name},{PSO_CONTAINER}",
        "objectClass": "msDS-PasswordSettings",
        "msDS-PasswordSettingsPrecedence": str(precedence),
        "msDS-PasswordReversibleEncryptionEnabled": "FALSE",
        "msDS-PasswordHistoryLength": "12",
        "msDS-PasswordComplexityEnabled": "TRUE",
        "msDS-MinimumPasswordLength": str(length),
        "msDS-MinimumPasswordAge": "0",
        "msDS-MaximumPasswordAge": str(-365 * DAY),
        "msDS-LockoutThreshold": str(lockout),
        "msDS-LockoutObservationWindow": str(-30 * MINUTE),
        "msDS-LockoutDuration": str(-30 * MINUTE),
    }
    if targets:
        entry["msDS-PSOAppliesTo"] = targets
    return {"add": entry}
