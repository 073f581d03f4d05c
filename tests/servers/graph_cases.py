"""Directories with what must be found of each administrator: the truth for multi-factor authentication in Entra ID.

Each case is the answers of a whole directory (`graph_tenants.tenant`; its builders name the pages of the Graph
reference that the shapes come from) and, by name, the expected outcome: None satisfied, `!reason` deviates, `?reason`
not determined, `-reason` out of scope. The page that a case turns on stands beside it: `resources/` and `api/` are
those of the Graph v1.0 reference.
"""

from __future__ import annotations

from typing import Any

from tests.servers.graph_tenants import (
    AZURE,
    ROLE,
    Json,
    assignment,
    country,
    guid,
    member,
    network,
    policy,
    registration,
    strength,
    tenant,
    user,
)

Case = tuple[str, dict[str, Any], dict[str, str | None]]
GUESTS = {"guestOrExternalUserTypes": "internalGuest,b2bCollaborationGuest,b2bCollaborationMember"}
ALL_TENANTS = {"externalTenants": {"@odata.type": "#microsoft.graph.conditionalAccessAllExternalTenants"}}
ALL_TENANTS["externalTenants"]["membershipKind"] = "all"
SOME_TENANTS = {"externalTenants": {"membershipKind": "enumerated", "members": [guid("another directory")]}}
MODERN = ["browser", "mobileAppsAndDesktopClients"]
LEGACY = ["exchangeActiveSync", "other"]
ALL_PLATFORMS = ["android", "iOS", "windows", "windowsPhone", "macOS", "linux"]
INVITED = {"userType": "Guest", "externalUserState": "Accepted", "creationType": "Invitation"}
GLOBAL = ROLE["Global Administrator"]


def anna(outcome: str | None) -> dict[str, str | None]:
    """The outcome of the only administrator."""
    return {"anna@example.test": outcome}


def location(include: list[str], exclude: list[str] | None = None) -> Json:
    """The condition of resources/conditionalaccesslocations."""
    return {
        "locations": {
            "includeLocations": [each if each.startswith("All") else guid(f"location {each}") for each in include],
            "excludeLocations": [
                each if each.startswith("All") else guid(f"location {each}") for each in exclude or []
            ],
        }
    }


def platform(include: list[str], exclude: list[str] | None = None) -> Json:
    """The condition of resources/conditionalaccessplatforms."""
    return {"platforms": {"includePlatforms": include, "excludePlatforms": exclude or []}}


def device(mode: str, rule: str = 'device.trustType -eq "ServerAD"') -> Json:
    """The condition of resources/conditionalaccessdevices."""
    return {"devices": {"deviceFilter": {"mode": mode, "rule": rule}}}


def demands(name: str, *combinations: str) -> Json:
    """The control of resources/conditionalaccessgrantcontrols, with a strength and nothing else."""
    return {"builtInControls": [], "authenticationStrength": strength(name, *combinations)}


def by_group(kind: str = "user", **more: Any) -> dict[str, Any]:
    """Anna through a group that holds the role, beside bo who is in no role."""
    return {
        "users": [user("anna"), user("bo")],
        "roles": [assignment("admins", kind="group")],
        "groups": {"admins": [member("anna", kind)]} | more.pop("groups", {}),
    } | more


