"""Directories in the shapes of the Microsoft Graph v1.0 reference, built small; each builder names the page."""

from __future__ import annotations

import uuid
from typing import Any

ROLE = {
    "Global Administrator": "62e90394-69f5-4237-9190-012177145e10",
    "Intune Administrator": "3a2c62db-5318-420d-8d74-23affee5d9d5",
    "Helpdesk Administrator": "729827e3-9c14-49f7-bb1b-9608f156bbb8",
    "Reports Reader": "4a5d8f65-41da-4de4-8968-e035b65339cf",
}
GRAPH = "/v1.0/servicePrincipals(appId='00000003-0000-0000-c000-000000000000')"
GRANTABLE = ("Directory.ReadWrite.All", "RoleManagement.ReadWrite.Directory", "Mail.Send", "User.Read.All")
HINT = "q7Z"
"""What a secret begins with, as Graph tells it."""
AZURE = "797f4846-ba00-4fd7-ba43-dac1f8f63013"
Json = dict[str, Any]


def guid(name: str) -> str:
    """A stable object id for a name."""
    return str(uuid.uuid5(uuid.NAMESPACE_DNS, f"{name}.example.test"))


def user(name: str, **changes: Any) -> Json:
    """A user: api/user-list, resources/user, resources/signinactivity."""
    return {
        "id": guid(name),
        "userPrincipalName": f"{name}@example.test",
        "accountEnabled": True,
        "userType": "Member",
        "externalUserState": None,
        "creationType": None,
        "createdDateTime": "2022-05-02T07:11:12Z",
        "lastPasswordChangeDateTime": "2026-02-03T04:05:06Z",
        "passwordPolicies": "None",
        "employeeId": None,
    } | changes


def member(name: str, kind: str = "user", **changes: Any) -> Json:
    """A member of a group: api/group-list-transitivemembers."""
    return {"@odata.type": f"#microsoft.graph.{kind}", "displayName": name} | (
        user(name, **changes) if kind == "user" else {"id": guid(name)}
    )


def assignment(principal: str, role: str = "Global Administrator", kind: str = "user", **changes: Any) -> Json:
    """An assignment: api/rbacapplication-list-roleassignments (example 1); an eligibility has the same fields."""
    return {
        "id": f"{principal}-{role}",
        "principalId": guid(principal),
        "directoryScopeId": "/",
        "roleDefinitionId": ROLE.get(role, role),
        "principal": {
            "@odata.type": f"#microsoft.graph.{kind}",
            "id": guid(principal),
            "displayName": principal,
            **({"userPrincipalName": f"{principal}@example.test"} if kind == "user" else {}),
        },
    } | changes


def policy(name: str = "MFA", /, **changes: Any) -> Json:
    """A policy: resources/conditionalaccesspolicy; everyone, everything, MFA. `changes` are by the keys below."""
    users = {
        "includeUsers": ["All"],
        "excludeUsers": [],
        "includeGroups": [],
        "excludeGroups": [],
        "includeRoles": [],
        "excludeRoles": [],
        "includeGuestsOrExternalUsers": None,
        "excludeGuestsOrExternalUsers": None,
    }
    applications = {
        "includeApplications": ["All"],
        "excludeApplications": [],
        "includeUserActions": [],
        "includeAuthenticationContextClassReferences": [],
        "applicationFilter": None,
    }
    conditions: Json = {
        "userRiskLevels": [],
        "signInRiskLevels": [],
        "clientAppTypes": ["all"],
        "servicePrincipalRiskLevels": [],
        "insiderRiskLevels": None,
        "platforms": None,
        "locations": None,
        "devices": None,
        "clientApplications": None,
        "authenticationFlows": None,
    }
    grants: Json = {
        "operator": "OR",
        "builtInControls": ["mfa"],
        "customAuthenticationFactors": [],
        "termsOfUse": [],
        "authenticationStrength": None,
    }
    top: Json = {
        "id": guid(f"policy {name}"),
        "displayName": name,
        "createdDateTime": "2024-01-02T03:04:05Z",
        "modifiedDateTime": None,
        "state": "enabled",
        "sessionControls": None,
    }
    for key, value in changes.items():
        place = next((each for each in (users, applications, conditions, grants) if key in each), top)
        place[key] = value
    whole = top | {"conditions": conditions | {"users": users, "applications": applications}, "grantControls": grants}
    return whole | {key: changes[key] for key in ("conditions", "grantControls") if key in changes}


def strength(name: str, *combinations: str, requirements: str = "mfa") -> Json:
    """A strength: resources/authenticationstrengthpolicy."""
    return {
        "id": guid(f"strength {name}"),
        "displayName": name,
        "policyType": "custom",
        "requirementsSatisfied": requirements,
        "allowedCombinations": list(combinations),
    }


def network(name: str, *, trusted: bool) -> Json:
    """A location by address: resources/ipnamedlocation."""
    return {
        "@odata.type": "#microsoft.graph.ipNamedLocation",
        "id": guid(f"location {name}"),
        "displayName": name,
        "isTrusted": trusted,
        "ipRanges": [{"@odata.type": "#microsoft.graph.iPv4CidrRange", "cidrAddress": "192.0.2.0/24"}],
    }


def country(name: str, *codes: str) -> Json:
    """A location by country: resources/countrynamedlocation."""
    return {
        "@odata.type": "#microsoft.graph.countryNamedLocation",
        "id": guid(f"location {name}"),
        "displayName": name,
        "countriesAndRegions": list(codes),
        "includeUnknownCountriesAndRegions": False,
        "countryLookupMethod": "clientIpAddress",
    }


