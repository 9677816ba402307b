"""The operation that makes a set of pictures: its words and parameters."""

from __future__ import annotations

from xinglin.flow.operation import BY, DRY_RUN, SEED, Operation, Parameter

IMAGE_SETS: tuple[Operation, ...] = (
    Operation(
        "collect images",
        "make a set of pictures to learn from: any folder of DICOM, NIfTI, PNG, NPZ, or the scans of charts; split by person, guarded, with a card",
        "collect_images",
        (
            Parameter("sources", "a folder, or ids of charts", "path", positional=True, many=True, required=True),
            Parameter("size", "of one picture: 64, or ROWS,COLUMNS, or SLICES,ROWS,COLUMNS", required=True),
            Parameter("out", "folder to write the set to", "path", short="-o"),
            Parameter("name", "what to call it; default: the folder's name"),
            Parameter("unit", "what the numbers of files that cannot say it are", choices=("HU",)),
            Parameter("window", "lowest and highest number that is kept: --window=-1000,400"),
            Parameter("modality", "take these alone, as DICOM writes them: CT, MR, CR, US"),
            Parameter("colour", "pictures are in colour", "flag", False),
            Parameter("fit", "how a picture comes to its size", choices=("pad", "cover", "stretch", "patches"), default="pad"),
            Parameter("spacing", "bring all to so many mm per pixel first: 1 or 2.5,1,1"),
            Parameter("neighbours", "so many slices on each side beside the middle one, as channels", "number", 0),
            Parameter("per_file", "at most so many patches of one file", "number", 0),
            Parameter("label_from", "where the label of a picture stands", choices=("folder", "array")),
            Parameter("table", "CSV or JSON Lines: path, person, split, and what is known of each picture", "path"),
            Parameter("path_column", "the column of the table that names the picture"),
            Parameter("person_column", "the column of the table that names the person"),
            Parameter("encoding", "how the table is written", choices=("utf-8", "gb18030", "latin-1"), default="utf-8"),
            Parameter("condition", "what can be asked of a picture later, NAME or NAME=COLUMN", many=True, labels=("NAME",)),
            Parameter("person_from", "a regular expression over the path whose group is the person"),
            Parameter("masks", "folder of masks of the same names, or {name}_mask beside the picture"),
            Parameter("mask_name", "what label 1, 2 ... of the masks is", many=True, labels=("NAME",)),
            Parameter("partners", "folder of what each picture is to become, by the same names", "path"),
            Parameter("others", "folder of the other domain, for translation without pairs", "path"),
            Parameter("domain", "what the two domains are called", many=True, labels=("NAME",)),
            Parameter("mirrored", "a picture seen in a mirror would be possible too", "flag", False),
            Parameter("keep_copies", "do not take copies out", "flag", False),
            Parameter("held_out", "share of people looked at while learning", default="0.15"),
            Parameter("test", "share of people kept for the end", default="0.15"),
            Parameter("least", "fewest pictures that are accepted", "number", 16),
            Parameter("source", "where they come from, in words; stands on the card"),
            Parameter("licence", "under which licence; stands on the card"),
            BY,
            SEED,
            DRY_RUN,
        ),
    ),
    Operation(
        "collect phantoms",
        "make a set of pictures of nobody: slices of chests drawn by formula, with masks, and if asked the same slices by another scanner; or patches with a nodule",
        "collect_phantoms",
        (
            Parameter("people", "how many chests", "number", 120),
            Parameter("size", "rows and columns of one picture", "number", 64),
            Parameter("slices", "pictures of each chest", "number", 10),
            Parameter(
                "nodules", "cubes of 1 mm voxels around made-up nodules instead of slices; of nodule_inpainting: --size 32", "flag", False
            ),
            Parameter("shift", "two domains: sharp and smooth kernel, or low and full dose", choices=("kernel", "dose")),
            Parameter("out", "folder to write the set to", "path", short="-o", required=True),
            Parameter("name", "what to call it", default="phantoms"),
            SEED,
        ),
    ),
)