STATES: dict[str, Case] = {
    "everyone, everything": ("resources/conditionalaccesspolicy", tenant(policy()), anna(None)),
    "no policy": ("api/conditionalaccessroot-list-policies", tenant(), anna("!not-covered")),
    "report-only": (
        "resources/conditionalaccesspolicy",
        tenant(policy(state="enabledForReportingButNotEnforced")),
        anna("!report-only"),
    ),
    "disabled": ("resources/conditionalaccesspolicy", tenant(policy(state="disabled")), anna("!not-covered")),
    "a state of the future": (
        "resources/conditionalaccesspolicy",
        tenant(policy(state="x")),
        anna("?condition-unknown"),
    ),
    "report-only beside enabled": (
        "resources/conditionalaccesspolicy",
        tenant(policy("a", state="enabledForReportingButNotEnforced"), policy("b")),
        anna(None),
    ),
    "security defaults": ("resources/identitysecuritydefaultsenforcementpolicy", tenant(defaults=True), anna(None)),
    "security defaults, a role outside them": (
        "Microsoft Entra: security defaults",
        tenant(defaults=True, roles=[assignment("anna", "Intune Administrator")]),
        anna("!outside-security-defaults"),
    ),
    "security defaults, an eligible role": (
        "Microsoft Entra: security defaults",
        tenant(defaults=True, roles=[], eligible=[assignment("anna")]),
        anna("?eligible-only"),
    ),
    "policy for workloads": (
        "resources/conditionalaccessclientapplications",
        tenant(
            policy(includeUsers=[], clientApplications={"includeServicePrincipals": ["ServicePrincipalsInMyTenant"]})
        ),
        anna("!not-covered"),
    ),
}
USERS: dict[str, Case] = {
    "included by id": ("resources/conditionalaccessusers", tenant(policy(includeUsers=[guid("anna")])), anna(None)),
    "included by an id in capitals": (
        "resources/conditionalaccessusers",
        tenant(policy(includeUsers=[guid("anna").upper()])),
        anna(None),
    ),
    "none included": ("resources/conditionalaccessusers", tenant(policy(includeUsers=["None"])), anna("!not-covered")),
    "another included": (
        "resources/conditionalaccessusers",
        tenant(policy(includeUsers=[guid("bo")])),
        anna("!not-covered"),
    ),
    "excluded by id": (
        "resources/conditionalaccessusers",
        tenant(policy(excludeUsers=[guid("anna")])),
        anna("!excluded"),
    ),
    "excluded, and covered by another": (
        "resources/conditionalaccessusers",
        tenant(policy("a", excludeUsers=[guid("anna")]), policy("b", includeUsers=[], includeRoles=[GLOBAL])),
        anna(None),
    ),
    "included by role": (
        "resources/conditionalaccessusers",
        tenant(policy(includeUsers=[], includeRoles=[GLOBAL])),
        anna(None),
    ),
    "excluded by role": ("resources/conditionalaccessusers", tenant(policy(excludeRoles=[GLOBAL])), anna("!excluded")),
    "excluded by a role that only reads": (
        "resources/conditionalaccessusers",
        tenant(
            policy(excludeRoles=[ROLE["Reports Reader"]]),
            roles=[assignment("anna"), assignment("anna", "Reports Reader")],
        ),
        anna("!excluded"),
    ),
    "another role included": (
        "resources/conditionalaccessusers",
        tenant(policy(includeUsers=[], includeRoles=[ROLE["Helpdesk Administrator"]])),
        anna("!not-covered"),
    ),
    "role for a unit only": (
        "Microsoft Entra: conditional access, users and groups (warning)",
        tenant(
            policy(includeUsers=[], includeRoles=[GLOBAL]),
            roles=[assignment("anna", directoryScopeId="/administrativeUnits/1")],
        ),
        anna("!not-covered"),
    ),
    "own role, covered by all users": (
        "resources/unifiedroledefinition",
        tenant(policy(), roles=[assignment("anna", guid("own role"))]),
        anna(None),
    ),
    "own role, covered by no one": (
        "resources/unifiedroledefinition",
        tenant(policy(includeUsers=[], includeRoles=[GLOBAL]), roles=[assignment("anna", guid("own role"))]),
        anna("!not-covered"),
    ),
    "eligible, covered by all users": (
        "resources/unifiedroleeligibilityscheduleinstance",
        tenant(policy(), roles=[], eligible=[assignment("anna")]),
        anna(None),
    ),
    "eligible, covered by role alone": (
        "resources/unifiedroleeligibilityscheduleinstance",
        tenant(policy(includeUsers=[], includeRoles=[GLOBAL]), roles=[], eligible=[assignment("anna")]),
        anna("?eligible-only"),
    ),
    "eligible, excluded by role": (
        "resources/unifiedroleeligibilityscheduleinstance",
        tenant(policy(excludeRoles=[GLOBAL]), roles=[], eligible=[assignment("anna")]),
        anna("!excluded"),
    ),
    "eligible and not covered": (
        "resources/unifiedroleeligibilityscheduleinstance",
        tenant(roles=[], eligible=[assignment("anna")]),
        anna("!not-covered"),
    ),
    "eligible in one role and active in the included one": (
        "resources/unifiedroleassignment",
        tenant(policy(includeUsers=[], includeRoles=[GLOBAL]), eligible=[assignment("anna", "Intune Administrator")]),
        anna(None),
    ),
}
GROUPS: dict[str, Case] = {
    "role by group, covered": ("api/group-list-transitivemembers", tenant(policy(), **by_group()), anna(None)),
    "role by group, not covered": ("api/group-list-transitivemembers", tenant(**by_group()), anna("!not-covered")),
    "role by group, included by role": (
        "api/group-list-transitivemembers",
        tenant(policy(includeUsers=[], includeRoles=[GLOBAL]), **by_group()),
        anna(None),
    ),
    "role by group whose members are not read": (
        "api/group-list-transitivemembers",
        tenant(policy(), roles=[assignment("hidden", kind="group")]),
        {f"hidden ({guid('hidden')})": "?members-unknown"},
    ),
    "eligible member of a role's group": (
        "resources/privilegedaccessgroupeligibilityscheduleinstance",
        tenant(
            policy(includeUsers=[], includeRoles=[GLOBAL]),
            **by_group(
                groups={"admins": []},
                eligible_members={
                    "admins": [
                        {"principalId": guid("bo"), "accessId": "member"}
                        | {"principal": {"@odata.type": "#microsoft.graph.user", "id": guid("bo")}}
                    ]
                },
            ),
        ),
        {"bo@example.test": "?eligible-only"},
    ),
    "may activate membership of an excluded group": (
        "resources/privilegedaccessgroupeligibilityscheduleinstance",
        tenant(
            policy(excludeGroups=[guid("no mfa")]),
            groups={"no mfa": []},
            eligible_members={
                "no mfa": [
                    {"principalId": guid("anna"), "accessId": "member"}
                    | {"principal": {"@odata.type": "#microsoft.graph.user", "id": guid("anna")}}
                ]
            },
        ),
        anna("?may-be-excluded"),
    ),
    "somebody else may, through a group": (
        "resources/privilegedaccessgroupeligibilityscheduleinstance",
        tenant(
            policy(excludeGroups=[guid("no mfa")]),
            groups={"no mfa": [], "operations": [member("bo")]},
            eligible_members={
                "no mfa": [
                    {"principalId": guid("operations"), "accessId": "member"}
                    | {"principal": {"@odata.type": "#microsoft.graph.group", "id": guid("operations")}}
                ]
            },
        ),
        anna(None),
    ),
    "may activate membership of the only group included": (
        "resources/privilegedaccessgroupeligibilityscheduleinstance",
        tenant(
            policy(includeUsers=[], includeGroups=[guid("staff")]),
            groups={"staff": []},
            eligible_members={
                "staff": [
                    {"principalId": guid("anna"), "accessId": "member"}
                    | {"principal": {"@odata.type": "#microsoft.graph.user", "id": guid("anna")}}
                ]
            },
        ),
        anna("!not-covered"),
    ),
    "group included": (
        "resources/conditionalaccessusers",
        tenant(policy(includeUsers=[], includeGroups=[guid("all staff")]), groups={"all staff": [member("anna")]}),
        anna(None),
    ),
    "group included, without her": (
        "resources/conditionalaccessusers",
        tenant(policy(includeUsers=[], includeGroups=[guid("all staff")]), groups={"all staff": [member("bo")]}),
        anna("!not-covered"),
    ),
    "group excluded, nested": (
        "api/group-list-transitivemembers",
        tenant(
            policy(excludeGroups=[guid("exceptions")]),
            groups={"exceptions": [member("inner", "group"), member("anna")]},
        ),
        anna("!excluded"),
    ),
    "group excluded, empty": (
        "api/group-list-transitivemembers",
        tenant(policy(excludeGroups=[guid("exceptions")]), groups={"exceptions": []}),
        anna(None),
    ),
    "group excluded and not read": (
        "api/group-list-transitivemembers",
        tenant(policy(excludeGroups=[guid("deleted")])),
        anna("?group-not-read"),
    ),
    "group included and not read": (
        "api/group-list-transitivemembers",
        tenant(policy(includeUsers=[], includeGroups=[guid("deleted")])),
        anna("?group-not-read"),
    ),
    "group not read, and covered by another policy": (
        "api/group-list-transitivemembers",
        tenant(policy("a", excludeGroups=[guid("deleted")]), policy("b")),
        anna(None),
    ),
}
GUEST: dict[str, Case] = {
    "guest, all users": (
        "resources/conditionalaccessusers",
        tenant(policy(), users=[user("anna", **INVITED)]),
        anna(None),
    ),
    "guest, guests excluded": (
        "resources/conditionalaccessusers",
        tenant(policy(excludeUsers=["GuestsOrExternalUsers"]), users=[user("anna", **INVITED)]),
        anna("!excluded"),
    ),
    "member, guests excluded": (
        "resources/conditionalaccessusers",
        tenant(policy(excludeUsers=["GuestsOrExternalUsers"])),
        anna(None),
    ),
    "guest, sorts of guests excluded": (
        "resources/conditionalaccessguestsorexternalusers",
        tenant(policy(excludeGuestsOrExternalUsers=GUESTS | ALL_TENANTS), users=[user("anna", **INVITED)]),
        anna("!excluded"),
    ),
    "guest, of some directories excluded": (
        "resources/conditionalaccessenumeratedexternaltenants",
        tenant(policy(excludeGuestsOrExternalUsers=GUESTS | SOME_TENANTS), users=[user("anna", **INVITED)]),
        anna("?guest-type-unknown"),
    ),
    "member, sorts of guests excluded": (
        "resources/conditionalaccessguestsorexternalusers",
        tenant(policy(excludeGuestsOrExternalUsers=GUESTS | ALL_TENANTS)),
        anna(None),
    ),
    "member, a sort of the future excluded": (
        "resources/conditionalaccessguestsorexternalusers",
        tenant(policy(excludeGuestsOrExternalUsers={"guestOrExternalUserTypes": "unknownFutureValue"} | ALL_TENANTS)),
        anna("?guest-type-unknown"),
    ),
    "invited as a member, sorts of guests excluded": (
        "resources/conditionalaccessguestsorexternalusers",
        tenant(
            policy(excludeGuestsOrExternalUsers=GUESTS | ALL_TENANTS),
            users=[user("anna", **INVITED | {"userType": "Member"})],
        ),
        anna("!excluded"),
    ),
    "invited as a member, guests excluded": (
        "resources/conditionalaccessusers",
        tenant(
            policy(excludeUsers=["GuestsOrExternalUsers"]), users=[user("anna", **INVITED | {"userType": "Member"})]
        ),
        anna("?guest-type-unknown"),
    ),
    "guest, providers excluded": (
        "resources/conditionalaccessguestsorexternalusers",
        tenant(
            policy(excludeGuestsOrExternalUsers={"guestOrExternalUserTypes": "serviceProvider"} | ALL_TENANTS),
            users=[user("anna", **INVITED)],
        ),
        anna(None),
    ),
    "only guests included": (
        "resources/conditionalaccessusers",
        tenant(policy(includeUsers=["GuestsOrExternalUsers"])),
        anna("!not-covered"),
    ),
    "user without a type, guests excluded": (
        "resources/user",
        tenant(policy(excludeUsers=["GuestsOrExternalUsers"]), users=[user("anna", userType=None)]),
        anna("?guest-type-unknown"),
    ),
}
APPS: dict[str, Case] = {
    "Office 365 only": (
        "resources/conditionalaccessapplications",
        tenant(policy(includeApplications=["Office365"])),
        anna("!some-apps"),
    ),
    "admin portals and Azure only": (
        "resources/conditionalaccessapplications",
        tenant(policy(includeApplications=["MicrosoftAdminPortals", AZURE])),
        anna("!some-apps"),
    ),
    "one app excluded": (
        "resources/conditionalaccessapplications",
        tenant(policy(excludeApplications=[guid("an app")])),
        anna("!some-apps"),
    ),
    "one app excluded, and covered by itself": (
        "resources/conditionalaccessapplications",
        tenant(policy("a", excludeApplications=[guid("an app")]), policy("b", includeApplications=[guid("an app")])),
        anna(None),
    ),
    "an app excluded that Office 365 may hold": (
        "Microsoft Entra: apps included in the Office 365 app suite",
        tenant(policy("a", excludeApplications=[guid("an app")]), policy("b", includeApplications=["Office365"])),
        anna("?condition-unknown"),
    ),
    "an app excluded by one policy, and by another the suite that may hold it": (
        "Microsoft Entra: apps included in the Office 365 app suite",
        tenant(policy("a", excludeApplications=["Office365"]), policy("b", excludeApplications=[guid("an app")])),
        anna("?condition-unknown"),
    ),
    "Azure management excluded": (
        "resources/conditionalaccessapplications",
        tenant(policy(excludeApplications=[AZURE])),
        anna("!some-apps"),
    ),
    "no app": (
        "resources/conditionalaccessapplications",
        tenant(policy(includeApplications=["None"])),
        anna("!not-covered"),
    ),
    "registration of methods only": (
        "resources/conditionalaccessapplications",
        tenant(policy(includeApplications=[], includeUserActions=["urn:user:registersecurityinfo"])),
        anna("!not-covered"),
    ),
    "authentication context only": (
        "resources/authenticationcontextclassreference",
        tenant(policy(includeApplications=[], includeAuthenticationContextClassReferences=["c1"])),
        anna("!not-covered"),
    ),
    "apps by a filter": (
        "resources/conditionalaccessfilter",
        tenant(policy(applicationFilter={"mode": "exclude", "rule": 'CustomSecurityAttribute.a_b -eq "c"'})),
        anna("?condition-unknown"),
    ),
}
CLIENTS: dict[str, Case] = {
    "modern clients only": (
        "resources/conditionalaccessconditionset",
        tenant(policy(clientAppTypes=MODERN)),
        anna("!legacy-clients"),
    ),
    "modern clients, and legacy blocked": (
        "resources/conditionalaccessconditionset",
        tenant(policy("a", clientAppTypes=MODERN), policy("b", clientAppTypes=LEGACY, builtInControls=["block"])),
        anna(None),
    ),
    "legacy blocked and nothing else": (
        "resources/conditionalaccessconditionset",
        tenant(policy(clientAppTypes=LEGACY, builtInControls=["block"])),
        anna("!not-covered"),
    ),
    "browsers only": (
        "resources/conditionalaccessconditionset",
        tenant(policy("a", clientAppTypes=["browser"]), policy("b", clientAppTypes=LEGACY, builtInControls=["block"])),
        anna("!some-clients"),
    ),
    "a kind of client of the future": (
        "resources/conditionalaccessconditionset",
        tenant(policy(clientAppTypes=["unknownFutureValue"])),
        anna("?condition-unknown"),
    ),
    "excluded from the policy, legacy blocked": (
        "resources/conditionalaccessconditionset",
        tenant(
            policy("a", excludeUsers=[guid("anna")]),
            policy("b", clientAppTypes=LEGACY, builtInControls=["block"]),
        ),
        anna("!excluded"),
    ),
    "phones only": (
        "resources/conditionalaccessplatforms",
        tenant(policy(**platform(["android", "iOS"]))),
        anna("!some-platforms"),
    ),
    "all platforms by name": (
        "resources/conditionalaccessplatforms",
        tenant(policy(**platform(ALL_PLATFORMS))),
        anna("!some-platforms"),
    ),
    "all platforms": ("resources/conditionalaccessplatforms", tenant(policy(**platform(["all"]))), anna(None)),
    "all platforms but one": (
        "resources/conditionalaccessplatforms",
        tenant(policy(**platform(["all"], ["linux"]))),
        anna("!some-platforms"),
    ),
    "two policies complete each other": (
        "resources/conditionalaccessplatforms",
        tenant(policy("a", **platform(["iOS", "android"])), policy("b", **platform(["all"], ["iOS", "android"]))),
        anna(None),
    ),
    "device filter, included": (
        "resources/conditionalaccessfilter",
        tenant(policy(**device("include"))),
        anna("!some-devices"),
    ),
    "device filter, excluded": (
        "resources/conditionalaccessfilter",
        tenant(policy(**device("exclude"))),
        anna("!some-devices"),
    ),
    "device filters complete each other": (
        "resources/conditionalaccessfilter",
        tenant(policy("a", **device("exclude")), policy("b", builtInControls=["block"], **device("include"))),
        anna(None),
    ),
}
PLACES: dict[str, Case] = {
    "trusted excluded": (
        "resources/conditionalaccesslocations",
        tenant(policy(**location(["All"], ["AllTrusted"])), locations=[network("office", trusted=True)]),
        anna("!trusted-location"),
    ),
    "trusted excluded, with no named location": (
        "Microsoft Entra: conditional access, network (MFA trusted IPs)",
        tenant(policy(**location(["All"], ["AllTrusted"]))),
        anna("!trusted-location"),
    ),
    "office excluded": (
        "resources/ipnamedlocation",
        tenant(policy(**location(["All"], ["office"])), locations=[network("office", trusted=False)]),
        anna("!trusted-location"),
    ),
    "all places": ("resources/conditionalaccesslocations", tenant(policy(**location(["All"]))), anna(None)),
    "only from one country": (
        "resources/countrynamedlocation",
        tenant(policy(**location(["Sverige"])), locations=[country("Sverige", "SE")]),
        anna("!some-locations"),
    ),
    "countries complete each other": (
        "resources/countrynamedlocation",
        tenant(
            policy("a", **location(["Sverige"])),
            policy("b", builtInControls=["block"], **location(["All"], ["Sverige"])),
            locations=[country("Sverige", "SE")],
        ),
        anna(None),
    ),
    "two exclusions that overlap": (
        "resources/conditionalaccesslocations",
        tenant(
            policy("a", **location(["All"], ["office"])),
            policy("b", **location(["All"], ["Sverige"])),
            locations=[network("office", trusted=True), country("Sverige", "SE")],
        ),
        anna("!trusted-location"),
    ),
    "risky sign-ins only": (
        "resources/conditionalaccessconditionset",
        tenant(policy(signInRiskLevels=["high", "medium"])),
        anna("!risk-only"),
    ),
    "risky users only": (
        "resources/conditionalaccessconditionset",
        tenant(policy(userRiskLevels=["high"], builtInControls=["mfa", "passwordChange"], operator="AND")),
        anna("!risk-only"),
    ),
    "sign-ins without risk": (
        "resources/conditionalaccessconditionset",
        tenant(policy(signInRiskLevels=["none"])),
        anna("?condition-unknown"),
    ),
    "device code flow only": (
        "resources/conditionalaccessauthenticationflows",
        tenant(policy(builtInControls=["block"], authenticationFlows={"transferMethods": "deviceCodeFlow"})),
        anna("!not-covered"),
    ),
    "a condition of the future": (
        "resources/conditionalaccessconditionset",
        tenant(policy(agentRisk=["high"], conditions=policy()["conditions"] | {"agentRiskLevels": ["high"]})),
        anna("?condition-unknown"),
    ),
}
GRANTS: dict[str, Case] = {
    "block": ("resources/conditionalaccessgrantcontrols", tenant(policy(builtInControls=["block"])), anna(None)),
    "MFA and a device": (
        "resources/conditionalaccessgrantcontrols",
        tenant(policy(builtInControls=["mfa", "compliantDevice"], operator="AND")),
        anna(None),
    ),
    "MFA or a device": (
        "resources/conditionalaccessgrantcontrols",
        tenant(policy(builtInControls=["mfa", "compliantDevice"])),
        anna("!alternative-control"),
    ),
    "a device only": (
        "resources/conditionalaccessgrantcontrols",
        tenant(policy(builtInControls=["compliantDevice"])),
        anna("!not-covered"),
    ),
    "terms of use only": (
        "resources/conditionalaccessgrantcontrols",
        tenant(policy(builtInControls=[], termsOfUse=[guid("terms")])),
        anna("!not-covered"),
    ),
    "MFA or terms of use": (
        "resources/conditionalaccessgrantcontrols",
        tenant(policy(termsOfUse=[guid("terms")])),
        anna("!alternative-control"),
    ),
    "another supplier's control": (
        "Microsoft Entra: conditional access, custom controls",
        tenant(policy(builtInControls=[], customAuthenticationFactors=["RequireDuoMfa"])),
        anna("?control-unknown"),
    ),
    "MFA or another supplier's control": (
        "Microsoft Entra: conditional access, custom controls",
        tenant(policy(customAuthenticationFactors=["RequireDuoMfa"])),
        anna("?control-unknown"),
    ),
    "a control of the future": (
        "resources/conditionalaccessgrantcontrols",
        tenant(policy(builtInControls=["unknownFutureValue"])),
        anna("?control-unknown"),
    ),
    "a grant of the future": (
        "resources/conditionalaccessgrantcontrols",
        tenant(policy(grantControls=policy()["grantControls"] | {"trustedBadge": "x"})),
        anna("?condition-unknown"),
    ),
    "operator of the future": (
        "resources/conditionalaccessgrantcontrols",
        tenant(policy(operator="XOR")),
        anna("?control-unknown"),
    ),
    "session controls only": (
        "resources/conditionalaccesssessioncontrols",
        tenant(policy(grantControls=None, sessionControls={"signInFrequency": {"value": 4, "type": "hours"}})),
        anna("!not-covered"),
    ),
    "strength that is phishing-resistant": (
        "resources/authenticationstrengthpolicy",
        tenant(policy(**demands("pr", "windowsHelloForBusiness", "fido2", "x509CertificateMultiFactor"))),
        anna(None),
    ),
    "strength of passwords and more": (
        "resources/authenticationmethodmodes",
        tenant(policy(**demands("mfa", "fido2", "password,softwareOath", "federatedSingleFactor,sms"))),
        anna(None),
    ),
    "strength that takes a password": (
        "resources/authenticationmethodmodes",
        tenant(policy(**demands("weak", "fido2", "password"))),
        anna("!not-covered"),
    ),
    "strength of a method of the future": (
        "resources/authenticationmethodmodes",
        tenant(policy(**demands("new", "fido2", "unknownFutureValue"))),
        anna("?control-unknown"),
    ),
    "strength by reference": (
        "api/authenticationstrengthroot-list-policies",
        tenant(policy(**demands("pr")), strengths=[strength("pr", "fido2")]),
        anna(None),
    ),
    "strength by reference, not there": (
        "api/authenticationstrengthroot-list-policies",
        tenant(policy(**demands("pr"))),
        anna("?control-unknown"),
    ),
}
PEOPLE: dict[str, Case] = {
    "not registered": (
        "api/authenticationmethodsroot-list-userregistrationdetails",
        tenant(policy(), registrations=[registration("anna", registered=False)]),
        anna("!not-registered"),
    ),
    "covered and registered a method that is no longer allowed": (
        "resources/userregistrationdetails",
        tenant(policy(), registrations=[registration("anna") | {"isMfaCapable": False}]),
        anna("!not-capable"),
    ),
    "registered and not enforced": (
        "api/authenticationmethodsroot-list-userregistrationdetails",
        tenant(registrations=[registration("anna")]),
        anna("!not-covered"),
    ),
    "not in the registration report": (
        "api/authenticationmethodsroot-list-userregistrationdetails",
        tenant(policy(), registrations=[]),
        anna(None),
    ),
    "disabled": ("resources/user", tenant(users=[user("anna", accountEnabled=False)]), anna("-disabled")),
    "state not told, not covered": (
        "resources/user",
        tenant(users=[user("anna", accountEnabled=None)]),
        anna("?state-unknown"),
    ),
    "break-glass": (
        "resources/user",
        tenant(users=[user("glas")], roles=[assignment("glas")]),
        {"glas@example.test": "-break-glass"},
    ),
    "service account": (
        "resources/user",
        tenant(users=[user("sync")], roles=[assignment("sync")]),
        {"sync@example.test": "-not-a-person"},
    ),
    "application": (
        "resources/serviceprincipal",
        tenant(roles=[assignment("robot", kind="servicePrincipal")]),
        {"robot": "-not-a-person"},
    ),
    "a role that only reads": (
        "Microsoft Entra: built-in roles",
        tenant(roles=[assignment("anna", "Reports Reader")]),
        anna("-not-administrative"),
    ),
    "a role that is not known here": (
        "Microsoft Entra: built-in roles",
        tenant(policy(includeUsers=[], includeRoles=[guid("new role")]), roles=[assignment("anna", guid("new role"))]),
        anna("!not-covered"),
    ),
    "a role that is not known here, excluded": (
        "Microsoft Entra: built-in roles",
        tenant(policy(excludeRoles=[guid("new role")]), roles=[assignment("anna", guid("new role"))]),
        anna("?roles-not-read"),
    ),
    "three administrators, one of them excluded": (
        "resources/conditionalaccessusers",
        tenant(
            policy(excludeUsers=[guid("bo")]),
            users=[user("anna"), user("bo"), user("åsa.öberg")],
            roles=[assignment("anna"), assignment("bo", "Helpdesk Administrator"), assignment("åsa.öberg")],
        ),
        anna(None) | {"bo@example.test": "!excluded", "åsa.öberg@example.test": None},
    ),
}
CASES: dict[str, Case] = {
    f"{family}: {name}": case
    for family, cases in (
        ("states", STATES),
        ("users", USERS),
        ("groups", GROUPS),
        ("guests", GUEST),
        ("apps", APPS),
        ("clients", CLIENTS),
        ("places", PLACES),
        ("grants", GRANTS),
        ("people", PEOPLE),
    )
    for name, case in cases.items()
}
