"""Reasons that the checks on conditional access share; the codes are those of `checks.identity.conditional_access`."""

from __future__ import annotations

from checks.finding import Reason, Severity, Text

_COVER = Text(
    "Låt en aktiv policy för villkorsstyrd åtkomst kräva flerfaktorsautentisering av kontot, för alla resurser och "
    "utan undantag.",
    "Let an enabled conditional access policy demand multi-factor authentication of the account, for all resources "
    "and without exceptions.",
)
_CLOSE = Text(
    "Utvidga policyn så att även detta omfattas, eller spärra det med en egen policy.",
    "Widen the policy so that this is covered too, or block it with a policy of its own.",
)

UNCOVERED: dict[str, Reason] = {
    "not-covered": Reason(
        Text("Ingen aktiv policy kräver mer än lösenord.", "No enabled policy demands more than a password."),
        _COVER,
        Severity.HIGH,
    ),
    "excluded": Reason(
        Text(
            "Undantaget från {policies}; ingen annan aktiv policy kräver mer än lösenord.",
            "Excluded from {policies}; no other enabled policy demands more than a password.",
        ),
        Text(
            "Ta bort undantaget, eller registrera kontot som nödkonto om det är ett sådant.",
            "Remove the exclusion, or register the account as break-glass if that is what it is.",
        ),
        Severity.HIGH,
    ),
    "report-only": Reason(
        Text(
            "Omfattas bara av {policies}, i rapportläge: inget krav ställs.",
            "Covered by {policies} only, in report-only mode: nothing is demanded.",
        ),
        Text("Slå på policyn.", "Turn the policy on."),
        Severity.HIGH,
    ),
    "risk-only": Reason(
        Text(
            "Omfattas bara av {policies}, som gäller när inloggningen bedöms som riskfylld.",
            "Covered by {policies} only, which applies when the sign-in is judged to be a risk.",
        ),
        _COVER,
        Severity.HIGH,
    ),
    "alternative-control": Reason(
        Text(
            "{policies} godtar något annat i stället för en andra faktor, t.ex. en enhet som följer reglerna.",
            "{policies} accepts something else instead of a second factor, e.g. a compliant device.",
        ),
        Text(
            "Kräv flerfaktorsautentisering och enheten tillsammans (AND i stället för OR).",
            "Demand multi-factor authentication and the device together (AND instead of OR).",
        ),
    ),
    "legacy-clients": Reason(
        Text(
            "Äldre inloggningsprotokoll ({clients}) omfattas inte; de klarar bara lösenord.",
            "Legacy protocols ({clients}) are not covered; they can take a password only.",
        ),
        Text(
            "Spärra äldre inloggningsprotokoll för alla med en policy.",
            "Block legacy protocols for everyone with a policy.",
        ),
    ),
    "trusted-location": Reason(
        Text(
            "Inget krav från betrodda eller namngivna platser ({places}).",
            "Nothing is demanded from trusted or named locations ({places}).",
        ),
        Text(
            "Ta bort undantaget för platser: nätet är ingen faktor.",
            "Remove the exception for locations: a network is no factor.",
        ),
    ),
    "some-locations": Reason(
        Text(
            "Kravet gäller bara från vissa namngivna platser; från andra räcker lösenord.",
            "Demanded from some named locations only; from others a password is enough.",
        ),
        _CLOSE,
        Severity.HIGH,
    ),
    "some-devices": Reason(
        Text(
            "Kravet beror på ett enhetsfilter; på enheter som faller utanför räcker lösenord.",
            "Demanded by a device filter; on devices outside it a password is enough.",
        ),
        _CLOSE,
        Severity.HIGH,
    ),
    "some-platforms": Reason(
        Text(
            "Inget krav på dessa plattformar: {platforms}. Plattformen uppges av klienten själv.",
            "Nothing is demanded on these platforms: {platforms}. The client itself tells its platform.",
        ),
        _CLOSE,
        Severity.HIGH,
    ),
    "some-apps": Reason(
        Text("Inget krav för dessa resurser: {apps}.", "Nothing is demanded for these resources: {apps}."),
        _CLOSE,
        Severity.HIGH,
    ),
    "some-clients": Reason(
        Text("Inget krav för dessa klienter: {clients}.", "Nothing is demanded of these clients: {clients}."),
        _CLOSE,
        Severity.HIGH,
    ),
    "some-ways": Reason(
        Text(
            "Policyerna täcker inte allt: lösenord räcker för {apps} med {clients} på {platforms}.",
            "The policies do not cover everything: a password is enough for {apps} with {clients} on {platforms}.",
        ),
        _CLOSE,
        Severity.HIGH,
    ),
}
"""Reasons by which a person deviates."""

