"""A nodule whose inside a network drew: outline, place and edge are the formula's, densities the network's, the scan's noise stays."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest
from scipy import ndimage

from xinglin.checks import (
    xl501_grid_changed,
    xl502_hounsfield_range,
    xl503_changed_outside,
    xl504_mask_disagrees,
    xl505_noise_mismatch,
    xl506_edge_mismatch,
)
from xinglin.models.filled_nodule import FilledNodule
from xinglin.models.kept_images import KeptImages
from xinglin.models.lesion.parametric_nodule import GENERATOR
from xinglin.records import CheckCase
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.image_learning import DataCard, ImageModelCard, LearningPlan, SampleRequest
from xinglin.records.imaging import ImageCase, NoduleRequest
from xinglin.training.nodule_patches import BLUR_MM, chest_of, form_of

FORM = form_of(24, 1.0)


class Drawing(KeptImages):
    """A kept model that draws one density wherever it is asked to, behind the blur of a patch and with noise of its own."""

    density_hu = 30.0
    asked: list[SampleRequest] = []

    @property
    def digest(self) -> str:
        return "ab" * 32

    def sample(self, request: SampleRequest):
        self.asked.append(request)
        assert request.pictures is not None and request.masks is not None
        share = ndimage.gaussian_filter(request.masks[:, None].astype(np.float32), (0, 0, 0.6, 0.6, 0.6))
        noise = np.random.default_rng(request.seed).normal(0, 0.02, share.shape)
        return (request.pictures * (1 - share) + share * self.density_hu / 1000 + noise * (share > 0.01)).astype(np.float32)


def card(task="fill"):
    data = DataCard("nodules", "2b" * 32, FORM, {"train": 10}, {"train": 10})
    return ImageModelCard("nodules", "", "nodule_inpainting", "1", task, FORM, {}, LearningPlan(10), data.digest, data)


@cache
def chest():
    return chest_of(3, 24, 1.0)


@cache
def place():
    """Somewhere in the lung where a nodule fits."""
    scan = chest().volume
    deep = np.argwhere(ndimage.distance_transform_edt(chest().mask("lungs")) > 14)
    inner = deep[(np.abs(deep - np.array(scan.shape) / 2) < np.array(scan.shape) / 2 - 16).all(1)]
    for index in np.random.default_rng(0).permutation(inner)[:50]:
        at = scan.point_mm(tuple(float(one) for one in index))
        try:
            GENERATOR.insert(scan, NoduleRequest(diameter_mm=9.0, center_mm=at, blur_mm=BLUR_MM))
        except InvalidInput:
            continue
        return at
    raise AssertionError("no place")


def asked(**more):
    return NoduleRequest(**{"diameter_mm": 8.0, "center_mm": place(), "blur_mm": BLUR_MM, "seed": 4, **more})


def put(density_hu=30.0, **more):
    kept = Drawing(card(), {})
    object.__setattr__(kept, "density_hu", density_hu)
    return FilledNodule(kept).insert(chest().volume, asked(**more))


@pytest.mark.parametrize(("kind", "density_hu"), [("solid", 30.0), ("ground-glass", -600.0), ("part-solid", -400.0), ("calcified", 400.0)])
def test_the_density_drawn_is_the_density_put_in_and_stated(kind, density_hu):
    edit = put(density_hu, kind=kind)
    assert edit.truth["mean_hu"] == pytest.approx(density_hu, abs=40)  # a vessel runs beside it
    assert edit.request.kind == edit.words["kind"] == kind
    assert edit.method == "nodule_inpainting@" + "ab" * 6
    assert "solid_hu" not in edit.truth and "solid_fraction" not in edit.truth


@pytest.mark.parametrize(("kind", "density_hu"), [("solid", 30.0), ("ground-glass", -600.0), ("part-solid", -400.0)])
def test_every_image_check_holds(kind, density_hu):
    edit, scan = put(density_hu, kind=kind), chest().volume
    case = CheckCase("en", (), image=ImageCase(scan, edit.applied_to(scan), edit, label="SYNTHETIC"))
    for check in (
        xl501_grid_changed,
        xl502_hounsfield_range,
        xl503_changed_outside,
        xl504_mask_disagrees,
        xl505_noise_mismatch,
        xl506_edge_mismatch,
    ):
        assert check.run(case) == (), check.CODE


def test_outline_and_geometry_are_those_of_the_formula():
    edit, even = put(), GENERATOR.insert(chest().volume, asked(hu=40.0, texture_hu=0.0))
    assert (edit.start, edit.shape, edit.occupancy, edit.apparent) == (even.start, even.shape, even.occupancy, even.apparent)
    for name in ("diameter_mm", "volume_mm3", "center_x_mm", "blur_row_mm"):
        assert edit.truth[name] == even.truth[name]


def test_the_same_request_gives_the_same_bytes():
    assert put(seed=9).packed == put(seed=9).packed


def test_the_model_is_told_type_diameter_and_density():
    Drawing.asked.clear()
    put(-500.0, kind="ground-glass", hu=-520.0)
    (request,) = Drawing.asked
    assert request.conditions is not None and request.masks is not None
    np.testing.assert_allclose(request.conditions, [[2.0, 8.0, -520.0]], rtol=1e-3)
    assert request.masks.sum() == pytest.approx(np.pi / 6 * 8**3, rel=0.15)


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"kind": "part-solid", "solid_fraction": 0.3}, "XL-IMGMODEL-085"), ({"kind": "part-solid", "hu": 20.0}, "XL-IMGMODEL-085"),
        ({"attachment": "pleura"}, "XL-IMGMODEL-085"), ({"texture_hu": 10.0}, "XL-IMGMODEL-085"), ({"diameter_mm": 12.0}, "XL-IMGMODEL-086"),
    ],
)  # fmt: skip
def test_what_the_network_cannot_do_is_refused(more, code):
    with pytest.raises(InvalidInput, match=code):
        put(**more)


def test_a_nodule_no_denser_than_lung_is_refused():
    with pytest.raises(InvalidInput, match="XL-IMGMODEL-087"):
        put(-900.0)


def test_a_model_that_fills_nothing_is_refused():
    with pytest.raises(UsageError, match="XL-IMGMODEL-084"):
        FilledNodule(Drawing(card("generate"), {}))
