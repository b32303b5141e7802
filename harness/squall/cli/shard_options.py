"""``--shard 2/4``: the part of the work that this machine does."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from typing import Any

import click
from click.core import ParameterSource

from squall.cli.grouped_options import grouped
from squall.core.errors import UsageError
from squall.lab.lab_options import LabOptions
from squall.reports.shard_record import ShardRecord, shard_record
from squall.reports.shard_times import read_times
from squall.scenario.model import Scenario
from squall.scenario.sharding import Shard, balance, expected_seconds, parse_shard

shard_option = click.option(
    "--shard", envvar="SQUALL_SHARD", metavar="NUMBER/OF",
    help="Run one part of several, such as 2/4; squall merge puts them together. All parts need"
         " the same --seed.",
)  # fmt: skip
times_option = click.option(
    "--shard-times", type=click.Path(path_type=Path), metavar="RUN|FILE",
    help="Balance the parts by the times of an earlier run: its directory, its verdict.json, or"
         " JSON with seconds by outage. Default: the planned seconds.",
)  # fmt: skip
shard_options = grouped("Shards", shard_option, times_option)


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardArguments:
    """The values of :data:`shard_options`."""

    shard: str | None
    shard_times: Path | None

    @classmethod
    def take(cls, given: dict[str, Any]) -> ShardArguments:
        """Take them out of what click hands over."""
        return cls(**{field.name: given.pop(field.name) for field in fields(cls)})

    def share_out(self, scenarios: Sequence[Scenario]) -> Share:
        """The part of these scenarios that is wanted; all of them without ``--shard``.

        Raises:
            UsageError: the number, the times or the seconds are wrong.
        """
        if self.shard is None:
            if self.shard_times is not None:
                raise UsageError("--shard-times balances shards: give --shard, too, such as 1/4")
            return Share(everything=scenarios, parts={}, shard=None)
        shard = parse_shard(self.shard)
        planned = {one.name: one.planned_seconds for one in scenarios}
        seen = {} if self.shard_times is None else read_times(self.shard_times)
        if not planned:  # that nothing is left to run is said elsewhere
            return Share(everything=(), parts={}, shard=None)
        parts = balance(expected_seconds(planned, seen), shard)
        return Share(everything=scenarios, parts=parts, shard=shard)


@dataclass(frozen=True, slots=True, kw_only=True)
class Share:
    """Scenarios, and which of them this machine runs."""

    everything: Sequence[Scenario]
    parts: Mapping[str, int]
    shard: Shard | None

    @property
    def scenarios(self) -> Sequence[Scenario]:
        """Those to run here."""
        if self.shard is None:
            return self.everything
        return [one for one in self.everything if self.parts[one.name] == self.shard.number]

    def record(self, options: LabOptions, *, paired: bool) -> ShardRecord | None:
        """What the run directory says of it; None without a shard.

        Raises:
            UsageError: the seed was drawn here, so it cannot be that of the other machines.
        """
        if self.shard is None:
            return None
        require_seed(self.shard)
        return shard_record(self.everything, self.parts, self.shard, options, paired=paired)


def chosen_shard(text: str | None) -> Shard | None:
    """The shard of ``--shard``; None without it.

    Raises:
        UsageError: the number is wrong, or the seed was not chosen.
    """
    if text is None:
        return None
    shard = parse_shard(text)
    require_seed(shard)
    return shard


def require_seed(shard: Shard) -> None:
    """The seed must be chosen: machines that draw one each do not run the same check.

    Raises:
        UsageError: it was not.
    """
    source = click.get_current_context().get_parameter_source("seed")
    if source not in (ParameterSource.COMMANDLINE, ParameterSource.ENVIRONMENT):
        raise UsageError(
            f"--shard {shard}: all shards need the same seed: give --seed or SQUALL_SEED, for"
            " example the number of the pipeline"
        )
