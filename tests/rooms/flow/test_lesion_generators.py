"""A model that fills in nodules is learnt, refused until a person brings it into use, and then makes the inside of a virtual nodule."""

import numpy as np
import pytest
from msgspec.structs import replace

from xinglin.flow.house import House
from xinglin.flow.image_judging import filled_like
from xinglin.flow.image_models import ImageLearning, compared, learnt, plan_of, sampled
from xinglin.flow.lesion_generators import lesion_generator
from xinglin.flow.outcomes import registry
from xinglin.models.sample_pictures import sample_card
from xinglin.records.errors import InvalidInput, Refused, UsageError
from xinglin.records.imaging import NoduleRequest
from xinglin.training.image_sets import ImageSet
from xinglin.training.nodule_patches import BLUR_MM, chest_of, form_of

FORM = form_of(16, 1.0)


def balls(count=12):
    """Balls of tissue in even lung, which nobody scanned."""
    away = np.sqrt(sum((g - 7.5) ** 2 for g in np.meshgrid(*[np.arange(16)] * 3, indexing="ij")))
    masks = np.stack([away < 2 + n / count for n in range(count)]).astype(np.uint8)
    noise = np.random.default_rng(0).normal(0, 20, masks.shape)
    conditions = np.tile([[0.0, 4.5, 30.0]], (count, 1))
    return ImageSet.of(np.where(masks > 0, 30, -850)[:, None] + noise[:, None], FORM, masks=masks, conditions=conditions, synthetic=count)


@pytest.fixture(scope="module")
def learnt_house(tmp_path_factory):
    place = tmp_path_factory.mktemp("fillers")
    house = House.at(str(place / "house"))
    balls().save(place / "balls")  # beside the house
    asked = ImageLearning("nodule_inpainting", "balls", {"width": 8, "steps": 2}, plan_of({"batch": 2}, steps=2))
    return house, learnt(house, place / "balls", asked, by="dr.wang")


def test_a_model_nobody_brought_into_use_fills_nothing(learnt_house):
    house, _ = learnt_house
    with pytest.raises(Refused, match="XL-IMGMODEL-088"):
        lesion_generator(house, "balls:challenger")


def test_it_is_judged_by_patches_that_nobody_learnt_from(learnt_house):
    _, kept = learnt_house
    pictures = balls()
    made, _, _ = filled_like(kept, pictures, 3, 1, None)
    unseen = pictures.scaled(np.concatenate([pictures.rows("held-out"), pictures.rows("test")]))
    corner = (slice(None), 0, slice(0, 2), slice(0, 2), slice(0, 2))
    assert len(made) == 3 and all(any(np.array_equal(one, real) for real in unseen[corner]) for one in made[corner])


def test_patches_of_a_set_are_filled_by_its_masks_and_keep_their_surroundings(learnt_house):
    house, kept = learnt_house
    pictures = balls()
    given = pictures.scaled(pictures.rows("test")[:1])
    found, made = sampled(
        house, "balls:challenger", 1, asked={"type": "solid", "diameter_mm": "5"}, pictures=house.settings.home.parent / "balls"
    )
    assert found.digest == kept.digest
    changed = (made != given)[0, 0]
    assert changed[8, 8, 8] and not changed[0].any()


def test_a_set_without_masks_judges_no_filler(learnt_house):
    _, kept = learnt_house
    pictures = balls()
    pictures.masks = None
    with pytest.raises(UsageError, match="XL-JUDGE-012"):
        filled_like(kept, pictures, 3, 1, None)


def test_brought_into_use_it_makes_the_inside_of_a_nodule(learnt_house):
    house, kept = learnt_house
    judgement = replace(sample_card().judgement, model="balls")
    registry(house).keep(kept.judged(judgement), "dr.wang")
    registry(house).promote("balls", "dr.wang", compared(house, "balls"))
    scan, generator = chest_of(3, 16, 1.0), lesion_generator(house, "balls")
    inner = np.argwhere(scan.mask("lungs"))
    for index in np.random.default_rng(1).permutation(inner)[:60]:
        request = NoduleRequest(diameter_mm=5.0, center_mm=scan.volume.point_mm(tuple(float(n) for n in index)), blur_mm=BLUR_MM, seed=2)
        try:
            edit = generator.insert(scan.volume, request)
        except InvalidInput as fault:
            assert fault.code.startswith("XL-NODULE")
            continue
        assert edit.method.startswith("nodule_inpainting@") and edit.truth["mean_hu"] > -600
        return
    raise AssertionError("no place would do")
