"""Reasons that several checks on accounts share, and how accounts are found among names in the settings."""

from __future__ import annotations

from collections.abc import Collection

from checks.finding import Reason, Severity, Text
from collector.records.identity import Account


def in_directory(name: str, names: Collection[str]) -> bool:
    """Whether a directory's account is among names from the settings: directories know no case (RFC 4519, MS-ADTS)."""
    if not names:
        return False
    folded = name.casefold()
    return any(each.casefold() == folded for each in names)


def is_named(account: Account, names: Collection[str]) -> bool:
    """Whether an account is among names from the settings; a local one as `name` or `name@host`, by case."""
    if account.host is None:
        return in_directory(account.name, names)
    return account.name in names or account.subject in names


DISABLED = Reason(Text("Inaktiverat.", "Disabled."))
EXPIRED = Reason(Text("Kontots giltighetstid har gått ut.", "The account has expired."))
NO_SESSION = Reason(
    Text(
        "Kan inte logga in (saknar skal eller inloggningsuppgift).",
        "Cannot log on (no shell or no credential).",
    )
)
SELF_MANAGED = Reason(
    Text(
        "Sköts av systemet självt (gMSA, inbyggt eller systemkonto).",
        "Managed by the system itself (gMSA, built-in or system account).",
    )
)
NOT_A_PERSON = Reason(Text("Tillhör ingen person.", "Does not belong to a person."))
STATE_UNKNOWN = Reason(
    Text(
        "Källan visar inte om kontot är aktiverat.",
        "The source does not show whether the account is enabled.",
    ),
    Text(
        "Ge läskontot rätt att se kontots tillstånd.",
        "Let the reading account see the state of accounts.",
    ),
    Severity.LOW,
)
DATED_IN_FUTURE = Reason(
    Text(
        "Tidpunkten {time} ligger i framtiden och visar att en klocka går fel.",
        "The time {time} lies in the future and shows that a clock is wrong.",
    ),
    Text("Ställ klockan, och ta reda på vem som har satt värdet.", "Set the clock, and find out who set the value."),
)
NO_APPROVED_LIST = Reason(
    Text(
        "Innehar {role}, men det finns ingen beslutad lista att jämföra med.",
        "Holds {role}, but there is no approved list to compare with.",
    ),
    Text(
        "Besluta vilka som får ha behörigheten och ange dem i inställningen {setting}.",
        "Decide who may hold the privilege and name them in the setting {setting}.",
    ),
)
MEMBERS_UNKNOWN = Reason(
    Text(
        "Gruppen eller den främmande identiteten innehar {role}, men dess medlemmar kunde inte läsas.",
        "The group or foreign principal holds {role}, but its members could not be read.",
    ),
    Text("Ge läskontot rätt att läsa gruppens medlemmar.", "Let the reading account read the group's members."),
)
GROUP_UNREAD = Reason(
    Text(
        "Gruppen eller den främmande identiteten är medlem i {group}, men dess medlemmar kunde inte läsas.",
        "The group or foreign principal is a member of {group}, but its members could not be read.",
    ),
    Text("Ge läskontot rätt att läsa gruppens medlemmar.", "Let the reading account read the group's members."),
)
