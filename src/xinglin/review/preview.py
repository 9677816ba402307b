"""The unsigned draft as signed-in staff may see it: a watermarked page and its JSON. Never final FHIR."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xinglin.formats.html import write_index as start_page
from xinglin.formats.html import write_preview
from xinglin.records import Draft, Label
from xinglin.records.imaging import Images, Picture


def write(
    draft: Draft, sources: Mapping[str, bytes], out: Path, value: Mapping[str, Any], label: Label, images: Images | None = None
) -> list[Path]:
    """Write `<draft>.html` and `<draft>.json` into `out`; the page comes first in the answer."""
    pictures = pictures_of(images, draft) if images else ()
    page = write_preview(draft, sources, label, pictures)
    words = label.text[draft.language]
    data = json.dumps({**value, "AIGC": dict(label.aigc), "label": words}, ensure_ascii=False, indent=1)
    out.mkdir(parents=True, exist_ok=True)
    name = draft.id or draft.kind
    return [_put(out / f"{name}.html", page), _put(out / f"{name}.json", data.encode())]


def pictures_of(images: Images, draft: Draft) -> tuple[Picture, ...]:
    """The pictures of a draft that speaks of images."""
    from xinglin.review.images import pictures_of as drawn

    return drawn(images, draft)


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
