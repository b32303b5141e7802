"""``squall check``: the stock outages against an app."""

from __future__ import annotations

import shlex
from pathlib import Path
from typing import Any

import click

from harness.cli.attach import attach_of, attach_options
from harness.cli.options import (
    again_with_gates,
    format_option,
    gate_options,
    gated,
    lab_options,
    left_out,
    output_of,
    profile_of,
    seed_of,
    skip_option,
)
from harness.cli.stranger import (
    StrangerOptions,
    again_with,
    described,
    stranger,
    stranger_options,
)
from harness.scenario.choice import chosen
from harness.scenario.lab_options import LabOptions
from harness.scenario.library import stock


@click.command()
@click.argument("target", required=False)
@click.option("--only", multiple=True, metavar="NAME|TAG", help="Run these outages; repeatable.")
@skip_option
@click.option("--list", "listing", is_flag=True, help="List the outages and do nothing.")
@format_option
@gate_options
@stranger_options
@attach_options
@lab_options
def check(  # noqa: PLR0913 - one parameter an option
    *,
    only: tuple[str, ...],
    skip: tuple[str, ...],
    listing: bool,
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
    target: str | None,
    **more: Any,  # noqa: ANN401 - the options of a stranger
) -> int:
    """Run the stock outages against an app and judge it.

    TARGET is any app: package.module:app, a command with {port}, or the http:// address of one that
    runs already, with --database. What it can be asked comes from its OpenAPI document, or from
    [tool.squall] in pyproject.toml. Without TARGET and table it is the reference app.
    """
    from harness.cli.session import Job, execute  # noqa: PLC0415 - keeps `squall --help` quick
    from harness.reports.terminal import Terminal  # noqa: PLC0415 - the same

    scenarios, skipped = left_out(gated(chosen(stock(), only), gates, rate), skip, only)
    if listing:
        for scenario in scenarios:
            click.echo(f"{scenario.name:28} {' '.join(sorted(scenario.tags))}")
        return 0
    seed_used = seed_of(seed)
    words = ["squall", "check", "--only", "{name}", "--seed", str(seed_used), "--engine", engine]
    words += ["--provider", provider] if provider != "process" else []
    words += ["--app", app] if app else []
    words += ["--factory"] if factory else []
    words += again_with_gates(paired=paired, gates=gates, rate=rate)
    words[2:2] = again_with(click.get_current_context())
    attach = attach_of(target, more)
    base = stranger(target, factory=factory) if target else profile_of(app, factory=factory)
    profile = described(base, StrangerOptions(**more))
    if attach is not None:
        profile = profile.attached(log_known=attach.log is not None)
    job = Job(
        scenarios=scenarios,
        skipped=skipped,
        options=LabOptions(
            profile=profile, engine=engine, seed=seed_used, provider=provider, attach=attach
        ),
        jobs=jobs,
        directory=output_of(output),
        reproduce=shlex.join(words).replace("'{name}'", "{name}"),
        paired=paired,
        github=form == "github",
    )
    return int(execute(job, Terminal(quiet=quiet, verbose=verbose)))
