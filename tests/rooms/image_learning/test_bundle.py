"""A kept model is laid out as MONAI opens it, and says there what it says here."""

import json

import numpy as np
import pytest
import torch
from tiny_models import SHAPE, Opponents, Rebuilder, blobs

from xinglin.models.kept_images import write_folder
from xinglin.records.errors import UsageError
from xinglin.records.image_learning import LearningPlan
from xinglin.training.image_learning.bundle import bundle_files
from xinglin.training.image_learning.fit import learnt
from xinglin.training.image_learning.keeping import kept_of

PLAN = LearningPlan(3, batch=8, precision="float32")


@pytest.fixture(scope="module")
def laid_out(tmp_path_factory):
    place = tmp_path_factory.mktemp("bundle")
    kept = kept_of(
        learnt(blobs(), Rebuilder(), {"norm": "group"}, PLAN, place / "learning"), name="spots", intended_use="trying things out"
    )
    return kept, write_folder(bundle_files(kept), place / "spots")


def test_the_folder_is_the_one_of_the_specification(laid_out):
    kept, folder = laid_out
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()}
    assert names == {
        "configs/metadata.json", "configs/inference.json", "models/model.pt", "models/model.ts", "docs/README.md", "docs/card.json", "LICENSE"
    }  # fmt: skip
    told = json.loads((folder / "configs/metadata.json").read_text())
    assert {
        "version", "monai_version", "pytorch_version", "numpy_version", "optional_packages_version", "task", "description", "authors", "copyright",
        "network_data_format", "schema",
    } <= set(told)  # fmt: skip
    assert told["not_for"] == kept.told.not_for and kept.digest[:12] in told["version"]
    image = told["network_data_format"]["inputs"]["image"]
    assert (image["num_channels"], image["spatial_shape"], image["dtype"], image["value_range"]) == (1, list(SHAPE), "float32", [-1, 1])


@pytest.mark.filterwarnings("ignore")
def test_monai_loads_its_network_which_says_what_ours_says(laid_out):
    from monai.bundle import ConfigParser
    from monai.bundle.scripts import verify_net_in_out
    from monai.data import load_net_with_metadata

    kept, folder = laid_out
    network, inside, _ = load_net_with_metadata(str(folder / "models/model.ts"))
    assert inside == json.loads((folder / "configs/metadata.json").read_text())
    given = np.random.default_rng(0).uniform(-1, 1, (3, 1, *SHAPE)).astype(np.float32)
    with torch.no_grad():
        np.testing.assert_allclose(network(torch.from_numpy(given)).numpy(), kept.graphs["rebuild"](pictures=given), rtol=1e-3, atol=1e-4)
    meta, config = str(folder / "configs/metadata.json"), str(folder / "configs/inference.json")
    parser = ConfigParser()
    parser.read_config(config)
    parser["bundle_root"] = str(folder)
    with torch.no_grad():
        told = parser.get_parsed_content("inferer")(torch.from_numpy(given), parser.get_parsed_content("network_def"))
    assert told.shape == given.shape
    verify_net_in_out("network_def", meta_file=meta, config_file=config, device="cpu", bundle_root=str(folder))
    state = torch.load(folder / "models/model.pt", weights_only=True)
    assert all(torch.equal(value, network.state_dict()[name]) for name, value in state.items())


def test_without_weights_there_is_no_bundle_and_other_shapes_are_told(laid_out, tmp_path):
    kept, _ = laid_out
    with pytest.raises(UsageError) as error:
        bundle_files(type(kept)(kept.told, {}, kept.made_by))
    assert error.value.code == "XL-LEARN-053"
    told = json.loads(bundle_files(kept_of(learnt(blobs(), Opponents(), {}, PLAN, tmp_path), name="duel"))["configs/metadata.json"])
    assert told["network_data_format"]["inputs"]["image"]["format"] == "latent" and told["network_data_format"]["outputs"]["pred"][
        "spatial_shape"
    ] == list(SHAPE)
