"""`styrk scan`: read the sources, judge, and seal a bundle."""

from __future__ import annotations

import argparse
import json
import re
import socket
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from checks.finding import Finding, Severity, Status
from config.loading import load_default_settings, load_settings
from config.settings import Settings
from styrk.keys import public_key_path, signer
from styrk.owners import OwnersResult, scan_for_owners
from styrk.scan import ScanRequest, ScanResult, exit_status, scan
from styrk.terminal import clean, own_name, paint, paragraph, shortened

_ROW = re.compile(r"row \d+")
SHOWN = 10
"""Exceptions that the terminal names; the report names all."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = "example: styrk scan -c styrk.yaml --out /var/lib/styrk"
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="settings (without: this host)")
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for bundles (default: output.directory)")
    parser.add_argument("--source", action="append", default=[], metavar="ID", help="only this source")
    parser.add_argument("--control", action="append", default=[], metavar="ID", help="only this control")
    parser.add_argument("--key", type=Path, metavar="FILE", help="signing key (default: the one of `styrk init`)")
    shape = parser.add_mutually_exclusive_group()
    shape.add_argument("--json", action="store_true", help="print the outcome as JSON")
    shape.add_argument("--log", action="store_true", help="one line per event on standard error, for a service")


def run(options: argparse.Namespace) -> int:
    """Scan; returns 0, 1 or 3 when a bundle was sealed."""
    settings = load_settings(options.config) if options.config else this_host()
    key, path, made = signer(options.key or settings.output.signing_key)
    if made:
        print(f"made the signing key {path}; hand {public_key_path(path)} to those who verify", file=sys.stderr)
    request = ScanRequest(
        settings=settings,
        out=options.out or settings.output.directory,
        only_sources=tuple(options.source),
        only_controls=tuple(options.control),
        report=_log if options.log else _progress,
    )
    if settings.owners:
        return _for_owners(scan_for_owners(request, key), options)
    result = scan(request, key)
    findings = [finding for _, finding in result.results.findings]
    status = exit_status(findings)
    if options.log:
        for line in _as_log(result, findings, status):
            _log(line)
    else:
        print(_as_json(result, status) if options.json else _as_text(result, findings))
    return status


def _for_owners(made: OwnersResult, options: argparse.Namespace) -> int:
    """Tell of each owner's bundle, and of what is in none; the worst of their statuses."""
    statuses = {name: exit_status(finding for _, finding in result.results.findings) for name, result in made.results}
    nobodys = [f"{count} of {kind} from {source}" for (source, kind), count in sorted(made.nobodys.items())]
    if options.json:
        owners = {name: json.loads(_as_json(result, statuses[name])) for name, result in made.results}
        print(json.dumps({"owners": owners, "nobodys": nobodys, "exit_status": _worst(statuses.values())}))
        return _worst(statuses.values())
    left = f"in no bundle, for no owner's selection names them: {', '.join(nobodys)}"
    if options.log:
        for name, result in made.results:
            _log(f"{name}: sealed {result.bundle}, identity {result.identity}, status {statuses[name]}")
        if nobodys:
            _log(left)
        return _worst(statuses.values())
    for name, result in made.results:
        findings = [finding for _, finding in result.results.findings]
        print("\n".join([paint(name, "bold"), *(f"  {line}" for line in (_sums(findings), *_sealed(result))), ""]))
    if nobodys:
        print("\n".join(paragraph(left)))
    return _worst(statuses.values())


def _worst(statuses: Iterable[int]) -> int:
    """Exceptions first, then what could not be determined."""
    return max(statuses, key=(0, 3, 1).index)


def this_host() -> Settings:
    """The embedded settings, named after the host that they read."""
    settings = load_default_settings()
    organisation = settings.organisation.model_copy(update={"name": socket.gethostname()})
    return settings.model_copy(update={"organisation": organisation})


def _progress(text: str) -> None:
    if sys.stderr.isatty():
        print(f"  {text}", file=sys.stderr)


def _log(text: str) -> None:
    print(f"styrk: {clean(text)}", file=sys.stderr, flush=True)


