"""A document about pictures that a model made says that it is about nobody, and does not speak of virtual patients."""

from __future__ import annotations

from importlib.resources import files
from io import BytesIO
from typing import cast

import msgspec
import pikepdf
import pytest
from signed_example import example_document

from xinglin.formats.html import write as html
from xinglin.formats.pdf import write as pdf
from xinglin.formats.pdf.typesetting import fonts_in_place
from xinglin.formats.text import write as text
from xinglin.privacy.labels.pdf_words import words_on_pages
from xinglin.records import Identity
from xinglin.records.draft import SignedDocument
from xinglin.records.image_learning import ImageModelCard, MadePictures

TOLD = {"en": "nobody (pictures made by a model)", "zh": "无（由模型生成的图像）"}
VIRTUAL = {"en": "nobody (virtual patients)", "zh": "无（虚拟患者群）"}
MADE_UP = {"en": "Made-up patient", "zh": "虚构患者"}
LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def document(language: str, *, pictured: bool) -> SignedDocument:
    bundle = msgspec.json.decode((files("xinglin.flow") / "nobody.json").read_bytes())
    patient = msgspec.json.encode(bundle["entry"][0]["resource"])
    made = MadePictures("m@1", cast(ImageModelCard, None), 1, 0, b"") if pictured else None
    return example_document(language, patient=patient, identity=Identity((), ()), made=made)


@LANGUAGES
@pytest.mark.parametrize("write", [html.write_document, text.write_document], ids=["page", "text"])
def test_page_and_text_say_whom_pictures_show(write, language: str) -> None:
    told = write(document(language, pictured=True)).decode()
    assert TOLD[language] in told
    assert VIRTUAL[language] not in told
    assert MADE_UP[language] not in told


@LANGUAGES
def test_of_virtual_patients_it_says_what_it_said(language: str) -> None:
    told = text.write_document(document(language, pictured=False)).decode()
    assert VIRTUAL[language] in told
    assert MADE_UP[language] in told


@LANGUAGES
@pytest.mark.skipif(not fonts_in_place(), reason="the PDF font is not installed: install the package with npm in reach")
def test_paper_says_whom_pictures_show(language: str) -> None:
    with pikepdf.open(BytesIO(pdf.write_document(document(language, pictured=True)))) as found:
        told = "".join(words_on_pages(found)).replace(" ", "").replace("\n", "")
    assert TOLD[language].replace(" ", "") in told
    assert MADE_UP[language].replace(" ", "") not in told
