"""The blinded reader test holds no answer, and its answers give an area under the ROC curve."""

from __future__ import annotations

import msgspec
import numpy as np
import pytest
from image_judging_pictures import blobs

from xinglin.records.errors import InvalidInput
from xinglin.training.image_judging.reader_test import Answers, answers_of, reader_test_page, readers_told_apart, which_are_made


def answers(said, test="t", seed=5, reader="a") -> Answers:
    return Answers(test, seed, len(said), reader, tuple(int(one) for one in said))


def test_half_are_made_in_an_order_of_the_seed() -> None:
    truth = which_are_made(40, 5)
    assert truth.sum() == 20
    assert np.array_equal(truth, which_are_made(40, 5))
    assert not np.array_equal(truth, which_are_made(40, 6))


def test_a_reader_who_sees_all_has_1_and_one_who_guesses_a_half() -> None:
    truth = which_are_made(80, 5)
    assert readers_told_apart([answers(1 + 3 * truth)])[0].made.value == 1.0
    guess = readers_told_apart([answers(np.random.default_rng(1).integers(1, 5, 80))])[0].made
    assert guess.low < 0.5 < guess.high
    assert 0.15 < guess.high - guess.low < 0.35


def test_several_readers_are_averaged_and_told_one_by_one() -> None:
    truth = which_are_made(80, 5)
    scores = readers_told_apart([answers(1 + 3 * truth), answers(np.full(80, 2), reader="b")])
    assert [round(one.made.value, 3) for one in scores] == [0.75, 0.75, 1.0, 0.5]
    assert scores[3].name == "reader AUC, b"


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_page_needs_no_network_and_pictures_look_alike_as_files(language) -> None:
    page = reader_test_page(blobs(6, 1, 32), blobs(6, 2, 32), each=5, seed=5, language=language).decode()
    assert "http" not in page
    assert page.count("iVBOR") == 10
    assert "%" not in page.split("<script>")[0].replace("100%", "")
    for word in ("truth", "isMade", "is_made"):
        assert word not in page


def test_answers_of_another_test_unfinished_or_of_another_kind_are_refused() -> None:
    with pytest.raises(InvalidInput, match="XL-JUDGE-022"):
        readers_told_apart([answers([1, 2]), answers([1, 2], test="u")])
    for wrong in (b"{}", b"no", msgspec.json.encode(Answers("t", 1, 3, "a", (1, 2))), msgspec.json.encode(Answers("t", 1, 2, "a", (1, 7)))):
        with pytest.raises(InvalidInput, match="XL-JUDGE-021"):
            answers_of(wrong)
    with pytest.raises(InvalidInput, match="XL-JUDGE-020"):
        reader_test_page(blobs(1, 1, 32), blobs(6, 2, 32))
