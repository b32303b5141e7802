"""``python -m squall_proof points``: what sweep and races find in broken and sound apps."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from pathlib import Path

import click
from squall.cli.options import seed_of
from squall.core.errors import ExitCode
from squall.core.ids import SEED_LIMIT

from squall_proof.mutants import FIRST, SETS

seed_option = click.option(
    "--seed",
    type=click.IntRange(0, SEED_LIMIT - 1001),
    help="Seed of every draw; printed, and fresh when not given.",
)


@click.group()
def points() -> None:
    """Measure fault points and races: mutants that are caught, alarms for the reference app."""


@points.command(name="mutants")
@click.option("--only", multiple=True, metavar="NAME", help="Try these mutants; repeatable.")
@click.option("--set", "set_name", type=click.Choice(SETS), default=FIRST, help="Which set.")
@click.option("--limit", default=60.0, show_default=True, help="Seconds of each sweep, and races.")
@click.option("--jobs", type=click.IntRange(1, 16), default=1, show_default=True,
              help="Mutants at the same time, each in a lab of its own.")  # fmt: skip
@click.option("--least", type=int, default=0, help="Fail if fewer are caught.")
@click.option("--markdown", type=click.Path(path_type=Path, dir_okay=False),
              help="Also write the table to this file.")  # fmt: skip
@seed_option
def points_of_mutants(
    *,
    only: tuple[str, ...],
    set_name: str,
    limit: float,
    jobs: int,
    least: int,
    markdown: Path | None,
    seed: int | None,
) -> int:
    """Sweep each mutant until a fault point fails; race those that survive."""
    from squall_proof.mutants.mutant_gallery import (  # noqa: PLC0415 - a quick --help
        chosen,
        gallery,
        of_set,
    )
    from squall_proof.points import point_table  # noqa: PLC0415 - the same
    from squall_proof.points.point_trial import (  # noqa: PLC0415 - the same
        PointPlan,
        sweep_sound,
        try_mutants,
    )

    there = chosen(gallery(), only)
    there = there if only else of_set(there, set_name)
    plan = PointPlan(seed=seed_of(seed), limit=limit, jobs=jobs)
    click.echo(f"{len(there)} mutants, seed {plan.seed}")
    plan = replace(plan, limits=asyncio.run(sweep_sound(plan)))
    click.echo(f"the reference app survives {len(plan.limits.survived)} fault points")
    trials = asyncio.run(try_mutants(there, plan, lambda one: click.echo(point_table.line(one))))
    click.echo(point_table.summary(trials))
    if markdown is not None:
        markdown.write_text(point_table.markdown(trials), "utf-8")
    caught = sum(bool(one.way) for one in trials)
    return ExitCode.FAIL if caught < least else ExitCode.PASS


@points.command(name="reference")
@click.option("--sweeps", default=20, show_default=True, help="Whole sweeps.")
@click.option("--races", default=10_000, show_default=True, help="Least number of races.")
@click.option("--limit", default=1800.0, show_default=True, help="Seconds for the races.")
@click.option("--jobs", type=click.IntRange(1, 16), default=2, show_default=True,
              help="Labs of each sweep.")  # fmt: skip
@seed_option
def points_of_the_reference(
    *, sweeps: int, races: int, limit: float, jobs: int, seed: int | None
) -> int:
    """Count the alarms for the reference app. Exit code 0 means that there was none."""
    from squall_proof.points.alarms import race_reference, sweep_reference  # noqa: PLC0415 - a quick --help

    used = seed_of(seed) % (SEED_LIMIT - 1000)
    click.echo(f"seed {used}")
    swept = asyncio.run(sweep_reference(sweeps, used, jobs, click.echo))
    click.echo(f"{swept.failed} alarms in {swept.run} sweeps, {swept.seconds:.1f} s")
    raced = asyncio.run(race_reference(races, limit, used, click.echo))
    click.echo(f"{raced.failed} alarms in {raced.run} races, {raced.seconds:.1f} s")
    return ExitCode.FAIL if swept.failed + raced.failed else ExitCode.PASS


@points.command(name="cell")
@click.argument("cells", nargs=-1, required=True, metavar="CELL…")
@click.option("--mutant", metavar="NAME", help="Of this mutant. Default: of the reference app.")
@click.option("--times", default=20, show_default=True, help="How often each cell is run.")
@seed_option
def one_cell(*, cells: tuple[str, ...], mutant: str | None, times: int, seed: int | None) -> int:
    """Repeat cells in one lab. Exit code 0 means that each ended the same way every time."""
    from squall.config.profile import REFERENCE  # noqa: PLC0415 - a quick --help
    from squall.lab.lab_options import LabOptions  # noqa: PLC0415 - the same

    from squall_proof.mutants.mutant_gallery import chosen, gallery  # noqa: PLC0415 - the same
    from squall_proof.points.alarms import repeat_cell  # noqa: PLC0415 - the same

    profile = chosen(gallery(), (mutant,))[0].profile() if mutant else REFERENCE
    differ = 0
    for cell in cells:
        seen = asyncio.run(
            repeat_cell(LabOptions(profile=profile, seed=seed_of(seed)), cell, times)
        )
        click.echo(f"{profile.name} {cell}: " + ", ".join(f"{n} x {w}" for w, n in seen.items()))
        differ += len(seen) != 1
    return ExitCode.FAIL if differ else ExitCode.PASS
