"""``squall compare --against REF``: the options, and the job from checkout to exit code."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import click

from squall.cli.app_options import AppOptions, app_options, describe_app
from squall.cli.grouped_options import grouped
from squall.cli.isolate import isolate, start_lines
from squall.cli.options import (
    app_option,
    engine_option,
    factory_option,
    left_out,
    only_option,
    seed_of,
    seed_option,
    skip_option,
)
from squall.cli.signals import end_on_signals
from squall.comparing.anytime_test import Decision
from squall.comparing.commit_labs import CommitLabs
from squall.comparing.commit_profile import profile_of
from squall.comparing.commit_rounds import Arm, CommitRounds, ComparedOutage, Limits
from squall.comparing.git_checkout import Repository, check_out, open_repository
from squall.config.profile import AppProfile
from squall.config.resolve_profile import resolve_profile
from squall.core.clock import MonotonicClock
from squall.core.errors import ExitCode, NothingRan
from squall.lab.lab_options import LabOptions
from squall.reports.commits_csv import append_row, csv_row, verify_header
from squall.reports.commits_table import pair_line, print_comparison
from squall.reports.summary_table import markup_of
from squall.reports.terminal import console_of
from squall.scenario.library import stock
from squall.scenario.model import Scenario
from squall.scenario.selection import for_dependencies, select

C = TypeVar("C", bound=Callable[..., Any])

DEFAULTS = Limits()

DEFAULT_OUTAGES = ("smoke",)
"""What is compared without --only: each further outage makes all decisions take longer."""

_limits = grouped(
    "Another commit",
    click.option("--against", metavar="REF",
                 help="Compare this directory with another commit: a branch, a tag, a hash."),
    click.option("--rounds", type=click.IntRange(1, 1000), default=DEFAULTS.rounds,
                 show_default=True, help="Rounds of four runs an outage, at most."),
    click.option("--budget", type=click.FloatRange(1, 86_400), default=DEFAULTS.seconds,
                 show_default=True, metavar="SECONDS",
                 help="No run starts that would end later; labs start before it begins."),
    click.option("--margin", type=click.FloatRange(0.01, 1), default=DEFAULTS.margin,
                 show_default=True,
                 help="Times that differ by a smaller share are the same; shares of errors by a"
                      " quarter of it."),
    click.option("--csv", "csv_file", type=click.Path(path_type=Path, dir_okay=False),
                 help="Append one line with the figures of this commit, for Apache Otava or any"
                      " other history."),
)  # fmt: skip


def commit_options(command: C) -> C:
    """Add the options of a comparison with another commit."""
    outages = grouped("Outages", only_option, skip_option)
    lab = grouped("Lab", app_option, factory_option, engine_option, seed_option)
    return _limits(outages(app_options(lab(command))))


@dataclass(frozen=True, slots=True, kw_only=True)
class CommitJob:
    """What is compared, and how long."""

    repository: Repository
    scenarios: Sequence[Scenario]
    options: LabOptions
    limits: Limits
    csv_file: Path | None


def compare_commits(
    against: str, given: Mapping[str, Any], *, confidence: float | None
) -> ExitCode:
    """Compare, print, write the line of the CSV file."""
    job = _job(against, dict(given), confidence)
    console = console_of()
    rounds = CommitRounds(job.scenarios, job.limits, seed=job.options.seed, clock=MonotonicClock())
    if job.csv_file is not None:
        verify_header(job.csv_file, list(csv_row(job.repository, rounds.outages)))
    isolate(job.options)

    def say(text: str) -> None:
        console.print(markup_of(text), soft_wrap=True)

    for line in [*_first_lines(job), *start_lines(job.options)]:
        say(line)
    asyncio.run(_run(job, rounds, say))
    print_comparison(console, rounds.outages, rounds.seconds)
    if all(one.skipped for one in rounds.outages):
        raise NothingRan("every outage was skipped; the reasons stand above")
    if job.csv_file is not None:
        append_row(job.csv_file, csv_row(job.repository, rounds.outages))
    return exit_code_of_comparison(rounds.outages)


def _job(against: str, given: dict[str, Any], confidence: float | None) -> CommitJob:
    """The options as a job; UsageError where they cannot be understood."""
    only, skip = given.pop("only") or DEFAULT_OUTAGES, given.pop("skip")
    limits = Limits(
        rounds=given.pop("rounds"), seconds=given.pop("budget"), margin=given.pop("margin"),
        confidence=confidence or DEFAULTS.confidence,
    )  # fmt: skip
    csv_file, engine, seed = (given.pop(name) for name in ("csv_file", "engine", "seed"))
    app, factory = given.pop("app"), given.pop("factory")
    repository = open_repository(Path.cwd(), against)
    profile = describe_app(resolve_profile(Path.cwd(), app, factory=factory), AppOptions(**given))
    kinds = profile.surroundings
    scenarios, _ = left_out(
        for_dependencies(select(stock(), only), kinds, only), skip, only, long_too=False
    )
    if not scenarios:
        raise NothingRan("no outage was left to run; see: squall check --list")
    options = LabOptions(profile=profile, engine=engine, seed=seed_of(seed))
    return CommitJob(
        repository=repository, scenarios=scenarios, options=options, limits=limits,
        csv_file=csv_file,
    )  # fmt: skip


def _first_lines(job: CommitJob) -> list[str]:
    known, options = job.repository, job.options
    here = f"{known.here[:12]}{' with changes that are not committed' * known.changed}"
    limits = f"at most {job.limits.rounds} rounds and {job.limits.seconds:g} s"
    lines = [
        " · ".join([
            f"here {here}", f"against {known.against[:12]}", f"app {options.profile.name}",
            f"engine {options.engine}", f"seed {options.seed}",
        ]),
        f"{limits}; both commits run with this directory's configuration and installed packages",
    ]  # fmt: skip
    same = "this is one commit compared with itself: nothing should differ"
    return [*lines, *([same] if known.identical else [])]


async def _run(job: CommitJob, rounds: CommitRounds, say: Callable[[str], None]) -> None:
    """Check out, start both labs, run; however it ends, nothing of it stays."""
    end_on_signals()
    async with check_out(job.repository) as checkout:
        profiles = {
            Arm.AGAINST: profile_of(checkout, job.options.profile), Arm.HERE: job.options.profile,
        }  # fmt: skip
        options = {
            arm: replace(job.options, profile=_named(profile, job.repository, arm))
            for arm, profile in profiles.items()
        }
        labs = CommitLabs(options, clock=MonotonicClock())
        try:
            for note in await labs.start():
                say(note)
            await rounds.run(labs.run, lambda outage, pair: say(pair_line(outage, pair)))
        finally:
            await labs.close()


def _named(profile: AppProfile, repository: Repository, arm: Arm) -> AppProfile:
    commit = repository.against if arm is Arm.AGAINST else repository.here
    return replace(profile, name=f"{profile.name} at {commit[:12]}")


def exit_code_of_comparison(outages: Sequence[ComparedOutage]) -> ExitCode:
    """Worse is a failure; what is not decided proves nothing."""
    counted = [one for one in outages if not one.skipped]
    if any(Decision.WORSE in one.decisions for one in counted):
        return ExitCode.FAIL
    proven = all(one.decided and not one.given_up for one in counted)
    return ExitCode.PASS if proven else ExitCode.INCONCLUSIVE
