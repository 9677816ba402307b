"""The signed document on paper: the right letters, the same bytes, nothing from the machine it was made on."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
from io import BytesIO

import msgspec
import pikepdf
import pytest
from PIL import Image
from signed_example import LABEL, example_document, example_draft

from xinglin.formats.pdf import typesetting
from xinglin.formats.pdf.typesetting import fonts_in_place, spelled_out
from xinglin.formats.pdf.write import write_document
from xinglin.privacy.labels.pdf_words import words_on_pages
from xinglin.records import Evidence, Identity
from xinglin.records.errors import InvalidInput, OutOfResources
from xinglin.records.imaging import Picture

pytestmark = pytest.mark.skipif(not fonts_in_place(), reason="the PDF font is not installed: install the package with npm in reach")
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def words(page: bytes) -> str:
    with pikepdf.open(BytesIO(page)) as pdf:
        return "".join(words_on_pages(pdf))


@LANGUAGES
def test_the_same_document_gives_the_same_bytes(language):
    assert write_document(example_document(language)) == write_document(example_document(language))


@LANGUAGES
def test_every_sentence_can_be_read_back_letter_by_letter(language):
    read = words(write_document(example_document(language))).replace(" ", "")
    for statement in example_draft(language).statements:
        assert statement.text.replace(" ", "") in read
    for part in ("林示例LinShili", "MRN-000417", "DrAdaExample", "rel-0001", "3.20mg/dL", "Observation/cr-2#valueQuantity"):
        assert part in read


@LANGUAGES
@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler) not present")
def test_another_program_reads_the_same_sentences(language):
    read = subprocess.run(
        ["pdftotext", "-raw", "-", "-"], input=write_document(example_document(language)), capture_output=True, check=True
    )
    text = "".join(read.stdout.decode().split())
    for statement in example_draft(language).statements:
        assert "".join(statement.text.split()) in text


@LANGUAGES
def test_every_page_carries_the_label_and_the_file_one_implicit_label(language):
    page = write_document(example_document(language))
    with pikepdf.open(BytesIO(page)) as pdf:
        pages = words_on_pages(pdf)
        assert len(pages) == 2
        assert all(LABEL.text[language].replace(" ", "") in said.replace(" ", "") for said in pages)
        assert json.loads(str(pdf.docinfo["/AIGC"])) == dict(LABEL.aigc)
    assert page.count(b"/AIGC") == 1


def test_it_says_it_is_pdf_a_2b_and_embeds_its_fonts():
    with pikepdf.open(BytesIO(write_document(example_document("zh")))) as pdf:
        with pdf.open_metadata() as metadata:
            assert (metadata["pdfaid:part"], metadata["pdfaid:conformance"]) == ("2", "B")
        fonts = [pdf.get_object(reference.objgen) for page in pdf.pages for reference in page.obj.Resources.Font.values()]
        assert all("/FontFile2" in font.DescendantFonts[0].FontDescriptor for font in fonts)


def test_the_date_in_the_file_is_that_of_the_release_not_of_the_clock():
    with pikepdf.open(BytesIO(write_document(example_document()))) as pdf:
        assert str(pdf.docinfo["/CreationDate"]).startswith("D:20260302020600")


def test_words_that_look_like_markup_are_shown_and_not_obeyed():
    read = words(write_document(example_document("en")))
    assert "#set text(red) $x$ *bold*" in read


def test_a_letter_that_no_font_has_is_spelled_out_and_never_dropped():
    assert spelled_out({"a": ["μ ≥ é 肌酐", "한\x07😀"]}) == {"a": ["μ ≥ é 肌酐", "[U+D55C][U+0007][U+1F600]"]}
    page = write_document(example_document("en", identity=Identity(("한 Łukasz",))))
    assert "[U+D55C] Łukasz" in words(page)


def test_a_long_document_numbers_its_pages():
    draft = example_draft("zh")
    many = tuple(msgspec.structs.replace(draft.statements[1], id=f"s{i}") for i in range(1, 120))
    page = write_document(example_document("zh", draft=msgspec.structs.replace(draft, statements=many)))
    with pikepdf.open(BytesIO(page)) as pdf:
        total = len(pdf.pages)
        assert total > 3 and f"第{total}页，共{total}页" in words_on_pages(pdf)[-1].replace(" ", "")


def test_an_unsigned_document_is_refused():
    with pytest.raises(InvalidInput, match="XL-PDF-101"):
        write_document(example_document(signatures=()))


def test_without_the_font_the_error_says_what_to_do(monkeypatch, tmp_path):
    monkeypatch.setattr(typesetting, "FONTS", tmp_path)
    typesetting.fonts.cache_clear()
    with pytest.raises(OutOfResources, match="XL-PDF-102") as caught:
        write_document(example_document())
    assert "XINGLIN_FONTS" in str(caught.value)
    typesetting.fonts.cache_clear()


def a_picture() -> Picture:
    """A small grey picture with a caption in letters no font of ours has."""
    out = BytesIO()
    Image.new("RGB", (340, 110), (90, 90, 90)).save(out, "PNG")
    return Picture("change", out.getvalue(), "The virtual nodule 결", "Nine tiles")


@LANGUAGES
def test_the_pictures_of_the_page_stand_on_paper_with_their_captions(language):
    page = write_document(msgspec.structs.replace(example_document(language), pictures=(a_picture(),)))
    with pikepdf.open(BytesIO(page)) as pdf:
        images = [one for one in pdf.objects if isinstance(one, pikepdf.Stream) and one.get("/Subtype") == "/Image"]
        assert [(int(image.Width), int(image.Height)) for image in images] == [(340, 110)]
    assert "Thevirtualnodule[U+ACB0]" in words(page).replace(" ", "")
    assert page == write_document(msgspec.structs.replace(example_document(language), pictures=(a_picture(),)))


@pytest.mark.skipif(not shutil.which("pdftotext"), reason="pdftotext (poppler) not present")
def test_a_long_address_stays_on_the_paper_and_is_copied_whole():
    address = f"2.25.{'1' * 39}/2.25.{'2' * 39}#slice=89;mm=-50.23,-46.9,73.75;-38.62,-41.3,73.75;-12.5,-17.25,73.75"
    draft = example_draft("en")
    fact = msgspec.structs.replace(draft.facts[0], evidence=(Evidence("dicom", address),))
    document = msgspec.structs.replace(example_document("en"), draft=msgspec.structs.replace(draft, facts=(fact, *draft.facts[1:])))
    page = write_document(document)
    boxes = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=page, capture_output=True, check=True).stdout.decode()
    assert max(float(end) for end in re.findall(r'xMax="([\d.]+)"', boxes)) < 595 - 60  # A4 in points, less a margin of 22 mm
    assert address in words(page).replace(" ", "").replace("\n", "")
