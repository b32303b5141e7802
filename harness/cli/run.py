"""``squall run FILE…``: scenarios from files."""

from __future__ import annotations

import shlex
from pathlib import Path

import click

from harness.cli.options import (
    again_with_gates,
    format_option,
    gate_options,
    gated,
    lab_options,
    output_of,
    profile_of,
    seed_of,
)
from harness.core.errors import UsageError
from harness.scenario.lab_options import LabOptions
from harness.scenario.loader import load
from harness.scenario.model import Scenario


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(path_type=Path))
@format_option
@gate_options
@lab_options
def run(  # noqa: PLR0913 - one parameter an option
    *,
    files: tuple[Path, ...],
    app: str | None,
    factory: bool,
    provider: str,
    engine: str,
    seed: int | None,
    jobs: int,
    output: Path | None,
    form: str,
    paired: bool,
    gates: tuple[str, ...],
    rate: float | None,
    quiet: bool,
    verbose: bool,
) -> int:
    """Run the scenarios of FILES and judge the app."""
    from harness.cli.session import Job, execute  # noqa: PLC0415 - keeps `squall --help` quick
    from harness.reports.terminal import Terminal  # noqa: PLC0415 - the same

    scenarios = gated(all_of(files), gates, rate)
    seed_used = seed_of(seed)
    words = ["squall", "run", *map(str, files), "--seed", str(seed_used), "--engine", engine]
    words += ["--provider", provider] if provider != "process" else []
    words += ["--app", app] if app else []
    words += ["--factory"] if factory else []
    words += again_with_gates(paired=paired, gates=gates, rate=rate)
    job = Job(
        scenarios=scenarios,
        options=LabOptions(
            profile=profile_of(app, factory=factory),
            engine=engine,
            seed=seed_used,
            provider=provider,
        ),
        jobs=jobs,
        directory=output_of(output),
        reproduce=shlex.join(words),
        paired=paired,
        github=form == "github",
    )
    return int(execute(job, Terminal(quiet=quiet, verbose=verbose)))


def all_of(files: tuple[Path, ...]) -> list[Scenario]:
    """Every file's scenario; the problems of all files in one UsageError."""
    scenarios, problems = [], []
    for file in files:
        try:
            scenarios.append(load(file))
        except UsageError as error:
            problems.append(str(error))
    if problems:
        raise UsageError("the scenario cannot be run:\n" + "\n".join(problems))
    return scenarios
