"""The rules that make a folder a sealed bundle, one function each: docs/bundle.md, section 11.

A rule returns what it found, for people, or raises: `Failed` with the problems, `NotChecked` with the reason.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from reporters.bundle import dsse, sshsig, statement
from reporters.bundle.bag import DATE, DECLARATION_TEXT, OXUM, oxum, parse_info
from reporters.bundle.errors import BundleError
from reporters.bundle.evidence_index import disagreements, parse_index, summary
from reporters.bundle.layout import (
    ATTESTATION,
    BAG_INFO,
    DECLARATION,
    EVIDENCE_INDEX,
    MANIFEST,
    PAYLOAD,
    POLICY,
    REQUIRED,
    SEALING,
    SIGNATURE,
    TAG_MANIFEST,
    TAGGED,
    TIMESTAMP,
    Tree,
    read_small,
    scan,
)
from reporters.bundle.manifest import digests_of, parse_manifest
from reporters.bundle.problem import Failed, NotChecked, Problem
from reporters.bundle.trust import TrustedKey, trusting


class Case:
    """A folder under verification and its parts, each read once; a part that cannot be read raises BundleError."""

    def __init__(self, root: Path, trust: Sequence[TrustedKey] | None) -> None:
        self.root = root
        self.trust = trust
        self.seal_holds = False
        self.principals = ""

    @cached_property
    def tree(self) -> Tree:
        """What is in the folder."""
        return scan(self.root)

    @property
    def payload(self) -> dict[str, int]:
        """The files below `data/` with their sizes."""
        return {path: size for path, size in self.tree.files.items() if path.startswith(f"{PAYLOAD}/")}

    @cached_property
    def tag_manifest(self) -> bytes:
        """What the seal is over."""
        return read_small(self.root, TAG_MANIFEST)

    @cached_property
    def signature(self) -> sshsig.Signature:
        """The seal."""
        return sshsig.parse(read_small(self.root, SIGNATURE))

    @cached_property
    def manifest_bytes(self) -> bytes:
        """What the statement is about."""
        return read_small(self.root, MANIFEST)

    @cached_property
    def manifest(self) -> dict[str, str]:
        """Payload path to SHA-256 (hex)."""
        return parse_manifest(self.manifest_bytes, MANIFEST)

    @cached_property
    def envelope(self) -> dsse.Envelope:
        """The attestation."""
        return dsse.parse(read_small(self.root, ATTESTATION))

    @cached_property
    def statement(self) -> statement.Statement:
        """What the signer says of the run."""
        return statement.parse(self.envelope.payload)

    @property
    def identity(self) -> str:
        """SHA-256 (hex) of the tag manifest; empty where it cannot be read."""
        try:
            return hashlib.sha256(self.tag_manifest).hexdigest()
        except BundleError:
            return ""

    @property
    def fingerprint(self) -> str:
        """The key that the seal names; empty where there is no readable seal."""
        try:
            return self.signature.key.fingerprint
        except BundleError:
            return ""


def check_layout(case: Case) -> str:
    """Rule 1: the sealing files and `data/`, nothing else; regular files with portable names only."""
    problems = [Problem(f"layout-{oddity.code}", oddity.path) for oddity in case.tree.oddities]
    problems += (Problem("missing", name) for name in REQUIRED if name not in case.tree.files)
    problems += (
        Problem("unexpected", path)
        for path in case.tree.files
        if path not in SEALING and not path.startswith(f"{PAYLOAD}/")
    )
    _none_of(problems)
    return f"{len(case.payload)} payload files, {len(REQUIRED)} sealing files, nothing else"


def check_seal(case: Case) -> str:
    """Rule 2: the signature over the tag manifest is right, and made for Styrk."""
    signature = case.signature
    if signature.namespace != sshsig.NAMESPACE:
        raise Failed(Problem("namespace", SIGNATURE, f"made for {signature.namespace!r:.80}, not {sshsig.NAMESPACE!r}"))
    try:
        right = sshsig.verify(signature, case.tag_manifest)
    except sshsig.CannotVerifyError as error:
        raise NotChecked(f"{error}; install openssh-client") from error
    if not right:
        raise Failed(Problem("signature", SIGNATURE, "is not over this tag manifest"))
    case.seal_holds = True
    return f"sealed by {case.fingerprint}"


def check_tag_manifest(case: Case) -> str:
    """Rule 3: the tag manifest lists the four other files beside `data/`, as they are."""
    listed = parse_manifest(case.tag_manifest, TAG_MANIFEST)
    present = tuple(name for name in TAGGED if name in case.tree.files)
    _none_of(_differences(listed, TAGGED, digests_of(case.root, present)))
    return "the files beside the payload are as sealed"


def check_declaration(case: Case) -> str:
    """Rule 4: BagIt 1.0 in UTF-8."""
    if read_small(case.root, DECLARATION) != DECLARATION_TEXT:
        raise Failed(Problem("declaration", DECLARATION, "is not BagIt 1.0 in UTF-8"))
    return "BagIt 1.0"


def check_payload(case: Case) -> str:
    """Rule 5: the payload is what the manifest lists: nothing missing, added or changed."""
    _none_of(_differences(case.manifest, tuple(case.payload), digests_of(case.root, case.payload)))
    return f"{len(case.payload)} files, {sum(case.payload.values()):,} bytes, all as sealed"


def check_bag_info(case: Case) -> str:
    """Rule 6: bag-info.txt counts the payload rightly and has the run's date."""
    info = parse_info(read_small(case.root, BAG_INFO))
    expected = {OXUM: oxum(case.payload), DATE: _statement(case).finished.date().isoformat()}
    _none_of(
        Problem("bag-info", BAG_INFO, f"{label} is {info.get(label, 'missing')!r:.80}, not {value}")
        for label, value in expected.items()
        if info.get(label) != value
    )
    return f"{OXUM} {info[OXUM]}, {DATE} {info[DATE]}"