def _as_log(result: ScanResult, findings: Sequence[Finding], status: int) -> Iterator[str]:
    """The outcome in lines that hold no names of people: those stay in the bundle."""
    rows: dict[tuple[str, str], int] = {}
    for gap in dict.fromkeys(gap for finding in findings for gap in finding.gaps):
        if gap.subject is not None and _ROW.fullmatch(gap.subject):  # its detail has what stands in the cell
            rows[gap.source, gap.kind] = rows.get((gap.source, gap.kind), 0) + 1
            continue
        where = f"{gap.source}{f' ({gap.subject})' if gap.subject else ''}"
        yield f"not obtained: {where}, {gap.kind}: {gap.cause.value}, {gap.detail}"
    for (source, kind), count in rows.items():
        yield f"not obtained: {source}, {kind}: {count} rows cannot be read; the report names each"
    yield _sums(findings)
    yield f"sealed {result.bundle}, identity {result.identity}, status {status}"


def _sums(findings: Sequence[Finding]) -> str:
    exceptions = sum(each.waiver is None for finding in findings for each in finding.exceptions)
    unknown = sum(len(finding.undetermined) for finding in findings)
    return f"{exceptions} exceptions, {unknown} verdicts not determined"


def _sealed(result: ScanResult) -> list[str]:
    return [f"bundle    {result.bundle}", f"identity  {result.identity}"]


def _as_json(result: ScanResult, status: int) -> str:
    return json.dumps(
        {
            "bundle": str(result.bundle),
            "identity": result.identity,
            "signer": result.signer.fingerprint,
            "reports": [str(path) for path in result.reports],
            "findings": _counts([finding for _, finding in result.results.findings]),
            "exit_status": status,
        }
    )


def _counts(findings: Sequence[Finding]) -> dict[str, int]:
    return {status.value: sum(finding.status is status for finding in findings) for status in Status}


def _as_text(result: ScanResult, findings: Sequence[Finding]) -> str:
    lines = [*_exceptions(findings), *_open(findings), *_coverage(result)]
    lines += [
        "",
        *_sealed(result),
        f"signed by {result.signer.fingerprint}",
        *(f"report    {path}" for path in result.reports),
        "",
        f"check it: {own_name()} verify {result.bundle}",
    ]
    return "\n".join(lines)


def _exceptions(findings: Sequence[Finding]) -> list[str]:
    found = [(each, finding) for finding in findings for each in finding.exceptions if each.waiver is None]
    found.sort(key=lambda pair: (list(Severity).index(pair[0].severity), pair[1].control, pair[0].subject))
    if not found:
        return ["No exceptions were found in what could be determined."]
    lines = [f"{len(found)} exceptions, the most urgent first:"]
    for each, finding in found[:SHOWN]:
        subject = shortened(each.subject, 34)
        lines.append(f"  {each.severity.value:<7} {subject:<34}  {shortened(f'{finding.control}: {each.reason}', 35)}")
    if len(found) > SHOWN:
        lines.append(f"  ... and {len(found) - SHOWN} more, all in the report")
    return lines


def _open(findings: Sequence[Finding]) -> list[str]:
    gaps = dict.fromkeys(gap for finding in findings for gap in finding.gaps)
    unknown = sum(len(finding.undetermined) for finding in findings)
    lines = ["", f"{unknown} verdicts could not be determined; {len(gaps)} pieces of evidence were not obtained"]
    for gap in list(gaps)[:SHOWN]:
        where = f"{gap.source}{f' ({gap.subject})' if gap.subject else ''}"
        lines += paragraph(f"{where}, {gap.kind}: {gap.cause.value}, {gap.detail}", indent="  ", hanging="    ")
    if len(gaps) > SHOWN:
        lines.append(f"  ... and {len(gaps) - SHOWN} more, all in the report")
    return lines


def _coverage(result: ScanResult) -> list[str]:
    coverage = result.results.coverage
    return [
        "",
        f"{coverage.requirements_with_evidence} of {coverage.requirements} requirements have evidence,",
        f"{coverage.requirements_determined} are determined;",
        f"{coverage.controls_with_check} of the {coverage.controls} controls that they ask for have a check",
    ]
