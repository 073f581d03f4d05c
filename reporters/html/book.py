"""What every part of the report looks up: titles, findings, requirements that a finding touches, words, anchors."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup, escape

from reporters.report import Json, ReportContents
from reporters.texts.formats import Language
from reporters.texts.hostile import is_right_to_left, neutralised
from reporters.texts.words import Sentence, Words

_NOT_IN_ANCHOR = re.compile(r"[^A-Za-z0-9._-]")


@dataclass(frozen=True, slots=True)
class Reference:
    """A requirement as other parts of the report point to it."""

    id: str
    anchor: str
    title: str


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """One file of evidence that something rests on."""

    digest: str
    source: str
    """Empty where the bundle's index does not name the file."""
    kind: str
    obtained: str
    supplier: str
    """Whoever else controls the source; empty for the organisation's own."""


class Book:
    """The contents of a bundle with their cross-references, in one language."""

    def __init__(self, contents: ReportContents, language: Language) -> None:
        self.contents = contents
        self.language: Language = language
        self.words = Words(language)
        self.controls: Mapping[str, Json] = {each["id"]: each for each in contents.controls}
        self.findings: Mapping[str, Json] = {each["id"]: each for each in contents.findings}
        self.assessed: list[Json] = contents.assessment.get("requirements", [])
        self._populations: Mapping[str, Json] = {
            each["digest"]: each for each in contents.evidence.get("populations", ()) if each.get("digest")
        }
        self._anchors: set[str] = set()
        self.references = self._refer()
        self.touched = self._touch()

    def text(self, value: Any) -> str:
        """A text of the report's language from `{sv, en}`; plain text as it is, nothing where there is none."""
        if isinstance(value, Mapping):
            return str(value.get(self.language) or value.get("sv") or value.get("en") or "")
        return "" if value is None else str(value)

    def evidence_files(self, digests: Iterable[str]) -> tuple[EvidenceFile, ...]:
        """What the hashes of evidence files stand for, by source and kind."""
        found = []
        for digest in digests:
            held = self._populations.get(digest)
            if held is None:
                found.append(EvidenceFile(digest, "", "", "", ""))
                continue
            given = held["provenance"]
            whose = given.get("controlled_by", "own")
            supplier = "" if whose == "own" else neutralised(str(whose))
            found.append(
                EvidenceFile(digest, held["source"], self.words.code("kind", held["kind"]), given["obtained"], supplier)
            )
        return tuple(sorted(found, key=lambda each: (each.source, each.kind, each.digest)))

    def control_title(self, control: str) -> str:
        """The title of a control; its id where the bundle does not describe it."""
        return self.text(self.controls.get(control, {}).get("title")) or control

    def sentence(self, sentence: Sentence) -> Markup:
        """A sentence as HTML, its facts neutralised, and set apart where they run from right to left."""
        return Markup("").join(self._piece(piece, foreign=foreign) for piece, foreign in sentence.parts(self.words))

    def anchor(self, *parts: str) -> str:
        """An id for an element that no other element has."""
        wished = _NOT_IN_ANCHOR.sub("_", "-".join(parts))[:120]
        anchor, number = wished, 1
        while anchor in self._anchors:
            number += 1
            anchor = f"{wished}.{number}"
        self._anchors.add(anchor)
        return anchor

    def touches(self, findings: Iterable[str]) -> tuple[Reference, ...]:
        """The requirements that rest on any of the findings, in the order of the catalogues."""
        found = {place for finding in findings for place in self.touched.get(finding, ())}
        return tuple(self.references[place] for place in sorted(found))

    def _refer(self) -> list[Reference]:
        titles = {
            (catalogue["id"], requirement["id"]): self.text(requirement.get("title"))
            for catalogue in self.contents.catalogues
            for requirement in catalogue["requirements"]
        }
        return [
            Reference(
                each["id"],
                self.anchor("r", each["catalogue"], each["id"]),
                titles.get((each["catalogue"], each["id"]), ""),
            )
            for each in self.assessed
        ]

    def _touch(self) -> dict[str, list[int]]:
        touched: dict[str, list[int]] = {}
        for place, requirement in enumerate(self.assessed):
            for control in requirement["controls"]:
                for finding in control["findings"]:
                    touched.setdefault(finding, []).append(place)
        return touched

    @staticmethod
    def _piece(piece: str, *, foreign: bool) -> Markup:
        shown = escape(neutralised(piece))  # the rest, too: an unknown reason's code is somebody's own text
        return Markup("<bdi>{}</bdi>").format(shown) if foreign and is_right_to_left(piece) else shown
