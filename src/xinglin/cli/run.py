"""From words typed to an operation called, and from its outcome to what is printed and the exit code."""

from __future__ import annotations

import errno
import json
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from xinglin.cli.terminal import printable
from xinglin.cli.words import parser
from xinglin.records.errors import OutOfResources, XinglinError

if TYPE_CHECKING:
    from xinglin.flow.commands import Outcome

OUT_OF_RESOURCES = 7
INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (the table in docs/look-up/command-line.md)."""
    as_json = "--json" in (sys.argv[1:] if argv is None else argv)  # as far as is known before the words are understood
    try:
        arguments = vars(parser().parse_args(argv))
        as_json, operation, out = arguments.pop("json"), arguments.pop("operation"), arguments.pop("answer", None)
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
        _note("error XL-CLI-002: the answer could not be written")
        _note(f"  why   {error.strerror}")
        return OUT_OF_RESOURCES


def run() -> None:
    """What the `xinglin` command starts."""
    sys.exit(main())


def _call(operation: str, arguments: dict[str, object]) -> Outcome:
    from xinglin.flow import commands

    home = arguments.pop("home")
    try:
        return getattr(commands, operation)(commands.Asked(str(home) if home else None, _note), arguments)
    except BrokenPipeError:
        raise
    except OSError as error:
        raise _fault_of_the_disk(error) from error


def _fault_of_the_disk(error: OSError) -> OutOfResources:
    """What the operating system refused while the command was at work, apart from the writing of its answer."""
    where = os.fsdecode(error.filename) if isinstance(error.filename, str | bytes) else ""
    if error.errno in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return OutOfResources("XL-CLI-003", "the disk is full", where=where, fix="free some space and run the command again")
    return OutOfResources(
        "XL-CLI-004", "a file or folder cannot be used", where=where, why=error.strerror or "", fix="see that it is there and may be used"
    )


def _note(line: str) -> None:
    sys.stderr.write(printable(line) + "\n")


def _tell(outcome: Outcome, as_json: bool, out: str | None) -> int:
    told = json.dumps(outcome.value, ensure_ascii=False, indent=1) + "\n" if as_json or out else ""
    if out:
        Path(out).write_text(told, encoding="utf-8")
    sys.stdout.write(told if as_json else "".join(printable(line) + "\n" for line in outcome.lines))
    sys.stdout.flush()
    return outcome.exit_code


def _refuse(error: XinglinError, as_json: bool) -> int:
    issues = getattr(error, "issues", ())
    if as_json:
        answer: dict[str, object] = {"error": error.as_json()}
        if issues:
            answer["issues"] = [{"check": i.check, "severity": i.severity, "text": i.text, "statement": i.statement} for i in issues]
        sys.stdout.write(json.dumps(answer, ensure_ascii=False, indent=1) + "\n")
    first, *rest = error.lines()
    for line in (f"error {first}", *rest):
        _note(line)
    for issue in issues:
        _note(f"  {issue.severity:<8}{issue.check} {issue.statement}: {issue.text}")
    return error.exit_code
