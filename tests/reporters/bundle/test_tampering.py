"""Every manipulation of a sealed bundle that we could think of fails verification, by the rule that names it."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import shutil
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from collector.evidence_file import canonical
from collector.records.codec import JsonValue
from reporters.bundle import dsse, sshsig
from reporters.bundle.keys import Signer
from reporters.bundle.layout import SEALING, TAGGED, scan
from reporters.bundle.manifest import digests_of, format_manifest
from reporters.bundle.reader import Bundle
from reporters.bundle.seal import seal
from reporters.bundle.statement import Statement
from reporters.bundle.trust import TrustedKey
from reporters.bundle.verify import Overall, StepStatus, verify
from tests.reporters.bundle.made import BAG_INFO, make_bundle, new_signer, predicate

ACCOUNTS = "data/evidence/ad/account.jsonl.gz"
INDEX = "data/evidence/index.json"


@dataclass(frozen=True)
class Forger:
    """Someone with write access to a bundle; `own` is the key that sealed it, for what an insider could do."""

    bundle: Path
    own: Signer
    folder: Path

    def path(self, name: str) -> Path:
        return self.bundle / name

    def edit(self, name: str, old: bytes, new: bytes) -> None:
        data = self.path(name).read_bytes()
        assert old in data
        self.path(name).write_bytes(data.replace(old, new, 1))

    def recompute(self, manifest: bytes | None = None) -> None:
        """Make both manifests agree with the files, or with a given manifest; the signature stays as it was."""
        payload = {path: size for path, size in scan(self.bundle).files.items() if path.startswith("data/")}
        self.path("manifest-sha256.txt").write_bytes(manifest or format_manifest(digests_of(self.bundle, payload)))
        self.path("tagmanifest-sha256.txt").write_bytes(format_manifest(digests_of(self.bundle, TAGGED)))

    def sign(self, signer: Signer | None = None, namespace: str = "styrk") -> None:
        tag_manifest = self.path("tagmanifest-sha256.txt").read_bytes()
        text = sshsig.sign(signer or self.own, tag_manifest, namespace)
        self.path("tagmanifest-sha256.txt.sig").write_text(text, encoding="ascii")

    def forge(self, signer: Signer | None = None, manifest: bytes | None = None, **changes: JsonValue) -> None:
        """Recompute and sign everything, with changes to the statement that `seal` would refuse to write."""
        old = Bundle(self.bundle).statement()
        self.recompute(manifest)
        digest = hashlib.sha256(self.path("manifest-sha256.txt").read_bytes()).hexdigest()
        self.attest(Statement(digest, {**old.predicate, **changes}).encode(), signer)

    def attest(self, payload: bytes, signer: Signer | None = None) -> None:
        envelope = dsse.seal_payload(signer or self.own, payload)
        self.path("attestation.dsse.json").write_bytes(envelope.encode())
        self.path("tagmanifest-sha256.txt").write_bytes(format_manifest(digests_of(self.bundle, TAGGED)))
        self.sign(signer)

    def reseal(self, signer: Signer) -> None:
        """Seal anew, as the program itself does."""
        for name in SEALING:
            self.path(name).unlink(missing_ok=True)
        seal(self.bundle, predicate(), signer, BAG_INFO)

    def other_bundle(self, signer: Signer | None = None) -> Path:
        return make_bundle(self.folder / "other", signer or self.own, status="not-satisfied")


def take_from_other(*names: str) -> Callable[[Forger], None]:
    def take(forger: Forger) -> None:
        other = forger.other_bundle()
        for name in names:
            shutil.copy(other / name, forger.path(name))

    return take


def remove(*names: str) -> Callable[[Forger], None]:
    def remove_files(forger: Forger) -> None:
        for name in names:
            forger.path(name).unlink()

    return remove_files


def move(name: str, to: str) -> Callable[[Forger], None]:
    def move_file(forger: Forger) -> None:
        forger.path(to).parent.mkdir(parents=True, exist_ok=True)
        forger.path(name).rename(forger.path(to))

    return move_file


def add(name: str, data: bytes = b"x") -> Callable[[Forger], None]:
    def add_file(forger: Forger) -> None:
        forger.path(name).parent.mkdir(parents=True, exist_ok=True)
        forger.path(name).write_bytes(data)

    return add_file


def edit(name: str, old: bytes, new: bytes) -> Callable[[Forger], None]:
    return lambda forger: forger.edit(name, old, new)


def then(*steps: Callable[[Forger], object]) -> Callable[[Forger], None]:
    def run(forger: Forger) -> None:
        for step in steps:
            step(forger)

    return run


def truncate(name: str) -> Callable[[Forger], None]:
    return lambda forger: os.truncate(forger.path(name), forger.path(name).stat().st_size - 1)


def replace_by_link(forger: Forger) -> None:
    target = shutil.copy(forger.path(ACCOUNTS), forger.folder / "elsewhere")
    forger.path(ACCOUNTS).unlink()
    forger.path(ACCOUNTS).symlink_to(target)


def replace_data_by_link(forger: Forger) -> None:
    forger.path("data").rename(forger.folder / "elsewhere")
    forger.path("data").symlink_to(forger.folder / "elsewhere")


def replace_by_pipe(forger: Forger) -> None:
    forger.path(ACCOUNTS).unlink()
    os.mkfifo(forger.path(ACCOUNTS))


def replace_signature_by_pipe(forger: Forger) -> None:
    forger.path("tagmanifest-sha256.txt.sig").unlink()
    os.mkfifo(forger.path("tagmanifest-sha256.txt.sig"))


def rename(forger: Forger) -> None:
    forger.path(ACCOUNTS).rename(forger.path("data/evidence/ad/accounts.jsonl.gz"))


def drop_account(forger: Forger) -> None:
    lines = gzip.decompress(forger.path(ACCOUNTS).read_bytes()).splitlines(keepends=True)
    forger.path(ACCOUNTS).write_bytes(gzip.compress(b"".join(lines[1:]), mtime=0))


def edit_index(change: Callable[[dict[str, list[dict[str, JsonValue]]]], object]) -> Callable[[Forger], None]:
    def edit_it(forger: Forger) -> None:
        index = json.loads(forger.path(INDEX).read_bytes())
        change(index)
        forger.path(INDEX).write_bytes(canonical(index))

    return edit_it


def change_digest(forger: Forger) -> None:
    digest = hashlib.sha256(forger.path(ACCOUNTS).read_bytes()).hexdigest()
    edit_index(lambda index: index["populations"][0].update(digest=digest))(forger)


def with_duplicate_key(forger: Forger) -> None:
    payload = Bundle(forger.bundle).statement().encode()
    forger.attest(payload.replace(b'"previous":null', b'"previous":null,"previous":null'))


def with_other_type(forger: Forger) -> None:
    forger.attest(Bundle(forger.bundle).statement().encode().replace(b"urn:styrk:run:v1", b"urn:styrk:run:v9"))


def with_two_subjects(forger: Forger) -> None:
    value = json.loads(Bundle(forger.bundle).statement().encode())
    value["subject"] *= 2
    forger.attest(canonical(value))


def with_foreign_attestation(forger: Forger) -> None:
    payload = Bundle(forger.bundle).statement().encode()
    other = new_signer()
    forger.attest(payload, other)
    forger.sign(forger.own)


def with_foreign_attestation_under_our_name(forger: Forger) -> None:
    payload = Bundle(forger.bundle).statement().encode()
    envelope = replace(dsse.seal_payload(new_signer(), payload), key_id=forger.own.public_key.fingerprint)
    forger.path("attestation.dsse.json").write_bytes(envelope.encode())
    forger.path("tagmanifest-sha256.txt").write_bytes(format_manifest(digests_of(forger.bundle, TAGGED)))
    forger.sign()


def with_another_name(forger: Forger) -> None:
    envelope = replace(
        dsse.parse(forger.path("attestation.dsse.json").read_bytes()), key_id=new_signer().public_key.fingerprint
    )
    forger.path("attestation.dsse.json").write_bytes(envelope.encode())
    forger.path("tagmanifest-sha256.txt").write_bytes(format_manifest(digests_of(forger.bundle, TAGGED)))
    forger.sign()


def reorder(data: bytes) -> bytes:
    return b"".join(reversed(data.splitlines(keepends=True)))


def manifest_as(change: Callable[[bytes], bytes]) -> Callable[[Forger], None]:
    """Sign a manifest of another form, everything else in order."""
    return lambda forger: forger.forge(manifest=change(forger.path("manifest-sha256.txt").read_bytes()))


def signature_as(change: Callable[[bytes], bytes]) -> Callable[[Forger], None]:
    def write(forger: Forger) -> None:
        path = forger.path("tagmanifest-sha256.txt.sig")
        path.write_bytes(change(path.read_bytes()))

    return write


def with_larger_s(forger: Forger) -> None:
    """The other form of the same signature: S plus the group's order, which some implementations take."""
    tag_manifest = forger.path("tagmanifest-sha256.txt").read_bytes()
    signature = sshsig.parse(sshsig.sign(forger.own, tag_manifest).encode())
    s = int.from_bytes(signature.value[32:], "little") + 2**252 + 27742317777372353535851937790883648493
    text = replace(signature, value=signature.value[:32] + s.to_bytes(32, "little")).armored
    forger.path("tagmanifest-sha256.txt.sig").write_text(text, encoding="ascii")


