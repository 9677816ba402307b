"""Shelves: found by name, added to by installed packages, looked for once."""

from importlib import metadata

import pytest

import xinglin.shelf as shelf
from xinglin.shelf.promises import Check, ContentKind

OURS = "xinglin.checks.xl101_unsupported"


class _Package:
    """A package somebody installed, with its entry points."""

    def __init__(self, *points: metadata.EntryPoint) -> None:
        self.entry_points = points


@pytest.fixture
def looked(monkeypatch):
    """Stands for what is installed; every look through it is counted."""
    looks, packages = [], []

    def distributions():
        looks.append(1)
        return list(packages)

    monkeypatch.setattr(shelf, "distributions", distributions)
    shelf._added_by_others.cache_clear()
    yield looks, packages
    shelf._added_by_others.cache_clear()


def test_installed_packages_are_looked_through_once_for_all_shelves(looked):
    for _ in range(2):
        shelf.Shelf("xinglin.checks", "CHECK", Check)
        shelf.Shelf("xinglin.content", "KIND", ContentKind)
    assert len(looked[0]) == 1


def test_an_installed_package_adds_an_item_to_the_shelf_of_its_group_alone(looked):
    looked[1].append(_Package(metadata.EntryPoint("xl999_theirs", OURS, "xinglin.checks"), metadata.EntryPoint("other", OURS, "elsewhere")))
    assert "xl999_theirs" in shelf.Shelf("xinglin.checks", "CHECK", Check)
    assert "xl999_theirs" not in shelf.Shelf("xinglin.content", "KIND", ContentKind)


def test_two_items_of_one_name_stop_the_program(looked):
    looked[1].append(_Package(metadata.EntryPoint("xl101_unsupported", "theirs.check", "xinglin.checks")))
    with pytest.raises(TypeError, match="two items are called 'xl101_unsupported'"):
        shelf.Shelf("xinglin.checks", "CHECK", Check)
