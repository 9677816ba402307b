"""A signature covers where a sentence stands in a table; drafts without tables keep the digest they had before there were any."""

import hashlib
import json

import msgspec
from msgspec.structs import replace

from xinglin.records.draft import Draft, Provenance, SectionTable, Statement
from xinglin.records.outline import outline
from xinglin.review.signing import digest_of

PLAIN = Draft(
    "draft-1", "case_summary", "chart-1", "en", "Title", (("a", "A"),), (Statement("s1", "a", "One.", ()), Statement("s2", "a", "Two.", ())), (),
    Provenance("1", "case_summary", "grammar", "v", "2024-03-07", 0),
)  # fmt: skip
TABLE = replace(
    PLAIN,
    statements=(replace(PLAIN.statements[0], cell=("row", "first")), PLAIN.statements[1]),
    tables=(SectionTable("a", (("first", "First"), ("second", "Second"))),),
)


def test_a_draft_without_tables_is_signed_as_before():
    told = msgspec.to_builtins(PLAIN)
    del told["tables"]
    told["statements"] = [{name: value for name, value in one.items() if name != "cell"} for one in told["statements"]]
    written = json.dumps(told, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()
    assert digest_of(PLAIN, ()) == hashlib.sha256(b"xinglin signed content 1\n" + written).hexdigest()


def test_moving_a_sentence_to_another_cell_makes_another_digest():
    moved = replace(TABLE, statements=(replace(TABLE.statements[0], cell=("row", "second")), TABLE.statements[1]))
    assert len({digest_of(draft, ()) for draft in (PLAIN, TABLE, moved)}) == 3


def test_a_table_holds_its_sentences_in_rows_and_the_rest_stands_below():
    (section,) = outline(TABLE).sections
    assert section.columns == ("First", "Second")
    assert [[[line.statement.id for line in cell] for cell in row] for row in section.table] == [[["s1"], []]]
    assert [line.statement.id for line in section.below] == ["s2"] and len(section.lines) == 2
