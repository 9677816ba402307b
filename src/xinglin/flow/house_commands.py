"""The commands that look after a house: is it in order, is its ledger whole, what is held back, what is erased."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from xinglin.flow import telling
from xinglin.flow.asked import Asked, Outcome, who

REFUSED = 5


def doctor(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Is everything in order?"""
    from xinglin.flow import doctor as examination

    rows = examination.examine(asked.house())
    worst = REFUSED if any(r["state"] == "fail" for r in rows) else 0
    lines = [(f"{r['state']:<6}{r['what']}", f"      fix: {r['fix']}" if r["fix"] else "") for r in rows]
    return Outcome({"checks": rows}, tuple(line for two in lines for line in two if line), worst)


def audit_verify(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Prove the ledger."""
    report = asked.house().store.verify(Path(given["anchor"]) if given["anchor"] else None)
    value = {"whole": report.whole, "entries": report.entries, "checkpoints": report.checkpoints, "problems": list(report.problems)}
    word = "whole" if report.whole else "NOT whole"
    lines = (*report.problems, f"ledger {word}: {report.entries} entries, {report.checkpoints} signed checkpoints")
    return Outcome(value, lines, 0 if report.whole else REFUSED)


def audit_list(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Who did what."""
    rows = [telling.ledger_value(e) for e in list(asked.house().store.ledger.entries())[-given["last"] :]]
    return Outcome({"entries": rows}, tuple(f"{r['seq']:>6}  {r['at']}  {r['who']:<16}{r['what']:<22}{r['about']}" for r in rows))


def hold(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Legal hold on, or off with --lift."""
    store, by = asked.house().store, given["by"] or who()
    if given["lift"]:
        store.unhold(given["chart"], by)
    else:
        store.hold(given["chart"], given["reason"], by)
    word = "lifted" if given["lift"] else "held"
    return Outcome({"chart": given["chart"], "hold": not given["lift"]}, (f"{given['chart']} {word}",))


def erase(asked: Asked, given: Mapping[str, Any]) -> Outcome:
    """Destroy a person's key."""
    asked.house().store.erase(given["chart"], given["reason"], given["by"] or who())
    return Outcome({"chart": given["chart"], "erased": True}, (f"{given['chart']} erased",))
