"""A lesion generator whose inside a network drew: place, outline, edge and truth are the parametric nodule's, the densities within are a kept model's.

The network fills a patch of the scan by the mask; what it drew is read as density behind its blur, and seen through the blur and the noise of the
scan at hand. So a model that learnt from one scanner leaves neither its own noise nor its own edge in another's picture.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from xinglin.models.kept_images import KeptImages
from xinglin.records.errors import InvalidInput, UsageError
from xinglin.records.image_learning import SampleRequest
from xinglin.records.imaging import ImageEdit, NoduleRequest
from xinglin.shelf.promises import AbstractLesionGenerator

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from xinglin.records.volume import Volume

    Floats = NDArray[np.float32]

BODY_HU = 40.0  # of the even body that is drawn first, to learn how much of each voxel is seen of it
SMOOTH_MM = 0.8  # over what the drawn densities are taken together
LEAST_CONTRAST_HU, FAINT_HU, DENSEST_HU = 25.0, 100.0, 3000.0
OWN = ("solid_hu", "glass_hu", "calcium_hu", "solid_volume_mm3", "solid_fraction", "solid_diameter_mm", "calcified_volume_mm3", "calcified_fraction",
       "texture_hu", "texture_mm")  # fmt: skip
"""What the formula states of an inside that it drew; of a network's inside nobody knows it exactly."""


class FilledNodule(AbstractLesionGenerator):
    """Puts in nodules whose inside a kept model for filling draws. Raises UsageError XL-IMGMODEL-084 for a model of another task or unit."""

    name = "nodule_inpainting"
    modalities = ("CT",)

    def __init__(self, kept: KeptImages) -> None:
        form = kept.form
        if kept.told.task != "fill" or form.unit != "HU" or len(form.shape) != 3 or len(form.spacing_mm) != 3:
            raise UsageError(
                "XL-IMGMODEL-084", "this model fills no nodules into a CT", where=kept.told.name, why=f"its task: {kept.told.task}",
                fix="one that learnt with --model nodule_inpainting from patches in HU whose spacing is known",
            )  # fmt: skip
        self._kept = kept

    def insert(self, scan: Volume, request: NoduleRequest) -> ImageEdit:
        """The changed box with its masks and truth; `truth` has no densities of parts, which the network does not tell.

        Raises InvalidInput XL-IMGMODEL-085 for what the network cannot be asked, 086 for a nodule that its patch cannot hold, 087 for one that
        came out no denser than the lung, and what the parametric generator raises.
        """
        import numpy as np

        from xinglin.models.lesion.parametric_nodule import GENERATOR

        self._see_that_it_can(request)
        base = GENERATOR.insert(scan, _even(request))
        patch = _Patch(self._kept, scan, base)
        lung_hu = base.truth["lung_hu"]
        drawn_hu = patch.density(patch.filled(request), lung_hu)
        before = scan.voxels[base.box()].astype(np.float32)
        added = np.frombuffer(base.voxels, "<i2").reshape(base.shape).astype(np.float32) - np.rint(before)
        seen = (np.maximum(added, 0) / np.float32(BODY_HU - lung_hu)).astype(np.float32)
        added = seen * np.maximum(drawn_hu - np.float32(lung_hu), 0)
        occupancy = np.frombuffer(base.occupancy, "<f4").reshape(base.shape)
        mean_hu = float((occupancy * drawn_hu).sum(dtype=np.float64) / occupancy.sum(dtype=np.float64))
        if mean_hu - lung_hu < LEAST_CONTRAST_HU:
            raise InvalidInput(
                "XL-IMGMODEL-087", "the nodule that was drawn is no denser than the lung there", where="NoduleRequest.kind",
                fix="another seed, or the parametric nodule",
            )  # fmt: skip
        truth = {name: value for name, value in base.truth.items() if name not in OWN}
        truth |= {"mean_hu": mean_hu, "contrast_hu": float(added.sum(dtype=np.float64) / occupancy.sum(dtype=np.float64))}
        return replace(
            base, method=f"{self.name}@{self._kept.digest[:12]}", request=request, voxels=_whole_hu(before, added).astype("<i2").tobytes(),
            truth=truth, words={**base.words, "kind": request.kind}, notes=(*_still_true(base), *_notes(mean_hu, lung_hu)),
        )  # fmt: skip

    def _see_that_it_can(self, request: NoduleRequest) -> None:
        form = self._kept.form
        known = {one.name: one for one in form.conditions}
        asked = {
            "solid_fraction": request.solid_fraction is not None, "texture_hu": request.texture_hu is not None,
            "calcification": request.calcification != "diffuse", "attachment": request.attachment != "none",
            "hu": request.hu is not None and (request.kind not in ("solid", "ground-glass") or "density_hu" not in known),
            "kind": "type" in known and request.kind not in known["type"].levels,
        }  # fmt: skip
        if wrong := [name for name, is_asked in asked.items() if is_asked]:
            raise InvalidInput(
                "XL-IMGMODEL-085",
                "the network cannot be asked for this",
                where=f"NoduleRequest.{wrong[0]}",
                fix="leave it away, or take the parametric nodule",
            )
        largest = (
            known["diameter_mm"].high
            if "diameter_mm" in known
            else 0.375 * min(a * b for a, b in zip(form.shape, form.spacing_mm, strict=True))
        )
        if request.diameter_mm > largest:
            raise InvalidInput(
                "XL-IMGMODEL-086",
                "the nodule is larger than what the network learnt",
                where="NoduleRequest.diameter_mm",
                fix=f"up to {largest:g} mm",
            )


