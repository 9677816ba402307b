"""Makes the small charts of `people.py` importable by its neighbours."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
