"""--shard: the outages that this machine runs, and what is wrong in one message."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner
from squall.cli.check import check
from squall.cli.main import squall
from squall.cli.suite_session import Job
from squall.core.errors import ExitCode, UsageError
from squall.scenario.library import stock
from squall.scenario.selection import for_dependencies

USUAL = [one.name for one in for_dependencies(stock(), ()) if "long" not in one.tags]
"""What runs for the app of this repository, which declares no dependency."""


def listed(*words: str, **environment: str) -> list[str]:
    given = ["check", *words, "--list"]
    result = CliRunner().invoke(squall, given, standalone_mode=False, env=environment)
    if result.exception is not None:
        raise result.exception
    return [line.split()[0] for line in result.stdout.splitlines() if not line.startswith(" ")]


def test_without_an_app_the_list_is_the_whole_library(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    assert listed("--long") == [one.name for one in stock()]


def test_the_shards_together_are_the_whole() -> None:
    parts = [listed("--shard", f"{number}/4") for number in (1, 2, 3, 4)]
    assert sorted(name for part in parts for name in part) == USUAL
    assert min(map(len, parts)) >= 5
    assert listed(SQUALL_SHARD="2/4") == parts[1]
    assert listed(SQUALL_SHARD="") == USUAL


def test_times_of_an_earlier_run_balance_the_shards(tmp_path: Path) -> None:
    times = tmp_path / "times.json"
    times.write_text(json.dumps({**dict.fromkeys(USUAL, 1.0), "slow-network": 300.0}))
    alone = [listed("--shard", f"{n}/3", "--shard-times", str(times)) for n in (1, 2, 3)]
    assert ["slow-network"] in alone


@pytest.mark.parametrize(
    ("words", "problem"),
    [
        (["--shard", "5/4", "--list"], "--shard '5/4': write NUMBER/OF"),
        (["--shard", "2/4"], "--shard 2/4: all shards need the same seed: give --seed or SQUALL"),
        (["--shard", "2/2", "--only", "slow-network", "--seed", "5"], "so at most 1 shards"),
        (["--shard-times", "x"], "--shard-times balances shards: give --shard, too"),
        (["--shard", "1/2", "--shard-times", "nowhere", "--list"], "nowhere: cannot be read"),
    ],
)
def test_what_is_wrong_is_said_before_anything_starts(words: list[str], problem: str) -> None:
    given = ["check", "--app", "reference", *words]
    result = CliRunner().invoke(squall, given, standalone_mode=False)
    assert isinstance(result.exception, UsageError)
    assert problem in str(result.exception)


@pytest.fixture
def job_of(monkeypatch: pytest.MonkeyPatch) -> Callable[..., Job]:
    """The job that a command line becomes; nothing is run."""
    taken: list[Job] = []

    def keep(job: Job, _terminal: object) -> ExitCode:
        taken.append(job)
        return ExitCode.PASS

    monkeypatch.setattr("squall.cli.check.run_suite_command", keep)

    def parsed(*words: str) -> Job:
        given = ["--app", "reference", *words]
        result = CliRunner().invoke(check, given, standalone_mode=False)
        if result.exception is not None:
            raise result.exception
        return taken[-1]

    return parsed


def test_a_shards_record_names_the_whole_check(job_of: Callable[..., Job]) -> None:
    whole = job_of("--seed", "5")
    jobs = [job_of("--seed", "5", "--shard", f"{n}/3") for n in (1, 2, 3)]
    assert whole.shard is None
    names = {one.name for one in whole.scenarios}
    for job in jobs:
        assert job.shard is not None
        assert job.shard.outages == [one.name for one in job.scenarios]
        assert {one.scenario for one in job.shard.run.plan} == names
        assert job.reproduce == whole.reproduce
    assert len({job.shard.run for job in jobs if job.shard}) == 1
    assert sum(len(job.scenarios) for job in jobs) == len(names)


@pytest.mark.parametrize(
    ("words", "difference"),
    [
        (["--seed", "6"], "seed 6 instead of 5"),
        (["--seed", "5", "--app", "shop:app"], "target 'shop:app' instead of"),
        (["--seed", "5", "--engine", "toxiproxy"], "engine 'toxiproxy' instead of 'embedded'"),
        (["--seed", "5", "--strict"], "other outages, gates or settings"),
        (["--seed", "5", "--paired"], "other outages, gates or settings"),
        (["--seed", "5", "--deadline", "9"], "other outages, gates or settings"),
        (["--seed", "5", "--skip", "slow-network"], "the outages are shared out otherwise"),
        (["--seed", "5", "--shard", "1/3"], "the outages are shared out otherwise"),
    ],
)
def test_another_check_is_foreign(
    job_of: Callable[..., Job], words: list[str], difference: str
) -> None:
    first = job_of("--seed", "5", "--shard", "1/4").shard
    other = job_of("--shard", "2/4", *words).shard
    assert first is not None
    assert other is not None
    assert difference in "; ".join(first.run.differences(other.run))
