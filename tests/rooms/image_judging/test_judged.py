"""A whole judgement: fine pictures stand at their floor, worse ones beyond it, copies fail the gates; report and numbers are written."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from html import escape

import msgspec
import numpy as np
import pytest
from image_judging_pictures import blobs
from scipy.ndimage import gaussian_filter

from xinglin.cli.run import main
from xinglin.models.picture_scores import standing
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.image_learning import Condition, ImageForm, ImageJudgement, ImageScore, Spread
from xinglin.training.image_judging.closeness import Described, closeness, likeness_within
from xinglin.training.image_judging.features import Scale
from xinglin.training.image_judging.halves import halvings
from xinglin.training.image_judging.judged import GATES, NOT_MEASURABLE, Judged, _gated, judged, judged_in_full
from xinglin.training.image_judging.report_page import report_page
from xinglin.training.image_judging.report_words import CHINESE_NAMES, READER, WORDS
from xinglin.training.image_sets.image_set import ImageSet

FORM = ImageForm((32, 32), 1, 0.0, 100.0, "HU", "CT", conditions=(Condition("side", "level", ("left", "right")),))


@cache
def pictures() -> ImageSet:
    values = (blobs(110, seed=31, side=32) + 1) * 50
    sides = (np.arange(110) % 2).astype(np.float32)[:, None]
    return ImageSet.of(values, FORM, conditions=sides, persons=[f"p{one // 2}" for one in range(110)])


@cache
def whole(kind: str) -> Judged:
    learnt = pictures().scaled(pictures().rows("train"))
    return judged_in_full(
        pictures(), np.resize(learnt, (80, 1, 32, 32)) if kind == "copied" else blobs(80, seed=32, side=32), model="trial <1>"
    )


def told(kind: str) -> dict[str, ImageScore]:
    return {one.name: one for one in whole(kind).judgement.scores}


@cache
def close(kind: str) -> dict[str, ImageScore]:
    """Fidelity and variety alone, of worse pictures."""
    fine = blobs(80, seed=32, side=32)
    made = {
        "blurred": gaussian_filter(fine, (0, 0, 1, 1)), "few": np.repeat(fine[:5], 16, axis=0),
        "noised": np.clip(fine + np.random.default_rng(0).normal(0, 0.1, fine.shape), -1, 1).astype(np.float32),
    }[kind]  # fmt: skip
    real = pictures().scaled(pictures().rows())
    persons = pictures().persons(pictures().rows())
    raw = Described.of(real)
    scales = Scale.learnt(raw.texture), Scale.learnt(raw.layout)
    found = closeness(raw.on(*scales), Described.of(made).on(*scales), halvings(persons, 80, 10, 0), 50)
    return {one.name: one for one in [*found, likeness_within(real, persons, made, 0)]}


def test_pictures_of_the_same_kind_stand_at_the_floor() -> None:
    scores = told("fine")
    for name in (
        "Fréchet radiomics distance",
        "Fréchet encoder distance",
        "recall",
        "coverage",
        "spectrum distance (dB)",
        "histogram distance",
    ):
        one = scores[name]
        assert one.made.low <= one.floor.high, name
        assert one.floor.low <= one.made.high, name
    assert scores["near-copies"].made.value <= 2


@pytest.mark.parametrize("kind", ["blurred", "noised", "few"])
def test_worse_pictures_lie_beyond_the_floor(kind) -> None:
    for name in ("Fréchet radiomics distance", "Fréchet encoder distance"):
        assert close(kind)[name].made.value > close(kind)[name].floor.high
    assert close(kind)["coverage"].made.value < close(kind)["coverage"].floor.value - 0.1


def test_what_lost_variety_has_low_recall_and_is_more_alike_than_real_ones() -> None:
    assert close("few")["recall"].made.value < 0.5 < close("few")["recall"].floor.value
    assert close("few")["MS-SSIM among pictures"].made.low > close("few")["MS-SSIM among pictures"].floor.high


def test_blur_lies_beyond_the_floor_of_the_spectrum() -> None:
    assert close("blurred")["spectrum distance (dB)"].made.low > close("blurred")["spectrum distance (dB)"].floor.high


def test_copies_fail_the_gates_of_privacy_though_they_look_best() -> None:
    scores = told("copied")
    assert scores["near-copies"].made.value >= 0.95 * 80
    assert scores["near-copies"].passed is False
    assert scores["membership inference AUC"].made.value > 0.9
    assert scores["membership inference AUC"].passed is False
    assert scores["Fréchet radiomics distance"].made.value < 3 * scores["Fréchet radiomics distance"].floor.value + 1


def test_the_search_for_copies_is_tried_in_every_judgement() -> None:
    assert told("fine")["planted copies caught"].made.value == 1.0
    assert told("fine")["planted copies caught"].passed is True


def test_gates_and_only_gates_are_passed_or_not() -> None:
    assert {name for name, one in told("fine").items() if one.passed is not None} <= set(GATES)
    assert {"near-copies", "membership inference AUC", "planted copies caught"} <= set(GATES)


def test_the_same_judgement_twice_is_the_same() -> None:
    again = judged(pictures(), blobs(80, seed=32, side=32), model="trial <1>")
    assert again == whole("fine").judgement


def test_groups_are_told_apart() -> None:
    found = whole("fine").judgement.groups
    assert set(found) == {"side: left", "side: right"}
    assert found["side: left"]["pictures"] == 55


def test_pictures_of_another_form_and_too_few_are_refused() -> None:
    with pytest.raises(InvalidInput, match="XL-JUDGE-007"):
        judged(pictures(), blobs(40, seed=1, side=16), model="m")
    with pytest.raises(InvalidInput, match="XL-JUDGE-006"):
        judged(pictures(), blobs(20, seed=1, side=32), model="m")


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_report_shows_scores_floors_pictures_and_says_what_it_holds(language) -> None:
    page = report_page(whole("fine"), FORM, "set", language).decode()
    assert escape(WORDS[language]["label"]) in page
    assert escape(WORDS[language]["inside"]) in page
    assert page.count("data:image/png") == 3
    assert page.count("<svg") == 2
    assert "trial &lt;1&gt;" in page
    assert "<script" not in page
    assert "http" not in page.replace("http://www.w3.org/2000/svg", "")


def test_both_languages_have_the_same_words_and_every_score_a_chinese_name() -> None:
    assert set(WORDS["en"]) == set(WORDS["zh"])
    assert set(READER["en"]) == set(READER["zh"])
    assert set(told("fine")) <= set(CHINESE_NAMES)


def test_use_is_measured_where_made_pictures_say_what_they_show() -> None:
    pytest.importorskip("torch")
    from xinglin.training.image_judging import usefulness

    values, bright = blobs(110, seed=34, side=32), np.arange(110) % 2
    values[bright == 1, :, 8:16, 8:16] = 1.0
    marks = np.zeros((110, 32, 32), dtype=np.uint8)
    marks[bright == 1, 8:16, 8:16] = 1
    form = msgspec.structs.replace(FORM, masks=("patch",))
    real = ImageSet.of((values[:70] + 1) * 50, form, conditions=bright[:70, None].astype(np.float32), masks=marks[:70])
    before, usefulness.STEPS, usefulness.SEEDS = (usefulness.STEPS, usefulness.SEEDS), 30, 2
    try:
        scores = usefulness.usefulness(real, values[70:], bright[70:, None].astype(float), marks[70:], full=True, seed=0)
    finally:
        usefulness.STEPS, usefulness.SEEDS = before
    by_name = {one.name: one.made.value for one in scores}
    assert by_name["AUC of side: right, learnt from made pictures"] > 0.9
    assert by_name["Dice of masks, learnt from made pictures"] > 0.6
    assert len(by_name) == 4


def test_the_command_judges_a_file_of_pictures(tmp_path, capsys) -> None:
    pictures().save(tmp_path / "set")
    np.savez(tmp_path / "made.npz", pictures=(blobs(60, seed=32, side=32) + 1) * 50)
    words = ["evaluate", "pictures", str(tmp_path / "made.npz"), "--set", str(tmp_path / "set"), "-o", str(tmp_path / "out")]
    assert main([*words, "--reader-test", "4", "--json"]) == 0
    answer = json.loads(capsys.readouterr().out)
    kept = msgspec.json.decode((tmp_path / "out" / "judgement.json").read_bytes(), type=ImageJudgement)
    assert kept.made == answer["judgement"]["made"] == 60
    assert {one.name for one in (tmp_path / "out").iterdir()} == {"judgement.json", "report.html", "nearest.png", "reader-test.html"}


def test_a_file_that_holds_no_pictures_is_refused(tmp_path) -> None:
    from xinglin.flow.image_judging import judged_pictures

    pictures().save(tmp_path / "set")
    (tmp_path / "made.npz").write_bytes(b"no")
    np.savez(tmp_path / "other.npz", something=np.zeros(3))
    for name in ("made", "other", "absent"):
        with pytest.raises(InvalidInput, match="XL-JUDGE-011"):
            judged_pictures(tmp_path / f"{name}.npz", tmp_path / "set")


def test_without_nyxus_it_says_what_to_install(monkeypatch) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "nyxus", None)
    with pytest.raises(UsageError, match="XL-JUDGE-001") as refused:
        judged(pictures(), blobs(60, seed=32, side=32), model="m")
    assert "xinglin[torch]" in refused.value.fix


def test_a_gate_says_passed_not_proven_not_measurable_or_failed() -> None:
    def auc(value: float, high: float, passed: bool) -> ImageScore:
        return ImageScore("membership inference AUC", "privacy", Spread(value, value - 0.1, high), better="half", gate=0.6, passed=passed)

    assert standing(auc(0.52, 0.58, True)) == "passed"
    assert standing(auc(0.52, 0.62, True)) == "not proven"
    assert standing(auc(0.66, 0.75, False)) == "failed"
    assert (
        standing(ImageScore("planted copies caught", "privacy", Spread(1.0, 0.95, 1.0), better="higher", gate=1.0, passed=True)) == "passed"
    )
    none_found = ImageScore("near-copies", "privacy", Spread(0.0), better="lower")
    assert standing(_gated(none_found, nobodys=False, blind=False)) == "passed"
    assert standing(_gated(none_found, nobodys=False, blind=True)) == "not measurable"
    assert _gated(none_found, nobodys=True, blind=False).passed is None


def test_the_page_tells_a_pass_that_is_not_proven_in_both_languages() -> None:
    unsure = ImageScore("membership inference AUC", "privacy", Spread(0.52, 0.4, 0.64), better="half", gate=0.6, passed=True)
    blind = ImageScore("near-copies", "privacy", Spread(0.0), gate=0.0, passed=False)
    found = replace(
        whole("fine"), judgement=msgspec.structs.replace(whole("fine").judgement, scores=(unsure, blind), notes=(NOT_MEASURABLE,))
    )
    for language, told in (("en", ("passed, not proven", "not measurable, NOT PASSED")), ("zh", ("通过，未获证实", "无法测量，未通过"))):
        page = report_page(found, FORM, "set", language).decode()
        assert all(words in page for words in told)
        assert (NOT_MEASURABLE in page) is (language == "en")
