"""A glioma in a made-up brain: what is drawn, what grows, what treatment does, and that fast and slow agree."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from xinglin.diseases.glioma import CARD, DISEASE
from xinglin.diseases.glioma.treatment import DrugDose, Fraction, Surgery
from xinglin.diseases.glioma.tumour import Lump, Tumour
from xinglin.diseases.glioma.twin import grow
from xinglin.diseases.glioma.visible import FLAIR, T1GD, diameter_mm, velocity_mm_a, visible_ml
from xinglin.models.brain import FLUID, GREY, WHITE, made_brain
from xinglin.models.simulator.card_rules import see_that_it_can_run
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import Dose, Regimen, SimulationRequest
from xinglin.records.volume import Volume

PLACE = (30.0, -10.0, 24.0)
BRAIN = made_brain(4.0)


def request(days: tuple[float, ...], regimen: str = "none", patients: int = 2) -> SimulationRequest:
    chosen = next(one for one in CARD.regimens if one.name == regimen)
    return SimulationRequest("glioma", days, chosen, patients=patients, seed=3)


def test_the_card_can_be_read_by_the_engine_and_names_what_is_unverified() -> None:
    see_that_it_can_run(CARD)
    for row in CARD.parameters:
        assert row.unverified or CARD.sources[row.source].source_read, row.name
        assert row.locator


def test_a_patient_is_the_same_whatever_the_block() -> None:
    asked = request((0.0, 60.0))
    both = DISEASE.run(asked, DISEASE.draw(asked, 0, 2))
    second = DISEASE.run(asked, DISEASE.draw(asked, 1, 1), first=1)
    for name, curve in both.observed.items():
        assert curve[1].tobytes() == second.observed[name][0].tobytes()


def test_fast_and_slow_agree_under_surgery_radiation_and_drug() -> None:
    asked = request((0.0, 45.0), "chemoradiation", 1)
    found = DISEASE.residual(asked, 1)
    assert found.greatest < found.allowed
    assert found.balance < 1e-6


def test_untreated_it_grows_and_radiation_holds_it_back() -> None:
    days = (0.0, 90.0, 180.0)
    traits = DISEASE.draw(request(days), 0, 2)
    alone = DISEASE.run(request(days), traits).observed["flair_diameter"]
    treated = DISEASE.run(request(days, "radiotherapy"), traits).observed["flair_diameter"]
    assert (np.diff(alone, axis=1) > 0).all()
    assert (treated[:, 1:] < alone[:, 1:]).all()


def test_the_fatal_size_is_reached_when_it_is_reached_whatever_times_are_asked_for() -> None:
    traits = {"radius": 20.0, "proliferation": 0.08, "diffusion_white": 0.5}
    seldom = replace_traits(request((0.0, 90.0), patients=1), traits)
    day = float(DISEASE.run(seldom, DISEASE.draw(seldom, 0, 1)).ends["fatal_size"][0])
    often = replace_traits(request((*(float(k) for k in range(0, 90, 3)), 90.0), patients=1), traits)
    found = DISEASE.run(often, DISEASE.draw(often, 0, 1))
    assert found.ends["fatal_size"][0] == pytest.approx(day, abs=0.1)
    assert np.interp(day, often.times, found.observed["t1gd_diameter"][0]) == pytest.approx(70, rel=1e-3)


def replace_traits(asked: SimulationRequest, traits: dict[str, float]) -> SimulationRequest:
    from msgspec.structs import replace as with_fields

    return with_fields(asked, traits=traits)


def test_one_fraction_leaves_what_the_linear_quadratic_law_says() -> None:
    tumour = Tumour(proliferation=1e-9, diffusion_white=1e-6, diffusion_grey=1e-6, alpha_gy=0.1, alpha_beta_gy=8.0)
    start = Volume(np.where(BRAIN.voxels == WHITE, 0.5, 0.0).astype(np.float32), BRAIN.affine)
    after = grow(BRAIN, start, tumour, (0.0,), treatments=[Fraction(0.0, 2.0)])
    left = np.exp(-0.1 * 2 - 0.1 / 8 * 4)
    assert np.allclose(after.densities[0].voxels[BRAIN.voxels == WHITE], 0.5 * left, rtol=1e-5)


def test_a_dose_map_acts_voxel_by_voxel() -> None:
    tumour = Tumour(proliferation=1e-9, diffusion_white=1e-6, diffusion_grey=1e-6, alpha_gy=0.1, alpha_beta_gy=10.0)
    start = Volume(np.where(BRAIN.voxels == WHITE, 0.5, 0.0).astype(np.float32), BRAIN.affine)
    gray = np.zeros(BRAIN.shape, np.float32)
    gray[: BRAIN.shape[0] // 2] = 3.0
    after = grow(BRAIN, start, tumour, (0.0,), treatments=[Fraction(0.0, 1.0, dose_map=Volume(gray, BRAIN.affine))])
    expected = 0.5 * np.exp(-0.1 * gray - 0.01 * gray**2)
    white = BRAIN.voxels == WHITE
    assert np.allclose(after.densities[0].voxels[white], expected[white], rtol=1e-5)


def test_surgery_takes_out_what_enhances_and_nothing_comes_back_into_the_cavity() -> None:
    course = grow(BRAIN, Lump(PLACE, 16.0), Tumour(), (0.0, 1.0, 60.0), treatments=[Surgery(1.0, 4.0)])
    cavity = (course.mask(0).voxels == 1) & (course.densities[1].voxels == 0)
    assert course.t1gd_ml[0] > 5
    assert cavity.sum() * BRAIN.voxel_mm3 / 1000 > 5
    assert not course.densities[2].voxels[cavity].any()


def test_more_drug_leaves_fewer_cells() -> None:
    tumour = Tumour(drug_kill=0.001)
    cells = [
        grow(BRAIN, Lump(PLACE, 14.0), tumour, (20.0,), treatments=[DrugDose(float(d), amount) for d in range(10)], keep=False).cells_ml[0]
        for amount in (0.0, 75.0, 150.0)
    ]
    assert cells[0] > cells[1] > cells[2]
    assert cells[2] / cells[0] == pytest.approx(np.exp(-0.001 * 150 * 10), rel=0.2)


def test_maps_lie_where_the_brain_lies_and_say_that_they_are_simulated() -> None:
    course = grow(BRAIN, Lump(PLACE, 14.0), Tumour(), (0.0, 30.0))
    told = course.densities[1]
    assert np.array_equal(told.affine, BRAIN.affine)
    assert told.shape == BRAIN.shape
    assert told.synthetic
    assert "SIMULATION" in told.details["description"]
    assert course.mask(1, FLAIR).voxels.sum() > course.mask(1, T1GD).voxels.sum() > 0
    assert not told.voxels[(BRAIN.voxels != WHITE) & (BRAIN.voxels != GREY)].any()


def test_any_tissue_map_with_its_own_labels_will_do() -> None:
    own = replace(BRAIN, voxels=np.select([BRAIN.voxels == WHITE, BRAIN.voxels == GREY], [41, 42], 0).astype(np.int16))
    course = grow(own, Lump(PLACE, 14.0), Tumour(), (30.0,), labels={41: "white", 42: "grey"})
    assert course.flair_ml[0] == grow(BRAIN, Lump(PLACE, 14.0), Tumour(), (30.0,)).flair_ml[0]


def test_a_sphere_has_its_volume_and_a_start_its_radius() -> None:
    z, y, x = np.meshgrid(*(np.arange(-20, 21),) * 3, indexing="ij")
    away = np.sqrt(x**2 + y**2 + z**2)
    density = 1 / (1 + np.exp((away - 12.3) / 1.5))
    found = visible_ml(density, 0.5, np.ones(density.shape, bool), 1.0)
    assert diameter_mm(found) == pytest.approx(24.6, rel=2e-3)
    assert velocity_mm_a((0.0, 365.25), (10.0, 18.0))[0] == pytest.approx(4.0)


def test_the_made_brain_has_its_tissues_and_no_white_matter_at_its_edge() -> None:
    share = {label: float((BRAIN.voxels == label).mean()) for label in (FLUID, GREY, WHITE)}
    assert min(share.values()) > 0.04
    for axis in range(3):
        for end in (0, -1):
            assert not np.take(BRAIN.voxels, end, axis=axis).any()


def test_what_cannot_be_is_refused_with_its_code() -> None:
    small = Volume(np.zeros((3, 3, 3), np.float32), BRAIN.affine)
    for code, make in (
        ("XL-GLIOMA-001", lambda: Tumour(proliferation=-1.0)),
        ("XL-GLIOMA-002", lambda: grow(BRAIN, small, Tumour(), (1.0,))),
        ("XL-GLIOMA-003", lambda: grow(replace(BRAIN, voxels=np.zeros(BRAIN.shape, np.uint8)), Lump(PLACE, 9.0), Tumour(), (1.0,))),
        ("XL-GLIOMA-004", lambda: grow(BRAIN, Lump((500.0, 0.0, 0.0), 9.0), Tumour(), (1.0,))),
        (
            "XL-SIM-021",
            lambda: DISEASE.run(
                SimulationRequest("glioma", (1.0,), Regimen("x", doses=(Dose(0.0, "hope", 1.0),))), DISEASE.draw(request((1.0,)), 0, 1)
            ),
        ),
        ("XL-SIM-025", lambda: DISEASE.run(SimulationRequest("nsclc", (1.0,)), DISEASE.draw(request((1.0,)), 0, 1))),
    ):
        with pytest.raises(InvalidInput) as told:
            make()
        assert told.value.code == code
