"""What a body does with a drug: levels and exposure under any schedule of doses, for seventeen published population models.

`DISEASE` is vancomycin; `DISEASE.variants` holds every drug by name ("pharmacokinetics:theophylline" is asked of `variants["theophylline"]`).
"""

from __future__ import annotations

from collections.abc import Mapping

from xinglin.diseases.pharmacokinetics.antibiotics import AMIKACIN, TOBRAMYCIN, TOBRAMYCIN_CHILDREN, VANCOMYCIN
from xinglin.diseases.pharmacokinetics.building import ITEM
from xinglin.diseases.pharmacokinetics.disease import DrugDisease
from xinglin.diseases.pharmacokinetics.intensive_care import GENTAMICIN, MEROPENEM
from xinglin.diseases.pharmacokinetics.long_term import DIGOXIN, METHOTREXATE, TACROLIMUS
from xinglin.diseases.pharmacokinetics.nerves import PHENOBARBITAL, PHENOBARBITAL_ORAL, PHENYTOIN, PROPOFOL
from xinglin.diseases.pharmacokinetics.others import BUSULFAN, THEOPHYLLINE, THEOPHYLLINE_INFUSION, WARFARIN

_MODELS = (
    VANCOMYCIN, TOBRAMYCIN, TOBRAMYCIN_CHILDREN, AMIKACIN, PHENOBARBITAL, PHENOBARBITAL_ORAL, PHENYTOIN, PROPOFOL,
    WARFARIN, THEOPHYLLINE, THEOPHYLLINE_INFUSION, BUSULFAN, GENTAMICIN, MEROPENEM, DIGOXIN, TACROLIMUS, METHOTREXATE,
)  # fmt: skip
DRUGS: Mapping[str, DrugDisease] = {model.card.name.partition(":")[2]: DrugDisease(model) for model in _MODELS}
DISEASE = DrugDisease(VANCOMYCIN, DRUGS, ITEM)
