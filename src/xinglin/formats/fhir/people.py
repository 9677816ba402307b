"""Who the person is, and the visits: Patient, RelatedPerson and Encounter."""

from __future__ import annotations

from msgspec.structs import replace

from xinglin.formats.fhir.entries import Entries
from xinglin.formats.fhir.reading import Json, Reading, code_of, concept, words_of
from xinglin.formats.fhir.shape import shape
from xinglin.formats.fhir.unchecked import objects_in
from xinglin.records.chart import Encounter, Identity, Person

_HUMAN = "name*{use text family given* prefix* suffix* period:Period}"
_TELECOM = "telecom*{system value use rank# period:Period}"
_ADDRESS = "{use type text line* city district state postalCode country period:Period}"

PATIENT = shape(
    f"active! {_HUMAN} {_TELECOM} gender birthDate deceasedBoolean! deceasedDateTime address*{_ADDRESS} maritalStatus:CC "
    "contact*{relationship:CC* name{use text family given* prefix* suffix* period:Period} " + _TELECOM + f" address{_ADDRESS} gender "
    "organization? period:Period} communication*{language:CC preferred!}"
)
RELATED_PERSON = shape(f"active! patient:Ref relationship:CC* {_HUMAN} {_TELECOM} gender birthDate address*{_ADDRESS} period:Period")
ENCOUNTER = shape(
    "status class:Coding type:CC* serviceType:CC subject:Ref period:Period reasonCode:CC* reasonReference:Ref* "
    "diagnosis*{condition:Ref use? rank?} location*{location:Ref status period?} hospitalization{dischargeDisposition:CC}"
)

_SEXES = ("male", "female", "other", "unknown")


def name_words(name: Json) -> str:
    """A HumanName as one line: its text, else family and given names (joined without a space for Chinese)."""
    if text := name.get("text"):
        return text
    given, family = name.get("given") or [], name.get("family", "")
    if family and not family.isascii() and "一" <= family[0] <= "鿿":
        return family + "".join(given)
    return " ".join([*given, *([family] if family else [])])


def _address_words(address: Json) -> str:
    if text := address.get("text"):
        return text
    parts = [*(address.get("line") or []), *(address.get(k, "") for k in ("city", "district", "state", "postalCode", "country"))]
    return ", ".join(part for part in parts if part)


def identity(r: Json) -> Identity:
    """Names, identifiers and ways to reach the person, for identity checks only."""
    contacts = [name_words(c["name"]) for c in r.get("contact") or () if c.get("name")]
    reach = [*(r.get("telecom") or ()), *(t for c in r.get("contact") or () for t in c.get("telecom") or ())]
    return Identity(
        names=tuple(dict.fromkeys(words for n in r.get("name") or () if (words := name_words(n)))),
        identifiers=tuple((i.get("system", ""), i["value"]) for i in r.get("identifier") or () if i.get("value")),
        telecoms=tuple(t["value"] for t in reach if t.get("value")),
        addresses=tuple(words for a in r.get("address") or () if (words := _address_words(a))),
        relatives=tuple(words for words in contacts if words),
    )


def patient(r: Json, at: Reading, out: Entries) -> None:
    """The person's sex, birth and death, languages; and who they are."""
    sex = r.get("gender", "unknown")
    if sex not in _SEXES:
        at.report("XL-FHIR-102", "doubtful", "gender", "not a code of the standard; taken as unknown", "use male, female, other or unknown")
        sex = "unknown"
    died = at.time(r, "deceasedDateTime")
    languages = [code_of(c.get("language")) for c in r.get("communication") or ()]
    if r.get("active") is False:
        at.report("XL-FHIR-105", "doubtful", "active", "the source no longer uses this Patient record", "ask which record took its place")
    out.person = Person(
        source=at.source,
        sex=sex,
        born=at.time(r, "birthDate"),
        died=died or ("yes" if r.get("deceasedBoolean") or r.get("deceasedDateTime") else ""),
        languages=tuple(code for code in languages if code),
        marital_status=words_of(r.get("maritalStatus")),
        made_up=_is_made_up(r),
    )
    out.identity = identity(r)


def _is_made_up(r: Json) -> bool:
    """Whether the Patient carries the HTEST mark of test data, as a security label or a tag."""
    meta = r.get("meta")
    marks = [*objects_in(meta, "security"), *objects_in(meta, "tag")] if isinstance(meta, dict) else []
    return any(mark.get("code") == "HTEST" for mark in marks)


def related_person(r: Json, at: Reading, out: Entries) -> None:
    """A relative's name goes to the identity, so that it can be kept out of what leaves."""
    out.relatives += [words for n in r.get("name") or () if (words := name_words(n))]


def encounter(r: Json, at: Reading, out: Entries) -> None:
    """One visit or stay."""
    start, end = at.period(r.get("period"), "period")
    kinds, stay, places = r.get("type"), r.get("hospitalization") or {}, r.get("location") or ()
    out.encounters.append(
        Encounter(
            source=at.source,
            status=r.get("status", ""),
            setting=(r.get("class") or {}).get("code", ""),
            concept=concept(kinds[0]) if kinds else concept(None),
            reasons=at.reasons(r),
            start=start,
            end=end,
            location=_place(places[-1], at) if places else "",
            service=words_of(r.get("serviceType")),
            discharge=concept(stay.get("dischargeDisposition")),
            diagnoses=at.references([d["condition"] for d in r.get("diagnosis") or () if d.get("condition")])
            + at.references(r.get("reasonReference")),
        )
    )


def _place(item: Json, at: Reading) -> str:
    """The name of the latest place of the stay."""
    where = item.get("location") or {}
    found = at.look_up(where)
    name = found.get("name") if found else ""
    return where.get("display") or (name if isinstance(name, str) else "") or ""


def with_relatives(person: Identity, relatives: list[str]) -> Identity:
    """The identity with the names of related persons."""
    return replace(person, relatives=tuple(dict.fromkeys([*person.relatives, *relatives]))) if relatives else person
