"""``squall mutants``: whether the suite catches broken apps."""

from __future__ import annotations

from pathlib import Path

import click

from harness.cli.options import seed_of
from harness.core.errors import ExitCode
from harness.core.ids import SEED_LIMIT

RESERVED_SEEDS = 100_000
"""Repeats and second tries draw seeds above the first."""


@click.command()
@click.option("--only", multiple=True, metavar="NAME", help="Try these mutants; repeatable.")
@click.option("--list", "listing", is_flag=True, help="List the mutants and do nothing.")
@click.option(
    "--jobs",
    type=click.IntRange(1, 16),
    default=2,
    show_default=True,
    help="Labs at the same time.",
)
@click.option(
    "--repeat",
    type=click.IntRange(1, 50),
    default=1,
    show_default=True,
    help="Try everything so many times; each must be caught each time.",
)
@click.option("--no-reference", is_flag=True, help="Leave the reference app out.")
@click.option(
    "--engine",
    envvar="SQUALL_ENGINE",
    default="embedded",
    show_default=True,
    help="embedded, toxiproxy, or a program's path.",
)
@click.option(
    "--seed",
    envvar="SQUALL_SEED",
    type=click.IntRange(0, SEED_LIMIT - 1 - RESERVED_SEEDS),
    help="Seed of every draw; printed, and fresh when not given.",
)
@click.option(
    "--markdown",
    type=click.Path(path_type=Path, dir_okay=False),
    help="Also write the matrix to this file.",
)
def mutants(
    *,
    only: tuple[str, ...],
    listing: bool,
    jobs: int,
    repeat: int,
    no_reference: bool,
    engine: str,
    seed: int | None,
    markdown: Path | None,
) -> int:
    """Run copies of the reference app with one deliberate defect each, and print who caught them.

    Each mutant goes through the outages that its file names; the reference app goes through all of
    these. Exit code 0 means: every mutant was caught by the checkers that its file names, and the
    reference app by none.
    """
    import asyncio  # noqa: PLC0415 - keeps `squall --help` quick

    from harness.mutants import matrix, table  # noqa: PLC0415 - the same
    from harness.mutants.gallery import chosen, gallery  # noqa: PLC0415 - the same

    there = chosen(gallery(), only)
    if listing:
        for mutant in there:
            click.echo(f"{mutant.name:44} {mutant.title}")
        return 0
    seed_used = seed_of(seed) % (SEED_LIMIT - RESERVED_SEEDS)
    click.echo(f"{len(there)} mutants, seed {seed_used}, engine {engine}, {jobs} labs")
    plan = matrix.Plan(
        mutants=there,
        seed=seed_used,
        engine=engine,
        jobs=jobs,
        repeats=repeat,
        reference=not no_reference,
        on_case=lambda case: click.echo(table.line(case)),
    )
    found = asyncio.run(matrix.measure(plan))
    click.echo("\n" + table.text(found))
    if markdown is not None:
        markdown.write_text(table.markdown(found), "utf-8")
    return {"pass": ExitCode.PASS, "fail": ExitCode.FAIL}.get(
        found.verdict.value, ExitCode.INCONCLUSIVE
    )