SIG = "tagmanifest-sha256.txt.sig"
ATT = "attestation.dsse.json"

# What is done, and the rule that must name it.
MANIPULATIONS: dict[str, tuple[Callable[[Forger], object], str]] = {
    # by anyone who can write
    "a finding is changed": (edit("data/results/findings.json", b"satisfied", b"Satisfied"), "payload"),
    "a finding is changed and the manifests recomputed": (
        then(edit("data/results/findings.json", b"satisfied", b"Satisfied"), Forger.recompute),
        "seal",
    ),
    "a parameter is changed": (edit("data/policy/parameters.json", b"90", b"99"), "payload"),
    "the report is changed": (edit("data/reports/report.html", b"Rapport", b"Rappert"), "payload"),
    "an account is dropped": (drop_account, "payload"),
    "an account is dropped and the manifests recomputed": (then(drop_account, Forger.recompute), "seal"),
    "an evidence file is dropped": (remove(ACCOUNTS), "payload"),
    "an evidence file is dropped and the manifests recomputed": (then(remove(ACCOUNTS), Forger.recompute), "seal"),
    "an evidence file is cut off": (truncate(ACCOUNTS), "payload"),
    "an evidence file is renamed": (rename, "payload"),
    "a raw answer is dropped": (remove("data/raw/ad/answer.ldif"), "payload"),
    "a file is added to the payload": (add("data/results/extra.json"), "payload"),
    "a file is added to the payload and listed": (then(add("data/x.json"), Forger.recompute), "seal"),
    "a hidden file is added to the payload": (add("data/.hidden"), "layout"),
    "a file is added beside the payload": (add("README.txt"), "layout"),
    "another manifest is added": (add("manifest-sha512.txt"), "layout"),
    "fetch.txt is added": (add("fetch.txt", b"https://example.test/x 1 data/x\n"), "layout"),
    "a folder is added beside the payload": (add("meta/notes.txt"), "layout"),
    "an empty folder is added": (lambda forger: forger.path("data/empty").mkdir(), "layout"),
    "a name differs by case alone": (add("data/results/Findings.json"), "layout"),
    "a name is not ASCII": (add("data/results/åtgärder.json"), "layout"),
    "a file becomes a link": (replace_by_link, "layout"),
    "the payload becomes a link": (replace_data_by_link, "layout"),
    "a file becomes a pipe": (replace_by_pipe, "layout"),
    "the signature becomes a pipe": (replace_signature_by_pipe, "layout"),
    "the signature is removed": (remove(SIG), "seal"),
    "signature and attestation are removed": (remove(SIG, ATT), "seal"),
    "all sealing files are removed": (remove(*SEALING[:-1]), "layout"),
    "the attestation is removed": (remove(ATT), "tag-manifest"),
    "the date is changed": (edit("bag-info.txt", b"2026-11-20", b"2026-11-19"), "tag-manifest"),
    "the date is changed and the manifests recomputed": (
        then(edit("bag-info.txt", b"2026-11-20", b"2026-11-19"), Forger.recompute),
        "seal",
    ),
    "the declaration is changed": (edit("bagit.txt", b"1.0", b"0.9"), "tag-manifest"),
    "a digest in the manifest is changed": (edit("manifest-sha256.txt", b"a", b"b"), "tag-manifest"),
    "a digest in the tag manifest is changed": (edit("tagmanifest-sha256.txt", b"a", b"b"), "seal"),
    "the tag manifest lists a file less": (
        lambda forger: forger.path("tagmanifest-sha256.txt").write_bytes(
            b"".join(forger.path("tagmanifest-sha256.txt").read_bytes().splitlines(keepends=True)[1:])
        ),
        "seal",
    ),
    "the signature is another bundle's": (take_from_other(SIG), "seal"),
    "the attestation is another bundle's": (take_from_other(ATT), "tag-manifest"),
    "the whole seal is another bundle's": (take_from_other(*SEALING[:-1]), "payload"),
    "the evidence is another bundle's": (
        lambda forger: forger.path(ACCOUNTS).write_bytes(gzip.compress(b"", mtime=0)),
        "payload",
    ),
    "the signature is in another namespace": (lambda forger: forger.sign(namespace="git"), "seal"),
    "the signature's namespace is rewritten": (
        lambda forger: forger.path(SIG).write_text(
            replace(sshsig.parse(forger.path(SIG).read_bytes()), namespace="styrK").armored, encoding="ascii"
        ),
        "seal",
    ),
    "the signature has blanks at its end": (signature_as(lambda text: text + b"\n"), "seal"),
    "the signature has other line breaks": (signature_as(lambda text: text.replace(b"\n", b"\r\n")), "seal"),
    "the signature is cut off": (truncate(SIG), "seal"),
    "the signature is empty": (lambda forger: forger.path(SIG).write_bytes(b""), "seal"),
    "the signature names another key": (
        lambda forger: forger.path(SIG).write_text(
            replace(sshsig.parse(forger.path(SIG).read_bytes()), key=new_signer().public_key).armored,
            encoding="ascii",
        ),
        "seal",
    ),
    "the signature has its other form": (with_larger_s, "seal"),
    "everything is signed with another key": (lambda forger: forger.reseal(new_signer()), "signer"),
    "only the seal is signed with another key": (lambda forger: forger.sign(new_signer()), "attestation"),
    # by someone who has the key, too: a signed contradiction is none the less one
    "signed: attestation by another key": (with_foreign_attestation, "attestation"),
    "signed: attestation by another key under our name": (with_foreign_attestation_under_our_name, "attestation"),
    "signed: attestation under another key's name": (with_another_name, "attestation"),
    "signed: an evidence file is dropped": (then(remove(ACCOUNTS), Forger.forge), "evidence"),
    "signed: an evidence file is changed": (then(drop_account, Forger.forge), "evidence"),
    "signed: an evidence file is changed in the index too": (
        then(drop_account, change_digest, Forger.forge),
        "evidence",
    ),
    "signed: a source is dropped from the index": (
        then(
            remove(ACCOUNTS),
            edit_index(lambda index: index["populations"].pop(0)),
            Forger.forge,
        ),
        "evidence",
    ),
    "signed: a gap is dropped from the index": (
        then(edit_index(lambda index: index["gaps"].pop()), Forger.forge),
        "evidence",
    ),
    "signed: a dead host is dropped from the index": (
        then(edit_index(lambda index: index["populations"][1].pop("missing")), Forger.forge),
        "evidence",
    ),
    "signed: an entry stands twice in the index": (
        then(edit_index(lambda index: index["gaps"].append(index["gaps"][0])), Forger.forge),
        "evidence",
    ),
    "signed: a source of the index points out of the bundle": (
        then(edit_index(lambda index: index["populations"][0].update(source="../..")), Forger.forge),
        "evidence",
    ),
    "signed: the index has a duplicate key": (
        then(edit(INDEX, b'{"format":1', b'{"format":1,"format":1'), Forger.forge),
        "evidence",
    ),
    "signed: the index is dropped": (then(remove(INDEX), Forger.forge), "evidence"),
    "signed: evidence that the index does not name": (
        then(add("data/evidence/ad/host.jsonl.gz"), Forger.forge),
        "evidence",
    ),
    "signed: a raw answer is dropped": (then(remove("data/raw/ad/answer.ldif"), Forger.forge), "evidence"),
    "signed: a raw answer lies with another source": (
        then(move("data/raw/ad/answer.ldif", "data/raw/other/answer.ldif"), Forger.forge),
        "evidence",
    ),
    "signed: the statement names a source less": (
        lambda forger: forger.forge(sources=Bundle(forger.bundle).statement().predicate["sources"][1:]),  # type: ignore[index]
        "evidence",
    ),
    "signed: the policy is changed behind the statement": (
        then(edit("data/policy/parameters.json", b"90", b"99"), Forger.forge),
        "statement",
    ),
    "signed: the statement is about another manifest": (
        lambda forger: forger.attest(Statement("0" * 64, Bundle(forger.bundle).statement().predicate).encode()),
        "statement",
    ),
    "signed: the statement has a duplicate key": (with_duplicate_key, "statement"),
    "signed: the statement is of another type": (with_other_type, "statement"),
    "signed: the statement has two subjects": (with_two_subjects, "statement"),
    "signed: the statement lacks its clock": (lambda forger: forger.forge(clock={}), "statement"),
    "signed: the previous bundle is no digest": (lambda forger: forger.forge(previous="none"), "statement"),
    "signed: the date is not the run's": (
        then(edit("bag-info.txt", b"2026-11-20", b"2026-11-19"), Forger.forge),
        "bag-info",
    ),
    "signed: the count is not the payload's": (
        then(edit("bag-info.txt", b"\nPayload-Oxum: ", b"\nPayload-Oxum: 1"), Forger.forge),
        "bag-info",
    ),
    "signed: a label stands twice": (
        then(edit("bag-info.txt", b"Bagging-Date", b"Bagging-Date: 2026-11-20\nBagging-Date"), Forger.forge),
        "bag-info",
    ),
    "signed: not BagIt 1.0": (then(edit("bagit.txt", b"1.0", b"0.9"), Forger.forge), "declaration"),
    "signed: the manifest points out of the bundle": (
        manifest_as(lambda data: data + b"0" * 64 + b"  ../../etc/passwd\n"),
        "payload",
    ),
    "signed: the manifest has an absolute path": (
        manifest_as(lambda data: b"0" * 64 + b"  /etc/passwd\n" + data),
        "payload",
    ),
    "signed: the manifest lists a sealing file": (
        manifest_as(lambda data: b"0" * 64 + b"  bagit.txt\n" + data),
        "payload",
    ),
    "signed: the manifest lists a file twice": (
        manifest_as(lambda data: data + data.splitlines(keepends=True)[-1]),
        "payload",
    ),
    "signed: the manifest is in another order": (manifest_as(reorder), "payload"),
    "signed: the manifest has capital digests": (manifest_as(bytes.upper), "payload"),
    "signed: the manifest ends in a line": (manifest_as(lambda data: data[:-1]), "payload"),
    "signed: the manifest has other line breaks": (manifest_as(lambda data: data.replace(b"\n", b"\r\n")), "payload"),
}


