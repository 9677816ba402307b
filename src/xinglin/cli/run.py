"""From words typed to an operation called, and from its outcome to what is printed and the exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.cli.words import parser
from xinglin.records.errors import XinglinError

if TYPE_CHECKING:
    from xinglin.flow.commands import Outcome

OUT_OF_RESOURCES = 7
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (the table in docs/look-up/command-line.md)."""
    arguments = vars(parser().parse_args(argv))
    as_json, operation, out = arguments.pop("json"), arguments.pop("operation"), arguments.pop("answer", None)
    try:
        return _tell(_call(operation, arguments), as_json, out)
    except XinglinError as error:
        return _refuse(error, as_json)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; the same command goes on from here\n")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except OSError as error:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.stderr.write(f"error XL-CLI-002: the answer could not be written\n  why   {error.strerror}\n")
        return OUT_OF_RESOURCES


def run() -> None:
    """What the `xinglin` command starts."""
    sys.exit(main())


def _call(operation: str, arguments: dict[str, object]) -> Outcome:
    from xinglin.flow import commands

    home = arguments.pop("home")
    return getattr(commands, operation)(commands.Asked(str(home) if home else None, _note), arguments)


def _note(line: str) -> None:
    sys.stderr.write(line + "\n")


def _tell(outcome: Outcome, as_json: bool, out: str | None) -> int:
    told = json.dumps(outcome.value, ensure_ascii=False, indent=1) + "\n" if as_json or out else ""
    if out:
        Path(out).write_text(told, encoding="utf-8")
    sys.stdout.write(told if as_json else "".join(line + "\n" for line in outcome.lines))
    sys.stdout.flush()
    return outcome.exit_code


def _refuse(error: XinglinError, as_json: bool) -> int:
    issues = getattr(error, "issues", ())
    if as_json:
        answer: dict[str, object] = {"error": error.as_json()}
        if issues:
            answer["issues"] = [{"check": i.check, "severity": i.severity, "text": i.text, "statement": i.statement} for i in issues]
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    sys.stderr.write(f"error {error}\n")
    for issue in issues:
        sys.stderr.write(f"  {issue.severity:<8}{issue.check} {issue.statement}: {issue.text}\n")
    return error.exit_code
