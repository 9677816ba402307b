"""Lets these tests say `import judges` and `import signed_example`."""

import sys
from pathlib import Path

sys.path[:0] = [str(Path(__file__).parent), str(Path(__file__).parents[1] / "rooms/formats")]
