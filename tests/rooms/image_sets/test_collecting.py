"""A folder becomes a set: what is known of each picture, whose it is, its mask and its partner are found; nothing is lost without a count."""

import json
from pathlib import Path

import nibabel
import numpy as np
import pytest
from made_pictures import blobs, written
from PIL import Image

from xinglin.records.errors import InvalidInput, UsageError
from xinglin.training.image_sets import ImageSet
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.collecting import collect
from xinglin.training.image_sets.pages import pages_of
from xinglin.training.image_sets.sayings import SAYINGS, in_chinese, say

SMALL = (16, 16)


def asking(**more) -> Asking:
    return Asking(**({"shape": SMALL} | more))


def table(path: Path, rows: list[dict]) -> str:
    path.write_text("\n".join([",".join(rows[0]), *(",".join(str(one) for one in row.values()) for row in rows)]) + "\n")
    return str(path)


def test_the_same_folder_and_the_same_asking_give_the_same_set(tmp_path: Path):
    folder = written(tmp_path / "in", blobs(24))
    first, second = collect(folder, asking()), collect(folder, asking())
    assert first.card.digest == second.card.digest and len(first) == 24
    assert collect(folder, asking(seed=1)).card.digest != first.card.digest
    assert first.form.low == 0 and first.form.high == 255 and first.pictures.shape == (24, 1, 16, 16)


def test_a_set_is_written_whole_with_its_card_in_two_languages(tmp_path: Path):
    found = collect(written(tmp_path / "in", blobs(24)), asking(name="blobs"))
    folder = found.save(tmp_path / "set", pages_of(found))
    assert ImageSet.load(folder).card == found.card
    english, chinese = (folder / "card.en.md").read_text(), (folder / "card.zh.md").read_text()
    assert "whose they are is not known of 24 pictures" in english and "24 张图像所属患者不明" in chinese
    assert "仅 24 张图像" in chinese and "pictures" not in chinese.replace("pictures.npy", "")
    assert (folder / "card.zh.html").read_text().startswith('<!doctype html><html lang="zh-CN">')
    with Image.open(folder / "contact-sheet.png") as sheet:
        assert sheet.width > 300


def test_people_and_conditions_come_from_a_table(tmp_path: Path):
    folder = written(tmp_path / "in", blobs(40))
    rows = [{"file": f"{n:03}.png", "patient": f"x{n // 2}", "age": 30 + n, "sex": "fm"[n % 2], "note": f"words {n}"} for n in range(40)]
    found = collect(folder, asking(table=table(tmp_path / "t.csv", rows)))
    assert sum(found.card.persons.values()) == 20 and found.card.warnings == ("40 pictures are few: a model may learn them by heart",)
    assert [one.name for one in found.form.conditions] == ["age", "sex"]
    assert found.items[3].conditions == {"age": 33, "sex": 1} and found.items[2].person == found.items[3].person
    assert "x1" not in {one.person for one in found.items}
    picked = collect(folder, asking(table=table(tmp_path / "t.csv", rows), conditions=("years=age",)))
    assert [one.name for one in picked.form.conditions] == ["years"]


def test_a_table_of_json_lines_says_the_sides_and_leaves_gaps(tmp_path: Path):
    folder = written(tmp_path / "in", blobs(20))
    rows = [
        {"path": f"{n:03}", "person": str(n), "split": ["train", "val", "test"][n % 3], "age": None if n == 4 else n} for n in range(19)
    ]
    (tmp_path / "t.jsonl").write_text("\n".join(json.dumps(row) for row in rows))
    found = collect(folder, asking(table=str(tmp_path / "t.jsonl")))
    assert found.card.counts == {"train": 7, "held-out": 6, "test": 6} and found.card.left_out == {"no line in the table": 1}
    assert np.isnan(found.conditions([4])[0, 0])


def test_labels_come_from_folders_and_every_side_has_its_share(tmp_path: Path):
    pictures = blobs(60)
    written(tmp_path / "in" / "benign", pictures[:40])
    written(tmp_path / "in" / "malignant", pictures[40:])
    found = collect(tmp_path / "in", asking(label_from="folder"))
    assert found.card.levels == {"label": {"benign": 40, "malignant": 20}}
    for side in ("train", "held-out", "test"):
        assert found.conditions(found.rows(side)).mean() == pytest.approx(1 / 3, abs=0.12)


def test_a_person_can_be_read_from_the_path(tmp_path: Path):
    folder = written(tmp_path / "in", blobs(24), "case{n:03}/a.png")
    for number, picture in enumerate(blobs(24, seed=7)):
        Image.fromarray(picture).save(folder / f"case{number:03}" / "b.png")
    found = collect(folder, asking(person_from=r"case(\d+)/"))
    assert sum(found.card.persons.values()) == 24 and len(found) == 48
    with pytest.raises(UsageError, match="XL-IMGSET-047"):
        collect(folder, asking(person_from="case"))