UNTOLD: dict[str, Reason] = {
    "may-be-excluded": Reason(
        Text(
            "Kan aktivera medlemskap i en grupp som {policies} undantar; vad aktiveringen kräver är inte läst.",
            "May activate membership of a group that {policies} excludes; what the activation demands is not read.",
        ),
        Text(
            "Ta bort gruppen ur undantagen, eller kräv godkännande för medlemskapet och besluta om en riskacceptans.",
            "Take the group out of the exclusions, or demand approval of the membership and decide on a waiver.",
        ),
    ),
    "group-not-read": Reason(
        Text(
            "Medlemmarna i en grupp som {policies} nämner kunde inte läsas.",
            "The members of a group that {policies} names could not be read.",
        ),
        Text(
            "Ge läskontot GroupMember.Read.All, eller ta bort en raderad grupp ur policyn.",
            "Grant the reading application GroupMember.Read.All, or remove a deleted group from the policy.",
        ),
    ),
    "guest-type-unknown": Reason(
        Text(
            "{policies} beror på vilken sorts gäst kontot är, och det kan inte avgöras.",
            "{policies} depends on what sort of guest the account is, which cannot be told.",
        ),
    ),
    "eligible-only": Reason(
        Text(
            "{policies} gäller först när rollen har aktiverats; vad aktiveringen kräver är inte läst.",
            "{policies} applies only once the role has been activated; what the activation demands is not read.",
        ),
        Text(
            "Låt policyn omfatta personen genom alla användare eller en grupp, inte bara genom rollen.",
            "Let the policy cover the person by all users or a group, not by the role alone.",
        ),
    ),
    "roles-not-read": Reason(
        Text(
            "{policies} beror på roller som inte kunde läsas i sin helhet.",
            "{policies} depends on roles that could not be read in full.",
        ),
        Text(
            "Ge läskontot RoleManagement.Read.Directory och RoleEligibilitySchedule.Read.Directory.",
            "Grant the reading application RoleManagement.Read.Directory and RoleEligibilitySchedule.Read.Directory.",
        ),
    ),
    "control-unknown": Reason(
        Text(
            "Om det som {policies} kräver är mer än en faktor kan inte avgöras.",
            "Whether what {policies} demands is more than one factor cannot be told.",
        ),
        Text(
            "Kräv flerfaktorsautentisering eller en inbyggd autentiseringsstyrka i policyn.",
            "Demand multi-factor authentication or a built-in authentication strength in the policy.",
        ),
    ),
    "condition-unknown": Reason(
        Text(
            "Om villkoren i {policies} alltid är uppfyllda kan inte avgöras.",
            "Whether the conditions of {policies} always hold cannot be told.",
        ),
        _COVER,
    ),
    "policies-not-read": Reason(
        Text(
            "Policyerna för villkorsstyrd åtkomst kunde inte läsas i sin helhet.",
            "The conditional access policies could not be read in full.",
        ),
        Text("Ge läskontot Policy.Read.All.", "Grant the reading application Policy.Read.All."),
    ),
    "locations-not-read": Reason(
        Text(
            "En plats är undantagen, och om den är betrodd kunde inte läsas.",
            "A location is left out, and whether it is trusted could not be read.",
        ),
        Text("Ge läskontot Policy.Read.All.", "Grant the reading application Policy.Read.All."),
    ),
    "security-defaults-unknown": Reason(
        Text(
            "Ingen policy kräver mer än lösenord, och om säkerhetsstandarder är påslagna kunde inte läsas.",
            "No policy demands more than a password, and whether security defaults are on could not be read.",
        ),
        Text("Ge läskontot Policy.Read.All.", "Grant the reading application Policy.Read.All."),
    ),
}
"""Reasons by which a person is not determined."""
