"""Genes that change what a medicine does: where to look, which alleles there are, what they mean, and what guidelines advise.

`phenotype("CYP2C19", "*2", "*2")` is a poor metaboliser; `wanted_positions("GRCh37")` is every place to read from a VCF.
"""

from __future__ import annotations

from xinglin.knowledge.pgx.advice import ACTIONS as ACTIONS
from xinglin.knowledge.pgx.advice import Advice as Advice
from xinglin.knowledge.pgx.advice import GeneResult as GeneResult
from xinglin.knowledge.pgx.advice import Result as Result
from xinglin.knowledge.pgx.advice import advice as advice
from xinglin.knowledge.pgx.advice import all_advice as all_advice
from xinglin.knowledge.pgx.advice import drugs_of as drugs_of
from xinglin.knowledge.pgx.advice import genes_of as genes_of
from xinglin.knowledge.pgx.advice import medicines as medicines
from xinglin.knowledge.pgx.book import alleles as alleles
from xinglin.knowledge.pgx.book import gene as gene
from xinglin.knowledge.pgx.book import genes as genes
from xinglin.knowledge.pgx.book import likelier_pairs as likelier_pairs
from xinglin.knowledge.pgx.book import phenotype_rules as phenotype_rules
from xinglin.knowledge.pgx.book import positions as positions
from xinglin.knowledge.pgx.book import rows_of as _rows_of
from xinglin.knowledge.pgx.book import sources as sources
from xinglin.knowledge.pgx.book import special_places as special_places
from xinglin.knowledge.pgx.book import version as version
from xinglin.knowledge.pgx.book import wanted_positions as wanted_positions
from xinglin.knowledge.pgx.entries import WOBBLE as WOBBLE
from xinglin.knowledge.pgx.entries import Allele as Allele
from xinglin.knowledge.pgx.entries import AlleleFunction as AlleleFunction
from xinglin.knowledge.pgx.entries import Assembly as Assembly
from xinglin.knowledge.pgx.entries import Gene as Gene
from xinglin.knowledge.pgx.entries import LikelierPair as LikelierPair
from xinglin.knowledge.pgx.entries import Phenotype as Phenotype
from xinglin.knowledge.pgx.entries import PhenotypeRule as PhenotypeRule
from xinglin.knowledge.pgx.entries import Position as Position
from xinglin.knowledge.pgx.entries import SpecialPlace as SpecialPlace
from xinglin.knowledge.pgx.entries import WantedPosition as WantedPosition
from xinglin.knowledge.pgx.frequencies import Frequency as Frequency
from xinglin.knowledge.pgx.frequencies import frequencies as frequencies
from xinglin.knowledge.pgx.phenotyping import activity as activity
from xinglin.knowledge.pgx.phenotyping import deciding as deciding
from xinglin.knowledge.pgx.phenotyping import function as function
from xinglin.knowledge.pgx.phenotyping import phenotype as phenotype
from xinglin.knowledge.pgx.somatic import SomaticAlteration as SomaticAlteration
from xinglin.knowledge.pgx.somatic import somatic as somatic
from xinglin.knowledge.pgx.somatic import somatic_alterations as somatic_alterations
from xinglin.shelf.promises import Topic

_TABLES = (
    "genes.csv",
    "positions.csv",
    "alleles.csv",
    "functions.csv",
    "phenotypes.csv",
    "recommendations.csv",
    "frequencies.csv",
    "somatic.csv",
    "special_places.csv",
    "likelier_pairs.csv",
)


TOPIC = Topic(
    name="pgx",
    version="2026.1",
    title={"en": "Pharmacogenes: alleles, functions and advice", "zh": "药物基因：等位基因、功能与用药建议"},
    licence="Apache-2.0 (own wording); facts of CPIC (CC0), PharmVar, DPWG and pypgx (MIT), see SOURCE.toml",
    rows=lambda: sum(len(list(_rows_of(name))) for name in _TABLES),
    unverified=lambda: sum(row["verified"] != "yes" for name in _TABLES for row in _rows_of(name)),
)
