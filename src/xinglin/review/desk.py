"""The desk: a person reads a draft, accepts, edits or rejects its sentences, and signs it.

A draft goes from queued to in review to signed to released, or to rejected. What may leave is worked out
anew from the signatures each time; the state shown in the queue decides nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timezone
from typing import TYPE_CHECKING, Literal

from msgspec.structs import replace

from xinglin.records.draft import Decision, Draft, Issue, Signature
from xinglin.records.errors import Refused, UsageError
from xinglin.review.keys import SigningKeys, same_person
from xinglin.review.signing import digest_of, holding, signed
from xinglin.review.standing import blocking, edited, is_rejected, statement_of, with_omissions, without

if TYPE_CHECKING:
    from xinglin.store import DraftRow, Store


class Desk:
    """Reviewing and signing in one house.

    `recheck` runs every check of a draft's kind over a new revision and gives it back with fresh verdicts,
    issues and omissions; it may change nothing else.
    """

    def __init__(
        self, store: Store, recheck: Callable[[Draft], Draft], clock: Callable[[], datetime] | None = None, keys: SigningKeys | None = None
    ) -> None:
        self.store, self._recheck = store, recheck
        self._clock = clock or store.clock
        self.keys = keys or SigningKeys(store)

    def queue(self) -> tuple[DraftRow, ...]:
        """Drafts that wait for a person, oldest first, without clinical content."""
        return tuple(row for row in self.store.drafts() if row.state in ("queued", "in review", "signed"))

    def decide(
        self,
        draft_id: str,
        reviewer: str,
        action: Literal["accept", "edit", "reject"],
        statement: str = "",
        text: str = "",
        reason: str = "",
    ) -> Draft:
        """The draft after a decision on one sentence (`statement`: "s3", or "3" for short), or on the whole ("").

        An edit (needs `text`) or a rejected sentence (needs `reason`) makes a new, re-checked revision and so voids
        the signatures on the one before. Rejecting the whole draft closes it. An accept with a reason answers for an
        unsupported sentence, never for a stop. Raises NotFound, UsageError, Refused (released, rejected, or changed
        meanwhile).
        """
        if not reviewer.strip():
            raise UsageError("XL-REVIEW-004", "nobody is named as the reviewer", fix="say who decides")
        draft = self._open_draft(draft_id)
        if action == "reject" and not reason.strip():
            raise UsageError("XL-REVIEW-005", "a rejection needs a reason", fix="say why, in a few words")
        if action == "edit" and not statement:
            raise UsageError("XL-REVIEW-006", "an edit needs a sentence", fix="say which sentence")
        decision = Decision(draft.id, draft.revision, reviewer, action, self._now(), "", text, reason)
        if not statement:
            return self._keep_decision(draft, decision, "rejected" if action == "reject" else "in review")
        decision = replace(decision, statement=statement_of(draft, statement).id)
        if action == "accept":
            return self._keep_decision(draft, decision, "in review")
        return self._keep_revision(draft, decision, self._revised(draft, decision))

    def _revised(self, draft: Draft, decision: Decision) -> Draft:
        """The next revision after an edit or a rejected sentence, checked anew."""
        statement = statement_of(draft, decision.statement)
        if decision.action == "edit":
            return with_omissions(self._checked(edited(draft, statement, decision.text)), draft)
        return with_omissions(self._checked(without(draft, statement)), draft, statement)

    def _checked(self, draft: Draft) -> Draft:
        """What `recheck` makes of a revision. Raises TypeError when it changed more than verdicts, issues and omissions."""
        checked = self._recheck(draft)
        for name in ("id", "chart", "kind", "language", "title", "sections", "facts", "revision"):
            if getattr(checked, name) != getattr(draft, name):
                raise TypeError(f"recheck changed {name}")
        if [(s.id, s.section, s.text, s.facts, s.by) for s in checked.statements] != [
            (s.id, s.section, s.text, s.facts, s.by) for s in draft.statements
        ]:
            raise TypeError("recheck changed the sentences")
        return checked

    def _keep_revision(self, draft: Draft, decision: Decision, fresh: Draft) -> Draft:
        with self.store.together():
            self._see_that_nothing_changed(draft)
            self.store.add_decision(decision)
            return self.store.keep_revision(fresh, decision.reviewer)

    def _keep_decision(self, draft: Draft, decision: Decision, state: Literal["in review", "rejected"]) -> Draft:
        with self.store.together():
            self._see_that_nothing_changed(draft)
            self.store.add_decision(decision)
            if state == "rejected" or self.store.draft_row(draft.id).state == "queued":
                self.store.set_draft_state(draft.id, state)
        return draft

    def blocking(self, draft: Draft) -> tuple[Issue, ...]:
        """What forbids signing this revision now; () when nothing does."""
        return blocking(draft, self.store.decisions(draft.id), lambda revision: self.store.draft(draft.id, revision))

    def sign(self, draft_id: str, user: str, passphrase: str, meaning: str = "author") -> Signature:
        """The user's signature on the newest revision; the same again when it is already there.

        Raises Refused with the blocking issues (exit 5), NotAllowed for a wrong passphrase or an unknown signer.
        """
        draft = self._open_draft(draft_id)
        if open_issues := self.blocking(draft):
            raise Refused(
                "XL-REVIEW-007", f"{draft_id} cannot be signed yet", why=f"{len(open_issues)} matters are open",
                fix="edit or reject the sentences concerned", issues=open_issues,
            )  # fmt: skip
        private = self.keys.unlock(user, passphrase)
        with self.store.together():
            self._see_that_nothing_changed(draft)
            for earlier in self.verify_signatures(draft):
                if same_person(earlier.signer, user):
                    return earlier
            signature = signed(private, user, digest_of(draft, self.store.decisions(draft_id)), self._now(), meaning)
            self.store.add_signature(draft_id, draft.revision, signature)
            self.store.set_draft_state(draft_id, "signed")
        return signature

    def verify_signatures(self, draft: Draft) -> tuple[Signature, ...]:
        """The signatures that hold for this revision: genuine, of enrolled signers, one per person and key.

        Raises Refused when the papers of the draft are not those the ledger saw, or `draft` is not what is kept.
        """
        self.see_that_nobody_meddled(draft.id)
        if self.store.draft(draft.id, draft.revision) != draft:
            raise Refused("XL-REVIEW-009", f"this is not {draft.id} as it is kept", fix="read the draft from the house again")
        decisions = self.store.decisions(draft.id)
        return holding(draft, decisions, self.store.signatures(draft.id, draft.revision), self._is_key_of)

    def amend(self, release_id: str, by: str, reason: str) -> Draft:
        """A new revision of a released draft, to be reviewed and signed again; the old release stands until then.

        Gives the revision already begun when there is one. Raises NotFound, UsageError.
        """
        if not reason.strip() or not by.strip():
            raise UsageError("XL-REVIEW-010", "an amendment needs a person and a reason", fix="say who amends it and why")
        kept = self.store.release(release_id)
        draft = self.store.draft(kept.release.draft)
        if draft.revision != kept.revision:
            return draft
        fresh = with_omissions(self._checked(replace(draft, revision=draft.revision + 1)), draft)
        decision = Decision(draft.id, draft.revision, by, "edit", self._now(), reason=reason)
        with self.store.together():
            self.see_that_nobody_meddled(draft.id)
            self.store.add_decision(decision)
            return self.store.keep_revision(fresh, by)

    def _open_draft(self, draft_id: str) -> Draft:
        """The newest revision. Raises Refused when it is released or rejected: then nothing is decided any more."""
        draft = self.store.draft(draft_id)
        if is_rejected(self.store.decisions(draft_id)):
            raise Refused("XL-REVIEW-011", f"{draft_id} was rejected", fix="make a new draft")
        if (kept := self.store.release_of(draft_id, draft.revision)) is not None:
            raise Refused("XL-REVIEW-012", f"{draft_id} is released as {kept.release.id}", fix="amend the release")
        return draft

    def _see_that_nothing_changed(self, draft: Draft) -> None:
        """Under the write lock: still the newest revision, still open, and all papers as the ledger saw them."""
        self.see_that_nobody_meddled(draft.id)
        if self._open_draft(draft.id).revision != draft.revision:
            raise Refused("XL-STORE-022", f"{draft.id} was changed meanwhile", fix="look at the newest revision and decide again")

    def see_that_nobody_meddled(self, draft_id: str) -> None:
        """Raises Refused when the papers of a draft are not those the ledger saw."""
        if problems := self.store.history_problems(draft_id):
            raise Refused(
                "XL-REVIEW-008", f"the papers of {draft_id} were changed from outside", why=", ".join(problems),
                fix="run: xinglin audit verify; then restore the house from a backup",
            )  # fmt: skip

    def _is_key_of(self, user: str, public: str) -> bool:
        return any(key.public == public and key.state == "active" for key in self.store.signer_keys(user))

    def _now(self) -> str:
        return self._clock().astimezone(timezone.utc).isoformat(timespec="seconds").replace("+00:00", "Z")
