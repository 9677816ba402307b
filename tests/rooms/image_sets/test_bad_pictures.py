"""What cannot be learnt from is refused with a code and a remedy, or told on the card; and nothing half-written stays behind."""

from pathlib import Path

import numpy as np
import pytest
from made_pictures import blobs, hounsfield, written
from PIL import Image

from xinglin.records.errors import InvalidInput, NotFound
from xinglin.training.image_sets.asking import Asking
from xinglin.training.image_sets.collecting import collect
from xinglin.training.image_sets.near_copies import KIN, THRESHOLD, coarse

SMALL = (16, 16)


def asking(**more) -> Asking:
    return Asking(**({"shape": SMALL} | more))


def arrays(folder: Path, pictures: np.ndarray) -> Path:
    folder.mkdir(exist_ok=True)
    np.save(folder / "all.npy", pictures)
    return folder


def refused(code: str, folder: Path, **more) -> InvalidInput:
    with pytest.raises(InvalidInput) as told:
        collect(folder, asking(**more))
    assert told.value.code == code and told.value.fix and told.value.what
    return told.value


def test_grey_levels_are_no_hounsfield_units(tmp_path: Path):
    error = refused("XL-IMGSET-020", written(tmp_path, blobs(20)), unit="HU")
    assert error.where == "000.png"


def test_a_missing_rescale_is_seen(tmp_path: Path):
    refused("XL-IMGSET-021", arrays(tmp_path, hounsfield(20) + 1024), unit="HU")


def test_hounsfield_units_that_ran_over_16_bits_are_seen(tmp_path: Path):
    refused("XL-IMGSET-022", arrays(tmp_path, hounsfield(20).astype(np.uint16)), unit="HU")


def test_grey_numbers_that_ran_over_16_bits_are_seen(tmp_path: Path):
    wrapped = (blobs(20).astype(np.int32) * 40 - 3000).astype(np.uint16)
    refused("XL-IMGSET-023", arrays(tmp_path, wrapped))


def test_padding_outside_the_scanners_field_is_set_to_air_and_told(tmp_path: Path):
    values = hounsfield(20)
    values[:, :3] = -2000
    found = collect(arrays(tmp_path, values), asking(unit="HU"))
    assert found.pictures.min() >= -1024
    assert "20 pictures held values below -1024 HU (padding outside the field); these were set to -1024" in found.card.warnings


def test_pictures_of_one_value_are_left_out_and_a_set_of_them_is_refused(tmp_path: Path):
    values = blobs(24)
    values[3:6] = 7
    assert collect(written(tmp_path / "some", values), asking()).card.left_out == {"of one value": 3}
    refused("XL-IMGSET-007", written(tmp_path / "all", np.full((20, 30, 30), 9, np.uint8)))


def test_one_class_only_is_no_label_to_be_learnt(tmp_path: Path):
    error = refused("XL-IMGSET-031", written(tmp_path / "in" / "benign", blobs(20)).parent, label_from="folder")
    assert error.where == "label"


def test_a_person_on_two_sides_is_refused(tmp_path: Path):
    folder = written(tmp_path / "in", blobs(20))
    rows = ["path,person,split", *(f"{n:03}.png,x{n % 10},{'train' if n < 10 else 'test'}" for n in range(20))]
    (tmp_path / "t.csv").write_text("\n".join(rows))
    refused("XL-IMGSET-005", folder, table=str(tmp_path / "t.csv"))


def test_copies_are_taken_out_however_they_were_turned(tmp_path: Path):
    values = blobs(40, (64, 64))
    rng = np.random.default_rng(0)
    noisy = np.clip(values[2] + rng.normal(0, 8, values[2].shape), 0, 255).astype(np.uint8)
    brighter = (values[3] * 0.8 + 20).astype(np.uint8)
    copies = np.stack([values[0], values[1][:, ::-1], noisy, brighter, values[4][::-1]])
    found = collect(written(tmp_path, np.concatenate([values, copies])), asking())
    assert len(found) == 40 and found.card.left_out == {"copy of another picture": 1, "near-copy of another picture": 4}
    assert len(collect(tmp_path, asking(keep_copies=True))) == 45


def test_pictures_of_unknown_people_that_are_much_alike_stand_on_one_side(tmp_path: Path):
    values = blobs(30, (64, 64))
    rng = np.random.default_rng(1)
    alike = np.clip(values[:10] + rng.normal(0, 1, (10, 64, 64)) + 8 * rng.normal(0, 1, (10, 8, 8)).repeat(8, 1).repeat(8, 2), 0, 255)
    alike = alike.astype(np.uint8)
    found = collect(written(tmp_path, np.concatenate([values, alike])), asking())
    person = {one.source: one.person for one in found.items}
    apart = [np.sqrt(2 - 2 * coarse(one[None]) @ coarse(other[None])) for one, other in zip(values, alike, strict=False)]
    bound = [n for n in range(10) if THRESHOLD + 1e-4 < apart[n] < KIN - 1e-4]
    assert len(bound) >= 4
    assert all(person[f"{n:03}.png"] == person[f"{30 + n:03}.png"] for n in bound)


