"""What was learnt is kept as files under one hash and sampled without torch: the same bytes each time, the same numbers as torch."""

import subprocess
import sys

import msgspec
import numpy as np
import pytest
import torch
from tiny_models import SHAPE, Opponents, Rebuilder, blobs

from xinglin.models.contact_sheet import WORDS, sheet_png
from xinglin.models.image_graphs import graphs_of
from xinglin.models.kept import card_of
from xinglin.models.kept_images import KeptImages, images_of, read_folder
from xinglin.records.errors import InvalidInput, NotFound, OutOfResources, Refused, UsageError
from xinglin.records.image_learning import Condition, ImageForm, ImageJudgement, ImageScore, LearningPlan, SampleRequest, Spread
from xinglin.store import Store
from xinglin.training.image_learning.export import onnx_graphs, torchscript_graphs
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_learning.keeping import kept_of, started_from
from xinglin.training.registry import Registry

PLAN = LearningPlan(4, batch=8, precision="float32")


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    return learnt(blobs(), Rebuilder(), {"norm": "batch"}, PLAN, tmp_path_factory.mktemp("learnt"))


@pytest.fixture(scope="module")
def kept(found):
    return kept_of(found, name="spots", intended_use="trying things out", torchscript=True)


def test_a_kept_model_is_its_files_and_says_twice_what_it_is(kept):
    assert set(kept.files()) == {
        "card.json", "weights.safetensors", "settings.json", "data_card.json", "curves.json", "samples.png", "graphs/rebuild.onnx",
        "graphs/rebuild.pt",
    }  # fmt: skip
    card = card_of(kept.files())
    assert (card.keeps, card.kind, card.digest, card.trained_rows) == ("image", "rebuilder", kept.digest, len(blobs().rows("train")))
    again = images_of(kept.files(), card)
    assert again.told == kept.told and again.digest == kept.digest and kept.told.losses["loss"] > 0
    assert again.image_card.parameters == sum(one.numel() for one in again_networks(kept))


def again_networks(kept):
    return Rebuilder().networks(kept.form, kept.told.settings).parameters()


def test_the_same_learning_is_kept_under_the_same_hash(found, kept):
    assert kept_of(found, name="spots", intended_use="trying things out", torchscript=False).digest == kept_of(
        found, name="spots", intended_use="trying things out", torchscript=False
    ).digest  # fmt: skip


def test_samples_by_onnx_are_those_by_torch_and_the_same_bytes_each_time(found, kept):
    made = kept.sample(SampleRequest(5, seed=3))
    assert made.shape == (5, 1, *SHAPE) and made.dtype == np.float32
    assert kept.sample(SampleRequest(5, seed=3)).tobytes() == made.tobytes() != kept.sample(SampleRequest(5, seed=4)).tobytes()

    def by_torch(**inputs):
        with torch.no_grad():
            return found.networks["network"](*(torch.from_numpy(one) for one in inputs.values())).numpy()

    expected = Rebuilder().sample({"rebuild": by_torch}, kept.form, kept.told.settings, SampleRequest(5, seed=3))
    np.testing.assert_allclose(made, expected, rtol=1e-3, atol=1e-4)
    np.testing.assert_allclose(kept.in_unit(np.array([-1, 0, 1], np.float32)), [0, 50, 100])


