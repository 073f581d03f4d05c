"""Reports of backup products, parsed; pure. What each looks like, and where that is known from: the recordings' README.

A restore point is what a product lists as one. A run of a job is no restore point, however well it ended; only the
catalogue of Bareos and Bacula is both, for what stands in it as a backup that ended well is what can be restored.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import datetime
from typing import Literal

from collector.backup.job_line import Context, Line, job_result, moment, size_of
from collector.backup.job_mail import parse_mail
from collector.backup.rsnapshot_log import parse_log
from collector.evidence import GapCause
from collector.records.backup import BackupRun, Snapshot
from collector.register.delimited import delimiter_of
from collector.source import SourceError

HOST_NEEDED = frozenset({"wbadmin", "wbsummary", "rsnapshot"})
"""Formats of one host's own report."""

_VERSION = re.compile(r"(\d{2})/(\d{2})/(\d{4})-(\d{2}):(\d{2})")
_CATALOGUE = {
    "T": "ok",
    "W": "warning",
    "E": "failed",
    "f": "failed",
    "A": "failed",
    "e": "failed",
    "R": "running",
    "C": "running",
}


def _veeam(text: str, context: Context) -> Iterator[Line]:
    """Get-VBRBackupSession or Get-VBRRestorePoint through Export-Csv: a column with a result tells jobs' runs."""
    rows, header = _table(text)
    started = _first(header, "creationtime", "starttime", "creation", "start")
    name = _first(header, "jobname", "backupname", "name", "job")
    what = _first(header, "vmname", "objectname", "object", "vm")
    result = _first(header, "result", "lastresult", "status")
    ended = _first(header, "endtime", "end")
    size = _first(header, "approxsize", "backupsize", "size")
    whole = _first(header, "approxsize")  # the others are what one run wrote: little, where it added to an earlier one
    if started is None or (name is None and what is None):
        raise _wrong("veeam-csv", "JobName or VmName, and CreationTime")
    for number, row in rows:
        job, host = row.get(name or "", ""), row.get(what or "", "")
        begun, trouble = moment(row[started], context)
        if begun is None:
            yield Line(number, trouble=trouble)
        elif result is not None:
            ran = BackupRun(
                job=job or host,
                host=host or None,
                started=begun,
                ended=moment(row.get(ended or "", ""), context)[0],
                result=job_result(row[result]),
                size_bytes=size_of(row.get(size or "", "")),
            )
            yield Line(number, (ran,))
        else:
            broken = row.get(_first(header, "iscorrupted") or "", "").casefold()
            own = row.get(_first(header, "id", "pointid") or "", "")
            point = Snapshot(
                identifier=own or f"{host or job} {begun:%Y%m%d%H%M}",
                time=begun,
                host=host or job,
                job=job or None,
                size_bytes=size_of(row.get(whole or "", "")),
                location=row.get(_first(header, "repositoryname", "repository") or "", "") or None,
                verification="failed" if broken == "true" else None,
            )
            yield Line(number, (point,))


def _dpm(text: str, context: Context) -> Iterator[Line]:
    """Data sources with their newest and oldest recovery points (Get-DPMDatasource through Export-Csv)."""
    rows, header = _table(text)
    host = _first(header, "computer", "computername", "productionservername", "server", "protectedcomputer")
    newest = _first(header, "latestrecoverypoint", "newestrecoverypoint", "lastrecoverypoint", "latestbackup")
    oldest = _first(header, "oldestrecoverypoint", "oldestbackup")
    what = _first(header, "name", "objectname", "datasource", "datasourcename")
    group = _first(header, "protectiongroup", "protectiongroupname")
    if host is None or newest is None:
        raise _wrong("dpm-csv", "Computer and LatestRecoveryPoint")
    for number, row in rows:
        points, trouble = [], ""
        for column in (oldest, newest):
            if column is None or not row[column]:
                continue
            time, said = moment(row[column], context)
            trouble = trouble or said
            if time is not None:
                points.append(
                    Snapshot(
                        identifier=f"{row.get(what or '', '') or row[host]} {time:%Y%m%d%H%M}",
                        time=time,
                        host=row[host].partition(".")[0] if row[host] else "?",
                        paths=(row[what],) if what and row[what] else (),
                        job=row.get(group or "", "") or None,
                    )
                )
        yield Line(number, tuple(dict.fromkeys(points)), trouble)


def _wbadmin(text: str, context: Context) -> Iterator[Line]:
    """`wbadmin get versions`: a version's identifier is its time in UTC, in every language of Windows."""
    if text.strip() and "wbadmin" not in text.casefold() and _VERSION.search(text) is None:
        raise _wrong("wbadmin", "version identifiers")
    for number, line in enumerate(text.splitlines(), start=1):
        if match := _VERSION.search(line):
            month, day, year, hour, minute = match.groups()
            time, trouble = moment(f"{year}-{month}-{day} {hour}:{minute}Z", context)
            points = () if time is None else (Snapshot(identifier=match[0], time=time, host=context.host or "?"),)
            yield Line(f"line {number}", points, trouble)


