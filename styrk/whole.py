"""Bundles that are read only after their seal held: what reports and comparisons are made from."""

from __future__ import annotations

from pathlib import Path

from reporters.bundle.errors import BundleError
from reporters.bundle.trust import load_trust
from reporters.bundle.verify import Overall, Verification, verify
from styrk.keys import default_key_path, public_key_path


class BrokenBundleError(Exception):
    """A bundle failed verification: nothing is said about its contents; ends the command with status 4."""


def require_whole(path: Path, trust: Path | None) -> Verification:
    """Verify a bundle; its signer is confirmed by the trust file, without one by this user's own key where it is that.

    Raises BrokenBundleError for a bundle that is not what was sealed, BundleError where there is none.
    """
    if not path.exists():
        raise BundleError(f"{path} is no bundle: there is no such folder or .zip file")
    outcome = verify(path, load_trust(trust) if trust else None)
    own = public_key_path(default_key_path())
    if outcome.overall is Overall.SIGNER_NOT_CONFIRMED and own.is_file():
        keys = load_trust(own)
        if outcome.signer in {trusted.key.fingerprint for trusted in keys}:
            outcome = verify(path, keys)
    if outcome.overall is Overall.FAILED:
        reasons = "\n".join(f"  {step.name}: {step.message}" for step in outcome.failed)
        raise BrokenBundleError(f"{path} failed verification, so nothing is made from it:\n{reasons}")
    return outcome


def signer_note(path: Path, outcome: Verification) -> str:
    """What to tell where the signer is not confirmed; empty where it is."""
    if outcome.overall is Overall.OK:
        return ""
    return f"{path} is whole, but its signer is not confirmed (name the public key with --trust)"
