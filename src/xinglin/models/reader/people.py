"""What a sentence says about who the patient is: sex, age, birth date, name, number; made into claims of kind "person"."""

from __future__ import annotations

import re

from xinglin.models.reader.attaching import PlacedNumber
from xinglin.models.reader.context_words import Role
from xinglin.models.reader.person_names import FoundName, birth_date_place
from xinglin.models.reader.scanning import ContextHit
from xinglin.models.reader.times import FoundTime
from xinglin.records.reading import Claim, SaidNumber, SaidTime, Span

_RELATIVES = (
    r"mum|mom|dad|mother|father|parents?|brother|sister|siblings?|son|daughter|wife|husband|spouse|partner|grand\w+|uncle|aunt|cousin|family|niece|nephew|"
    r"doctor|dr|physician|surgeon|nurse|friend|carer"
)
_FAMILY = re.compile(
    "|".join(rf"{word[0]}(?<=\b{word[0]}){word[1:]}\b" for word in _RELATIVES.split("|"))  # a letter first: places are passed over quickly
    + r"|母|父|爸|妈|爹|哥|兄|弟|姐|妹|妻|丈夫|儿子|女儿|子女|祖|奶奶|爷爷|外婆|外公|叔|舅|姑|姨|家族|家属|医生|医师|护士|配偶"
)
_SEX_ZH = re.compile(r"(?:男性?|女性?)(?=[，,。、；\s)）]|患者|$|，|\d|性)|患者(?:男|女)|(?:男|女)(?:性|士|童|婴)|先生|女士")
_NOT_SEX = re.compile(
    r"male pattern|female pattern|female sex|females? aged|males? aged|women'?s health|men'?s health|he(?=\W*4\b)|妇女|子女|男科|女科"
)


def person_claims(
    text: str, folded: str, hits: list[ContextHit], placed: list[PlacedNumber], times: list[FoundTime], names: list[FoundName]
) -> list[Claim]:
    """Claims about the person; nothing is claimed by a pronoun in a sentence that speaks of relatives or staff."""
    told = [(hit, role) for hit in hits for role in hit.roles if role.what in ("sex", "pronoun")]
    ages = [one for one in placed if one.role == "age"]
    place = birth_date_place(text) if times else None
    claims = _of_the_patient(text, folded, told, ages, place, times) if told or ages or place else []
    for name in names:
        span = Span(name.start, name.end, name.text)
        claims.append(Claim("person", span, name.kind, flag=name.sex))
    return claims


def _of_the_patient(
    text: str,
    folded: str,
    told: list[tuple[ContextHit, Role]],
    ages: list[PlacedNumber],
    place: tuple[int, int] | None,
    times: list[FoundTime],
) -> list[Claim]:
    """Sex, age and birth date, where no relative or member of staff is spoken of."""
    claims: list[Claim] = []
    if _FAMILY.search(folded) is not None:
        return claims
    for hit, role in told:
        if role.what == "pronoun" or _is_sex(folded, hit):
            claims.append(Claim("person", Span(hit.start, hit.end, text[hit.start : hit.end]), role.what, flag=role.value))
    for one in ages:
        number = one.number
        span = Span(number.start, number.end, text[number.start : number.end])
        said = SaidNumber(span, number.value, number.unit or "a", number.shown_unit, number.comparator, number.approximate, "age")
        claims.append(Claim("person", span, "age", numbers=(said,)))
    if place is not None:
        for time in times:
            if 0 <= time.start - place[1] <= 2 or place[0] <= time.start <= place[1]:
                span = Span(time.start, time.end, text[time.start : time.end])
                claims.append(Claim("person", span, "born", times=(SaidTime(span, "date", time.first, time.last),)))
                break
    return claims


def _is_sex(folded: str, hit: ContextHit) -> bool:
    if not folded[hit.start].isascii():
        word = folded[hit.start : hit.end]
        if len(word) == 1:
            near = folded[max(0, hit.start - 2) : hit.end + 2]
            return bool(re.search(r"(?:^|[,，、\s(性别:：患者])[男女](?:[,，、。\s);；性]|$|\d)", near))
        return True
    return _NOT_SEX.search(folded, max(0, hit.start - 6), min(len(folded), hit.end + 10)) is None
