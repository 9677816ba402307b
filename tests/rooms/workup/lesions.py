"""Small lesions and series for the tests of imaging facts."""

from xinglin.records.imaging import Lesion, LesionMeasures, Outline, ScanSeries

OUTLINE = Outline((10, 20, 30), (1, 1, 8), b"\xff")


def series(uid="1.2.3", when="2024-03-01", **more):
    return ScanSeries(
        f"ImagingStudy/{uid}", uid, modality="CT", when=when, slices=100, spacing_mm=more.pop("spacing_mm", (1.0, 0.7, 0.7)), **more
    )


def measures(long_mm=8.0, short_mm=6.0, volume_mm3=180.0, **more):
    x = long_mm / 2
    return LesionMeasures(
        long_mm, short_mm, (long_mm + short_mm) / 2, volume_mm3, more.pop("mean_hu", 25.0), 20.0, (-60.0, 10.0, -120.0),
        slice_instance="1.2.3.45", slice_index=45, long_axis_ends=((-60.0 - x, 10.0, -120.0), (-60.0 + x, 10.0, -120.0)),
        notes=more.pop("notes", ("volume counts each voxel by its share of lesion",)), **more,
    )  # fmt: skip


def lesion(name="nodule 1", uid="1.2.3", when="2024-03-01", size=None, kind="solid", organ="lung", **more):
    source = more.pop("source", f"Observation/lesion-{uid}-{name.replace(' ', '-')}")
    return Lesion(
        source,
        name,
        uid,
        when,
        (-60.0, 10.0, -120.0),
        size or measures(),
        OUTLINE,
        organ=organ,
        kind=kind,
        study=f"ImagingStudy/{uid}",
        **more,
    )
