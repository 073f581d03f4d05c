"""One supplier, seven municipalities: read once, sealed apart, and not one byte of the others in anyone's bundle."""

from __future__ import annotations

import gzip
import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey

from collector.evidence import EvidenceSet, Gap, GapCause, Obtained, Provenance, Relay, population_of
from collector.records.host import TimeSync
from collector.records.identity import Account, Employment
from collector.records.record import Record
from config.loading import load_settings
from config.problems import SettingsError
from config.settings import Settings
from reporters.bundle.keys import FileSigner
from reporters.bundle.reader import Bundle
from styrk.errors import UsageError
from styrk.owners import OwnersResult, scan_for_owners
from styrk.ownership import ANYONES_ROW, LEFT_OUT, divide, owners_of
from styrk.reperform import reperform
from styrk.scan import ScanRequest
from styrk.sources import Built, scanned_sources
from tests.styrk.statements_estate import Generated

AS_OF = datetime(2026, 10, 1, 3, 0, tzinfo=UTC)
NAMES = ("Vikby", "Norrtorp", "Söderås", "Östmark", "Granholm", "Lillsjö", "Ale")
"""Seven made-up municipalities; one with a name that stands within ordinary words."""
IDS = ("vikby", "norrtorp", "soderas", "ostmark", "granholm", "lillsjo", "ale-kommun")


def settings_text(extra: str = "") -> str:
    owners = "".join(
        f"  - {{id: {key}, name: {name} kommun, sources: [personal-{key}], hosts: [{key}-app],\n"
        f'     systems: ["Lön {name}"], subjects: ["*@{key}.example.test"], names: [{name}]}}\n'
        for key, name in zip(IDS, NAMES, strict=True)
    )
    registers = "".join(
        f"  - {{id: personal-{key}, holds: employment, file: personal-{key}.csv, group: employee,\n"
        "     columns: {person_key: Nr, unit: Enhet}}\n"
        for key in IDS
    )
    return (
        "organisation: {name: Driftbolaget}\nsources:\n"
        '  - {id: ad, type: ldap, dialect: active-directory, host: dc1.example.test, base: "DC=drift,DC=test",\n'
        "     tls: {mode: ldaps}, bind: {method: anonymous}}\n"
        '  - {id: servers, type: restic, repository: /generated/servers, password: "env:X"}\n'
        f"registers:\n{registers}"
        "  - {id: systems, holds: protected-system, file: systems.csv, columns: {name: System, hosts: Servrar}}\n"
        f"catalogues: [own.yaml]\nowners:\n{owners}{extra}"
    )


CATALOGUE = """\
id: own
title: Egna krav
kind: own
requirements:
  - {id: E-1, section: "1", kind: demand, title: Konton, controls: [{id: accounts-stale}]}
  - {id: E-2, section: "2", kind: demand, title: Tid, controls: [{id: time-sync-offset}]}
  - {id: E-3, section: "3", kind: demand, title: Återläsning, controls: [{id: restore-test-annual}]}
  - {id: E-4, section: "4", kind: demand, title: Slutat, controls: [{id: accounts-after-employment-end}]}
"""


def estate(folder: Path, extra: str = "") -> Settings:
    folder.mkdir(parents=True, exist_ok=True)
    for key, name in zip(IDS, NAMES, strict=True):
        (folder / f"personal-{key}.csv").write_text(f"Nr;Enhet\n{key}-1;{name} skola\n", encoding="utf-8")
    rows = "".join(f"Lön {name};{key}-app\n" for key, name in zip(IDS, NAMES, strict=True))
    (folder / "systems.csv").write_text(f"System;Servrar\n{rows}Gemensamt;shared-app\n", encoding="utf-8")
    (folder / "own.yaml").write_text(CATALOGUE, encoding="utf-8")
    path = folder / "styrk.yaml"
    path.write_text(settings_text(extra), encoding="utf-8")
    return load_settings(path)


def records() -> dict[str, list[Record]]:
    accounts: list[Record] = [
        Account(
            name=f"user{number}@{key}.example.test",
            person_key=f"{name} {number}",
            enabled=True,
            last_used=AS_OF - timedelta(days=200 if number == 0 else 1),
            last_used_lag_days=0,
        )
        for key, name in zip(IDS, NAMES, strict=True)
        for number in range(5)
    ]
    accounts.append(Account(name="service", enabled=True, last_used=AS_OF))
    accounts.append(Account(name=f"both@{IDS[0]}.example.test", person_key=f"{NAMES[1]} gäst", enabled=True))
    clocks: list[Record] = [TimeSync(host=f"{key}-app", offset_us=5_000_000, stratum=3) for key in IDS]
    return {"ad": accounts, "servers": [*clocks, TimeSync(host="shared-app", offset_us=0, stratum=3)]}


