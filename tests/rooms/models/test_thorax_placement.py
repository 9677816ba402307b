"""A place for a nodule: inside a lung, clear of the wall and of vessels unless asked, the same for the same seed."""

import numpy as np
import pytest

from xinglin.models.thorax import choose_place
from xinglin.models.thorax_phantom import thorax
from xinglin.records.errors import InvalidInput
from xinglin.records.imaging import NoduleRequest


def ball(scan, place, radius):
    """Voxels whose middle lies in the ball: box and mask."""
    index, spacing = np.array(scan.index_of(place)), np.array(scan.spacing_mm)
    low = np.maximum(np.floor(index - radius / spacing).astype(int), 0)
    high = np.minimum(np.ceil(index + radius / spacing).astype(int) + 1, scan.shape)
    axes = [((np.arange(a, b) - i) * s) ** 2 for a, b, i, s in zip(low, high, index, spacing, strict=True)]
    inside = axes[0][:, None, None] + axes[1][None, :, None] + axes[2][None, None, :] <= radius**2
    return tuple(slice(a, b) for a, b in zip(low, high, strict=True)), inside


def test_of_500_places_none_lies_outside_the_lungs_and_none_meets_the_wall(chest, lungs):
    truth, vessels = chest.mask("lungs"), lungs.vessels
    outside = wall = crowded = 0
    sides = set()
    for seed in range(500):
        radius = 1.5 + 13.5 * (seed % 50) / 49
        place = choose_place(lungs, chest.volume, NoduleRequest(), radius, seed)
        box, inside = ball(chest.volume, place.center_mm, radius)
        outside += not truth[tuple(np.rint(chest.volume.index_of(place.center_mm)).astype(int))]
        wall += bool((inside & ~truth[box]).any())
        crowded += bool((inside & vessels[box]).sum() > 0.101 * max(inside.sum(), 1) and inside.sum() > 5)
        sides.add(place.lobe)
        assert place.wall_overlap == 0 and place.vessel_overlap <= 0.1 and place.pleura_distance_mm >= radius
    assert (outside, wall, crowded) == (0, 0, 0)
    assert len(sides) == 5


def test_the_same_seed_gives_the_same_place_and_another_another(chest, lungs):
    first, again, other = (choose_place(lungs, chest.volume, NoduleRequest(), 4.0, seed) for seed in (3, 3, 4))
    assert first == again and first.center_mm != other.center_mm


@pytest.mark.parametrize("lobe", ["left-upper", "left-lower", "right-upper", "right-middle", "right-lower"])
def test_a_lobe_is_kept_to_and_called_approximate(chest, lungs, lobe):
    place = choose_place(lungs, chest.volume, NoduleRequest(lobe=lobe), 4.0, 1)
    assert place.lobe == lobe and lobe.startswith(place.side)
    assert any("approximate" in word for word in place.words)


def test_a_side_is_kept_to(chest, lungs):
    assert {choose_place(lungs, chest.volume, NoduleRequest(side="left"), 5.0, seed).side for seed in range(6)} == {"left"}


def test_on_the_pleura_means_touching_it_and_on_a_vessel_touching_one(chest, lungs):
    for seed in range(12):
        at_wall = choose_place(lungs, chest.volume, NoduleRequest(attachment="pleura"), 6.0, seed)
        assert 0.4 * 6 <= at_wall.pleura_distance_mm <= 6.0 and at_wall.wall_overlap <= 0.5 and "on the pleura" in at_wall.words
        at_vessel = choose_place(lungs, chest.volume, NoduleRequest(attachment="vessel"), 6.0, seed)
        assert 0 < at_vessel.vessel_overlap <= 0.3 and at_vessel.wall_overlap == 0


def test_a_place_asked_for_is_judged_and_never_moved(chest, lungs):
    good = choose_place(lungs, chest.volume, NoduleRequest(), 5.0, 8)
    kept = choose_place(lungs, chest.volume, NoduleRequest(center_mm=good.center_mm), 5.0, 0)
    assert kept.center_mm == good.center_mm and kept.side == good.side
    with pytest.raises(InvalidInput, match="XL-THORAX-011"):
        choose_place(lungs, chest.volume, NoduleRequest(center_mm=(0.0, 60.0, 0.0)), 3.0, 0)
    wall = choose_place(lungs, chest.volume, NoduleRequest(attachment="pleura"), 6.0, 2).center_mm
    with pytest.raises(InvalidInput, match="XL-THORAX-012"):
        choose_place(lungs, chest.volume, NoduleRequest(center_mm=wall), 6.0, 0)
    assert choose_place(lungs, chest.volume, NoduleRequest(center_mm=wall, attachment="pleura"), 6.0, 0).center_mm == wall
    with pytest.raises(InvalidInput, match="XL-THORAX-013"):
        choose_place(lungs, chest.volume, NoduleRequest(center_mm=good.center_mm, attachment="pleura"), 2.0, 0)


def test_wishes_that_contradict_each_other_and_nodules_that_fit_nowhere_are_refused(chest, lungs):
    with pytest.raises(InvalidInput, match="XL-THORAX-015"):
        choose_place(lungs, chest.volume, NoduleRequest(side="left", lobe="right-upper"), 3.0, 0)
    left = choose_place(lungs, chest.volume, NoduleRequest(side="left"), 4.0, 0)
    with pytest.raises(InvalidInput, match="XL-THORAX-015"):
        choose_place(lungs, chest.volume, NoduleRequest(center_mm=left.center_mm, side="right"), 4.0, 0)
    with pytest.raises(InvalidInput, match="XL-THORAX-014"):
        choose_place(lungs, chest.volume, NoduleRequest(lobe="right-middle"), 40.0, 0)
    with pytest.raises(InvalidInput, match="XL-THORAX-015"):
        choose_place(lungs, thorax((4, 32, 32), (5.0, 11.0, 11.0), places_per_lung=8).volume, NoduleRequest(), 3.0, 0)
