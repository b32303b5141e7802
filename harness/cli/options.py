"""Options that several verbs share, each with its environment variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

import click

from harness.checkers.catalogue import limits
from harness.core.errors import UsageError
from harness.core.ids import SEED_LIMIT, fresh_seed
from harness.scenario.config import FILE, configured, skips
from harness.scenario.library import stock
from harness.scenario.model import Scenario
from harness.scenario.outcome import Skipped
from harness.scenario.parts import PROVIDERS
from harness.scenario.profile import REFERENCE, AppProfile
from harness.scenario.skips import BY_OPTION, parted

C = TypeVar("C", bound=Callable[..., Any])

OUTPUT = Path(".squall") / "runs"


def _engine(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """The engine that fits the provider, unless one is named."""
    provider = ctx.params.get("provider", "process")
    engine = value or ("embedded" if provider == "process" else "toxiproxy")
    if provider == "compose" and engine != "toxiproxy":
        raise UsageError("--provider compose has Toxiproxy for its engine: leave out --engine")
    if provider == "docker" and engine not in ("embedded", "toxiproxy"):
        raise UsageError("--provider docker: --engine is embedded or toxiproxy, no program")
    return engine


def lab_options(command: C) -> C:
    """Add the options that choose a lab."""
    options = (
        click.option("--app", envvar="SQUALL_APP", metavar="TARGET",
                     help="App with the reference app's API: package.module:app, a factory with"
                          " --factory, or a command with {port}. Default: the app of [tool.squall]"
                          " in pyproject.toml, else the reference app."),
        click.option("--factory", is_flag=True, help="TARGET is a factory: it is called."),
        click.option("--provider", envvar="SQUALL_PROVIDER", default="process", show_default=True,
                     type=click.Choice(PROVIDERS), is_eager=True,
                     help="process, docker, or compose: what `make up` started."),
        click.option("--engine", envvar="SQUALL_ENGINE", callback=_engine, metavar="ENGINE",
                     help="embedded, toxiproxy, or a program's path. Default: embedded; with"
                          " Docker toxiproxy."),
        click.option("--seed", envvar="SQUALL_SEED", type=click.IntRange(0, SEED_LIMIT - 1),
                     help="Seed of every draw; printed, and fresh when not given."),
        click.option("--jobs", type=click.IntRange(1, 16), default=1, show_default=True,
                     help="Labs at the same time."),
        click.option("--output", type=click.Path(path_type=Path, file_okay=False),
                     help=f"Directory for the files of this run. Default: below {OUTPUT}."),
        click.option("--quiet", is_flag=True, help="Print only the table."),
        click.option("--verbose", is_flag=True, help="Print every finding, not only the bad ones."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def gate_options(command: C) -> C:
    """Add the options that say what is asked of every outage, besides its own gates."""
    options = (
        click.option("--paired", is_flag=True,
                     help="First run each outage without its fault, with the same requests: the"
                          " control arm, for gates such as 'p95 during <= 3x control'."),
        click.option("--gate", "gates", multiple=True, metavar="LIMIT",
                     help="A further gate in words: 'p95 during <= 300 ms', 'p95 after <= 2x"
                          " before', 'good during >= 90%'. Repeatable."),
        click.option("--rate", metavar="PER_SECOND", type=click.FloatRange(1, 10_000),
                     help="At most so many requests per second; the windows before and after the"
                          " faults grow, so that as many are judged."),
    )  # fmt: skip
    for option in reversed(options):
        command = option(command)
    return command


def gated(
    scenarios: Sequence[Scenario], gates: Sequence[str], rate: float | None = None
) -> list[Scenario]:
    """The scenarios with these gates in words added, and at most this load.

    Raises:
        UsageError: one cannot be understood.
    """
    added = limits(gates)
    more = [replace(one, gates={**one.gates, **added}) for one in scenarios]
    return more if rate is None else [one.at_most(rate) for one in more]


def again_with_gates(*, paired: bool, gates: Sequence[str], rate: float | None = None) -> list[str]:
    """The same options, for the line that reproduces."""
    words = ["--paired"] if paired else []
    words += [] if rate is None else ["--rate", f"{rate:g}"]
    return words + [word for gate in gates for word in ("--gate", gate)]


skip_option = click.option(
    "--skip",
    multiple=True,
    metavar="NAME|TAG",
    help="Leave these outages out; repeatable. [tool.squall.skip] does the same, with the reasons.",
)


def left_out(
    scenarios: Sequence[Scenario], skip: Sequence[str], only: Sequence[str]
) -> tuple[list[Scenario], list[Skipped]]:
    """Those to be run; and those that the option or this directory's pyproject.toml leaves out.

    Raises:
        UsageError: a word fits nothing, or the table has problems.
    """
    table = f"{Path(FILE)}: [tool.squall] skip:"
    running, skipped = parted(scenarios, skips(Path.cwd()), only, known=stock(), option=table)
    given = dict.fromkeys(skip, BY_OPTION)
    running, more = parted(running, given, (), known=stock(), option="--skip")
    return running, [*skipped, *more]


format_option = click.option(
    "--format",
    "form",
    type=click.Choice(["text", "github"]),
    default="text",
    help="github adds annotations and a job summary ($GITHUB_STEP_SUMMARY).",
)


def profile_of(app: str | None, *, factory: bool) -> AppProfile:
    """The app of this directory's ``[tool.squall]``, or the reference app, or ``--app``.

    Raises:
        UsageError: TARGET is neither an import string nor a command with ``{port}``; or the table
            has problems.
    """
    if app is None:
        return configured(Path.cwd()) or REFERENCE
    given = REFERENCE.with_target(checked_target("--app", app), factory=factory)
    # Another app may need its database to start; that is no fault before the outage.
    return replace(given, starts_without_database=False)


def checked_target(name: str, target: str) -> str:
    """The target as it is; UsageError when it is neither import string nor command."""
    if name == "TARGET" and target.startswith("http://"):
        return target
    if "{port}" not in target and (":" not in target or " " in target):
        raise UsageError(
            f"{name} {target!r}: give an import string like package.module:app, or a command that"
            " contains {port}" + (", or http://… of an app that runs" if name == "TARGET" else "")
        )
    return target


def seed_of(seed: int | None) -> int:
    """The chosen seed, or a fresh one."""
    return fresh_seed() if seed is None else seed


def output_of(output: Path | None) -> Path:
    """The chosen directory, or a new one named by the time."""
    if output is not None:
        return output
    return OUTPUT / datetime.now(tz=UTC).strftime("%Y%m%d-%H%M%S-%f")[:-3]
