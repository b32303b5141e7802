"""``python -m squall_proof mutants``: check that the outages catch broken apps."""

from __future__ import annotations

from pathlib import Path

import click
from squall.cli.options import seed_of
from squall.core.errors import ExitCode
from squall.core.ids import SEED_LIMIT

from squall_proof.mutants import FIRST, SETS

RESERVED_SEEDS = 100_000
"""Repeats and retries draw seeds above the first one."""


@click.command()
@click.option("--only", multiple=True, metavar="NAME", help="Try these mutants; repeatable.")
@click.option(
    "--set",
    "set_name",
    type=click.Choice(SETS),
    default=FIRST,
    show_default=True,
    help="The set of mutants to try.",
)
@click.option(
    "--whole",
    is_flag=True,
    help="Try survivors under every other outage, too; any gate that fails catches them.",
)
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
    help="Try everything this many times; each must be caught each time.",
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
def mutants(  # noqa: PLR0913 - one parameter an option
    *,
    only: tuple[str, ...],
    set_name: str,
    whole: bool,
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
    these. Exit code 0 means: every mutant was caught by the gates that its file names, and the
    reference app by none.
    """
    import asyncio  # noqa: PLC0415 - keeps `squall --help` quick

    from squall_proof.mutants import kill_matrix, kill_table  # noqa: PLC0415 - the same
    from squall_proof.mutants.mutant_gallery import chosen, gallery, of_set  # noqa: PLC0415 - the same

    there = chosen(gallery(), only)
    if listing:
        for mutant in there:
            click.echo(f"{mutant.name:44} {mutant.title}")
        return 0
    there = there if only else of_set(there, set_name)
    seed_used = seed_of(seed) % (SEED_LIMIT - RESERVED_SEEDS)
    click.echo(f"{len(there)} mutants, seed {seed_used}, engine {engine}, {jobs} labs")
    plan = kill_matrix.MutantPlan(
        mutants=there,
        seed=seed_used,
        engine=engine,
        jobs=jobs,
        repeats=repeat,
        reference=not no_reference,
        whole=whole,
        on_case=lambda case: click.echo(kill_table.line(case)),
    )
    found = asyncio.run(kill_matrix.measure(plan))
    click.echo("\n" + kill_table.text(found))
    if markdown is not None:
        markdown.write_text(kill_table.markdown(found), "utf-8")
    return {"pass": ExitCode.PASS, "fail": ExitCode.FAIL}.get(
        found.verdict.value, ExitCode.INCONCLUSIVE
    )
