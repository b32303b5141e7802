"""Which part of a sweep a result is, and of which sweep: what a merge goes by."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from importlib.metadata import version

from squall.lab.lab_options import LabOptions
from squall.scenario.sharding import Shard, balance
from squall.sweeping.cells import WAITS, Cell
from squall.sweeping.sweep_limits import SweepLimits

WAIT_COST = 4.0
"""What a waiting cell costs beside another one, though several wait at once; shards go by it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PlannedCell:
    """One fault point of the whole sweep, and the shard that runs it."""

    cell: str
    shard: int


@dataclass(frozen=True, slots=True, kw_only=True)
class SweepShard:
    """One shard of a sweep, as sweep.json has it."""

    number: int
    of: int
    settings: str
    """SHA-256 of Squall's version, the app, its contract, the lab and the limits."""
    plan: tuple[PlannedCell, ...]
    """Every fault point of the whole sweep, in its order."""

    @property
    def cells(self) -> list[str]:
        """The fault points that this shard runs."""
        return [one.cell for one in self.plan if one.shard == self.number]

    @property
    def label(self) -> str:
        """``shard 2/4: 24 of 96 fault points``."""
        return (
            f"shard {self.number}/{self.of}: {len(self.cells)} of {len(self.plan)} fault points;"
            " squall merge puts all shards together"
        )


def shard_of(
    cells: Sequence[Cell], shard: Shard | None, options: LabOptions, limits: SweepLimits
) -> tuple[list[Cell], SweepShard | None]:
    """The cells that this machine runs, and the record of them; all and None without a shard.

    Raises:
        UsageError: there are more shards than cells.
    """
    if shard is None:
        return list(cells), None
    parts = balance({cell.id: WAIT_COST if cell.fault in WAITS else 1.0 for cell in cells}, shard)
    record = SweepShard(
        number=shard.number,
        of=shard.of,
        settings=_digest(options, limits),
        plan=tuple(PlannedCell(cell=cell.id, shard=parts[cell.id]) for cell in cells),
    )
    return [cell for cell in cells if parts[cell.id] == shard.number], record


def _digest(options: LabOptions, limits: SweepLimits) -> str:
    contract = options.profile.contract
    facts = [
        version("squall"), options.profile.app, options.provider, options.engine,
        options.attach is not None, contract.deadline_seconds, sorted(contract.error_statuses),
        limits.min_survived, limits.baseline is not None, sorted(one.id for one in limits.known),
        sorted(one.id for one in limits.survived),
    ]  # fmt: skip
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()
