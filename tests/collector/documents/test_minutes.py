"""Minutes: which item names a report, on which day, and what was decided."""

from __future__ import annotations

from datetime import date

import pytest

from collector.documents.minutes import minutes_of, search
from collector.records.document_files import MinutesPassage

TEXT = """\
Sammanträdesprotokoll
Kommunstyrelsen
Sammanträdesdatum 2026-03-10
Innehåll
§ 46 Budget ......... 3
§ 47 Årsrapport informationssäkerhet 2025 ......... 4
§ 46 Budget
Kommunstyrelsen godkänner budgeten.
§ 47 Dnr KS 2026/0144
Årsrapport informations-
säkerhet 2025
Kommunstyrelsens beslut
{decision}
§ 48 Övriga frågor
Inget att anteckna.
"""
REPORT = "Årsrapport informationssäkerhet"


def found(text: str) -> list[MinutesPassage]:
    return list(search({REPORT: ()}, [minutes_of("protokoll/ks.pdf", text)]))


@pytest.mark.parametrize(
    ("decision", "kind", "words"),
    [
        ("Kommunstyrelsen lägger rapporten till handlingarna.", "noted", "lägger rapporten till handlingarna"),
        ("Kommunstyrelsen noterar informationen.", "noted", "noterar"),
        ("IT-chefen får i uppdrag att åtgärda bristerna. Rapporten godkänns.", "decided", "får i uppdrag"),
        ("Ärendet återremitteras.", "returned", "återremitteras"),
        ("Ingen sade något.", None, None),
    ],
)
def test_the_item_with_the_report_is_found(decision: str, kind: str | None, words: str | None) -> None:
    (passage,) = found(TEXT.format(decision=decision))
    assert (passage.body, passage.held, passage.paragraph) == ("Kommunstyrelsen", date(2026, 3, 10), "§ 47")
    assert passage.diary_number == "KS 2026/0144"
    assert passage.decision == kind
    assert passage.words == (REPORT, *([words] if words else []))
    assert len(passage.snippet or "") <= 160


def test_a_report_that_no_minutes_name_is_said_to_be_in_none() -> None:
    assert found("Kommunstyrelsen 2026-03-10\n§ 1 Budget\n") == [MinutesPassage(report=REPORT, searched=1)]


def test_a_report_may_be_named_by_other_words() -> None:
    text = "Direktionen\nDatum: 2026-03-10\n§ 5 Lägesrapporten om informationssäkerhet\nTas emot."
    (passage,) = search({REPORT: ("lägesrapport om informationssäkerhet", "lägesrapport")}, [minutes_of("d.pdf", text)])
    assert (passage.paragraph, passage.body) == ("§ 5", "Direktionen")


def test_a_report_named_outside_any_item_has_no_paragraph() -> None:
    (passage,) = found(f"Ledningsgruppen\nDatum 2026-03-10\n{REPORT} gicks igenom.")
    assert (passage.paragraph, passage.held) == (None, date(2026, 3, 10))
