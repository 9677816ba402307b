"""exp, log, powers and the like as plain arithmetic, so that the compiler can work on many patients in one instruction.

The library's own functions are called one number at a time and stop that. Each agrees with them to about two units in the last
place (tests). Methods: argument reduction after Cody and Waite with a Taylor polynomial (exp); fdlibm's series (log).
"""

from __future__ import annotations

import math
from typing import Any

from llvmlite import ir
from numba import njit, types
from numba.extending import intrinsic

_ROUND = 6755399441055744.0  # 1.5 * 2**52: adding it leaves the nearest whole number in the lowest bits
_ONE_BITS, _SQRT_HALF_BITS, _ROUND_BITS = 0x3FF0000000000000, 0x3FE6A09E667F3BCD, 0x4338000000000000
_MANTISSA = 0x000FFFFFFFFFFFFF


def _bits_of(typing: Any, x: Any) -> Any:
    """A number's 64 bits as a whole number."""
    return types.int64(types.float64), lambda context, builder, signature, arguments: builder.bitcast(arguments[0], ir.IntType(64))


def _number_of(typing: Any, x: Any) -> Any:
    """The number with these 64 bits."""
    return types.float64(types.int64), lambda context, builder, signature, arguments: builder.bitcast(arguments[0], ir.DoubleType())


_bits: Any = intrinsic(_bits_of)
_from_bits: Any = intrinsic(_number_of)


@njit(error_model="numpy")
def exp(x: float) -> float:
    """e to the x; beyond 709 and below -708 the value there."""
    x = -708.0 if x < -708.0 else x
    x = 709.0 if x > 709.0 else x
    shifted = x * 1.4426950408889634 + _ROUND
    k = shifted - _ROUND
    r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    p = 2.08767569878681e-09
    p = p * r + 2.505210838544172e-08
    p = p * r + 2.755731922398589e-07
    p = p * r + 2.7557319223985893e-06
    p = p * r + 2.48015873015873e-05
    p = p * r + 1.984126984126984e-04
    p = p * r + 1.3888888888888889e-03
    p = p * r + 8.333333333333333e-03
    p = p * r + 4.1666666666666664e-02
    p = p * r + 1.6666666666666666e-01
    p = p * r + 0.5
    p = p * r + 1.0
    p = p * r + 1.0
    return p * _from_bits((_bits(shifted) + 1023) << 52)


@njit(error_model="numpy")
def log(x: float) -> float:
    """Natural logarithm; -inf at 0 (and below the smallest normal number), nan below."""
    whole = _bits(x) + (_ONE_BITS - _SQRT_HALF_BITS)
    k = _from_bits(((whole >> 52) - 1023) + _ROUND_BITS) - _ROUND
    f = _from_bits((whole & _MANTISSA) + _SQRT_HALF_BITS) - 1.0
    s = f / (2.0 + f)
    z = s * s
    w = z * z
    even = w * (3.999999999940941908e-01 + w * (2.222219843214978396e-01 + w * 1.531383769920937332e-01))
    odd = z * (6.666666666666735130e-01 + w * (2.857142874366239149e-01 + w * (1.818357216161805012e-01 + w * 1.479819860511658591e-01)))
    half = 0.5 * f * f
    found = s * (half + (even + odd)) + k * 1.90821492927058770002e-10 - half + f + k * 6.93147180369123816490e-01
    low = math.nan if x < 0.0 else -math.inf
    low = x if x != x else low
    found = found if x >= 2.2250738585072014e-308 else low
    return found if x < math.inf or x != x else x


@njit(error_model="numpy")
def power(x: float, y: float) -> float:
    """x to the y for x from 0 on; nan below."""
    return exp(y * log(x)) if x != 0.0 else (0.0 if y > 0.0 else (1.0 if y == 0.0 else math.inf))


@njit(error_model="numpy")
def tanh(x: float) -> float:
    """Hyperbolic tangent."""
    size = x if x > 0.0 else -x
    e = exp(-2.0 * size)
    z = x * x
    near = size * (1.0 + z * (-1.0 / 3.0 + z * (2.0 / 15.0 + z * (-17.0 / 315.0 + z * (62.0 / 2835.0)))))
    found = near if size < 0.02 else (1.0 - e) / (1.0 + e)
    return found if x > 0.0 else -found


@njit(error_model="numpy")
def average_decay(z: float) -> float:
    """Mean of e to the -s for s from 0 to z: (1 - exp(-z)) / z, 1 at 0."""
    near = 1.0 + z * (-1.0 / 2.0 + z * (1.0 / 6.0 + z * (-1.0 / 24.0 + z * (1.0 / 120.0 - z / 720.0))))
    return near if -0.03 < z < 0.03 else (1.0 - exp(-z)) / z


@njit(error_model="numpy")
def minimum(x: float, y: float) -> float:
    """The lesser; nan when one is nan."""
    return x if (x < y or x != x) else y


@njit(error_model="numpy")
def maximum(x: float, y: float) -> float:
    """The greater; nan when one is nan."""
    return x if (x > y or x != x) else y


@njit(error_model="numpy")
def where(condition: bool, x: float, y: float) -> float:
    """x when the condition holds, else y; both are worked out."""
    return x if condition else y
