"""Reading sources into people: every resource goes to the one patient it names, or is listed as nobody's."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path

from xinglin.formats.fhir.bundles import Found
from xinglin.formats.fhir.chart import derive
from xinglin.formats.fhir.files import in_file, paths_of
from xinglin.formats.fhir.findings import Finding
from xinglin.formats.fhir.strict import DEFAULT_LIMITS, Limits
from xinglin.intake.grouping import Group, Pool
from xinglin.intake.only_ours import is_our_name, refused, without_ours
from xinglin.intake.person import Intake, PersonRecord
from xinglin.intake.quality import quality_of
from xinglin.records.collecting import collecting_later
from xinglin.records.errors import InvalidInput, NotFound, OutOfResources, XinglinError

_KEPT_DERIVED = 10_000  # resources of an input whose charts are handed on with it; of more they are derived again when asked for


@collecting_later()
def read(sources: Sequence[str | Path], *, limits: Limits = DEFAULT_LIMITS, as_of: str = "", shipped: bool = False) -> Intake:
    """All people in files, folders and FHIR server URLs, each with source resources and a quality report.

    `as_of` (a day) is what "future" is measured against; "" leaves that check out. `shipped`: the examples that come with
    this program, which may speak of kept scans and marked lesions; nothing from outside may. Raises NotFound for a path
    that is not there, and the first typed error when nothing at all could be read; else faults are findings.
    """
    pool, findings = Pool(), []
    files = 0
    first: XinglinError | None = None
    for source in sources:
        try:
            files += _take(source, pool, findings, limits, shipped)
        except (InvalidInput, OutOfResources) as error:
            first = first or error
    if first and not pool.count:
        raise first
    groups, rest = pool.groups(findings)
    people = tuple(_person(group, as_of, pool.count <= _KEPT_DERIVED) for group in groups)
    return Intake(
        people=people,
        findings=tuple(findings),
        read=pool.count,
        repeated=pool.repeated,
        refused=pool.refused,
        left_over=tuple(sorted(rest)),
        files=files,
    )


def _take(source: str | Path, pool: Pool, findings: list[Finding], limits: Limits, shipped: bool) -> int:
    """Put everything of one source into the pool; the number of files or pages read."""
    text = str(source)
    if text.startswith(("http://", "https://")):
        from xinglin.formats.fhir.server import from_server

        return _pour(from_server(text, findings, limits=limits), pool, findings, shipped) and 1
    good, other = paths_of(Path(source))
    if other:
        findings.append(
            Finding("XL-FHIR-132", "note", "unread", Path(source).name, "files that are no FHIR JSON were not read", "", len(other))
        )
    if not good:
        raise NotFound("XL-FHIR-033", "there is no FHIR file in this folder", where=text, fix="give .json, .ndjson or .gz files")
    faults: list[XinglinError] = []
    for path in good:
        before = pool.count
        try:
            _pour(in_file(path, findings, limits), pool, findings, shipped)
        except (InvalidInput, OutOfResources) as error:
            faults.append(error)
            findings.append(Finding(error.code, "warning", "unread", error.where or path.name, error.what, error.fix))
            if pool.count > before:
                continue
    if faults and len(faults) == len(good):
        raise faults[0]
    return len(good) - len(faults)


def _pour(found: Iterable[Found], pool: Pool, findings: list[Finding], shipped: bool) -> int:
    for one in found:
        if shipped or one.deleted:
            pool.add(one)
        elif is_our_name(one):
            pool.refuse()
            findings.append(refused(one))
        else:
            clean, said = without_ours(one)
            findings += said
            pool.add(clean)
    return pool.count


def _person(group: Group, as_of: str, keep: bool) -> PersonRecord:
    derived = derive(group.resources, group.values)
    chart = derived.chart
    return PersonRecord(
        patient=group.patient,
        identity=chart.identity,
        born=chart.person.born,
        sex=chart.person.sex,
        resources=group.resources,
        quality=quality_of(derived, group.findings, as_of),
        derived=chart if keep else None,
    )
