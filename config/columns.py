"""Which columns each kind of register may be mapped to: one line per kind, the record type's own field names.

`row` is not among them: every record keeps its own. Tests hold this table against the record types.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal


@dataclass(frozen=True, slots=True)
class Columns:
    """The fields of one kind of register."""

    required: tuple[str, ...]
    """Fields without which a row gives no record."""
    optional: tuple[str, ...]

    @property
    def names(self) -> tuple[str, ...]:
        """All of them, the required ones first."""
        return (*self.required, *self.optional)


def _columns(required: str, optional: str = "") -> Columns:
    return Columns(tuple(required.split()), tuple(optional.split()))


COLUMNS: dict[str, Columns] = {
    "access-request": _columns("reference account group", "requested approved approver approver_role refused"),
    "access-review": _columns("system date", "reviewer population_count removed"),
    "alert": _columns("reference", "raised acknowledged closed handled_by note test"),
    "approved-software": _columns("product", "version decided_by decided valid_until"),
    "backup-location": _columns("repository", "host site immutable offline separate_credentials reviewed"),
    "backup-run": _columns("job started", "host result ended size_bytes files"),
    "baseline-setting": _columns("setting expected", "baseline must hosts"),
    "call-out": _columns("reference", "called answered"),
    "change": _columns(
        "reference",
        "system size emergency security_relevant requester requested approver approved risk cab_date test "
        "developer tester deployer deployed acceptance_by acceptance_date golive_by golive_date closed",
    ),
    "classification": _columns(
        "system",
        "classified method version confidentiality integrity availability recovery_hours participants reported_back",
    ),
    "classification-action": _columns("system action", "owner due closed decision waiting_for"),
    "compliance-control": _columns("document date", "performed_by evidence result"),
    "continuity-plan": _columns("operation", "critical plan decided tested elements owner"),
    "contract": _columns("contract", "supplier signed valid_until clauses requirements_date reviewed"),
    "declared-flow": _columns(
        "source destination", "protocol ports destination_addresses purpose owner valid_until diary_number"
    ),
    "diary-entry": _columns("number", "title registered"),
    "document": _columns(
        "title",
        "reference category status created visible_date decided body paragraph diary_number version reviewed "
        "review_due published owner system supplier parts file sha256",
    ),
    "document-receipt": _columns("document person_key", "date unit"),
    "employment": _columns("person_key", "group status start end on_leave unit manager protected"),
    "entry-point": _columns(
        "name",
        "category address hosts external authentication provider realm factors factor systems",
    ),
    "entry-point-rule": _columns("entry_point rule", "enabled methods factors provider groups"),
    "equipment": _columns("name", "room site pair replicates central"),
    "escalation-contact": _columns("supplier role", "direction verified"),
    "exercise": _columns("date", "category system supplier planned_minutes achieved_minutes lessons open_lessons"),
    "external-account": _columns("account", "supplier sponsor contract_end"),
    "firewall-review": _columns("device date", "reviewer rules_removed diary_number"),
    "goal-activity": _columns("goal", "activity owner due closed evidence"),
    "group-purpose": _columns("group", "unit system"),
    "incident": _columns(
        "reference",
        "detected reported reporter_unit receiver category responsible significant early_warning notification "
        "final_report closed reviewed cause",
    ),
    "incident-measure": _columns("incident measure", "owner due done confirmed_by"),
    "incident-total": _columns("year count", "report"),
    "integrity-check": _columns("repository date", "result data_percent damaged"),
    "log-review": _columns("log date", "performed_by outcome"),
    "major-change": _columns("system date", "reference"),
    "malware-protection": _columns("host", "product active signatures"),
    "message-encryption": _columns("service", "audience decided valid_until users"),
    "minutes": _columns(
        "body held",
        "paragraph diary_number report report_date report_has_gaps decision items participants",
    ),
    "monitored-host": _columns("host", "last_event retention_days service"),
    "on-call-shift": _columns("start end", "person_key role"),
    "personal-data-processing": _columns(
        "system processing",
        "processor agreement_date assessment_needed assessment_date reviewed",
    ),
    "procurement": _columns("case", "system supplier signed requirements requirements_date topics"),
    "protected-system": _columns(
        "name",
        "critical hosts owner supplier environment needs_extra_protection confidentiality login password_rule "
        "system_manager technical_manager unit software dependencies external central patch_party "
        "personal_data encryption_needed sites backup_paths copies_at backup_interval_hours rpo_hours "
        "rto_minutes retention_days",
    ),
    "protection-exemption": _columns("host", "reason measure approved_by valid_until"),
    "registered-host": _columns("host", "role addresses environment"),
    "recovery-plan": _columns("system", "document decided review_by planned_minutes"),
    "recommendation": _columns(
        "reference",
        "report addressee priority reply_due replied diary_number measure measured due status evidence controls",
    ),
    "report-specification": _columns("supplier report", "interval_months indicators decided"),
    "responsibility": _columns("system control", "doer responsible payer decided"),
    "restore-test": _columns(
        "system date",
        "scope restore_point target result duration_minutes verified_by_it verified_by_business",
    ),
    "risk": _columns("risk", "asset infrastructure analysed owner level treatment method closed"),
    "risk-acceptance": _columns("risk", "decided_by role decided valid_until diary_number"),
    "role-appointment": _columns(
        "role",
        "unit person_key start end share_percent appointed_by placed_in in_operations funded",
    ),
    "room-access": _columns("room person_key", "valid_until approved_by approved"),
    "room-inspection": _columns("room date", "category performed_by result"),
    "security-measure": _columns("system measure", "origin control due implemented result evidence"),
    "security-test": _columns("reference", "system date category tester independent findings open_findings change"),
    "service-level": _columns("supplier measure", "agreed reported period_start period_end"),
    "shared-account": _columns("account", "owner purpose decided valid_until"),
    "snapshot": _columns(
        "identifier time host", "paths tags size_bytes files parent job location verification excludes"
    ),
    "supplier": _columns(
        "name",
        "service cloud information_type service_type complexity risk_class classified contract",
    ),
    "supplier-follow-up": _columns("supplier date", "category performed_by requirements evidence result actions"),
    "supplier-question": _columns(
        "reference supplier", "question asked asked_by due answered answer blocks blocks_classification"
    ),
    "supplier-report": _columns("supplier report received", "period_end indicators reference"),
    "ticket": _columns("reference", "opened closed supplier first_line surveyed"),
    "training": _columns("person_key course", "completed status mandatory role"),
    "unit-change": _columns("person_key date", "unit_from unit_to protected"),
    "unit-status": _columns("unit", "date status stated_by"),
    "vetting": _columns("person_key role", "access_start confidentiality_signed vetted vetting_needed supplier"),
    "vulnerability-result": _columns("host", "scanned finding severity first_seen fixed"),
    "zone": _columns("name", "networks roles purpose owner"),
}
"""Kind of record to its columns."""

if TYPE_CHECKING:
    Holds = str
else:
    Holds = Literal[tuple(COLUMNS)]
"""What a register may hold: a word of `COLUMNS`; anything else is a mistake in the settings."""
