"""The part of the fast solver's source text that finds when, within the last step, an end came.

The root of what `beyond` tells of a part of the step: the secant between two bracketing parts, with the Illinois halving (Dowell
and Jarratt 1971, doi:10.1007/BF01934364), and bisection where the secant leaves them.
"""

LAND = """@njit(error_model="numpy", nogil=True, cache=True)
def land(s, t, h):
    for j in range({lanes}):
        for x in range({count}):
            if s[{ends} + x * {lanes} + j] == math.inf:
                s[{ends} + x * {lanes} + j] = t + h * landed(s, j, x, t, h)


@njit(error_model="numpy", nogil=True, cache=True)
def landed(s, j, x, t, h):
    low, high, below, above = 0.0, 1.0, beyond(s, j, x, t, h, 0.0), beyond(s, j, x, t, h, 1.0)
    if below > 0.0:
        return 0.0
    found, side = 1.0, 0
    for _ in range(80):
        before, found = found, high - above * (high - low) / (above - below)
        if not (low < found < high):
            found = 0.5 * (low + high)
        value = beyond(s, j, x, t, h, found)
        if value > 0.0:
            high, above = found, value
            below = 0.5 * below if side > 0 else below
            side = 1
        else:
            low, below = found, value
            above = 0.5 * above if side < 0 else above
            side = -1
        if value == 0.0 or abs(found - before) * h <= 1e-8 * (t + found * h):
            break
    return found"""
