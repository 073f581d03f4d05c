"""The main job: collect, judge, map, report and seal; one bundle, whole or not at all."""

from __future__ import annotations

import gc
import socket
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from assessment.performance import QUESTIONS, Results
from assessment.policy import Policy, read_policy
from assessment.recommendations import linked_controls
from assessment.stand import stand_document
from checks.discovery import discover
from checks.finding import Finding, Status
from collector.collection import collect
from collector.evidence import EvidenceSet
from collector.evidence_file import canonical, sha256_of
from collector.records.backup import ProtectedSystem
from collector.records.codec import JsonValue, encode_time
from collector.records.record import Record
from config.catalogue import Catalogue, load_catalogue, load_controls
from config.claims import ClaimSettings, load_claims
from config.contracts import ContractSettings, load_contracts
from config.ledgers import Ledger, load_ledgers
from config.settings import Settings
from reporters.bundle.evidence_index import write_index
from reporters.bundle.keys import PublicKey, Signer
from reporters.bundle.layout import TAG_MANIFEST
from reporters.bundle.reader import Bundle
from reporters.bundle.seal import seal
from reporters.bundle.stage import Stage
from styrk import __version__
from styrk.check_code import check_code_hash
from styrk.errors import UsageError
from styrk.follow_up import recommendations_of, stand_of
from styrk.halves import judge_in_halves
from styrk.judging import judge_evidence
from styrk.policy_documents import RunFacts, policy_documents
from styrk.reports import write_report
from styrk.sources import Built, scanned_sources
from styrk.whole import BrokenBundleError, require_whole

HTML = "html"
OpenSources = Callable[[Settings, frozenset[type[Record]], tuple[str, ...]], tuple[Built, ...]]


@dataclass(frozen=True, slots=True)
class ScanRequest:
    """What to scan, and how."""

    settings: Settings
    out: Path
    only_sources: tuple[str, ...] = ()
    only_controls: tuple[str, ...] = ()
    report: Callable[[str], None] = lambda _text: None
    """Takes lines of progress."""
    now: Callable[[], datetime] = lambda: datetime.now(UTC)
    open_sources: OpenSources = scanned_sources
    """Makes the sources that the settings name."""

    def leftover(self, path: Path) -> None:
        """Tell of a run that was ended."""
        self.report(f"removed the leftover of a run that was ended: {path}")


@dataclass(frozen=True, slots=True)
class ScanResult:
    """A sealed bundle."""

    bundle: Path
    identity: str
    results: Results
    signer: PublicKey
    reports: tuple[Path, ...]


def scan(request: ScanRequest, signer: Signer) -> ScanResult:
    """Read the sources, judge, and seal a bundle below `request.out`.

    Raises UsageError for a selection that matches nothing, SettingsError for catalogues or claims that cannot be used,
    BundleError (disk full, folder not writable); nothing is left then.
    """
    read = read_inputs(request)
    with _all_loaded(), Stage(request.out, read.run, request.leftover) as stage:
        previous = previous_identity(request.out)
        evidence = read.collect(request, stage.path / "data")
        results, written = write_run(stage.path, evidence, request, request.settings, read)
        identity = seal_run(stage.path, request, request.settings, read, previous, signer)
        final = stage.commit()
    return ScanResult(final, identity, results, signer.public_key, tuple(final / name for name in written))


@contextmanager
def _all_loaded() -> Iterator[None]:
    """What has been loaded stays: the collector of cycles need not look through it each time that it looks for more."""
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@dataclass(frozen=True, slots=True)
class Inputs:
    """What a run is judged by and reads."""

    started: datetime
    catalogues: tuple[Catalogue, ...]
    claims: tuple[ClaimSettings, ...]
    ledgers: tuple[Ledger, ...]
    contracts: tuple[ContractSettings, ...]
    sources: tuple[Built, ...]

    @property
    def run(self) -> str:
        """The run's id."""
        return f"{self.started:%Y%m%dT%H%M%SZ}"

    def collect(self, request: ScanRequest, data: Path) -> EvidenceSet:
        """Read every source into `data`."""
        return collect(
            [configured for configured, _ in self.sources],
            data,
            __version__,
            now=request.now,
            report=lambda source: request.report(f"reading {source}"),
        )


def read_inputs(request: ScanRequest) -> Inputs:
    """The files that the settings name, and the sources; raises UsageError, SettingsError."""
    settings = request.settings
    catalogues = tuple(load_catalogue(each) for each in settings.catalogues)
    claims, ledgers = load_claims(settings), load_ledgers(settings)
    check_selection(request)
    wanted = wanted_kinds(settings, catalogues, claims, request.only_controls)
    sources = request.open_sources(settings, wanted, request.only_sources)
    return Inputs(request.now().replace(microsecond=0), catalogues, claims, ledgers, load_contracts(settings), sources)


def write_run(
    stage: Path, evidence: EvidenceSet, request: ScanRequest, settings: Settings, read: Inputs
) -> tuple[Results, tuple[str, ...]]:
    """Judge the evidence that stands in a stage, and write policy, results and reports beside it."""
    write_index(stage, evidence)
    request.report("judging")
    facts = RunFacts(read.run, read.started, request.now(), __version__, request.only_controls, request.only_sources)
    policy = policy_documents(
        settings, read.catalogues, load_controls(), read.claims, read.sources, facts, read.ledgers, read.contracts
    )
    policy |= _before(settings, policy)
    results, documents = judge_evidence(evidence, policy, judge_in_halves)
    _write_all(stage / "data" / "policy", {name: canonical(each) for name, each in policy.items()})
    _write_all(stage / "data" / "results", documents)
    request.report("writing the reports")
    return results, _write_reports(stage, settings)


