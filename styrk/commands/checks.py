"""`styrk checks`: the checks, their rules in words, parameters, evidence and reasons.

Works without the settings' libraries too, as in the verifier's archive; requirements and units are left out there.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Mapping, Sequence
from importlib.util import find_spec
from typing import Any

from checks.discovery import ModuleCheck, discover
from checks.finding import Severity
from checks.judgement import written_parameters
from collector.records.record import kind_name
from styrk.errors import UsageError
from styrk.terminal import columns, paint, paragraph, table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = "example: styrk checks accounts-stale"
    parser.add_argument("id", nargs="?", metavar="ID", help="a check, or a control")
    parser.add_argument("--lang", choices=("sv", "en"), default="en", help="language of reasons (default: en)")
    parser.add_argument("--json", action="store_true", help="print as JSON")


def run(options: argparse.Namespace) -> int:
    """Print the list, or what there is to know of one; returns 0."""
    found = discover()
    if options.id is None:
        print(json.dumps([_summary(check) for check in found]) if options.json else "\n".join(_listing(found)))
        return 0
    chosen = [check for check in found if options.id in (check.id, check.control)]
    if not chosen:
        raise UsageError(f"there is no check {options.id}", "`styrk checks` lists them")
    details = [{**_summary(check), **_details(check, options.lang)} for check in chosen]
    if options.json:
        print(json.dumps(details))
    else:
        print("\n\n".join("\n".join(_page(each)) for each in details))
    return 0


def _summary(check: ModuleCheck) -> dict[str, Any]:
    return {
        "id": check.id,
        "control": check.control,
        "reads": [kind_name(kind) for kind in check.reads],
        "summary": check.summary,
    }


def _details(check: ModuleCheck, language: str) -> dict[str, Any]:
    units = _units(check.control)
    order = list(Severity)
    return {
        "rule": check.rule,
        "parameters": [
            {"name": name, "default": value, "unit": units.get(name)}
            for name, value in written_parameters(check.parameters()).items()
        ],
        "reasons": [
            {
                "code": code,
                "severity": reason.severity.value,
                "text": getattr(reason.text, language),
                "fix": getattr(reason.fix, language),
            }
            for code, reason in sorted(check.reasons.items(), key=lambda each: (order.index(each[1].severity), each[0]))
        ],
        "requirements": _requirements(check.control),
        "module": check.module,
    }


def _units(control: str) -> Mapping[str, str | None]:
    if find_spec("styrk.requirements") is None:
        return {}
    from config.catalogue import load_controls

    known = load_controls().get(control)
    return {name: each.unit for name, each in known.parameters.items()} if known else {}


def _requirements(control: str) -> dict[str, list[str]] | None:
    """Requirements that ask for the control, by catalogue; None where the catalogues are not there."""
    if find_spec("styrk.requirements") is None:
        return None
    from styrk.requirements import requirements_by_control

    return requirements_by_control().get(control, {})


def _listing(found: Sequence[ModuleCheck]) -> list[str]:
    lines = []
    for check in found:
        reads = ", ".join(kind_name(kind) for kind in check.reads)
        lines += [paint(check.id, "bold"), *paragraph(check.summary, indent="  ")]
        tests = "" if check.control == check.id else f"tests {check.control}; "
        lines += paragraph(f"{tests}reads {reads}", indent="  ", hanging="    ")
    return [*lines, "", f"{len(found)} checks; `styrk checks ID` shows one"]


def _page(check: Mapping[str, Any]) -> list[str]:
    lines = [paint(check["id"], "bold"), f"  tests the control {check['control']}", ""]
    lines += _prose(check["rule"])
    lines += ["", *paragraph(f"Reads: {', '.join(check['reads'])} (the first gives the subjects)", hanging="  ")]
    lines += ["", "Parameters:" if check["parameters"] else "Parameters: none"]
    rows = [(each["name"], each["unit"] or "-", _shown(each["default"])) for each in check["parameters"]]
    lines += table(rows, ("name", "unit", "default")) if rows else []
    lines += ["", "Reasons:"]
    for reason in check["reasons"]:
        lines += [f"  {reason['code']} ({reason['severity']})", *paragraph(reason["text"], indent="      ")]
        if reason["fix"]:
            lines += paragraph(f"do: {reason['fix']}", indent="      ", hanging="          ")
    return lines + _served(check["requirements"])


def _served(requirements: Mapping[str, Sequence[str]] | None) -> list[str]:
    if requirements is None:
        return []
    if not requirements:
        return ["", "Serves no requirement of the catalogues that come with Styrk."]
    lines = ["", "Serves:"]
    widest = max(columns(name) for name in requirements)
    for name, ids in requirements.items():
        lines += paragraph(f"{len(ids)}: {', '.join(ids)}", indent=f"  {name:<{widest}}  ", hanging=" " * (widest + 4))
    return lines


def _prose(text: str) -> list[str]:
    """A docstring's paragraphs, wrapped; lists keep their lines."""
    lines: list[str] = []
    for block in text.split("\n\n"):
        if lines:
            lines.append("")
        parts: list[str] = []
        for line in block.splitlines():
            if parts and not line.lstrip().startswith(("* ", "- ")):
                parts[-1] += f" {line.strip()}"
            else:
                parts.append(line.strip())
        for part in parts:
            lines += paragraph(part, hanging="  " if part.startswith(("* ", "- ")) else "")
    return lines


def _shown(value: object) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | tuple):
        return ", ".join(map(str, value)) or "(none)"
    return "(none)" if value is None or value == "" else str(value)
