"""Nobody administers both test and production with one account, nor with accounts of one person.

Judged on everyone with full rights on a host. Which environment a host belongs to is what the system register says of
the systems on it, else what the register of hosts says. An account that has full rights on hosts of both environments
deviates, unless the register of shared accounts holds a decision on it that is in force: then it is named and
tolerated. So does an account on hosts of test whose person has another one on hosts of production, by the key of the
person that hosts or a directory give. A host's own account is another than one of the same name elsewhere: unless a
directory's account of that name holds rights on both sides, whether one person has both is undetermined. User id 0 is
on every host and set aside. A group whose members could not be read, an account on a host whose environment is not
known, and an administrator of test while hosts of production, the registers or all accounts were not read are
undetermined. Administrators of a whole directory are not looked at here.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from checks.finding import Outcome, Reason, Severity, Text, Verdict, conforms, deviates, out_of_scope, undetermined
from checks.network.environments import PRODUCTION, TEST, environments_of_hosts
from checks.record_rules.joins import key_of
from collector.evidence import EvidenceSet, Population, Reading
from collector.records.access import SharedAccount
from collector.records.assets import RegisteredHost
from collector.records.backup import ProtectedSystem
from collector.records.identity import Account, LocalPrivilege

CONTROL = "test-prod-separation"
READS = (LocalPrivilege, ProtectedSystem, RegisteredHost, Account, SharedAccount)
EVERY_RECORD = False


@dataclass(frozen=True, slots=True)
class Parameters:
    """None."""


_APART = Text(
    "Ge test egna administratörskonton, eller besluta om kontot och för in det bland delade konton.",
    "Give test administrators' accounts of its own, or decide on the account and register it among the shared ones.",
)
REASONS = {
    "same-account": Reason(
        Text(
            "Kontot har fulla rättigheter både i test ({test}) och i produktion ({production}).",
            "The account has full rights both in test ({test}) and in production ({production}).",
        ),
        _APART,
    ),
    "same-person": Reason(
        Text(
            "Personen har fulla rättigheter i test ({test}) och med {accounts} i produktion ({production}).",
            "The person has full rights in test ({test}) and with {accounts} in production ({production}).",
        ),
        Text(
            "Låt olika personer administrera miljöerna, eller godta risken.",
            "Let different people administer the environments, or accept the risk.",
        ),
        Severity.LOW,
    ),
    "shared-by-decision": Reason(
        Text(
            "Kontot används i test och produktion enligt beslut ({purpose}).",
            "The account is used in test and production by decision ({purpose}).",
        ),
        named=True,
    ),
    "same-local-name": Reason(
        Text(
            "Konton med det namnet finns i test ({test}) och i produktion ({production}), men är värdarnas egna: om de"
            " är samma persons är inte känt.",
            "There are accounts of this name in test ({test}) and in production ({production}), but they are the hosts'"
            " own: whether they are one person's is not known.",
        ),
        _APART,
    ),
    "accounts-unread": Reason(
        Text(
            "Konton med det namnet finns i test ({test}) och i produktion ({production}); om de är ett och samma är"
            " inte känt, för alla konton kunde inte läsas.",
            "There are accounts of this name in test ({test}) and in production ({production}); whether they are one is"
            " not known, for not all accounts could be read.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "decision-undated": Reason(
        Text(
            "Kontot finns i test ({test}) och i produktion ({production}) och bland delade konton, men utan dag för"
            " beslutet.",
            "The account is in test ({test}) and in production ({production}) and among the shared accounts, but"
            " without the day of the decision.",
        ),
        Text("För in beslutets dag i registret.", "Enter the day of the decision in the register."),
        Severity.LOW,
    ),
    "decisions-unread": Reason(
        Text(
            "Kontot finns i test ({test}) och i produktion ({production}); alla beslut om delade konton kunde inte "
            "läsas.",
            "The account is in test ({test}) and in production ({production}); not all decisions on shared accounts "
            "could be read.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "members-unread": Reason(
        Text(
            "Gruppen har fulla rättigheter, och vilka som ingår kunde inte läsas.",
            "The group has full rights, and who is in it could not be read.",
        ),
        Text("Läs gruppens medlemmar.", "Read the members of the group."),
    ),
    "environment-unknown": Reason(
        Text("Miljön för {hosts} är inte känd.", "The environment of {hosts} is not known."),
        Text(
            "Ange värdarna och deras miljö i systemregistret eller i registret över datorer.",
            "State the hosts and their environment in the system register or the register of hosts.",
        ),
    ),
    "production-unread": Reason(
        Text(
            "Administratör i test; vilka som administrerar {hosts} i produktion har inte lästs.",
            "An administrator of test; who administers {hosts} in production was not read.",
        ),
        Text("Lägg till värdarna bland källorna.", "Add the hosts to the sources."),
    ),
    "test-unread": Reason(
        Text("Vilka som administrerar testvärden har inte lästs.", "Who administers this host of test was not read."),
        Text("Lägg till värden bland källorna.", "Add the host to the sources."),
    ),
    "group-unread": Reason(
        Text(
            "Administratör i test; om kontot också ingår i en grupp med fulla rättigheter i produktion är inte känt: "
            "vilka som ingår kunde inte läsas.",
            "An administrator of test; whether the account is in a group with full rights in production too is not "
            "known: who is in it could not be read.",
        ),
        Text("Läs gruppens medlemmar.", "Read the members of the group."),
    ),
    "people-unread": Reason(
        Text(
            "Administratör i test; om samma person har ett annat konto i produktion är inte känt: alla konton kunde "
            "inte läsas.",
            "An administrator of test; whether the same person has another account in production is not known: not all "
            "accounts could be read.",
        ),
        Text("Rätta det som inte kunde läsas.", "Mend what could not be read."),
    ),
    "register-unread": Reason(
        Text(
            "Vilka värdar som hör till test och till produktion är inte känt: registren kunde inte läsas i sin helhet.",
            "Which hosts belong to test and to production is not known: the registers could not be read in full.",
        ),
        Text("Lägg till eller rätta systemregistret.", "Add or mend the system register."),
    ),
    "every-host": Reason(Text("Användar-id 0 finns på varje värd.", "User id 0 is on every host.")),
    "disabled": Reason(Text("Kontot är inaktiverat.", "The account is disabled.")),
    "production-only": Reason(Text("Administrerar bara produktion.", "Administers production alone.")),
    "no-test": Reason(Text("Ingen testmiljö är registrerad.", "No environment of test is registered.")),
}


@dataclass(slots=True)
class _Holder:
    """One account or group with full rights, on all hosts of all sources."""

    test: set[str]
    production: set[str]
    unknown: set[str]
    group: bool = False


def judge(
    privileges: Population[LocalPrivilege], evidence: EvidenceSet, _parameters: Parameters, as_of: datetime
) -> Iterator[Outcome]:
    """One outcome per account or group with full rights, and one per host of test that was not read."""
    environments = environments_of_hosts(evidence)
    reading = evidence.reading(LocalPrivilege)
    everyone = list(reading.records)
    known = {host for host, said in environments.items() if TEST in said}
    registers: list[Reading[Any]] = [evidence.reading(ProtectedSystem), evidence.reading(RegisteredHost)]
    whole = any(each.populations for each in registers) and not any(map(_is_partial, registers))
    holders = _holders(everyone, environments)
    people = _people(evidence, holders)
    local = _hosts_with_own(evidence, {name for name, each in holders.items() if each.test and each.production})
    unread = {host for host, said in environments.items() if PRODUCTION in said} - {
        key_of(each.host) for each in everyone if reading.covers(each.host)
    }
    own = sorted(privileges.records, key=lambda each: (each.holder, each.role, repr(each)))
    for name in dict.fromkeys(each.holder for each in own):
        holder = holders.get(name)
        if holder is None:
            off = any(each.holder == name and not _is_root(each) for each in own)
            yield out_of_scope(name, "disabled" if off else "every-host")
        elif not known:
            yield _without_test(name, holder) if whole else undetermined(name, "register-unread")
        else:
            said = _judge(name, holder, holders, people, unread) or _shared(
                name, holder, evidence, as_of, local.get(name, frozenset())
            )
            doubt = _doubt(name, holders, evidence, whole=whole) if said.verdict is Verdict.CONFORMS else None
            yield undetermined(name, doubt) if doubt else said
    if privileges.source == min(each.source for each in reading.populations):
        read = {key_of(each.host) for each in everyone if reading.covers(each.host)}
        yield from (undetermined(host, "test-unread") for host in sorted(known - read))


def _is_partial(reading: Reading[Any]) -> bool:
    """Whether something that was asked for was not obtained, by a gap or by the source's own count."""
    return bool(reading.populations or reading.gaps) and not reading.complete


