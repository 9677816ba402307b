"""What networks that learn images have in common: blocks, the wavelet view, conditions, samplers in numpy, noise measured and re-added."""
