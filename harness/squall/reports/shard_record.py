"""Which part of a check a run directory holds, and of which check: what a merge goes by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, fields
from importlib.metadata import version
from typing import Any, ClassVar

from squall.lab.lab_options import LabOptions
from squall.reports.serialization import to_json_data
from squall.reports.stored_options import stored_options
from squall.scenario.model import Scenario
from squall.scenario.sharding import Shard
from squall.scenario.yaml_dumper import dump


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedOutage:
    """One outage of the whole check, and the shard that runs it."""

    scenario: str
    shard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SharedRun:
    """What all shards of one check have in common; by these names a foreign one is told."""

    target: str
    seed: int
    engine: str
    provider: str
    library: str
    """SHA-256 of the outages with their gates, of the lab's settings, and of Squall's version."""
    plan: tuple[PlannedOutage, ...]
    """Every outage of the whole check, in the order of the table."""

    def differences(self, other: SharedRun) -> list[str]:
        """``seed 9 instead of 5``: what makes the other one foreign to this."""
        told = []
        for name in (field.name for field in fields(self)):
            mine, theirs = getattr(self, name), getattr(other, name)
            if mine != theirs:
                plain = isinstance(mine, str | int) and name != "library"
                told.append(f"{name} {theirs!r} instead of {mine!r}" if plain else UNLIKE[name])
        return told


UNLIKE = {
    "library": "other outages, gates or settings, or another version of Squall",
    "plan": "the outages are shared out otherwise: other --shard-times, or another --shard",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class ShardRecord:
    """One shard of a check, as its files have it."""

    number: int
    of: int
    run: SharedRun

    problems: ClassVar[tuple[str, ...]] = ()
    """A shard by itself lacks nothing."""

    @property
    def outages(self) -> list[str]:
        """Names of the outages that this shard runs."""
        return self.outages_of(self.number)

    def outages_of(self, number: int) -> list[str]:
        """Those of another shard of the same check."""
        return [one.scenario for one in self.run.plan if one.shard == number]

    @property
    def label(self) -> str:
        """``shard 2/4: 14 of 57 outages``."""
        return f"shard {self.number}/{self.of}: {len(self.outages)} of {len(self.run.plan)} outages"

    @property
    def entry(self) -> Mapping[str, Any]:
        """Its key of verdict.json."""
        return {"shard": to_json_data(self)}

    @property
    def properties(self) -> Mapping[str, str]:
        """Its properties in junit.xml."""
        return {"squall.shard": f"{self.number}/{self.of}"}


@dataclass(frozen=True, slots=True, kw_only=True)
class MergeRecord:
    """Several shards in one directory."""

    of: int
    shards: tuple[int, ...]
    """The numbers of those that are in it."""
    problems: tuple[str, ...] = ()
    """What is missing, doubled or foreign; with one of these the whole proves nothing."""

    @property
    def label(self) -> str:
        """``3 of 4 shards merged``."""
        return f"{len(self.shards)} of {self.of} shards merged"

    @property
    def entry(self) -> Mapping[str, Any]:
        """Its key of verdict.json."""
        return {"merged": to_json_data(self)}

    @property
    def properties(self) -> Mapping[str, str]:
        """Its properties in junit.xml."""
        return {"squall.merged": f"{len(self.shards)}/{self.of}"}


Part = ShardRecord | MergeRecord
"""What a run directory holds of a check that several machines share."""


def shard_record(
    scenarios: Sequence[Scenario], parts: Mapping[str, int], shard: Shard, options: LabOptions,
    *, paired: bool,
) -> ShardRecord:  # fmt: skip
    """The record of a shard of these scenarios, which ``parts`` shares out by name."""
    plain = stored_options(options)
    settings = json.dumps({**plain, "paired": paired}, sort_keys=True)
    run = SharedRun(
        target=plain["app"],
        seed=plain["seed"],
        engine=plain["engine"],
        provider=plain["provider"],
        library=_digest([version("squall"), settings, *map(dump, scenarios)]),
        plan=tuple(
            PlannedOutage(scenario=one.name, shard=parts[one.name]) for one in scenarios
        ),
    )  # fmt: skip
    return ShardRecord(number=shard.number, of=shard.of, run=run)


def _digest(texts: Iterable[str]) -> str:
    found = hashlib.sha256()
    for text in texts:
        data = text.encode()
        # With its length before it, no text can run over into the next.
        found.update(b"%d " % len(data) + data)
    return found.hexdigest()
