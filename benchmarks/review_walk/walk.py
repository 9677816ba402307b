"""A review desk under careless and hostile hands, beside a plain model of what people really did.

The model knows nothing of digests and keys: who typed the right passphrase over which words, and what was
rejected. Whenever the house releases something, the model must agree that it was signed, as it stands.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone
from pathlib import Path

import msgspec

from xinglin.records import Concept, Draft, Evidence, Fact, Issue, Label, Provenance, Signature, Statement
from xinglin.records.errors import InvalidInput, NotAllowed, NotFound, Refused, UsageError
from xinglin.review.desk import Desk
from xinglin.review.keys import LockCost, SigningKeys
from xinglin.review.release import FileWriter, release
from xinglin.store import Store

USERS = ("dr-li", "dr-wu", "dr-ma")
TEXTS = ("Fine.", "Finer.", "This is doubtful.", "This is wrong.")
MEDDLING = (
    "UPDATE drafts SET state = 'signed' WHERE number = {n}",
    "UPDATE drafts SET state = 'queued' WHERE number = {n}",
    "UPDATE drafts SET revision = revision - 1 WHERE number = {n} AND revision > 1",
    "DELETE FROM decisions WHERE draft = {n}",
    "DELETE FROM decisions WHERE draft = {n} AND number = (SELECT max(number) FROM decisions WHERE draft = {n})",
    "UPDATE signatures SET revision = (SELECT revision FROM drafts WHERE number = {n}) WHERE draft = {n}",
    "INSERT OR IGNORE INTO signatures SELECT {n}, number, revision, body FROM signatures WHERE draft = {other}",
    "DELETE FROM revisions WHERE draft = {n} AND revision = (SELECT revision FROM drafts WHERE number = {n})",
    "UPDATE revisions SET body = (SELECT body FROM revisions WHERE draft = {other} AND revision = 1) WHERE draft = {n}",
    "DELETE FROM ledger WHERE about = 'draft-{n}'",
    "UPDATE OR IGNORE releases SET draft = {n} WHERE draft = {other}",
)


class Broken(AssertionError):
    """The house and the model disagree: something was signed that could not be, held back or unreadable without reason."""


class Unsigned(Broken):
    """Something left that was not signed as it stands."""


@dataclass
class Known:
    """What the model knows of one draft."""

    texts: dict[str, str]
    signers: int
    revision: int = 1
    by: set[str] = field(default_factory=set)
    answered: set[str] = field(default_factory=set)
    rejected: bool = False
    released: str = ""
    meddled: bool = False

    def changed(self) -> None:
        self.revision += 1
        self.by.clear()

    @property
    def open_matters(self) -> bool:
        wrong = any("wrong" in text for text in self.texts.values())
        return wrong or not self.texts or any("doubtful" in text and name not in self.answered for name, text in self.texts.items())

    @property
    def may_leave(self) -> bool:
        return not self.rejected and not self.open_matters and len(self.by) >= self.signers


def recheck(draft: Draft) -> Draft:
    """Fresh verdicts: "wrong" is a stop, "doubtful" is unsupported."""
    verdict = {"wrong": "contradicted", "doubtful": "unsupported"}
    said = [next((v for word, v in verdict.items() if word in s.text), "supported") for s in draft.statements]
    statements = tuple(msgspec.structs.replace(s, faithful=v) for s, v in zip(draft.statements, said, strict=True))
    issues = tuple(Issue("xl101_unsupported", "stop", "no", s.id, "contradicted") for s in statements if "wrong" in s.text)
    return msgspec.structs.replace(draft, statements=statements, issues=issues, omissions=())


def write_text(document) -> bytes:
    """The label, then the sentences."""
    return "\n".join(["AI", *(s.text for s in document.draft.statements)]).encode()


WRITERS = (FileWriter("a.txt", "text/plain", write_text, lambda content: content.decode().splitlines()[0]),)


class Walk:
    """One house with three users; every method is one step, and checks what the house did against the model."""

    def __init__(self, folder: Path, url: str = "") -> None:
        self.folder, self.time = folder, datetime(2026, 3, 1, tzinfo=timezone.utc)
        self.store = Store.open(folder / "house", url, clock=self._clock)
        self.desk = Desk(self.store, recheck, keys=SigningKeys(self.store, cost=LockCost(n=2, r=1, p=1)))
        self.store.new_chart([], "a")
        self.known: dict[str, Known] = {}
        self.happened: dict[str, int] = {}
        self.made = 0

    def _clock(self) -> datetime:
        self.time += timedelta(seconds=1)
        return self.time

    def close(self) -> None:
        self.store.close()
        shutil.rmtree(self.folder)

    def _count(self, what: str) -> None:
        self.happened[what] = self.happened.get(what, 0) + 1

    def make(self, texts: tuple[int, ...], signers: int) -> None:
        """A new draft of a few sentences."""
        self.made += 1
        fact = Fact("f1", "problem", Concept("problem"), "Problem", (Evidence("chart", "Condition/c1#code"),))
        said = tuple(Statement(f"s{n}", "problems", TEXTS[text], ("f1",)) for n, text in enumerate(texts, start=1))
        made = Provenance("0.1.0", "case-summary", "grammar", "", "2026-03-01", 0)
        draft = recheck(Draft("", "case-summary", "chart-1", "en", "Summary", (("problems", "Problems"),), said, (fact,), made))
        draft = self.store.keep_draft(draft, str(self.made))
        self.known[draft.id] = Known({s.id: s.text for s in said}, signers)

    def accept(self, name: str, user: str, sentence: str, reason: str) -> None:
        """An accept, with or without a reason."""
        if self._try(name, lambda: self.desk.decide(name, user, "accept", sentence, reason=reason)) and reason:
            self.known[name].answered.add(sentence)

    def edit(self, name: str, user: str, sentence: str, text: int) -> None:
        """Other words for a sentence."""
        if self._try(name, lambda: self.desk.decide(name, user, "edit", sentence, TEXTS[text])):
            self.known[name].texts[sentence] = TEXTS[text]
            self.known[name].answered.discard(sentence)
            self.known[name].changed()

    def reject(self, name: str, user: str, sentence: str) -> None:
        """A sentence, or with "" the whole draft, is rejected."""
        if self._try(name, lambda: self.desk.decide(name, user, "reject", sentence, reason="no")):
            if sentence:
                del self.known[name].texts[sentence]
                self.known[name].changed()
            else:
                self.known[name].rejected = True

    def sign(self, name: str, user: str, right: bool) -> None:
        """A signature, with the right or a wrong passphrase."""
        known = self.known[name]
        enrolled = self.desk.keys.active(user) is not None
        passphrase = f"passphrase of {user}" if right or not enrolled else "a wrong passphrase"
        if self._try(name, lambda: self.desk.sign(name, user, passphrase)):
            if enrolled and not right:
                raise Broken("a wrong passphrase signed")
            if known.open_matters or known.rejected:
                raise Broken("an open matter did not block signing")
            known.by.add(user)
            self._count("signed")

    def sign_as_another(self, name: str, user: str) -> None:
        """The same person under a slightly other name."""
        if self.desk.keys.active(user) and self._try(name, lambda: self.desk.sign(name, user.upper(), f"passphrase of {user}")):
            raise Broken("one person signed under two names")

    def forge(self, name: str, user: str) -> None:
        """A made-up signature, put on record through the store itself."""
        key = self.desk.keys.active(user)
        public = key.public if key else "ab" * 32
        signature = Signature(user, public, "cd" * 32, "ef" * 64, "2026-03-01T00:00:00Z")
        self._try(name, lambda: self.store.add_signature(name, self.known[name].revision, signature))

    def meddle(self, name: str, other: str, how: int) -> None:
        """Somebody writes into the database."""
        statement = MEDDLING[how].format(n=name.split("-")[1], other=other.split("-")[1])
        try:
            with self.store._database.write() as connection:
                connection.exec_driver_sql("DROP TRIGGER IF EXISTS ledger_no_delete")
                connection.exec_driver_sql(statement)
        except InvalidInput:
            return  # the database itself would not have it
        self.known[name].meddled = self.known[other].meddled = True
        self._count("meddled")

    def wait(self) -> None:
        """An hour passes."""
        self.time += timedelta(hours=1)

    def amend(self, name: str, user: str) -> None:
        """A released draft is taken up again."""
        known = self.known[name]
        if known.released and self._try(name, lambda: self.desk.amend(known.released, user, "late result")):
            known.released = ""
            known.changed()

    def release(self, name: str) -> None:
        """The attempt to let it out; here the model has its say."""
        known, out = self.known[name], self.folder / "out"
        signers = known.signers
        done = self._try(name, lambda: self._let_go(name, out, signers))
        if done:
            self._see(name, known, (out / "a.txt").read_text())
            known.released = done.id
            self._count("released")
        elif known.may_leave and not known.meddled:
            raise Broken("a properly signed draft was held back")
        else:
            self._count("held back")
        shutil.rmtree(out, ignore_errors=True)

    def _see(self, name: str, known: Known, text: str) -> None:
        if not known.may_leave:
            raise Unsigned(f"{name} left without being signed")
        if text.splitlines()[1:] != list(known.texts.values()):
            raise Unsigned(f"{name} left with other words than were signed")

    def _let_go(self, name: str, out: Path, signers: int):
        label = Label({"en": "AI"}, {})
        return release(self.desk, name, out, kind_signers=signers, writers=WRITERS, label_for=lambda *_: label)

    def _try(self, name: str, act):
        """What the act gave, or None when it was refused; a refusal must be one of the known ones."""
        try:
            return act() or True
        except (Refused, NotAllowed, UsageError, NotFound) as error:
            self._count(error.code)
        except InvalidInput as error:
            if not self.known[name].meddled:
                raise Broken(f"{name} cannot be read though nobody meddled") from error
            self._count(error.code)
        return None
