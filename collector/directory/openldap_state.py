"""Reads what an OpenLDAP server demands of passwords: the policies of its overlay ppolicy, and whom each is for."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from collector.directory import password_policies
from collector.directory.faults import Faults
from collector.directory.names import dn_key, first_value
from collector.directory.reading import DirectoryReader
from collector.evidence import GapCause
from collector.records.directory import PasswordPolicy
from collector.source import Recorder, SourceError
from collector.transport.ldap import Search

_KINDS = (PasswordPolicy,)


def searches(base: str, page_size: int) -> Iterable[Search]:
    """Every search that may be issued."""
    yield password_policies.ppolicy_search(base, page_size)
    yield password_policies.ppolicy_use_search(base, page_size)


def read_policies(
    base: str, page_size: int, reader: DirectoryReader, recorder: Recorder, *, has_policies: bool
) -> None:
    """Read the policies to their end; a server without the overlay demands nothing, and that is its policy.

    Which one holds for everybody else stands in the server's own configuration, which a reader does not see: a policy
    that no entry names may be that one. Raises SourceError where there are policies, and none is to be seen.
    """
    if not has_policies:
        name = password_policies.dns_name(base)
        recorder.add(
            PasswordPolicy(name=name, default=True, min_length=0, history_length=0, max_age_days=0, lockout_threshold=0)
        )
        recorder.complete(PasswordPolicy)
        return
    targets: defaultdict[str, set[str]] = defaultdict(set)
    for entry in reader.entries(password_policies.ppolicy_use_search(base, page_size), _KINDS):
        for value in entry.values("pwdPolicySubentry"):
            targets[dn_key(value.decode("utf-8", "backslashreplace"))].add(first_value(entry.dn))
    faults, count = Faults(PasswordPolicy, recorder), 0
    for entry in reader.entries(password_policies.ppolicy_search(base, page_size), _KINDS):
        count += 1
        with faults.of(entry.dn):
            named = targets.pop(dn_key(entry.dn), set())
            recorder.add(password_policies.overlay_policy(entry, named, default=None))
    for name in targets:
        recorder.gap(
            PasswordPolicy,
            GapCause.DENIED,
            "entries name this policy, and it cannot be seen",
            remedy="let the reading account read the policy",
            subject=name,
        )
    if not count and not targets:
        raise SourceError(
            GapCause.DENIED,
            "the server has password policies (overlay ppolicy), and none can be seen",
            "let the reading account read the entries of class pwdPolicy, or make one if there is none",
        )
    recorder.complete(PasswordPolicy)
