"""The page that comes out: whole, self-contained, in order, and nobody's name left out."""

from __future__ import annotations

import base64
import hashlib
import re
from functools import cache
from itertools import pairwise

import pytest

from reporters.html.groups import SHOWN
from reporters.html.render import render
from reporters.texts.formats import LANGUAGES, Language
from tests.reporters.html.page import Element, read
from tests.reporters.html.sample import AS_OF, estate
from tests.reporters.html.small import small

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")


@cache
def rendered(language: Language) -> str:
    return render(estate(), language)


@cache
def page(language: Language) -> Element:
    return read(rendered(language))


both = pytest.mark.parametrize("language", LANGUAGES)


@both
def test_ids_are_unique_and_links_lead_somewhere(language: Language) -> None:
    ids = [each.attributes["id"] for each in page(language).all() if "id" in each.attributes]
    assert len(ids) == len(set(ids))
    targets = [each.attributes["href"] for each in page(language).all("a")]
    assert len(targets) > 100
    assert all(target.startswith("#") and target[1:] in ids for target in targets)
    for each in page(language).all():
        for name in each.attributes.get("aria-labelledby", "").split():
            assert name in ids


@both
def test_headings_go_down_one_step_at_a_time(language: Language) -> None:
    levels = [int(each.tag[1]) for each in page(language).all() if each.tag in HEADINGS]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))


@both
def test_the_parts_stand_in_the_order_of_what_to_do(language: Language) -> None:
    parts = [each.attributes["id"] for each in page(language).all("main")[0].children if isinstance(each, Element)]
    wanted = [
        "summary",
        "todo",
        "unknown",
        "requirements",
        "ways",
        "backup",
        "zones",
        "claims",
        "recommendations",
        "waivers",
        "collected",
        "rules",
    ]
    assert parts == wanted
    links = [each.attributes["href"] for each in page(language).all("nav")[0].all("a")]
    assert links == [f"#{part}" for part in wanted]


@both
def test_landmarks_and_language(language: Language) -> None:
    root = page(language)
    assert root.all("html")[0].attributes["lang"] == language
    assert [len(root.all(tag)) for tag in ("main", "nav", "title")][:2] == [1, 1]
    assert root.all("a")[0].attributes["href"] == "#content"
    assert root.by_id("content").tag == "main"


@both
def test_tables_have_captions_and_scopes(language: Language) -> None:
    tables = page(language).all("table")
    assert tables
    for table in tables:
        assert table.all("caption")[0].text
        assert all(cell.attributes.get("scope") in {"col", "row"} for cell in table.all("th"))


@both
def test_every_picture_says_in_words_what_it_shows(language: Language) -> None:
    for picture in page(language).all("svg"):
        if picture.attributes.get("aria-hidden") == "true":
            continue
        assert picture.attributes["role"] == "img"
        total = int(re.search(r"\d+", picture.all("title")[0].text.rpartition(":")[2])[0])  # type: ignore[index]
        counts = [int(each) for each in re.findall(r": (\d+)", picture.all("desc")[0].text)]
        assert sum(counts) == total


@both
def test_nothing_is_fetched_and_nothing_runs(language: Language) -> None:
    html = rendered(language)
    root = page(language)
    tags = {each.tag for each in root.all()}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base"}
    names = {name for each in root.all() for name in each.attributes}
    assert not {name for name in names if name.startswith("on")} | (names & {"style", "src", "srcset", "action"})
    style = root.all("style")[0].children[0]
    assert isinstance(style, str)
    assert not re.search(r"url\(|@import|expression\(", style)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(
        each.attributes["content"]
        for each in root.all("meta")
        if each.attributes.get("http-equiv") == "Content-Security-Policy"
    )
    assert policy == f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"
    assert "http://" not in html
    assert "https://" not in html


@both
def test_every_exception_is_named(language: Language) -> None:
    names = {each.text for each in page(language).all("b", "who")}
    found = [each["subject"] for finding in estate().findings for each in finding["exceptions"]]
    undetermined = [each["subject"] for finding in estate().findings for each in finding["undetermined"]]
    assert len(found) > 50
    assert len(undetermined) > 50
    assert set(found) | set(undetermined) <= names


@both
def test_long_lists_are_folded_and_not_cut(language: Language) -> None:
    cards = page(language).by_id("unknown").all("article", "card")
    folded = [card for card in cards if card.all("details") and len(card.all("b", "who")) > SHOWN + 3]
    assert folded
    for card in folded:
        names = card.all("div", "names")[0]
        rest = names.all("details")[0]
        said = int(re.search(r"\d+", rest.all("summary")[0].text)[0])  # type: ignore[index]
        assert len(rest.all("b", "who")) == said
        assert len(names.all("b", "who")) == said + SHOWN


