"""The figures of papers stand beside the benchmarks that compare with them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[2]))
