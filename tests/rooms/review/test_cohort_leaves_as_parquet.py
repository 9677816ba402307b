"""A cohort leaves as one Parquet file that says it is synthetic, the same bytes whatever the blocks, or not at all."""

from pathlib import Path

import msgspec
import numpy as np
import pytest

from xinglin.diseases.nsclc import DISEASE
from xinglin.models.simulator.cohort import simulate
from xinglin.records.draft import Label
from xinglin.records.errors import UsageError
from xinglin.records.simulation import SimulationRequest
from xinglin.review.research import write_cohort

tables = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
LABEL = Label({"en": "Synthetic: virtual patients", "zh": "合成数据：虚拟患者"}, {"Label": "1", "ContentProducer": "nobody"})
REGIMEN = next(regimen for regimen in DISEASE.card.regimens if regimen.name == "radiotherapy")
REQUEST = SimulationRequest("nsclc", (0.0, 90.0, 180.0, 720.0), REGIMEN, patients=300, seed=5)


def write(folder: Path, name: str, block: int) -> Path:
    write_cohort(
        simulate(DISEASE, REQUEST, block=block), folder / name, home=folder / "house", card=DISEASE.card, request=REQUEST, label=LABEL
    )
    return folder / name


def test_the_bytes_do_not_depend_on_the_blocks(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("xinglin.formats.parquet.write.GROUP_ROWS", 128)
    assert write(tmp_path, "a.parquet", 300).read_bytes() == write(tmp_path, "b.parquet", 37).read_bytes()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.parquet", "b.parquet"]


def test_a_row_is_a_patient_with_traits_ends_and_courses(tmp_path: Path) -> None:
    table = tables.read_table(write(tmp_path, "a.parquet", 100))
    block = next(simulate(DISEASE, REQUEST))
    assert table.num_rows == 300 and table["patient"].to_pylist() == list(range(300))
    np.testing.assert_array_equal(np.array(table["volume"].to_pylist(), np.float32), block.observed["volume"])
    np.testing.assert_array_equal(table["trait_rho"].to_numpy(), block.traits["rho"])
    assert table["end_death"].null_count == int(np.isnan(block.ends["death"]).sum()) > 0
    assert table.schema.field("volume").metadata[b"unit"] == b"cm3" and "trait_cells" not in table.column_names


def test_the_file_says_what_it_is_and_how_to_make_it_again(tmp_path: Path) -> None:
    from xinglin.formats.parquet.write import metadata_of

    told = metadata_of(write(tmp_path, "a.parquet", 100))
    assert told["xinglin_data"] == "synthetic" and told["label_en"] == LABEL.text["en"] and told["label_zh"] == LABEL.text["zh"]
    assert msgspec.json.decode(told["AIGC"]) == dict(LABEL.aigc)
    assert msgspec.json.decode(told["xinglin_request"], type=SimulationRequest) == REQUEST
    assert "start_diameter" in told["xinglin_unverified_parameters"] and msgspec.json.decode(told["xinglin_residual"])["greatest"] <= 1e-5
    assert msgspec.json.decode(told["xinglin_same_for_all"])["cells"] == 5.8e8


def test_nothing_is_overwritten_nothing_goes_into_the_house_and_nothing_half_written_stays(tmp_path: Path) -> None:
    (tmp_path / "there.parquet").write_text("mine")
    for name in ("there.parquet", "house/new.parquet"):
        with pytest.raises(UsageError):
            write(tmp_path, name, 100)
    assert (tmp_path / "there.parquet").read_text() == "mine"

    def broken():
        yield from simulate(DISEASE, SimulationRequest("nsclc", REQUEST.times, patients=5, seed=1))
        raise RuntimeError("stopped")

    with pytest.raises(RuntimeError, match="stopped"):
        write_cohort(broken(), tmp_path / "new.parquet", home=tmp_path / "house", card=DISEASE.card, request=REQUEST, label=LABEL)
    assert [path.name for path in tmp_path.iterdir()] == ["there.parquet"]
    with pytest.raises(UsageError, match="no patients"):
        write_cohort([], tmp_path / "none.parquet", home=tmp_path / "house", card=DISEASE.card, request=REQUEST, label=LABEL)
