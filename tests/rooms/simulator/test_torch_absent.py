"""Torch is an extra: who has none is told so, and nothing but the simulator's own files ever asks for it."""

from __future__ import annotations

import ast
import subprocess
import sys
from pathlib import Path

import cards
import pytest

import xinglin as xl
from xinglin.models.simulator.course import CardDisease
from xinglin.models.simulator.torch_engine import in_torch
from xinglin.models.simulator.torch_slopes import sensitivities
from xinglin.records.errors import InvalidInput, UsageError

SOURCE = Path(__file__).parents[3] / "src" / "xinglin"


def test_without_torch_one_is_told_what_to_install(tumour: CardDisease, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    request = cards.asked(cards.TUMOUR)
    for ask in (
        lambda: in_torch(tumour).run(request, tumour.draw(request, 0, 2)),
        lambda: sensitivities(tumour, request, tumour.draw(request, 0, 2)),
    ):
        with pytest.raises(InvalidInput, match="XL-SIM-060") as told:
            ask()
        assert "xinglin[torch]" in str(told.value)


def test_a_model_that_is_more_than_its_card_is_refused() -> None:
    from xinglin.diseases.glioma import DISEASE

    with pytest.raises(InvalidInput, match="XL-SIM-062"):
        in_torch(DISEASE)


def test_a_device_that_cannot_be_is_refused(tumour: CardDisease) -> None:
    with pytest.raises(InvalidInput, match="XL-SIM-061"):
        in_torch(tumour, "abacus")


@pytest.mark.parametrize("words", [{"device": "cuda"}, {"engine": "steam"}, {"engine": "pool", "device": "cpu"}])
def test_words_that_do_not_go_together_are_refused_at_the_door(words, tmp_path) -> None:
    with pytest.raises(UsageError, match="XL-SIM-916"):
        xl.simulate("nsclc", 2, days=30, home=tmp_path, **words)


def test_only_models_and_training_import_torch() -> None:
    asking = set()
    for path in SOURCE.rglob("*.py"):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            names = (
                [one.name for one in node.names]
                if isinstance(node, ast.Import)
                else [node.module]
                if isinstance(node, ast.ImportFrom)
                else []
            )
            if any(name and name.split(".")[0] == "torch" for name in names):
                asking.add(path.relative_to(SOURCE).parts[0])
    assert asking <= {"models", "training"}


def test_the_simulator_loads_no_torch_until_it_is_asked_for() -> None:
    asked = "import sys; import xinglin.models.simulator.torch_slopes, xinglin.flow.simulation_commands; assert 'torch' not in sys.modules"
    assert subprocess.run([sys.executable, "-c", asked], check=False).returncode == 0