def check_attestation(case: Case) -> str:
    """Rule 7: the attestation is signed by the key that sealed."""
    key = case.signature.key
    if case.envelope.key_id != key.fingerprint:
        raise Failed(
            Problem("attestation-key", ATTESTATION, f"is signed by {case.envelope.key_id!r:.80}, not by the seal's key")
        )
    right = case.envelope.verify(key)
    if right is None:
        raise NotChecked(
            "its own signature needs Python's `cryptography`; the seal covers the attestation all the same"
        )
    if not right:
        raise Failed(Problem("attestation-signature", ATTESTATION, "is not signed by the seal's key"))
    return "signed by the key that sealed"


def check_statement(case: Case) -> str:
    """Rule 8: the statement is about this manifest, and names the policy files as they are."""
    if case.statement.manifest_sha256 != hashlib.sha256(case.manifest_bytes).hexdigest():
        raise Failed(Problem("subject", ATTESTATION, "is about another manifest"))
    policy = {path: digest for path, digest in case.manifest.items() if path.startswith(f"{POLICY}/")}
    if case.statement.predicate["policy"] != policy:
        raise Failed(Problem("policy", ATTESTATION, "names other policy files than the manifest"))
    return f"run {case.statement.run}, finished {case.statement.finished.isoformat()}"


def check_evidence(case: Case) -> str:
    """Rule 9: files, evidence index and statement name the same sources and kinds, with the same content."""
    if EVIDENCE_INDEX not in case.payload:
        raise Failed(Problem("missing", EVIDENCE_INDEX))
    evidence = parse_index(read_small(case.root, EVIDENCE_INDEX))
    _none_of(Problem(code, path) for code, path in disagreements(evidence, case.manifest))
    if _statement(case).predicate["sources"] != summary(evidence):
        raise Failed(Problem("sources", EVIDENCE_INDEX, "does not list the sources and kinds that the statement names"))
    return f"{len(evidence.populations)} populations, {len(evidence.gaps)} gaps, as the statement names them"


def check_previous(case: Case) -> str:
    """Rule 10: the statement names the bundle before, or says that there is none."""
    previous = _statement(case).predicate["previous"]
    return "the first of its series" if previous is None else f"follows the bundle {previous}"


def check_signer(case: Case) -> str:
    """Rule 11: the seal's key is trusted for this, at the run's time."""
    if case.trust is None:
        raise NotChecked(f"no trusted key was given; the bundle names {case.fingerprint or 'none'} itself")
    if not case.seal_holds:
        raise NotChecked("the seal does not hold or could not be checked")
    try:
        trusted = trusting(case.trust, case.signature.key, _statement(case).finished)
    except BundleError as error:
        raise Failed(Problem("not-trusted", SIGNATURE, error.detail)) from error
    case.principals = trusted.principals
    return f"{case.fingerprint} is trusted{f' as {trusted.principals}' if trusted.principals else ''}"


def check_timestamp(case: Case) -> str:
    """Rule 12: a time stamp over the seal, where there is one, is for `openssl ts -verify`."""
    if TIMESTAMP in case.tree.files:
        raise NotChecked(
            f"verify it with: openssl ts -verify -data {SIGNATURE} -in {TIMESTAMP} -CAfile <the authority's root>"
        )
    raise NotChecked("there is none: the time of the run is the signer's word")


RULES: Mapping[str, Callable[[Case], str]] = {
    "layout": check_layout,
    "seal": check_seal,
    "tag-manifest": check_tag_manifest,
    "declaration": check_declaration,
    "payload": check_payload,
    "bag-info": check_bag_info,
    "attestation": check_attestation,
    "statement": check_statement,
    "evidence": check_evidence,
    "previous": check_previous,
    "signer": check_signer,
    "timestamp": check_timestamp,
}
"""Name to rule, in the order of the document."""

OPTIONAL_RULES = frozenset({"attestation", "timestamp"})
"""Rules that may stay unchecked in a verification that is OK; they may not fail."""


def _statement(case: Case) -> statement.Statement:
    """The statement, for a rule that is about something else: where it cannot be read, that is rule 8's failure."""
    try:
        return case.statement
    except BundleError as error:
        raise NotChecked("the statement cannot be read") from error


def _differences(listed: Mapping[str, str], present: Sequence[str], found: Mapping[str, str]) -> list[Problem]:
    problems = [Problem("missing", path) for path in listed if path not in found]
    problems += (Problem("added", path) for path in present if path not in listed)
    problems += (Problem("changed", path) for path in listed if path in found and found[path] != listed[path])
    return problems


def _none_of(problems: Iterable[Problem]) -> None:
    found = tuple(problems)
    if found:
        raise Failed(*found)
