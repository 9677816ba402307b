"""What is asked of a set that is to be collected: the shape, the range, what is learnt of each picture, how people are told apart."""

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from xinglin.records.errors import UsageError

Fitting = Literal["pad", "cover", "stretch", "patches"]


class Asking(Struct, frozen=True, kw_only=True):
    """All that can be said. Paths are strings; "" and () are "not asked".

    shape: (rows, columns) or (slices, rows, columns). fit: `pad` keeps all of a picture and its proportions, `cover` cuts its edges off,
    `stretch` lets the proportions go, `patches` takes pieces of the shape at the picture's own size, or at `spacing_mm`.
    window: low, high of what is kept, in the unit. unit: "HU" where the numbers of files that cannot say it are Hounsfield units.
    neighbours: slices on each side that stand beside the middle one as channels. per_file: at most so many patches or slices of one file.
    label_from: `folder` makes the first sub-folder the condition `label`; `array` takes the labels that lie beside the images of an NPZ.
    conditions: which words of the files and columns of the table are learnt, as NAME or NAME=COLUMN; () for those that are usual.
    person_from: a regular expression over the path whose group is the person. masks: a folder, or "{name}_mask" beside the picture.
    """

    shape: tuple[int, ...]
    fit: Fitting = "pad"
    unit: Literal["", "HU"] = ""
    window: tuple[float, float] | None = None
    modality: str = ""
    colour: bool = False
    spacing_mm: tuple[float, ...] = ()
    neighbours: int = 0
    per_file: int = 0
    label_from: Literal["", "folder", "array"] = ""
    table: str = ""
    path_column: str = ""
    person_column: str = ""
    encoding: str = "utf-8"
    conditions: tuple[str, ...] = ()
    person_from: str = ""
    masks: str = ""
    mask_names: tuple[str, ...] = ()
    partners: str = ""
    others: str = ""
    domains: tuple[str, ...] = ()
    mirrored: bool = False
    keep_copies: bool = False
    held_out: float = 0.15
    test: float = 0.15
    seed: int = 0
    least: int = 16
    name: str = "pictures"
    source: str = ""
    licence: str = ""

    @property
    def volumes(self) -> bool:
        """Whether whole volumes are needed."""
        return len(self.shape) == 3 or self.neighbours > 0

    def see(self) -> None:
        """Raises UsageError XL-IMGSET-048 for what cannot be asked together."""
        depth = len(self.shape)
        faults = {
            "--size": depth not in (2, 3) or not all(4 <= side <= 4096 for side in self.shape),
            "--window": self.window is not None and not self.window[0] < self.window[1],
            "--neighbours": not 0 <= self.neighbours <= 8 or (self.neighbours > 0 and (depth == 3 or self.colour)),
            "--spacing": len(self.spacing_mm) not in (0, depth) or any(one <= 0 for one in self.spacing_mm),
            "--partners": bool(self.partners) and bool(self.others),
            "--held-out": min(self.held_out, self.test) < 0 or self.held_out + self.test >= 1,
            "--colour": self.colour and (self.unit == "HU" or depth == 3),
            "--masks": bool(self.masks) and bool(self.others),
        }
        if wrong := [flag for flag, fault in faults.items() if fault]:
            raise UsageError(
                "XL-IMGSET-048", "this cannot be asked of a set", where=wrong[0],
                fix="two or three sides of 4 to 4096; LOW below HIGH; neighbours and colour for flat pictures; partners or others, not both",
            )  # fmt: skip