def scanned(folder: Path, extra: str = "", only: tuple[str, ...] = ()) -> OwnersResult:
    held = records()

    def opened(settings: Settings, wanted: frozenset[type[Record]], only: tuple[str, ...]) -> tuple[Built, ...]:
        registers = [built for built in scanned_sources(settings, wanted, only) if built[0].source.id not in held]
        given = [
            Generated("ad", held["ad"], (Account,)),
            Generated("servers", held["servers"], (TimeSync,)),
        ]
        template = registers[0][0]
        made = [(replace(template, source=each, wanted=each.provides & wanted), "ldap") for each in given]
        return tuple(sorted([*registers, *made], key=lambda built: built[0].source.id))

    settings = estate(folder, extra)
    request = ScanRequest(settings, folder / "out", only, now=lambda: AS_OF, open_sources=opened)
    return scan_for_owners(request, FileSigner(Ed25519PrivateKey.generate()))


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> OwnersResult:
    return scanned(tmp_path_factory.mktemp("owners"))


def every_byte(bundle: Path) -> Iterator[tuple[str, str]]:
    """Each file, unpacked, and each name of a file."""
    for path in sorted(bundle.rglob("*")):
        yield path.name, path.name
        if path.is_file():
            data = path.read_bytes()
            yield path.name, (gzip.decompress(data) if path.suffix == ".gz" else data).decode("utf-8", "replace")


def test_nothing_of_the_others_is_in_anyones_bundle(made: OwnersResult) -> None:
    assert [name for name, _ in made.results] == list(IDS)
    for key, result in made.results:
        others = [word for word in (*IDS, *NAMES) if word.casefold() not in {key, NAMES[IDS.index(key)].casefold()}]
        words = re.compile(rf"(?<![^\W_])({'|'.join(map(re.escape, others))})(?![^\W_])", re.IGNORECASE)
        for name, text in every_byte(result.bundle):
            assert not words.search(text), (key, name)


def test_everyone_has_its_own_and_what_is_wrong_there(made: OwnersResult) -> None:
    for key, result in made.results:
        name = NAMES[IDS.index(key)]
        found = {finding.control: finding for _, finding in result.results.findings}
        assert [each.subject for each in found["accounts-stale"].exceptions] == [f"user0@{key}.example.test"]
        assert [each.subject for each in found["time-sync-offset"].exceptions] == [f"{key}-app"]
        assert [each.subject for each in found["restore-test-annual"].undetermined] == [f"Lön {name}"]
        run = json.loads((result.bundle / "data/policy/run.json").read_text(encoding="utf-8"))
        assert run["organisation"]["name"] == f"{name} kommun"
        assert {"ad", f"personal-{key}"} <= {each["id"] for each in run["sources"]}


def test_what_names_two_owners_is_in_neither_bundle_and_is_told(made: OwnersResult) -> None:
    first = dict(made.results)[IDS[0]]
    index = json.loads((first.bundle / "data/evidence/index.json").read_text(encoding="utf-8"))
    (accounts,) = (each for each in index["populations"] if (each["source"], each["kind"]) == ("ad", "account"))
    assert accounts["count"] == 5
    assert [gap["subject"] for gap in accounts["missing"]] == ["shared records"]


def test_what_is_nobodys_is_in_no_bundle_and_is_counted(made: OwnersResult) -> None:
    assert made.nobodys == {("ad", "account"): 1, ("servers", "time-sync"): 1, ("systems", "protected-system"): 1}


def test_each_bundle_is_whole_and_reruns_alone(made: OwnersResult) -> None:
    for _, result in made.results:
        assert reperform(result.bundle).identical


def test_a_word_that_cannot_be_kept_out_seals_nothing(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="would tell of another owner: «uppfylld»"):
        scanned(tmp_path, "  - {id: odd, name: Udda, hosts: [odd-app], names: [uppfylld]}\n")
    assert not [path for path in (tmp_path / "out").rglob("*") if path.name == "bagit.txt"]
    assert not list((tmp_path / "out").glob(".partial-*"))


