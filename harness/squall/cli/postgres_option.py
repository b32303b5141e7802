"""``--postgres VERSION``: which of the servers that are installed runs in the lab."""

from __future__ import annotations

import os
import re

import click

from squall.core.errors import UsageError
from squall.lab.providers.process.postgres_binaries import VERSION

MAJOR = re.compile(r"[1-9][0-9]")

SEVERAL = "squall.postgres"
"""Where the context of a command that takes several versions keeps them."""


def check_major(word: str) -> str:
    """The word, if it is a major version.

    Raises:
        UsageError: it is none.
    """
    if not MAJOR.fullmatch(word):
        raise UsageError(f"--postgres {word!r:.40}: give a major version, such as 17")
    return word


def _choose_postgres(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    """Hand the version to everything that looks for a server in this process and its children."""
    if value is None:
        return
    words = [word.strip() for word in value.split(",")]
    if len(words) == 1:
        os.environ[VERSION] = check_major(value)
    elif SEVERAL not in ctx.meta:
        raise UsageError(f"--postgres {value!r:.40}: several versions are for squall check")
    elif len(set(words)) != len(words):
        raise UsageError(f"--postgres {value!r:.40}: give each version once")
    else:
        os.environ.pop(VERSION, None)
        ctx.meta[SEVERAL] = tuple(check_major(word) for word in words)


postgres_option = click.option(
    "--postgres", envvar=VERSION, metavar="VERSION", callback=_choose_postgres,
    expose_value=False,
    help="The major version of PostgreSQL for the lab, such as 17. It must be installed. check also"
         " takes several, such as 15,17.",
)  # fmt: skip


def postgres_words() -> list[str]:
    """The option that repeats the choice; empty without one."""
    chosen = os.environ.get(VERSION)
    return ["--postgres", chosen] if chosen else []
