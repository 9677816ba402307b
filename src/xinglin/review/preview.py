"""The unsigned draft as signed-in staff may see it: a watermarked page and its JSON. Never final FHIR."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from xinglin.formats.html import write_index as start_page
from xinglin.formats.html import write_preview
from xinglin.records import Draft, Label
from xinglin.records.image_learning import MadePictures
from xinglin.records.imaging import Images, Picture
from xinglin.records.simulation import SimulationCase


def write(
    draft: Draft, sources: Mapping[str, bytes], out: Path, value: Mapping[str, Any], label: Label, pictures: Sequence[Picture] = ()
) -> list[Path]:
    """Write `<draft>.html` and `<draft>.json` into `out`; the page comes first in the answer."""
    page = write_preview(draft, sources, label, pictures)
    words = label.text[draft.language]
    data = json.dumps({**value, "AIGC": dict(label.aigc), "label": words}, ensure_ascii=False, indent=1)
    out.mkdir(parents=True, exist_ok=True)
    name = draft.id or draft.kind
    return [_put(out / f"{name}.html", page), _put(out / f"{name}.json", data.encode())]


def pictures_of(
    draft: Draft, images: Images | None, simulation: SimulationCase | None, made: MadePictures | None = None
) -> tuple[Picture, ...]:
    """The pictures of a draft that speaks of images, of a simulation, or of pictures that a model made."""
    found: tuple[Picture, ...] = ()
    if images is not None:
        from xinglin.review import images as of_images

        found += of_images.pictures_of(images, draft)
    if simulation is not None:
        from xinglin.review import simulations

        found += simulations.pictures_of(simulation, draft)
    if made is not None and not made.series_uid:  # a translation is shown beside its series
        from xinglin.review import made_pictures

        found += made_pictures.pictures_of(made, draft)
    return found


def _put(path: Path, data: bytes) -> Path:
    handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    os.chmod(temporary, 0o600)
    os.replace(temporary, path)
    return path


def write_index(cards: list[dict[str, str]], label: Label) -> bytes:
    """The demo's start page: one card per page to look at."""
    return start_page(cards, aigc=label.aigc)
