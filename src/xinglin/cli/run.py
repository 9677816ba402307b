"""From words typed to an operation called, and from its outcome to what is printed and the exit code."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Sequence
from typing import TYPE_CHECKING

from xinglin.cli.words import parser
from xinglin.records.errors import XinglinError

if TYPE_CHECKING:
    from xinglin.flow.commands import Outcome

INTERRUPTED = 130


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code (the table in docs/look-up/command-line.md)."""
    arguments = vars(parser().parse_args(argv))
    as_json, operation = arguments.pop("json"), arguments.pop("operation")
    try:
        outcome = _call(operation, arguments)
    except XinglinError as error:
        return _refuse(error, as_json)
    except KeyboardInterrupt:
        sys.stderr.write("interrupted; the same command goes on from here\n")
        return INTERRUPTED
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return _tell(outcome, as_json)


def run() -> None:
    """What the `xinglin` command starts."""
    sys.exit(main())


def _call(operation: str, arguments: dict[str, object]) -> Outcome:
    from xinglin.flow import commands

    home = arguments.pop("home")
    return getattr(commands, operation)(commands.Asked(str(home) if home else None, _note), arguments)


def _note(line: str) -> None:
    sys.stderr.write(line + "\n")


def _tell(outcome: Outcome, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps(outcome.value, ensure_ascii=False, indent=1) + "\n")
    else:
        sys.stdout.write("".join(line + "\n" for line in outcome.lines))
    sys.stdout.flush()
    return outcome.exit_code


def _refuse(error: XinglinError, as_json: bool) -> int:
    if as_json:
        sys.stdout.write(json.dumps({"error": error.as_json()}, ensure_ascii=False, indent=1) + "\n")
    sys.stderr.write(f"error {error}\n")
    return error.exit_code