def _without_test(name: str, holder: _Holder) -> Outcome:
    """No host is known to be of test: what is not known of the holder's hosts may be."""
    if holder.unknown:
        return undetermined(name, "environment-unknown", hosts=tuple(sorted(holder.unknown)))
    return out_of_scope(name, "no-test")


def _doubt(name: str, holders: Mapping[str, _Holder], evidence: EvidenceSet, *, whole: bool) -> str | None:
    """Why an administrator of test, with nothing seen in production, may be one of production all the same."""
    if not whole:
        return "register-unread"
    others = any(each.production for other, each in holders.items() if other != name)
    if any(each.production and each.group for each in holders.values()):
        return "group-unread"
    return "people-unread" if others and _is_partial(evidence.reading(Account)) else None


def _is_root(privilege: LocalPrivilege) -> bool:
    return privilege.role == "uid-0" or privilege.holder_category == "built-in"


def _holders(everyone: Iterable[LocalPrivilege], environments: Mapping[str, set[str]]) -> dict[str, _Holder]:
    found: dict[str, _Holder] = {}
    for each in everyone:
        if _is_root(each) or each.enabled is False:
            continue
        holder = found.setdefault(each.holder, _Holder(set(), set(), set()))
        holder.group |= each.holder_category == "group"
        said = environments.get(key_of(each.host), set())
        if TEST in said:
            holder.test.add(each.host)
        if PRODUCTION in said:
            holder.production.add(each.host)
        if not said or "" in said:
            holder.unknown.add(each.host)
    return found