def test_numbers_that_are_none_are_refused_or_left_out(tmp_path: Path):
    values = blobs(24).astype(np.float32)
    values[5, 0, 0] = np.nan
    values[6, 0, 0] = np.inf
    found = collect(arrays(tmp_path / "some", values), asking())
    assert found.card.left_out == {"a picture holds values that are no numbers (XL-IMGSET-004)": 2}
    assert "XL-IMGSET-004 all.npy#5: a picture holds values that are no numbers" in found.card.warnings
    values[:, 0, 0] = np.nan
    refused("XL-IMGSET-004", arrays(tmp_path / "all", values))


def test_three_pictures_are_too_few(tmp_path: Path):
    error = refused("XL-IMGSET-032", written(tmp_path, blobs(3)))
    assert "3 are left" in error.why


def test_colour_where_grey_was_asked_is_refused(tmp_path: Path):
    rng = np.random.default_rng(0)
    colours = rng.integers(0, 255, (20, 30, 30, 3)).astype(np.uint8)
    refused("XL-IMGSET-030", written(tmp_path / "in", colours))
    assert collect(tmp_path / "in", asking(colour=True, keep_copies=True)).pictures.shape == (20, 3, 16, 16)
    grey_in_colour = np.repeat(blobs(20)[..., None], 3, -1)
    assert collect(written(tmp_path / "grey", grey_in_colour), asking()).form.channels == 1


def test_numbers_of_8_and_16_bits_are_not_mixed(tmp_path: Path):
    written(tmp_path, blobs(12))
    np.save(tmp_path / "wide.npy", blobs(12, seed=3).astype(np.uint16) * 100)
    refused("XL-IMGSET-045", tmp_path)


def test_16_bits_without_a_range_are_measured_and_told(tmp_path: Path):
    found = collect(arrays(tmp_path, blobs(20).astype(np.uint16) * 16), asking())
    assert 2000 < found.form.high < 4200 and any("was measured" in one for one in found.card.warnings)
    said = collect(tmp_path, asking(window=(0.0, 4095.0)))
    assert said.form.high == 4095 and not any("was measured" in one for one in said.card.warnings)


def test_pictures_of_several_sizes_are_brought_to_one_and_told(tmp_path: Path):
    written(tmp_path / "in", blobs(12))
    written(tmp_path / "in", blobs(12, (64, 32), seed=4), "b{n}.png")
    told = collect(tmp_path / "in", asking()).card.warnings
    assert any(one.startswith("pictures of 2 sizes, 40x48 to 64x32, were brought to 16x16") for one in told)


def test_files_that_are_broken_or_no_pictures_are_counted(tmp_path: Path):
    written(tmp_path, blobs(20))
    (tmp_path / "broken.png").write_bytes(b"\x89PNG\r\n\x1a\n broken")
    (tmp_path / "cut.png").write_bytes((tmp_path / "000.png").read_bytes()[:200])
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "nothing").write_bytes(b"")
    np.savez(tmp_path / "objects.npz", np.array([{"a": 1}], dtype=object), allow_pickle=True)
    left_out = collect(tmp_path, asking()).card.left_out
    assert left_out["cannot be read"] == 3 and sum(left_out.values()) == 5


def test_a_transparent_picture_is_left_out(tmp_path: Path):
    written(tmp_path, blobs(20))
    Image.fromarray(np.dstack([blobs(1)[0]] * 4)).save(tmp_path / "z.png")
    assert collect(tmp_path, asking()).card.left_out == {"transparent": 1}


def test_an_empty_folder_and_a_missing_one_are_said(tmp_path: Path):
    refused("XL-IMGSET-007", tmp_path)
    with pytest.raises(NotFound, match="XL-INTAKE-090"):
        collect(tmp_path / "none", asking())


def test_a_table_of_other_files_is_refused(tmp_path: Path):
    (tmp_path / "t.csv").write_text("path,person\nx.png,1\n")
    refused("XL-IMGSET-039", written(tmp_path / "in", blobs(20)), table=str(tmp_path / "t.csv"))


def test_a_broken_write_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    found = collect(written(tmp_path / "in", blobs(20)), asking())

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(np, "save", full)
    with pytest.raises(OSError):
        found.save(tmp_path / "set")
    assert [one.name for one in tmp_path.iterdir()] == ["in"]
