"""How something spreads and multiplies in tissue: reaction and diffusion in three dimensions. Knows no disease.

`march` is the fast solver, `reference.plain_course` the slow, obvious one it must agree with. README.md says what is solved and how.
"""
