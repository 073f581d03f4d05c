"""Column mappings: those in files of their own, and whether each one fits what its register holds."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from config.columns import COLUMNS
from config.document import Document, DocumentPath, Node
from config.problems import Problem, SettingsError, did_you_mean
from config.registers import ColumnMapping, MappingFile
from config.validation import fit
from config.yaml_reader import read_yaml

SHIPPED = Path(__file__).parent / "mappings"
_TAKEN_OVER = ("holds", *ColumnMapping.model_fields)
_JOINED = ("columns", "values", "fixed", "scale", "only", "without")


def available_mappings() -> tuple[str, ...]:
    """Ids of the mappings that come with Styrk."""
    return tuple(sorted(path.stem for path in SHIPPED.glob("*.yaml")))


def is_path(entry: str) -> bool:
    """Tell a path of a mapping file from a mapping's id."""
    return "/" in entry or "\\" in entry or entry.endswith((".yaml", ".yml"))


def load_mapping(id_or_path: str) -> MappingFile:
    """Load a mapping by id or by path; raises SettingsError with every mistake in it."""
    return _read(id_or_path)[0]


def merge_mappings(document: Document, base: Path) -> list[Problem]:
    """Put into each register of the settings what its mapping file says and it does not say itself.

    Adds a mistake to the document for a mapping that is not there; returns the mistakes of the mapping files.
    """
    problems: list[Problem] = []
    for index, register in enumerate(document.root.items("registers")):
        name, path = register.text("mapping"), ("registers", index, "mapping")
        if name is None or not isinstance(register.value, dict):
            continue
        if not is_path(name) and name not in available_mappings():
            document.problem(path, f"there is no mapping {name}", did_you_mean(name, available_mappings()))
            continue
        try:
            _, mapping = _read(name if not is_path(name) else str(base / Path(name).expanduser()))
        except SettingsError as error:
            problems += error.problems
            document.problem(path, f"this mapping has mistakes: {len(error.problems)}")
            continue
        if (holds := register.text("holds")) is not None and holds != mapping.text("holds"):
            document.problem(path, f"this mapping is one of {mapping.text('holds')}, the register holds {holds}")
            continue
        _take_over(register, mapping)
    return problems


def drop_consequences(document: Document) -> None:
    """Take back that a register lacks what its mapping would have given, where that mapping could not be used."""
    failed = {problem.path.removesuffix(".mapping") for problem in document.problems if _of_mapping(problem)}
    document.problems[:] = [
        problem
        for problem in document.problems
        if not (problem.path.endswith((".holds", ".columns")) and problem.path.rpartition(".")[0] in failed)
        or problem.message != "this key is required"
    ]


def check_registers(document: Document) -> None:
    """Add a problem for each column that the records do not have, for each that they need, and for stray words."""
    for index, register in enumerate(document.root.items("registers")):
        path: DocumentPath = ("registers", index)
        holds = register.text("holds")
        _check_attested(document, register, path)
        if holds not in COLUMNS:
            continue
        check_fields(document, register, path, holds)
        if register.get("group") is not None and holds != "employment":
            document.problem((*path, "group"), "only a register of employments has a group", key=True)
        given = {*register.entries("columns"), *register.entries("fixed")}
        lacking = [name for name in COLUMNS[holds].required if name not in given]
        if lacking and register.get("columns") is not None:
            document.problem((*path, "columns"), f"no column is mapped to {' and '.join(lacking)}")


def check_fields(document: Document, node: Node, path: DocumentPath, holds: str) -> None:
    """Add a problem for each field in a mapping that its records do not have, or that is said in two ways."""
    fields = COLUMNS[holds].names
    columns, fixed = node.entries("columns"), node.entries("fixed")
    for key in ("columns", "fixed"):
        for name in node.entries(key):
            if name not in fields:
                document.problem(
                    (*path, key, name), f"{holds} has no field {name}", did_you_mean(name, fields), key=True
                )
    for name in fixed:
        if name in columns:
            document.problem((*path, "fixed", name), f"{name} has a column too", "keep one of them", key=True)
    for key in ("values", "scale"):
        for name in node.entries(key):
            if name not in columns:
                message = f"no column is mapped to {name}"
                document.problem((*path, key, name), message, did_you_mean(name, columns), key=True)


def _of_mapping(problem: Problem) -> bool:
    return problem.path.startswith("registers.") and problem.path.endswith(".mapping")


def _check_attested(document: Document, register: Node, path: DocumentPath) -> None:
    attested = register.get("attested")
    if attested is None or not isinstance(attested.value, dict):
        return
    given = {key for key in ("by", "dated", "by_column", "dated_column") if key in attested.value}
    if given not in ({"by", "dated"}, {"by_column", "dated_column"}):
        document.problem(
            (*path, "attested"),
            "says who stated it and when: `by` and `dated`, or `by_column` and `dated_column`",
            key=True,
        )


def _read(id_or_path: str) -> tuple[MappingFile, Node]:
    if not is_path(id_or_path) and id_or_path not in available_mappings():
        suggestion = did_you_mean(id_or_path, available_mappings())
        raise SettingsError([Problem(id_or_path, 1, 1, "", "there is no mapping of this name", suggestion)])
    document = read_yaml(Path(id_or_path) if is_path(id_or_path) else SHIPPED / f"{id_or_path}.yaml")
    mapping = fit(MappingFile, document)
    holds = document.root.text("holds")
    if holds in COLUMNS:
        check_fields(document, document.root, (), holds)
    if mapping is None or document.problems:
        raise SettingsError(document.problems)
    return mapping, document.root


def _take_over(register: Node, mapping: Node) -> None:
    """Values of the mapping where the register has none of its own; their place is that of the name `mapping`."""
    own = register.value
    named = register.get("mapping")
    if not isinstance(own, dict) or named is None:
        return
    taken = {key: _placed(node, named) for key in _TAKEN_OVER if (node := mapping.get(key)) is not None}
    fixed = set(register.entries("fixed"))
    for key, node in taken.items():
        if key not in own:
            own[key] = node
            register.keys[key] = (named.line, named.column)
        elif key in _JOINED and isinstance(own[key].value, dict) and isinstance(node.value, dict):
            _join(own[key], node, named)
    _drop(register, "columns", fixed)
    for key in ("values", "scale"):
        _drop(register, key, fixed)


def _join(own: Node, taken: Node, named: Node) -> None:
    if isinstance(own.value, dict) and isinstance(taken.value, dict):
        for name, node in taken.value.items():
            if name not in own.value:
                own.value[name] = node
                own.keys[name] = (named.line, named.column)


def _drop(register: Node, key: str, names: Iterable[str]) -> None:
    """What the register fixes itself needs no column of the mapping."""
    entries = register.entries(key)
    named = register.get("mapping")
    for name in names:
        if (
            name in entries
            and named is not None
            and (entries[name].line, entries[name].column)
            == (
                named.line,
                named.column,
            )
        ):
            del entries[name]


def _placed(node: Node, at: Node) -> Node:
    value = node.value
    if isinstance(value, dict):
        value = {key: _placed(each, at) for key, each in value.items()}
    elif isinstance(value, list):
        value = [_placed(each, at) for each in value]
    return Node(value, at.line, at.column, dict.fromkeys(node.keys, (at.line, at.column)))
