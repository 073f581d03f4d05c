"""Fits a document to a pydantic model, and says of every mistake where it is and what to write instead."""

from __future__ import annotations

import json
import re
import unicodedata
from typing import Any, TypeVar

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from config.document import Document, DocumentPath, Node
from config.problems import did_you_mean

M = TypeVar("M", bound=BaseModel)

_WANTED = {
    "string_type": "must be text",
    "int_type": "must be a whole number",
    "int_from_float": "must be a whole number",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "dict_type": "must be a mapping (key: value)",
    "model_type": "must be a mapping (key: value)",
    "model_attributes_type": "must be a mapping (key: value)",
    "path_type": "must be the name of a file or folder",
    "date_type": "must be a date, YYYY-MM-DD",
    "date_parsing": "must be a date, YYYY-MM-DD",
    "date_from_datetime_parsing": "must be a date, YYYY-MM-DD",
    "date_from_datetime_inexact": "must be a date, YYYY-MM-DD",
}
_UNION = "must be true or false, a whole number, text, or a list of texts"
_MODEL_WORDS = re.compile(r"^(?:Input|Value|String|Tuple|Dictionary) should | after validation")
_QUOTED = re.compile(r"'([^']*)'")


def fit(model: type[M], document: Document) -> M | None:
    """Make the model of a document; None where it does not fit, and then `document.problems` says why."""
    try:
        return model.model_validate_json(json.dumps(document.root.plain()))
    except ValidationError as error:
        _explain(error, model, document)
        return None


def _explain(error: ValidationError, model: type[BaseModel], document: Document) -> None:
    schema = model.model_json_schema()
    errors = [(detail, *_path(document.root, detail["loc"])) for detail in error.errors(include_url=False)]
    paths = {path for _, path, _ in errors}
    for detail, path, in_union in errors:
        if in_union:  # one mistake gives an error for every type that was allowed
            if not any(len(other) > len(path) and other[: len(path)] == path for other in paths):
                document.problem(path, _UNION)
        else:
            _add(document, schema, detail, path)


def _path(root: Node, loc: tuple[str | int, ...]) -> tuple[DocumentPath, bool]:
    """Find the path in the document of pydantic's location, which names union members too.

    The second value says whether the location ends in such a name: the error is about one of several types.
    """
    node, path = root, DocumentPath()
    skipped = False
    for index, part in enumerate(loc):
        if path and isinstance(path[-1], int) and not skipped and node.text("type") == part:
            skipped = True  # the tag of a discriminated union
            continue
        found = node.get(part)
        skipped = False
        if found is not None:
            node, path = found, (*path, part)
        elif index == len(loc) - 1:
            return (path, True) if _names_type(part) else ((*path, part), False)
    return path, False


def _names_type(part: str | int) -> bool:
    return part in {"bool", "int", "str"} or str(part).startswith("tuple[")


def _add(document: Document, schema: dict[str, Any], detail: ErrorDetails, path: DocumentPath) -> None:
    kind, context = detail["type"], detail.get("ctx", {})
    node = document.root.get(*path)
    message, suggestion = (
        _MODEL_WORDS.sub(lambda found: "" if found.start() else "must ", detail["msg"]).removesuffix(", not 0"),
        "",
    )
    if kind == "missing":
        message = "this key is required"
    elif kind == "extra_forbidden":
        document.problem(path, "unknown key", did_you_mean(str(path[-1]), _keys(schema, document, path)), key=True)
        return
    elif path and path[-1] == "[key]":
        document.problem(path[:-1], "as a key: " + _pattern_message(detail), _slug(str(path[-2])), key=True)
        return
    elif kind == "too_short" and node is not None and isinstance(node.value, list | dict) and node.value:
        return  # it is long enough; its items have mistakes of their own
    elif node is not None and node.value is None:
        message = "has no value: " + _WANTED.get(kind, message)
    elif kind == "union_tag_not_found":
        message, path = "this key is required", (*path, "type")
    elif kind in ("literal_error", "union_tag_invalid"):
        choices = _QUOTED.findall(context.get("expected", context.get("expected_tags", "")))
        path = (*path, "type") if kind == "union_tag_invalid" else path
        message, suggestion = "unknown value", did_you_mean(document.root.text(*path) or "", choices)
    elif kind == "string_pattern_mismatch":
        message = _pattern_message(detail)
        suggestion = _pattern_suggestion(detail, document.root.text(*path) or "")
    elif kind in _WANTED:
        message, suggestion = _WANTED[kind], _conversion(kind, node)
    document.problem(path, message, suggestion)


