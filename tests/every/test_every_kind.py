"""Every kind of content goes through the same trials, in both languages, with full, small and empty records."""

import re
from dataclasses import replace
from functools import cache
from importlib.resources import files

import pytest

from xinglin import intake
from xinglin.models import sample_pictures
from xinglin.models.phrasebook.wordbook import complete
from xinglin.models.text.grammar import WRITER
from xinglin.records import Chart, ContentRequest
from xinglin.records.errors import NotFound, UsageError
from xinglin.shelf import Shelf
from xinglin.shelf.promises import AbstractDisease, Bench, Check, ContentKind
from xinglin.workup import work_up

KINDS = Shelf("xinglin.content", "KIND", ContentKind)
FROM_RECORDS = [kind for kind in KINDS if kind.prepare is None]
FROM_IMAGES = [kind for kind in KINDS if kind.prepare is not None and "dicom" in kind.leaves_as and kind.needs_chart]
DISEASES = Shelf("xinglin.diseases", "DISEASE", AbstractDisease)
CHECKS = Shelf("xinglin.checks", "CHECK", Check)
AS_OF = "2024-03-07"
every_kind = pytest.mark.parametrize("kind", list(KINDS), ids=lambda kind: kind.name)
both_languages = pytest.mark.parametrize("language", ["en", "zh"])


def example(kind):
    record = files(f"xinglin.content.{kind.name}") / "examples" / "record.json"
    (person,) = intake.read([str(record)], shipped=True).people
    return intake.chart_of(person.resources)


@cache
def chest(uid):
    """The pixels of an example record's series: a small chest that we make ourselves."""
    from xinglin.models.thorax_phantom import thorax

    small = {"blur_mm": (3.0, 1.6, 1.6), "noise_sd_hu": 25, "fineness": (2, 2, 2), "places_per_lung": 500}
    return replace(thorax((75, 160, 160), (4.0, 2.2, 2.2), seed=6, **small).volume, series_uid=uid)


KEPT = {}  # what a kind made does not depend on language or length, and takes a while


def prepared(kind, request, chart, facts):
    options = {name: value for name, value in request.options.items() if name != "length"}
    key = (kind.name, chart.person.source, len(facts), tuple(sorted(options.items())))
    if key not in KEPT:
        bench = Bench(
            chest, DISEASES.__getitem__, lambda disease: None, facts, drawn=sample_pictures.drawn,
            translated=lambda uid, model, towards, seed: sample_pictures.translated(chest(uid), towards, seed),
        )  # fmt: skip
        KEPT[key] = kind.prepare(request, chart, bench).facts
    return KEPT[key]


def drafted(kind, chart, language, **options):
    request = ContentRequest(kind.name, "chart-1", language, AS_OF, options=options)
    facts = work_up(chart, AS_OF)
    if kind.prepare is not None:
        facts = (*facts, *prepared(kind, request, chart, facts))
    plan = kind.plan(request, chart, facts)
    texts = WRITER.write(plan.points, {f.id: f for f in facts}, kind.words[language], language, 0)
    return plan, texts, facts


def as_page(plan, texts):
    lines = [f"# {plan.title}"]
    for key, heading in plan.sections:
        lines += [f"## {heading}", *(f"  {text}" for point, text in zip(plan.points, texts, strict=True) if point.section == key)]
    return "\n".join(lines) + "\n"


@both_languages
@every_kind
def test_the_example_record_gives_the_example_draft(kind, language):
    plan, texts, _ = drafted(kind, example(kind), language)
    expected = (files(f"xinglin.content.{kind.name}") / "examples" / f"{language}.txt").read_text(encoding="utf-8")
    assert as_page(plan, texts) == expected


@both_languages
@every_kind
def test_every_sentence_names_facts_and_every_fact_exists(kind, language):
    plan, texts, facts = drafted(kind, example(kind), language, length="full")
    known = {fact.id for fact in facts}
    for point, text in zip(plan.points, texts, strict=True):
        assert point.facts and set(point.facts) <= known
        assert text and "{" not in text and "[" not in text


@both_languages
@every_kind
def test_what_must_be_mentioned_is_mentioned(kind, language):
    for length in ("short", "standard", "full"):
        plan, _, _ = drafted(kind, example(kind), language, length=length)
        assert plan.must_mention
        assert set(plan.must_mention) <= {fact for point in plan.points for fact in point.facts}, length


@both_languages
@pytest.mark.parametrize("kind", FROM_RECORDS, ids=lambda kind: kind.name)
def test_an_empty_record_gives_one_honest_statement_that_rests_on_a_gap(kind, language):
    plan, texts, facts = drafted(kind, Chart(), language)
    gaps = {fact.id for fact in facts if fact.kind == "gap"}
    assert 1 <= len(texts) <= 3
    assert any(point.facts[0] in gaps for point in plan.points)


@pytest.mark.parametrize("kind", FROM_IMAGES, ids=lambda kind: kind.name)
def test_a_kind_made_from_images_says_that_there_are_none(kind):
    with pytest.raises(NotFound) as refusal:
        drafted(kind, Chart(), "en")
    assert refusal.value.fix


@every_kind
def test_both_word_books_have_the_same_phrases(kind):
    english, chinese = (set(complete(kind.words[language], language)) for language in ("en", "zh"))
    translations = ("value.", "discharge.")  # words of sources that only Chinese needs to translate
    assert {p for p in english ^ chinese if not p.startswith(translations)} == set()


@every_kind
def test_chinese_sentences_use_chinese_punctuation_and_dates(kind):
    _, texts, _ = drafted(kind, example(kind), "zh", length="full")
    for text in texts:
        assert re.search(r"[。”]$", text), text
        assert not re.search(r"\d{4}-\d{2}", text), text
        assert not re.search(r"[一-鿿],|[一-鿿];", text), text


@every_kind
def test_the_name_of_the_person_never_appears(kind):
    for language in ("en", "zh"):
        _, texts, _ = drafted(kind, example(kind), language, length="full")
        assert not any("Ada" in text or "Example" in text for text in texts)


@both_languages
@every_kind
def test_the_same_record_gives_the_same_draft(kind, language):
    assert drafted(kind, example(kind), language)[1] == drafted(kind, example(kind), language)[1]


@every_kind
def test_an_unknown_length_is_a_usage_error(kind):
    with pytest.raises(UsageError):
        drafted(kind, example(kind), "en", length="endless")


@every_kind
def test_every_check_it_asks_for_exists_and_its_card_is_complete(kind):
    assert set(kind.checks) <= set(CHECKS.names())
    assert kind.options and (kind.document_code[0] or "fhir" not in kind.leaves_as)
    for text in (kind.title, kind.intended_use, kind.not_for):
        assert text["en"] and text["zh"]
    assert (files(f"xinglin.content.{kind.name}") / "README.md").read_text(encoding="utf-8").startswith("# ")
