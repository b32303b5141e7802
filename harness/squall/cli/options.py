"""Options that several commands share, each with its environment variable."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any, TypeVar

import click

from squall.cli.completion import complete_outages_and_tags
from squall.cli.grouped_options import grouped
from squall.cli.postgres_option import postgres_option, postgres_words
from squall.cli.shown_values import shown_command
from squall.config.profile import AppProfile
from squall.config.pyproject import FILE, load_skips
from squall.config.resolve_profile import resolve_profile
from squall.core.errors import UsageError
from squall.core.ids import SEED_LIMIT, fresh_seed
from squall.lab.factory import PROVIDERS
from squall.lab.lab_options import LabOptions
from squall.lab.providers.attached.attach import Attach
from squall.reports.retention import named_by_time
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.selection import BY_OPTION, Skipped, partition_long, partition_skipped

C = TypeVar("C", bound=Callable[..., Any])

OUTPUT = Path(".squall") / "runs"


@dataclass(frozen=True, slots=True, kw_only=True)
class LabArguments:
    """The values of :func:`lab_options`."""

    app: str | None
    factory: bool
    provider: str
    engine: str
    seed: int
    jobs: int
    output: Path
    quiet: bool
    verbose: bool

    @classmethod
    def take(cls, given: dict[str, Any]) -> LabArguments:
        """Take the options from click's arguments. Seed and directory get their defaults."""
        mine = {field.name: given.pop(field.name) for field in fields(cls)}
        mine["seed"] = seed_of(mine["seed"])
        mine["output"] = output_of(mine["output"])
        return cls(**mine)

    def profile(self, target: str | None = None) -> AppProfile:
        """The app to test.

        Raises:
            UsageError: both TARGET and --app are given, or the app cannot be resolved.
        """
        if target is not None and self.app is not None:
            raise UsageError("TARGET and --app (SQUALL_APP) mean the same: give one of them")
        named = "--app" if target is None else "TARGET"
        return resolve_profile(Path.cwd(), target or self.app, factory=self.factory, named=named)

    def lab_options(self, profile: AppProfile, attach: Attach | None = None) -> LabOptions:
        """The lab for this app."""
        return LabOptions(
            profile=profile,
            engine=self.engine,
            seed=self.seed,
            provider=self.provider,
            attach=attach,
        )

    def reproduce(self) -> list[str]:
        """The options that repeat the command."""
        words = ["--seed", str(self.seed), "--engine", self.engine]
        words += ["--provider", self.provider] if self.provider != "process" else []
        words += postgres_words()
        words += ["--app", shown_command(self.app)] if self.app else []
        return words + (["--factory"] if self.factory else [])


def _engine(ctx: click.Context, _parameter: click.Parameter, value: str | None) -> str:
    """The engine that fits the provider, unless an option names one."""
    provider = ctx.params.get("provider", "process")
    engine = value or ("embedded" if provider == "process" else "toxiproxy")
    if provider == "compose" and engine != "toxiproxy":
        raise UsageError("--provider compose has Toxiproxy for its engine: leave out --engine")
    if provider == "docker" and engine not in ("embedded", "toxiproxy"):
        raise UsageError("--provider docker: --engine is embedded or toxiproxy, no program")
    return engine


app_option = click.option(
    "--app", envvar="SQUALL_APP", metavar="TARGET",
    help="The configured app with another target: package.module:app, or a command with {port}."
         " reference is the reference app. Default: the app of [tool.squall].",
)  # fmt: skip
factory_option = click.option("--factory", is_flag=True, help="The target is a factory: call it.")
provider_option = click.option(
    "--provider", envvar="SQUALL_PROVIDER", default="process", show_default=True,
    type=click.Choice(PROVIDERS), is_eager=True,
    help="process, docker, or compose: what `make up` started.",
)  # fmt: skip
engine_option = click.option(
    "--engine", envvar="SQUALL_ENGINE", callback=_engine, metavar="ENGINE",
    help="embedded, toxiproxy, or a program's path. Default: embedded; with Docker toxiproxy.",
)  # fmt: skip
seed_option = click.option(
    "--seed", envvar="SQUALL_SEED", type=click.IntRange(0, SEED_LIMIT - 1),
    help="Seed of every draw; printed, and fresh when not given.",
)  # fmt: skip
output_option = click.option(
    "--output", type=click.Path(path_type=Path, file_okay=False),
    help=f"Directory for the files of this run. Default: below {OUTPUT}.",
)  # fmt: skip
quiet_option = click.option("--quiet", is_flag=True, help="Print only the table.")
verbose_option = click.option(
    "--verbose", is_flag=True, help="Print every finding, not only the bad ones."
)


def jobs_option(default: int | Callable[[], int]) -> Callable[[C], C]:
    """How many labs run at the same time. A function is asked when the command starts."""
    shown: bool | str = "by the machine" if callable(default) else True
    return click.option("--jobs", type=click.IntRange(1, 16), default=default, show_default=shown,
                        help="Labs at the same time.")  # fmt: skip


def lab_options_with(jobs: int) -> Callable[[C], C]:
    """Add the options that choose labs, ``jobs`` by default, and what is printed of them."""

    def add(command: C) -> C:
        lab = grouped("Lab", app_option, factory_option, provider_option, engine_option,
                      seed_option, postgres_option, jobs_option(jobs))  # fmt: skip
        return lab(grouped("Output", output_option, quiet_option, verbose_option)(command))

    return add


lab_options = lab_options_with(1)


only_option = click.option(
    "--only", multiple=True, metavar="NAME|TAG", shell_complete=complete_outages_and_tags,
    help="Run these outages; repeatable.",
)  # fmt: skip
skip_option = click.option(
    "--skip", multiple=True, metavar="NAME|TAG", shell_complete=complete_outages_and_tags,
    help="Leave these outages out; repeatable. [tool.squall.skip] does the same, with the reasons.",
)  # fmt: skip

format_option = grouped("Output", click.option(
    "--format", "form", type=click.Choice(["text", "github"]), default="text",
    help="github adds annotations and a job summary ($GITHUB_STEP_SUMMARY).",
))  # fmt: skip


long_option = click.option("--long", "long_too", is_flag=True,
                           help="Also run outages of many deadlines (tag long).")  # fmt: skip


def left_out(
    scenarios: Sequence[Scenario], skip: Sequence[str], only: Sequence[str], *, long_too: bool
) -> tuple[list[Scenario], list[Skipped]]:
    """The scenarios to run, and those that the option or this directory's pyproject.toml skips.

    Raises:
        UsageError: a word matches nothing, or the table has problems.
    """
    table = f"{Path(FILE)}: [tool.squall] skip:"
    running, skipped = partition_skipped(
        scenarios, load_skips(Path.cwd()), only, known=stock(), option=table
    )
    given = dict.fromkeys(skip, BY_OPTION)
    running, more = partition_skipped(running, given, (), known=stock(), option="--skip")
    running, late = (running, []) if long_too else partition_long(running, only)
    return running, [*skipped, *more, *late]


def seed_of(seed: int | None) -> int:
    """The chosen seed, or a fresh one."""
    return fresh_seed() if seed is None else seed


def output_of(output: Path | None) -> Path:
    """The chosen directory, or a new one named by the time."""
    if output is not None:
        return output
    return named_by_time(OUTPUT)
