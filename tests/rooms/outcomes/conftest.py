"""Lets the tests of this room find the made-up people."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
