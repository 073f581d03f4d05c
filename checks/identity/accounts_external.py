"""Every outsider's account has someone who answers for it, a contract that runs, and an end.

An account is an outsider's when the source's settings name its unit as one (`external_accounts`), when the register of
external accounts lists it (by account name, principal name or, for a guest, the address that was invited), or when the
roster has its person as a consultant, and not as an employee too or since. It deviates, by the first of these that is
true: its contract has ended; it is not in the register of external accounts; it has no end; it ends more than
`max_expiry_months` ahead; nobody answers for it. A register that was not given, or not read to its end, makes
undetermined what hangs on it, and so does one from before the contract's end or the account's beginning. Accounts of
employees, and those outside the named units, are no outsiders; where nothing tells, the account stays undetermined.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from checks.ages import months_before
from checks.finding import Outcome, Reason, Severity, Text, conforms, deviates, out_of_scope, undetermined
from checks.identity.account_reasons import DISABLED, EXPIRED, NO_SESSION, NOT_A_PERSON, STATE_UNKNOWN
from checks.packed import PackedJoin
from checks.record_rules.reasons import COMMON
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.access import ExternalAccount
from collector.records.identity import Account, Employment

CONTROL = "accounts-external"
READS = (Account, ExternalAccount, Employment)


@dataclass(frozen=True, slots=True)
class Parameters:
    """Months that an outsider's account may run ahead."""

    max_expiry_months: int = 12


_REGISTER = Text(
    "Lägg till en förteckning över externa konton under registers (external-account).",
    "Add a register of external accounts under registers (external-account).",
)
REASONS = {
    "contract-ended": Reason(
        Text(
            "Avtalet eller uppdraget tog slut {end}, för {days} dagar sedan, men kontot är öppet.",
            "The contract or assignment ended {end}, {days} days ago, but the account is open.",
        ),
        Text("Stäng kontot.", "Close the account."),
        Severity.HIGH,
    ),
    "not-registered": Reason(
        Text(
            "Externt konto som inte finns i förteckningen över externa konton.",
            "External account that is not in the register of external accounts.",
        ),
        Text(
            "Stäng kontot, eller för in det med leverantör, ansvarig och avtalets slutdatum.",
            "Close the account, or enter it with supplier, sponsor and the contract's end.",
        ),
    ),
    "no-end": Reason(
        Text("Externt konto utan slutdatum.", "External account without an end date."),
        Text("Sätt kontots slutdatum till avtalets.", "Set the account's end to that of the contract."),
    ),
    "end-too-far": Reason(
        Text(
            "Externt konto som gäller till {expires}, mer än {months} månader framåt.",
            "External account that runs until {expires}, more than {months} months ahead.",
        ),
        Text("Förkorta tiden; förläng efter ny prövning.", "Shorten it; extend after a new decision."),
        Severity.LOW,
    ),
    "no-sponsor": Reason(
        Text("Ingen i organisationen ansvarar för kontot.", "Nobody within the organisation answers for the account."),
        Text("Utse en ansvarig och för in den i förteckningen.", "Appoint a sponsor and enter them in the register."),
        Severity.LOW,
    ),
    "no-register": Reason(
        Text(
            "Ingen förteckning över externa konton att jämföra med.",
            "No register of external accounts to compare with.",
        ),
        _REGISTER,
    ),
    "register-incomplete": Reason(
        Text(
            "Finns inte i den del av förteckningen över externa konton som kunde läsas.",
            "Not in the part of the register of external accounts that could be read.",
        ),
        Text("Rätta exporten; raderna anges under det som inte kunde läsas.", "Mend the export; the rows are listed."),
    ),
    "export-older": COMMON["export-older"],
    "end-unknown": Reason(
        Text(
            "Källan visar inte om kontot har ett slutdatum.", "The source does not show whether the account has an end."
        ),
        Text("Ge läskontot rätt att se kontots slutdatum.", "Let the reading account see the end of accounts."),
        Severity.LOW,
    ),
    "outsider-unknown": Reason(
        Text(
            "Det framgår inte om kontot hör till en utomstående.",
            "It is not known whether the account belongs to an outsider.",
        ),
        Text(
            "Ange de externa kontonas enheter (external_accounts) på källan, eller lägg till personalförteckningen.",
            "Name the units of external accounts (external_accounts) in the source, or add the HR roster.",
        ),
        Severity.LOW,
    ),
    "state-unknown": STATE_UNKNOWN,
    "not-external": Reason(Text("Hör inte till en utomstående.", "Does not belong to an outsider.")),
    "disabled": DISABLED,
    "expired": EXPIRED,
    "no-session": NO_SESSION,
    "not-a-person": NOT_A_PERSON,
}


