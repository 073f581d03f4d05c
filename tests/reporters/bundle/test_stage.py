"""A bundle has its final name only when it is whole, whatever happens while it is written."""

from __future__ import annotations

import gc
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from reporters.bundle.errors import BundleError
from reporters.bundle.keys import FileSigner, Signer, load_key
from reporters.bundle.seal import seal
from reporters.bundle.stage import Stage
from reporters.bundle.trust import TrustedKey
from reporters.bundle.verify import Overall, verify
from tests.reporters.bundle.made import BAG_INFO, fill, make_bundle, predicate

ROOT = Path(__file__).resolve().parents[3]
RUN = "20261120T221500Z"

# Writes a bundle, and is killed at the n-th change of the file system that it makes below the folder.
KILLED_AT = """
import os, signal, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from reporters.bundle.keys import load_key
from tests.reporters.bundle.made import make_bundle

out, key, kill_at = Path(sys.argv[2]), load_key(Path(sys.argv[3])), int(sys.argv[4])
changes = 0

def count(event, arguments):
    global changes
    if event not in {"open", "os.mkdir", "os.rename", "os.remove", "os.rmdir", "shutil.rmtree", "fcntl.flock"}:
        return
    if event == "open" and not (isinstance(arguments[2], int) and arguments[2] & os.O_CREAT):
        return
    if event != "fcntl.flock" and not str(arguments[0]).startswith(str(out)):
        return
    changes += 1
    if changes == kill_at:
        os.kill(os.getpid(), signal.SIGKILL)

sys.addaudithook(count)
print("ready", flush=True)
print(make_bundle(out, key))
"""


def write_killed_at(number: int, out: Path, key_file: Path) -> int:
    command = [sys.executable, "-c", KILLED_AT, str(ROOT), str(out), str(key_file), str(number)]
    return subprocess.run(command, check=False, capture_output=True, timeout=150).returncode


def assert_only_whole_bundles(out: Path, trust: tuple[TrustedKey, ...]) -> None:
    """Whatever does not begin with a dot is a bundle that verifies."""
    for path in out.iterdir() if out.exists() else ():
        assert path.name.startswith(".partial-") or verify(path, trust).overall is Overall.OK, path


def test_killed_at_every_change_it_makes(
    tmp_path: Path, key_file: Path, signer: Signer, trust: tuple[TrustedKey, ...]
) -> None:
    killed = 0
    leftovers: list[Path] = []
    for number in range(1, 200):
        out = tmp_path / str(number)
        status = write_killed_at(number, out, key_file)
        assert_only_whole_bundles(out, trust)
        if status == 0:
            break
        assert status == -signal.SIGKILL
        killed += 1
        with Stage(out, "next", on_leftover=leftovers.append):
            assert [path.name for path in out.iterdir() if path.name.startswith(f".partial-{RUN}")] == []
    else:
        pytest.fail("never ended")
    assert killed > 20
    assert 15 < len(leftovers) < killed


def test_killed_at_any_moment(tmp_path: Path, key_file: Path, trust: tuple[TrustedKey, ...]) -> None:
    for attempt in range(12):
        out = tmp_path / str(attempt)
        command = [sys.executable, "-c", KILLED_AT, str(ROOT), str(out), str(key_file), "0"]
        with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
            assert process.stdout is not None
            assert process.stdout.readline() == b"ready\n"
            time.sleep(attempt * 0.004)
            process.kill()
        assert_only_whole_bundles(out, trust)


@pytest.mark.parametrize("error", [KeyboardInterrupt(), SystemExit(143), ValueError("x"), OSError(5, "input/output")])
def test_leaving_by_an_error_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    out = tmp_path / "out"

    def scan() -> None:
        with Stage(out, RUN) as stage:
            fill(stage.path)
            raise error

    with pytest.raises(type(error)):
        scan()

    assert list(out.iterdir()) == []


def test_leaving_without_a_commit_leaves_nothing(tmp_path: Path) -> None:
    with Stage(tmp_path, RUN) as stage:
        fill(stage.path)

    assert list(tmp_path.iterdir()) == []


def test_the_final_name_is_the_only_thing_left(tmp_path: Path, signer: Signer) -> None:
    path = make_bundle(tmp_path, signer)

    assert list(tmp_path.iterdir()) == [path] == [tmp_path / RUN]
    assert stat.S_IMODE(path.stat().st_mode) == 0o700


def test_only_a_sealed_folder_gets_its_final_name(tmp_path: Path) -> None:
    with Stage(tmp_path, RUN) as stage:
        fill(stage.path)
        with pytest.raises(BundleError, match="not sealed"):
            stage.commit()

    assert list(tmp_path.iterdir()) == []


def test_an_existing_bundle_is_not_overwritten(tmp_path: Path, signer: Signer) -> None:
    path = make_bundle(tmp_path, signer)
    before = (path / "tagmanifest-sha256.txt").read_bytes()

    with pytest.raises(BundleError, match="exists and is not overwritten"), Stage(tmp_path, RUN):
        pytest.fail("entered")

    assert (path / "tagmanifest-sha256.txt").read_bytes() == before
    assert list(tmp_path.iterdir()) == [path]