def _even(request: NoduleRequest) -> NoduleRequest:
    """The same outline at the same place, of one density and without grain."""
    return replace(request, kind="solid", hu=BODY_HU, texture_hu=0.0)


class _Patch:
    """The scan around the nodule on the model's grid, along the patient's axes."""

    def __init__(self, kept: KeptImages, scan: Volume, base: ImageEdit) -> None:
        import numpy as np
        from scipy import ndimage

        self._kept, self._base, form = kept, base, kept.form
        self._scan = scan
        center = np.array([base.truth[f"center_{axis}_mm"] for axis in "zyx"])
        sides = [(np.arange(side) - (side - 1) / 2) * mm + at for side, mm, at in zip(form.shape, form.spacing_mm, center, strict=True)]
        z, y, x = np.meshgrid(*sides, indexing="ij")
        into = np.linalg.inv(scan.affine[:3, :3])
        self._first, self._index = (
            np.array([side[0] for side in sides]),
            np.einsum("ab,bkji->akji", into, np.stack([x, y, z]) - scan.affine[:3, 3][:, None, None, None]),
        )
        self._hu = ndimage.map_coordinates(scan.voxels, self._index, np.float32, order=1, mode="nearest")
        start = np.array(base.start)[:, None, None, None]
        occupancy = np.frombuffer(base.occupancy, "<f4").reshape(base.shape)
        self._share = np.clip(ndimage.map_coordinates(occupancy, self._index - start, np.float32, order=1), 0, 1)
        held = float(self._share.sum()) * float(np.prod(form.spacing_mm))
        if held < 0.9 * base.truth["volume_mm3"] or not (self._share >= 0.5).any():
            raise InvalidInput(
                "XL-IMGMODEL-086", "the network's patch cannot hold this nodule", where="NoduleRequest.diameter_mm",
                fix="another size, or the parametric nodule",
            )  # fmt: skip

    def filled(self, request: NoduleRequest) -> Floats:
        """What the model draws, in HU."""
        import numpy as np

        form, told = self._kept.form, {"diameter_mm": self._base.truth["diameter_mm"]}
        if request.hu is not None:
            told["density_hu"] = request.hu
        row = [float(one.levels.index(request.kind)) if one.name == "type" else told.get(one.name, float("nan")) for one in form.conditions]
        scaled = np.clip((self._hu - form.low) * (2 / (form.high - form.low)) - 1, -1, 1).astype(np.float32)
        asked = np.array([row], np.float32) if row else None
        made = self._kept.sample(SampleRequest(1, request.seed, asked, scaled[None, None], (self._share >= 0.5)[None].astype(np.uint8)))
        return self._kept.in_unit(made)[0, 0]

    def density(self, filled_hu: Floats, lung_hu: float) -> Floats:
        """How dense the nodule is at each voxel of the changed box: by least squares near it, the softened edge allowed for."""
        import numpy as np
        from scipy import ndimage

        widths = [SMOOTH_MM / mm for mm in self._kept.form.spacing_mm]
        edge = float(self._kept.told.settings.get("edge", 0.6))  # of the mask as the network was told it
        share = ndimage.gaussian_filter((self._share >= 0.5).astype(np.float32), edge)
        over = share * (filled_hu - np.float32(lung_hu))
        whole = float(over.sum(dtype=np.float64) / (share**2).sum(dtype=np.float64))
        held = ndimage.gaussian_filter(share**2, widths)
        near = np.asarray((ndimage.gaussian_filter(over, widths) + 0.02 * whole) / (held + 0.02), np.float32)
        return np.clip(self._on_the_box(near) + lung_hu, lung_hu, DENSEST_HU).astype(np.float32)

    def _on_the_box(self, values: Floats) -> Floats:
        import numpy as np
        from scipy import ndimage

        k, j, i = (np.arange(first, first + side) for first, side in zip(self._base.start, self._base.shape, strict=True))
        index = np.stack(np.meshgrid(k, j, i, indexing="ij")).astype(np.float64)
        x, y, z = np.einsum("ab,bkji->akji", self._scan.affine[:3, :3], index) + self._scan.affine[:3, 3][:, None, None, None]
        spacing = self._kept.form.spacing_mm
        at = np.stack([(axis - first) / mm for axis, first, mm in zip((z, y, x), self._first, spacing, strict=True)])
        return np.asarray(ndimage.map_coordinates(values, at, np.float32, order=1, mode="nearest"), np.float32)


def _whole_hu(before: Floats, added: Floats) -> NDArray[np.int16]:
    """before + added in whole HU, each remainder carried to the next voxel. Raises InvalidInput XL-NODULE-016."""
    import numpy as np

    steps = np.diff(np.rint(np.cumsum(added.astype(np.float64).ravel())), prepend=0.0).reshape(added.shape)
    after = np.rint(before) + steps
    if after.min() < -32768 or after.max() > 32767:
        raise InvalidInput(
            "XL-NODULE-016", "the scan's values do not fit into 16 bits", where="Volume.voxels", fix="check the rescale values"
        )
    return after.astype(np.int16)


def _still_true(base: ImageEdit) -> tuple[str, ...]:
    """The notes of the even body that hold for any inside."""
    return tuple(note for note in base.notes if "grain" not in note and "hardly denser" not in note)


def _notes(mean_hu: float, lung_hu: float) -> tuple[str, ...]:
    found = ["the inside was drawn by a network: its mean density is measured in what it drew"]
    return (*found, "the nodule is hardly denser than the lung there") if mean_hu - lung_hu < FAINT_HU else tuple(found)
