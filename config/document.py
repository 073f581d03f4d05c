"""A file of settings as it was read: values with their places, and the mistakes found so far."""

from __future__ import annotations

from dataclasses import dataclass, field

from config.problems import MAX_COUNTED, Problem, SettingsError

Plain = str | int | bool | list["Plain"] | dict[str, "Plain"] | None
DocumentPath = tuple[str | int, ...]


@dataclass(slots=True, eq=False)
class Node:
    """One value of the document with the place where it begins (from 1)."""

    value: str | int | bool | list[Node] | dict[str, Node] | None
    line: int
    column: int
    keys: dict[str, tuple[int, int]] = field(default_factory=dict)
    """Of a mapping: line and column of each key."""

    def plain(self) -> Plain:
        """Give the value without places, as JSON would have it."""
        if isinstance(self.value, dict):
            return {key: node.plain() for key, node in self.value.items()}
        if isinstance(self.value, list):
            return [node.plain() for node in self.value]
        return self.value

    def get(self, *path: str | int) -> Node | None:
        """Find the node at a path below this one."""
        node: Node | None = self
        for part in path:
            if node is None:
                return None
            if isinstance(node.value, dict) and isinstance(part, str):
                node = node.value.get(part)
            elif isinstance(node.value, list) and isinstance(part, int) and 0 <= part < len(node.value):
                node = node.value[part]
            else:
                return None
        return node

    def items(self, key: str) -> list[Node]:
        """List the nodes of the list under a key; empty where there is none."""
        found = self.get(key)
        return found.value if found is not None and isinstance(found.value, list) else []

    def entries(self, key: str) -> dict[str, Node]:
        """Give the mapping under a key; empty where there is none."""
        found = self.get(key)
        return found.value if found is not None and isinstance(found.value, dict) else {}

    def text(self, *path: str | int) -> str | None:
        """Give the text at a path, if there is text."""
        found = self.get(*path)
        return found.value if found is not None and isinstance(found.value, str) else None


@dataclass(slots=True)
class Document:
    """A file as read, with the mistakes that did not keep it from being read on."""

    file: str
    root: Node
    problems: list[Problem]

    def problem(self, path: DocumentPath, message: str, suggestion: str = "", *, key: bool = False) -> None:
        """Add a mistake at a path; at its key where `key`, at the nearest enclosing value where it isn't there.

        Raises SettingsError when there are too many for it to be worth reading on.
        """
        node, line, column = self.root, self.root.line, self.root.column
        for part in path:
            found = node.get(part)
            if found is None:
                break
            line, column = node.keys[str(part)] if key and part in node.keys else (found.line, found.column)
            node = found
        name = ".".join(str(part) for part in path)
        self.problems.append(Problem(self.file, line, column, name, message, suggestion))
        if len(self.problems) > MAX_COUNTED:
            raise SettingsError(self.problems)
