"""Judges systems by every check of backup and joins their chains: `judge_backup.py COUNT`; says how long that took.

The records are made in memory first, and that is not counted: ten restore points and a restore test for each system,
one in ten with a fault.
"""

from __future__ import annotations

import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from assessment.backup_chain import backup_chains
from checks.discovery import discover
from checks.judgement import judge
from collector.records.backup import (
    BackupLocation,
    IntegrityCheck,
    MajorChange,
    ProtectedSystem,
    RestoreTest,
    Snapshot,
)
from tests.checks.made import evidence, seen

NOW = datetime(2026, 11, 21, 8, tzinfo=UTC)
NIGHTS = 10


def main() -> None:
    """Make, judge, and print the seconds."""
    count = int(sys.argv[1])
    systems = [
        ProtectedSystem(
            name=f"System {number}",
            critical=True,
            hosts=(f"host{number}",),
            sites=("A",),
            rpo_hours=26,
            rto_minutes=240,
            retention_days=7,
        )
        for number in range(count)
    ]
    points = [
        Snapshot(
            identifier=f"{number}-{night}",
            time=NOW - timedelta(hours=6 + 24 * night),
            host=f"host{number}",
            size_bytes=1000,
        )
        for number in range(count)
        for night in range(NIGHTS)
        if number % 10 or night != 3
    ]
    tests = [
        RestoreTest(
            system=each.name, date=NOW.date(), result="passed", duration_minutes=60, verified_by_business="owner"
        )
        for each in systems
    ]
    held = evidence(
        seen(ProtectedSystem, *systems, source="register"),
        seen(Snapshot, *points, source="repository"),
        seen(RestoreTest, *tests, source="tests"),
        seen(MajorChange, source="changes"),
        seen(BackupLocation, BackupLocation(repository="repository", site="B", immutable=True), source="places"),
        seen(
            IntegrityCheck,
            IntegrityCheck(repository="repository", date=NOW.date(), result="passed", data_percent=5),
            source="log",
        ),
    )
    checks = [check for check in discover() if ".backup." in getattr(check, "module", "")]
    begun = time.perf_counter()
    findings = [finding for check in checks for finding in judge(check, held, {}, NOW)]
    judged = time.perf_counter() - begun
    chains = backup_chains(held, checks, {}, NOW)
    joined = time.perf_counter() - begun - judged
    broken = sum(1 for chain in chains if any(link.state.value == "no" for link in chain.links))
    if len(chains) != count or broken != len(range(0, count, 10)):
        sys.exit(f"{len(chains)} chains, {broken} broken")
    print(f"{len(findings)} findings on {count} systems in {judged:.3f} s, their chains in {joined:.3f} s")


if __name__ == "__main__":
    main()
