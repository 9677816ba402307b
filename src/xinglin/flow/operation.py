"""What an operation is, and the parameters many of them share: language, day, seed, folder, chart.

Nothing heavy is imported here; `run` names a function in `flow.commands`, loaded when it is called.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Form = Literal["text", "path", "number", "flag", "pair"]


@dataclass(frozen=True)
class Parameter:
    """One input. `many` takes several; `positional` stands without a flag; `choices` limits the words allowed."""

    name: str
    help: str
    form: Form = "text"
    default: object = None
    positional: bool = False
    many: bool = False
    required: bool = False
    choices: tuple[str, ...] = ()
    short: str = ""
    labels: tuple[str, ...] = ()  # names of the two halves of a pair


@dataclass(frozen=True)
class Operation:
    """A verb. `words` is what one types ("audit verify"); `run` the function of `flow.commands`."""

    words: str
    help: str
    run: str
    parameters: tuple[Parameter, ...] = ()


LANG = Parameter("lang", "language of the result", choices=("en", "zh"))
AS_OF = Parameter(
    "as_of", "the day the text speaks from (YYYY-MM-DD); default today, or the newest entry of a record that lies in the future"
)
SEED = Parameter("seed", "seed of every random choice", "number", 0)
OUT = Parameter("out", "folder to write to", "path", short="-o")
DRY_RUN = Parameter("dry_run", "do everything but keep or write", "flag", False)
EVERYWHERE = (LANG, AS_OF, SEED, DRY_RUN)  # understood by every command, so that scripts can pass them blindly
CHART = Parameter("chart", "a chart's id (chart-1), or a path to take in on the way")
DRAFT = Parameter("draft", "a draft's id (draft-1)", positional=True)
BY = Parameter("by", "who decides; default the name you are signed in with on this machine")
DISEASE = Parameter(
    "disease", "an illness of `xinglin kinds`: nsclc, glioma, pharmacokinetics:vancomycin ...", positional=True, required=True
)
ARCHIVE = Parameter("archive", "a name in the settings ([archives.NAME]), or an address", positional=True, required=True)