def test_a_kept_model_is_sampled_without_torch(kept, tmp_path):
    folder = kept.write(tmp_path / "model")
    script = (
        "import sys; sys.modules['torch'] = None\n"
        "from xinglin.models.image_graphs import graphs_of; import numpy as np\n"
        f"said = graphs_of({str(folder)!r})['rebuild'](pictures=np.zeros((3, 1, 16, 16)))\n"
        "assert said.shape == (3, 1, 16, 16) and said.dtype == np.float32"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert read_folder(folder).digest == kept.digest
    with pytest.raises(UsageError) as error:
        kept.write(folder)
    assert error.value.code == "XL-LEARN-044"
    with pytest.raises(NotFound):
        read_folder(tmp_path)


def test_without_onnxruntime_it_is_said_what_to_install(kept, monkeypatch):
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(OutOfResources) as error:
        graphs_of({"rebuild": kept.parts["graphs/rebuild.onnx"]})
    assert error.value.code == "XL-LEARN-040" and "xinglin[images]" in error.value.fix


def test_a_graph_that_is_none_is_refused(tmp_path):
    for graphs in ({"rebuild": b"no graph"}, {}, tmp_path):
        with pytest.raises(InvalidInput) as error:
            graphs_of(graphs)
        assert error.value.code == "XL-LEARN-041"


def test_a_graph_that_depends_on_the_number_of_pictures_is_refused():
    class Crowded(Rebuilder):
        def graphs(self, networks, form, settings):
            class Beside(torch.nn.Module):
                def forward(self, pictures):
                    return pictures * float(len(pictures))

            return {"rebuild": (Beside(), {"pictures": torch.ones(2, 1, *SHAPE)})}

    with pytest.raises(InvalidInput) as error:
        onnx_graphs(Crowded(), torch.nn.ModuleDict(), blobs().form, {})
    assert error.value.code == "XL-LEARN-051"


@pytest.mark.filterwarnings("ignore:`torch.jit.load` is deprecated")
def test_torchscript_says_what_the_network_says(found):
    import io

    traced = torch.jit.load(io.BytesIO(torchscript_graphs(found.model, found.networks, found.form, found.settings)["rebuild"]))
    given = torch.rand(3, 1, *SHAPE)
    with torch.no_grad():
        torch.testing.assert_close(traced(given), found.networks["network"](given))


def test_learning_on_from_a_kept_model_begins_with_its_weights(kept, tmp_path):
    start = started_from(kept)
    on = learnt(
        blobs(), Rebuilder(), {"norm": "batch"}, LearningPlan(1, batch=8, rate=1e-12, precision="float32"), tmp_path / "on", start=start
    )
    assert on.started_from == kept.digest and kept_of(on, name="spots").told.started_from == kept.digest
    for name, value in on.networks.state_dict().items():
        if value.is_floating_point() and "running" not in name:
            torch.testing.assert_close(value, start.weights[name])
    with pytest.raises(UsageError) as error:
        learnt(blobs(), Rebuilder(), {"norm": "batch", "width": 4}, PLAN, tmp_path / "other", start=start)
    assert error.value.code == "XL-LEARN-014"
    with pytest.raises(UsageError) as error:
        started_from(KeptImages(kept.told, {}))
    assert error.value.code == "XL-LEARN-053"


def test_an_adapter_changes_weights_by_thin_products_alone_and_is_kept_as_any_other(kept, tmp_path):
    plan = LearningPlan(8, batch=8, rate=1e-2, warm_up=0, precision="float32", average=0.0)
    wide = kept_of(learnt(blobs(), Rebuilder(), {"width": 32}, PLAN, tmp_path / "base"), name="wide")
    start = started_from(wide, adapter=True)
    on = learnt(blobs(), Rebuilder(), {"width": 32}, plan, tmp_path / "on", start=start)
    now = on.networks.state_dict()
    assert now.keys() == start.weights.keys()
    for name, value in now.items():
        change = (value - start.weights[name]).reshape(len(value), -1)
        if name.endswith("bias"):
            assert not change.any()
        else:
            assert change.abs().max() > 1e-4 and torch.linalg.matrix_rank(change, rtol=1e-3) <= 8
    assert on.curves.values["loss"][-1] < on.curves.values["loss"][0]
    assert kept_of(on, name="adapted").told.started_from == wide.digest


def test_a_house_keeps_it_with_its_graphs_and_gives_it_back(kept, tmp_path):
    with Store.open(tmp_path / "house") as store:
        registry = Registry(store)
        registry.keep(kept, "dr.wang")
        again = registry.load_as("spots:challenger", KeptImages)
    assert again.digest == kept.digest and again.told.made_at and again.parts["graphs/rebuild.onnx"] == kept.parts["graphs/rebuild.onnx"]


def test_a_judgement_stands_among_the_files_and_on_the_card(kept):
    judged = kept.judged(ImageJudgement("spots", "x", 16, 0, (ImageScore("recall", "variety", Spread(0.8), better="higher"),)))
    assert judged.card.scores[0].value == 0.8 and "judgement.json" in judged.files() and judged.digest != kept.digest
    assert msgspec.json.decode(judged.files()["judgement.json"], type=ImageJudgement) == judged.told.judgement


def test_conditions_are_asked_for_in_words():
    form = ImageForm(SHAPE, conditions=(Condition("sex", "level", ("female", "male")), Condition("age", "number", low=20, high=80)))
    values = blobs().pictures
    pictures = blobs(form=form, conditions=np.tile([[1.0, 50.0]], (len(values), 1)))
    told = msgspec.structs.replace(card_for(pictures), form=pictures.form)
    asker = KeptImages(told, {}, Rebuilder())
    np.testing.assert_array_equal(asker.asked({"sex": "male"}, 2), np.array([[1, np.nan]] * 2, np.float32))
    for words, code in (({"weight": "3"}, "XL-LEARN-042"), ({"sex": "other"}, "XL-LEARN-043"), ({"age": "90"}, "XL-LEARN-043")):
        with pytest.raises(UsageError) as error:
            asker.asked(words, 1)
        assert error.value.code == code


def card_for(pictures):
    from xinglin.records.image_learning import ImageModelCard

    return ImageModelCard("a", "", "rebuilder", "1", "generate", pictures.form, {}, PLAN, "", pictures.card)


def test_a_sheet_says_that_its_pictures_are_of_nobody():
    from io import BytesIO

    from PIL import Image

    pictures = blobs().scaled(range(10))
    content = sheet_png(pictures, {"Title": "samples", "Description": "AI-generated"}, across=4)
    image = Image.open(BytesIO(content))
    assert image.text["Description"] == "AI-generated" and "AI-generated" in WORDS  # type: ignore[attr-defined]
    band = np.asarray(image)[:18]
    assert ((band[..., 0] > 120) & (band[..., 2] < 60)).sum() > 100  # the words are drawn
    assert content == sheet_png(pictures, {"Title": "samples", "Description": "AI-generated"}, across=4)
    assert sheet_png(np.repeat(pictures[:, :, None], 5, 2), {}, across=4) == sheet_png(pictures, {}, across=4)  # a volume by its middle


def test_opponents_are_kept_and_sampled_too(tmp_path):
    kept = kept_of(learnt(blobs(), Opponents(), {}, PLAN, tmp_path), name="duel")
    assert kept.sample(SampleRequest(3)).shape == (3, 1, *SHAPE)


def test_a_model_of_another_version_of_its_networks_is_refused_before_it_draws(kept):
    older = KeptImages(msgspec.structs.replace(kept.told, kind="dcgan", version="0"), kept.parts)
    with pytest.raises(Refused, match="XL-LEARN-047"):
        older.sample(SampleRequest(1))
