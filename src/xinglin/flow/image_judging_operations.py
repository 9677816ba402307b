"""The operations that judge made pictures: their words and parameters."""

from __future__ import annotations

from xinglin.flow.operation import BY, LANG, OUT, SEED, Operation, Parameter

SET = Parameter("set", "the set of real pictures: a folder that `xinglin collect images` wrote", "path", required=True)
FULL = Parameter("full", "measure more, and train small networks on made pictures to see of what use they are (minutes)", "flag", False)
READERS = Parameter("reader_test", "also write a blinded test with so many real and as many made pictures", "number", 0)

IMAGE_JUDGING: tuple[Operation, ...] = (
    Operation(
        "evaluate image",
        "how good a kept generator is: fidelity, variety, privacy beside the real-against-real floor, with gates; the judged model is kept",
        "evaluate_image",
        (
            Parameter(
                "model", "a kept model: NAME, NAME:challenger, NAME@DIGEST, or a folder of its files", positional=True, required=True
            ),
            SET,
            Parameter("count", "how many pictures are made and judged", "number", 500, short="-n"),
            FULL,
            READERS,
            OUT,
            BY,
            LANG,
            SEED,
        ),
    ),
    Operation(
        "evaluate pictures",
        "the same for pictures made elsewhere: an NPZ file with `pictures` (n, channels, rows, columns) in the set's unit",
        "evaluate_pictures",
        (Parameter("made", "the NPZ file", "path", positional=True, required=True), SET, FULL, READERS, OUT, LANG, SEED),
    ),
    Operation(
        "evaluate reader-test",
        "what readers' answers to a blinded test say: can they tell made pictures from real ones?",
        "evaluate_reader_test",
        (
            Parameter(
                "answers", "files that the page of the test saved, one per reader", "path", positional=True, many=True, required=True
            ),
            SEED,
        ),
    ),
)