def seal_run(
    stage: Path,
    request: ScanRequest,
    settings: Settings,
    read: Inputs,
    previous: str | None,
    signer: Signer,
) -> str:
    """Seal what stands in a stage; gives the bundle's identity."""
    request.report("sealing")
    predicate = _predicate(stage, request, settings, read.run, (read.started, request.now()), previous)
    return seal(stage, predicate, signer, _bag_info(settings))


def _before(settings: Settings, policy: Mapping[str, JsonValue]) -> dict[str, JsonValue]:
    """How the linked controls stood in the bundle from before the measures, as a document of the policy."""
    followed = settings.recommendations
    if followed is None or followed.before is None:
        return {}
    try:
        require_whole(followed.before, None)
    except BrokenBundleError as error:
        raise UsageError(str(error), "name another bundle under recommendations.before") from error
    yardstick = read_policy(policy)
    return {
        "before.json": stand_document(stand_of(followed.before, linked_controls(yardstick.recommendations), yardstick))
    }


def wanted_kinds(
    settings: Settings,
    catalogues: Iterable[Catalogue],
    claims: Iterable[ClaimSettings],
    only_controls: Iterable[str] = (),
) -> frozenset[type[Record]]:
    """The record types that the checks of the asked controls read; nothing else is asked of any source."""
    only = frozenset(only_controls)
    held = tuple(claims)
    linked = {each.id for each in linked_controls(recommendations_of(load_ledgers(settings)))}
    stated = {claim.control for claim in held} | linked | ({QUESTIONS} if settings.questions else set())
    controls = (asked_controls(settings, catalogues) | stated) & (only or _tested())
    kinds = frozenset(kind for check in discover() if check.control in controls for kind in check.reads)
    named = any(claim.scope.systems for claim in held)
    return kinds | {ProtectedSystem} if named else kinds


def asked_controls(settings: Settings, catalogues: Iterable[Catalogue]) -> frozenset[str]:
    """Ids of the controls that the catalogues ask for, by name or by the crosswalk."""
    policy = planned_policy(settings, catalogues)
    return frozenset(asked.id for requirement in policy.requirements for asked in policy.asked(requirement))


def planned_policy(settings: Settings, catalogues: Iterable[Catalogue]) -> Policy:
    """The policy of a run that has not begun."""
    nothing = datetime(1970, 1, 1, tzinfo=UTC)
    facts = RunFacts("plan", nothing, nothing, __version__, (), ())
    return read_policy(policy_documents(settings, catalogues, load_controls(), (), (), facts))


def exit_status(findings: Iterable[Finding]) -> int:
    """0: all satisfied or accepted; 1: exceptions found; 3: none found, but something could not be determined."""
    statuses = {finding.status for finding in findings}
    if Status.NOT_SATISFIED in statuses:
        return 1
    return 3 if Status.NOT_DETERMINED in statuses or not statuses else 0


def previous_identity(out: Path) -> str | None:
    """Identity of the newest bundle in the folder; None where there is none."""
    bundles = sorted(path.parent for path in out.glob(f"[0-9]*/{TAG_MANIFEST}"))
    return Bundle(bundles[-1]).identity if bundles else None


def _tested() -> frozenset[str]:
    return frozenset(check.control for check in discover())


def check_selection(request: ScanRequest) -> None:
    """Raise UsageError for a source or a control that there is not: a typing slip must not look like a clean scan."""
    known = {source.id for source in (*request.settings.sources, *request.settings.registers)}
    unknown = sorted(set(request.only_sources) - known)
    if unknown:
        raise UsageError(f"no source is called {', '.join(unknown)}", f"choose from: {', '.join(sorted(known))}")
    untested = sorted(set(request.only_controls) - _tested())
    if untested:
        raise UsageError(
            f"no check tests {', '.join(untested)}", "`styrk checks` lists the checks and the controls that they test"
        )


def _write_all(folder: Path, files: Mapping[str, bytes]) -> None:
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(data)


def _write_reports(stage: Path, settings: Settings) -> tuple[str, ...]:
    name = f"data/reports/report.{settings.organisation.language}.html"
    write_report(stage, HTML, settings.organisation.language, stage / name)
    return (name,)


def _predicate(
    stage: Path,
    request: ScanRequest,
    settings: Settings,
    run: str,
    clock: tuple[datetime, datetime],
    previous: str | None,
) -> dict[str, JsonValue]:
    organisation = settings.organisation
    folder = stage / "data" / "policy" / "catalogues"
    return {
        "as_of": encode_time(clock[0]),
        "catalogues": {path.stem: sha256_of(path) for path in sorted(folder.glob("*.json"))},
        "checks_code": check_code_hash(),
        "classification": organisation.classification or "",
        "clock": {"started": encode_time(clock[0]), "finished": encode_time(clock[1])},
        "collector_host": socket.gethostname(),
        "only_controls": list(request.only_controls),
        "only_sources": list(request.only_sources),
        "organisation": organisation.model_dump(mode="json", exclude_none=True),
        "previous": previous,
        "run": run,
        "tool": {"name": "styrk", "version": __version__},
    }


def _bag_info(settings: Settings) -> dict[str, str]:
    organisation = settings.organisation
    fields = {
        "Source-Organization": organisation.name,
        "External-Identifier": organisation.diary_number,
        "Internal-Sender-Description": organisation.classification,
        "Bag-Software-Agent": f"styrk {__version__}",
    }
    return {name: value for name, value in fields.items() if value}
