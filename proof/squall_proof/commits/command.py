"""``python -m squall_proof commits``: power and false alarms of ``squall compare --against``."""

from __future__ import annotations

import asyncio
import tempfile
from pathlib import Path

import click
from squall.cli.options import seed_of, seed_option
from squall.comparing.commit_rounds import Arm, Limits
from squall.core.errors import ExitCode

from squall_proof.commits.compare_power import MeasuredPairs, draw_comparisons, measure_pairs
from squall_proof.commits.graded_app import write_project

OUTAGE = "dropped-connections"
MIN_POWER = 0.95
MAX_FALSE = 0.01
COMPARISONS = 200


@click.command()
@click.option("--seconds", default=300.0, show_default=True, help="Of pairs, for each question.")
@click.option("--longer", default=1.2, show_default=True, help="Recovery of the graded mutant.")
@click.option("--within", default=60.0, show_default=True, help="Seconds of one comparison.")
@seed_option
def commits(*, seconds: float, longer: float, within: float, seed: int | None) -> int:
    """Measure how surely a longer recovery is found, and how often equal commits differ."""
    chosen = seed_of(seed)
    click.echo(f"seed {chosen}")
    slow, same = _measure(longer, seconds, chosen)
    return _tell(slow, same, longer, within, chosen)


def _measure(longer: float, seconds: float, seed: int) -> list[MeasuredPairs]:
    """Pairs of the usual app with a slower one, and with a copy of itself."""
    found = []
    with tempfile.TemporaryDirectory() as name:
        usual = write_project(Path(name, "usual"))
        for factor in (longer, 1.0):
            here = write_project(Path(name, f"{factor:g}-times"), longer=factor)
            homes = {Arm.AGAINST: usual, Arm.HERE: here}
            one = asyncio.run(measure_pairs(homes, OUTAGE, seconds, seed, click.echo))
            click.echo(f"recovery {factor:g} times as long: {len(one.pairs)} pairs,"
                       f" {one.voids} void, {one.pair_seconds:.1f} s each")  # fmt: skip
            found.append(one)
    return found


def _tell(
    slow: MeasuredPairs, same: MeasuredPairs, longer: float, within: float, seed: int
) -> ExitCode:
    """The shares of comparisons drawn from the pairs, and whether they are as wanted."""
    quick = draw_comparisons(slow, Limits(seconds=within), COMPARISONS, seed)
    whole = draw_comparisons(same, Limits(), COMPARISONS, seed)
    click.echo(f"recovery {longer:g} times as long: worse in {quick.worse:.1%} of {COMPARISONS}"
               f" comparisons of {within:g} s, median {quick.median_seconds:.0f} s;"
               f" wanted {MIN_POWER:.0%}")  # fmt: skip
    click.echo(f"equal commits: called worse or better in {whole.alarms:.1%} of {COMPARISONS}"
               f" comparisons; wanted at most {MAX_FALSE:.0%}")  # fmt: skip
    met = quick.worse >= MIN_POWER and whole.alarms <= MAX_FALSE
    return ExitCode.PASS if met else ExitCode.FAIL