def judge(
    accounts: Population[Account], evidence: EvidenceSet, parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account."""
    register = evidence.reading(ExternalAccount)
    listed: defaultdict[str, list[ExternalAccount]] = defaultdict(list)
    for entry in register.records:
        listed[entry.account.casefold()].append(entry)
    people = _People(evidence.reading(Employment), as_of.date())
    for account in accounts.records:
        entries = _entries(account, listed) if listed else []
        yield _judge_account(account, entries, people, register, parameters, as_of)


def _entries(account: Account, listed: Mapping[str, list[ExternalAccount]]) -> list[ExternalAccount]:
    """The rows about an account, by any of the names that it goes by."""
    names = [account.subject.casefold()]
    if account.host is None and account.principal_name is not None:
        names.append(account.principal_name.casefold())
        invited, guest, _ = names[-1].partition("#ext#")
        if guest:  # Entra ID writes the address that was invited with _ for @
            names.append("@".join(invited.rsplit("_", 1)))
    return [entry for name in dict.fromkeys(names) for entry in listed.get(name, ())]


class _People:
    """The roster by person, an employment a number.

    0: of no group; 1: employee or elected; 2: consultant without an end; more: 2 and the ordinal of the contract's end;
    less than 0: employee or elected until the day of that ordinal, which has passed.
    """

    def __init__(self, roster: Reading[Employment], today: date) -> None:
        self._employments = PackedJoin()
        self.written = _written(roster)
        for employment in roster.records:
            number = 0
            if employment.group == "consultant":
                number = 2 if employment.end is None else 2 + employment.end.toordinal()
            elif employment.group is not None:
                number = 1 if employment.end is None or employment.end >= today else -employment.end.toordinal()
            self._employments.add(employment.person_key, number)

    def employments(self, key: str | None) -> list[int]:
        """The numbers of a person's employments."""
        return [] if key is None else self._employments.of(key)


def _written(register: Reading[ExternalAccount] | Reading[Employment]) -> datetime | None:
    """When the oldest file of a register was written; None where there is none."""
    return min((each.provenance.speaks_of for each in register.populations), default=None)


def _contract_ends(employments: list[int]) -> list[date | None]:
    """When a person's contracts as a consultant end; None for one without an end."""
    return [None if each == 2 else date.fromordinal(each - 2) for each in employments if each >= 2]


def _judge_account(
    account: Account,
    entries: list[ExternalAccount],
    people: _People,
    register: Reading[ExternalAccount],
    parameters: Parameters,
    as_of: datetime,
) -> Outcome:
    if account.enabled is False:
        return out_of_scope(account, "disabled")
    if account.expires is not None and account.expires <= as_of:
        return out_of_scope(account, "expired")
    if account.interactive is False:
        return out_of_scope(account, "no-session")
    if account.category not in {"person", None} and not entries and not account.external:
        if register.all_gaps:
            return undetermined(account, "register-incomplete")
        return out_of_scope(account, "not-a-person")
    employments = people.employments(account.person_key)
    outsider = bool(entries) or _is_outsider(account, employments)
    if outsider is None:
        return undetermined(account, "outsider-unknown")
    if not outsider:
        return out_of_scope(account, "not-external")
    if account.enabled is None:
        return undetermined(account, "state-unknown")
    written = _written(register) if entries else people.written
    return _judge_outsider(account, entries, employments, register, parameters, as_of.date(), written)


def _is_outsider(account: Account, employments: list[int]) -> bool | None:
    """By the unit that the account stands in, else by the roster; None where neither tells."""
    if account.external:
        return True
    if 1 in employments:
        return False
    contracts = [each for each in employments if each >= 2]
    ended = [-each for each in employments if each < 0]
    if contracts and (2 in contracts or not ended or max(contracts) - 2 > max(ended)):
        return True
    return False if ended else account.external


def _judge_outsider(
    account: Account,
    entries: list[ExternalAccount],
    employments: list[int],
    register: Reading[ExternalAccount],
    parameters: Parameters,
    today: date,
    written: datetime | None,
) -> Outcome:
    ends = [each.contract_end for each in entries] or _contract_ends(employments)
    end = max((each for each in ends if each), default=None)
    if end is not None and None not in ends and end < today:
        if entries and not register.complete:
            return undetermined(account, "register-incomplete")  # a row that was not read may prolong it
        if written is not None and end >= written.date():
            return undetermined(account, "export-older", written=written.date())
        return deviates(account, "contract-ended", end=end, days=(today - end).days)
    if not register.populations:
        return undetermined(account, "no-register")
    if not entries:
        if not register.complete:
            return undetermined(account, "register-incomplete")
        told = _written(register)
        if told is not None and account.created is not None and account.created >= told:
            return undetermined(account, "export-older", written=told.date())
        return deviates(account, "not-registered")
    if account.expires is None:
        return deviates(account, "no-end") if account.never_expires else undetermined(account, "end-unknown")
    if account.expires.date() > months_before(today, -parameters.max_expiry_months):
        months = parameters.max_expiry_months
        return deviates(account, "end-too-far", expires=account.expires.date(), months=months)
    if not any(each.sponsor for each in entries):
        return deviates(account, "no-sponsor")
    return conforms(account)
