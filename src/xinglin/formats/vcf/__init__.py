"""VCF in both directions: the places that matter of one sample, read under limits, and a small VCF of a virtual person."""

from xinglin.formats.vcf.reading import Limits as Limits
from xinglin.formats.vcf.reading import Wanted as Wanted
from xinglin.formats.vcf.reading import read_genome as read_genome
from xinglin.formats.vcf.tumour import Tumour as Tumour
from xinglin.formats.vcf.writing import vcf_of as vcf_of
