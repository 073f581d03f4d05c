"""`styrk drill`: restore chosen files to a scratch folder, compare, measure, and throw them away."""

from __future__ import annotations

import argparse
import json
from functools import partial
from pathlib import Path

from collector.backup.drill import Restorer, run_drill
from collector.backup.drill_report import DrillReport
from collector.evidence_file import canonical
from collector.recorder import clean_text
from collector.secrets import resolve
from collector.source import SourceError
from config.loading import load_settings
from config.settings import Settings
from config.sources import BorgSource, Drill, ResticSource
from reporters.bundle.dsse import seal_payload
from styrk import __version__
from styrk.errors import UsageError
from styrk.keys import signer


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk drill backup -c styrk.yaml --out drills\n\n"
        "What is restored stands under `drill` of the source. The repository is only\n"
        "read, and the restored files are deleted again. The report holds hashes, counts\n"
        "and times, and no content; it is signed, and a source of type `drills` reads it\n"
        "in the next scan.\n\n"
        "Exit status: 0 the drill passed, 1 it failed, 3 it could not be made."
    )
    parser.add_argument("source", metavar="SOURCE", help="id of a restic or borg source with `drill` in its settings")
    parser.add_argument("-c", "--config", type=Path, required=True, metavar="FILE", help="settings")
    parser.add_argument("--out", type=Path, default=Path(), metavar="DIR", help="folder for the report (default: here)")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(options: argparse.Namespace) -> int:
    """Do the drill and write its report; returns 0, 1 or 3."""
    settings = load_settings(options.config)
    drill, restorer = _chosen(settings, options.source)
    key, _, _ = signer(settings.output.signing_key)
    try:
        report = run_drill(drill, options.source, restorer)
    except SourceError as error:
        _could_not(error, as_json=options.json)
        return 3
    envelope = seal_payload(key, canonical(report.statement(__version__)))
    path = options.out / f"drill-{options.source}-{report.started:%Y%m%dT%H%M%SZ}.json"
    try:
        options.out.mkdir(parents=True, exist_ok=True)
        path.write_bytes(envelope.encode())
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}", "name another folder with --out") from error
    if options.json:
        print(json.dumps({"report": str(path), **_predicate(report)}))
    else:
        print("\n".join(_lines(report, path)))
    return 0 if report.result == "passed" else 1


def _chosen(settings: Settings, name: str) -> tuple[Drill, Restorer]:
    entry = next((each for each in settings.sources if each.id == name), None)
    if not isinstance(entry, (ResticSource, BorgSource)):
        able = [each.id for each in settings.sources if isinstance(each, (ResticSource, BorgSource))]
        raise UsageError(
            f"no source called {name} can be restored from", f"choose from: {', '.join(able) or 'none of the sources'}"
        )
    if entry.drill is None:
        raise UsageError(
            f"the settings do not say what a drill of {name} restores",
            f"add to {name}: drill: {{paths: [/srv/data], host: app01}}",
        )
    if isinstance(entry, ResticSource):
        from collector.backup.restic_drill import ResticRestorer

        return entry.drill, ResticRestorer(entry, partial(resolve, entry.password))
    from collector.backup.borg_drill import BorgRestorer

    return entry.drill, BorgRestorer(entry, resolve)


def _could_not(error: SourceError, *, as_json: bool) -> None:
    if as_json:
        print(json.dumps({"cause": error.cause.value, "detail": error.detail, "remedy": error.remedy}))
    else:
        print(f"could not be made: {clean_text(error.detail)}")
        if error.remedy:
            print(f"  {error.remedy}")


def _predicate(report: DrillReport) -> dict[str, object]:
    held = report.statement(__version__)["predicate"]
    return dict(held) if isinstance(held, dict) else {}


def _lines(report: DrillReport, path: Path) -> list[str]:
    of = f"{report.host} {report.snapshot} of {report.snapshot_time:%Y-%m-%d %H:%M} UTC"
    figures = f"{report.files} files, {report.size_bytes} bytes in {report.milliseconds} ms"
    canary = {True: "as it was written", False: "NOT as it was written", None: "none asked for"}[report.canary]
    lines = [
        f"{report.result}  {clean_text(of)}",
        f"  restored   {figures} ({report.bytes_per_second} bytes/s)",
        f"  compared   {report.compared} files, {report.differing} differ",
        f"  canary     {canary}",
    ]
    lines += [f"  trouble    {each.value}" for each in report.trouble]
    if report.words:
        lines.append(f"  {clean_text(report.words)}")
    return [*lines, f"report  {path}"]
