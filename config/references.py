"""What one part of the settings says of another: names, networks, dates; read from the document as it stands.

It works on the document and not on the model, so that these mistakes are told together with those of form.
"""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from pathlib import Path

from config.catalogue import available_catalogues, check_control, is_path, load_catalogue
from config.claims import Systems, load_claim_files
from config.contracts import load_contract_files
from config.document import Document, DocumentPath, Node
from config.ledgers import load_ledger_files
from config.networks import check_networks, zones_elsewhere
from config.problems import Problem, SettingsError, did_you_mean
from config.questions import load_question_files
from config.register_mappings import check_registers
from config.scopes import check_scope, known, unique

_CREDENTIALS = re.compile(r"://[^/@\s]*:[^/@\s]+@")
_PRIVATE_KEY = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY-----")


def check_references(document: Document, base: Path) -> list[Problem]:
    """Add the document's mistakes to it, and return those of the catalogue and claims files that it names."""
    root = document.root
    systems = [*root.items("sources"), *root.items("registers")]
    ids = {each for node in systems if (each := node.text("id")) is not None}
    tags = {name for node in systems for tag in node.items("tags") if isinstance(name := tag.value, str)}
    if isinstance(root.value, dict) and not systems:
        named = next((key for key in ("sources", "registers") if key in root.value), None)
        document.problem(() if named is None else (named,), "name at least one source, or one register")
    _check_ids(document)
    _check_secrets(document, root, ())
    for index, source in enumerate(root.items("sources")):
        _check_source(document, source, ("sources", index))
    check_registers(document)
    check_networks(document)
    _check_controls(document, ids)
    _check_waivers(document, ids, tags)
    _check_owners(document, ids)
    return [*_check_catalogues(document, base), *_check_claims(document, base), *_check_statements(document, base)]


_RESERVED = re.compile(r"declared|lifecycle|questions|recommendations|claims|con|prn|aux|nul|(?:com|lpt)[0-9]")
"""Sources of Styrk's own (what the settings declare and state, the table of support periods), and Windows' device
names: a source's id is a folder name in the bundle."""


def _check_ids(document: Document) -> None:
    root = document.root
    for key, field in (("sources", "id"), ("registers", "id"), ("zones", "name"), ("waivers", "id"), ("owners", "id")):
        unique(document, root.items(key), (key,), field)
    for key in ("sources", "registers"):
        for index, node in enumerate(root.items(key)):
            if (name := node.text("id")) is not None and _RESERVED.fullmatch(name):
                message = f"{name} is a name that Styrk or Windows keeps for itself"
                document.problem((key, index, "id"), message, f"{name}-1")
    sources = {node.text("id"): node.line for node in root.items("sources")}
    for index, register in enumerate(root.items("registers")):
        name = register.text("id")
        if name is not None and name in sources:
            document.problem(("registers", index, "id"), f"{name} is a source already, on line {sources[name]}")


def _check_secrets(document: Document, node: Node, path: DocumentPath) -> None:
    if isinstance(node.value, dict):
        for key, each in node.value.items():
            _check_secrets(document, each, (*path, key))
    elif isinstance(node.value, list):
        for index, each in enumerate(node.value):
            _check_secrets(document, each, (*path, index))
    elif isinstance(node.value, str) and _PRIVATE_KEY.search(node.value):
        message = "a private key is never written in this file: say where it is kept"
        document.problem(path, message, "file:/path of the key, or cred:NAME")
    elif isinstance(node.value, str) and _CREDENTIALS.search(node.value):
        message = "a password is never written in an address"
        document.problem(path, message, "leave user:password@ out; keep it in a file that only the scan can read")


def _check_source(document: Document, source: Node, path: DocumentPath) -> None:
    kind = source.text("type")
    if kind in ("ssh", "nftables"):
        unique(document, source.items("hosts"), (*path, "hosts"), "name")
    if kind in ("nftables", "probe"):
        remote = "hosts" if kind == "nftables" else "vantage"
        if source.get(remote) is not None and source.get("login") is None:
            document.problem((*path, "login"), f"this key is required with {remote}")
        if source.get("login") is not None and source.get(remote) is None:
            document.problem((*path, remote), "this key is required with login")
    if kind == "ldap":
        _check_bind(document, source, path)
    if kind in ("probe", "bundle") and not zones_elsewhere(document):
        zones = (name for zone in document.root.items("zones") if (name := zone.text("name")) is not None)
        known(document, (*path, "zone"), zones, "zone")
    if kind == "bundle" and source.get("zone") is None and "probe" in [each.value for each in source.items("kinds")]:
        document.problem((*path, "zone"), "this key is required with probes: the zone that the worker stands in")


def _check_bind(document: Document, source: Node, path: DocumentPath) -> None:
    bind = source.get("bind")
    if bind is None or not isinstance(bind.value, dict):
        return
    method = bind.text("method") or "simple"
    for key in ("user", "password"):
        if method == "simple" and key not in bind.value:
            document.problem((*path, "bind", key), "this key is required for a simple bind")
    if method in ("external", "anonymous") and "password" in bind.value:
        document.problem((*path, "bind", "password"), f"an {method} bind has no password", "remove it", key=True)


