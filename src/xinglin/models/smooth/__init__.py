"""Smooth functions of several features, with honest limits: a Gaussian process made of a fixed number of waves, so that no row is kept."""
