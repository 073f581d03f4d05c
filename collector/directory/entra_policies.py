"""Access policies of Entra ID, out of Graph's answers; pure functions.

Sources: the Graph v1.0 pages of conditionalAccessPolicy and the types it is made of, authenticationStrengthPolicy,
ipNamedLocation, countryNamedLocation and identitySecurityDefaultsEnforcementPolicy. What is set and not named there is
kept as unknown: it must never look like a policy that does not have it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from collector.directory.entra_roles import role_identifier
from collector.directory.entra_values import flag, identifier, identifiers, members, text, texts
from collector.directory.times import MalformedValueError
from collector.records.cloud import AccessPolicy, NamedLocation, PolicyState, SecurityDefaults

_STATES: Mapping[str, PolicyState] = {
    "enabled": "enabled",
    "disabled": "disabled",
    "enabledForReportingButNotEnforced": "report-only",
}
_CONDITIONS = {
    "applications",
    "authenticationFlows",
    "clientAppTypes",
    "clientApplications",  # of workloads: such a policy names no users
    "devices",
    "insiderRiskLevels",
    "locations",
    "platforms",
    "servicePrincipalRiskLevels",  # of workloads
    "signInRiskLevels",
    "userRiskLevels",
    "users",
}
_USERS = {
    "includeUsers",
    "excludeUsers",
    "includeGroups",
    "excludeGroups",
    "includeRoles",
    "excludeRoles",
    "includeGuestsOrExternalUsers",
    "excludeGuestsOrExternalUsers",
}
_APPLICATIONS = {
    "includeApplications",
    "excludeApplications",
    "applicationFilter",
    "includeUserActions",
    "includeAuthenticationContextClassReferences",
}
_GRANTS = {"operator", "builtInControls", "customAuthenticationFactors", "termsOfUse", "authenticationStrength"}
_SUBSETS = {
    "devices": {"deviceFilter"},
    "platforms": {"includePlatforms", "excludePlatforms"},
    "locations": {"includeLocations", "excludeLocations"},
    "authenticationFlows": {"transferMethods"},
}


def parse_policy(item: dict[str, Any], strengths: Mapping[str, tuple[str, ...]]) -> AccessPolicy:
    """One policy; `strengths` are combinations by the strength's id. Raises MalformedValueError."""
    conditions = members(item.get("conditions"))
    users, applications = members(conditions.get("users")), members(conditions.get("applications"))
    platforms, locations = members(conditions.get("platforms")), members(conditions.get("locations"))
    grants = members(item.get("grantControls"))
    strength = members(grants.get("authenticationStrength"))
    include_types, include_of = _guests(users.get("includeGuestsOrExternalUsers"))
    exclude_types, exclude_of = _guests(users.get("excludeGuestsOrExternalUsers"))
    return AccessPolicy(
        identifier=identifier(item.get("id")),
        name=text(item.get("displayName")) or "",
        state=_STATES.get(text(item.get("state")) or "", "unknown"),
        include_users=identifiers(users.get("includeUsers")),
        exclude_users=identifiers(users.get("excludeUsers")),
        include_groups=identifiers(users.get("includeGroups")),
        exclude_groups=identifiers(users.get("excludeGroups")),
        include_roles=_roles(users.get("includeRoles")),
        exclude_roles=_roles(users.get("excludeRoles")),
        include_guest_types=include_types,
        exclude_guest_types=exclude_types,
        include_guests_of=include_of,
        exclude_guests_of=exclude_of,
        include_applications=identifiers(applications.get("includeApplications")),
        exclude_applications=identifiers(applications.get("excludeApplications")),
        application_filter=_filter(applications.get("applicationFilter")),
        user_actions=texts(applications.get("includeUserActions")),
        authentication_contexts=texts(applications.get("includeAuthenticationContextClassReferences")),
        client_app_types=texts(conditions.get("clientAppTypes")),
        include_platforms=texts(platforms.get("includePlatforms")),
        exclude_platforms=texts(platforms.get("excludePlatforms")),
        include_locations=identifiers(locations.get("includeLocations")),
        exclude_locations=identifiers(locations.get("excludeLocations")),
        sign_in_risk_levels=texts(conditions.get("signInRiskLevels")),
        user_risk_levels=texts(conditions.get("userRiskLevels")),
        insider_risk_levels=_words(conditions.get("insiderRiskLevels")),
        device_filter=_filter(members(conditions.get("devices")).get("deviceFilter")),
        authentication_flows=_words(members(conditions.get("authenticationFlows")).get("transferMethods")),
        operator=text(grants.get("operator")),
        controls=texts(grants.get("builtInControls")),
        custom_controls=texts(grants.get("customAuthenticationFactors")),
        terms_of_use=texts(grants.get("termsOfUse")),
        strength=_strength_name(strength),
        strength_combinations=_combinations(strength, strengths),
        session_controls=_session(item.get("sessionControls")),
        unknown=tuple(sorted(_unknown(item, conditions, grants))),
    )


