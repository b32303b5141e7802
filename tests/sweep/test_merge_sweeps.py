"""Shards of a sweep become one; what is not whole proves nothing."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from click.testing import CliRunner
from squall.cli.merge import merge
from squall.core.errors import ExitCode, UsageError
from squall.reports.merge_sweeps import merge_sweeps
from squall.reports.stored_sweep import read_sweep
from squall.reports.sweep_directory import write_sweep
from squall.reports.sweep_json import sweep_document, sweep_schema
from squall.sweeping.sweep_limits import SweepLimits
from squall.sweeping.sweep_result import CellResult, SweepResult
from squall.sweeping.sweep_shard import PlannedCell, SweepShard

from tests.sweep.made_sweep import GOOD, LATE, TWICE, sweep_result

Write = Callable[..., Path]

KNOWN = SweepLimits(baseline=frozenset({TWICE.cell}))


def shard(number: int, *planned: CellResult, settings: str = "0" * 64) -> SweepShard:
    """A shard of two; the cells take turns."""
    plan = tuple(
        PlannedCell(cell=one.cell.id, shard=turn % 2 + 1) for turn, one in enumerate(planned)
    )
    return SweepShard(number=number, of=2, settings=settings, plan=plan)


def part(number: int, *cells: CellResult, limits: SweepLimits | None = None) -> SweepResult:
    """What one machine writes of a sweep with these cells."""
    mine = [one for turn, one in enumerate(cells) if turn % 2 + 1 == number]
    return replace(sweep_result(*mine, limits=limits), shard=shard(number, *cells))


@pytest.fixture
def written(tmp_path: Path) -> Write:
    """Writes parts, each to a directory of its own."""

    def write(name: str, result: SweepResult) -> Path:
        write_sweep(tmp_path / name, result)
        return tmp_path / name

    return write


@pytest.mark.parametrize("limits", [None, KNOWN, SweepLimits(min_survived=80)])
def test_what_is_written_is_read_back(
    written: Write, tmp_path: Path, limits: SweepLimits | None
) -> None:
    jsonschema = pytest.importorskip("jsonschema")
    result = part(1, *GOOD, TWICE, LATE, limits=limits)
    jsonschema.validate(sweep_document(result), sweep_schema())
    again = read_sweep(written("one", result))
    assert sweep_document(again) == sweep_document(result)
    assert write_sweep(tmp_path / "again", again).read_text("utf-8") == (
        tmp_path / "one" / "sweep.html"
    ).read_text("utf-8")


def test_the_shards_are_the_sweep_of_one_machine(written: Write) -> None:
    cells = (*GOOD, TWICE)
    parts = [written(f"shard{n}", part(n, *cells)) for n in (2, 1)]
    merged, alone = merge_sweeps(parts), sweep_result(*cells)
    assert merged.results == list(alone.results)
    assert (merged.headline, merged.passed, merged.problems) == (alone.headline, False, [])
    assert merged.notes == ["2 of 2 shards merged"]


def test_the_limit_holds_for_the_whole_and_not_for_a_shard(written: Write) -> None:
    limits = SweepLimits(min_survived=75)
    cells = (GOOD[0], TWICE, GOOD[1], GOOD[2])
    parts = [part(n, *cells, limits=limits) for n in (1, 2)]
    assert [one.passed for one in parts] == [True, False]
    assert merge_sweeps([written(f"s{n}", one) for n, one in enumerate(parts)])


def test_a_baseline_goes_with_the_shards(written: Write) -> None:
    parts = [written(f"s{n}", part(n, *GOOD, TWICE, limits=KNOWN)) for n in (1, 2)]
    assert merge_sweeps(parts)


def test_a_missing_shard_leaves_the_whole_unproven(written: Write) -> None:
    merged = merge_sweeps([written("one", part(1, *GOOD))])
    assert merged.inconclusive
    assert not merged
    assert merged.problems == [
        "shard 2/2 is missing", "1 fault points were not run, such as " + GOOD[1].cell.id
    ]  # fmt: skip


def test_a_failure_beside_a_missing_shard_is_a_failure(written: Write) -> None:
    merged = merge_sweeps([written("two", part(2, *GOOD, TWICE))])
    assert not merged.inconclusive
    assert not merged


def test_a_shard_that_is_there_twice_is_not_used(written: Write) -> None:
    parts = [written(name, part(n, *GOOD)) for name, n in (("a", 1), ("b", 1), ("c", 2))]
    merged = merge_sweeps(parts)
    assert [one.cell for one in merged.results] == [GOOD[1].cell]
    assert "shard 1/2 is there 2 times" in merged.problems[0]


def test_a_shard_that_did_not_finish_is_told(written: Write) -> None:
    whole = part(1, *GOOD)
    parts = [written("a", replace(whole, results=whole.results[:1])), written("b", part(2, *GOOD))]
    assert merge_sweeps(parts).problems == [
        "1 fault points were not run, such as " + GOOD[2].cell.id
    ]


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"seed": 5}, "another seed"),
        ({"target": "other"}, "another target"),
        ({"shard": shard(1, *GOOD, settings="1" * 64)}, "another app, contract, lab"),
        ({"shard": shard(1, *GOOD[:2])}, "other fault points"),
    ],
)
def test_a_foreign_shard_is_left_out_with_the_reason(
    written: Write, change: dict[str, object], told: str
) -> None:
    foreign = replace(part(1, *GOOD), **change)  # type: ignore[arg-type] # any field
    foreign = replace(foreign, results=foreign.results[:1])
    parts = [written("a", part(1, *GOOD)), written("b", part(2, *GOOD)), written("c", foreign)]
    merged = merge_sweeps(parts)
    assert merged.inconclusive
    assert len(merged.problems) == 1
    assert told in merged.problems[0]
    assert merged.results == list(GOOD)


@pytest.mark.parametrize(
    ("spoil", "told"),
    [
        (lambda doc: doc.pop("shard"), "is not a shard"),
        (lambda doc: doc["shard"].update(number=3), "says of its shard what Squall does not"),
        (lambda doc: doc["cells"].append(doc["cells"][0]), "has a fault point twice"),
        (lambda doc: doc["cells"][0].update(id=GOOD[1].cell.id), "is not of its shard"),
        (lambda doc: doc["cells"][0].update(id="x"), "--cell 'x'"),
        (lambda doc: doc["cells"][0].update(status="failed"), "failed with 0 problems"),
        (lambda doc: doc.update(version=9), "version 9 is unknown"),
        (lambda doc: doc.update(cells=3), "does not fit this version"),
    ],
)
def test_a_file_that_contradicts_itself_is_refused(
    written: Write, spoil: Callable[[dict[str, object]], object], told: str
) -> None:
    path = written("a", part(1, *GOOD))
    document = json.loads((path / "sweep.json").read_text("utf-8"))
    spoil(document)
    (path / "sweep.json").write_text(json.dumps(document), "utf-8")
    with pytest.raises(UsageError, match="nothing can be merged") as refused:
        merge_sweeps([path])
    assert told in str(refused.value)


def test_the_command_writes_one_sweep_and_takes_its_exit_code(
    written: Write, tmp_path: Path
) -> None:
    parts = [str(written(f"s{n}", part(n, *GOOD))) for n in (1, 2)]

    def run(*words: str) -> int:
        outcome = CliRunner().invoke(merge, [*words], standalone_mode=False)
        if isinstance(outcome.exception, UsageError):
            return int(outcome.exception.exit_code)
        return int(outcome.return_value)

    assert run(*parts, "--output", str(tmp_path / "all")) == ExitCode.PASS
    assert read_sweep(tmp_path / "all").results == list(GOOD)
    assert run(parts[0], "--output", str(tmp_path / "half")) == ExitCode.INCONCLUSIVE
    assert run(*parts, "--output", str(tmp_path / "all")) == ExitCode.USAGE  # it is not empty
