"""The truth set: 30 repositories and job histories with 25 seeded faults, each seen in its link and nowhere else."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import pytest

from assessment.backup_chain import LINKS, Chain, backup_chains
from checks.discovery import discover
from collector.backup.borg import BorgRepository
from collector.backup.drill import run_drill
from collector.backup.drill_reports import DrillFolder
from collector.backup.restic import ResticRepository
from collector.backup.restic_drill import ResticRestorer
from collector.collection import collect
from collector.evidence import EvidenceSet, Obtained, Population
from collector.evidence_file import canonical
from collector.recorder import ConfiguredSource
from collector.records.backup import BackupLocation, IntegrityCheck, MajorChange, ProtectedSystem, RestoreTest
from collector.register.register import RegisterFile
from collector.source import Source
from config.registers import Register
from config.sources import BorgSource, Drill, DrillReports, RepositoryCheck, ResticSource
from tests.checks.made import AS_OF, seen
from tests.servers.backup_estate import CLEAN, FAULTS, PASSWORD, UNREAD, BackupEstate

CHECKS = [check for check in discover() if any(check.id in ids for ids in LINKS.values())]


@pytest.fixture(scope="module")
def estate(tmp_path_factory: pytest.TempPathFactory) -> BackupEstate:
    return BackupEstate(tmp_path_factory.mktemp("backup-estate"))


@pytest.fixture(scope="module")
def hashes(estate: BackupEstate) -> dict[str, str]:
    """Of every repository, before anything read it."""
    return {name: state(path) for name, path in estate.repositories.items()}


@pytest.fixture(scope="module")
def chains(estate: BackupEstate, hashes: dict[str, str]) -> dict[str, Chain]:
    """The chains of a scan of all but the repositories that cannot be read to their end."""
    assert hashes
    return judged(estate, [name for name in (*FAULTS, *CLEAN) if name not in UNREAD], "all")


@pytest.fixture(scope="module")
def chains_of_unread(estate: BackupEstate, hashes: dict[str, str]) -> dict[str, Chain]:
    """The chains of a scan of those and of the sound ones."""
    assert hashes
    return judged(estate, [*UNREAD, *CLEAN], "unread")


def state(folder: Path) -> str:
    """One hash over all files of a repository, with their names."""
    digest = hashlib.sha256()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            digest.update(f"{path.relative_to(folder)} {hashlib.sha256(path.read_bytes()).hexdigest()}\n".encode())
    return digest.hexdigest()


def judged(estate: BackupEstate, names: list[str], run: str) -> dict[str, Chain]:
    drills = estate.folder / f"drills-{run}"
    drills.mkdir()
    for name in ("canary", "sound-1"):
        if name in names:
            drill(estate, name, drills)
    configured = [
        ConfiguredSource(source, source.provides, obtained) for source, obtained in sources(estate, names, drills)
    ]
    read = collect(sorted(configured, key=lambda each: each.source.id), estate.folder / f"run-{run}", "test")
    held: list[Population[Any]] = [
        seen(ProtectedSystem, *(each for each in estate.systems() if each.name in names), source="register"),
        seen(BackupLocation, *estate.locations(), source="places"),
        seen(RestoreTest, *estate.tests(), source="tests"),
        seen(IntegrityCheck, *estate.checks(), source="checks"),
        seen(MajorChange, *estate.changes(), source="changes"),
    ]
    evidence = EvidenceSet((*read.populations, *held), read.gaps)
    return {chain.system: chain for chain in backup_chains(evidence, CHECKS, {}, AS_OF)}


def drill(estate: BackupEstate, name: str, folder: Path) -> None:
    """A real drill; the canary of one is not what the settings say."""
    restorer = ResticRestorer(restic(estate, name), lambda: PASSWORD)
    canary = estate.content / "canary.txt"
    right = hashlib.sha256("kanariefågel\n".encode()).hexdigest()
    settings = Drill(
        paths=(str(estate.content),),
        canary=str(canary),
        canary_sha256="0" * 64 if name == "canary" else right,
        system=name,
        scratch=estate.folder,
    )
    report = run_drill(settings, name, restorer, now=lambda: AS_OF)
    assert report.canary is (name != "canary")
    (folder / f"{name}.json").write_bytes(canonical(report.statement("test")))


def restic(estate: BackupEstate, name: str) -> ResticSource:
    check = None if name == "never-checked" else RepositoryCheck(data_percent=100)
    return ResticSource(
        id=name, type="restic", repository=str(estate.repositories[name]), password="env:X", check=check
    )


def password_of(name: str) -> Callable[[], str]:
    password = "fel" if name == "wrong-password" else PASSWORD
    return lambda: password


def sources(estate: BackupEstate, names: Iterable[str], drills: Path) -> list[tuple[Source, Obtained]]:
    made: list[tuple[Source, Obtained]] = []
    for name in names:
        if name in estate.reports:
            points = {"identifier": "Nr", "time": "Tid", "host": "Objekt", "size_bytes": "Storlek"}
            register = Register(id=name, holds="snapshot", file=estate.reports[name], columns=points)
            made.append((RegisterFile(register), Obtained.PROVIDED))
        elif name == "sound-borg":
            settings = BorgSource(
                id=name, type="borg", repository=str(estate.repositories[name]), passphrase="env:X", check=True
            )
            made.append((BorgRepository(settings, lambda _: PASSWORD, now=lambda: AS_OF), Obtained.OBSERVED))
        else:
            made.append(
                (ResticRepository(restic(estate, name), password_of(name), now=lambda: AS_OF), Obtained.OBSERVED)
            )
    columns = {"job": "Jobb", "started": "Start", "host": "Objekt", "result": "Resultat"}
    log = Register(id="runs", holds="backup-run", file=estate.runs, columns=columns)
    made.append((RegisterFile(log), Obtained.PROVIDED))
    made.append((DrillFolder(DrillReports(id="drills", type="drills", folder=drills)), Obtained.PROVIDED))
    return made


def test_there_are_thirty_with_at_least_twenty_faults() -> None:
    assert len(FAULTS) + len(CLEAN) == 30
    assert len(FAULTS) >= 20
    assert {fault.link for fault in FAULTS.values()} == set(LINKS)


@pytest.mark.parametrize("name", FAULTS)
def test_each_fault_lands_in_its_link_and_breaks_no_other(
    name: str, chains: dict[str, Chain], chains_of_unread: dict[str, Chain]
) -> None:
    fault, chain = FAULTS[name], (chains_of_unread if name in UNREAD else chains)[name]
    shown = {link.link: (link.state.value, link.reason) for link in chain.links}
    assert shown[fault.link] == ("unknown" if fault.unknown else "no", fault.reason)
    assert {link for link, (state, _) in shown.items() if state == "no"} == (set() if fault.unknown else {fault.link})
    assert chain.weakest == fault.link


@pytest.mark.parametrize("name", CLEAN)
def test_no_sound_system_is_touched(name: str, chains: dict[str, Chain], chains_of_unread: dict[str, Chain]) -> None:
    for found in (chains, chains_of_unread):
        assert not {link.link: link.reason for link in found[name].links if link.state.value != "yes"}


def test_no_repository_was_changed_by_scans_and_drills(
    estate: BackupEstate, hashes: dict[str, str], chains: dict[str, Chain], chains_of_unread: dict[str, Chain]
) -> None:
    assert chains
    assert chains_of_unread
    assert {name: state(path) for name, path in estate.repositories.items()} == hashes
