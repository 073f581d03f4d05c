"""A bundle that is not what was sealed, or not by a trusted key, gives its gap and not one record."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from collector.evidence import Gap, GapCause, Population
from collector.evidence_file import canonical, sha256_of
from collector.records.codec import JsonValue
from collector.records.network import Probe
from collector.source import SourceError
from reporters.bundle import statement
from reporters.bundle.archive import LIMITS, Limits, pack
from reporters.bundle.seal import seal
from reporters.bundle.stage import Stage
from styrk.sealed_run import newest, open_sealed_run
from tests.reporters.bundle.made import new_signer, predicate
from tests.styrk.worker import RUN, WORKER, Given, attempt, gathered, made, relaying, trusted

FILE = "data/evidence/probe/probe.jsonl.gz"
INDEX = "data/evidence/index.json"


def refused(path: Path, limits: Limits = LIMITS, **changes: Any) -> Gap:
    """The one gap that came of it."""
    evidence = gathered(path.parent / "main", relaying(path, limits=limits, **changes))
    assert evidence.populations == ()
    (gap,) = evidence.gaps
    assert (gap.kind, gap.source) == ("probe", "worker")
    assert gap.remedy
    return gap


def flip(name: str) -> Callable[[Path], None]:
    def spoil(bundle: Path) -> None:
        data = bytearray((bundle / name).read_bytes())
        data[len(data) // 2] ^= 1
        (bundle / name).write_bytes(data)

    return spoil


def cut(bundle: Path) -> None:
    data = (bundle / FILE).read_bytes()
    (bundle / FILE).write_bytes(data[: len(data) // 2])


def link(name: str) -> Callable[[Path], None]:
    def spoil(bundle: Path) -> None:
        kept = bundle.parent / "elsewhere"
        shutil.move(bundle / name, kept)
        (bundle / name).symlink_to(kept)

    return spoil


def reseal_by_another(bundle: Path) -> None:
    other = made(bundle.parent / "other", signer=new_signer(2))
    shutil.rmtree(bundle)
    other.rename(bundle)


SPOILED: dict[str, Callable[[Path], object]] = {
    "evidence changed": flip(FILE),
    "evidence cut off": cut,
    "evidence removed": lambda bundle: (bundle / FILE).unlink(),
    "evidence added": lambda bundle: (bundle / "data/evidence/probe/host.jsonl.gz").write_bytes(b""),
    "evidence linked": link(FILE),
    "folder linked": link("data/evidence"),
    "index changed": flip(INDEX),
    "index removed": lambda bundle: (bundle / INDEX).unlink(),
    "policy changed": flip("data/policy/settings.json"),
    "statement changed": flip("attestation.dsse.json"),
    "seal changed": flip("tagmanifest-sha256.txt.sig"),
    "seal removed": lambda bundle: (bundle / "tagmanifest-sha256.txt.sig").unlink(),
    "tag manifest removed": lambda bundle: (bundle / "tagmanifest-sha256.txt").unlink(),
    "a pipe": lambda bundle: os.mkfifo(bundle / "data/pipe"),
    "a file outside": lambda bundle: (bundle / "notes.txt").write_text("hello", encoding="ascii"),
    "sealed by another key": reseal_by_another,
    "half copied": lambda bundle: shutil.rmtree(bundle / "data"),
}


@pytest.mark.parametrize("spoil", SPOILED.values(), ids=SPOILED)
@pytest.mark.parametrize("inbox", [False, True], ids=["named", "in the inbox"])
def test_a_spoiled_bundle_gives_a_gap_and_no_record(
    tmp_path: Path, spoil: Callable[[Path], object], *, inbox: bool
) -> None:
    made(tmp_path / "inbox", run="20261119T221500Z")
    bundle = made(tmp_path / "inbox", Given(records={Probe: [attempt(port) for port in range(1, 400)]}))
    spoil(bundle)
    gap = refused(tmp_path / "inbox" if inbox else bundle)
    assert gap.cause is GapCause.DENIED
    assert RUN in gap.detail


def test_another_key_is_told_from_a_changed_bundle(tmp_path: Path) -> None:
    stranger = new_signer(2)
    gap = refused(made(tmp_path / "inbox", signer=stranger))
    assert gap.detail.startswith(f"{RUN} is sealed by a key that is not trusted")
    assert stranger.public_key.fingerprint in gap.detail
    assert "by another road" in gap.remedy


def test_a_key_that_was_not_yet_or_no_longer_valid_is_not_trusted(tmp_path: Path) -> None:
    bundle = made(tmp_path / "inbox")
    signers = tmp_path / "signers"
    signers.write_text(f'worker valid-before="20261101Z" {WORKER.public_key.text}\n', encoding="ascii")
    gap = refused(bundle, trusted_keys=signers)
    assert (gap.cause, "valid until 2026-11-01" in gap.detail) == (GapCause.DENIED, True)


@pytest.mark.parametrize("text", [None, "", "ssh-ed25519 AAAA\n", "\x00\xff"])
def test_without_a_trusted_key_nothing_is_taken(tmp_path: Path, text: str | None) -> None:
    keys = tmp_path / "keys.pub"
    if text is not None:
        keys.write_text(text, encoding="latin-1")
    gap = refused(made(tmp_path / "inbox"), trusted_keys=keys)
    assert (gap.cause, "nobody's seal is trusted" in gap.detail) == (GapCause.DENIED, True)


def test_nothing_there_is_absent(tmp_path: Path) -> None:
    assert refused(tmp_path / "nowhere").cause is GapCause.ABSENT
    (tmp_path / "empty").mkdir()
    (tmp_path / "empty" / ".partial-20261120T221500Z").mkdir()
    gap = refused(tmp_path / "empty")
    assert (gap.cause, "holds no bundle named by its run" in gap.detail) == (GapCause.ABSENT, True)


def test_a_link_in_the_inbox_is_not_followed(tmp_path: Path) -> None:
    bundle = made(tmp_path / "elsewhere")
    (tmp_path / "inbox").mkdir()
    (tmp_path / "inbox" / RUN).symlink_to(bundle)
    assert refused(tmp_path / "inbox").cause is GapCause.DENIED
    (tmp_path / "newest").symlink_to(bundle)
    assert newest(tmp_path / "newest") == bundle  # a link that the settings themselves name


@pytest.mark.parametrize("name", [f"{RUN}/../../outside", "/outside", f"{RUN}/data/CON.", f"{RUN}\\data"])
def test_an_archive_with_names_outside_is_refused(tmp_path: Path, name: str) -> None:
    inbox = tmp_path / "inbox"
    archive = inbox / f"{RUN}.zip"
    pack(made(tmp_path / "made"), _parent(archive))
    with zipfile.ZipFile(archive, "a") as packed:
        packed.writestr(name, b"x" * 100)
    gap = refused(inbox)
    assert (gap.cause, "name that no bundle may hold" in gap.detail) == (GapCause.MALFORMED, True)
    assert not (tmp_path / "outside").exists()


def _parent(archive: Path) -> Path:
    archive.parent.mkdir(parents=True)
    return archive


@pytest.mark.parametrize("keep", [0, 10, 0.5, 0.99])
def test_a_cut_off_archive_is_no_bundle(tmp_path: Path, keep: float) -> None:
    archive = _parent(tmp_path / "inbox" / f"{RUN}.zip")
    pack(made(tmp_path / "made"), archive)
    data = archive.read_bytes()
    archive.write_bytes(data[: int(keep if keep > 1 else keep * len(data))])
    assert refused(archive.parent).cause is GapCause.MALFORMED


def test_an_archive_that_unpacks_to_too_much_is_refused(tmp_path: Path) -> None:
    archive = _parent(tmp_path / "inbox" / f"{RUN}.zip")
    with zipfile.ZipFile(archive, "w", zipfile.ZIP_DEFLATED) as packed, packed.open(f"{RUN}/data/zero", "w") as file:
        for _ in range(100):
            file.write(bytes(1 << 20))
    gap = refused(archive.parent)
    assert (gap.cause, "more than is allowed for its size" in gap.detail) == (GapCause.MALFORMED, True)


def test_a_folder_with_too_much_in_it_is_not_read(tmp_path: Path) -> None:
    bundle = made(tmp_path / "inbox")
    with (bundle / "data" / "huge").open("wb") as file:
        file.truncate(1 << 40)  # a sparse file: to hash it would take an hour
    assert "data/huge is larger than" in refused(bundle).detail
    shutil.rmtree(bundle / "data")
    for number in range(30):
        (bundle / "data" / str(number)).mkdir(parents=True)
    with (
        pytest.raises(SourceError, match="holds more than 10 files"),
        open_sealed_run(bundle, trusted(tmp_path), Limits(files=10)),
    ):
        pass


def sealed_with(folder: Path, data: bytes, count: int, also: str = "") -> Path:
    """A bundle whose worker sealed these bytes as its evidence: the seal holds, the content does not."""
    honest = made(folder / "honest")
    with Stage(folder / "inbox", RUN) as stage:
        shutil.copytree(honest / "data", stage.path / "data")
        (stage.path / FILE).write_bytes(data)
        index = json.loads((stage.path / INDEX).read_bytes())
        index["populations"][0] |= {"count": count, "digest": hashlib.sha256(data).hexdigest()}
        if also:
            (stage.path / FILE).with_name(f"{also}.jsonl.gz").write_bytes(data)
            index["populations"].append(index["populations"][0] | {"kind": also})
        (stage.path / INDEX).write_bytes(canonical(index))
        clock: JsonValue = {"started": "2026-11-20T22:15:00Z", "finished": "2026-11-20T22:18:00Z"}
        seal(stage.path, predicate(RUN, clock=clock), WORKER, {})
        return stage.commit()


LINE = b'{"outcome":"open","port":22,"target":"192.0.2.130","target_zone":"servers","vantage":"w","zone":"clients"}\n'


@pytest.mark.parametrize(
    ("data", "count", "words"),
    [
        (gzip.compress(LINE)[:-12], 1, ""),
        (b"not gzip", 1, ""),
        (gzip.compress(LINE * 3), 2, "says that it has 2 probe, and has 3"),
        (gzip.compress(LINE), 2, "says that it has 2 probe, and has 1"),
        (gzip.compress(LINE + LINE.replace(b'"port"', b'"colour":"red","port"')), 2, "no field colour"),
        (gzip.compress(LINE + LINE.replace(b'"open"', b'"wide"')), 2, "expected one of"),
        (gzip.compress(LINE + b'{"host":"app01"}\n'), 2, "no field host"),
        (gzip.compress(LINE + b"{" * 100_000), 2, ""),
        (gzip.compress(LINE + b"x" * (2 << 20)), 2, "longer than 1048576 bytes"),
        (gzip.compress(LINE + LINE.replace(b'"w"', b'"\\ud800"')), 2, "surrogates not allowed"),
        (gzip.compress(LINE + LINE.replace(b"22", b"9" * 5000)), 2, "integer string conversion"),
    ],
    ids=[
        "cut",
        "no gzip",
        "more",
        "fewer",
        "newer field",
        "unknown word",
        "other kind",
        "deep",
        "long",
        "half a character",
        "many digits",
    ],
)
def test_what_the_worker_itself_sealed_wrongly_is_refused_whole(
    tmp_path: Path, data: bytes, count: int, words: str
) -> None:
    gap = refused(sealed_with(tmp_path, data, count))
    assert gap.cause is GapCause.MALFORMED
    assert words in gap.detail


def test_evidence_that_unpacks_to_too_much_is_refused_before_its_end(tmp_path: Path) -> None:
    bundle = sealed_with(tmp_path, gzip.compress(LINE * 50_000), 50_000)
    gap = refused(bundle, limits=Limits(free=1 << 20, ratio=2))
    assert "unpacks to more than" in gap.detail
    assert "probe.jsonl.gz" not in [path.name for path in (tmp_path / "inbox" / "main").rglob("*")]


def test_the_same_bytes_are_taken_where_they_are_right(tmp_path: Path) -> None:
    bundle = sealed_with(tmp_path, gzip.compress(LINE * 2), 2)
    (found,) = gathered(tmp_path / "main", relaying(bundle)).populations
    assert found.count == 2


def test_a_newer_format_is_unsupported_and_not_broken(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as later:
        later.setattr(statement, "PREDICATE_TYPE", "urn:styrk:run:v2")
        bundle = made(tmp_path / "inbox")
    gap = refused(bundle)
    assert gap.cause is GapCause.UNSUPPORTED
    assert "urn:styrk:run:v2" in gap.detail


def test_kinds_of_a_newer_version_do_not_stand_in_the_way_of_others(tmp_path: Path) -> None:
    bundle = sealed_with(tmp_path, gzip.compress(LINE), 1, also="teleport")
    (found,) = gathered(tmp_path / "main", relaying(bundle)).populations
    assert (found.kind, found.count) == ("probe", 1)
    assert [each.text for each in relaying(bundle).diagnose()][-1] == "not taken, though there: teleport"


def test_a_bundle_that_changes_while_it_is_read_is_read_as_it_was_verified(tmp_path: Path) -> None:
    bundle = made(tmp_path / "inbox")
    with open_sealed_run(bundle, trusted(tmp_path / "k")) as run:
        found = run.entry("probe", "probe")
        assert isinstance(found, Population)
        (bundle / FILE).write_bytes(gzip.compress(LINE * 9))
        assert sha256_of(run.file(found)) == found.digest
    assert not run.folder.exists()


@pytest.mark.parametrize("place", [RUN, f"{RUN}.zip", f"{RUN}/{FILE}"])
@pytest.mark.parametrize("lay", [os.mkfifo, lambda path: path.symlink_to("/dev/zero")], ids=["pipe", "device"])
def test_nothing_without_an_end_is_read(tmp_path: Path, place: str, lay: Callable[[Path], None]) -> None:
    path = tmp_path / "inbox" / place
    if place.endswith(".gz"):
        made(tmp_path / "inbox")
        path.unlink()
    path.parent.mkdir(exist_ok=True)
    lay(path)
    gap = refused(tmp_path / "inbox")
    assert (gap.cause, "no regular file" in gap.detail or "is a link" in gap.detail) == (GapCause.DENIED, True)


@pytest.mark.parametrize("name", ["data/" + "d/" * 119 + "d", "data/å", "data/..."])
def test_names_that_no_bundle_may_hold_are_not_copied(tmp_path: Path, name: str) -> None:
    bundle = made(tmp_path / "inbox")
    (bundle / name).mkdir(parents=True)
    assert refused(bundle).cause is GapCause.DENIED


def test_a_worker_that_tells_without_an_end_of_what_it_lacks_is_refused(tmp_path: Path) -> None:
    """Its words would stand in this run's own index, which has a bound."""
    many = Given(missing={Probe: [f"{number:0>1900}" for number in range(9000)]})
    gap = refused(made(tmp_path / "inbox", many))
    assert (gap.cause, "tells more of how probe was read" in gap.detail) == (GapCause.MALFORMED, True)