def groups_of(policy: AccessPolicy) -> frozenset[str]:
    """The groups that a policy names."""
    return frozenset({*policy.include_groups, *policy.exclude_groups})


def strengths_without_combinations(items: list[dict[str, Any]]) -> bool:
    """Whether some policy demands a strength without saying what it allows."""
    found = [members(members(item.get("grantControls")).get("authenticationStrength")) for item in items]
    return any(each and not each.get("allowedCombinations") for each in found)


def parse_strength(item: dict[str, Any]) -> tuple[str, tuple[str, ...]]:
    """An authentication strength's id and what it allows; raises MalformedValueError."""
    return identifier(item.get("id")), texts(item.get("allowedCombinations"))


def parse_location(item: dict[str, Any]) -> NamedLocation:
    """One named location; raises MalformedValueError."""
    form = (text(item.get("@odata.type")) or "").rpartition(".")[2]
    networks = form == "ipNamedLocation"
    countries = form == "countryNamedLocation"
    return NamedLocation(
        identifier=identifier(item.get("id")),
        name=text(item.get("displayName")) or "",
        form="networks" if networks else ("countries" if countries else None),
        trusted=flag(item.get("isTrusted")) if networks else (False if countries else None),
        address_ranges=tuple(text(members(each).get("cidrAddress")) or "" for each in item.get("ipRanges") or ()),
        countries=texts(item.get("countriesAndRegions")),
        unknown_countries=flag(item.get("includeUnknownCountriesAndRegions")),
    )


def parse_defaults(item: dict[str, Any]) -> SecurityDefaults:
    """Whether the baseline is on; raises MalformedValueError."""
    enabled = flag(item.get("isEnabled"))
    if enabled is None:
        raise MalformedValueError("security defaults without isEnabled")
    return SecurityDefaults(enabled=enabled)


def _roles(value: Any) -> tuple[str, ...]:
    return tuple(each if each in {"All", "None"} else role_identifier(each) for each in identifiers(value))


def _guests(value: Any) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Sorts of guests, and the directories that they come from."""
    found = members(value)
    tenants = members(found.get("externalTenants"))
    kind = text(tenants.get("membershipKind"))
    named = ("all",) if kind == "all" else identifiers(tenants.get("members"))
    return _words(found.get("guestOrExternalUserTypes")), named


def _words(value: Any) -> tuple[str, ...]:
    """A flagged enumeration, which Graph writes as one text with commas, or as a list."""
    if isinstance(value, list):
        return texts(value)
    return tuple(each.strip() for each in (text(value) or "").split(",") if each.strip())


def _filter(value: Any) -> str | None:
    found = members(value)
    if not found:
        return None
    return f"{text(found.get('mode')) or 'unknown'}: {text(found.get('rule')) or ''}"


def _strength_name(strength: dict[str, Any]) -> str | None:
    return text(strength.get("displayName")) or text(strength.get("id")) or ("unknown" if strength else None)


def _combinations(strength: dict[str, Any], strengths: Mapping[str, tuple[str, ...]]) -> tuple[str, ...] | None:
    if not strength:
        return None
    return texts(strength.get("allowedCombinations")) or strengths.get(text(strength.get("id")) or "") or None


def _session(value: Any) -> tuple[str, ...]:
    return tuple(sorted(key for key, each in members(value).items() if each is not None and "@odata" not in key))


def _unknown(item: dict[str, Any], conditions: dict[str, Any], grants: dict[str, Any]) -> Iterator[str]:
    """Names of what is set and has no place in the record."""
    users, applications = members(conditions.get("users")), members(conditions.get("applications"))
    yield from _others("conditions", conditions, _CONDITIONS)
    yield from _others("users", users, _USERS)
    yield from _others("applications", applications, _APPLICATIONS)
    yield from _others("grantControls", grants, _GRANTS)
    for name, known in _SUBSETS.items():
        yield from _others(name, members(conditions.get(name)), known)
    if not isinstance(item.get("conditions"), dict):
        yield "conditions"


def _others(where: str, found: Mapping[str, Any], known: set[str]) -> Iterator[str]:
    for key, value in found.items():
        if key not in known and "@odata" not in key and value not in (None, [], {}, ""):
            yield f"{where}.{key}"
