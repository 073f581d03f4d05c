"""Documents as files: a record for each, real PDFs among them, and malformed ones that become gaps with their name."""

from __future__ import annotations

import gzip
import io
from datetime import date
from pathlib import Path

import pypdf
import pytest
from pypdf.generic import DictionaryObject, NameObject, StreamObject

from collector.collection import collect
from collector.documents.folder import DocumentFolder
from collector.documents.pdf import read_pdf
from collector.evidence import EvidenceSet, Gap, GapCause
from collector.recorder import ConfiguredSource
from collector.records.document_files import DocumentFile, MinutesPassage
from collector.source import SourceError
from config.sources import DocumentSource
from tests.collector.documents.made_documents import docx, odt, packed, paragraph, printed

FIELD = (
    "<w:p><w:r><w:t>Skriven: </w:t></w:r>"
    '<w:r><w:fldChar w:fldCharType="begin"/></w:r><w:r><w:instrText> DATE \\@ "yyyy-MM-dd" </w:instrText></w:r>'
    '<w:r><w:fldChar w:fldCharType="separate"/></w:r><w:r><w:t>2026-11-20</w:t></w:r>'
    '<w:r><w:fldChar w:fldCharType="end"/></w:r></w:p>'
)
HIDDEN = (
    "<w:p><w:r><w:rPr><w:vanish/></w:rPr><w:t>2026-01-01</w:t></w:r>"
    "<w:del><w:r><w:t>2026-01-02</w:t></w:r></w:del></w:p>"
)
BOMB = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><w:document/>'
OUTSIDE = '<?xml version="1.0"?><!DOCTYPE b [<!ENTITY x SYSTEM "file:///etc/passwd">]><w:document>&x;</w:document>'


def scanned_pdf() -> bytes:
    """A page that holds a picture and no text."""
    writer, made = pypdf.PdfWriter(), io.BytesIO()
    page = writer.add_blank_page(72, 72)
    picture = StreamObject()
    picture.update({NameObject("/Type"): NameObject("/XObject"), NameObject("/Subtype"): NameObject("/Image")})
    held = DictionaryObject({NameObject("/I"): writer._add_object(picture)})  # noqa: SLF001  # has no public name
    page[NameObject("/Resources")] = DictionaryObject({NameObject("/XObject"): held})
    writer.write(made)
    return made.getvalue()


SCANNED = scanned_pdf()
LOOP = (
    b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n2 0 obj<</Type/Pages/Kids[2 0 R]/Count 1>>endobj\n"
    b"trailer<</Root 1 0 R>>\n%%EOF"
)


def read(folder: Path, **settings: object) -> EvidenceSet:
    source = DocumentFolder(DocumentSource(id="documents", type="documents", folder=folder, **settings))  # type: ignore[arg-type]
    return collect([ConfiguredSource(source, source.provides)], folder.parent / "run", "test")


def documents(evidence: EvidenceSet) -> tuple[dict[str, DocumentFile], tuple[Gap, ...]]:
    (population,) = [each for each in evidence.populations if each.kind == "document-file"]
    return {each.subject: each for each in population.records if isinstance(each, DocumentFile)}, population.missing


