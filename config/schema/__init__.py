"""JSON Schemas of the files that people write, for editors; `python -m config.schema` writes them anew."""

from __future__ import annotations

import ast
import json
from pathlib import Path

from pydantic import BaseModel

import config.backup_sources
import config.catalogue
import config.claims
import config.contracts
import config.directory_sources
import config.host_sources
import config.ledgers
import config.network_sources
import config.questions
import config.registers
import config.settings
import config.source_basics
import config.sources
from config.catalogue import Catalogue
from config.claims import ClaimsFile
from config.contracts import ContractsFile
from config.ledgers import Ledger
from config.questions import QuestionsFile
from config.registers import MappingFile
from config.settings import Settings

FOLDER = Path(__file__).parent
SCHEMAS: dict[str, type[BaseModel]] = {
    "styrk.schema.json": Settings,
    "claims.schema.json": ClaimsFile,
    "contracts.schema.json": ContractsFile,
    "questions.schema.json": QuestionsFile,
    "recommendations.schema.json": Ledger,
    "catalogue.schema.json": Catalogue,
    "mapping.schema.json": MappingFile,
}
_MODULES = (
    config.source_basics,
    config.host_sources,
    config.directory_sources,
    config.backup_sources,
    config.network_sources,
    config.sources,
    config.registers,
    config.settings,
    config.claims,
    config.contracts,
    config.questions,
    config.catalogue,
    config.ledgers,
)


def schema_text(name: str) -> str:
    """Make the schema of one kind of file as it is kept, with what the models say of each key."""
    schema = SCHEMAS[name].model_json_schema()
    said = _said()
    for title, model in [(SCHEMAS[name].__name__, schema), *schema.get("$defs", {}).items()]:
        for key, value in model.get("properties", {}).items():
            if (title, key) in said:
                value["description"] = said[title, key]
    head = {"$schema": "https://json-schema.org/draft/2020-12/schema"}
    return json.dumps({**head, **schema}, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _said() -> dict[tuple[str, str], str]:
    """Read the sentence under each field in the source of the models; a subclass has its parents' too."""
    said: dict[tuple[str, str], str] = {}
    for module in _MODULES:
        tree = ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8"))
        for item in tree.body:
            if isinstance(item, ast.ClassDef):
                for parent in item.bases:
                    inherited = {key: text for (owner, key), text in said.items() if _is(parent, owner)}
                    said.update({(item.name, key): text for key, text in inherited.items()})
                said.update({(item.name, key): text for key, text in _fields(item)})
    return said


def _is(parent: ast.expr, name: str) -> bool:
    return isinstance(parent, ast.Name) and parent.id == name


def _fields(item: ast.ClassDef) -> list[tuple[str, str]]:
    found = []
    for statement, after in zip(item.body, item.body[1:], strict=False):
        if (
            isinstance(statement, ast.AnnAssign)
            and isinstance(statement.target, ast.Name)
            and isinstance(after, ast.Expr)
            and isinstance(after.value, ast.Constant)
        ):
            found.append((statement.target.id, str(after.value.value)))
    return found


def write() -> list[Path]:
    """Write every schema anew, and say which files."""
    paths = [FOLDER / name for name in SCHEMAS]
    for path in paths:
        path.write_text(schema_text(path.name), encoding="utf-8")
    return paths