def _wbsummary(text: str, context: Context) -> Iterator[Line]:
    """`Get-WBSummary`: the last version that can be restored, and how the last run ended."""
    held: dict[str, tuple[int, str]] = {}
    for number, line in enumerate(text.splitlines(), start=1):
        name, colon, value = line.partition(":")
        if colon and name.strip().isalpha():
            held[name.strip().casefold()] = (number, value.strip())
    if "lastsuccessfulbackuptime" not in held and "lastbackuptime" not in held:
        raise _wrong("wbsummary", "LastSuccessfulBackupTime")
    for key in ("lastsuccessfulbackuptime", "lastbackuptime"):
        number, value = held.get(key, (0, ""))
        if not value:
            continue
        time, trouble = moment(value, context)
        records: tuple[Snapshot | BackupRun, ...] = ()
        if time is not None and key == "lastsuccessfulbackuptime":
            label = held.get("lastsuccessfulbackuptargetlabel", (0, ""))[1] or None
            name = f"{time:%m/%d/%Y-%H:%M}"
            records = (Snapshot(identifier=name, time=time, host=context.host or "?", location=label),)
        elif time is not None:
            code = held.get("lastbackupresulthr", (0, ""))[1]
            result: Literal["ok", "failed"] | None = None
            if code:
                result = "ok" if code == "0" else "failed"
            records = (BackupRun(job="Windows Server Backup", host=context.host, started=time, result=result),)
        yield Line(f"line {number}", records, trouble)


def _bareos(text: str, context: Context) -> Iterator[Line]:
    """`list jobs` of Bareos or Bacula: a table of bars; backups (type B) alone are taken."""
    header: list[str] = []
    for number, line in enumerate(text.splitlines(), start=1):
        if not line.startswith("|"):
            continue
        cells = [cell.strip() for cell in line.strip().strip("|").split("|")]
        if not header:
            header = [_plain(cell) for cell in cells]
            if not {"jobid", "name", "starttime", "jobstatus"} <= set(header):
                raise _wrong("bareos", "JobId, Name, StartTime and JobStatus")
            continue
        row = dict(zip(header, cells, strict=False))
        if row.get("type", "B") != "B" or len(cells) < len(header):
            if len(cells) < len(header):
                yield Line(f"line {number}", trouble="the row is cut off")
            continue
        if not row["starttime"]:
            continue  # it never began
        time, trouble = moment(row["starttime"], context)
        yield Line(f"line {number}", () if time is None else _catalogued(row, time), trouble)
    if not header:
        raise _wrong("bareos", "JobId, Name, StartTime and JobStatus")


def _catalogued(row: Mapping[str, str], time: datetime) -> tuple[Snapshot | BackupRun, ...]:
    client = row.get("client") or row["name"]
    host = client.removesuffix("-fd")
    files, size = size_of(row.get("jobfiles", "")), size_of(row.get("jobbytes", ""))
    run = BackupRun(
        job=row["name"],
        host=host,
        started=time,
        result=_CATALOGUE.get(row["jobstatus"]),  # type: ignore[arg-type]  # the words of the field
        files=files,
        size_bytes=size,
    )
    empty = row.get("level") == "F" and files == 0
    if run.result in {"ok", "warning"} and not empty:
        return run, Snapshot(identifier=row["jobid"], time=time, host=host, job=row["name"])
    return (run,)


PARSERS: Mapping[str, Callable[[str, Context], Iterable[Line]]] = {
    "veeam-csv": _veeam,
    "veeam-html": parse_mail,
    "dpm-csv": _dpm,
    "wbadmin": _wbadmin,
    "wbsummary": _wbsummary,
    "bareos": _bareos,
    "rsnapshot": parse_log,
}
"""Format to its parser; each raises SourceError malformed for a text that is no such report."""


def _table(text: str) -> tuple[Iterator[tuple[str, dict[str, str]]], list[str]]:
    """The rows by plain column name, with their places, and the columns; PowerShell's `#TYPE` line is skipped."""
    body = "\n".join(line for line in text.splitlines() if line.strip() and not line.startswith("#TYPE"))
    reader = csv.reader(io.StringIO(body, newline=""), delimiter=delimiter_of(body))
    try:
        header = [_plain(cell) for cell in next(reader, [])]
        rows = [(f"row {number}", cells) for number, cells in enumerate(reader, start=2)]
    except csv.Error as error:
        raise SourceError(GapCause.MALFORMED, f"no CSV: {error}", "export the report again") from error
    padded = ((place, [cell.strip() for cell in cells] + [""] * len(header)) for place, cells in rows)
    return ((place, dict(zip(header, cells, strict=False))) for place, cells in padded), header


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.casefold())


def _first(header: Iterable[str], *names: str) -> str | None:
    """The first of the names that is a column."""
    held = set(header)
    return next((name for name in names if name in held), None)


def _wrong(name: str, columns: str) -> SourceError:
    return SourceError(
        GapCause.MALFORMED,
        f"no report of the format {name}: {columns} are not in it",
        "correct `format`, or map the columns in a register that holds snapshot or backup-run",
    )
