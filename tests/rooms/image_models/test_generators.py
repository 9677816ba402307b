"""Every generator: it learns, its graphs run without torch, its sampler gives the same bytes for the same request, bad forms are refused."""

from __future__ import annotations

import importlib

import numpy as np
import pytest
from tests.rooms.image_models.trying import ASKED, PLAIN, apart, discs, exported, graphs_of, learnt, samples

from xinglin.records.errors import InvalidInput
from xinglin.records.image_learning import ImageForm, SampleRequest

SMALL = {
    "rectified_flow": {"width": 16, "depth": 2, "steps": 8},
    "dcgan": {"width": 8, "chance": 16},
    "wgan_gp": {"width": 8, "chance": 16, "critic_steps": 2},
    "vae": {"width": 8, "chance": 8},
    "wavelet_flow": {"width": 16, "blocks": 1, "detail_width": 16, "coarsest": 8, "steps": 8},
    "latent_diffusion": {"halvings": 1, "codec_width": 8, "width": 16, "blocks": 1, "steps": 8},
    "vq_vae": {"halvings": 1, "codec_width": 8, "width": 16, "blocks": 1, "steps": 8, "words": 32},
    "diffusion": {"width": 8, "depth": 2, "steps": 8},
}
STEPS = {
    "rectified_flow": 40,
    "dcgan": 40,
    "wgan_gp": 160,
    "vae": 40,
    "diffusion": 40,
    "latent_diffusion": 80,
    "vq_vae": 80,
    "wavelet_flow": 40,
}
RATES = {"wgan_gp": 8e-3}
GENERATORS = sorted(SMALL)


def model_of(name):
    return importlib.import_module(f"xinglin.models.image.{name}").MODEL


@pytest.fixture(scope="module")
def tried():
    """Each generator after a few steps on invented pictures, made once."""
    made = {}

    def of(name):
        if name not in made:
            made[name] = learnt(model_of(name), ASKED, SMALL[name], STEPS[name], rate=RATES.get(name, 2e-3))
        return made[name]

    return of


@pytest.mark.parametrize("name", GENERATORS)
def test_samples_come_nearer_the_pictures_that_were_learnt_from(name, tried):
    model, real = model_of(name), discs(64)[0]
    networks, settings, _ = tried(name)
    before, plain, _ = learnt(model, ASKED, SMALL[name], steps=0)
    assert apart(samples(model, networks, ASKED, settings), real) < 0.8 * apart(samples(model, before, ASKED, plain), real)


@pytest.mark.parametrize("name", GENERATORS)
def test_what_a_step_tells_is_finite(name, tried):
    _, _, told = tried(name)
    assert told and all(np.isfinite(value) for one in told for value in one.values())


@pytest.mark.parametrize("name", GENERATORS)
def test_graphs_run_without_torch_and_for_any_count(name, tried, tmp_path):
    networks, settings, _ = tried(name)
    for module, inputs in model_of(name).graphs(networks, ASKED, settings).values():
        without, within = exported(module, inputs, tmp_path)
        assert len(without) == 3 and np.abs(without - within).max() < 1e-3


@pytest.mark.parametrize("name", GENERATORS)
def test_the_same_request_gives_the_same_bytes_and_another_seed_others(name, tried):
    model = model_of(name)
    networks, settings, _ = tried(name)
    graphs = graphs_of(model, networks, ASKED, settings)
    first, again, other = (model.sample(graphs, ASKED, settings, SampleRequest(3, seed)) for seed in (5, 5, 6))
    assert first.dtype == np.float32 and first.shape == (3, 1, 16, 16) and np.abs(first).max() <= 1
    assert first.tobytes() == again.tobytes() != other.tobytes()


@pytest.mark.parametrize("name", GENERATORS)
def test_a_picture_does_not_depend_on_how_many_are_asked_for(name, tried):
    networks, settings, _ = tried(name)
    few, many = (samples(model_of(name), networks, ASKED, settings, count) for count in (2, 60))
    assert np.abs(few - many[:2]).max() < 1e-4


@pytest.mark.parametrize("name", GENERATORS)
def test_an_unknown_condition_is_no_error_and_a_known_one_changes_the_picture(name, tried):
    networks, settings, _ = tried(name)
    settings = settings | ({"guidance": 8.0} if "guidance" in settings else {})
    said = [samples(model_of(name), networks, ASKED, settings, 4, conditions=np.full((4, 2), value, np.float32)) for value in (np.nan, 1.0)]
    assert np.isfinite(said[0]).all() and np.abs(said[0] - said[1]).max() > 1e-4


@pytest.mark.parametrize("name", GENERATORS)
def test_volumes_are_learnt_and_made(name):
    form = ImageForm(shape=(16, 16, 16))
    networks, settings, _ = learnt(model_of(name), form, SMALL[name], steps=2, batch=2)
    made = samples(model_of(name), networks, form, settings, 2)
    assert made.shape == (2, 1, 16, 16, 16) and np.isfinite(made).all()


@pytest.mark.parametrize("name", GENERATORS)
@pytest.mark.parametrize("shape", [(17, 16), (16,), (3, 3)])
def test_a_form_it_cannot_serve_is_refused_with_a_remedy(name, shape):
    with pytest.raises(InvalidInput) as refused:
        model_of(name).networks(ImageForm(shape=shape), {})
    assert refused.value.code == "XL-IMGMODEL-001" and refused.value.where == "form.shape"


@pytest.mark.parametrize("name", GENERATORS)
def test_a_setting_out_of_range_is_refused(name):
    with pytest.raises(InvalidInput, match="width") as refused:
        model_of(name).networks(PLAIN, {"width": -1})
    assert refused.value.code == "XL-IMGMODEL-002"


@pytest.mark.parametrize("name", GENERATORS)
def test_the_module_of_a_model_imports_neither_torch_nor_monai(name):
    import subprocess
    import sys

    ask = f"import sys, xinglin.models.image.{name} as m; m.MODEL.settings; print(any(x in sys.modules for x in ('torch', 'monai')))"
    said = subprocess.run([sys.executable, "-c", ask], capture_output=True, text=True, check=True)
    assert said.stdout.strip() == "False"


def test_diffusion_takes_the_network_of_monai_where_einops_is_there_and_says_so_where_not(tmp_path):
    from importlib.util import find_spec

    from xinglin.records.errors import UsageError

    asked = SMALL["diffusion"] | {"network": "monai"}
    if find_spec("einops") is None:
        with pytest.raises(UsageError, match="einops"):
            model_of("diffusion").networks(PLAIN, asked)
        return
    networks, settings, _ = learnt(model_of("diffusion"), ASKED, asked, 2)
    for module, inputs in model_of("diffusion").graphs(networks, ASKED, settings).values():
        without, within = exported(module, inputs, tmp_path)
        assert np.abs(without - within).max() < 1e-3
