"""`styrk plan`: every query and command that a scan would issue, and the requirements that nothing covers."""

from __future__ import annotations

import argparse
import dataclasses
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from checks.discovery import discover
from collector.records.record import Record, kind_name
from collector.records.statements import ClaimVerdict, RecommendationEffect
from config.catalogue import load_catalogue
from config.claims import ClaimSettings, load_claims
from config.loading import load_default_settings, load_settings
from config.settings import Settings
from styrk.coverage import CatalogueCoverage, ControlCoverage, catalogue_coverage, control_coverage
from styrk.scan import ScanRequest, asked_controls, check_selection, planned_policy, wanted_kinds
from styrk.sources import Built, configured_sources
from styrk.terminal import paint, paragraph, table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = "example: styrk plan -c styrk.yaml --source ad\n\nConnects to nothing."
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="settings (without: this host)")
    parser.add_argument("--source", action="append", default=[], metavar="ID", help="only this source")
    parser.add_argument("--control", action="append", default=[], metavar="ID", help="only this control")
    parser.add_argument("--json", action="store_true", help="print the plan as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the plan; returns 0."""
    settings = load_settings(options.config) if options.config else load_default_settings()
    only_sources, only_controls = tuple(options.source), tuple(options.control)
    check_selection(ScanRequest(settings, settings.output.directory, only_sources, only_controls))
    catalogues = [load_catalogue(each) for each in settings.catalogues]
    claims = load_claims(settings)
    wanted = wanted_kinds(settings, catalogues, claims, only_controls)
    sources = configured_sources(settings, wanted, only_sources)
    policy = planned_policy(settings, catalogues)
    provided = frozenset(kind for configured, _ in sources for kind in configured.wanted) | _derived(settings, claims)
    controls = control_coverage(asked_controls(settings, catalogues), discover(), provided)
    coverage = catalogue_coverage(policy, controls)
    planned = _planned(sources)
    asked = {configured.source.id for configured, _ in sources}
    chosen = only_sources or tuple(each.id for each in (*settings.sources, *settings.registers))
    silent = [name for name in chosen if name not in asked]
    if options.json:
        print(json.dumps({"sources": planned, "unused_sources": silent, **_coverage_json(controls, coverage)}))
    else:
        lines = [*_queries(planned), *_unused(silent), *_limits(), *_coverage(controls, coverage)]
        print("\n".join(lines))
    return 0


def _derived(settings: Settings, claims: Sequence[ClaimSettings]) -> frozenset[type[Record]]:
    """What the judgement makes itself, of what is stated."""
    verdicts = {ClaimVerdict} if claims else set()
    effects = {RecommendationEffect} if settings.recommendations is not None else set()
    return frozenset(verdicts | effects)


def _planned(sources: Sequence[Built]) -> list[dict[str, Any]]:
    return [
        {
            "id": configured.source.id,
            "type": kind,
            "controlled_by": configured.controlled_by,
            "queries": [
                {
                    "target": query.target,
                    "text": query.text,
                    "kinds": sorted(kind_name(each) for each in query.kinds),
                    "rights": query.rights,
                }
                for query in configured.source.plan(configured.wanted)
            ],
        }
        for configured, kind in sources
    ]


def _queries(planned: Sequence[dict[str, Any]]) -> list[str]:
    lines = []
    for source in planned:
        lines += ["", paint(f"{source['id']} ({source['type']})", "bold")]
        target = None
        for query in source["queries"]:
            if query["target"] != target:
                target = query["target"]
                lines += paragraph(f"at {target}", indent="  ")
            for line in query["text"].splitlines():  # a script keeps its lines: it can be compared and granted
                lines += paragraph(line, indent="    ", hanging="      ")
            lines += paragraph(f"for {', '.join(query['kinds'])}", indent="        ")
            if query["rights"]:
                lines += paragraph(f"needs {query['rights']}", indent="        ", hanging="          ")
        if not source["queries"]:
            lines.append("  asks nothing: what the settings and Styrk's own tables say")
    return lines


def _unused(silent: Sequence[str]) -> list[str]:
    if not silent:
        return []
    return ["", *paragraph(f"Not asked, because no check of the chosen catalogues reads it: {', '.join(silent)}")]


def _limits() -> list[str]:
    return ["", "Nothing else is ever issued, and nothing is written to any target."]


def _coverage(controls: dict[str, ControlCoverage], coverage: Sequence[CatalogueCoverage]) -> list[str]:
    if not coverage:
        return ["", "No catalogue is chosen, so nothing is judged: name some under catalogues (styrk catalogue)."]
    rows = [(each.id, str(each.requirements), str(each.covered), str(len(each.uncovered))) for each in coverage]
    lines = ["", *table(rows, ("catalogue", "requirements", "wholly covered", "not at all"), indent="")]
    unsourced = [each for each in controls.values() if each.checks and not each.covered]
    if unsourced:
        lines += ["", "Controls with checks, but no source for what they read:"]
        lacks = [(check, kinds) for each in unsourced for check, kinds in each.lacking.items()]
        lines += table([(check, f"no source gives {', '.join(kinds)}") for check, kinds in lacks])
    unchecked = [each.id for each in controls.values() if not each.checks]
    if unchecked:
        lines += ["", *paragraph(f"Controls that no check tests yet ({len(unchecked)}): {', '.join(unchecked)}")]
    return lines


def _coverage_json(controls: dict[str, ControlCoverage], coverage: Sequence[CatalogueCoverage]) -> dict[str, Any]:
    return {
        "catalogues": [dataclasses.asdict(each) for each in coverage],
        "controls_without_check": [each.id for each in controls.values() if not each.checks],
        "controls_without_source": {
            each.id: list(each.all_lacking) for each in controls.values() if each.checks and not each.covered
        },
        "checks_without_source": {
            check: list(kinds) for each in controls.values() for check, kinds in each.lacking.items()
        },
    }
