"""How good a generator of pictures is: near enough to the real ones, as varied, of use, and nobody's own picture given away."""
