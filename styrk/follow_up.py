"""How controls stood by the evidence of a bundle: what recommendations are followed up from, and to."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from assessment.claims import assess_claims
from assessment.control_state import stand
from assessment.derived import with_verdicts
from assessment.policy import AskedControl, Policy, PolicyError, Recommendation, read_policy, read_recommendations
from assessment.recommendations import FollowUp, follow_up, linked_controls
from assessment.stand import Stand
from checks.discovery import discover
from checks.judgement import CheckError
from collector.records.codec import RecordError
from config.ledgers import Ledger
from reporters.bundle.errors import BundleError
from reporters.bundle.reader import open_bundle
from styrk.reperform import read_policy_documents

_OTHER_VERSION = "verify the bundle first; if it is whole, use the version of Styrk that made it"


def recommendations_of(ledgers: Sequence[Ledger]) -> tuple[Recommendation, ...]:
    """What the judgement reads of ledgers."""
    return read_recommendations([ledger.policy() for ledger in ledgers])


def policy_of(path: Path) -> Policy:
    """The policy that a bundle was judged by; raises BundleError."""
    with open_bundle(path) as bundle:
        try:
            return read_policy(read_policy_documents(bundle))
        except (PolicyError, RecordError) as error:
            raise BundleError(f"the policy of {path} does not fit: {error}", _OTHER_VERSION) from error


def stand_of(path: Path, asked: Sequence[AskedControl], yardstick: Policy) -> Stand:
    """How the controls stood by the evidence of a bundle, by this policy's parameters; raises BundleError.

    Verify the bundle first: this trusts what it reads.
    """
    with open_bundle(path) as bundle:
        try:
            own = read_policy(read_policy_documents(bundle))
            checks, evidence = discover(), bundle.evidence()
            evidence = with_verdicts(evidence, assess_claims(own, checks, evidence), own)
            return stand(asked, replace(yardstick, as_of=own.as_of), checks, evidence, bundle.identity)
        except (PolicyError, CheckError, RecordError, EOFError, OSError) as error:
            raise BundleError(f"the evidence of {path} cannot be judged: {error}", _OTHER_VERSION) from error


def followed_up(
    recommendations: tuple[Recommendation, ...], before: Path, after: Path
) -> tuple[Stand, Stand, tuple[FollowUp, ...]]:
    """Both stands and the proposals, by the later bundle's yardstick; raises BundleError."""
    yardstick = replace(policy_of(after), recommendations=recommendations)
    asked = linked_controls(recommendations)
    was, now = stand_of(before, asked, yardstick), stand_of(after, asked, yardstick)
    return was, now, follow_up(yardstick, was, now)