@pytest.mark.parametrize("name", MANIPULATIONS)
def test_a_manipulation_fails(
    name: str, bundle: Path, signer: Signer, trust: tuple[TrustedKey, ...], tmp_path: Path
) -> None:
    manipulate, rule = MANIPULATIONS[name]

    manipulate(Forger(bundle, signer, tmp_path))

    verification = verify(bundle, trust)
    assert verification.overall is Overall.FAILED
    assert rule in [step.name for step in verification.failed], verification.failed
    assert all(step.message and step.problems for step in verification.failed)


def all_files(root: Path) -> Iterable[str]:
    return sorted(str(path.relative_to(root)) for path in root.rglob("*") if path.is_file())


def test_any_file_removed_fails(sealed: Path, bundle: Path, trust: tuple[TrustedKey, ...]) -> None:
    names = list(all_files(sealed))
    for name in names:
        data = (bundle / name).read_bytes()
        (bundle / name).unlink()

        assert verify(bundle, trust).overall is Overall.FAILED, name

        (bundle / name).write_bytes(data)
    assert len(names) > 12
    assert verify(bundle, trust).overall is Overall.OK


def test_without_a_trusted_key_a_new_seal_is_not_confirmed(bundle: Path, signer: Signer, tmp_path: Path) -> None:
    Forger(bundle, signer, tmp_path).reseal(new_signer())

    verification = verify(bundle, None)

    assert verification.overall is Overall.SIGNER_NOT_CONFIRMED
    assert [step.name for step in verification.steps if step.status is StepStatus.NOT_CHECKED] == [
        "signer",
        "timestamp",
    ]


def test_trusting_nobody_confirms_nothing(sealed: Path) -> None:
    assert verify(sealed, ()).overall is Overall.FAILED
