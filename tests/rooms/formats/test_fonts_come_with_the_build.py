"""The build fetches the Chinese font once, whole, and says what to do when it cannot."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import pytest

from xinglin.formats.pdf.typesetting import FONT_FILES, FONTS, fonts_in_place

ROOT = Path(__file__).parents[3]


class Interface:
    """What the hook needs of hatchling, which is there only while a build runs."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)


@pytest.fixture
def hook(tmp_path, monkeypatch):
    stand_in = ModuleType("hatchling.builders.hooks.plugin.interface")
    stand_in.BuildHookInterface = Interface
    monkeypatch.setitem(sys.modules, stand_in.__name__, stand_in)
    module = importlib.util.module_from_spec(spec := importlib.util.spec_from_file_location("hatch_build", ROOT / "hatch_build.py"))
    spec.loader.exec_module(module)
    return module, module.CustomBuildHook(tmp_path), tmp_path / "src/xinglin/formats/pdf/fonts"


def forbidden(*_):
    raise AssertionError("the registry was asked")


def test_the_names_agree_with_what_the_page_setter_looks_for(hook):
    assert tuple(hook[0].FONTS) == FONT_FILES


@pytest.mark.skipif(not fonts_in_place(), reason="the PDF font is not installed: install the package with npm in reach")
def test_fonts_of_a_given_folder_are_taken_and_the_second_build_does_nothing(hook, monkeypatch):
    module, built, folder = hook
    monkeypatch.setenv("XINGLIN_FONTS", str(FONTS))
    monkeypatch.setattr(module, "fetch", forbidden)
    built.initialize("editable", {})
    assert sorted(path.name for path in folder.iterdir()) == sorted([*FONT_FILES, "OFL.txt"])
    monkeypatch.delenv("XINGLIN_FONTS")
    built.initialize("standard", {})


def test_a_wrong_font_is_refused_and_nothing_half_written_stays(hook, monkeypatch, tmp_path):
    _, built, folder = hook
    for name in FONT_FILES:
        (tmp_path / name).write_bytes(b"not a font")
    monkeypatch.setenv("XINGLIN_FONTS", str(tmp_path))
    with pytest.raises(RuntimeError, match="missing, or not the font"):
        built.initialize("standard", {})
    assert list(folder.iterdir()) == []


def test_without_a_registry_the_error_says_what_to_do(hook, monkeypatch):
    _, built, folder = hook
    for name, value in {"registry": "http://127.0.0.1:9/", "fetch_retries": "0", "cache": str(folder)}.items():
        monkeypatch.setenv(f"npm_config_{name}", value)
    monkeypatch.delenv("XINGLIN_FONTS", raising=False)
    with pytest.raises(RuntimeError, match=r"could not fetch the Chinese font(.|\n)*XINGLIN_FONTS"):
        built.initialize("standard", {})