def test_masks_are_found_by_name_and_follow_their_pictures(tmp_path: Path):
    pictures = blobs(20)
    written(tmp_path / "in", pictures)
    written(tmp_path / "masks", (pictures > 120).astype(np.uint8) * 255)
    found = collect(tmp_path / "in", asking(masks=str(tmp_path / "masks"), mask_names=("bright",)))
    assert found.masks is not None and found.form.masks == ("bright",)
    assert ((found.pictures[:, 0] > 120) == found.masks).mean() > 0.93
    beside = tmp_path / "beside"
    written(beside, pictures)
    written(beside, (pictures > 120).astype(np.uint8), "{n:03}_mask.png")
    again = collect(beside, asking(masks="{name}_mask"))
    assert len(again) == 20 and again.masks is not None and np.array_equal(again.masks, found.masks)
    (tmp_path / "masks" / "003.png").unlink()
    assert collect(tmp_path / "in", asking(masks=str(tmp_path / "masks"))).card.left_out == {"no mask": 1}


def test_a_mask_saved_as_jpeg_is_refused(tmp_path: Path):
    pictures = blobs(20)
    written(tmp_path / "in", pictures)
    written(tmp_path / "masks", (pictures > 120).astype(np.uint8) * 255, "{n:03}.jpg")
    with pytest.raises(InvalidInput, match="XL-IMGSET-033"):
        collect(tmp_path / "in", asking(masks=str(tmp_path / "masks")))


def test_partners_are_paired_by_name(tmp_path: Path):
    pictures = blobs(20)
    written(tmp_path / "in", pictures)
    written(tmp_path / "to", 255 - pictures)
    found = collect(tmp_path / "in", asking(partners=str(tmp_path / "to"), fit="stretch"))
    assert np.allclose(found.scaled_partners(found.rows()), -found.scaled(found.rows()), atol=1e-4)


def test_two_folders_are_two_domains(tmp_path: Path):
    written(tmp_path / "sharp", blobs(20))
    written(tmp_path / "smooth", blobs(16, seed=5))
    found = collect(tmp_path / "sharp", asking(others=str(tmp_path / "smooth")))
    assert found.domains == ("sharp", "smooth") and len(found.rows(domain="smooth")) == 16
    assert found.card.levels["domain"] == {"sharp": 20, "smooth": 16}
    assert len(found.rows("test", "smooth")) and len(found.rows("test", "sharp"))


def test_patches_are_pieces_at_the_pictures_own_size(tmp_path: Path):
    pictures = blobs(8, (40, 48))
    found = collect(written(tmp_path / "in", pictures), asking(fit="patches"))
    assert len(found) == 8 * 6 and sum(found.card.persons.values()) == 8
    first = found.pictures[0, 0]
    assert np.array_equal(first, pictures[0][4:20, :16])
    few = collect(tmp_path / "in", asking(fit="patches", per_file=3))
    assert len(few) == 24 and {one.source for one in few.items} < {one.source for one in found.items}


def test_arrays_hold_many_pictures_and_their_labels(tmp_path: Path):
    pictures = blobs(30)
    np.savez(tmp_path / "a.npz", x_images=pictures, x_labels=np.arange(30)[:, None] % 2)
    found = collect(tmp_path, asking(label_from="array"))
    assert found.card.levels == {"label": {"0": 15, "1": 15}} and found.items[7].source == "a.npz:x_images#7"


def test_a_nifti_file_gives_slices_neighbours_or_crops(tmp_path: Path):
    for number in range(3):
        volume = (blobs(12, (40, 40), seed=number).astype(np.int16) * 8 - 1000).transpose(2, 1, 0)
        nibabel.Nifti1Image(volume, np.diag([1.0, 1.0, 2.0, 1.0])).to_filename(tmp_path / f"{number}.nii.gz")
    flat = collect(tmp_path, asking(unit="HU"))
    assert len(flat) == 36 and sum(flat.card.persons.values()) == 3 and flat.form.unit == "HU" and flat.form.modality == "CT"
    assert flat.form.spacing_mm == (2.5, 2.5) and (flat.form.low, flat.form.high) == (-1000, 400)
    beside = collect(tmp_path, asking(unit="HU", neighbours=1))
    assert beside.pictures.shape == (30, 3, 16, 16) and np.array_equal(beside.pictures[0, 1], beside.pictures[1, 0])
    crops = collect(tmp_path, asking(unit="HU", shape=(8, 16, 16), fit="patches", spacing_mm=(2.0, 1.0, 1.0), least=4))
    assert crops.pictures.shape[1:] == (1, 8, 16, 16) and crops.form.spacing_mm == (2, 1, 1)


def test_what_cannot_be_asked_together_is_said(tmp_path: Path):
    for wrong in (
        {"shape": (2, 2)},
        {"window": (5.0, 5.0)},
        {"neighbours": 9},
        {"held_out": 0.6, "test": 0.5},
        {"masks": "a", "others": "b"},
    ):
        with pytest.raises(UsageError, match="XL-IMGSET-048"):
            collect(tmp_path, asking(**wrong))


def test_everything_a_card_says_is_said_in_chinese_too():
    fields = {name: "7" for name in ("n", "least", "most", "now", "low", "high", "name", "all", "code", "where", "what")} | {
        "how": say("pad")
    }
    for key, (english, chinese) in SAYINGS.items():
        told = in_chinese(english.format(**fields))
        assert told == chinese.format(**(fields | {"how": SAYINGS["pad"][1]})), key
    assert in_chinese("something new") == "something new"
