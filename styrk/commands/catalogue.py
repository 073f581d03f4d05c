"""`styrk catalogue`: the requirement catalogues, and how much of each can be answered."""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from typing import Any

from checks.discovery import discover
from config.catalogue import Catalogue, Text, available_catalogues, load_catalogue
from styrk.coverage import CatalogueCoverage, ControlCoverage, catalogue_coverage, control_coverage
from styrk.requirements import catalogue_policy
from styrk.terminal import paint, paragraph, table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk catalogue cybersakerhetslagen-2-3 --lang en\n\n"
        "In the list of controls, * marks those that a check tests."
    )
    parser.add_argument("id", nargs="?", metavar="ID", help="a catalogue's id, or the path of a file of one's own")
    parser.add_argument("--lang", choices=("sv", "en"), default="en", help="language (default: en)")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the list, or one catalogue's requirements; returns 0."""
    if options.id is None:
        found = [_entry(load_catalogue(name), options.lang) for name in available_catalogues()]
        print(json.dumps(found) if options.json else "\n".join(_listing(found)))
        return 0
    catalogue = load_catalogue(options.id)
    page = {**_entry(catalogue, options.lang), "items": _requirements(catalogue, options.lang)}
    print(json.dumps(page) if options.json else "\n".join(_page(page)))
    return 0


def _coverage(catalogue: Catalogue) -> tuple[CatalogueCoverage, Mapping[str, ControlCoverage]]:
    policy = catalogue_policy(catalogue)
    names = {asked.id for requirement in policy.requirements for asked in policy.asked(requirement)}
    controls = control_coverage(names, discover())
    return catalogue_coverage(policy, controls)[0], controls


def _entry(catalogue: Catalogue, language: str) -> dict[str, Any]:
    coverage, _ = _coverage(catalogue)
    return {
        "id": catalogue.id,
        "title": _in(catalogue.title, language),
        "kind": catalogue.kind,
        "issued": catalogue.issued,
        "issuer": catalogue.issuer,
        "requirements": coverage.requirements,
        "requirements_with_check": coverage.with_check,
        "controls": coverage.controls,
        "controls_with_check": coverage.controls_with_check,
    }


def _requirements(catalogue: Catalogue, language: str) -> list[dict[str, Any]]:
    policy = catalogue_policy(catalogue)
    _, controls = _coverage(catalogue)
    return [
        {
            "id": requirement.id,
            "section": requirement.section,
            "title": _in(requirement.title, language),
            "controls": [
                {"id": asked.id, "checks": list(controls[asked.id].checks), "parameters": dict(asked.parameters)}
                for asked in policy.asked(planned)
            ],
        }
        for requirement, planned in zip(catalogue.requirements, policy.requirements, strict=True)
    ]


def _in(text: Text, language: str) -> str:
    return text.sv if language == "sv" else text.en


def _figure(entry: Mapping[str, Any]) -> str:
    return f"{entry['controls_with_check']} of {entry['controls']} controls have a check"


def _listing(found: Sequence[Mapping[str, Any]]) -> list[str]:
    lines = []
    for entry in found:
        lines += [paint(entry["id"], "bold"), *paragraph(entry["title"], indent="  ")]
        lines += paragraph(
            f"{entry['requirements']} requirements, {entry['requirements_with_check']} with some check; "
            f"{_figure(entry)}",
            indent="  ",
        )
    return [*lines, "", "`styrk catalogue ID` shows the requirements of one"]


def _page(page: Mapping[str, Any]) -> list[str]:
    about = ", ".join(str(page[key]) for key in ("kind", "issuer", "issued") if page[key])
    lines = [paint(page["id"], "bold"), *paragraph(page["title"], indent="  "), *paragraph(about, indent="  "), ""]
    rows = []
    for item in page["items"]:
        names = [f"{each['id']}{'*' if each['checks'] else ''}" for each in item["controls"]]
        rows.append((item["id"], item["title"]))
        rows.append(("", f"-> {', '.join(names) or 'no control covers this point'}"))
    lines += table(rows, indent="")
    figure = f"{_figure(page)}; {page['requirements_with_check']} of {page['requirements']} requirements have some"
    return [*lines, "", *paragraph(f"{figure} (* marks the controls that have one)")]