@both
def test_the_figures_of_the_summary_are_those_of_the_findings(language: Language) -> None:
    open_ = {
        (finding["check"], finding["source"], each["subject"], each["reason"], each["severity"])
        for finding in estate().findings
        for each in finding["exceptions"]
        if each["waiver"] is None
    }
    tiles = {
        each.attributes["class"].split()[1]: int(each.all("b")[0].text)
        for each in page(language).by_id("summary").all("li", "tile")
    }
    for severity in ("high", "medium", "low"):
        assert tiles[f"v-{severity}"] == sum(key[-1] == severity for key in open_)
    shown = page(language).by_id("todo").all("b", "who")
    assert len(shown) == len(open_) == tiles["v-high"] + tiles["v-medium"] + tiles["v-low"]
    unknown = {
        (finding["check"], finding["source"], each["subject"], each["reason"])
        for finding in estate().findings
        for each in finding["undetermined"]
    }
    assert tiles["v-unknown"] == len(unknown)


@both
def test_every_requirement_has_its_judgement(language: Language) -> None:
    assessed = estate().assessment["requirements"]
    rows = page(language).by_id("requirements").all("article", "requirement")
    assert len(rows) == len(assessed)
    for catalogue in estate().catalogues:
        part = page(language).by_id(f"c-{catalogue['id']}")
        judged = {
            row.all("span", "id")[0].text: group.all("summary")[0].all("span", "mark")[0].attributes["class"].split()[1]
            for group in part.all("details", "judgements")
            for row in group.all("article", "requirement")
        }
        wanted = {each["id"]: f"j-{each['status']}" for each in assessed if each["catalogue"] == catalogue["id"]}
        assert judged == wanted


@both
def test_the_most_urgent_comes_first(language: Language) -> None:
    order = [each.attributes["class"].split()[1] for each in page(language).by_id("todo").all("article", "card")]
    ranks = [("v-high", "v-medium", "v-low").index(each) for each in order]
    assert ranks == sorted(ranks)


@both
def test_gaps_say_source_cause_and_remedy(language: Language) -> None:
    gaps = page(language).by_id("unknown").all("article", "gap")
    texts = " ".join(each.text for each in gaps)
    assert len(gaps) == 2
    for part in ("skolkatalog", "invalidCredentials (49)", "fil1.example.test", "let the reading account read"):
        assert part in texts
    quoted = [each for gap in gaps for each in gap.all() if each.attributes.get("lang") == "en"]
    assert len(quoted) == {"sv": 4, "en": 2}[language]  # details, and in Swedish what there are no words for


@both
def test_what_to_do_about_a_gap_is_told_in_the_language_of_the_report(language: Language) -> None:
    contents = small()
    contents.evidence["gaps"][0]["remedy"] = "install <b>nft</b>, or give its full path in the settings"
    html = render(contents, language)
    told = {
        "sv": "<dd>installera &lt;b&gt;nft&lt;/b&gt;, eller ange hela sökvägen i inställningarna</dd>",
        "en": "<dd>install &lt;b&gt;nft&lt;/b&gt;, or give its full path in the settings</dd>",
    }
    assert told[language] in html


@both
def test_every_evidence_file_is_listed_with_how_it_was_read(language: Language) -> None:
    text = page(language).by_id("collected").text
    for population in estate().evidence["populations"]:
        assert population["digest"] in text
        assert all(" ".join(method.split()) in text for method in population["provenance"]["method"])
    assert "cn=styrk" in text or "skolkatalog" in text


@both
def test_claims_and_waivers_are_shown(language: Language) -> None:
    claims = page(language).by_id("claims").all("article", "claim")
    assert [each.attributes["class"].split()[2] for each in claims] == [
        "c-contradicted",
        "c-not-verifiable",
        "c-not-verifiable",
    ]
    assert "web2.example.test" in claims[0].text
    waivers = page(language).by_id("waivers").text
    assert "KS 2026/0113" in waivers
    assert "E-post" in waivers


@both
def test_the_same_contents_give_the_same_bytes(language: Language) -> None:
    assert render(estate(), language) == rendered(language)


def test_the_header_says_whose_and_when() -> None:
    header = page("sv").all("header")[0].text
    for part in ("Exempelkommun", "KS 2026/0142", f"{AS_OF:%Y-%m-%d %H:%M}", "styrk verify 20261121T053000Z"):
        assert part in header
    assert "21 Nov 2026" in page("en").all("header")[0].text