def test_a_name_taken_meanwhile_is_not_overwritten(tmp_path: Path, signer: Signer) -> None:
    with Stage(tmp_path, RUN) as stage:
        fill(stage.path)
        seal(stage.path, predicate(), signer, BAG_INFO)
        (tmp_path / RUN).mkdir()
        with pytest.raises(BundleError, match="exists and is not overwritten"):
            stage.commit()

    assert [path.name for path in tmp_path.iterdir()] == [RUN]
    assert list((tmp_path / RUN).iterdir()) == []


def test_a_living_run_is_left_alone(tmp_path: Path, signer: Signer) -> None:
    leftovers: list[Path] = []
    with Stage(tmp_path, "one") as one:
        fill(one.path)
        with Stage(tmp_path, "two", on_leftover=leftovers.append) as two:
            fill(two.path)
        with pytest.raises(BundleError, match="another run is writing one"), Stage(tmp_path, "one"):
            pytest.fail("entered")
        seal(one.path, predicate("one"), signer, BAG_INFO)
        one.commit()

    assert leftovers == []
    assert [path.name for path in tmp_path.iterdir()] == ["one"]


@pytest.mark.parametrize("name", ["", "..", "a/b", ".hidden", "å", "x" * 101, "a\n"])
def test_a_name_that_no_bundle_may_have(tmp_path: Path, name: str) -> None:
    with pytest.raises(BundleError, match="not a name"):
        Stage(tmp_path, name)


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(b"")

    with (
        pytest.raises(BundleError, match=r"file/out cannot be written: Not a directory"),
        Stage(tmp_path / "file" / "out", RUN),
    ):
        pytest.fail("entered")


# Writes a bundle while no file may grow beyond a limit: what a full disk or a quota does, at a place of our choosing.
LIMITED = """
import resource, sys
from pathlib import Path
sys.path.insert(0, sys.argv[1])
from reporters.bundle.errors import BundleError
from reporters.bundle.keys import load_key
from tests.reporters.bundle.made import make_bundle

key = load_key(Path(sys.argv[3]))
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[4]), int(sys.argv[4])))
try:
    make_bundle(Path(sys.argv[2]), key)
except BundleError as error:
    print(error)
    sys.exit(7)
"""


@pytest.mark.parametrize("limit", [0, 100, 250, 330, 600, 1200, 2000])
def test_a_file_that_cannot_grow_leaves_nothing(tmp_path: Path, key_file: Path, limit: int) -> None:
    out = tmp_path / "out"
    command = [sys.executable, "-c", LIMITED, str(ROOT), str(out), str(key_file), str(limit)]

    result = subprocess.run(command, check=False, capture_output=True, text=True, timeout=150)

    assert result.returncode == 7, result.stderr
    assert f"no space left for the bundle in {out}" in result.stdout
    assert "bytes were written" in result.stdout
    assert "--out" in result.stdout
    assert list(out.iterdir()) == []


LEFT_OPEN = pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")
"""The evidence file that the collector had open when the disk was full is closed by the interpreter."""


@pytest.fixture
def small_disk(tmp_path: Path, request: pytest.FixtureRequest) -> Iterator[Path]:
    if os.geteuid() != 0:
        pytest.skip("mounting needs root")
    folder = tmp_path / "disk"
    folder.mkdir()
    subprocess.run(["mount", "-t", "tmpfs", "-o", request.param, "none", folder], check=True)
    yield folder
    gc.collect()  # a collection that the full disk ended leaves its evidence file open until then
    subprocess.run(["umount", "--lazy", folder], check=True)


@pytest.mark.root
@LEFT_OPEN
@pytest.mark.parametrize("small_disk", [f"size={pages * 4}k" for pages in range(1, 14)], indirect=True)
def test_a_full_disk_leaves_nothing(small_disk: Path, signer: Signer) -> None:
    with pytest.raises(BundleError, match=r"no space left for the bundle in .* free there|No space left on device"):
        make_bundle(small_disk, signer)

    assert list(small_disk.iterdir()) == []


@pytest.mark.root
@LEFT_OPEN
@pytest.mark.parametrize("small_disk", [f"size=4m,nr_inodes={count}" for count in range(2, 26)], indirect=True)
def test_a_disk_without_room_for_more_files_leaves_nothing(small_disk: Path, signer: Signer) -> None:
    with pytest.raises(BundleError, match=r"(?i)no space left"):
        make_bundle(small_disk, signer)

    assert list(small_disk.iterdir()) == []


@pytest.mark.root
@pytest.mark.parametrize("small_disk", ["size=4m,nr_inodes=40"], indirect=True)
def test_a_disk_with_just_enough_room_holds_a_bundle(
    small_disk: Path, signer: FileSigner, trust: tuple[TrustedKey, ...]
) -> None:
    assert verify(make_bundle(small_disk, signer), trust).overall is Overall.OK


def test_the_key_of_these_tests_is_the_one_in_the_file(key_file: Path, signer: FileSigner) -> None:
    assert load_key(key_file).public_key == signer.public_key