def registration(name: str, *, registered: bool = True) -> Json:
    """A registration: api/authenticationmethodsroot-list-userregistrationdetails."""
    return {
        "id": guid(name),
        "userPrincipalName": f"{name}@example.test",
        "isAdmin": True,
        "isMfaRegistered": registered,
        "isMfaCapable": registered,
        "isPasswordlessCapable": False,
        "lastUpdatedDateTime": "2026-11-20T19:15:41.6195833Z",
        "methodsRegistered": ["microsoftAuthenticatorPush"] if registered else [],
        "userType": "member",
    }


def application(name: str, *credentials: Json, **changes: Any) -> Json:
    """An application: api/application-list; credentials as `secret` and `certificate` make them."""
    return {
        "id": guid(f"application {name}"),
        "appId": guid(f"app {name}"),
        "displayName": name,
        "keyCredentials": [each for each in credentials if "usage" in each],
        "passwordCredentials": [each for each in credentials if "usage" not in each],
    } | changes


def principal(name: str, *credentials: Json, **changes: Any) -> Json:
    """A service principal: api/serviceprincipal-list, resources/serviceprincipal."""
    made = application(name, *credentials) | {"id": guid(name), "accountEnabled": True}
    return made | {"servicePrincipalType": "Application"} | changes


def secret(name: str, start: str = "2026-01-01", end: str | None = "2026-12-31", **changes: Any) -> Json:
    """A secret: resources/passwordcredential."""
    return {
        "customKeyIdentifier": None,
        "displayName": name,
        "startDateTime": f"{start}T00:00:00Z",
        "endDateTime": None if end is None else f"{end}T00:00:00.1234567Z",
        "hint": HINT,
        "keyId": guid(f"key {name}"),
        "secretText": None,
    } | changes


def certificate(name: str, start: str = "2026-01-01", end: str = "2026-12-31", **changes: Any) -> Json:
    """A certificate: resources/keycredential."""
    made = secret(name, start, end) | {"key": None, "type": "AsymmetricX509Cert", "usage": "Verify"}
    return {field: value for field, value in made.items() if field not in {"hint", "secretText"}} | changes


def granted(to: str, permission: str, **changes: Any) -> Json:
    """A grant: api/serviceprincipal-list-approleassignedto."""
    return {
        "id": f"{to}-{permission}",
        "appRoleId": guid(f"permission {permission}"),
        "principalId": guid(to),
        "principalType": "ServicePrincipal",
        "principalDisplayName": to,
        "resourceDisplayName": "Microsoft Graph",
        "resourceId": guid("Microsoft Graph"),
    } | changes


def tenant(
    *policies: Json,
    users: list[Json] | None = None,
    roles: list[Json] | None = None,
    eligible: list[Json] | None = None,
    groups: dict[str, list[Json]] | None = None,
    eligible_members: dict[str, list[Json]] | None = None,
    locations: list[Json] | None = None,
    strengths: list[Json] | None = None,
    registrations: list[Json] | None = None,
    defaults: bool = False,
    principals: list[Json] | None = None,
    applications: list[Json] | None = None,
    grants: list[Json] | None = None,
) -> dict[str, Any]:
    """The answers of a whole directory; one global administrator, `anna`, where nothing else is said."""
    held = [user("anna")] if users is None else users
    found = {
        "/v1.0/users": held,
        "/v1.0/roleManagement/directory/roleDefinitions": [
            *({"id": each, "templateId": each, "displayName": name, "isBuiltIn": True} for name, each in ROLE.items()),
            {"id": guid("own role"), "templateId": guid("own role"), "displayName": "Own role", "isBuiltIn": False},
        ],
        "/v1.0/servicePrincipals": principals or [],
        "/v1.0/applications": applications or [],
        GRAPH: {
            "id": guid("Microsoft Graph"),
            "appRoles": [
                {"id": guid(f"permission {each}"), "value": each, "allowedMemberTypes": ["Application"]}
                for each in GRANTABLE
            ],
        },
        f"{GRAPH}/appRoleAssignedTo": grants or [],
        "/v1.0/roleManagement/directory/roleAssignments": [assignment("anna")] if roles is None else roles,
        "/v1.0/roleManagement/directory/roleEligibilityScheduleInstances": eligible or [],
        "/v1.0/identityGovernance/privilegedAccess/group/eligibilityScheduleInstances": {
            "by group": {guid(name): items for name, items in (eligible_members or {}).items()}
        },
        "/v1.0/identity/conditionalAccess/policies": list(policies),
        "/v1.0/identity/conditionalAccess/namedLocations": locations or [],
        "/v1.0/policies/authenticationStrengthPolicies": strengths or [],
        "/v1.0/policies/identitySecurityDefaultsEnforcementPolicy": {
            "id": "00000000-0000-0000-0000-000000000005",
            "displayName": "Security Defaults",
            "isEnabled": defaults,
        },
        "/v1.0/reports/authenticationMethods/userRegistrationDetails": (
            [registration(each["userPrincipalName"].partition("@")[0]) for each in held]
            if registrations is None
            else registrations
        ),
    }
    found |= {f"/v1.0/users/{each['id']}": each for each in held}
    found |= {f"/v1.0/groups/{guid(name)}/transitiveMembers": items for name, items in (groups or {}).items()}
    return found
