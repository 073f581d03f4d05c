"""The matrix of zones in the report: every pair, in words too, and nothing where there are no zones."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from reporters.html.book import Book
from reporters.html.render import render
from reporters.html.zones import zone_matrix
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.page import read
from tests.reporters.html.small import small


def cell(source: str, destination: str, picture: str = "agrees", **facts: Any) -> dict[str, Any]:
    empty = {"judged": True, "declared": [], "passing": {}, "unsure": {}, "probes": [], "remarks": []}
    return {"source": source, "destination": destination, "picture": picture, **empty, **facts}


FLOW = {
    "protocol": "tcp", "ports": ["443"], "addresses": [], "purpose": "E-tjänst", "owner": "it", "valid_until": None,
    "expired": False, "diary_number": "KS 1",
}  # fmt: skip
REMARK = {
    "check": "segmentation-flows--rules", "reason": "passes-undeclared", "verdict": "deviates",
    "subject": "a -> b tcp/22",
    "facts": {"device": "fw", "origin": "10.1.0.1", "destination": "10.2.0.1", "rule": "f forward handle 1"},
}  # fmt: skip
PROBE = {"target": "10.2.0.5", "port": 443, "protocol": "tcp", "outcome": "open"}
DOCUMENT: dict[str, Any] = {
    "zones": ["a", "b"],
    "cells": [
        cell("b", "a"),
        cell(
            "a",
            "b",
            "differs",
            declared=[FLOW],
            passing={"tcp": "22,443", "udp": "1-65535"},
            probes=[PROBE],
            remarks=[REMARK],
        ),
    ],
    "unread": ["fw9"],
    "gaps": 2,
}


def test_what_deviates_comes_first_and_quiet_pairs_are_counted() -> None:
    document = {**DOCUMENT, "cells": [cell("b", "a", declared=[FLOW]), DOCUMENT["cells"][1]]}
    found = zone_matrix(Book(replace(small(), segmentation=document), "sv"))
    assert [(each.source, each.picture) for each in found.pairs] == [("a", "differs"), ("b", "agrees")]
    counted = zone_matrix(Book(replace(small(), segmentation=DOCUMENT), "sv"))
    assert (counted.quiet, counted.unseen) == (1, 0)


def test_a_pair_that_nothing_tells_of_is_not_said_to_be_shut() -> None:
    document = {**DOCUMENT, "cells": [cell("b", "a", "not-seen"), DOCUMENT["cells"][1]]}
    counted = zone_matrix(Book(replace(small(), segmentation=document), "sv"))
    assert (counted.quiet, counted.unseen) == (0, 1)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_square_leads_to_its_flows_and_says_itself_in_words(language: Language) -> None:
    section = read(render(replace(small(), segmentation=DOCUMENT), language)).by_id("zones")
    (link,) = section.all("td")[1].all("a") or section.all("table")[0].all("a")
    anchor = link.attributes["href"][1:]
    assert link.attributes["aria-label"].startswith(
        {"sv": "Från a till b: avviker.", "en": "From a to b: deviates."}[language]
    )
    details = section.by_id(anchor)
    text = details.text
    assert "E-tjänst" in text
    assert "KS 1" in text
    assert "10.2.0.5:443/tcp" in text
    assert "f forward handle 1" in text
    assert "fw9" in section.text


def test_without_zones_there_is_no_section() -> None:
    assert 'id="zones"' not in render(small(), "sv")


def test_hostile_names_are_harmless() -> None:
    evil = "<script>alert(1)</script>"
    document = {
        **DOCUMENT,
        "cells": [cell("a", "b", declared=[{**FLOW, "purpose": evil, "owner": evil}])],
        "unread": [evil],
    }
    assert "<script>" not in render(replace(small(), segmentation=document), "en")
