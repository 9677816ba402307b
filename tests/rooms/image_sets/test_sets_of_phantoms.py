"""Pictures of nobody with the truth about each pixel: what a model that is given away learns from."""

import numpy as np
import pytest

from xinglin.records.errors import UsageError
from xinglin.training.phantom_sets import MASKS, phantom_set


@pytest.fixture(scope="module")
def two_scanners():
    return phantom_set(4, 16, slices=2, seed=3, shift="dose")


def test_every_person_is_seen_by_one_scanner_and_the_truth_of_the_other_is_known(two_scanners):
    found = two_scanners
    assert found.form.domains == ("low-dose", "full-dose")
    assert all(len({item.domain for item in found.items if item.person == one.person}) == 1 for one in found.items)
    assert len({item.person for item in found.items}) == 4
    low, full = (found.rows(domain=domain) for domain in found.form.domains)
    assert len(low) == len(full) == 4
    noise = {name: np.std(found.pictures[rows] - found.partners[rows]) for name, rows in (("low", low), ("full", full))}
    assert noise["low"] == pytest.approx(noise["full"], rel=0.5)  # the same pair of scanners, told from either side
    assert np.corrcoef(found.pictures.ravel(), found.partners.ravel())[0, 1] > 0.95  # the same anatomy


def test_masks_lie_where_the_densities_are(two_scanners):
    air = two_scanners.pictures[:, 0][two_scanners.masks == 1 + MASKS.index("lungs")]
    heart = two_scanners.pictures[:, 0][two_scanners.masks == 1 + MASKS.index("heart")]
    assert air.mean() < -500
    assert not heart.size or heart.mean() > -200


def test_the_same_asking_gives_the_same_set(two_scanners):
    assert phantom_set(4, 16, slices=2, seed=3, shift="dose").card.digest == two_scanners.card.digest


def test_a_shift_that_nobody_planted_is_refused():
    with pytest.raises(UsageError) as refused:
        phantom_set(4, 16, shift="vendor")
    assert refused.value.code == "XL-IMGSET-040"
