"""Write a seeding plan straight into a Samba AD DC's database, in one transaction.

Usage: samba_seed.py SMB_CONF SAM_LDB < plan.json

Runs under Debian's own Python, which has Samba's modules. The plan is a list of steps, each of them one of
{"add": {"dn": ..., attributes}}, {"modify": {"dn": ..., attributes: new values}}, {"extend": {"dn": ..., attributes:
values to add}}, {"password": [account, password]}, {"deny": [dn, account, "ACE with {sid}"]}, {"delete": dn},
{"trust": [dn, partner, SID as text, {attributes}]}, {"schema": [attribute, OID, class that may have it]} for a time,
{"descriptor": [dn, attribute, SDDL with {account} for an identifier]}.
"""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Callable
from typing import Any

import ldb  # type: ignore[import-not-found,unused-ignore]
from samba.auth import system_session  # type: ignore[import-not-found,unused-ignore]
from samba.dcerpc import security  # type: ignore[import-not-found,unused-ignore]
from samba.ndr import ndr_pack, ndr_unpack  # type: ignore[import-not-found,unused-ignore]
from samba.param import LoadParm  # type: ignore[import-not-found,unused-ignore]
from samba.samdb import SamDB  # type: ignore[import-not-found,unused-ignore]

RELAX = ["relax:0"]
PAST_PASSWORDS = [*RELAX, "local_oid:1.3.6.1.4.1.7165.4.3.20:0"]
"""DSDB_CONTROL_PASSWORD_BYPASS_LAST_SET: pwdLastSet may be any time."""


def change(database: Any, entry: dict[str, Any], flag: int, controls: list[str]) -> None:
    """Replace or extend attributes of one entry."""
    message = ldb.Message(ldb.Dn(database, entry.pop("dn")))
    for name, value in entry.items():
        values = value if isinstance(value, list) else [value]
        message[name] = ldb.MessageElement([each.encode() for each in values], flag, name)
    database.modify(message, controls=controls)


def deny(database: Any, where: str, account: str, ace: str) -> None:
    """Put a deny ACE first in an entry's access list."""
    found = database.search(base=where, scope=ldb.SCOPE_BASE, attrs=["nTSecurityDescriptor"])
    domain = security.dom_sid(database.get_domain_sid())
    text = ndr_unpack(security.descriptor, found[0]["nTSecurityDescriptor"][0]).as_sddl(domain)
    who = database.search(expression=f"(sAMAccountName={account})", attrs=["objectSid"])[0]["objectSid"][0]
    new = ace.replace("{sid}", str(ndr_unpack(security.dom_sid, who)))
    head, mark, rest = text.partition("D:")
    flags, bracket, aces = rest.partition("(")
    descriptor = security.descriptor.from_sddl(f"{head}{mark}{flags}{new}{bracket}{aces}", domain)
    message = ldb.Message(found[0].dn)
    message["d"] = ldb.MessageElement(ndr_pack(descriptor), ldb.FLAG_MOD_REPLACE, "nTSecurityDescriptor")
    database.modify(message)


def set_descriptor(database: Any, where: str, attribute: str, text: str) -> None:
    """Set an attribute to a security descriptor."""
    for account in re.findall(r"{(.+?)}", text):
        who = database.search(expression=f"(sAMAccountName={account})", attrs=["objectSid"])[0]["objectSid"][0]
        text = text.replace(f"{{{account}}}", str(ndr_unpack(security.dom_sid, who)))
    descriptor = security.descriptor.from_sddl(text, security.dom_sid(database.get_domain_sid()))
    message = ldb.Message(ldb.Dn(database, where))
    message["d"] = ldb.MessageElement(ndr_pack(descriptor), ldb.FLAG_MOD_REPLACE, attribute)
    database.modify(message)


def trust(database: Any, name: str, partner: str, identifier: str, attributes: dict[str, str]) -> None:
    """Add a trust; its identifier must be packed, or winbindd dies of it."""
    entry = {"dn": name, "objectClass": "trustedDomain", "trustPartner": partner, "flatName": partner[:15].upper()}
    packed = {"securityIdentifier": ndr_pack(security.dom_sid(identifier))}
    database.add({**entry, **packed, **attributes}, controls=RELAX)


def extend_schema(database: Any, name: str, number: str, owner: str) -> None:
    """Let a class have a new attribute of type FILETIME (2.5.5.16), unless it may already."""
    schema = database.get_schema_basedn()
    if database.search(base=schema, scope=ldb.SCOPE_ONELEVEL, expression=f"(lDAPDisplayName={name})", attrs=[]):
        return
    update = "dn:\nchangetype: modify\nadd: schemaUpdateNow\nschemaUpdateNow: 1\n"
    facts = {"objectClass": "attributeSchema", "attributeID": number, "lDAPDisplayName": name}
    facts |= {"attributeSyntax": "2.5.5.16", "oMSyntax": "65", "isSingleValued": "TRUE", "searchFlags": "0"}
    database.add({"dn": f"CN={name},{schema}", **facts}, controls=RELAX)
    database.modify_ldif(update)
    change(database, {"dn": f"CN={owner},{schema}", "mayContain": name}, ldb.FLAG_MOD_ADD, RELAX)
    database.modify_ldif(update)


def apply(database: Any, step: dict[str, Any]) -> None:
    """Carry out one step of the plan."""
    ((what, detail),) = step.items()
    if what == "add":
        database.add(detail, controls=PAST_PASSWORDS)
        if "whenCreated" in detail:  # the server sets it to now when an entry is added
            change(database, {key: detail[key] for key in ("dn", "whenCreated")}, ldb.FLAG_MOD_REPLACE, RELAX)
    elif what in CHANGES:
        change(database, detail, *CHANGES[what])
    elif what == "password":
        database.setpassword(f"(sAMAccountName={detail[0]})", detail[1], force_change_at_next_login=False)
    elif what == "delete":
        database.delete(detail, controls=RELAX)
    else:
        FURTHER[what](database, *detail)


CHANGES = {
    "modify": (ldb.FLAG_MOD_REPLACE, PAST_PASSWORDS),
    "modify-plainly": (ldb.FLAG_MOD_REPLACE, []),
    "extend": (ldb.FLAG_MOD_ADD, RELAX),
    "extend-plainly": (ldb.FLAG_MOD_ADD, []),
}
FURTHER: dict[str, Callable[..., None]] = {
    "deny": deny,
    "descriptor": set_descriptor,
    "trust": trust,
    "schema": extend_schema,
}


def main() -> None:
    """Apply the plan on standard input."""
    parameters = LoadParm()
    parameters.load(sys.argv[1])
    parameters.set("dsdb:schema update allowed", "yes")
    database = SamDB(url=sys.argv[2], session_info=system_session(), lp=parameters)
    database.transaction_start()
    for step in json.load(sys.stdin):
        try:
            if "schema" in step:  # a class sees a new attribute only when that has been committed
                database.transaction_commit()
                apply(database, step)
                database.transaction_start()
            else:
                apply(database, step)
        except (ldb.LdbError, ValueError, KeyError, RuntimeError) as error:
            database.transaction_cancel()
            sys.exit(f"{step}: {error}")
    database.transaction_commit()


if __name__ == "__main__":
    main()
