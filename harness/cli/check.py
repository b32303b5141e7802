"""``squall check``: the stock outages against an app."""

from __future__ import annotations

import difflib
import shlex
from collections.abc import Sequence
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
    output_of,
    profile_of,
    seed_of,
)
from harness.cli.stranger import StrangerOptions, again_with, stranger, stranger_options
from harness.core.errors import UsageError
from harness.scenario.lab import LabOptions
from harness.scenario.library import stock
from harness.scenario.model import Scenario


@click.command()
@click.argument("target", required=False)
@click.option("--only", multiple=True, metavar="NAME|TAG", help="Run these outages; repeatable.")
@click.option("--list", "listing", is_flag=True, help="List the outages and do nothing.")
@format_option
@gate_options
@stranger_options
@attach_options
@lab_options
def check(  # noqa: PLR0913 - one parameter an option
    *,
    only: tuple[str, ...],
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
    **described: Any,  # noqa: ANN401 - the options of a stranger
) -> int:
    """Run the stock outages against an app and judge it.

    TARGET is any app: package.module:app, a command with {port}, or the http:// address of one that
    runs already, with --database. What it can be asked comes from its OpenAPI document, or from
    [tool.squall] in pyproject.toml. Without TARGET and table it is the reference app.
    """
    from harness.cli.session import Job, execute  # noqa: PLC0415 - keeps `squall --help` quick
    from harness.reports.terminal import Terminal  # noqa: PLC0415 - the same

    scenarios = gated(chosen(stock(), only), gates, rate)
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
    attach = attach_of(target, described)
    profile = profile_of(app, factory=factory)
    if target is not None:
        profile = stranger(target, StrangerOptions(**described), factory=factory)
        words[2:2] = again_with(click.get_current_context())
    if attach is not None:
        profile = profile.attached(log_known=attach.log is not None)
    job = Job(
        scenarios=scenarios,
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


def chosen(scenarios: Sequence[Scenario], only: Sequence[str]) -> list[Scenario]:
    """Those with one of these names or tags; all when none is given.

    Raises:
        UsageError: a word fits nothing; the names and tags are listed.
    """
    names = {scenario.name for scenario in scenarios}
    tags = {tag for scenario in scenarios for tag in scenario.tags}
    for word in only:
        if word not in names | tags:
            known = f"outages: {', '.join(sorted(names))}; tags: {', '.join(sorted(tags))}"
            near = difflib.get_close_matches(word, names | tags, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise UsageError(f"--only {word}: there is no such outage or tag; {hint}{known}")
    wanted = set(only)
    return [s for s in scenarios if not wanted or s.name in wanted or wanted & s.tags]
