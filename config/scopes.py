"""Checks that several kinds of files share: names that must be there, and names that may be there once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet

from config.document import Document, DocumentPath, Node
from config.problems import did_you_mean


def unique(document: Document, nodes: Sequence[Node], path: DocumentPath, key: str) -> None:
    """Add a problem for each value of a key that an earlier node of the list has already."""
    first: dict[str, int] = {}
    for index, node in enumerate(nodes):
        found = node.get(key)
        if found is not None and isinstance(found.value, str):
            if found.value in first:
                message = f"{found.value} is used twice, first on line {first[found.value]}"
                document.problem((*path, index, key), message)
            first.setdefault(found.value, found.line)


def known(document: Document, path: DocumentPath, names: Iterable[str], what: str, *, key: bool = False) -> None:
    """Add a problem where the text at a path is none of the names."""
    name = str(path[-1]) if key else document.root.text(*path)
    choices = sorted(names)
    if name is not None and name not in choices:
        suggestion = did_you_mean(name, choices) or "none is declared"
        document.problem(path, f"there is no {what} {name}", suggestion, key=key)


def check_scope(
    document: Document, owner: Node, path: DocumentPath, sources: AbstractSet[str], tags: AbstractSet[str]
) -> None:
    """Add a problem for each source and tag of a scope that is not configured: it would match nothing."""
    scope = owner.get("scope")
    if scope is None:
        return
    for index, _ in enumerate(scope.items("sources")):
        known(document, (*path, "sources", index), sources, "source")
    for index, _ in enumerate(scope.items("tags")):
        known(document, (*path, "tags", index), tags, "source with the tag")
