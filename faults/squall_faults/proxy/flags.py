"""The engine's flags: Toxiproxy's flags, in every form that Go's flag package takes.

-port 8474   --port 8474   -port=8474   -proxy-metrics   -proxy-metrics=true   -help
"""

from __future__ import annotations

import argparse
import logging
import os
import sys
from collections.abc import Sequence
from pathlib import Path

USAGE_ERROR = 4
SWITCHES = ("proxy-metrics", "runtime-metrics", "version")
TRUE = frozenset({"1", "t", "T", "true", "TRUE", "True"})
FALSE = frozenset({"0", "f", "F", "false", "FALSE", "False"})
LEVELS = {
    "panic": logging.CRITICAL,
    "fatal": logging.CRITICAL,
    "error": logging.ERROR,
    "warn": logging.WARNING,
    "info": logging.INFO,
    "debug": logging.DEBUG,
    "trace": logging.DEBUG,
}
"""Toxiproxy's words for LOG_LEVEL."""


class _Parser(argparse.ArgumentParser):
    def error(self, message: str) -> None:  # type: ignore[override] # exits, as the original does
        """One line, and the exit code for wrong usage."""
        self.exit(USAGE_ERROR, f"{self.prog}: {message}; see --help\n")


def _switch(text: str) -> bool:
    if text not in TRUE | FALSE:
        raise argparse.ArgumentTypeError(f"{text!r} is not a boolean")
    return text in TRUE


def parse_flags(arguments: Sequence[str], version: str) -> argparse.Namespace:
    """What the program is asked for; ends it for ``-help``, ``-version`` and what is wrong."""
    parser = _Parser(prog="squall-proxy", description=__doc__, allow_abbrev=False, add_help=False)
    parser.add_argument("-h", "-help", "--help", action="help", help="show this and end")
    parser.add_argument(
        "-host", "--host", default="localhost", help="address of the API; empty: all interfaces"
    )
    parser.add_argument("-port", "--port", type=int, default=8474, help="port of the API; 0: any")
    parser.add_argument("-config", "--config", type=Path, help="JSON array of proxies to create")
    parser.add_argument("-seed", "--seed", type=int, help="seed of toxicity and jitter")
    helps = ("/metrics shows the proxies", "/metrics shows this process", "show the version")
    for name, text in zip(SWITCHES, helps, strict=True):
        parser.add_argument(
            f"-{name}", f"--{name}", nargs="?", const=True, default=False, type=_switch, help=text
        )
    chosen = parser.parse_args(_switches_alone(arguments))
    if chosen.version:
        sys.stdout.write(version + "\n")
        parser.exit(0)
    return chosen


def _switches_alone(arguments: Sequence[str]) -> list[str]:
    """A switch takes a value only behind ``=``: what follows it is the next word."""
    alone = {f"{dashes}{name}" for name in SWITCHES for dashes in ("-", "--")}
    return [f"{word}=true" if word in alone else word for word in arguments]


def configure_log() -> None:
    """Lines on stderr, from the level on that LOG_LEVEL names (info)."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log = logging.getLogger("squall.proxy")
    log.addHandler(handler)
    log.propagate = False
    log.setLevel(LEVELS.get(os.environ.get("LOG_LEVEL", "").lower(), logging.INFO))
