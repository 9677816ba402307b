"""The signed document as plain text."""

from __future__ import annotations

import pytest
import yaml
from signed_example import LABEL, example_document, example_draft

from xinglin.formats.text.write import write_document
from xinglin.records.errors import InvalidInput

LANGUAGES = pytest.mark.parametrize("language", ["en", "zh"])


def lines(language: str) -> list[str]:
    return write_document(example_document(language)).decode().split("\n")


@LANGUAGES
def test_the_same_document_gives_the_same_bytes(language):
    assert lines(language) == lines(language)


@LANGUAGES
def test_the_label_is_the_first_and_the_last_line_people_read(language):
    text = "\n".join(lines(language))
    _, front, body = text.split("---\n", 2)
    assert yaml.safe_load(front) == {"AIGC": dict(LABEL.aigc)}
    assert body.startswith(LABEL.text[language] + "\n")
    assert body.rstrip("\n").endswith("\n" + LABEL.text[language])


@LANGUAGES
def test_every_sentence_is_there_with_the_numbers_of_its_sources(language):
    text = lines(language)
    for statement in example_draft(language).statements:
        line = next(line for line in text if line.startswith(statement.text))
        assert line.count("[") == len(statement.facts)
    assert any(
        line.startswith("[2] ") and "Observation/cr-2#valueQuantity; knowledge/labs@2026.1: 2160-0/adult/female" in line for line in text
    )


@LANGUAGES
def test_identity_signature_omissions_and_provenance_are_there(language):
    text = "\n".join(lines(language))
    for part in ("林示例 Lin Shili", "Dr Ada Example, 2026-03-02T10:05:00+08:00", example_draft(language).omissions[0].text, "labs@2026.1"):
        assert part in text


def test_an_unsigned_document_is_refused():
    with pytest.raises(InvalidInput, match="XL-TEXT-101"):
        write_document(example_document(signatures=()))
