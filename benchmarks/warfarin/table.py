"""The IWPC table as people: the sheet of the file as it is, read with the standard library; nothing of it is kept here."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping
from pathlib import Path
from xml.etree import ElementTree

import numpy as np

from xinglin.knowledge.dosing_equations import WarfarinPerson
from xinglin.records.prediction import OutcomeDesign
from xinglin.records.table import TableColumn, TableDesign

_NS = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
SHEET = "xl/worksheets/sheet2.xml"
DOSE, STABLE = "Therapeutic Dose of Warfarin", "Subject Reached Stable Dose of Warfarin"
VKORC1 = "VKORC1 -1639 consensus"
OTHER_SITES = tuple(f"VKORC1 {site} consensus" for site in ("497", "1173", "1542", "3730", "2255", "-4451"))
INDUCERS = ("Carbamazepine (Tegretol)", "Phenytoin (Dilantin)", "Rifampin or Rifampicin")
MEDICINES = (
    "Amiodarone (Cordarone)", *INDUCERS, "Aspirin", "Simvastatin (Zocor)", "Atorvastatin (Lipitor)", "Sulfonamide Antibiotics", "Anti-fungal Azoles",
    "Herbal Medications, Vitamins, Supplements",
)  # fmt: skip
MARKS = (*MEDICINES, "Diabetes", "Congestive Heart Failure and/or Cardiomyopathy", "Valve Replacement", "Current Smoker")
WORDS = (
    "Gender",
    "Race (OMB)",
    "Race (Reported)",
    "CYP2C9 consensus",
    VKORC1,
    *OTHER_SITES,
    "Estimated Target INR Range Based on Indication",
)
# the sites that stand in for -1639 where it was not typed: T/T at 1173 goes with A/A and so on (linked; from memory of the paper: unverified)
LINKED = (
    ("VKORC1 1173 consensus", {"C/C": "G/G", "C/T": "A/G", "T/T": "A/A"}, ()),
    ("VKORC1 2255 consensus", {"C/C": "G/G", "C/T": "A/G", "T/T": "A/A"}, ("Black or African American", "Unknown")),
    ("VKORC1 1542 consensus", {"G/G": "G/G", "C/G": "A/G", "C/C": "A/A"}, ("Black or African American", "Unknown")),
)
RACES = {"Asian": "asian", "Black or African American": "black", "White": "white"}


def sheet(path: Path) -> list[dict[str, str]]:
    """One dict per person, column title -> cell; "" where nothing is written or NA."""
    with zipfile.ZipFile(path) as archive:
        root = ElementTree.fromstring(archive.read("xl/sharedStrings.xml"))
        shared = ["".join(part.text or "" for part in one.iter(f"{_NS}t")) for one in root.iter(f"{_NS}si")]
        rows = [_cells(row, shared) for row in ElementTree.fromstring(archive.read(SHEET)).iter(f"{_NS}row")]
    titles = rows[0]
    people = [{title: ("" if row.get(place, "") == "NA" else row.get(place, "")) for place, title in titles.items()} for row in rows[1:]]
    return [one for one in people if one["PharmGKB Subject ID"]]


def _cells(row: ElementTree.Element, shared: list[str]) -> dict[str, str]:
    found = {}
    for cell in row.iter(f"{_NS}c"):
        value = cell.find(f"{_NS}v")
        if value is not None and value.text is not None:
            place = re.match("[A-Z]+", cell.get("r", ""))
            found[place.group() if place else ""] = shared[int(value.text)] if cell.get("t") == "s" else value.text
    return found


def number(text: str) -> float:
    """nan for an empty cell."""
    return float(text) if text else float("nan")


def linked_vkorc1(row: Mapping[str, str]) -> str:
    """-1639 as typed, else as a linked site tells it; "" for neither."""
    if row[VKORC1]:
        return row[VKORC1]
    for site, told, not_for in LINKED:
        if row[site] in told and row["Race (OMB)"] not in not_for:
            return told[row[site]]
    return ""


def person(row: Mapping[str, str], vkorc1: str) -> WarfarinPerson:
    """What the equation asks. Ages are told in decades; the youngest, 10 to 19, counts as 18."""
    decade = number(row["Age"][:1]) if row["Age"] else float("nan")
    known = {name: number(row[name]) for name in ("Height (cm)", "Weight (kg)")}
    return WarfarinPerson(
        None if decade != decade else max(18.0, decade * 10 + 5), *(None if value != value else value for value in known.values()), vkorc1 or None,
        row["CYP2C9 consensus"] or None, RACES.get(row["Race (OMB)"], "unknown"), any(row[name] == "1" for name in INDUCERS),
        row["Amiodarone (Cordarone)"] == "1",
    )  # fmt: skip


def learnable(rows: list[dict[str, str]], *, all_inputs: bool) -> tuple[dict[str, np.ndarray], OutcomeDesign]:
    """The same people as a table to learn from: what the equation uses, or all that is known when warfarin is begun."""
    columns, table = [], {}

    def add(column: TableColumn, values: list[float]) -> None:
        columns.append(column)
        table[column.name] = np.array(values)

    def words(name: str, cells: list[str]) -> None:
        levels = tuple(sorted(set(cells) - {""}))
        add(TableColumn(name, "category", levels=levels), [float(levels.index(cell)) if cell else float("nan") for cell in cells])

    add(TableColumn("age_decade", "number"), [number(row["Age"][:1]) if row["Age"] else float("nan") for row in rows])
    for name in ("Height (cm)", "Weight (kg)"):
        add(TableColumn(name, "number", decimals=1), [number(row[name]) for row in rows])
    words("VKORC1 with linked sites", [linked_vkorc1(row) for row in rows])
    for name in WORDS if all_inputs else ("Race (OMB)", "CYP2C9 consensus"):
        words(name, [row[name] for row in rows])
    for name in MARKS if all_inputs else ("Amiodarone (Cordarone)",):
        add(TableColumn(name, "number"), [number(row[name]) for row in rows])
    add(TableColumn("inducer", "number"), [float(any(row[name] == "1" for name in INDUCERS)) for row in rows])
    if all_inputs:
        add(TableColumn("Target INR", "number", decimals=1), [number(row["Target INR"]) for row in rows])
        for code in range(1, 9):
            add(TableColumn(f"indication {code}", "number"), [float(str(code) in row["Indication for Warfarin Treatment"]) for row in rows])
    features = tuple(one.name for one in columns)
    add(TableColumn("dose", "number", decimals=2), [number(row[DOSE]) for row in rows])
    return table, OutcomeDesign(TableDesign(tuple(columns)), "number", features, "dose", unit="mg/wk")
