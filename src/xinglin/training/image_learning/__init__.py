"""The one loop that learns pictures, whatever the model: order, chance, running means, checkpoints, curves, keeping.

`fit.learnt` learns; `keeping.kept_of` makes of it what a house keeps. Nothing heavy is imported here.
"""
