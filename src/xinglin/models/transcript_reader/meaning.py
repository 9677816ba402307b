"""Which words mean the same, across speech and clinical writing, and which exclude each other.

`classes` gives every token the meanings it may have (single words and phrases of `same_meaning.tsv` and of
`knowledge.terms`); `OPPOSITES` are the sets of which a sentence may use only one of at the same place.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.resources import files

from xinglin.models.transcript_reader.words import Token, stem

LONGEST_PHRASE = 5

OPPOSITES: tuple[tuple[frozenset[str], ...], ...] = tuple(
    tuple(frozenset(words.split()) for words in group)
    for group in (
        ("left leftward", "right rightward", "bilateral bilaterally both"),
        ("increase increased increasing up higher raise rise elevated rising bump more high up gain gained gaining", "decrease decreased decreasing down lower reduce reduced cut reducing fell less low loss lost losing fewer"),
        ("improve improved improving better improvement resolved resolution resolving relieved relieve relieves helps helped alleviated alleviates beneficial subsided", "worsen worse worsened worsening aggravated aggravates exacerbated exacerbates deteriorated progressed", "stable unchanged same steady persistent persisted persists constant"),
        ("daily day days", "weekly week weeks", "monthly month months", "hourly hour hours", "yearly year years annually annual", "nightly", "minute minutes", "second seconds"),
        ("once one", "twice two", "thrice three", "four"),
        ("male man gentleman boy he him his mr sir himself", "female woman lady girl she her mrs ms ma'am miss herself"),
        ("mother mom maternal mum", "father dad paternal", "brother brothers", "sister sisters", "son sons", "daughter daughters", "grandmother grandma", "grandfather grandpa", "aunt aunts", "uncle uncles", "cousin cousins", "nephew", "niece", "husband", "wife", "friend friends", "neighbor", "girlfriend", "boyfriend"),
        ("mild mildly slight slightly minimal minimally little", "moderate moderately", "severe severely significant significantly marked markedly"),
        ("start started initiate initiated begin starting prescribe prescribed added add", "stop stopped discontinue quit discontinued hold", "continue continued keep continuing"),
        ("upper superior", "lower inferior", "middle mid"),
        ("anterior front", "posterior back"), ("medial inside inner", "lateral outside outer"), ("proximal", "distal"),
        ("flexion flex bend", "extension extend straighten"), ("acute sudden", "chronic gradual"), ("inversion", "eversion"), ("adduction", "abduction"), ("internal", "external"),
        ("morning mornings", "evening evenings", "night nights nightly bedtime", "afternoon afternoons"),
        ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"),
        ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"),
        ("spring", "summer", "fall autumn", "winter"),
        ("yesterday", "today"),
        ("before prior", "after following"),
        ("mg milligram milligrams", "mcg microgram micrograms", "g gram grams", "ml milliliter milliliters cc", "units unit iu", "l liter liters", "mgy gy"),
        ("pounds pound lbs lb", "kilograms kilogram kg kilos", "ounces ounce oz"), ("inches inch", "centimeters cm centimeter centimeters", "feet foot", "millimeters mm millimeter"),
        ("celsius c", "fahrenheit f"), ("cups cup", "glasses glass", "bottles bottle"),
        ("first", "second", "third", "fourth", "fifth", "sixth"),
        ("dry", "productive"), ("positive", "negative"),
        ("normal unremarkable negative intact clear good fine", "abnormal elevated high low positive decreased increased impaired poor"), ("able", "unable"), ("present", "absent"), ("benign", "malignant"), ("alive living", "deceased died dead passed"), ("successful successfully", "unsuccessful failed"),
        ("regular regularly", "irregular irregularly"), ("intermittent occasional occasionally", "continuous continuously constantly"), ("always", "sometimes", "never", "rarely"),
        ("married", "single", "divorced", "widowed"), ("pack packs", "cigarettes cigarette"),
        ("knee knees", "hip hips", "ankle ankles", "shoulder shoulders", "elbow elbows", "wrist wrists"), ("foot feet", "hand hands"), ("leg legs", "arm arms"), ("thumb", "index", "ring", "pinky"),
        ("cervical neck", "thoracic", "lumbar"),
        ("caucasian white", "african black", "hispanic", "asian"),
        ("possible possibly may might could suspect suspected suspicious probable probably likely unclear questionable maybe perhaps suggest suggests suggestive suggesting concern concerning appears seems think thinks", "definite definitely certain certainly confirmed confirms confirm proven diagnosed diagnostic established proves will"),
        ("all every each", "none"), ("full complete completely completed", "partial partially incomplete half"), ("immediately immediate", "delayed later"),
        ("alone", "together"), ("inpatient", "outpatient"), ("vaginal", "cesarean"), ("tablet tablets pill pills", "puff puffs", "drop drops", "capsule capsules", "patch"),
    )
)  # fmt: skip


@lru_cache(maxsize=1)
def opposites() -> dict[str, tuple[tuple[int, int], ...]]:
    """Word -> (group, side) wherever it excludes its neighbours in the group."""
    found: dict[str, tuple[tuple[int, int], ...]] = {}
    for group, sides in enumerate(OPPOSITES):
        for side, words in enumerate(sides):
            for word in sorted(words):
                found[word] = (*found.get(word, ()), (group, side))
    return found


_GENERAL = [
    "history",
    "all",
    "problem",
    "problems",
    "reaction",
    "reactions",
    "episode",
    "episodes",
    "weight",
    "up",
    "hand",
    "foot",
    "heart",
    "joint",
    "joints",
    "walker",
    "walking",
    "sleep",
    "sleeping",
    "blood",
    "loss",
    "change",
    "changes",
    "syndrome",
    "type",
    "disease",
    "condition",
    "state",
    "status",
    "c",
    "a",
    "b",
    "d",
    "e",
    "function",
    "use",
    "level",
    "levels",
    "test",
    "normal",
    "skin",
    "pressure",
    "gain",
    "work",
    "time",
    "sign",
    "signs",
    "symptom",
    "symptoms",
    "out",
    "down",
    "attack",
    "block",
    "exposure",
]


@lru_cache(maxsize=1)
def _findings() -> frozenset[str]:
    from xinglin.knowledge import terms

    plain = [
        "pain",
        "tenderness",
        "tender",
        "swelling",
        "fracture",
        "effusion",
        "edema",
        "numbness",
        "tingling",
        "weakness",
        "bruising",
        "redness",
        "erythema",
        "fever",
        "chills",
        "nausea",
        "vomiting",
    ]
    names = (name.lower().split() for t in terms.TERMS if t.kind in ("problem", "symptom", "finding") for name in t.en)
    places = {stem(w) for t in terms.TERMS if t.kind == "anatomy" for name in t.en for w in name.lower().split()}
    return frozenset([stem(n[-1]) for n in names if len(n) < 3] + [stem(w) for w in plain]) - places - {stem(w) for w in _GENERAL}


def is_finding(token: Token) -> bool:
    """Whether a word names a complaint, a finding or an illness (or ends such a name)."""
    return token.stem in _findings()


@lru_cache(maxsize=1)
def phrases() -> dict[tuple[str, ...], tuple[int, ...]]:
    """Phrase of stems -> the meanings it has."""
    found: dict[tuple[str, ...], list[int]] = {}
    rows = files("xinglin.models.transcript_reader").joinpath("same_meaning.tsv").read_text(encoding="utf-8").splitlines()
    lists = [row.split("\t") for row in rows if row.strip()]
    lists += _known_terms()
    for meaning, words in enumerate(lists):
        for phrase in words:
            key = tuple(stem(w) for w in phrase.lower().replace("-", " ").split())
            if 0 < len(key) <= LONGEST_PHRASE and meaning not in found.setdefault(key, []):
                found[key].append(meaning)
    return {key: tuple(meanings) for key, meanings in found.items()}


def _known_terms() -> list[list[str]]:
    """English names of problems, symptoms, medicines and procedures that have more than one."""
    from xinglin.knowledge import terms

    return [list(t.en) for t in terms.TERMS if len(t.en) > 1]


@lru_cache(maxsize=1)
def medicine_stems() -> frozenset[str]:
    """First words of all medicines the terms know."""
    from xinglin.knowledge import terms

    return frozenset(stem(name.lower().split()[0]) for t in terms.TERMS if t.kind == "medicine" for name in t.en)


_DRUG_ENDINGS = (
    "pril", "sartan", "statin", "olol", "azole", "cillin", "mycin", "floxacin", "cycline", "gliptin", "gliflozin", "tidine", "prazole",
    "dipine", "setron", "triptan", "oxetine", "pam", "lam", "zosin", "parin", "xaban", "gatran", "mab", "formin", "glitazone", "steride",
    "profen", "oxicam", "codone", "zine", "thiazide", "lukast", "terol", "sone", "solone", "vir",
)  # fmt: skip


def is_medicine(token: Token) -> bool:
    """Whether a word is a medicine's name, by the terms or by its ending."""
    return token.stem in medicine_stems() or (len(token.word) > 6 and token.word.endswith(_DRUG_ENDINGS))


def meanings(found: Sequence[Token]) -> list[tuple[int, ...]]:
    """For every token the meanings of the words and phrases it is part of."""
    book = phrases()
    out: list[set[int]] = [set() for _ in found]
    stems = [s for t in found for s in (t.stem,)]
    for i in range(len(found)):
        for length in range(1, LONGEST_PHRASE + 1):
            if i + length > len(found) or found[i + length - 1].sentence != found[i].sentence:
                break
            got = book.get(tuple(stems[i : i + length]))
            if got:
                for j in range(i, i + length):
                    out[j].update(got)
    return [tuple(sorted(m)) for m in out]
