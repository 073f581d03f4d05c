"""What is said of firewalls' rules that are held against the declared flows."""

from __future__ import annotations

from checks.finding import Reason, Severity, Text

_CLOSE = Text(
    "Stäng i brandväggen, eller besluta om flödet och ange det.",
    "Close it in the firewall, or decide on the flow and declare it.",
)
RULES: dict[str, Reason] = {
    "no-filtering": Reason(
        Text(
            "Brandväggen filtrerar ingen trafik mellan zonerna {zones}.",
            "The firewall filters no traffic between the zones {zones}.",
        ),
        Text("Inför regler för vidarebefordrad trafik.", "Set up rules for forwarded traffic."),
        Severity.HIGH,
    ),
    "passes-undeclared": Reason(
        Text(
            "{device} släpper igenom, t.ex. från {origin} till {destination}, utan angivet flöde ({rule}).",
            "{device} lets it through, e.g. from {origin} to {destination}, without a declared flow ({rule}).",
        ),
        _CLOSE,
        Severity.HIGH,
    ),
    "passes-after-expiry": Reason(
        Text(
            "{device} släpper igenom, t.ex. från {origin} till {destination}, fast flödet gällde till {valid_until} "
            "({rule}).",
            "{device} lets it through, e.g. from {origin} to {destination}, though the flow was valid until "
            "{valid_until} ({rule}).",
        ),
        Text(
            "Stäng den tillfälliga öppningen, eller förnya beslutet.",
            "Close the temporary opening, or renew the decision.",
        ),
        Severity.HIGH,
    ),
    "expired-since-read": Reason(
        Text(
            "{device} släppte igenom, t.ex. från {origin} till {destination} ({rule}), när reglerna lästes; flödet "
            "gällde till {valid_until}, och öppningen kan ha stängts sedan dess.",
            "{device} let it through, e.g. from {origin} to {destination} ({rule}), when its rules were read; the flow "
            "was valid until {valid_until}, and the opening may have been closed since.",
        ),
        Text("Läs reglerna på nytt.", "Read the rules again."),
    ),
    "declared-but-blocked": Reason(
        Text(
            "Flödet är angivet, men {device} stoppar port {ports}, t.ex. till {destination} ({rule}).",
            "The flow is declared, but {device} blocks port {ports}, e.g. to {destination} ({rule}).",
        ),
        Text(
            "Öppna i brandväggen, eller ta bort flödet ur listan.",
            "Open it in the firewall, or remove the flow from the list.",
        ),
        Severity.LOW,
    ),
    "declared-ping-blocked": Reason(
        Text(
            "Flödet är angivet, men {device} stoppar ping, t.ex. till {destination} ({rule}).",
            "The flow is declared, but {device} blocks a ping, e.g. to {destination} ({rule}).",
        ),
        Text(
            "Öppna i brandväggen, eller ta bort flödet ur listan.",
            "Open it in the firewall, or remove the flow from the list.",
        ),
        Severity.LOW,
    ),
    "rule-not-understood": Reason(
        Text(
            "Om {device} släpper igenom beror på en regel som inte kunde tolkas ({rule}).",
            "Whether {device} lets it through depends on a rule that was not understood ({rule}).",
        ),
    ),
    "flow-illegible": Reason(
        Text("{text} kunde inte tolkas som port eller adress.", "{text} could not be understood as port or address."),
        Text("Rätta portar och adresser i flödet.", "Correct the ports and addresses of the flow."),
    ),
    "flow-not-understood": Reason(
        Text(
            "{device} släpper igenom, t.ex. från {origin} till {destination} ({rule}); det kan vara angivet av {flow}, "
            "som inte kunde tolkas.",
            "{device} lets it through, e.g. from {origin} to {destination} ({rule}); it may be declared by {flow}, "
            "which could not be understood.",
        ),
        Text("Rätta portar och adresser i flödet.", "Correct the ports and addresses of the flow."),
    ),
    "flow-list-incomplete": Reason(
        Text(
            "{device} släpper igenom, t.ex. från {origin} till {destination} ({rule}); alla angivna flöden kunde inte "
            "läsas.",
            "{device} lets it through, e.g. from {origin} to {destination} ({rule}); not all declared flows could be "
            "read.",
        ),
        Text("Rätta de flöden som inte kunde läsas.", "Mend the flows that could not be read."),
    ),
    "flow-list-short": Reason(
        Text(
            "Alla angivna flöden kunde inte läsas; om något av de andra är stängt syns inte.",
            "Not all declared flows could be read; whether one of the others is cut is not seen.",
        ),
        Text("Rätta de flöden som inte kunde läsas.", "Mend the flows that could not be read."),
    ),
    "zone-not-declared": Reason(
        Text(
            "Flödet går mellan {source} och {destination}, men zonen {zone} är inte angiven.",
            "The flow goes between {source} and {destination}, but the zone {zone} is not declared.",
        ),
        Text("Ange zonen under zones, eller rätta dess namn.", "Declare the zone under zones, or correct its name."),
    ),
    "rules-unread": Reason(
        Text(
            "Kedjor, regler, gränssnitt eller zoner kunde inte läsas i sin helhet.",
            "Chains, rules, interfaces or zones could not be read in full.",
        ),
        Text("Åtgärda det som inte kunde läsas.", "See to what could not be read."),
    ),
    "address-not-understood": Reason(
        Text("{text} kunde inte tolkas som adress eller port.", "{text} could not be understood as address or port."),
    ),
    "too-many-pieces": Reason(
        Text(
            "Reglerna ger fler kombinationer än som prövas.",
            "The rules make more combinations than are tested.",
        ),
    ),
    "source-hidden": Reason(
        Text(
            "{device} ersätter avsändarens adress med en annan ({rule}), så ingen bakom den ser vem som ansluter.",
            "{device} replaces the sender's address ({rule}), so nobody behind it sees who connects.",
        ),
        Text(
            "Ta bort adressöversättningen mellan zonerna, eller logga den i brandväggen.",
            "Remove the address translation between the zones, or log it in the firewall.",
        ),
    ),
    "way-unknown": Reason(
        Text(
            "Brandväggens rutt leder till en router som inte har lästs, så vägen dit kunde inte följas.",
            "The firewall's route leads to a router that was not read, so the way there could not be followed.",
        ),
        Text("Lägg till routern bland källorna.", "Add the router to the sources."),
    ),
    "not-followed": Reason(
        Text(
            "Brandväggen har också regler som inte följs: {what}. De kan stoppa, eller leda en annan väg, det som "
            "reglerna här släpper igenom.",
            "The firewall has rules besides that are not followed: {what}. They may stop, or send another way, what "
            "the rules here let through.",
        ),
        Text("Gå igenom dem för hand.", "Go through them by hand."),
        Severity.LOW,
    ),
    "no-flow-list": Reason(
        Text(
            "Det finns ingen lista över angivna flöden att jämföra med.",
            "There is no list of declared flows to compare with.",
        ),
        Text("Ange nödvändiga flöden under flows.", "Declare the necessary flows under flows."),
    ),
    "no-firewall-in-zone": Reason(
        Text(
            "Ingen brandvägg som har lästs står i zonen, så det som går till och från den har inte prövats.",
            "No firewall that was read stands in the zone, so what goes to it and from it was not tested.",
        ),
        Text(
            "Lägg till zonens brandvägg eller router bland källorna.",
            "Add the zone's firewall or router to the sources.",
        ),
    ),
    "no-way-known": Reason(
        Text(
            "Ingen väg till {zones} är känd: zonens brandvägg har inga rutter som har lästs.",
            "No way to {zones} is known: no route of the zone's firewall was read.",
        ),
        Text("Läs brandväggens rutter, eller ange dem i exporten.", "Read the firewall's routes, or export them."),
    ),
    "to-the-firewall": Reason(
        Text(
            "Flödet går till {address}, som är brandväggens egen adress; regler för den själv prövas inte.",
            "The flow goes to {address}, which is a firewall's own address; rules for itself are not tested.",
        ),
    ),
    "stands-between-nothing": Reason(
        Text(
            "Brandväggen står inte mellan två angivna zoner, så inget flöde kunde prövas.",
            "The firewall does not stand between two declared zones, so no flow could be tested.",
        ),
        Text("Ange zonernas nät under zones.", "Declare the networks of the zones under zones."),
    ),
}
"""Of the check `segmentation-flows--rules`."""
