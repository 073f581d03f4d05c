"""Reads a report as a browser would, with the standard library: elements, ids, headings, text."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from html.parser import HTMLParser

from typing_extensions import override

VOID = {"meta", "br", "rect", "path", "link", "img", "hr", "input", "col"}


@dataclass
class Element:
    """One element with everything inside it."""

    tag: str
    attributes: dict[str, str]
    children: list[Element | str] = field(default_factory=list)

    @property
    def text(self) -> str:
        """All text inside, white space made single."""
        return re.sub(r"\s+", " ", "".join(self.texts())).strip()

    def all(self, tag: str = "", css_class: str = "") -> list[Element]:
        """Every element inside with this tag and class, in the order of the page."""
        found = []
        for child in self.children:
            if isinstance(child, Element):
                if (not tag or child.tag == tag) and (
                    not css_class or css_class in child.attributes.get("class", "").split()
                ):
                    found.append(child)
                found += child.all(tag, css_class)
        return found

    def by_id(self, name: str) -> Element:
        """The element with this id."""
        return next(each for each in self.all() if each.attributes.get("id") == name)

    def texts(self) -> list[str]:
        """The text of each child, as it stands."""
        return [child if isinstance(child, str) else "".join(child.texts()) for child in self.children]


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Element("", {})
        self.open = [self.root]

    @override
    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        names = [name for name, _ in attrs]
        assert len(names) == len(set(names)), f"an attribute twice: {tag} {names}"
        element = Element(tag, {name: value or "" for name, value in attrs})
        self.open[-1].children.append(element)
        if tag not in VOID:
            self.open.append(element)

    @override
    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.open[-1].children.append(Element(tag, {name: value or "" for name, value in attrs}))

    @override
    def handle_endtag(self, tag: str) -> None:
        assert self.open[-1].tag == tag, f"</{tag}> closes <{self.open[-1].tag}>"
        self.open.pop()

    @override
    def handle_data(self, data: str) -> None:
        self.open[-1].children.append(data)


def read(html: str) -> Element:
    """The page; an AssertionError for an element that is not closed, or an attribute that stands twice."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    assert reader.open == [reader.root], f"not closed: {[each.tag for each in reader.open]}"
    return reader.root
