"""Builds the argument parser from the list of operations; a typing slip is answered with the nearest word."""

from __future__ import annotations

import argparse
import difflib
import re
from typing import Any, NoReturn

from xinglin import __version__
from xinglin.flow.operations import EVERYWHERE, OPERATIONS, Operation, Parameter
from xinglin.records.errors import UsageError

ABOUT = """Xinglin 杏林: drafts of medical content, each sentence traced to its source, checked, labelled, and signed by a person."""
FIRST_STEPS = """first steps:
  xinglin demo                                    the whole road on a made-up patient
  xinglin make case-summary bundle.json --lang zh draft from your own FHIR bundle
  xinglin review draft-1 | sign draft-1 --as dr.li | release draft-1 -o out/
"""
_BELOW_ZERO = re.compile(r"-[\d.]+(,-?[\d.]+)*$")  # a number, or several with commas


class Parser(argparse.ArgumentParser):
    """argparse with a suggestion for the mistyped word."""

    def __init__(self, *words: Any, **named: Any) -> None:
        super().__init__(*words, **named)
        self._negative_number_matcher = _BELOW_ZERO  # so that a place may begin with a minus: --at -62.5,14,-310

    def error(self, message: str) -> NoReturn:
        """Say what was not understood and offer the nearest word. Raises UsageError XL-CLI-001."""
        known = [o.words for o in OPERATIONS] + [o for a in self._actions for o in a.option_strings]
        typed = message.rsplit(":", 1)[-1].split("'")
        slip = typed[1] if len(typed) > 1 else message.rsplit(" ", 1)[-1]
        near = difflib.get_close_matches(slip, known, n=1)
        raise UsageError("XL-CLI-001", message, fix=f"did you mean {near[0]}?" if near else f"{self.prog} --help")


def parser() -> Parser:
    """The whole command line."""
    top = Parser(
        prog="xinglin", description=ABOUT, epilog=FIRST_STEPS, formatter_class=argparse.RawDescriptionHelpFormatter, allow_abbrev=False
    )
    top.add_argument("--version", action="version", version=f"xinglin {__version__}")
    verbs = top.add_subparsers(title="commands", metavar="COMMAND", required=True, parser_class=Parser)
    groups: dict[str, argparse._SubParsersAction] = {}
    for operation in OPERATIONS:
        first, _, second = operation.words.partition(" ")
        if not second:
            _add(verbs, first, operation)
            continue
        if first not in groups:
            group = verbs.add_parser(
                first, help=f"{first}: " + ", ".join(o.words.split()[1] for o in OPERATIONS if o.words.startswith(first + " "))
            )
            groups[first] = group.add_subparsers(metavar="COMMAND", required=True, parser_class=Parser)
        _add(groups[first], second, operation)
    return top


def _add(place: argparse._SubParsersAction, word: str, operation: Operation) -> None:
    sub = place.add_parser(word, help=operation.help, description=operation.help, allow_abbrev=False)
    sub.set_defaults(operation=operation.run)
    sub.add_argument("--json", action="store_true", help="one JSON value on stdout")
    sub.add_argument("--home", help="where everything is kept (default XINGLIN_HOME)")
    own = {p.name for p in operation.parameters}
    if "out" not in own:
        sub.add_argument("-o", "--out", dest="answer", metavar="FILE", help="also write the JSON answer to this file")
    for parameter in (*operation.parameters, *(p for p in EVERYWHERE if p.name not in own)):
        _add_parameter(sub, parameter)


def _add_parameter(sub: argparse.ArgumentParser, parameter: Parameter) -> None:
    flag = "--" + parameter.name.replace("_", "-")
    if parameter.positional:
        count = ("+" if parameter.required else "*") if parameter.many else (None if parameter.required else "?")
        sub.add_argument(parameter.name, nargs=count, help=parameter.help, metavar=parameter.name.upper().rstrip("S"))
        return
    names = [parameter.short, flag] if parameter.short else [flag]
    if parameter.form == "flag":
        sub.add_argument(*names, action="store_true", help=parameter.help)
    elif parameter.form == "pair":
        sub.add_argument(*names, nargs=2, action="append", default=[], metavar=parameter.labels, help=parameter.help)
    elif parameter.many:
        sub.add_argument(*names, nargs="+", action="extend", default=[], metavar=parameter.labels[0], help=parameter.help)
    else:
        kind = int if parameter.form == "number" else str
        shown = None if parameter.choices else parameter.name.upper()
        sub.add_argument(
            *names,
            type=kind,
            default=parameter.default,
            choices=parameter.choices or None,
            required=parameter.required,
            metavar=shown,
            help=parameter.help,
        )
