"""Contracts with suppliers: which clause answers to which control, marked by someone who has read the contract."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated

from pydantic import Field

from config.catalogue import Text, check_control, load_controls
from config.document import Document
from config.problems import SettingsError
from config.settings import Settings
from config.sources import Identifier, Strict
from config.statement_files import read_all
from config.validation import fit
from config.yaml_reader import read_yaml

CLAUSES = Path(__file__).parent / "clauses.yaml"
Line = Annotated[str, Field(min_length=1, max_length=300)]


class ClauseSettings(Strict):
    """One clause, and the controls that it promises."""

    clause: Line
    """Its number in the contract."""
    page: Annotated[int, Field(ge=1)] | None = None
    controls: Annotated[tuple[Identifier, ...], Field(min_length=1)]


class ContractSettings(Strict):
    """One contract with a supplier."""

    id: Identifier
    supplier: Line
    title: Line | None = None
    diary_number: Line | None = None
    signed: dt.date | None = None
    valid_from: dt.date | None = None
    """First day; a contract that has not begun promises nothing yet."""
    valid_to: dt.date | None = None
    """Last day; a contract that has ended promises nothing."""
    clauses: tuple[ClauseSettings, ...] = ()


class ContractsFile(Strict):
    """The whole of a file of contracts."""

    contracts: tuple[ContractSettings, ...]


class ClausesFile(Strict):
    """Proposed clauses, by control."""

    clauses: dict[Identifier, Text]


def load_contracts(settings: Settings) -> tuple[ContractSettings, ...]:
    """Load the contracts that the settings name; raises SettingsError with every mistake."""
    return load_contract_files(settings.contracts)


def load_contract_files(entries: tuple[Path, ...]) -> tuple[ContractSettings, ...]:
    """Load contracts from files, folders and patterns; raises SettingsError with every mistake."""
    return read_all(entries, "contracts", _read)


@cache
def load_clauses() -> Mapping[str, Text]:
    """Load the clauses that are proposed where a contract has none; raises SettingsError."""
    document = read_yaml(CLAUSES)
    file = fit(ClausesFile, document)
    for name in document.root.entries("clauses"):
        if name not in load_controls():
            document.problem(("clauses", name), f"there is no control {name}", key=True)
    if file is None or document.problems:
        raise SettingsError(document.problems)
    return file.clauses


def _read(path: Path) -> tuple[Document, tuple[ContractSettings, ...]]:
    document = read_yaml(path)
    file = fit(ContractsFile, document)
    for index, contract in enumerate(document.root.items("contracts")):
        for place, clause in enumerate(contract.items("clauses")):
            for number, control in enumerate(clause.items("controls")):
                if isinstance(control.value, str):
                    here = ("contracts", index, "clauses", place, "controls", number)
                    check_control(document, here, control.value, None, ())
    if file is None and not document.problems:
        raise SettingsError(document.problems)
    return document, file.contracts if file is not None else ()
