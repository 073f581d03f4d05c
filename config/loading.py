"""Reads `styrk.yaml`, and tells every mistake in it at once with its place."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any, TypeVar

from config.catalogue import is_path
from config.document import Document
from config.problems import Problem, SettingsError
from config.references import anchored, check_references
from config.register_mappings import drop_consequences, merge_mappings
from config.settings import Settings
from config.sources import ResticSource, Strict
from config.validation import fit
from config.yaml_reader import parse_yaml, read_yaml

__all__ = ["Problem", "SettingsError", "example_text", "load_default_settings", "load_settings"]

DEFAULT = Path(__file__).parent / "default.yaml"
EXAMPLE = Path(__file__).parent / "example.yaml"
_REFERENCES = frozenset({"password", "passphrase", "private_key"})
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:")
S = TypeVar("S", bound=Strict)


def load_settings(path: Path) -> Settings:
    """Load a settings file, relative paths made absolute from its folder; raises SettingsError with every mistake."""
    return _settings(read_yaml(path), path.absolute().parent)


def load_default_settings() -> Settings:
    """Load the settings of a scan without a file: this host, by the catalogues that concern every municipality."""
    return _settings(read_yaml(DEFAULT), Path())


def parse_settings(content: bytes, file: str, base: Path) -> Settings:
    """Read settings from bytes, for `file` in messages and `base` for relative paths; raises SettingsError."""
    return _settings(parse_yaml(content, file), base)


def example_text() -> str:
    """Give the commented settings file that `styrk init` writes."""
    return EXAMPLE.read_text(encoding="utf-8")


def _settings(document: Document, base: Path) -> Settings:
    elsewhere = merge_mappings(document, base)
    settings = fit(Settings, document)
    drop_consequences(document)
    elsewhere += check_references(document, base)
    if settings is None or document.problems or elsewhere:
        raise SettingsError([*document.problems, *elsewhere])
    placed = _placed(settings, base)
    entries = (str(anchored(each, base)) if is_path(each) else each for each in placed.catalogues)
    return placed.model_copy(update={"catalogues": tuple(entries)})


def _placed(model: S, base: Path) -> S:
    """Make every path in a model absolute, those of `file:` references and of a local repository too."""
    return model.model_copy(update={name: _value(model, name, value, base) for name, value in model})


def _value(model: Strict, name: str, value: Any, base: Path) -> Any:
    if isinstance(value, Path):
        return anchored(value, base)
    if isinstance(value, Strict):
        return _placed(value, base)
    if isinstance(value, tuple):
        return tuple(_value(model, name, each, base) if isinstance(each, Strict | Path) else each for each in value)
    if name in _REFERENCES and isinstance(value, str) and value.startswith("file:"):
        return f"file:{anchored(value.removeprefix('file:'), base)}"
    if isinstance(model, ResticSource) and name == "repository" and not _SCHEME.match(value):
        return str(anchored(value, base))
    return value
