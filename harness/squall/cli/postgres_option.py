"""``--postgres VERSION``: which of the servers that are installed runs in the lab."""

from __future__ import annotations

import os
import re

import click

from squall.core.errors import UsageError
from squall.lab.providers.process.postgres_binaries import VERSION

MAJOR = re.compile(r"[1-9][0-9]")


def _choose_postgres(_ctx: click.Context, _parameter: click.Parameter, value: str | None) -> None:
    """Hand the version to everything that looks for a server in this process and its children."""
    if value is None:
        return
    if not MAJOR.fullmatch(value):
        raise UsageError(f"--postgres {value!r:.40}: give a major version, such as 17")
    os.environ[VERSION] = value


postgres_option = click.option(
    "--postgres", envvar=VERSION, metavar="VERSION", callback=_choose_postgres,
    expose_value=False,
    help="The major version of PostgreSQL for the lab, such as 17. It must be installed.",
)  # fmt: skip


def postgres_words() -> list[str]:
    """The option that repeats the choice; empty without one."""
    chosen = os.environ.get(VERSION)
    return ["--postgres", chosen] if chosen else []