@pytest.mark.parametrize(
    ("extra", "message"),
    [
        ("  - {id: odd, name: Udda}\n", "owners.7: nothing belongs to this owner"),
        ("  - {id: odd, name: Udda, sources: [personal-vikby]}\n", "personal-vikby is the own source of vikby already"),
        ("  - {id: odd, name: Udda, sources: [nix]}\n", "there is no source nix"),
        ("  - {id: vikby, name: Udda, hosts: [x]}\n", "vikby is used twice"),
    ],
)
def test_mistakes_in_the_settings_have_their_place(extra: str, message: str, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match=re.escape(message)):
        estate(tmp_path, extra)


def test_a_workers_bundle_of_one_owner_is_not_told_to_another(tmp_path: Path) -> None:
    vikby, norrtorp, *_ = owners_of(estate(tmp_path / "estate").owners)
    relay = Relay("ab" * 32, "20260930T010000Z", "probe", "Vikby kommun", "SHA256:x", AS_OF, AS_OF)
    provenance = Provenance((), "", AS_OF, AS_OF, Obtained.OBSERVED, "own", "0", relayed=(relay,))
    account = Account(name="anna@norrtorp.example.test")
    held = EvidenceSet((population_of(Account, [account], source="worker", provenance=provenance),))
    (theirs,) = divide(held, norrtorp, [vikby], tmp_path / "norrtorp").evidence.populations
    assert theirs.provenance.relayed == (replace(relay, organisation=LEFT_OUT),)


def test_what_stands_in_a_row_that_cannot_be_read_is_told_to_nobody(tmp_path: Path) -> None:
    vikby, norrtorp, *_ = owners_of(estate(tmp_path / "estate").owners)
    method = (
        "read systems.csv sha256 ab modified 2026-09-30T01:00:00Z",
        "read systems.csv: stated by Bo Ek on 2026-09-01: row 3",
        "read systems.csv: 0 blank rows skipped; rows with the same content: 3 and 9",
    )
    provenance = Provenance(method, "", AS_OF, AS_OF, Obtained.PROVIDED, "own", "0")
    gap = Gap("account", "ad", GapCause.MALFORMED, "row 4, column RPO: 'Bo Eks nyckel': not a number", subject="row 4")
    account = Account(name="anna@vikby.example.test")
    held = replace(population_of(Account, [account], source="ad", provenance=provenance), missing=(gap,))
    evidence = EvidenceSet((held,), (replace(gap, provenance=provenance),))
    share = divide(evidence, vikby, [norrtorp], tmp_path / "vikby").evidence
    (mine,) = share.populations
    assert [each.detail for each in (*mine.missing, *share.gaps)] == [ANYONES_ROW] * 2
    assert not mine.complete
    assert mine.provenance.method == method[:1]
    assert "Bo Ek" not in repr(share.gaps)


def test_what_an_owner_hands_over_itself_is_told_to_it_whole(tmp_path: Path) -> None:
    vikby, norrtorp, *_ = owners_of(estate(tmp_path / "estate").owners)
    provenance = Provenance((), "", AS_OF, AS_OF, Obtained.PROVIDED, "own", "0")
    gap = Gap("employment", "personal-vikby", GapCause.MALFORMED, "row 4, column Från: no such day", subject="row 4")
    held = replace(population_of(Employment, [], source="personal-vikby", provenance=provenance), missing=(gap,))
    (mine,) = divide(EvidenceSet((held,)), vikby, [norrtorp], tmp_path / "vikby").evidence.populations
    assert mine.missing == (gap,)
    assert not divide(EvidenceSet((held,)), norrtorp, [vikby], tmp_path / "norrtorp").evidence.populations


def test_a_name_in_two_parts_is_the_same_name(tmp_path: Path) -> None:
    vikby, *_ = owners_of(estate(tmp_path / "estate").owners)
    assert vikby.names_another("So\u0308dera\u030as kommun") == "söderås kommun"


def test_a_source_of_another_owners_that_was_asked_for_is_not_named(tmp_path: Path) -> None:
    result = scanned(tmp_path, only=("ad", "systems", "personal-vikby", "personal-norrtorp"))
    for key, made in result.results:
        run = json.loads((made.bundle / "data/policy/run.json").read_text(encoding="utf-8"))
        own = [f"personal-{key}"] if key in {"vikby", "norrtorp"} else []
        assert run["only_sources"] == ["ad", "systems", *own]
        assert Bundle(made.bundle).statement().predicate["only_sources"] == run["only_sources"]
