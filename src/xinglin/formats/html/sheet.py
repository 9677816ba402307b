"""One self-contained page from a template: style and script inside, and a policy that forbids everything else.

The content security policy names the style and the script by their SHA-256, so a page cannot load or run
anything from outside, nor anything that a text smuggled in.
"""

from __future__ import annotations

import hashlib
import re
from base64 import b64encode
from collections.abc import Mapping
from functools import lru_cache
from importlib.resources import files
from typing import Any, Final

from markupsafe import Markup, escape

_KEPT: Final = re.compile(
    r"\d{4}-\d\d-\d\d|[xyz] -?\d+\.\d|(?:\d+(?:\.\d+)?–)?\d+(?:\.\d+)? "
    r"(?:×10[²³⁶⁹¹]+/(?:L|µL)|(?:mg|g|mmol|µmol|umol|U|IU|ng|pg|mL|µL|%|mmHg|mm³|mm|HU)(?:/[A-Za-zµ]+)?)(?![A-Za-z])"
)
_FOLDER: Final = files("xinglin.formats.html")


def sheet(template: str, content: Mapping[str, Any], scripted: bool) -> bytes:
    """The page as UTF-8. Every text in `content` is escaped; the same content gives the same bytes."""
    style, script = _read("page.css"), _read("page.js") if scripted else ""
    own = {"style": Markup(style), "script": Markup(script), "mark_svg": Markup(_read("blossom.svg").strip())}  # noqa: S704 - files of ours
    return (
        _environment()
        .get_template(template)
        .render(**content, **own, policy=_policy(style, script, bool(content.get("pictures"))))
        .encode()
    )


def _policy(style: str, script: str, pictured: bool) -> str:
    allowed = [
        f"style-src 'sha256-{_digest(style)}'",
        *([f"script-src 'sha256-{_digest(script)}'"] if script else []),
        *(["img-src data:"] if pictured else []),
    ]
    return "; ".join(("default-src 'none'", *allowed, "base-uri 'none'", "form-action 'none'"))


def _digest(text: str) -> str:
    return b64encode(hashlib.sha256(text.encode()).digest()).decode()


@lru_cache(maxsize=8)
def _read(name: str) -> str:
    return (_FOLDER / name).read_text(encoding="utf-8")


@lru_cache(maxsize=1)
def _environment() -> Any:
    from jinja2 import Environment, FunctionLoader, StrictUndefined

    loader = FunctionLoader(lambda name: (_FOLDER / "templates" / name).read_text(encoding="utf-8"))
    environment = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True)
    environment.filters["whole"] = whole
    return environment


def whole(text: str) -> Markup:
    """The text, escaped, with dates, coordinates, ranges and numbers with their units kept on one line: a break inside them invites misreading."""
    return Markup(_KEPT.sub(r'<span class="whole">\g<0></span>', str(escape(text))))  # noqa: S704 - escaped first
