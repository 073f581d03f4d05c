"""Judges the evidence in a folder by the policy in the same folder: what a scan and a re-performance have in common."""

from __future__ import annotations

from collections.abc import Mapping

from assessment.performance import Judge, Results, documents, perform
from assessment.policy import read_policy
from checks.discovery import discover
from checks.judgement import judge_together
from collector.evidence import EvidenceSet
from collector.records.codec import JsonValue


def judge_evidence(
    evidence: EvidenceSet, policy: Mapping[str, JsonValue], judge: Judge = judge_together
) -> tuple[Results, dict[str, bytes]]:
    """The results, and the documents under data/results/ by name.

    Raises PolicyError for a policy that does not fit, CheckError for a check that breaks its contract or parameters
    that do not fit it, RecordError for evidence that is damaged.
    """
    results = perform(evidence, read_policy(policy), discover(), judge)
    return results, documents(results)
