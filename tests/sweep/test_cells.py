"""Cells: their names, and what is pruned with which reason."""

from __future__ import annotations

import pytest
from squall.config.profile import REFERENCE
from squall.core.errors import UsageError
from squall.lab.lab_options import LabOptions
from squall.lab.wal import RowChange
from squall.scenario.sharding import Shard
from squall.sweeping.cells import WAITS, Cell, parse_cell, plan_cells
from squall.sweeping.effects import learn_effect
from squall.sweeping.profile_operation import ProfiledStatement, StatementProfile
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_shard import shard_of
from squall.workload.operations import Operation


def profile(name: str, *statements: str, writes: bool = True) -> StatementProfile:
    changes = [RowChange(name, "insert", {}, {"id": "1"})] if writes else []
    return StatementProfile(
        operation=Operation(name=name, method="POST", path="/", effect="write"),
        steps=tuple(
            ProfiledStatement(sql, "T", sql, has_rows=sql.startswith("SELECT"))
            for sql in statements
        ),
        effect=learn_effect([changes, changes]),
        answers=(),
        seconds=0.01,
    )


@pytest.mark.parametrize(
    "text",
    [
        "place-order/3/cut_after/once",
        "read-item/connect/53300/on",
        "GET /items/{id}/1/40001/once",
    ],
)
def test_a_cell_is_named_by_its_id(text: str) -> None:
    assert parse_cell(text).id == text


@pytest.mark.parametrize(
    "text",
    ["place-order", "a/0/40001/once", "a/x/40001/once", "a/1/nothing/once", "a/1/40001/ever"],
)
def test_what_is_no_cell_is_refused_with_the_form(text: str) -> None:
    with pytest.raises(UsageError, match="--cell"):
        parse_cell(text)


def test_every_statement_meets_every_fault_when_nothing_is_pruned() -> None:
    cells, pruned = plan_cells([profile("a", "BEGIN", "SELECT 1", "COMMIT")], exhaustive=True)
    assert pruned == []
    points = {cell.point for cell in cells}
    assert points == {"connect", "1", "2", "3"}
    assert Cell(operation="a", point="3", fault="cut_after") in cells
    assert Cell(operation="a", point="2", fault="08006") in cells


def test_what_was_shown_is_not_shown_again_but_a_commit_is() -> None:
    both = [profile(name, "BEGIN", f"SELECT {name}", "COMMIT") for name in "ab"]
    cells, pruned = plan_cells(both, exhaustive=False)
    ids = {cell.id for cell in cells}
    assert "a/1/40001/once" in ids
    assert "b/1/40001/once" not in ids
    assert "b/3/cut_after/once" in ids
    reasons = {one.cell.id: one.reason for one in pruned}
    assert reasons["b/1/40001/once"] == (
        "the same statement in the same state was tried: a/1/40001/once"
    )
    assert "cut_after" in reasons["a/1/half_answer/once"]


def test_nothing_is_lost_between_run_and_pruned() -> None:
    both = [profile(name, "BEGIN", f"SELECT {name}", "COMMIT") for name in "ab"]
    every, _ = plan_cells(both, exhaustive=True)
    cells, pruned = plan_cells(both, exhaustive=False)
    assert sorted([*cells, *(one.cell for one in pruned)]) == sorted(every)


def test_the_cells_of_all_shards_are_the_cells() -> None:
    cells, _ = plan_cells([profile("a", "BEGIN", "SELECT 1", "COMMIT")], exhaustive=True)
    options, limits = LabOptions(profile=REFERENCE, seed=4), SweepLimits()
    parts = [shard_of(cells, Shard(number=n, of=3), options, limits) for n in (1, 2, 3)]
    assert sorted(cell for part, _ in parts for cell in part) == sorted(cells)
    waiting = [sum(cell.fault in WAITS for cell in part) for part, _ in parts]
    assert max(waiting) - min(waiting) <= 1
    second = parts[1][1]
    assert second is not None
    assert second.cells == [cell.id for cell in parts[1][0]]
    assert second.label.startswith(f"shard 2/3: {len(parts[1][0])} of {len(cells)} fault points")
    assert shard_of(cells, None, options, limits) == (cells, None)


def test_shards_with_other_limits_are_of_another_sweep() -> None:
    cells, _ = plan_cells([profile("a", "BEGIN")], exhaustive=True)
    options, shard = LabOptions(profile=REFERENCE, seed=4), Shard(number=1, of=2)
    made = [
        shard_of(cells, shard, options, limits)[1]
        for limits in (SweepLimits(), SweepLimits(), SweepLimits(min_survived=90))
    ]
    assert made[0] == made[1] != made[2]
