"""Damaged DICOM series, made from whole ones by seed: bits flipped, files cut, lengths, types and tags changed, bombs.

Originals are small series of our own in eight transfer syntaxes, an enhanced multi-frame CT, and (where the shared data is
present) slices of real scanners. `mutant(seed)` is the same files each time.
"""

from __future__ import annotations

import random
import struct
import sys
import zlib
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parents[1] / "tests" / "rooms" / "formats"))

import dicom_examples as examples

from xinglin.formats.dicom.elements import read_elements
from xinglin.formats.dicom.limits import DEFAULT_LIMITS

REAL = ("dicom-misc-malformed/test_files/CT_small.dcm", "dicom-misc-malformed/test_files/MR_small_RLE.dcm",
        "dicom-misc-malformed/test_files/MR_small_jp2klossless.dcm", "dicom-misc-malformed/test_files/MR_small_expb.dcm")  # fmt: skip
REAL_SERIES = ("dicom-bad-series/generic/compressed_jpeg/001", "dicom-bad-series/generic/anatomical/002_non_isotropic",
               "dicom-seg-rt-sr/dcmqi/segmentations/24x38x3/image")  # fmt: skip
TYPES = b"AE AS AT CS DA DS DT FL FD IS LO LT OB OD OF OL OW PN SH SL SQ SS ST TM UC UI UL UN UR US UT ZZ".split()
NUMBERS = (b"0", b"-1", b"nan", b"inf", b"1e999", b"1_0", b"1,5", b"\\", b"1\\", b"1e-30", b"9" * 40, b"0x10", b" ", b"-1024", b"2", b"0.5")
LENGTHS = (0, 1, 2, 3, 7, 255, 256, 65535, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFE, 0xFFFFFFFF)


@dataclass(frozen=True)
class Original:
    """A whole series. `repair`: what reading it needs."""

    name: str
    files: tuple[bytes, ...]
    repair: frozenset[str] = frozenset()
    outline: bool = False  # read onto the grid of the series "explicit" instead

    @cached_property
    def places(self) -> list[list[tuple[int, int, int]]]:
        """For each file: tag, start and length of every element at its top level; none where it is deflated."""
        found = []
        for raw in self.files:
            file = read_elements(memoryview(raw), DEFAULT_LIMITS)
            deflated = file.syntax == examples.DEFLATED
            found.append([] if deflated else [(tag, e.start, e.length) for tag, e in file.dataset.elements.items()])
        return found


