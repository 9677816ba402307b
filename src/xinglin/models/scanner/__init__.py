"""What a scanner does to a picture: how much it blurs and how it is noisy, measured in the scan itself; and noise like it."""

from __future__ import annotations

from xinglin.models.scanner.blur import Blur, measure_blur
from xinglin.models.scanner.noise import Noise, measure_noise, noise_field

__all__ = ["Blur", "Noise", "measure_blur", "measure_noise", "noise_field"]