def _people(evidence: EvidenceSet, holders: dict[str, _Holder]) -> dict[str, set[str]]:
    """Account to the other accounts with full rights that are the same person's."""
    persons: defaultdict[str, set[str]] = defaultdict(set)
    accounts: defaultdict[str, set[str]] = defaultdict(set)
    for account in evidence.reading(Account).records:
        if account.person_key and account.name in holders:
            persons[account.name].add(key_of(account.person_key))
            accounts[key_of(account.person_key)].add(account.name)
    alone = {name: next(iter(keys)) for name, keys in persons.items() if len(keys) == 1}
    return {name: accounts[key] - {name} for name, key in alone.items()}


def _hosts_with_own(evidence: EvidenceSet, names: Collection[str]) -> dict[str, set[str]]:
    """Name to the hosts that have an account of their own of this name."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for account in evidence.reading(Account).records if names else ():
        if account.host and account.name in names:
            found[account.name].add(key_of(account.host))
    return found


def _judge(
    name: str, holder: _Holder, holders: dict[str, _Holder], people: dict[str, set[str]], unread: set[str]
) -> Outcome | None:
    """What one holder comes to; None for one account in both environments."""
    if holder.group:
        return undetermined(name, "members-unread")
    if holder.test and holder.production:
        return None
    if holder.test:
        others = sorted(other for other in people.get(name, ()) if holders[other].production)
        if others:
            hosts = {host for other in others for host in holders[other].production}
            return deviates(
                name,
                "same-person",
                accounts=tuple(others),
                test=tuple(sorted(holder.test)),
                production=tuple(sorted(hosts)),
            )
    if holder.unknown:
        return undetermined(name, "environment-unknown", hosts=tuple(sorted(holder.unknown)))
    if not holder.test:
        return out_of_scope(name, "production-only")
    return undetermined(name, "production-unread", hosts=tuple(sorted(unread))) if unread else conforms(name)


def _shared(name: str, holder: _Holder, evidence: EvidenceSet, as_of: datetime, local: Container[str]) -> Outcome:
    """One account in both environments: whether somebody decided so. `local`: hosts with their own of the name."""
    register: Reading[SharedAccount] = evidence.reading(SharedAccount)
    today = as_of.date()
    decisions = sorted((each for each in register.records if each.account == name and _holds(each, today)), key=repr)
    if decisions:
        return out_of_scope(name, "shared-by-decision", purpose=decisions[0].purpose or decisions[0].owner or "-")
    where = {"test": tuple(sorted(holder.test)), "production": tuple(sorted(holder.production))}
    if any(each.account == name and each.decided is None and _holds(each, today) is None for each in register.records):
        return undetermined(name, "decision-undated", **where)
    if _is_partial(evidence.reading(Account)):
        return undetermined(name, "accounts-unread", **where)
    if any(all(key_of(host) in local for host in hosts) for hosts in (holder.test, holder.production)):
        return undetermined(name, "same-local-name", **where)
    partial = _is_partial(register)
    return (undetermined if partial else deviates)(name, "decisions-unread" if partial else "same-account", **where)


def _holds(decision: SharedAccount, today: date) -> bool | None:
    """Whether a decision is in force; None where its day is not told."""
    if decision.valid_until is not None and decision.valid_until < today:
        return False
    return None if decision.decided is None else decision.decided <= today