@pytest.fixture(scope="module")
def archived(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A bundle as a .zip, and beside it the trusted key; not to be changed."""
    folder = tmp_path_factory.mktemp("archived")
    archive = _parent(folder / "inbox" / f"{RUN}.zip")
    pack(made(folder / "made"), archive)
    return archive


@settings(max_examples=60, deadline=None)
@given(place=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7), cut=st.booleans())
def test_whatever_happens_to_an_archive_on_its_way_nothing_else_is_read(
    archived: Path, tmp_path_factory: pytest.TempPathFactory, place: float, bit: int, *, cut: bool
) -> None:
    folder = tmp_path_factory.mktemp("spoiled")
    data = bytearray(archived.read_bytes())
    at = int(place * len(data))
    if cut:
        del data[at:]
    else:
        data[at] ^= 1 << bit
    _parent(folder / "inbox" / archived.name).write_bytes(data)
    evidence = gathered(folder / "main", relaying(folder / "inbox"))
    if evidence.gaps:
        assert evidence.populations == ()
        assert evidence.gaps[0].cause in {GapCause.DENIED, GapCause.MALFORMED}
    else:  # a bit that says nothing of the content: a member's time or system
        (found,) = evidence.populations
        assert list(found.records) == [attempt(22)]


def test_a_worker_speaks_under_the_id_that_it_was_given_here_and_no_other(tmp_path: Path) -> None:
    others = [Given(id=name) for name in ("declared", "firewall", "lifecycle", "worker-servers")]
    bundle = made(tmp_path / "inbox", Given(), *others)
    evidence = gathered(tmp_path / "main", relaying(bundle))
    assert ([each.source for each in evidence.populations], evidence.gaps) == (["worker"], ())
    assert [path.name for path in (tmp_path / "main" / "evidence").iterdir()] == ["worker"]
    assert [each.count for each in evidence.populations] == [1]
