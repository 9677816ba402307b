"""The whole road on a made-up patient: taken in, drafted in two languages, checked, edited, signed, released."""

from __future__ import annotations

import json
import secrets
import shutil
from collections.abc import Callable
from pathlib import Path

from xinglin import __version__
from xinglin.flow import commands, telling
from xinglin.flow.demo import images
from xinglin.flow.demo.person import bundle
from xinglin.flow.house import House
from xinglin.flow.settings import Settings
from xinglin.privacy import labels
from xinglin.records import ContentRequest, Draft, Release
from xinglin.records.draft import Language
from xinglin.records.errors import Refused
from xinglin.review.preview import write_index

DOCTOR, COLLEAGUE = "demo.doctor", "demo.colleague"  # some kinds ask for two
AS_OF = "2026-07-01"
LANGUAGES: tuple[Language, ...] = ("en", "zh")
SLIP = "Serum potassium was 17.3 mmol/L on 2026-01-01."
PLANTED = {
    "en": "The patient has a history of lung transplantation. Serum sodium was 400 mmol/L on 2020-01-01.",
    "zh": "患者既往行肺移植术。2020年1月1日血钠400 mmol/L。",
}


Card = dict[str, str]


def walk(out: Path, seed: int, say: Callable[[str], None]) -> dict[str, str]:
    """Walk the road, write everything under `out`, and return where to look. An earlier demo there is replaced."""
    _clear(out)
    house = House(Settings(home=out.absolute() / "house", organisation="Xinglin demo hospital"))
    record = out / "made-up-patient.json"
    record.write_text(json.dumps(bundle(seed), ensure_ascii=False, indent=2), encoding="utf-8")
    say("1  a made-up patient       made-up-patient.json (nobody like this exists)")
    _, (taken,) = house.take_in([record])
    say(f"2  taken in                {telling.taken_line(taken)}")
    images.scans(house, taken.chart, out, seed, say)
    if images.KIND in house.kinds:
        images.growing_nodule(house, taken.chart.id, lambda draft: _signed(house, draft, out / "scans-with-nodule" / draft.id), say)
    drafts = [_drafted(house, kind, taken.chart.id, language, out, say) for language in LANGUAGES for kind in _of_the_record(house)]
    checked = [_pasted(house, taken.chart.id, language, out, say) for language in LANGUAGES]
    _edited(house, drafts[0][0], say)
    released = [card for draft, _ in drafts for card in _released(house, draft, out, say)]
    report = house.store.verify()
    say(f"8  the ledger is whole     {report.entries} entries, {report.checkpoints} signed checkpoints")
    index = out / "index.html"
    label = labels.label_for("en", "demo", labels.software_producer(__version__))
    index.write_bytes(write_index([*released, *(card for _, card in drafts), *checked], label))
    return {"index": str(index), "home": str(house.settings.home), "chart": taken.chart.id}


def _clear(out: Path) -> None:
    if (out / "house").is_dir() and (out / "index.html").exists():
        shutil.rmtree(out)
    out.mkdir(parents=True, exist_ok=True)


def _folder(draft: Draft, out: Path) -> Path:
    return out / draft.language / draft.kind.replace("_", "-")


def _of_the_record(house: House) -> list[str]:
    """The kinds that tell of a record or its images, and pictures of nobody; simulations have a lesson of their own, no translator is shipped."""
    return [kind.name for kind in house.kinds if {"fhir", "dicom"} & set(kind.leaves_as) and kind.name != images.TRANSLATION]


def _drafted(house: House, kind: str, chart: str, language: Language, out: Path, say: Callable[[str], None]) -> tuple[Draft, Card]:
    options = {"series": "1", **images.NODULE} if kind == images.KIND else {}
    about = chart if house.kinds[kind].needs_chart else house.nobody()
    draft = house.make(ContentRequest(kind=kind, chart=about, language=language, as_of=AS_OF, options=options))
    page = commands.write_preview(house, draft, _folder(draft, out) / "draft")[0]
    say(f"4  drafted and checked     {draft.title}: {len(draft.statements)} statements, {_held(draft)} supported")
    return draft, _card(draft, page, out, "draft")


def _edited(house: House, draft: Draft, say: Callable[[str], None]) -> None:
    """A person slips while editing; the check says so, and the sentence is put right again."""
    last = draft.statements[-1]
    house.desk.decide(draft.id, DOCTOR, "edit", last.id, text=SLIP)
    blocking = house.desk.blocking(house.store.draft(draft.id))
    house.desk.decide(draft.id, DOCTOR, "edit", last.id, text=last.text, reason="slip put right")
    word = "blocked the signature until it was put right" if blocking else "was NOT noticed"
    say(f"6  a slip in an edit       “{SLIP}” {word}")


def _released(house: House, draft: Draft, out: Path, say: Callable[[str], None]) -> list[Card]:
    try:
        for signer in (DOCTOR, COLLEAGUE)[: house.kinds[draft.kind].signers]:
            house.desk.sign(draft.id, signer, _passphrase(house))
    except Refused as refusal:
        say(f"   not signed              {draft.title}: {refusal.what}")
        return []
    folder = _folder(draft, out) / "release"
    done = house.release(draft.id, folder)
    say(f"7  signed and released     {draft.title}: {_listed(done)}")
    page = next(folder / f.path for f in done.files if f.path.endswith(".html"))
    return [_card(draft, page, out, "release")]


def _listed(done: Release) -> str:
    """File names, with the slices of a series counted and not named."""
    slices = [f.path for f in done.files if f.path.startswith("series-")]
    return ", ".join([*(f.path for f in done.files if f.path not in slices), *([f"series ({len(slices)} slices)"] if slices else [])])


def _signed(house: House, draft: Draft, folder: Path) -> Path:
    """The draft signed and released into a folder."""
    house.desk.sign(draft.id, DOCTOR, _passphrase(house))
    house.release(draft.id, folder)
    return folder


def _passphrase(house: House) -> str:
    """The demo doctor's passphrase: drawn once by the operating system, kept in the demo's own folder."""
    path = house.settings.home / "demo-passphrase"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(secrets.token_urlsafe(12), encoding="utf-8")
        path.chmod(0o600)
    return path.read_text(encoding="utf-8")


def _pasted(house: House, chart: str, language: Language, out: Path, say: Callable[[str], None]) -> Card:
    judged = house.check(PLANTED[language], language, chart_id=chart, as_of=AS_OF)
    caught = sum(s.verdict in ("unsupported", "contradicted") for s in judged.sentences)
    say(f"5  a pasted note, {language}       {caught} of {len(judged.sentences)} invented sentences caught")
    path = out / language / "pasted-note.txt"
    path.write_text("\n".join(telling.judged_lines(judged)) + "\n", encoding="utf-8")
    title = {"en": "A pasted note, checked", "zh": "核查粘贴的文字"}[language]
    return {"title": title, "language": language, "path": str(path.relative_to(out)), "state": "check", "text": PLANTED[language]}


def _card(draft: Draft, page: Path, out: Path, state: str) -> Card:
    first = next((s.text for s in draft.statements), "")
    return {
        "title": draft.title,
        "language": draft.language,
        "path": str(page.absolute().relative_to(out.absolute())),
        "state": state,
        "text": first,
    }


def _held(draft: Draft) -> int:
    return sum(s.faithful == "supported" for s in draft.statements)
