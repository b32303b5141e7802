"""``python -m squall_proof drivers``: what each driver makes of each fault."""

from __future__ import annotations

import asyncio
from importlib.metadata import version
from pathlib import Path

import click
from squall.core.errors import ExitCode

PACKAGES = ("asyncpg", "psycopg", "psycopg2-binary")


@click.command()
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False),
              help="Also write the tables to this file.")  # fmt: skip
def drivers(*, markdown: Path | None) -> int:
    """Fail BEGIN, a statement, COMMIT and the login in every way, and use the connection again."""
    from squall_proof.drivers import driver_table  # noqa: PLC0415 - keeps --help quick
    from squall_proof.drivers.measure import measure  # noqa: PLC0415 - the same

    click.echo(", ".join(f"{name} {version(name)}" for name in PACKAGES))
    text = driver_table.markdown(asyncio.run(measure()))
    click.echo(text)
    if markdown is not None:
        markdown.write_text(text, "utf-8")
    return ExitCode.PASS
