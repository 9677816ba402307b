"""Pictures for pages and archives: slices of a scan as PNG, drawn from the voxels alone, the same bytes every time."""

from xinglin.formats.picture.change import change_picture as change_picture
from xinglin.formats.picture.growth import growth_picture as growth_picture
from xinglin.formats.picture.lesion import lesion_picture as lesion_picture
from xinglin.formats.picture.sheet import sheet_picture as sheet_picture
from xinglin.formats.picture.slices import side_for as side_for
from xinglin.formats.picture.translation import translation_picture as translation_picture
