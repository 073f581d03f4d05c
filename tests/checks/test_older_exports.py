"""What has aged only since an export was written is not known; what was too old already then deviates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from checks.incidents.incident_routine_current import PARTS
from collector.evidence import Population
from collector.records.access import AccessReview
from collector.records.assets import (
    Classification,
    ClassificationAction,
    ContinuityPlan,
    Equipment,
    Risk,
    RiskAcceptance,
    RoomAccess,
    RoomInspection,
    SecurityMeasure,
)
from collector.records.backup import IntegrityCheck, MajorChange, RecoveryPlan, RestoreTest, Snapshot
from collector.records.documents import Document, Minutes
from collector.records.governance import ComplianceControl, GoalActivity, Training, UnitStatus
from collector.records.host import Host
from collector.records.identity import Employment
from collector.records.incidents import Exercise, Incident, IncidentMeasure
from collector.records.monitoring import VulnerabilityResult
from collector.records.network import FirewallChain, FirewallReview
from collector.records.statements import Recommendation
from collector.records.suppliers import Contract, ReportSpecification, Supplier, SupplierFollowUp, SupplierReport
from tests.checks.backup.protected import point, register, system
from tests.checks.made import seen
from tests.checks.registers import exported, said

AGED = date(2026, 11, 12)
"""Every row below grew too old on this day, or the day before."""
BEFORE, AFTER = date(2026, 11, 9), date(2026, 11, 18)
YEAR, TWO_YEARS, EARLY = date(2025, 11, 11), date(2024, 11, 11), date(2020, 1, 1)
HR = seen(Employment, Employment(person_key="1", unit="Skola"), source="hr")
NO_CHANGES = seen(MajorChange, source="changes")
REVIEWED = AccessReview(system="Ekonomi", date=YEAR, reviewer="chef", population_count=1)


@dataclass(frozen=True)
class Case:
    """One register that ages, and what else the check reads."""

    check: str
    aged: Population[Any]
    subject: str
    reason: str = "too-old"
    others: tuple[Population[Any], ...] = ()
    parameters: Mapping[str, Any] = field(default_factory=dict)


def _cases() -> list[Case]:
    high = seen(Supplier, Supplier(name="B", risk_class="high"), source="suppliers")
    contract = seen(Contract, Contract(contract="A1", supplier="B", clauses=("audit-rights",)))
    risk: dict[str, Any] = {"owner": "o", "level": "4", "treatment": "t", "method": "m", "asset": "SAN"}
    method = seen(Document, Document(title="m", decided=EARLY), source="documents")
    agreed = ReportSpecification(supplier="A", report="Drift", decided=EARLY, interval_months=12)
    chain = FirewallChain(device="fw", family="inet", table="t", name="forward", hook="forward", policy="drop")
    policy = seen(Document, Document(title="Brandväggspolicy", decided=EARLY), source="documents")
    rooms = (
        seen(RoomAccess, RoomAccess(room="A", person_key="1", approved_by="chef", approved=EARLY)),
        HR,
        seen(Equipment, source="assets"),
    )
    changed = seen(MajorChange, MajorChange(system="Ekonomi", date=AGED), source="changes")
    classed = Classification(system="Ekonomi", classified=date(2026, 5, 11), reported_back=date(2026, 6, 1))
    recently = RestoreTest(system="Ekonomi", date=date(2026, 9, 1), result="passed", verified_by_business="ja")
    return [
        Case(
            "unit-compliance-coverage",
            seen(UnitStatus, UnitStatus(unit="Skola", date=YEAR, status="klar")),
            "Skola",
            others=(HR,),
        ),
        Case(
            "contract-audit-right",
            seen(
                SupplierFollowUp, SupplierFollowUp(supplier="B", date=date(2023, 11, 11), category="audit"), source="x"
            ),
            "A1",
            others=(contract, high),
        ),
        Case(
            "equipment-room-access",
            seen(RoomInspection, RoomInspection(room="A", date=YEAR, result="passed"), source="log"),
            "A",
            others=rooms,
        ),
        Case(
            "supplier-report-received",
            seen(SupplierReport, SupplierReport(supplier="A", report="Drift", received=YEAR), source="log"),
            "A: Drift",
            others=(seen(ReportSpecification, agreed),),
        ),
        Case(
            "supplier-followup-performed",
            seen(
                SupplierFollowUp,
                SupplierFollowUp(supplier="B", date=YEAR, requirements=("mfa",), evidence="e"),
                source="log",
            ),
            "B",
            others=(high,),
        ),
        Case(
            "classification-age",
            seen(Classification, Classification(system="Ekonomi", classified=TWO_YEARS)),
            "Ekonomi",
            others=(NO_CHANGES,),
        ),
        Case("classification-age", seen(Classification, classed), "Ekonomi", "before-major-change", (changed,)),
        Case(
            "risk-analysis-infrastructure",
            seen(Risk, Risk(risk="r", infrastructure=True, analysed=YEAR, **risk)),
            "test",
            others=(method, NO_CHANGES),
        ),
        Case(
            "risk-analysis-infrastructure",
            seen(Risk, Risk(risk="r", infrastructure=True, analysed=EARLY, **(risk | {"asset": "Ekonomi"}))),
            "r",
            "changed-since",
            (method, changed),
        ),
        Case(
            "continuity-plan-coverage",
            seen(
                ContinuityPlan,
                ContinuityPlan(operation="o", critical=True, plan="p", decided=EARLY, tested=TWO_YEARS),
            ),
            "o",
            parameters={"elements": []},
        ),
        Case("document-review-age", seen(Document, Document(title="d", decided=date(2021, 11, 11))), "d"),
        Case(
            "document-review-age",
            seen(Document, Document(title="d", decided=date(2025, 1, 1), review_due=date(2026, 11, 11))),
            "d",
            "review-overdue",
        ),
        Case(
            "incident-routine-current",
            seen(
                Document,
                Document(
                    title="Incidentrutin",
                    decided=date(2023, 11, 11),
                    visible_date=EARLY,
                    parts=PARTS,
                ),
            ),
            "Incidentrutin",
        ),
        Case(
            "goals-action-plan",
            seen(GoalActivity, GoalActivity(goal="g", activity="a", owner="o", due=date(2026, 11, 11))),
            "g: a",
            "overdue",
        ),
        Case(
            "classification-action-plan",
            seen(
                ClassificationAction,
                ClassificationAction(system="Ekonomi", action="a", owner="o", due=date(2026, 11, 11)),
                source="plans",
            ),
            "Ekonomi: a",
            "action-overdue",
            (seen(Classification, classed),),
        ),
        Case(
            "classification-action-plan",
            seen(Classification, Classification(system="Ekonomi", classified=date(2026, 5, 11))),
            "Ekonomi",
            "overdue",
            (seen(ClassificationAction, ClassificationAction(system="Ekonomi", action="a", closed=EARLY), source="p"),),
        ),
        Case(
            "risk-to-measure-trace",
            seen(SecurityMeasure, SecurityMeasure(system="s", measure="m", origin="risk", due=date(2026, 11, 11))),
            "s: m",
            "overdue",
            (seen(Classification, source="klassa"),),
        ),
        Case(
            "incident-post-review",
            seen(Incident, Incident(reference="I1", closed=date(2026, 10, 12))),
            "I1",
            "not-reviewed",
            (seen(IncidentMeasure, source="measures"),),
        ),
        Case(
            "incident-post-review",
            seen(IncidentMeasure, IncidentMeasure(incident="I1", measure="m", due=date(2026, 11, 11)), source="m"),
            "I1: m",
            "measure-overdue",
            (seen(Incident, Incident(reference="I1", closed=EARLY, reviewed=EARLY, cause="c")),),
        ),
        Case(
            "recommendation-status",
            seen(
                Recommendation,
                Recommendation(reference="R1", report="r", due=date(2026, 11, 11), replied=EARLY, status="ongoing"),
            ),
            "R1",
            "overdue",
        ),
        Case(
            "compliance-control-performed",
            seen(ComplianceControl, ComplianceControl(document="d", date=YEAR, evidence="e"), source="log"),
            "d",
            others=(seen(Document, Document(title="d")),),
        ),
        Case(
            "board-report-minuted",
            seen(
                Minutes,
                Minutes(body="KS", held=YEAR, report="Rapport", report_date=YEAR, decision="decided"),
            ),
            "Rapport",
            parameters={"quarter": 0},
        ),
        Case(
            "vulnerability-scan",
            seen(VulnerabilityResult, VulnerabilityResult(host="H", scanned=date(2026, 8, 13))),
            "H",
            others=(seen(Host, Host(name="H"), source="hosts"),),
        ),
        Case(
            "training-completion",
            seen(Training, Training(person_key="1", course="Grund", completed=TWO_YEARS), source="courses"),
            "staff",
            "too-few",
            (HR,),
            {"populations": ["staff"]},
        ),
        Case(
            "risk-acceptance-decision",
            seen(
                RiskAcceptance,
                RiskAcceptance(risk="r", decided_by="KS", decided=date(2026, 1, 1), valid_until=date(2026, 11, 11)),
            ),
            "r",
            "expired",
            (seen(Risk, Risk(risk="r", treatment="t"), source="risks"),),
        ),
        Case(
            "firewall-policy-review",
            seen(FirewallReview, FirewallReview(device="fw", date=YEAR), source="log"),
            "fw",
            "review-old",
            (seen(FirewallChain, chain), policy),
        ),
        Case(
            "access-review-annual",
            seen(AccessReview, REVIEWED, source="log"),
            "Ekonomi",
            others=(register(system(owner="chef")),),
        ),
        Case(
            "recovery-exercise",
            seen(Exercise, Exercise(system="Ekonomi", date=YEAR, category="restore"), source="log"),
            "Ekonomi",
            others=(register(system()),),
        ),
        Case(
            "recovery-rules",
            seen(
                RecoveryPlan,
                RecoveryPlan(system="Ekonomi", decided=EARLY, review_by=date(2026, 11, 11), planned_minutes=60),
                source="plans",
            ),
            "Ekonomi",
            "overdue",
            (register(system(rto_minutes=240)),),
        ),
        Case(
            "restore-test-annual",
            seen(
                RestoreTest,
                RestoreTest(system="Ekonomi", date=YEAR, result="passed", verified_by_business="ja"),
                source="log",
            ),
            "Ekonomi",
            others=(register(system()), NO_CHANGES),
        ),
        Case(
            "restore-test-annual",
            seen(RestoreTest, recently, source="log"),
            "Ekonomi",
            "before-major-change",
            (register(system()), changed),
        ),
        Case(
            "restore-test-annual--integrity",
            seen(
                IntegrityCheck,
                IntegrityCheck(repository="backup", date=date(2026, 10, 11), result="passed", data_percent=10),
                source="log",
            ),
            "Ekonomi",
            "check-too-old",
            (register(system()), seen(Snapshot, point(6), source="backup")),
        ),
    ]


CASES = _cases()


@pytest.mark.parametrize("case", CASES, ids=[f"{case.check} {case.reason}" for case in CASES])
def test_what_aged_after_the_export_is_not_known(case: Case) -> None:
    def of(aged: Population[Any]) -> str | None:
        return said(case.check, *case.others, aged, parameters=case.parameters).get(case.subject)

    assert of(case.aged) == f"!{case.reason}"
    assert of(exported(case.aged, BEFORE)) == "?export-older"
    assert of(exported(case.aged, AFTER)) == f"!{case.reason}"


def test_a_log_of_changes_shows_none_after_it_was_written() -> None:
    tested = RestoreTest(system="Ekonomi", date=AGED, result="passed", verified_by_business="ja")
    tests = seen(RestoreTest, tested, source="log")
    assert said("restore-test-annual", register(system()), tests, NO_CHANGES) == {}
    older = said("restore-test-annual", register(system()), tests, exported(NO_CHANGES, BEFORE))
    assert older == {"Ekonomi": "?export-older"}
    classed = seen(Classification, Classification(system="Ekonomi", classified=AGED))
    assert said("classification-age", classed, NO_CHANGES) == {}
    assert said("classification-age", classed, exported(NO_CHANGES, BEFORE)) == {"Ekonomi": "?export-older"}
