"""`styrk doctor`: can every source be reached, and with which rights; what to do where not."""

from __future__ import annotations

import argparse
import dataclasses
import json
import os
import traceback
from collections.abc import Iterator
from pathlib import Path

from collector.records.kinds import KINDS
from collector.source import Diagnosis, SourceError
from config.loading import load_default_settings, load_settings
from config.settings import Settings
from reporters.bundle.errors import BundleError
from reporters.bundle.keys import load_key
from styrk.errors import UsageError
from styrk.keys import default_key_path
from styrk.sources import configured_sources
from styrk.terminal import clean, paint, paragraph

OWN = "styrk"
"""Heads the lines about this program's own key and folder."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the command's options."""
    parser.epilog = (
        "example: styrk doctor -c styrk.yaml\n\n"
        "Connects as a scan would, reads only, and keeps nothing.\n"
        "Exit status: 0 all is well, 3 something could not be reached or read."
    )
    parser.add_argument("-c", "--config", type=Path, metavar="FILE", help="settings (without: this host)")
    parser.add_argument("--source", action="append", default=[], metavar="ID", help="only this source")
    parser.add_argument("--json", action="store_true", help="print the outcome as JSON")


def run(options: argparse.Namespace) -> int:
    """Diagnose every source; returns 0 or 3."""
    settings = load_settings(options.config) if options.config else load_default_settings()
    chosen = _chosen(settings, tuple(options.source))
    healthy, lines = True, []
    for source, diagnosis in _diagnoses(settings, chosen):
        healthy &= diagnosis.ok
        if options.json:
            lines.append({"source": source, **dataclasses.asdict(diagnosis)})
        else:
            print("\n".join(_as_lines(source, diagnosis)), flush=True)  # a slow source must not hide the quick ones
    if options.json:
        print(json.dumps({"ok": healthy, "diagnoses": lines}))
    else:
        print("\nEverything can be read." if healthy else "\nNot everything can be read; a scan will say so too.")
    return 0 if healthy else 3


def _chosen(settings: Settings, only: tuple[str, ...]) -> tuple[str, ...]:
    known = [source.id for source in (*settings.sources, *settings.registers)]
    unknown = sorted(set(only) - set(known))
    if unknown:
        raise UsageError(f"no source is called {', '.join(unknown)}", f"choose from: {', '.join(sorted(known))}")
    return only or tuple(known)


def _diagnoses(settings: Settings, chosen: tuple[str, ...]) -> Iterator[tuple[str, Diagnosis]]:
    for name in chosen:
        found = False
        for diagnosis in _of_source(settings, name):
            found = True
            yield name, diagnosis
        if not found:
            yield name, Diagnosis(name, ok=True, text="nothing to connect to")
    yield OWN, _signing_key(settings)
    yield OWN, _output(settings.output.directory)


def _of_source(settings: Settings, name: str) -> Iterator[Diagnosis]:
    """One source at a time: settings that cannot work cost the line of their own source only."""
    try:
        for configured, _ in configured_sources(settings, frozenset(KINDS.values()), (name,)):
            if configured.source.id == name:
                yield from configured.source.diagnose()
    except UsageError as error:
        yield Diagnosis(name, ok=False, text=error.message, remedy=error.remedy)
    except SourceError as error:
        yield Diagnosis(name, ok=False, text=f"{error.cause.value}: {error.detail}", remedy=error.remedy)
    except Exception as error:  # noqa: BLE001  # a fault in one source must not hide the others; it is shown
        traceback.print_exc()
        yield Diagnosis(
            name,
            ok=False,
            text=f"the collector failed: {type(error).__name__}: {error}",
            remedy="report this as a fault in Styrk, with the traceback above",
        )


def _signing_key(settings: Settings) -> Diagnosis:
    path = settings.output.signing_key or default_key_path()
    if settings.output.signing_key is None and not path.exists():
        return Diagnosis(str(path), ok=True, text="there is no signing key yet; the first scan makes it")
    try:
        return Diagnosis(str(path), ok=True, text=f"signs as {load_key(path).public_key.fingerprint}")
    except BundleError as error:
        return Diagnosis(str(path), ok=False, text=error.detail, remedy=error.remedy)


def _output(folder: Path) -> Diagnosis:
    there = next(path for path in (folder.absolute(), *folder.absolute().parents) if path.exists())
    if there.is_dir() and os.access(there, os.W_OK | os.X_OK):
        return Diagnosis(str(folder), ok=True, text="bundles can be written")
    return Diagnosis(
        str(folder),
        ok=False,
        text=f"bundles cannot be written: {there} is not writable",
        remedy=f"let this user write in {there}, or name another folder in output.directory",
    )


def _as_lines(source: str, diagnosis: Diagnosis) -> list[str]:
    mark = paint("ok  ", "green") if diagnosis.ok else paint("FAIL", "red")
    target = clean(diagnosis.target)
    where = source if target in ("", source) else f"{source} ({target})"
    lines = paragraph(f"{where}: {diagnosis.text}", indent=" " * 5, hanging=" " * 7)
    lines[0] = f"{mark} {lines[0].lstrip()}"
    if diagnosis.remedy and not diagnosis.ok:
        lines += paragraph(f"do: {diagnosis.remedy}", indent=" " * 7, hanging=" " * 11)
    return lines
