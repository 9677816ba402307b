"""A cohort has the same bytes in any blocks, from one core, a process pool and Ray; a patient alone is the patient of the cohort."""

import hashlib
import os
import stat
from pathlib import Path

import cards
import numpy as np
import pytest

from xinglin.models.simulator import cohort, compiled
from xinglin.models.simulator.cohort import simulate
from xinglin.models.simulator.course import CardDisease
from xinglin.records.errors import InvalidInput
from xinglin.records.simulation import CourseBlock

REQUEST = cards.asked(cards.TUMOUR, regimen=cards.COURSE, seed=9, patients=230)


def bytes_of(blocks: list[CourseBlock]) -> str:
    found = hashlib.sha256()
    for part in ("traits", "observed", "ends"):
        for name in getattr(blocks[0], part):
            found.update(np.concatenate([getattr(block, part)[name] for block in blocks]).tobytes())
    return found.hexdigest()


@pytest.fixture(scope="module")
def whole(tumour: CardDisease) -> list[CourseBlock]:
    return list(simulate(tumour, REQUEST))


@pytest.mark.parametrize("block", [1, 7, 32, 100])
def test_blocks_change_nothing(tumour: CardDisease, whole: list[CourseBlock], block: int) -> None:
    blocks = list(simulate(tumour, REQUEST, block=block))
    assert [b.first for b in blocks] == list(range(0, 230, block)) and bytes_of(blocks) == bytes_of(whole)


def test_a_process_pool_changes_nothing(tumour: CardDisease, whole: list[CourseBlock]) -> None:
    assert bytes_of(list(simulate(tumour, REQUEST, engine="pool", workers=2, block=60))) == bytes_of(whole)


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore")
def test_ray_changes_nothing(tumour: CardDisease, whole: list[CourseBlock]) -> None:
    pytest.importorskip("ray", reason="ray is not installed")
    assert bytes_of(list(simulate(tumour, REQUEST, engine="ray", workers=2, block=60))) == bytes_of(whole)


def test_patient_12345_alone_is_the_patient_of_a_cohort(tumour: CardDisease) -> None:
    many = tumour.run(REQUEST, tumour.draw(REQUEST, 12_000, 1000), 12_000)
    alone = tumour.run(REQUEST, tumour.draw(REQUEST, 12_345, 1), 12_345)
    for part in ("traits", "observed", "ends"):
        for name, values in getattr(alone, part).items():
            assert values.tobytes() == getattr(many, part)[name][345:346].tobytes()


def test_the_same_person_is_in_every_arm(tumour: CardDisease, whole: list[CourseBlock]) -> None:
    other = next(simulate(tumour, cards.asked(cards.TUMOUR, seed=9, patients=230)))
    assert all(other.traits[name].tobytes() == whole[0].traits[name].tobytes() for name in other.traits)
    assert np.nanmedian(other.observed["volume"][:, -1]) > np.nanmedian(whole[0].observed["volume"][:, -1])


def test_progress_is_told_and_a_cohort_resumes(tumour: CardDisease, whole: list[CourseBlock]) -> None:
    told: list[int] = []
    rest = list(simulate(tumour, REQUEST, block=50, resume=100, on_block=lambda block: told.append(block.first)))
    assert told == [100, 150, 200] and rest[0].residual == whole[0].residual
    np.testing.assert_array_equal(rest[0].observed["volume"], whole[0].observed["volume"][100:150])


def test_nothing_is_seen_after_death(tumour: CardDisease) -> None:
    untreated = next(simulate(tumour, cards.asked(cards.TUMOUR, seed=9, patients=230)))
    death, volume = untreated.ends["death"], untreated.observed["volume"]
    after = untreated.times[None, :] > np.where(np.isnan(death), np.inf, death)[:, None]
    assert after.sum() > 0 and np.isnan(volume[after]).all() and np.isfinite(volume[~after]).all()
    both = np.isfinite(death) & np.isfinite(untreated.ends["event"])
    assert (untreated.ends["event"][both] <= death[both]).all()


def test_numbers_that_cannot_be_are_refused(tumour: CardDisease) -> None:
    for more in ({"workers": 0}, {"block": 0}, {"resume": 231}, {"engine": "cloud"}):
        with pytest.raises(InvalidInput, match="cannot be"):
            simulate(tumour, REQUEST, **more)  # type: ignore[arg-type]


def test_machine_code_is_kept_privately_or_not_at_all(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    monkeypatch.setenv("XINGLIN_HOME", str(tmp_path / "home"))
    folder = compiled.kept_in()
    assert folder is not None and folder.is_relative_to(tmp_path / "cache") and stat.S_IMODE(os.lstat(folder).st_mode) == 0o700
    made = compiled.module_of("VALUE = 17\n")
    assert made.VALUE == 17 and [stat.S_IMODE(path.stat().st_mode) for path in folder.glob("*.py")] == [0o600]
    folder.chmod(0o777)  # others could put code there
    assert compiled.kept_in() == tmp_path / "home" / "kernels"
    (tmp_path / "home" / "kernels").chmod(0o755)
    assert compiled.kept_in() is None and compiled.module_of("VALUE = 18\n").VALUE == 18


def test_a_kept_file_that_was_changed_is_written_anew(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    compiled.module_of("VALUE = 19\n")
    compiled._module.cache_clear()
    (path,) = (tmp_path / "xinglin" / "kernels").glob("*.py")
    path.write_text("VALUE = 'planted'\n")
    assert compiled.module_of("VALUE = 19\n").VALUE == 19


def test_a_block_holds_fewer_patients_when_each_is_looked_at_often(tumour: CardDisease) -> None:
    often = cards.asked(cards.TUMOUR, until=10_000.0, step=1.0)
    assert cohort.block_of(tumour, cards.asked(cards.TUMOUR)) == cohort.BLOCK
    assert cohort.block_of(tumour, often) * 4 * 10_001 * 3 <= cohort.BLOCK_BYTES < (cohort.block_of(tumour, often) + 1) * 4 * 10_001 * 3


def test_one_answer_that_needs_too_much_memory_is_refused(tumour: CardDisease) -> None:
    cohort.see_that_it_fits(tumour, cards.asked(cards.TUMOUR, patients=1_000_000))
    with pytest.raises(InvalidInput, match="XL-SIM-052"):
        cohort.see_that_it_fits(tumour, cards.asked(cards.TUMOUR, until=10_000.0, step=1.0, patients=1_000_000))
