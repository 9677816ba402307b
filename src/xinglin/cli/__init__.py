"""The command line: words of the house, made from `flow.operations`. Result on stdout, everything else on stderr."""

from xinglin.cli.run import run as run