@pytest.fixture(scope="module")
def print_shop(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three PDFs that a browser printed."""
    folder = tmp_path_factory.mktemp("print")
    far = '<p style="page-break-before: always">'
    printed(
        folder,
        {
            "riktlinje": "<h1>Riktlinje för informationssäkerhet</h1><p>Antagen av kommunstyrelsen 2026-05-04, § 47<br>"
            f"Dnr KS 2026/0144</p>{far}Enligt säkerhetsskyddslagen (2018:585), ändrad 1 juli 2019.</p>{far}"
            "Nästa översyn: 2028-05-04</p>",
            "odaterad": "<h1>Rutin för incidenter</h1><p>Åtgärda fel.</p>",
            "protokoll-ks": "<p>Sammanträdesprotokoll<br>Kommunstyrelsen<br>Sammanträdesdatum 10 mars 2026</p>"
            "<p>§ 46 Budget</p><p>Godkänns.</p><p>§ 47 Årsrapport informationssäkerhet 2025</p>"
            "<p>Dnr KS 2026/0099</p><p>Rapporten läggs till handlingarna.</p>",
        },
    )
    return folder


def test_what_a_reader_sees_on_a_printed_pdf_is_read(print_shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    for file in print_shop.glob("*.pdf"):
        (folder / file.name).write_bytes(file.read_bytes())
    evidence = read(folder, minutes=("protokoll*",), reports={"Årsrapport informationssäkerhet": ()})
    found, missing = documents(evidence)
    assert missing == ()
    policy = found["riktlinje.pdf"]
    assert (policy.pages, policy.visible_date, policy.date_label) == (3, date(2026, 5, 4), "antagen")
    assert policy.dates == (date(2026, 5, 4), date(2028, 5, 4))  # 1 July 2019 stands on a page between
    assert policy.diary_numbers == ("KS 2026/0144",)
    assert (policy.decided_by, policy.decided, policy.paragraph) == ("Kommunstyrelsen", date(2026, 5, 4), "§ 47")
    assert policy.review_due == date(2028, 5, 4)
    assert found["odaterad.pdf"].dates == ()
    assert found["odaterad.pdf"].visible_date is None
    assert found["odaterad.pdf"].created is not None
    (population,) = [each for each in evidence.populations if each.kind == "minutes-passage"]
    (passage,) = population.records
    assert isinstance(passage, MinutesPassage)
    assert (passage.body, passage.held, passage.paragraph) == ("Kommunstyrelsen", date(2026, 3, 10), "§ 47")
    assert (passage.diary_number, passage.decision) == ("KS 2026/0099", "noted")


def test_of_the_text_only_what_the_records_name_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "rutin.docx").write_bytes(docx("Rutin 2026-05-04", "En hemlig mening om Anna Exempel."))
    read(folder)
    kept = [gzip.decompress(path.read_bytes()) for path in (tmp_path / "run").rglob("*.gz")]
    assert b"Rutin" in b"".join(kept)
    assert b"hemlig" not in b"".join(kept)


@pytest.mark.parametrize("name", ["r.docx", "r.odt"])
def test_text_of_office_files_is_what_a_reader_sees(name: str, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    date_field = (
        '<text:p>Skriven: <text:date>2026-11-20</text:date><text:date text:fixed="true">2026-05-04</text:date></text:p>'
    )
    deleted = "<text:tracked-changes><text:p>2026-01-01</text:p></text:tracked-changes>"
    made = {
        "r.docx": docx("Rutin", "Fastställd 2026-05-04", FIELD, HIDDEN, footer="Dnr KS 2026/0144"),
        "r.odt": odt("Rutin", date_field, deleted, header="Dnr KS 2026/0144"),
    }
    (folder / name).write_bytes(made[name])
    found, missing = documents(read(folder))
    assert missing == ()
    assert found[name].dates == (date(2026, 5, 4),)
    assert found[name].diary_numbers == ("KS 2026/0144",)
    assert found[name].pages is None


def locked_pdf(source: Path) -> bytes:
    writer, made = pypdf.PdfWriter(clone_from=source), source.with_suffix(".locked")
    writer.encrypt("hemligt", algorithm="AES-256")
    writer.write(made)
    return made.read_bytes()


MALFORMED: dict[str, tuple[str, bytes, GapCause, str]] = {
    "1 cut off PDF": ("a.pdf", b"%PDF-1.7\n1 0 obj<</Type/Cat", GapCause.MALFORMED, "is no sound PDF"),
    "2 PDF without an end": ("a.pdf", LOOP, GapCause.MALFORMED, "is no sound PDF"),
    "3 scanned PDF": ("a.pdf", SCANNED, GapCause.UNSUPPORTED, "holds no text: it was scanned"),
    "4 no PDF at all": ("a.pdf", b"<html>", GapCause.UNSUPPORTED, "is no PDF, DOCX or ODT, whatever its name says"),
    "5 old .doc": ("a.doc", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), GapCause.UNSUPPORTED, "is an old .doc"),
    "6 DOCX with a password": (
        "a.docx",
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(60) + "EncryptedPackage".encode("utf-16-le"),
        GapCause.DENIED,
        "needs a password",
    ),
    "7 macros in a DOCX": (
        "a.docx",
        docx("Rutin 2026-05-04", more={"word/vbaProject.bin": b"x"}),
        GapCause.UNSUPPORTED,
        "holds macros (word/vbaProject.bin)",
    ),
    "8 macros in an ODT": (
        "a.odt",
        odt("Rutin", more={"Basic/Standard/Module1.xml": "<x/>"}),
        GapCause.UNSUPPORTED,
        "holds macros (Basic/Standard/Module1.xml)",
    ),
    "9 entities that grow": (
        "a.docx",
        packed({"word/document.xml": BOMB}),
        GapCause.MALFORMED,
        "declares XML entities (DTDForbidden)",
    ),
    "10 an entity that reads another file": (
        "a.odt",
        odt(more={"content.xml": OUTSIDE}),
        GapCause.MALFORMED,
        "declares XML entities (DTDForbidden)",
    ),
    "11 a part that swells": (
        "a.docx",
        packed({"word/document.xml": bytes((64 << 20) + 1)}),
        GapCause.MALFORMED,
        "unpacks to more than a document holds",
    ),
    "12 XML that ends early": (
        "a.docx",
        packed({"word/document.xml": f"<w:document>{paragraph('2026')}"}),
        GapCause.MALFORMED,
        "is damaged: its XML is not well-formed",
    ),
    "13 cut off DOCX": ("a.docx", docx("Rutin")[:200], GapCause.MALFORMED, "is damaged"),
    "14 a ZIP of something else": ("a.docx", packed({"x": b"y"}), GapCause.UNSUPPORTED, "is a ZIP file, but no DOCX"),
    "15 ODT with a password": (
        "a.odt",
        odt("x", more={"META-INF/manifest.xml": "<m:encryption-data/>"}),
        GapCause.DENIED,
        "needs a password",
    ),
}


@pytest.mark.parametrize("case", MALFORMED)
def test_each_malformed_file_is_a_record_with_its_hash_and_a_gap_with_its_name(case: str, tmp_path: Path) -> None:
    name, data, cause, words = MALFORMED[case]
    folder = tmp_path / "d" / "underlag"
    folder.mkdir(parents=True)
    (folder / name).write_bytes(data)
    found, missing = documents(read(folder.parent))
    ((gap,),) = (missing,)
    assert (gap.cause, gap.subject) == (cause, f"underlag/{name}")
    assert gap.detail.startswith(f"underlag/{name} {words}")
    assert gap.remedy
    record = found[f"underlag/{name}"]
    assert (record.dates, record.diary_numbers, record.visible_date) == (None, None, None)
    assert len(record.sha256) == 64


def test_a_pdf_with_a_password_is_named(print_shop: Path, tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "last.pdf").write_bytes(locked_pdf(print_shop / "odaterad.pdf"))
    _, (gap,) = documents(read(folder))
    assert (gap.cause, gap.detail) == (GapCause.DENIED, "last.pdf needs a password")


def test_a_pdf_that_takes_too_long_ends_its_own_process_alone(print_shop: Path) -> None:
    with pytest.raises(SourceError) as caught:
        read_pdf(print_shop / "odaterad.pdf", timeout=0.001)
    assert caught.value.cause is GapCause.TIMED_OUT


def test_links_and_what_programs_keep_beside_open_files_are_not_read(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (tmp_path / "utanför.docx").write_bytes(docx("2026-05-04"))
    (folder / "länk.docx").symlink_to(tmp_path / "utanför.docx")
    (folder / "~$rutin.docx").write_bytes(b"x")
    (folder / "bild.png").write_bytes(b"x")
    (folder / "rutin.docx").write_bytes(docx("Rutin, maj 2026"))
    found, missing = documents(read(folder))
    assert (list(found), missing) == (["rutin.docx"], ())
    assert (found["rutin.docx"].dates, found["rutin.docx"].month) == ((), "2026-05")


def test_a_folder_that_is_not_there_and_minutes_that_nobody_named_are_gaps(tmp_path: Path) -> None:
    assert {gap.cause for gap in read(tmp_path / "none").gaps} == {GapCause.ABSENT}
    (tmp_path / "d").mkdir()
    (gap,) = read(tmp_path / "d").gaps
    assert (gap.kind, gap.remedy) == ("minutes-passage", "set `reports` and `minutes` of this source")


def test_minutes_that_cannot_be_read_are_missing_from_the_search(tmp_path: Path) -> None:
    folder = tmp_path / "d"
    folder.mkdir()
    (folder / "p1.docx").write_bytes(docx("Kommunstyrelsen", "Datum 2026-03-10", "§ 1 Budget"))
    (folder / "p2.pdf").write_bytes(SCANNED)
    evidence = read(folder, minutes=("p*",), reports={"Årsrapport": ()})
    (population,) = [each for each in evidence.populations if each.kind == "minutes-passage"]
    assert list(population.records) == [MinutesPassage(report="Årsrapport", searched=1)]
    assert [gap.subject for gap in population.missing] == ["p2.pdf"]
    assert not population.complete