def _check_controls(document: Document, sources: set[str]) -> None:
    for name, node in document.root.entries("controls").items():
        path: DocumentPath = ("controls", name)
        check_control(document, path, name, node.get("parameters"), (*path, "parameters"), key=True)
        for index, _ in enumerate(node.items("exclude_sources")):
            known(document, (*path, "exclude_sources", index), sources, "source")


def _check_waivers(document: Document, sources: set[str], tags: set[str]) -> None:
    for index, waiver in enumerate(document.root.items("waivers")):
        path: DocumentPath = ("waivers", index)
        control = waiver.text("control")
        if control is not None:
            check_control(document, (*path, "control"), control, None, ())
        check_scope(document, waiver, (*path, "scope"), sources, tags)
        _check_subjects(document, waiver, (*path, "scope", "subjects"), "scope")
        if waiver.get("decision") is not None:
            _check_subjects(document, waiver, (*path, "decision", "subjects"), "decision")
        decided, expires = _date(waiver.text("decided")), _date(waiver.text("expires"))
        if decided is not None and expires is not None and expires < decided:
            document.problem((*path, "expires"), f"expires before it was decided ({decided})")


def _check_subjects(document: Document, waiver: Node, path: DocumentPath, key: str) -> None:
    """Add a problem where a waiver does not name its subjects one by one: a risk is accepted for known ones."""
    names = waiver.get(key, "subjects")
    if waiver.get(key) is not None and (names is None or names.value == []):
        document.problem(path, "a waiver names each subject that it covers", "add `subjects: [...]`")
    for index, name in enumerate(names.value if names is not None and isinstance(names.value, list) else ()):
        if isinstance(name.value, str) and any(sign in name.value for sign in "*?"):
            document.problem((*path, index), "a waiver names each subject in full, without wildcards")


def _check_owners(document: Document, sources: set[str]) -> None:
    whose: dict[str, str] = {}
    for index, owner in enumerate(document.root.items("owners")):
        path: DocumentPath = ("owners", index)
        for number, node in enumerate(owner.items("sources")):
            known(document, (*path, "sources", number), sources, "source")
            name = str(node.value)
            if name in whose:
                document.problem((*path, "sources", number), f"{name} is the own source of {whose[name]} already")
            whose.setdefault(name, owner.text("id") or "")
        parts = ("sources", "hosts", "systems", "subjects")
        if isinstance(owner.value, dict) and not any(owner.items(key) for key in parts):
            document.problem(path, "nothing belongs to this owner", f"name some of its {', '.join(parts)}")


def _date(text: str | None) -> dt.date | None:
    try:
        return dt.date.fromisoformat(text) if text is not None and len(text) == 10 else None
    except ValueError:
        return None  # the model says so


def _check_catalogues(document: Document, base: Path) -> list[Problem]:
    problems: list[Problem] = []
    entries = document.root.items("catalogues")
    for index, node in enumerate(entries):
        entry, path = node.value, ("catalogues", index)
        if not isinstance(entry, str):
            continue
        if entry in (other.value for other in entries[:index]):
            document.problem(path, f"{entry} is listed twice")
        elif is_path(entry):
            try:
                load_catalogue(str(anchored(entry, base)))
            except SettingsError as error:
                problems += error.problems
                document.problem(path, f"this catalogue has mistakes: {len(error.problems)}")
        elif entry not in available_catalogues():
            suggestion = did_you_mean(entry, available_catalogues())
            document.problem(path, f"there is no catalogue {entry}", suggestion)
    return problems


def _check_claims(document: Document, base: Path) -> list[Problem]:
    systems = [*document.root.items("sources"), *document.root.items("registers")]
    known_systems = Systems(
        {name: each.text("controlled_by") or "own" for each in systems if (name := each.text("id")) is not None},
        {word for each in systems for tag in each.items("tags") if isinstance(word := tag.value, str)},
    )
    return _check_files(document, base, ("claims",), lambda files: load_claim_files(files, known_systems))


def _check_statements(document: Document, base: Path) -> list[Problem]:
    return [
        *_check_files(document, base, ("contracts",), load_contract_files),
        *_check_files(document, base, ("questions",), load_question_files),
        *_check_files(document, base, ("recommendations", "ledgers"), load_ledger_files),
    ]


def _check_files(
    document: Document, base: Path, path: DocumentPath, load: Callable[[tuple[Path, ...]], object]
) -> list[Problem]:
    """Load the files that a key names; their mistakes, each also told in short at the key."""
    given = document.root.get(*path)
    if given is None:
        return []
    nodes: list[Node] = given.value if isinstance(given.value, list) else [given]
    names = [name for node in nodes if isinstance(name := node.value, str)]
    try:
        load(tuple(anchored(name, base) for name in names))
    except SettingsError as error:
        files = len({problem.file for problem in error.problems})
        what = f"this {path[-1]} file has" if files == 1 else f"{files} of the {path[-1]} files have"
        document.problem(path, f"{what} mistakes: {len(error.problems)}")
        return list(error.problems)
    return []


def anchored(name: str | Path, base: Path) -> Path:
    """Make a path absolute: `~` is the user's home folder, and a relative one starts where the settings file is."""
    try:
        return base / Path(name).expanduser()
    except RuntimeError:  # no home folder is known
        return base / name
