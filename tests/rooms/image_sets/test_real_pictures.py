"""What becomes of real collections: films with several a person, an ultrasound collection full of copies, CT in and out of HU, broken series."""

import json
import shutil
from pathlib import Path

import numpy as np
import pytest

from xinglin.records.errors import InvalidInput
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.collecting import collect


def asking(**more) -> Asking:
    return Asking(**({"shape": (32, 32)} | more))


@pytest.fixture
def thoracic(data: Path, tmp_path: Path) -> str:
    """The table of the CT slices as this house asks for one."""
    rows = [json.loads(line) for line in (data / "ct-tcga-luad/meta.jsonl").read_text().splitlines()]
    path = tmp_path / "luad.jsonl"
    path.write_text("\n".join(json.dumps(row | {"path": f"slices_hu_256.npz#{row['i']}", "person": row["patient"]}) for row in rows))
    return str(path)


def test_films_of_one_person_stand_on_one_side(data: Path):
    folder = data / "cxr-nih"
    found = collect(folder, asking(table=str(folder / "labels.csv"), conditions=("finding=label",)))
    assert len(found) == 690 and sum(found.card.persons.values()) == 473 and found.card.left_out["copy of another picture"] == 1
    sides: dict[str, str] = {}
    assert all(sides.setdefault(one.person, one.split) == one.split for one in found.items)
    shares = [found.conditions(found.rows(side)).mean() for side in ("train", "held-out", "test")]
    assert max(shares) - min(shares) < 0.06


def test_copies_in_the_ultrasound_collection_are_found(data: Path):
    found = collect(data / "us-breast-busi", asking(label_from="folder", mirrored=True))
    assert 440 <= len(found) <= 470 and found.card.left_out["near-copy of another picture"] >= 60
    assert any("copies said otherwise" in one for one in found.card.warnings)


def test_ct_slices_in_hounsfield_units_are_a_set_and_mixed_with_their_dicom_are_refused(data: Path, thoracic: str):
    found = collect(data / "ct-tcga-luad/slices_hu_256.npz", asking(unit="HU", table=thoracic, conditions=("age", "contrast")))
    assert len(found) == 54 and sum(found.card.persons.values()) == 32 and found.form.unit == "HU"
    assert found.card.left_out == {"copy of another picture": 4} and found.card.numbers["age"] == (39, 69, 83)
    with pytest.raises(InvalidInput, match="XL-IMGSET-045"):
        collect(data / "ct-tcga-luad", asking())


def test_ct_saved_as_jpeg_is_refused_as_ct_and_flagged_as_pictures(data: Path):
    folder = data / "ct-overwindowed-iqothnccd"
    with pytest.raises(InvalidInput, match="XL-IMGSET-020"):
        collect(folder, asking(unit="HU"))
    told = collect(folder, asking(least=4)).card
    assert "of 7 pictures half or more lies at one end" in " ".join(told.warnings) and told.left_out["near-copy of another picture"] == 1


def test_dicom_slices_tell_their_people_and_no_path_tells_them(data: Path):
    found = collect(data / "dicom-lidc-lung-ct", asking())
    assert len(found) == 27 and len({one.person for one in found.items}) == 2 and found.form.modality == "CT"
    assert not any("LIDC" in one.source for one in found.items)
    assert found.card.counts["train"] == 27 and any("2 people are too few" in one for one in found.card.warnings)
    crops = collect(data / "dicom-lidc-lung-ct", asking(shape=(16, 64, 64), fit="patches", spacing_mm=(1.5, 1.5, 1.5)))
    assert crops.pictures.shape == (25, 1, 16, 64, 64) and crops.form.spacing_mm == (1.5, 1.5, 1.5)


def test_series_whose_geometry_is_none_give_no_volume(data: Path):
    with pytest.raises(InvalidInput, match="XL-IMGSET-044"):
        collect(data / "dicom-bad-series", asking())
    with pytest.raises(InvalidInput) as told:
        collect(data / "dicom-bad-series", asking(shape=(4, 32, 32)))
    assert all(code in told.value.why for code in ("XL-DICOM-113", "XL-DICOM-114", "XL-DICOM-116", "XL-DICOM-118"))
    with pytest.raises(InvalidInput, match="XL-IMGSET-044"):
        collect(data / "dicom-misc-malformed", asking())


def test_a_segmentation_is_laid_onto_its_slices(data: Path, tmp_path: Path):
    folder = data / "dicom-seg-rt-sr/dcmqi/segmentations"
    shutil.copy(folder / "liver.dcm", tmp_path)
    found = collect(folder / "ct-3slice", asking(masks=str(tmp_path), least=1))
    assert found.masks is not None and found.form.masks == ("Liver",) and 100 < found.masks[0].sum() < 200
    inside = np.asarray(found.pictures[:, 0])[found.masks > 0]
    assert 20 < np.median(inside) < 200  # a liver, in HU


def test_labels_beside_arrays_and_columns_of_a_wide_table(data: Path):
    minis = collect(data / "cxr-pneumoniamnist", asking(shape=(28, 28), label_from="array"))
    assert minis.card.levels == {"label": {"0": 523, "1": 3858}} and minis.card.left_out["copy of another picture"] == 25
    folder = data / "cxr-covid-hannover-longitudinal"
    asked = asking(table=str(folder / "data.csv"), path_column="image_id", conditions=("sex", "view=projection", "days=admission_offset"))
    serial = collect(folder, asked)
    assert len(serial) == 158 and sum(serial.card.persons.values()) == 47 and serial.card.levels["view"] == {"ap": 121, "pa": 37}
