"""Genes worked up: from the places read in a file, or a laboratory's call, to star alleles, phenotypes and facts."""

from xinglin.workup.genes.calling import call_of as call_of
from xinglin.workup.genes.calling import gene_calls as gene_calls
from xinglin.workup.genes.facts import calls_of as calls_of