class Mutants:
    """Originals that are read in milliseconds."""

    def __init__(self, data: Path | None) -> None:
        ours = ("IMPLICIT", "EXPLICIT", "DEFLATED", "BIG", "RLE", "J2K", "JLS", "JPEG")
        self.originals = [Original(name.lower(), tuple(examples.series(4, getattr(examples, name)))) for name in ours]
        self.originals.append(Original("enhanced", (examples.written(examples.enhanced()),)))
        self.originals.append(Original("12 bit", tuple(examples.written(_twelve(n)) for n in range(4))))
        square = {1: {0: np.eye(examples.ROWS, examples.COLUMNS) > 0}, 2: {0: np.ones((examples.ROWS, examples.COLUMNS), bool)}}
        ring = examples.structure_set([[-95, -110, 35, -90, -110, 35, -90, -100, 35], [-95, -105, 37.5, -91, -105, 37.5, -92, -101, 37.5]])
        self.originals.append(Original("segmentation", (examples.written(examples.segmentation(square)),), outline=True))
        self.originals.append(Original("structure set", (examples.plainly(ring),), outline=True))
        if data is not None:
            self.originals += [Original(Path(name).name, ((data / name).read_bytes(),), frozenset({"single"})) for name in REAL]
            for name in REAL_SERIES:
                self.originals.append(Original(name[-24:], tuple(p.read_bytes() for p in sorted((data / name).glob("*.dcm")))))
        self.bomb = zlib.compressobj(9, zlib.DEFLATED, -15)
        zeros = b"\0" * (1 << 20)
        self.bomb = b"".join([self.bomb.compress(zeros) for _ in range(600)] + [self.bomb.flush()])

    def mutant(self, seed: int) -> tuple[Original, list[bytes], str]:
        """The original, the files of the mutant, and what was done."""
        chance = random.Random(seed)
        original = chance.choice(self.originals)
        files = list(original.files)
        ways = (self.flip, self.flip, self.cut, self.length, self.length, self.type, self.tag, self.number, self.number,
                self.number, self.nested, self.spliced, self.doubled, self.pixels, self.pixels, self.size, self.bombed, self.swapped)  # fmt: skip
        done = []
        for _ in range(chance.choice((1, 1, 1, 1, 2, 3))):
            way, at = chance.choice(ways), chance.randrange(len(files))
            done.append(way.__name__)
            inside = [p for p in original.places[at] if p[1] + p[2] <= len(files[at])]  # an earlier cut may have taken some away
            files[at] = way(files[at], inside, chance) if len(files[at]) > 200 else files[at]
        if chance.random() < 0.1:
            chance.shuffle(files)
        return original, files, "+".join(done)

    @staticmethod
    def _head(raw: bytes, places: list[tuple[int, int, int]], chance: random.Random) -> tuple[int, int, int]:
        """One element, one of those that matter three times out of four."""
        if not places:
            return 0, chance.randrange(len(raw)), 4
        those = [p for p in places if p[0] >> 16 in (0x20, 0x28) or p[0] in (0x00080016, 0x00080018, 0x52009230, 0x7FE00010)]
        return chance.choice(those if those and chance.random() < 0.75 else places)

    def flip(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        data = bytearray(raw)
        _, start, length = self._head(raw, places, chance)
        for _ in range(chance.choice((1, 1, 2, 8))):
            near = chance.random() < 0.7
            at = min(len(data) - 1, max(0, start - 8 + chance.randrange(min(length, 64) + 8) if near else chance.randrange(len(data))))
            data[at] ^= 1 << chance.randrange(8)
        return bytes(data)

    def cut(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        if chance.random() < 0.3:
            return raw[: len(raw) - chance.choice((1, 2, 3, 8, 100))]
        return raw[: chance.randrange(len(raw))] if chance.random() < 0.8 else raw[chance.randrange(400) :]

    def length(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        _, start, length = self._head(raw, places, chance)
        new = chance.choice((*LENGTHS, length + 2, max(0, length - 2), length * 2, length + chance.randrange(1000)))
        data = bytearray(raw)
        if chance.random() < 0.5 and start >= 4:
            data[start - 4 : start] = struct.pack("<L", new & 0xFFFFFFFF)
        elif start >= 2:
            data[start - 2 : start] = struct.pack("<H", new & 0xFFFF)
        return bytes(data)

    def type(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        _, start, _ = self._head(raw, places, chance)
        data = bytearray(raw)
        back = 4 if chance.random() < 0.8 else 8
        if start >= back:
            data[start - back : start - back + 2] = chance.choice(TYPES)
        return bytes(data)

    def tag(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        _, start, length = self._head(raw, places, chance)
        other = chance.choice(places)[0] if places else chance.randrange(1 << 32)
        data = bytearray(raw)
        back = 8 if length < 65536 else 12
        if start >= back:
            data[start - back : start - back + 4] = struct.pack("<HH", other >> 16, other & 0xFFFF)
        return bytes(data)

    def number(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        texts = [p for p in places if p[0] in (0x00200032, 0x00200037, 0x00280030, 0x00281052, 0x00281053, 0x00280008, 0x00180050)]
        binary = [p for p in places if p[0] >> 16 == 0x28 and p[2] == 2]
        if binary and chance.random() < 0.4:
            _, start, _ = chance.choice(binary)
            value = chance.choice((0, 1, 2, 3, 7, 8, 12, 15, 16, 17, 32, 255, 65535, chance.randrange(65536)))
            return raw[:start] + struct.pack("<H", value) + raw[start + 2 :]
        if not texts:
            return self.flip(raw, places, chance)
        _, start, length = chance.choice(texts)
        if chance.random() < 0.5:
            data = bytearray(raw)
            data[start + chance.randrange(max(1, length))] = chance.choice(b"0123456789.-+eE\\ \0")
            return bytes(data)
        return raw[:start] + (chance.choice(NUMBERS) + b" " * length)[:length] + raw[start + length :]

    def nested(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        _, start, length = self._head(raw, places, chance)
        deep = chance.choice((2, 20, 300, 5000))
        item = b"\x11\x00\x10\x10SQ\0\0\xff\xff\xff\xff\xfe\xff\x00\xe0\xff\xff\xff\xff" * deep
        if chance.random() < 0.5:
            item += b"\xfe\xff\x0d\xe0\0\0\0\0\xfe\xff\xdd\xe0\0\0\0\0" * deep
        end = start + length
        return raw[:end] + item + raw[end:]

    def spliced(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        a, b = sorted((chance.randrange(len(raw)), chance.randrange(len(raw))))
        where = chance.randrange(len(raw))
        if chance.random() < 0.5:
            return raw[:a] + raw[b:]
        return raw[:where] + raw[a : min(b, a + 5000)] + raw[where:]

    def doubled(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        if not places:
            return raw + raw[-100:]
        at = chance.randrange(len(places) - 1) if len(places) > 1 else 0
        begin = places[at][1] - 8
        end = places[at][1] + places[at][2]
        where = chance.choice(places)[1] - 8
        return raw[:where] + raw[begin:end] + raw[where:] if begin >= 0 and where >= 0 else raw

    def pixels(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        pixel = [p for p in places if p[0] == 0x7FE00010]
        if not pixel:
            return self.flip(raw, places, chance)
        _, start, length = pixel[0]
        data = bytearray(raw)
        if chance.random() < 0.2:
            del data[start + chance.randrange(length) : start + length]
            return bytes(data)
        head = chance.random() < 0.5
        for _ in range(chance.choice((1, 1, 4, 40))):
            at = start + chance.randrange(min(length, 200) if head else length)
            data[at] = chance.choice((0, 255, 128, data[at] ^ 1, chance.randrange(256)))
        return bytes(data)

    def size(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        """Rows and Columns of a giant, with or without the stream's agreement."""
        data = bytearray(raw)
        huge = chance.choice((2000, 5000, 20000, 65535))
        for tag, start, _ in places:
            if tag in (0x00280010, 0x00280011):
                data[start : start + 2] = struct.pack("<H", huge)
        stream = data.find(b"\xff\x4f\xff\x51")
        if stream > 0:
            data[stream + 8 : stream + 16] = struct.pack(">LL", huge, huge)
            data[stream + 24 : stream + 32] = struct.pack(">LL", huge, huge)
        for mark in (b"\xff\xc3\x00\x0b", b"\xff\xf7\x00\x0b"):
            stream = data.find(mark)
            if stream > 0:
                data[stream + 5 : stream + 9] = struct.pack(">HH", min(huge, 65535), min(huge, 65535))
        return bytes(data)

    def bombed(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        """A few bytes that would swell to hundreds of megabytes."""
        if chance.random() < 0.4:
            return examples.written(examples.slice_of(0), examples.DEFLATED)[:336] + self.bomb
        pixel = [p for p in places if p[0] == 0x7FE00010]
        if not pixel:
            return raw
        _, start, _ = pixel[0]
        run = struct.pack("<16L", 2, 64, 70, *[0] * 13) + b"\x81\xff" * chance.choice((10, 100_000))
        items = b"\xfe\xff\x00\xe0\0\0\0\0\xfe\xff\x00\xe0" + struct.pack("<L", len(run)) + run + b"\xfe\xff\xdd\xe0\0\0\0\0"
        return raw[: start - 4] + b"\xff\xff\xff\xff" + items

    def swapped(self, raw: bytes, places: list, chance: random.Random) -> bytes:
        """The values of two elements of one length change places."""
        by_length: dict[int, list[int]] = {}
        for tag, start, length in places:
            if 0 < length <= 64 and tag >> 16 in (0x18, 0x20, 0x28):
                by_length.setdefault(length, []).append(start)
        several = [(length, starts) for length, starts in by_length.items() if len(starts) > 1]
        if not several:
            return self.flip(raw, places, chance)
        length, starts = chance.choice(several)
        a, b = chance.sample(starts, 2)
        data = bytearray(raw)
        data[a : a + length], data[b : b + length] = raw[b : b + length], raw[a : a + length]
        return bytes(data)


def _twelve(n: int) -> examples.Dataset:
    data = examples.slice_of(n, BitsStored=12, HighBit=11, PixelRepresentation=0)
    data.PixelData = (examples.stored(n).astype("int32") + 1000).astype("uint16").tobytes()
    return data
