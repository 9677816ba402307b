"""Lets these tests say `import image_judging_pictures`."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