def _conversion(kind: str, node: Node | None) -> str:
    value = node.value if node is not None else None
    if kind == "string_type" and isinstance(value, bool):
        return f'write it in quotes: "{str(value).lower()}"'
    if kind == "string_type" and isinstance(value, int):
        return f'write it in quotes: "{value}"'
    if kind == "int_type" and isinstance(value, str) and re.fullmatch(r"[0-9]{1,15}", value):
        return f"write {int(value)}, without quotes or leading zeros"
    if kind == "bool_type" and isinstance(value, str):
        words = {"yes": "true", "ja": "true", "on": "true", "no": "false", "nej": "false", "off": "false"}
        word = words.get(value.lower(), value.lower())
        return f"write {word}" if word in ("true", "false") else ""
    if kind == "tuple_type" and isinstance(value, (str, int)):
        return "write it as a list: [...]"
    return ""


def _pattern_message(detail: ErrorDetails) -> str:
    pattern = str(detail.get("ctx", {}).get("pattern", ""))
    if "cred:" in pattern:
        return "a secret is never written in this file: say where it is kept"
    if pattern.startswith("^[a-z0-9]"):
        return "must be lower-case letters a-z, digits and hyphens, at most 63"
    if r"\d{1,5}" in pattern:
        return "must be a port, or two with a hyphen between"
    return "is not written as it must be here"


def _pattern_suggestion(detail: ErrorDetails, value: str) -> str:
    pattern = str(detail.get("ctx", {}).get("pattern", ""))
    if "env:" in pattern:
        return "env:NAME, file:/path or cred:NAME"
    if "cred:" in pattern:
        return "file:/path of the key, or cred:NAME"
    if pattern.startswith("^[a-z0-9]"):
        return _slug(value)
    return "for example 443 or 8000-8010" if r"\d{1,5}" in pattern else ""


def _slug(value: str) -> str:
    ascii_text = unicodedata.normalize("NFKD", value).encode("ascii", "ignore").decode().lower()
    slug = re.sub(r"[^a-z0-9]+", "-", ascii_text).strip("-")[:63]
    return f"for example {slug}" if slug else ""


def _keys(schema: dict[str, Any], document: Document, path: DocumentPath) -> list[str]:
    """List the keys that the schema knows where an unknown key stands and that are not used there yet."""
    here, node = schema, document.root
    for part in path[:-1]:
        here = _resolved(here, node, schema)
        below = here.get("items") if isinstance(part, int) else here.get("properties", {}).get(part)
        here = below or here.get("additionalProperties") or next(iter(here.get("patternProperties", {}).values()), {})
        node = node.get(part) or node
    used = node.value if isinstance(node.value, dict) else {}
    return [key for key in _resolved(here, node, schema).get("properties", {}) if key not in used]


def _resolved(here: dict[str, Any], node: Node, schema: dict[str, Any]) -> dict[str, Any]:
    """Follow references, and choose the member of a union that the node is."""
    while True:
        if "discriminator" in here:
            reference = here["discriminator"]["mapping"].get(node.text("type"))
            here = {"$ref": reference} if reference else {}
        elif "anyOf" in here:
            here = next((each for each in here["anyOf"] if each.get("type") != "null"), {})
        elif "$ref" in here:
            here = schema["$defs"][here["$ref"].rpartition("/")[2]]
        else:
            return here
