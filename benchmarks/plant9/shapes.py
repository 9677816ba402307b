"""How numbers and dates are written in a sentence, and how they come out wrong.

Numbers stay decimals with the places they are shown with; dates are ISO in English and 年月日 in Chinese.
"""

from __future__ import annotations

import random
import re
from collections.abc import Iterator
from decimal import Decimal, InvalidOperation

DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})(?:-(\d{2})(?:-(\d{2}))?(?!\d)|年(?:(\d{1,2})月(?:(\d{1,2})日)?)?)")
NUMBER = re.compile(r"(?<![A-Za-z0-9.,*^])\d+(?:\.\d+)?(?![\d]|\.\d)", re.ASCII)
BOUND = re.compile(
    r"(?i:below|under|less than|over|above|more than|greater than|at least|at most|up to|between [\d.]+ and|between|[<>≤≥~])\s*$"
    r"|(?:小于|大于|低于|高于|超过|不足|至少|不超过|不低于|约|介于|在)\s*$"
)


def as_decimal(words: str) -> Decimal | None:
    """The number in words such as "1.20", or None."""
    try:
        return Decimal(words)
    except InvalidOperation:
        return None


def says(token: str, value: str) -> bool:
    """True when `token` is `value` as recorded or rounded to the places of the token."""
    shown, known = as_decimal(token), as_decimal(value)
    if shown is None or known is None:
        return False
    return shown == known or shown == known.quantize(Decimal(1).scaleb(-places(token)))


def places(number: str) -> int:
    return len(number.partition(".")[2])


def date_texts(date: str) -> tuple[str, ...]:
    """An ISO date ("2019-03-04T10:00" or "2019-03") as sentences write it: fully, by month, by year; en and zh."""
    match = re.match(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", date)
    if not match:
        return ()
    year, month, day = match.groups()
    out = []
    if day:
        out += [f"{year}-{month}-{day}", f"{year}年{int(month)}月{int(day)}日"]
    if month:
        out += [f"{year}-{month}", f"{year}年{int(month)}月"]
    return (*out, f"{year}年", year)


def slips(number: str, rng: random.Random) -> list[str]:
    """Numbers this one is mistaken for: two digits exchanged, one digit off, the point moved, a factor. Over 4 % away."""
    digits, out = number.replace(".", ""), []
    for i in range(len(digits) - 1):
        if digits[i] != digits[i + 1]:
            out.append(pointed(digits[:i] + digits[i + 1] + digits[i] + digits[i + 2 :], places(number)))
    first = str((int(digits[0]) + rng.choice((1, 2, 3)) - 1) % 9 + 1)
    out.append(pointed(first + digits[1:], places(number)))
    value = Decimal(number)
    out += [format((value * 10).normalize(), "f"), format((value / 10).normalize(), "f")]
    step = Decimal(1).scaleb(-places(number))
    out += [format((value * Decimal(f)).quantize(step), "f") for f in ("1.3", "0.7", "1.6")]
    kept = [n for n in out if Decimal(n) > 0 and abs(Decimal(n) - value) > abs(value) * Decimal("0.04")]
    return list(dict.fromkeys(kept))


def pointed(digits: str, decimals: int) -> str:
    """Digits with their decimal point, without a leading zero that nobody writes."""
    whole, rest = (digits[:-decimals], digits[-decimals:]) if decimals else (digits, "")
    return (str(int(whole or "0")) + ("." + rest if rest else "")).strip()


def moved_dates(words: str) -> Iterator[tuple[str, str]]:
    """(date as written, ISO) for plausible wrong versions: another year, another month, month and day exchanged, another day."""
    match = DATE.fullmatch(words)
    if not match:
        return
    chinese = "年" in words
    year, month, day = match[1], match[2] or match[4], match[3] or match[5]
    wrong = [(int(year) + d, month, day) for d in (-1, -2, 1, -10)]
    if month:
        wrong += [(int(year), str((int(month) + d - 1) % 12 + 1), "28" if day and int(day) > 28 else day) for d in (1, -2, 5)]
    if day and month and int(day) <= 12 and int(day) != int(month):
        wrong.append((int(year), day, month))
    if day:
        wrong.append((int(year), month, str(int(day) + 10 if int(day) <= 18 else int(day) - 10)))
    for y, m, d in wrong:
        if m and d and int(m) == 2 and int(d) > 28:
            d = "28"
        iso = "-".join([str(y), *(f"{int(p):02d}" for p in (m, d) if p)])
        yield (f"{y}年" + (f"{int(m)}月" if m else "") + (f"{int(d)}日" if d else "")) if chinese else iso, iso
